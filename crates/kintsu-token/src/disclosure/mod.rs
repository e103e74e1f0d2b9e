//! What a file of tokens gives away to somebody who holds no key: how often tokens repeat, and how far that tells them apart.
//!
//! A token hides a person's data but not how many records bear it. Whoever knows how common each combination of data is in the same
//! population can lay the two lists of frequencies side by side: a token whose frequency no other token of the rule has is opened,
//! and among tokens of one frequency he can only guess. That is the attack the measures here take for granted, at its strongest:
//! the attacker's list fits the file exactly. Real lists fit worse, so the measures are upper bounds.
//!
//! For a rule with N distinct tokens, token t borne by f(t) records, and g(t) tokens of the rule that have the frequency of t:
//!
//! * *suspicion* of t is (1/g(t) - 1/N) / (1 - 1/N), from 0 to 1: the normalised probability of suspicion of Vatsalan, Christen,
//!   O'Keefe and Verykios, "An evaluation framework for privacy-preserving record linkage", Journal of Privacy and Confidentiality
//!   6(1), 2014, with the tokens of one frequency as the candidates. For N = 1 it is 1.
//! * *mean* and *marketer risk* are that paper's, counted by records: the mean of the suspicion, and the share of records whose
//!   token has suspicion 1.
//! * *top share* is the share of the commonest token, max f / sum f: the chance to name a record's token without looking at it, the
//!   vulnerability of G. Smith, "On the foundations of quantitative information flow", 2009, of which min-entropy is -log2.
//! * *entropy* is Shannon's, in bits, of the tokens over records; log2 N where no token repeats.
//!
//! What surprises: a rule whose tokens never repeat is safe from this attack and the worst for anonymity, as every record stands
//! alone. Both are reported; neither is safety.

mod frequencies;
mod rule;

pub use frequencies::Disclosure;
pub use rule::{AnonymityCount, DisclosureOptions, FrequencyBand, RuleDisclosure};

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
