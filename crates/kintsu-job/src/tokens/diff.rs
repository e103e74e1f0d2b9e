//! Which records get other tokens in another profile.

use kintsu_core::RunContext;
use kintsu_kernel::{ColumnPlan, TokenInput, Tokenize};
use kintsu_table::{CsvDialect, Piece, ReadOptions, TextStream};
use kintsu_token::{Profile, TokenBatch, TokenCounts, TokenMode};
use serde::{Deserialize, Serialize};

use super::tokenize::{kernel, kernel_spec};
use super::{columns, pump};
use crate::error::JobError;
use crate::inputs::table_input;
use crate::spec::{InputSpec, TokenizeSpec};

/// So many records of each profile are listed.
const LISTED_MAX: usize = 100;

/// How the profiles differ over the records of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDifferences {
    /// The profile that the others are held against.
    pub base: Profile,
    /// The records.
    pub records: u64,
    /// The other profiles.
    pub profiles: Vec<ProfileDifference>,
}

/// How one profile differs from the base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileDifference {
    /// The profile.
    pub profile: Profile,
    /// The records of which at least one token differs.
    pub records: u64,
    /// For each rule, by its id, the records whose token differs.
    pub rules: Vec<(String, u64)>,
    /// The first of the records, by their place in the file, counted from 1; the header does not count.
    pub first_records: Vec<u64>,
}

/// What is needed to make the signatures of one profile.
struct InProfile {
    profile: Profile,
    kernel: Tokenize,
    plan: ColumnPlan,
}

/// What was found in one piece: for each other profile, the records (by place in the piece) and the rules that differ.
struct Found {
    records: usize,
    differing: Vec<Vec<(usize, Vec<usize>)>>,
}

/// Makes the signatures of a file's records in every profile and holds them against those of the profile that `spec` names.
///
/// # Errors
/// As for making tokens.
pub fn diff_profiles(input: &InputSpec, spec: &TokenizeSpec, ctx: &RunContext) -> Result<ProfileDifferences, JobError> {
    let mut stream =
        TextStream::open(&table_input(input), &ReadOptions::default(), CsvDialect::Strict).map_err(JobError::part)?;
    let names = columns::clean_names(&stream, ctx);
    let base = spec.token_profile.unwrap_or_default();
    let in_profile = |profile: Profile| {
        let spec = TokenizeSpec { mode: Some(TokenMode::Plain), token_profile: Some(profile), ..spec.clone() };
        let kernel = kernel(&kernel_spec(&spec)?, None, None)?;
        let plan = kernel.plan_columns(&names);
        Ok(InProfile { profile, kernel, plan })
    };
    let others = Profile::ALL.into_iter().filter(|profile| *profile != base);
    let profiles = [base].into_iter().chain(others).map(in_profile).collect::<Result<Vec<InProfile>, JobError>>()?;
    let Some((own, others)) = profiles.split_first() else { return Err(JobError::Defect("there are no profiles".to_owned())) };
    columns::check_plan(&own.plan, &own.kernel, &names, spec, ctx)?;

    stream.want(&(0..names.len()).collect::<Vec<_>>()).map_err(JobError::part)?;
    let rule_ids = own.kernel.tokenizer().rules().rule_ids();
    let mut differences = ProfileDifferences {
        base,
        records: 0,
        profiles: others
            .iter()
            .map(|other| ProfileDifference {
                profile: other.profile,
                records: 0,
                rules: rule_ids.iter().map(|id| (id.clone(), 0)).collect(),
                first_records: Vec::new(),
            })
            .collect(),
    };
    ctx.progress().begin("comparing profiles", stream.rows_known(), "records");
    pump::pump(
        &mut stream,
        ctx,
        |piece| compare(piece, own, others, ctx),
        |found| {
            for (difference, records) in differences.profiles.iter_mut().zip(&found.differing) {
                difference.add(records, differences.records);
            }
            differences.records += found.records as u64;
            Ok(())
        },
    )?;
    ctx.progress().finish();
    Ok(differences)
}

impl ProfileDifference {
    fn add(&mut self, records: &[(usize, Vec<usize>)], before: u64) {
        self.records += records.len() as u64;
        for (record, rules) in records {
            for rule in rules {
                self.rules[*rule].1 += 1;
            }
            if self.first_records.len() < LISTED_MAX {
                self.first_records.push(before + *record as u64 + 1);
            }
        }
    }
}

fn compare(piece: Piece, own: &InProfile, others: &[InProfile], ctx: &RunContext) -> Result<Found, JobError> {
    let batch = piece.into_batch().map_err(JobError::part)?;
    let tokens_of = |profile: &InProfile| {
        let input = TokenInput {
            rows: batch.rows,
            fields: profile.plan.fields.iter().map(|place| place.map(|place| &batch.columns[place])).collect(),
            missing: Vec::new(),
            record_ids: None,
        };
        let (mut tokens, mut counts): (TokenBatch, TokenCounts) = (TokenBatch::default(), profile.kernel.tokenizer().counts());
        profile.kernel.run(&input, &mut counts, &mut tokens).map_err(JobError::part)?;
        Ok::<_, JobError>(by_slot(&tokens, batch.rows, profile.kernel.tokenizer().rules().rule_ids().len()))
    };
    let base = tokens_of(own)?;
    let rules = own.kernel.tokenizer().rules().rule_ids().len();
    let differing = others.iter().map(|other| {
        let theirs = tokens_of(other)?;
        let differs = |record: usize| -> Vec<usize> {
            (0..rules).filter(|rule| base[record * rules + rule] != theirs[record * rules + rule]).collect()
        };
        Ok((0..batch.rows).map(|record| (record, differs(record))).filter(|(_, rules)| !rules.is_empty()).collect())
    });
    let differing = differing.collect::<Result<Vec<_>, JobError>>()?;
    ctx.progress().advance(batch.rows as u64);
    Ok(Found { records: batch.rows, differing })
}

/// For each record and rule its token; none where it has none.
fn by_slot(tokens: &TokenBatch, records: usize, rules: usize) -> Vec<Option<Vec<u8>>> {
    let mut slots = vec![None; records * rules];
    for (position, (record, rule)) in tokens.slots().enumerate() {
        slots[record * rules + rule] = Some(tokens.token(position).to_vec());
    }
    slots
}
