//! Hardening of CLKs: what makes the attacks that count frequencies and patterns of bits harder.
//!
//! Plain CLKs, those of clkhash too, can be attacked: frequent names make frequent bits. No option here proves anything secure, and each
//! costs some accuracy. Both parties have to use the same ones. They are applied in the order of the fields of [`Hardening`]:
//!
//! * **Salting**: the tokens of all features are hashed together with the value of one or more columns, such as the year of birth,
//!   `hash(token, 0x1f, value, ...)`. Records that differ in the salt share no token, so it has to be free of errors. It answers
//!   attacks that count bits over all records (Niedermeyer, Steinmetzer, Kroll and Schnell, "Cryptanalysis of basic Bloom filters
//!   used for privacy preserving record linkage", Journal of Privacy and Confidentiality 6(2), 2014).
//! * **Folding** (Schnell and Borgs, "XOR-folding for Bloom filter-based encryptions for privacy-preserving record linkage", working
//!   paper WP-GRLC-2016-03): `new[i]` is the parity of all `old[j]` with `j = i` modulo the new length, which halves with every
//!   fold. It acts on finished CLKs, beyond the folds of the schema.
//! * **Rule 90** (Schnell and Borgs, "Hardening encrypted patient names against cryptographic attacks using cellular automata", ICDM
//!   workshops 2018): `new[i] = old[i - 1] xor old[i + 1]`, around the ends. A changed bit changes two.
//! * **Random flips** (Alaggan, Gambs and Kermarrec, "BLIP: non-interactive differentially-private similarity computation on Bloom
//!   filters", 2012; Schnell and Borgs, "Randomized response and balanced Bloom filters for privacy preserving record linkage",
//!   ICDM workshops 2016): every bit is flipped with probability `p`. For a filter where a token sets at most `k` bits, `p = 1 /
//!   (1 + exp(e / k))` gives each token `e`-differential privacy. Flips are keyed by the secret, the record's id and its CLK: a
//!   repeated run gives the same bits, so nobody can average the noise away, and neither the clock nor a seed has a part in them.
//! * **Balancing** (Schnell and Borgs 2016; the idea is that of Berger's codes, 1961): the CLK is followed by its complement and all
//!   positions are permuted under the secret. Every CLK has then as many set bits as cleared ones, and twice the length.

use zeroize::Zeroizing;

use super::digest::KeyedBlake2b;
use super::error::FuzzyError;
use super::filter::Filter;
use super::keys::hardening_key;
use crate::secret::Secret;

/// What is done to CLKs beyond their schema. The default is nothing: the CLKs are those of clkhash.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hardening {
    /// Columns whose values are hashed with every token. They need not stand in the schema.
    pub salt_columns: Vec<String>,
    /// How often finished CLKs are folded in half.
    pub folds: u32,
    /// Whether every bit becomes the exclusive or of its neighbours.
    pub rule_90: bool,
    /// The probability that a bit is flipped, at least 0 and below 0.5.
    pub flip_probability: f64,
    /// Whether CLKs are joined with their complements and permuted.
    pub balance: bool,
}

impl Hardening {
    /// The bits of a CLK that has `bits` before hardening.
    pub fn bits_after(&self, bits: usize) -> usize {
        let folded = bits.checked_shr(self.folds).unwrap_or(0);
        if self.balance { folded * 2 } else { folded }
    }
}

/// A hardening with its keys.
pub(crate) struct Hardener {
    folds: u32,
    rule_90: bool,
    flips: Option<Flips>,
    /// Where each position of CLK and complement goes to.
    permutation: Option<Vec<u32>>,
}

struct Flips {
    key: KeyedBlake2b,
    /// Of 2^16, how many draws flip a bit.
    chance: u32,
}

impl Hardener {
    pub(crate) fn new(hardening: &Hardening, bits: usize, secret: &Secret) -> Result<Self, FuzzyError> {
        let folded = bits.checked_shr(hardening.folds).unwrap_or(0);
        if folded == 0 || folded << hardening.folds != bits {
            let what = "the bits of a CLK do not divide by 2 as often as it is to be folded";
            return Err(FuzzyError::Hardening { what, instead: "fold less often, or make `l` of the schema a power of two" });
        }
        if !(0.0..0.5).contains(&hardening.flip_probability) {
            let what = "the probability of flips is not at least 0 and below 0.5";
            return Err(FuzzyError::Hardening { what, instead: "write a number such as 0.02" });
        }
        let chance = (hardening.flip_probability * 65_536.0).round() as u32;
        if chance == 0 && hardening.flip_probability > 0.0 {
            let what = "the probability of flips is so small that no bit would be flipped";
            return Err(FuzzyError::Hardening { what, instead: "write 0, or a number of at least 0.00001" });
        }
        let key = |purpose| Ok::<_, FuzzyError>(KeyedBlake2b::new(&hardening_key(secret, purpose)?, b""));
        Ok(Self {
            folds: hardening.folds,
            rule_90: hardening.rule_90,
            flips: if chance > 0 { Some(Flips { key: key(b"flips")?, chance }) } else { None },
            permutation: if hardening.balance { Some(permutation(&key(b"permutation")?, folded)) } else { None },
        })
    }

    /// The hardened form of a CLK; none where nothing is done.
    pub(crate) fn apply(&self, clk: &Filter, id: &str) -> Option<Filter> {
        let mut hardened = (self.folds > 0).then(|| clk.folded(self.folds));
        if self.rule_90 {
            hardened = Some(rule_90(hardened.as_ref().unwrap_or(clk)));
        }
        if let Some(flips) = &self.flips {
            let mut flipped = hardened.take().unwrap_or_else(|| clk.clone());
            flips.apply(&mut flipped, id);
            hardened = Some(flipped);
        }
        if let Some(permutation) = &self.permutation {
            hardened = Some(balanced(hardened.as_ref().unwrap_or(clk), permutation));
        }
        hardened
    }
}

fn rule_90(clk: &Filter) -> Filter {
    let bits = clk.bits();
    let mut next = Filter::new(bits);
    for position in 0..bits {
        let (before, after) = ((position + bits - 1) % bits, (position + 1) % bits);
        if clk.is_set(before) != clk.is_set(after) {
            next.set(position);
        }
    }
    next
}

fn balanced(clk: &Filter, permutation: &[u32]) -> Filter {
    let mut balanced = Filter::new(permutation.len());
    for (position, place) in permutation.iter().enumerate() {
        let complement = position >= clk.bits();
        if clk.is_set(position % clk.bits()) != complement {
            balanced.set(*place as usize);
        }
    }
    balanced
}

impl Flips {
    fn apply(&self, clk: &mut Filter, id: &str) {
        let mut message = Zeroizing::new(Vec::with_capacity(id.len() + clk.words().len() * 8 + 8));
        message.extend_from_slice(&[0; 8]);
        message.extend(clk.words().iter().flat_map(|word| word.to_be_bytes()));
        message.extend_from_slice(id.as_bytes());
        let mut position = 0;
        for block in 0_u64.. {
            message[..8].copy_from_slice(&block.to_le_bytes());
            for draw in self.key.digest(&message).as_chunks::<2>().0 {
                if position == clk.bits() {
                    return;
                }
                if u32::from(u16::from_le_bytes(*draw)) < self.chance {
                    clk.flip(position);
                }
                position += 1;
            }
        }
    }
}

/// A permutation of twice so many positions (Durstenfeld 1964). That draws are scaled and not drawn again makes places unequally
/// likely by less than 2^-40.
fn permutation(key: &KeyedBlake2b, bits: usize) -> Vec<u32> {
    let mut places: Vec<u32> = (0..bits as u32 * 2).collect();
    for last in (1..places.len()).rev() {
        let digest = key.digest(&(last as u64).to_le_bytes());
        let draw = digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        places.swap(last, ((u128::from(draw) * (last as u128 + 1)) >> 64) as usize);
    }
    places
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::clks::count;
    use super::*;

    fn filter(bits: usize, seed: u64) -> Filter {
        let mut filter = Filter::new(bits);
        let set = |position: &usize| kintsu_core::hash_bytes(&position.to_le_bytes(), seed).is_multiple_of(3);
        (0..bits).filter(set).for_each(|position| filter.set(position));
        filter
    }

    fn hardener(hardening: &Hardening, secret: &[u8]) -> Hardener {
        Hardener::new(hardening, 512, &Secret::from_bytes(secret)).unwrap()
    }

    #[test]
    fn nothing_is_done_unasked() {
        assert!(hardener(&Hardening::default(), b"s").apply(&filter(512, 1), "id").is_none());
    }

    #[test]
    fn balanced_filters_have_half_of_their_bits_set_and_keep_distances() {
        let hardener = hardener(&Hardening { balance: true, ..Hardening::default() }, b"s");
        let [one, two] = [1, 2].map(|seed| hardener.apply(&filter(512, seed), "").unwrap());
        assert_eq!((one.bits(), count(one.words()), count(two.words())), (1024, 512, 512));
        let distance = |a: &Filter, b: &Filter| a.words().iter().zip(b.words()).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        assert_eq!(distance(&one, &two), 2 * distance(&filter(512, 1), &filter(512, 2)));
        let other = super::Hardener::new(&Hardening { balance: true, ..Hardening::default() }, 512, &Secret::from_bytes(*b"t"));
        assert_ne!(other.unwrap().apply(&filter(512, 1), "").unwrap(), one);
    }

    #[test]
    fn rule_90_of_one_bit_sets_its_neighbours() {
        let mut one = Filter::new(70);
        one.set(0);
        let next = rule_90(&one);
        assert_eq!((0..70).filter(|&position| next.is_set(position)).collect::<Vec<_>>(), [1, 69]);
    }

    #[test]
    fn flips_come_as_often_as_asked_and_depend_on_secret_id_and_bits() {
        let hardening = Hardening { flip_probability: 0.1, ..Hardening::default() };
        let clk = filter(512, 1);
        let flipped = |secret: &[u8], id: &str| hardener(&hardening, secret).apply(&clk, id).unwrap();
        assert_eq!(flipped(b"s", "a"), flipped(b"s", "a"));
        assert_ne!(flipped(b"s", "a"), flipped(b"s", "b"));
        assert_ne!(flipped(b"s", "a"), flipped(b"t", "a"));
        let hardener = hardener(&hardening, b"s");
        let flips = |id: usize| {
            let flipped = hardener.apply(&clk, &id.to_string()).unwrap();
            flipped.words().iter().zip(clk.words()).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>()
        };
        let total: u32 = (0..200).map(flips).sum();
        // 102,400 draws: the standard deviation is 96.
        assert!((9_750..10_750).contains(&total), "{total}");
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let secret = Secret::from_bytes(*b"s");
        let hardening = |folds, flip_probability| Hardening { folds, flip_probability, ..Hardening::default() };
        assert!(Hardener::new(&hardening(10, 0.0), 512, &secret).is_err());
        assert!(Hardener::new(&hardening(2, 0.0), 510, &secret).is_err());
        assert!(Hardener::new(&hardening(0, 0.5), 512, &secret).is_err());
        assert!(Hardener::new(&hardening(0, f64::NAN), 512, &secret).is_err());
    }
}
