//! String measures in the units that the model asks for.

use kintsu_text::Semantics;

use super::cast::to_text;
use super::compare::number;
use super::operand::Operand;
use super::raised::Raised;
use crate::Parity;
use crate::function::Function;

/// How measures count under a parity.
pub(crate) const fn semantics(parity: Parity) -> Semantics {
    match parity {
        Parity::Characters => Semantics::CHARACTERS,
        Parity::DuckDb1_5 => Semantics::DUCKDB_1_5,
        Parity::DuckDb2_0 => Semantics::DUCKDB_2_0,
        Parity::SparkJar => Semantics::SPARK_JAR,
    }
}

/// Computes a measure of texts that are not null.
pub(crate) fn compute<'a>(function: Function, values: &[Operand<'a>], parity: Parity) -> Result<Operand<'a>, Raised> {
    let mut texts = values.iter().map(|value| to_text(value.clone()));
    let first = texts.next().ok_or(Raised::Types)?;
    if function == Function::Soundex {
        return Ok(Operand::from(kintsu_text::soundex(&first).unwrap_or_default()));
    }
    let second = texts.next().ok_or(Raised::Types)?;
    let semantics = semantics(parity);
    let value = match function {
        Function::Levenshtein => return Ok(Operand::Integer(kintsu_text::levenshtein(&first, &second, semantics) as i64)),
        Function::DamerauLevenshtein => {
            return Ok(Operand::Integer(kintsu_text::damerau_levenshtein(&first, &second, semantics) as i64));
        }
        Function::Hamming => return hamming(&first, &second, parity).map(Operand::Integer).ok_or(Raised::UnequalLengths),
        Function::Jaro => kintsu_text::jaro(&first, &second, semantics),
        Function::JaroWinkler => kintsu_text::jaro_winkler(&first, &second, semantics),
        Function::Jaccard => kintsu_text::jaccard(&first, &second, semantics).ok_or(Raised::JaccardOfEmpty)?,
        _ => return Err(Raised::Types),
    };
    let cutoff = values.get(2).and_then(number).unwrap_or(0.0);
    Ok(Operand::Double(if value < cutoff { 0.0 } else { value }))
}

/// DuckDB counts bytes and refuses empty texts.
fn hamming(a: &str, b: &str, parity: Parity) -> Option<i64> {
    let count = |equal_length: bool, differ: usize| equal_length.then_some(differ as i64);
    match parity {
        Parity::DuckDb1_5 | Parity::DuckDb2_0 => {
            count(a.len() == b.len() && !a.is_empty(), a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count())
        }
        Parity::Characters | Parity::SparkJar => {
            count(a.chars().count() == b.chars().count(), a.chars().zip(b.chars()).filter(|(a, b)| a != b).count())
        }
    }
}
