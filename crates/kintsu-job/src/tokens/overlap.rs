//! Two files of tokens compared: which records of one are in the other.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::RunContext;
use kintsu_table::{HeldTable, Input};
use kintsu_token::Profile;
use kintsu_token::overlap::{
    Agreement, MatchedPair, Overlap, OverlapError, OverlapOptions, OverlapResult, PairIds, RuleOverlap, RuleSets, TokenSide,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::pair_file::{PAIRS_PER_BATCH, PairFile};
use super::secrets::HeldSecret;
use super::token_side::{Scratch, TokenReading, bytes_for_tokens};
use crate::card::Counts;
use crate::error::{JobError, MemoryNeed};

/// Pairs by one token from which on its rule is warned of.
const PAIRS_OF_TOKEN_WARNED: u64 = 1_000_000;

/// A file of tokens that is compared.
pub struct OverlapSide {
    /// The file.
    pub input: Input,
    /// Its encryption key; none where tokens are not encrypted.
    pub key: Option<Arc<HeldSecret>>,
    /// The partner whose key the tokens are encrypted with.
    pub partner: Option<String>,
}

/// Compares two files of tokens.
pub struct OverlapJob {
    /// The files.
    pub sides: [OverlapSide; 2],
    /// The file of pairs; none where only figures are wanted.
    pub output: Option<PathBuf>,
    /// The rules.
    pub sets: RuleSets,
    /// Give each record at most one partner.
    pub one_to_one: bool,
    /// Leave out tokens that more records of a file bear.
    pub token_frequency_max: Option<u64>,
    /// The way of making tokens, which says how encrypted ones are read.
    pub profile: Profile,
    /// Replace a file that is there.
    pub overwrite: bool,
    /// Take keys that are easily guessed.
    pub allow_weak_secret: bool,
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverlapReport {
    /// The file of pairs.
    pub output: Option<PathBuf>,
    /// Pairs in it, each once though it may match by several sets.
    pub pairs: u64,
    /// `all` or `any`.
    pub agreement: &'static str,
    /// Whether everybody has at most one partner.
    pub one_to_one: bool,
    /// Tokens that more records bear were left out.
    pub token_frequency_max: Option<u64>,
    /// The result of every set of rules.
    pub results: Vec<OverlapResult>,
    /// What is said of every rule.
    pub rules: Vec<RuleOverlap>,
}

/// Compares two files of tokens and writes the pairs that match, in the order of their ids, and a card of the run beside them.
///
/// # Errors
/// When a column lacks, a file cannot be read or written, a key is unfit or opens nothing, or a rule stands in neither file.
pub fn overlap(job: &OverlapJob, ctx: &RunContext) -> Result<OverlapReport, JobError> {
    let compared = compare(job, false, ctx).map_err(|error| error.or_memory_for(ctx, MemoryNeed::Tokens));
    compared.map(|(report, _)| report)
}

/// As [`overlap`], with the pairs in memory as the file of pairs would have them; the job's output is not written.
///
/// # Errors
/// As [`overlap`].
pub fn overlap_in_memory(job: &OverlapJob, ctx: &RunContext) -> Result<(OverlapReport, HeldTable), JobError> {
    compare(job, true, ctx).map_err(|error| error.or_memory_for(ctx, MemoryNeed::Tokens))
}

/// Checks what can be known of [`overlap`] before tokens are read: keys, columns, and whether the pairs may be written.
///
/// # Errors
/// As [`overlap`].
pub fn plan_overlap(job: &OverlapJob, ctx: &RunContext) -> Result<(), JobError> {
    job.pair_file()?;
    job.sides.iter().try_for_each(|side| job.reading().check(side, ctx))
}

/// Compares, and gives the pairs where they are to be held; there are none in the table otherwise.
fn compare(job: &OverlapJob, hold: bool, ctx: &RunContext) -> Result<(OverlapReport, HeldTable), JobError> {
    let file = if hold { None } else { job.pair_file()? };
    let scratch = Scratch::create(job.output.as_deref())?;
    let bytes_max = bytes_for_tokens(ctx);
    let sides = job.reading().read_both(&job.sides, scratch.path(), bytes_max, ctx)?;
    warn_of_rules(&sides, ctx);
    let options = OverlapOptions { one_to_one: job.one_to_one, token_frequency_max: job.token_frequency_max, bytes_max };
    let mut overlap = Overlap::new(job.sets.clone(), sides, options, scratch.path(), ctx).map_err(JobError::part)?;
    let rules = overlap.rules();
    warn_of_frequencies(&rules, job, ctx);
    let columns = PairColumns::new(overlap.names(), &job.sets);
    let mut held = Vec::new();
    let pairs = if hold {
        hold_pairs(&mut overlap, &columns, &mut held, ctx)?
    } else {
        write_pairs(&mut overlap, &columns, file.as_ref())?
    };
    let report = OverlapReport {
        output: file.is_some().then(|| job.output.clone()).flatten(),
        pairs,
        agreement: job.agreement(),
        one_to_one: job.one_to_one,
        token_frequency_max: job.token_frequency_max,
        results: overlap.results(),
        rules,
    };
    if let Some(file) = file {
        file.publish(job.as_json(), report.counts(), &report, ctx)?;
    }
    Ok((report, HeldTable::new(columns.schema, held)))
}

impl OverlapJob {
    fn pair_file(&self) -> Result<Option<PairFile<'_>>, JobError> {
        let inputs = || self.sides.iter().map(|side| &side.input).collect();
        self.output.as_deref().map(|output| PairFile::create(output, inputs(), self.overwrite)).transpose()
    }

    fn reading(&self) -> TokenReading<'_> {
        let rules = Some(self.sets.rules());
        TokenReading { rules, profile: self.profile, allow_weak_secret: self.allow_weak_secret }
    }

    /// `all` or `any`.
    fn agreement(&self) -> &'static str {
        if self.sets.agreement() == Agreement::All { "all" } else { "any" }
    }

    /// The job as its card shows it.
    fn as_json(&self) -> Value {
        let sets: Vec<_> = (0..self.sets.len()).map(|set| self.sets.rules_of(set)).collect();
        json!({
            "inputs": self.sides.each_ref().map(|side| &side.input.path),
            "output": self.output,
            "overlap": {
                "rule_sets": sets,
                "agreement": self.agreement(),
                "one_to_one": self.one_to_one,
                "token_frequency_max": self.token_frequency_max,
                "token_profile": self.profile,
                "partners": self.sides.each_ref().map(|side| &side.partner),
            },
        })
    }
}

impl OverlapReport {
    /// The counts that are told first: the records of both files, those that match by any set, and the pairs.
    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        if let Some(result) = self.results.first() {
            counts.put("records_dataset1", result.total_records_dataset1);
            counts.put("records_dataset2", result.total_records_dataset2);
        }
        counts.put("pairs", self.pairs);
        counts
    }
}

/// Warns of rules that only one file has.
fn warn_of_rules(sides: &[TokenSide; 2], ctx: &RunContext) {
    if sides.iter().any(|side| side.rows() == 0) {
        return;
    }
    for (rule, (first, second)) in
        sides[0].counts().zip(sides[1].counts()).map(|((rule, first), (_, second))| (rule, (first, second)))
    {
        if (first.rows == 0) != (second.rows == 0) {
            let lacks = if first.rows == 0 { sides[0].name() } else { sides[1].name() };
            ctx.warn("KN-W-TOKEN-010", format!("{lacks} has no tokens of the rule `{rule}`, by which nothing matches"), None);
        }
    }
}

/// Warns of tokens that many records of both files bear.
fn warn_of_frequencies(rules: &[RuleOverlap], job: &OverlapJob, ctx: &RunContext) {
    for rule in rules.iter().filter(|_| job.token_frequency_max.is_none()) {
        let (first, second) = (rule.dataset1.token_frequency_max, rule.dataset2.token_frequency_max);
        if rule.pairs > PAIRS_OF_TOKEN_WARNED && first.saturating_mul(second) > PAIRS_OF_TOKEN_WARNED {
            let message = format!(
                "up to {first} and {second} records bear one token of the rule `{}`, which makes {} pairs",
                rule.rule, rule.pairs
            );
            ctx.warn("KN-W-TOKEN-013", message, Some("leave frequent tokens out with --max-token-frequency N".to_owned()));
        }
    }
}

/// Counts the pairs, and writes them where there is a file for them.
fn write_pairs(overlap: &mut Overlap, columns: &PairColumns<'_>, file: Option<&PairFile<'_>>) -> Result<u64, JobError> {
    let mut pairs = 0;
    let count = |some: &[MatchedPair]| some.len() as u64;
    let Some(file) = file else {
        overlap
            .for_each_pair(|_, some| {
                pairs += count(some);
                Ok::<(), OverlapError>(())
            })
            .map_err(JobError::part)?;
        return Ok(pairs);
    };
    let mut writer = file.writer(&columns.schema)?;
    overlap.for_each_pair(|ids, some| {
        pairs += count(some);
        some.chunks(PAIRS_PER_BATCH).try_for_each(|some| writer.write(&columns.batch(ids, some)?).map_err(PairError::part))
    })?;
    writer.finish().map_err(JobError::part)?;
    Ok(pairs)
}

/// Puts the pairs into memory, and counts them.
fn hold_pairs(
    overlap: &mut Overlap,
    columns: &PairColumns<'_>,
    held: &mut Vec<RecordBatch>,
    ctx: &RunContext,
) -> Result<u64, JobError> {
    let mut pairs = 0;
    overlap.for_each_pair(|ids, some| {
        pairs += some.len() as u64;
        some.chunks(PAIRS_PER_BATCH).try_for_each(|some| {
            ctx.make_room_for(0).map_err(|stopped| PairError(JobError::Cancelled(stopped)))?;
            held.push(columns.batch(ids, some)?);
            Ok::<(), PairError>(())
        })
    })?;
    Ok(pairs)
}

/// What goes wrong while pairs are written.
struct PairError(JobError);

impl PairError {
    fn part(error: kintsu_table::TableError) -> Self {
        Self(JobError::part(error))
    }
}

impl From<OverlapError> for PairError {
    fn from(error: OverlapError) -> Self {
        Self(JobError::part(error))
    }
}

impl From<PairError> for JobError {
    fn from(error: PairError) -> Self {
        error.0
    }
}

/// The columns of the file of pairs: the two ids and, where it may differ from pair to pair, what they matched by.
struct PairColumns<'a> {
    schema: SchemaRef,
    sets: &'a RuleSets,
    told: bool,
}

impl<'a> PairColumns<'a> {
    fn new(names: &[String; 2], sets: &'a RuleSets) -> Self {
        let told = sets.len() > 1 || sets.agreement() == Agreement::Any;
        let mut columns: Vec<String> = names.iter().map(|name| format!("{name}_RecordId")).collect();
        if told {
            columns.extend(["MatchingRules".to_owned(), "RuleSets".to_owned()]);
        }
        let fields: Vec<Field> = columns.into_iter().map(|name| Field::new(name, DataType::Utf8, false)).collect();
        Self { schema: Arc::new(Schema::new(fields)), sets, told }
    }

    fn batch(&self, ids: &PairIds<'_>, pairs: &[MatchedPair]) -> Result<RecordBatch, PairError> {
        let column = |text: &dyn Fn(&MatchedPair, &mut StringBuilder)| -> ArrayRef {
            let mut column = StringBuilder::new();
            for pair in pairs {
                text(pair, &mut column);
            }
            Arc::new(column.finish())
        };
        let mut columns = vec![
            column(&|pair, column| column.append_value(ids.first(pair))),
            column(&|pair, column| column.append_value(ids.second(pair))),
        ];
        if self.told {
            let rules: Vec<&String> = self.sets.rules().iter().collect();
            let sets: Vec<String> = (0..self.sets.len()).map(|set| self.sets.rules_of(set).join(",")).collect();
            columns.push(column(&|pair, column| column.append_value(named(pair.rules, &rules, ","))));
            columns.push(column(&|pair, column| column.append_value(named(pair.sets, &sets.iter().collect::<Vec<_>>(), ";"))));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        batch.map_err(|error| PairError(JobError::Defect(error.to_string())))
    }
}

/// The names whose bits are set.
fn named(bits: u64, names: &[&String], between: &str) -> String {
    let set = names.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    set.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(between)
}
