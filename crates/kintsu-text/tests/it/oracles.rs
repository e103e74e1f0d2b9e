//! The plain functions against the textbook's matrices and two other libraries.

use kintsu_text::{Semantics, damerau_levenshtein, jaccard, jaro, jaro_winkler, levenshtein};

use crate::random::Random;

/// Wagner and Fischer's matrix.
fn levenshtein_by_matrix(left: &[char], right: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            row.push((above[j] + usize::from(a != b)).min(above[j + 1] + 1).min(row[j] + 1));
        }
        above = row;
    }
    above[right.len()]
}

/// Lowrance and Wagner's recurrence, every earlier cell looked at for a transposition.
fn damerau_by_matrix(left: &[char], right: &[char]) -> usize {
    let mut cells = vec![vec![0; right.len() + 1]; left.len() + 1];
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            let mut best = if i == 0 || j == 0 { i + j } else { usize::MAX };
            if i > 0 && j > 0 {
                let substituted = cells[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
                best = substituted.min(cells[i - 1][j] + 1).min(cells[i][j - 1] + 1);
                for k in 1..i {
                    for l in 1..j {
                        if left[k - 1] == right[j - 1] && left[i - 1] == right[l - 1] {
                            best = best.min(cells[k - 1][l - 1] + (i - k - 1) + 1 + (j - l - 1));
                        }
                    }
                }
            }
            cells[i][j] = best;
        }
    }
    cells[left.len()][right.len()]
}

fn random_pairs(seed: u64, columns: usize) -> Vec<(String, String)> {
    let mut random = Random::new(seed);
    let mut pairs = Vec::new();
    for _ in 0..columns {
        let values = random.column(100);
        for i in 0..values.len() {
            let j = if random.below(2) == 0 { random.below(values.len()) } else { random.near(i, values.len()) };
            pairs.push((values[i].clone(), values[j].clone()));
        }
    }
    pairs
}

#[test]
fn levenshtein_is_that_of_the_matrix() {
    for (left, right) in random_pairs(1, 100) {
        let characters: (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
        let expected = levenshtein_by_matrix(&characters.0, &characters.1);
        assert_eq!(levenshtein(&left, &right, Semantics::CHARACTERS), expected, "{left:?} {right:?}");
        let bytes = rapidfuzz::distance::levenshtein::distance(left.bytes(), right.bytes());
        assert_eq!(levenshtein(&left, &right, Semantics::DUCKDB_2_0), bytes, "{left:?} {right:?}");
        let units: (Vec<u16>, Vec<u16>) = (left.encode_utf16().collect(), right.encode_utf16().collect());
        let utf16 = rapidfuzz::distance::levenshtein::distance(units.0.iter(), units.1.iter());
        assert_eq!(levenshtein(&left, &right, Semantics::SPARK_JAR), utf16, "{left:?} {right:?}");
    }
}

#[test]
fn damerau_levenshtein_is_that_of_the_matrix() {
    for (left, right) in random_pairs(2, 60) {
        let characters: (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
        if characters.0.len().max(characters.1.len()) <= 40 {
            let expected = damerau_by_matrix(&characters.0, &characters.1);
            assert_eq!(damerau_levenshtein(&left, &right, Semantics::CHARACTERS), expected, "{left:?} {right:?}");
        }
        let bytes = rapidfuzz::distance::damerau_levenshtein::distance(left.bytes(), right.bytes());
        assert_eq!(damerau_levenshtein(&left, &right, Semantics::DUCKDB_2_0), bytes, "{left:?} {right:?}");
    }
}

#[test]
fn jaro_agrees_with_others_to_the_bit() {
    for (left, right) in random_pairs(3, 200) {
        let ours = jaro(&left, &right, Semantics::CHARACTERS);
        assert_eq!(ours, rapidfuzz::distance::jaro::similarity(left.chars(), right.chars()), "{left:?} {right:?}");
        let bytes = rapidfuzz::distance::jaro::similarity(left.bytes(), right.bytes());
        if !left.is_empty() || !right.is_empty() {
            assert_eq!(jaro(&left, &right, Semantics::DUCKDB_1_5), bytes, "{left:?} {right:?}");
        }
        assert!((ours - strsim::jaro(&left, &right)).abs() < 1e-12, "{left:?} {right:?}");
    }
}

#[test]
fn jaro_winkler_agrees_with_others() {
    let mut raised = 0;
    for (left, right) in random_pairs(4, 200) {
        let plain = jaro_winkler(&left, &right, Semantics::CHARACTERS);
        let other = rapidfuzz::distance::jaro_winkler::similarity(left.chars(), right.chars());
        assert!((plain - other).abs() < 1e-12, "{left:?} {right:?}");
        let bytes = (jaro_winkler(&left, &right, Semantics::DUCKDB_1_5), jaro_winkler(&left, &right, Semantics::DUCKDB_2_0));
        assert!((bytes.0 - bytes.1).abs() < 1e-15, "{left:?} {right:?}");
        raised += usize::from(plain > jaro(&left, &right, Semantics::CHARACTERS));
    }
    assert!(raised > 1000);
}

#[test]
fn jaccard_counts_sets() {
    use std::collections::BTreeSet;
    for (left, right) in random_pairs(5, 100) {
        let sets: (BTreeSet<u8>, BTreeSet<u8>) = (left.bytes().collect(), right.bytes().collect());
        let expected = (!left.is_empty() && !right.is_empty())
            .then(|| sets.0.intersection(&sets.1).count() as f64 / sets.0.union(&sets.1).count() as f64);
        assert_eq!(jaccard(&left, &right, Semantics::DUCKDB_2_0), expected, "{left:?} {right:?}");
        let sets: (BTreeSet<char>, BTreeSet<char>) = (left.chars().collect(), right.chars().collect());
        let expected = match sets.0.union(&sets.1).count() {
            0 => 1.0,
            all => sets.0.intersection(&sets.1).count() as f64 / all as f64,
        };
        assert_eq!(jaccard(&left, &right, Semantics::CHARACTERS), Some(expected), "{left:?} {right:?}");
    }
}

#[test]
fn distances_are_symmetric_and_keep_the_triangle() {
    let mut random = Random::new(6);
    for _ in 0..40 {
        let values = random.column(60);
        for measure in [levenshtein, damerau_levenshtein] {
            let distance = |i: usize, j: usize| measure(&values[i], &values[j], Semantics::CHARACTERS);
            for _ in 0..60 {
                let (i, j, k) = (random.below(60), random.below(60), random.below(60));
                assert_eq!(distance(i, j), distance(j, i));
                assert!(distance(i, k) <= distance(i, j) + distance(j, k), "{} {} {}", values[i], values[j], values[k]);
            }
        }
    }
}

#[test]
fn empty_strings() {
    for (semantics, both) in [(Semantics::CHARACTERS, 1.0), (Semantics::DUCKDB_1_5, 0.0), (Semantics::DUCKDB_2_0, 0.0)] {
        assert_eq!(jaro("", "", semantics), both);
        assert_eq!(jaro_winkler("", "", semantics), both);
        assert_eq!(jaro("", "anna", semantics), 0.0);
        assert_eq!(levenshtein("", "anna", semantics), 4);
        assert_eq!(damerau_levenshtein("", "", semantics), 0);
    }
    assert_eq!(jaccard("", "", Semantics::CHARACTERS), Some(1.0));
    assert_eq!(jaccard("", "anna", Semantics::CHARACTERS), Some(0.0));
    assert_eq!(jaccard("", "", Semantics::DUCKDB_1_5), None);
}
