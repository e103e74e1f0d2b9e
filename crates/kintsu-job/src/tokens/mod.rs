//! Jobs on tokens: made of records, decrypted, passed to another key, and compared between profiles.
//!
//! Every job streams: pieces of the input are worked on side by side, written in the order of the input, and forgotten. The
//! output, its metadata and its card appear together once all is done, or not at all.

mod card;
mod columns;
mod diff;
mod disclosure;
mod file;
mod fuzzy_columns;
mod fuzzy_encode;
mod fuzzy_overlap;
mod fuzzy_side;
mod in_memory;
mod metadata;
mod overlap;
mod pair_file;
mod prepare;
mod pump;
mod reference;
mod rekey;
mod rules;
mod run_card;
mod secrets;
mod token_side;
mod tokenize;

pub use card::{KeyCard, SecretCard, TokenCard};
pub use diff::{ProfileDifference, ProfileDifferences, diff_profiles};
pub use disclosure::{DisclosureJob, DisclosureReport, disclosure};
pub use fuzzy_encode::ClkCard;
pub use fuzzy_overlap::{
    BlockTokens, ClkBlocking, ClkBlockingReport, FuzzyOverlapJob, FuzzyOverlapReport, fuzzy_overlap, plan_fuzzy_overlap,
};
pub use fuzzy_side::ClkSide;
pub use in_memory::tokenize_stream;
pub use overlap::{OverlapJob, OverlapReport, OverlapSide, overlap, overlap_in_memory, plan_overlap};
pub use prepare::{TokensPlan, plan_tokens};
pub use reference::{
    ReferenceDecrypt, ReferenceTokens, decrypt_as_reference, plan_as_reference, plan_decrypt_as_reference, tokenize_as_reference,
};
pub use rekey::{DecryptJob, RekeyJob, TokenFileCounts, decrypt, decrypt_stream, plan_decrypt, plan_rekey, rekey};
pub use rules::load_rules;
pub use secrets::{ENCRYPTION_KEY_VARIABLE, HASHING_SECRET_VARIABLE, HeldSecret, TokenSecrets, read_secret};
pub(crate) use tokenize::run;
pub use tokenize::{TokenizeGiven, tokenize};

use std::path::Path;

use kintsu_table::FileFormat;

use crate::error::JobError;
use crate::spec::Problem;

/// The format that the name of an output asks for.
fn output_format(path: &Path) -> Result<FileFormat, JobError> {
    let packed = path.extension().is_some_and(|ending| ending == "gz" || ending == "zst");
    match FileFormat::from_path(path) {
        Some(format @ (FileFormat::Csv | FileFormat::Parquet)) if !packed => Ok(format),
        _ => {
            let problem = Problem::new("KN-JOB-060", format!("the name of `{}` tells no format of tokens", path.display()));
            Err(JobError::problem(problem.hint("end it in .csv or .parquet")))
        }
    }
}

/// A file must not be read and replaced at once.
fn check_apart(input: &Path, output: &Path) -> Result<(), JobError> {
    let same = input.as_os_str() != "-" && input.canonicalize().ok().zip(output.canonicalize().ok()).is_some_and(|(a, b)| a == b);
    if same {
        let problem = Problem::new("KN-JOB-061", format!("`{}` is both input and output", output.display()));
        return Err(JobError::problem(problem.hint("name another output")));
    }
    Ok(())
}
