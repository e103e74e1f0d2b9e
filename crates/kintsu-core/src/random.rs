//! Randomness keyed by values: the same seed, stream and key give the same number on every machine, in any order, on any
//! number of threads.
//!
//! Useful for sampling records by id. Not useful for secrets: nothing here is cryptographic.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A stable 64-bit hash of `bytes` (XXH3), keyed by `seed`.
pub fn hash_bytes(bytes: &[u8], seed: u64) -> u64 {
    xxh3_64_with_seed(bytes, seed)
}

/// Maps 64 random bits to [0, 1) with 53 bits of resolution.
///
/// ```
/// assert_eq!(kintsu_core::unit_interval(0), 0.0);
/// assert!(kintsu_core::unit_interval(u64::MAX) < 1.0);
/// ```
pub fn unit_interval(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// A named stream of random numbers under one seed; streams of one seed are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    key: u64,
}

impl Stream {
    /// The stream called `name` under `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        Self { key: hash_bytes(name.as_bytes(), seed) }
    }

    /// 64 random bits for the key `bytes`.
    pub fn bits(self, bytes: &[u8]) -> u64 {
        hash_bytes(bytes, self.key)
    }

    /// 64 random bits for the key `number`.
    pub fn bits_at(self, number: u64) -> u64 {
        self.bits(&number.to_le_bytes())
    }
}

/// Mixes 64 bits so that every bit of the result depends on every bit given (the finalizer of SplitMix64; Steele, Lea and
/// Flood 2014, with the constants of Stafford's variant 13). A bijection.
#[inline(always)]
const fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The odd number nearest to 2^64 divided by the golden ratio: counters times it are spread over all bits.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The random numbers of one thing, addressed by position: a counter-based generator. A number costs about a nanosecond and
/// none depends on which others were asked for.
///
/// ```
/// use kintsu_core::Stream;
/// let draws = Stream::new(42, "customer").draws(7);
/// assert_eq!(draws.at(3), Stream::new(42, "customer").draws(7).at(3));
/// assert_ne!(draws.at(3), draws.at(4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    key: u64,
}

impl Draws {
    /// 64 random bits, the ones at `position`.
    #[inline(always)]
    pub const fn at(self, position: u64) -> u64 {
        mix(self.key.wrapping_add(position.wrapping_add(1).wrapping_mul(GOLDEN)))
    }

    /// The numbers of the part called `number` of this thing, independent of its own.
    #[inline(always)]
    pub const fn part(self, number: u64) -> Self {
        Self { key: mix(self.key ^ mix(number.wrapping_mul(GOLDEN).wrapping_add(0x2545_f491_4f6c_dd1d))) }
    }
}

impl Stream {
    /// The random numbers of the thing called `number`.
    #[inline(always)]
    pub const fn draws(self, number: u64) -> Draws {
        Draws { key: self.key }.part(number)
    }
}

/// A number from 0 to `count` - 1, all as likely, from 64 random bits; 0 where `count` is 0.
///
/// ```
/// assert_eq!(kintsu_core::below(0, 10), 0);
/// assert_eq!(kintsu_core::below(u64::MAX, 10), 9);
/// ```
#[inline(always)]
pub const fn below(bits: u64, count: u64) -> u64 {
    ((bits as u128 * count as u128) >> 64) as u64
}

/// An event of a given probability, decided by 64 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// It happens for bits below this; `always` where that cannot be said.
    threshold: u64,
    always: bool,
}

impl Chance {
    /// An event of probability `probability`; below 0 and not a number mean never, above 1 always.
    ///
    /// ```
    /// let half = kintsu_core::Chance::new(0.5);
    /// assert!(half.happens(0) && !half.happens(u64::MAX));
    /// assert!(kintsu_core::Chance::new(1.0).happens(u64::MAX));
    /// ```
    pub fn new(probability: f64) -> Self {
        // The product is exact, as 2^64 only moves the exponent.
        Self { threshold: (probability * 18_446_744_073_709_551_616.0) as u64, always: probability >= 1.0 }
    }

    /// Whether it happens.
    #[inline(always)]
    pub const fn happens(self, bits: u64) -> bool {
        bits < self.threshold || self.always
    }
}

/// A keyed bijection of the numbers below a count onto themselves, for orders that tell nothing about what they order.
///
/// A Feistel network of four rounds over two digits of about the root of the count (Luby and Rackoff 1988, Black and Rogaway 2002),
/// walked again while it leaves the range, which it does for less than one in the root of the count. Not cryptographic.
#[derive(Debug, Clone, Copy)]
pub struct Permutation {
    count: u64,
    high: u64,
    low: u64,
    keys: [u64; ROUNDS],
}

const ROUNDS: usize = 4;

impl Permutation {
    /// The bijection of the numbers below `count` that `draws` keys. `count` is at most 2^62.
    pub fn new(draws: Draws, count: u64) -> Self {
        let low = count.isqrt() + 1;
        let keys = std::array::from_fn(|round| draws.at(round as u64));
        Self { count, high: count.div_ceil(low).max(1), low, keys }
    }

    /// How many numbers it permutes.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Where `number`, which must be below the count, goes.
    #[inline]
    pub fn apply(&self, number: u64) -> u64 {
        let mut number = number;
        loop {
            number = self.once(number);
            if number < self.count || self.count == 0 {
                return number;
            }
        }
    }

    /// Where the numbers of `range`, all below the count, go: the same as [`Permutation::apply`] of each, in less time.
    pub fn apply_range(self, range: Range<u64>) -> impl Iterator<Item = u64> {
        // The digits are counted on instead of divided out.
        let (mut high, mut low) = (range.start / self.low, range.start % self.low);
        range.map(move |_| {
            let once = self.mixed(high, low);
            low += 1;
            if low == self.low {
                (high, low) = (high + 1, 0);
            }
            if once < self.count { once } else { self.apply(once) }
        })
    }

    #[inline(always)]
    fn once(&self, number: u64) -> u64 {
        self.mixed(number / self.low, number % self.low)
    }

    #[inline(always)]
    fn mixed(&self, mut high: u64, mut low: u64) -> u64 {
        for pair in self.keys.chunks_exact(2) {
            high = added(high, below(folded(low ^ pair[0]), self.high), self.high);
            low = added(low, below(folded(high ^ pair[1]), self.low), self.low);
        }
        high * self.low + low
    }
}

/// Mixes a number that a key of 64 random bits was put into: twice both halves of a long product. After one product the sums that
/// neighbours get still differ by few numbers, which four rounds do not hide.
#[inline(always)]
const fn folded(keyed: u64) -> u64 {
    halves(halves(keyed, GOLDEN), 0xbf58_476d_1ce4_e5b9)
}

/// Both halves of a long product in one.
#[inline(always)]
const fn halves(left: u64, right: u64) -> u64 {
    let product = left as u128 * right as u128;
    (product >> 64) as u64 ^ product as u64
}

/// The sum of two numbers below `count`, modulo it.
#[inline(always)]
const fn added(left: u64, right: u64, count: u64) -> u64 {
    let sum = left + right;
    if sum >= count { sum - count } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_reaches_every_number_once_and_depends_on_its_key() {
        for count in [0_u64, 1, 2, 3, 7, 64, 100, 1000, 4097, 65_536] {
            let stream = Stream::new(42, "order");
            let all = |part| {
                let permutation = Permutation::new(stream.draws(part), count);
                (0..count).map(|number| permutation.apply(number)).collect::<Vec<_>>()
            };
            let (first, second) = (all(1), all(2));
            let mut sorted = first.clone();
            sorted.sort_unstable();
            assert!(sorted.iter().copied().eq(0..count), "{count}");
            assert!(count < 64 || first != second);
            let permutation = Permutation::new(stream.draws(1), count);
            for start in [0, count / 3, count] {
                assert!(permutation.apply_range(start..count).eq(first[start as usize..].iter().copied()), "{count}");
            }
        }
    }

    #[test]
    fn neighbours_are_torn_apart() {
        let count = 100_000_u64;
        let permutation = Permutation::new(Stream::new(1, "order").draws(0), count);
        let near = (1..count).filter(|number| permutation.apply(*number).abs_diff(permutation.apply(number - 1)) < 1000).count();
        // Of two numbers drawn at random, about 2 in 100 are so near; five standard deviations around that.
        let expected = (count as f64) * 0.0199;
        assert!((near as f64 - expected).abs() < 5.0 * expected.sqrt(), "{near}");
    }

    /// How far the distances of places, modulo `count`, are from even, in standard deviations of chi-square over 500 bins.
    fn unevenness(distances: impl Iterator<Item = u64>, count: u64) -> f64 {
        let mut bins = [0.0_f64; 500];
        distances.for_each(|distance| bins[(distance * 500 / count) as usize] += 1.0);
        let expected = bins.iter().sum::<f64>() / 500.0;
        let chi_square: f64 = bins.iter().map(|seen| (seen - expected) * (seen - expected) / expected).sum();
        (chi_square - 499.0) / (2.0_f64 * 499.0).sqrt()
    }

    /// Sixteen numbers in a row are copies of one thing, and the next sixteen of somebody who lives there too.
    #[test]
    fn places_of_neighbours_are_at_any_distance() {
        let count = 16 * 20_000_u64;
        for key in 0..4 {
            let permutation = Permutation::new(Stream::new(7, "order").draws(key), count);
            let places: Vec<u64> = permutation.apply_range(0..count).collect();
            let mut numbers = vec![0; places.len()];
            places.iter().zip(0..).for_each(|(place, number)| numbers[*place as usize] = number);
            for (direction, places) in [("to", places), ("from", numbers)] {
                for apart in [1, 2, 16, 32] {
                    let pairs = places.iter().zip(&places[apart..]).step_by(if apart < 16 { 16 } else { 1 });
                    let distances = pairs.map(|(left, right)| (right + count - left) % count);
                    let unevenness = unevenness(distances, count);
                    assert!(unevenness.abs() < 5.0, "{direction} {apart}, key {key}: {unevenness}");
                }
            }
        }
    }

    #[test]
    fn draws_are_even_and_independent_of_one_another() {
        let stream = Stream::new(42, "even");
        let third = Chance::new(1.0 / 3.0);
        let total = 300_000_u64;
        let (mut hits, mut both, mut bits_set) = (0.0, 0.0, 0.0);
        for number in 0..total {
            let draws = stream.draws(number);
            let (first, second) = (third.happens(draws.at(0)), third.happens(draws.at(1)));
            hits += f64::from(u8::from(first));
            both += f64::from(u8::from(first && second));
            bits_set += f64::from(draws.part(1).at(0).count_ones());
        }
        let within = |seen: f64, trials: f64, probability: f64| {
            (seen - trials * probability).abs() < 5.0 * (trials * probability * (1.0 - probability)).sqrt()
        };
        let total = total as f64;
        assert!(within(hits, total, 1.0 / 3.0), "{hits}");
        assert!(within(both, total, 1.0 / 9.0), "{both}");
        assert!(within(bits_set, 64.0 * total, 0.5), "{bits_set}");
    }
}
