use proptest::prelude::*;

use super::super::blocking::BlockKeys;
use super::super::dice::dice;
use super::super::filter::Filter;
use super::*;

/// Records of one side: how far a record is from one of a few originals, or blank.
type Recipe = Vec<(u8, Vec<u16>)>;

fn recipe() -> impl Strategy<Value = Recipe> {
    prop::collection::vec((0..5_u8, prop::collection::vec(any::<u16>(), 0..30)), 0..40)
}

/// Originals of a third of the bits, some flipped; those of the last kind are blank or empty.
fn clks(recipe: &Recipe, bits: usize) -> Clks {
    let mut clks = Clks::new(bits);
    for (kind, flips) in recipe {
        let mut filter = Filter::new(bits);
        if *kind == 4 && flips.len() % 2 == 0 {
            clks.push_blank();
            continue;
        }
        for position in (0..bits)
            .filter(|position| *kind < 4 && (position * 7 + usize::from(*kind) * 31).is_multiple_of(3 + usize::from(*kind)))
        {
            filter.set(position);
        }
        for flip in flips.iter().filter(|_| *kind < 4) {
            filter.flip(usize::from(*flip) % bits);
        }
        clks.push(&filter);
    }
    clks
}

fn naive(left: &Clks, right: &Clks, threshold: f64, chosen: impl Fn(usize, usize) -> bool) -> Vec<ClkPair> {
    let mut pairs = Vec::new();
    for one in 0..left.len() {
        for other in (0..right.len()).filter(|&other| chosen(one, other)) {
            let similarity = dice(left, one, right, other);
            if similarity >= threshold {
                pairs.push(ClkPair { left: one as u32, right: other as u32, similarity });
            }
        }
    }
    pairs
}

fn pairs(matcher: &DiceMatcher, left: &Clks, right: &Clks) -> Vec<ClkPair> {
    matcher.pairs(left, right, &RunContext::default()).unwrap()
}

proptest! {
    #[test]
    fn all_pairs_are_found(left in recipe(), right in recipe(), threshold in 0.05..1.0_f64, bits in prop::sample::select(vec![64, 200, 1024])) {
        let (left, right) = (clks(&left, bits), clks(&right, bits));
        prop_assert_eq!(pairs(&DiceMatcher::new(threshold), &left, &right), naive(&left, &right, threshold, |_, _| true));
    }

    #[test]
    fn a_threshold_that_pairs_just_reach_takes_them(left in recipe(), right in recipe()) {
        let (left, right) = (clks(&left, 128), clks(&right, 128));
        for pair in naive(&left, &right, 0.01, |_, _| true).iter().take(20) {
            let found = pairs(&DiceMatcher::new(pair.similarity), &left, &right);
            prop_assert!(found.contains(pair));
            prop_assert_eq!(found, naive(&left, &right, pair.similarity, |_, _| true));
        }
    }

    #[test]
    fn pairs_of_one_key_are_found(left in recipe(), right in recipe(), keys in prop::collection::vec(prop::collection::vec(0..6_u8, 0..3), 80)) {
        let names = ["", BLANK, "c", "d", "e", "f"];
        let (left, right) = (clks(&left, 256), clks(&right, 256));
        let (left_keys, right_keys) = keys.split_at(40);
        let block_keys = |keys: &[Vec<u8>], records: usize| {
            let mut block_keys = BlockKeys::default();
            for keys in &keys[..records] {
                block_keys.push(keys.iter().map(|key| names[usize::from(*key)]));
            }
            block_keys
        };
        let blocking = Blocking::Keys { left: block_keys(left_keys, left.len()), right: block_keys(right_keys, right.len()) };
        let share = |one: usize, other: usize| left_keys[one].iter().any(|key| *key > 1 && right_keys[other].contains(key));
        let matcher = DiceMatcher { blocking, ..DiceMatcher::new(0.5) };
        prop_assert_eq!(pairs(&matcher, &left, &right), naive(&left, &right, 0.5, share));
    }

    #[test]
    fn pairs_of_one_sample_are_found(left in recipe(), right in recipe(), bits in 1..30_u32) {
        let (left, right) = (clks(&left, 512), clks(&right, 512));
        let sampling = SampledBits { bits, recall: 0.7 };
        let (left_side, right_side) = (Side::new(&left), Side::new(&right));
        let samples = sampling.samples(512, 0.2 * (left_side.mean_set() + right_side.mean_set())).unwrap();
        let agree = |one: usize, other: usize| (0..samples).any(|sample| {
            let positions = sampling.positions(512, sample);
            sampled(&left, one as u32, &positions) == sampled(&right, other as u32, &positions)
        });
        let matcher = DiceMatcher { blocking: Blocking::SampledBits(sampling), ..DiceMatcher::new(0.8) };
        prop_assert_eq!(pairs(&matcher, &left, &right), naive(&left, &right, 0.8, agree));
    }

    #[test]
    fn one_to_one_takes_the_best_that_are_free(left in recipe(), right in recipe()) {
        let (left, right) = (clks(&left, 128), clks(&right, 128));
        let all = naive(&left, &right, 0.6, |_, _| true);
        let matcher = DiceMatcher { one_to_one: true, ..DiceMatcher::new(0.6) };
        let taken = pairs(&matcher, &left, &right);
        for pair in &all {
            let better = |other: &&ClkPair| {
                (other.left == pair.left || other.right == pair.right)
                    && (other.similarity, pair.left, pair.right) >= (pair.similarity, other.left, other.right)
            };
            let rivals = taken.iter().filter(|other| other.left == pair.left || other.right == pair.right);
            if taken.contains(pair) {
                prop_assert_eq!(rivals.count(), 1);
            } else {
                prop_assert!(rivals.clone().any(|rival| better(&rival)));
            }
        }
        prop_assert!(taken.iter().all(|pair| all.contains(pair)));
    }
}

const BLANK: &str = crate::hash::BLANK_TOKEN;

#[test]
fn a_pair_at_the_threshold_is_compared_as_often_as_asked() {
    let sampling = SampledBits { bits: 10, recall: 0.95 };
    let (pairs_total, bits) = (400, 1024);
    let (mut left, mut right) = (Clks::new(bits), Clks::new(bits));
    for pair in 0..pairs_total {
        let random =
            |position: usize, kind: u64| kintsu_core::hash_bytes(&[pair, position].map(usize::to_le_bytes).concat(), kind);
        let mut filter = Filter::new(bits);
        (0..bits).filter(|&position| random(position, 1).is_multiple_of(3)).for_each(|position| filter.set(position));
        left.push(&filter);
        (0..bits).filter(|&position| random(position, 2).is_multiple_of(10)).for_each(|position| filter.flip(position));
        right.push(&filter);
    }
    let similar: Vec<f64> = (0..pairs_total).map(|pair| dice(&left, pair, &right, pair)).collect();
    let threshold = similar.iter().sum::<f64>() / pairs_total as f64 - 0.02;
    let own = |matcher: &DiceMatcher| {
        let found = pairs(matcher, &left, &right);
        found.iter().filter(|pair| pair.left == pair.right).count()
    };
    let all = own(&DiceMatcher::new(threshold));
    let found = own(&DiceMatcher { blocking: Blocking::SampledBits(sampling), ..DiceMatcher::new(threshold) });
    assert!(all > pairs_total / 2 && found * 100 >= all * 93, "{found} of {all}");
}

#[test]
fn what_cannot_be_matched_is_refused() {
    let context = RunContext::default();
    let (short, long) = (Clks::new(64), Clks::new(128));
    assert!(matches!(DiceMatcher::new(0.5).pairs(&short, &long, &context), Err(FuzzyError::Lengths { left: 64, right: 128 })));
    for threshold in [0.0, 1.01, f64::NAN] {
        assert!(matches!(DiceMatcher::new(threshold).pairs(&short, &short, &context), Err(FuzzyError::Threshold { .. })));
    }
    let blocking = Blocking::SampledBits(SampledBits { bits: 64, recall: 0.9 });
    let matcher = DiceMatcher { blocking, ..DiceMatcher::new(0.5) };
    assert!(matches!(matcher.pairs(&short, &short, &context), Err(FuzzyError::Sampling { .. })));
    let mut keys = BlockKeys::default();
    keys.push(["a"]);
    let matcher = DiceMatcher { blocking: Blocking::Keys { left: keys.clone(), right: keys }, ..DiceMatcher::new(0.5) };
    assert!(matches!(matcher.pairs(&short, &short, &context), Err(FuzzyError::Keys { keys: 1, records: 0 })));
    context.cancel();
    let one = clks(&vec![(0, vec![])], 64);
    assert!(matches!(DiceMatcher::new(0.5).pairs(&one, &one, &context), Err(FuzzyError::Cancelled(_))));
}
