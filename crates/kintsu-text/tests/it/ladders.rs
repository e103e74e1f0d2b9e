//! Ladders against the plain functions, on millions of random pairs when `KINTSU_LONG_TESTS` is set and on fewer otherwise.

use kintsu_text::{
    EmptyRule, Instructions, Ladder, Measure, Operator, PreparedValues, Scratch, Semantics, Step, Unit, WinklerForm,
    damerau_levenshtein, jaccard, jaro, jaro_winkler, levenshtein,
};

use crate::random::Random;

fn plain(measure: Measure, left: &str, right: &str, semantics: Semantics) -> Option<f64> {
    Some(match measure {
        Measure::Levenshtein => levenshtein(left, right, semantics) as f64,
        Measure::DamerauLevenshtein => damerau_levenshtein(left, right, semantics) as f64,
        Measure::Jaro => jaro(left, right, semantics),
        Measure::JaroWinkler => jaro_winkler(left, right, semantics),
        Measure::Jaccard => return jaccard(left, right, semantics),
    })
}

fn first_step(steps: &[Step], value: Option<f64>) -> u8 {
    let holds = |step: &Step| value.is_some_and(|value| step.holds(value));
    steps.iter().position(holds).unwrap_or(steps.len()) as u8
}

/// Ladders as people set them, and odd ones.
fn steps(measure: Measure, random: &mut Random) -> Vec<Step> {
    const OPERATORS: [Operator; 5] = [Operator::AtLeast, Operator::Above, Operator::AtMost, Operator::Below, Operator::Equals];
    let distance = matches!(measure, Measure::Levenshtein | Measure::DamerauLevenshtein);
    match (distance, random.below(4)) {
        (true, 0) => vec![Step::at_most(1.0), Step::at_most(2.0)],
        (true, 1) => vec![Step::at_most(random.below(6) as f64)],
        (false, 0) => vec![Step::at_least(0.92), Step::at_least(0.8)],
        (false, 1) => vec![Step::at_least(0.95), Step::at_least(0.88), Step::at_least(0.7)],
        (distance, _) => (0..random.below(5))
            .map(|_| {
                let threshold = match random.below(20) {
                    0 => f64::NAN,
                    1 => f64::INFINITY,
                    2 => -0.5,
                    _ if distance => random.below(60) as f64 / 4.0,
                    _ => random.below(21) as f64 / 20.0,
                };
                Step { operator: OPERATORS[random.below(5)], threshold }
            })
            .collect(),
    }
}

/// Checks one ladder on pairs of a column with itself and of two columns, with every set of instructions; returns how many
/// pairs took each step.
fn check(measure: Measure, semantics: Semantics, steps: &[Step], values: &[String], random: &mut Random) -> Vec<usize> {
    let split = values.len() / 2;
    let left = PreparedValues::new(semantics.unit, values.iter().map(String::as_str));
    let right = PreparedValues::new(semantics.unit, values[split..].iter().map(String::as_str));
    let pairs: Vec<(u32, u32)> =
        (0..values.len()).map(|i| (random.near(i, values.len()) as u32, (random.below(values.len() - split)) as u32)).collect();
    let near: Vec<(u32, u32)> =
        (split..values.len()).map(|i| (random.near(i, values.len()) as u32, (i - split) as u32)).collect();
    let pairs = [pairs, near].concat();
    let expected: Vec<u8> = pairs
        .iter()
        .map(|&(i, j)| first_step(steps, plain(measure, &values[i as usize], &values[split + j as usize], semantics)))
        .collect();
    let mut scratch = Scratch::default();
    for instructions in [Instructions::Scalar, Instructions::Sse2, Instructions::Avx2, Instructions::Avx512] {
        let ladder = Ladder::new(measure, semantics, steps).with_instructions(instructions);
        let mut found = vec![255; pairs.len()];
        ladder.step_many(&left, &right, &pairs, &mut found, &mut scratch);
        for (k, &(i, j)) in pairs.iter().enumerate() {
            assert_eq!(
                found[k],
                expected[k],
                "{measure:?} {semantics:?} {instructions:?} {steps:?} {:?} {:?}",
                values[i as usize],
                values[split + j as usize]
            );
        }
        let k = random.below(pairs.len());
        assert_eq!(ladder.step(&left, pairs[k].0, &right, pairs[k].1, &mut scratch), expected[k]);
    }
    let mut counts = vec![0; steps.len() + 1];
    for &step in &expected {
        counts[step as usize] += 1;
    }
    counts
}

const SEMANTICS: [Semantics; 5] = [
    Semantics::CHARACTERS,
    Semantics::DUCKDB_1_5,
    Semantics::DUCKDB_2_0,
    Semantics::SPARK_JAR,
    Semantics { unit: Unit::Utf16, winkler: WinklerForm::Fused, empty: EmptyRule::Incomparable },
];

const MEASURES: [Measure; 5] =
    [Measure::Levenshtein, Measure::DamerauLevenshtein, Measure::Jaro, Measure::JaroWinkler, Measure::Jaccard];

#[test]
fn ladders_answer_what_the_plain_functions_do() {
    let rounds = if std::env::var_os("KINTSU_LONG_TESTS").is_some() { 4_000 } else { 100 };
    let mut random = Random::new(20_261_121);
    let mut several = 0;
    for round in 0..rounds {
        let values = random.column(400);
        for measure in MEASURES {
            let semantics = SEMANTICS[random.below(SEMANTICS.len())];
            let steps = steps(measure, &mut random);
            let counts = check(measure, semantics, &steps, &values, &mut random);
            several += usize::from(counts.iter().filter(|&&count| count > 0).count() > 1);
            assert!(counts.iter().sum::<usize>() == 600, "round {round}");
        }
    }
    assert!(several > rounds, "most ladders must have more than one answer, {several} had");
}

#[test]
fn every_short_string_over_a_tiny_alphabet() {
    let mut values = vec![String::new()];
    let mut grown = 0;
    while values.len() < 1 + 3 + 9 + 27 + 81 + 243 {
        for letter in ['a', 'b', '7'] {
            values.push(format!("{}{letter}", values[grown]));
        }
        grown += 1;
    }
    let mut scratch = Scratch::default();
    let semantics = Semantics::DUCKDB_2_0;
    let column = PreparedValues::new(semantics.unit, values.iter().map(String::as_str));
    let pairs: Vec<(u32, u32)> = (0..values.len() as u32).flat_map(|i| (0..values.len() as u32).map(move |j| (i, j))).collect();
    for measure in MEASURES {
        let steps = match measure {
            Measure::Levenshtein | Measure::DamerauLevenshtein => [Step::at_most(1.0), Step::at_most(2.0)],
            _ => [Step::at_least(0.92), Step::at_least(0.8)],
        };
        for steps in [&steps[..1], &steps[..]] {
            let mut found = vec![255; pairs.len()];
            Ladder::new(measure, semantics, steps).step_many(&column, &column, &pairs, &mut found, &mut scratch);
            for (&(i, j), &step) in pairs.iter().zip(&found) {
                let (left, right) = (&values[i as usize], &values[j as usize]);
                assert_eq!(step, first_step(steps, plain(measure, left, right, semantics)), "{measure:?} {left} {right}");
            }
        }
    }
}
