//! How many records bear each token, part by part.

use kintsu_core::RunContext;
use rayon::prelude::*;

use super::rule::{DisclosureOptions, Frequencies, RuleDisclosure, measure};
use crate::overlap::join::{parts_at_once, sorted};
use crate::overlap::spill::PARTS;
use crate::overlap::{OverlapError, TokenSide};

/// What a file of tokens gives away.
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    /// Records of the file.
    pub records: u64,
    /// The rules, in the order of their names.
    pub rules: Vec<RuleDisclosure>,
}

impl Disclosure {
    /// Measures the tokens of a file. Parts at work take about `bytes_max` bytes.
    ///
    /// # Errors
    ///
    /// [`OverlapError`]: a wrong key, files that cannot be read back, or the run was stopped.
    pub fn new(
        side: &mut TokenSide,
        options: &DisclosureOptions,
        bytes_max: usize,
        ctx: &RunContext,
    ) -> Result<Self, OverlapError> {
        side.check_key()?;
        let rules = side.counts().count();
        let mut frequencies = vec![Frequencies::new(); rules];
        let wave = parts_at_once(side.part_bytes_max(), bytes_max);
        for begin in (0..PARTS).step_by(wave) {
            let parts = begin..(begin + wave).min(PARTS);
            let of_part = |part| {
                ctx.check()?;
                count(side, part, rules)
            };
            for found in parts.into_par_iter().map(of_part).collect::<Result<Vec<_>, OverlapError>>()? {
                for (sum, found) in frequencies.iter_mut().zip(found) {
                    for (frequency, tokens) in found {
                        *sum.entry(frequency).or_default() += tokens;
                    }
                }
            }
        }
        let read = side.counts().zip(&frequencies);
        let mut rules: Vec<RuleDisclosure> =
            read.map(|((rule, read), frequencies)| measure(rule, read, frequencies, options)).collect();
        rules.sort_by(|left, right| left.rule.cmp(&right.rule));
        Ok(Self { records: side.records(), rules })
    }
}

/// The frequencies of a part's tokens, by rule.
fn count(side: &TokenSide, part: usize, rules: usize) -> Result<Vec<Frequencies>, OverlapError> {
    let entries = sorted(side.entries(part)?);
    let mut frequencies = vec![Frequencies::new(); rules];
    for bearers in entries.chunk_by(|left, right| left.token() == right.token()) {
        *frequencies[bearers[0].rule()].entry(bearers.len() as u64).or_default() += 1;
    }
    Ok(frequencies)
}
