//! Two files of CLKs compared: which records of one are like records of the other.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use kintsu_core::RunContext;
use kintsu_table::Input;
use kintsu_token::Profile;
use kintsu_token::fuzzy::{BlockKeys, Blocking, ClkPair, Clks, DiceMatcher, SampledBits};
use kintsu_token::overlap::{RuleSets, apart, check_rules};
use serde::Serialize;
use serde_json::{Value, json};

use super::fuzzy_side::{ClkRecords, ClkSide, check_columns};
use super::overlap::OverlapSide;
use super::pair_file::{PAIRS_PER_BATCH, PairFile};
use super::token_side::{Scratch, TokenReading, bytes_for_tokens};
use crate::card::Counts;
use crate::error::{JobError, MemoryNeed};

/// Compares two files of CLKs.
pub struct FuzzyOverlapJob {
    /// The files.
    pub sides: [Input; 2],
    /// The file of pairs; none where only figures are wanted.
    pub output: Option<PathBuf>,
    /// The least Dice coefficient of a pair, above 0 and at most 1.
    pub threshold: f64,
    /// Which pairs are compared.
    pub blocking: ClkBlocking,
    /// Give each record at most one partner.
    pub one_to_one: bool,
    /// Replace a file that is there.
    pub overwrite: bool,
}

/// Which pairs of CLKs are compared.
#[derive(Default)]
pub enum ClkBlocking {
    /// All whose numbers of set bits allow the threshold.
    #[default]
    All,
    /// Those that agree in all bits of a sample, for some of many samples.
    Sampled {
        /// Bits of a sample, 1 to 63.
        bits: u32,
        /// The chance to compare a pair that is just at the threshold, above 0 and below 1.
        recall: f64,
    },
    /// Those of records that share a token of a rule.
    Tokens(Box<BlockTokens>),
}

/// The tokens of the records whose CLKs are compared.
pub struct BlockTokens {
    /// The files of tokens of both, whose ids are those of the CLKs.
    pub sides: [OverlapSide; 2],
    /// The rules whose tokens join records; none takes all. How many of them records share makes no difference.
    pub rules: Option<RuleSets>,
    /// How encrypted tokens are read.
    pub profile: Profile,
    /// Take keys that are easily guessed.
    pub allow_weak_secret: bool,
}

/// Which pairs of CLKs were compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum ClkBlockingReport {
    /// All whose numbers of set bits allow the threshold.
    All,
    /// Those that agree in all bits of a sample.
    Sampled {
        /// Bits of a sample.
        bits: u32,
        /// The chance to compare a pair that is just at the threshold.
        recall: f64,
    },
    /// Those of records that share a token.
    Tokens {
        /// The rules whose tokens join records; none means all.
        rules: Option<Vec<String>>,
        /// For both files the records without a token that is not blank, which are compared with none.
        records_without_token: [u64; 2],
    },
}

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FuzzyOverlapReport {
    /// The file of pairs.
    pub output: Option<PathBuf>,
    /// The pairs.
    pub pairs: u64,
    /// The least Dice coefficient of a pair.
    pub threshold: f64,
    /// Which pairs were compared.
    pub blocking: ClkBlockingReport,
    /// Whether everybody has at most one partner.
    pub one_to_one: bool,
    /// The bits of a CLK; none where neither file has one.
    pub bits: Option<usize>,
    /// The first file.
    pub dataset1: ClkSide,
    /// The second file.
    pub dataset2: ClkSide,
}

/// Compares two files of CLKs and writes the pairs that are alike, in the order of their ids, and a card of the run beside them. The
/// order of the rows of the files does not matter. All CLKs and pairs are held in memory.
///
/// # Errors
/// When a column lacks, a CLK cannot be read, CLKs differ in length, the threshold or the blocking is out of range, or a file cannot
/// be read or written; for tokens that block as [`overlap`](super::overlap()).
pub fn fuzzy_overlap(job: &FuzzyOverlapJob, ctx: &RunContext) -> Result<FuzzyOverlapReport, JobError> {
    compare(job, ctx).map_err(|error| error.or_memory_for(ctx, MemoryNeed::Clks))
}

/// Checks what can be known of [`fuzzy_overlap`] before CLKs are read.
///
/// # Errors
/// As [`fuzzy_overlap`].
pub fn plan_fuzzy_overlap(job: &FuzzyOverlapJob, ctx: &RunContext) -> Result<(), JobError> {
    job.pair_file()?;
    job.check_options(ctx)?;
    job.sides.iter().try_for_each(|side| check_columns(side, ctx))?;
    match &job.blocking {
        ClkBlocking::Tokens(tokens) => tokens.sides.iter().try_for_each(|side| tokens.reading().check(side, ctx)),
        _ => Ok(()),
    }
}

fn compare(job: &FuzzyOverlapJob, ctx: &RunContext) -> Result<FuzzyOverlapReport, JobError> {
    let file = job.pair_file()?;
    job.check_options(ctx)?;
    let mut left = ClkRecords::read(&job.sides[0], ctx)?;
    let mut right = ClkRecords::read(&job.sides[1], ctx)?;
    let bits = left.bits().or(right.bits());
    for records in [&mut left, &mut right] {
        records.or_bits(bits.unwrap_or(8));
    }
    let [first, second] = job.sides.each_ref().map(Input::data_set_name);
    let names = apart([first.as_str(), second.as_str()]);
    let (blocking, told) = job.block([&left, &right], &names, ctx)?;
    let matcher = DiceMatcher { blocking, ..job.matcher() };
    let pairs = matcher.pairs(&left.clks, &right.clks, ctx).map_err(JobError::part)?;
    if let Some(file) = &file {
        write(file, &names, [&left, &right], &pairs, ctx)?;
    }
    let [first, second] = names;
    let report = FuzzyOverlapReport {
        output: job.output.clone(),
        pairs: pairs.len() as u64,
        threshold: job.threshold,
        blocking: told,
        one_to_one: job.one_to_one,
        bits,
        dataset1: left.side(first, matching(left.ids.len(), pairs.iter().map(|pair| pair.left))),
        dataset2: right.side(second, matching(right.ids.len(), pairs.iter().map(|pair| pair.right))),
    };
    if let Some(file) = file {
        file.publish(job.as_json(&report), report.counts(), &report, ctx)?;
    }
    Ok(report)
}

impl FuzzyOverlapJob {
    fn pair_file(&self) -> Result<Option<PairFile<'_>>, JobError> {
        let mut inputs: Vec<&Input> = self.sides.iter().collect();
        if let ClkBlocking::Tokens(tokens) = &self.blocking {
            inputs.extend(tokens.sides.iter().map(|side| &side.input));
        }
        self.output.as_deref().map(|output| PairFile::create(output, inputs, self.overwrite)).transpose()
    }

    /// The matcher of all pairs.
    fn matcher(&self) -> DiceMatcher {
        let mut matcher = DiceMatcher::new(self.threshold);
        matcher.one_to_one = self.one_to_one;
        if let ClkBlocking::Sampled { bits, recall } = self.blocking {
            matcher.blocking = Blocking::SampledBits(SampledBits { bits, recall });
        }
        matcher
    }

    /// Whether the threshold and the settings of samples are in their range.
    fn check_options(&self, ctx: &RunContext) -> Result<(), JobError> {
        let none = Clks::new(8);
        self.matcher().pairs(&none, &none, ctx).map(drop).map_err(JobError::part)
    }

    /// Which pairs are compared, and what is told of it.
    fn block(
        &self,
        records: [&ClkRecords; 2],
        names: &[String; 2],
        ctx: &RunContext,
    ) -> Result<(Blocking, ClkBlockingReport), JobError> {
        let told = match &self.blocking {
            ClkBlocking::All => ClkBlockingReport::All,
            ClkBlocking::Sampled { bits, recall } => ClkBlockingReport::Sampled { bits: *bits, recall: *recall },
            ClkBlocking::Tokens(tokens) => {
                let keys = tokens.keys(self, records, ctx)?;
                let without = [0, 1].map(|side| (records[side].ids.len() - keys[side].records_with_keys()) as u64);
                warn_of_records_without_token(names, without, ctx);
                let [left, right] = keys;
                let told = ClkBlockingReport::Tokens {
                    rules: tokens.rules.as_ref().map(|rules| rules.rules().to_vec()),
                    records_without_token: without,
                };
                return Ok((Blocking::Keys { left, right }, told));
            }
        };
        Ok((self.matcher().blocking, told))
    }

    /// The job as its card shows it.
    fn as_json(&self, report: &FuzzyOverlapReport) -> Value {
        let tokens = match &self.blocking {
            ClkBlocking::Tokens(tokens) => Some(tokens.sides.each_ref().map(|side| &side.input.path)),
            _ => None,
        };
        json!({
            "inputs": self.sides.each_ref().map(|side| &side.path),
            "output": self.output,
            "overlap": {
                "fuzzy": true,
                "threshold": self.threshold,
                "blocking": report.blocking,
                "tokens": tokens,
                "one_to_one": self.one_to_one,
            },
        })
    }
}

impl BlockTokens {
    fn reading(&self) -> TokenReading<'_> {
        let rules = self.rules.as_ref().map(RuleSets::rules);
        TokenReading { rules, profile: self.profile, allow_weak_secret: self.allow_weak_secret }
    }

    /// The block keys of both files of CLKs.
    fn keys(&self, job: &FuzzyOverlapJob, records: [&ClkRecords; 2], ctx: &RunContext) -> Result<[BlockKeys; 2], JobError> {
        let scratch = Scratch::create(job.output.as_deref())?;
        let sides = self.reading().read_both(&self.sides, scratch.path(), bytes_for_tokens(ctx), ctx)?;
        if let Some(rules) = &self.rules {
            check_rules(rules, &sides).map_err(JobError::part)?;
        }
        let keys = |side: usize| BlockKeys::of_tokens(&sides[side], &records[side].ids).map_err(JobError::part);
        Ok([keys(0)?, keys(1)?])
    }
}

fn warn_of_records_without_token(names: &[String; 2], without: [u64; 2], ctx: &RunContext) {
    for (name, without) in names.iter().zip(without).filter(|(_, without)| *without > 0) {
        let message = format!("{without} records of {name} have no token to block by and are compared with none");
        let hint = "block by rules that more records have tokens of, and make tokens and CLKs of the same records".to_owned();
        ctx.warn("KN-W-TOKEN-017", message, Some(hint));
    }
}

impl FuzzyOverlapReport {
    /// The counts that are told first.
    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        counts.put("records_dataset1", self.dataset1.records);
        counts.put("records_dataset2", self.dataset2.records);
        counts.put("pairs", self.pairs);
        counts
    }
}

/// How many records are in some pair.
fn matching(records: usize, paired: impl Iterator<Item = u32>) -> u64 {
    let mut matched = vec![false; records];
    paired.for_each(|record| matched[record as usize] = true);
    matched.iter().filter(|matched| **matched).count() as u64
}

/// Writes the pairs with their similarities.
fn write(
    file: &PairFile<'_>,
    names: &[String; 2],
    sides: [&ClkRecords; 2],
    pairs: &[ClkPair],
    ctx: &RunContext,
) -> Result<(), JobError> {
    let [first, second] = names.each_ref().map(|name| Field::new(format!("{name}_RecordId"), DataType::Utf8, false));
    let schema = Arc::new(Schema::new(vec![first, second, Field::new("Dice", DataType::Float64, false)]));
    let mut writer = file.writer(&schema)?;
    for some in pairs.chunks(PAIRS_PER_BATCH) {
        ctx.check()?;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(some.iter().map(|pair| &sides[0].ids[pair.left as usize]))),
            Arc::new(StringArray::from_iter_values(some.iter().map(|pair| &sides[1].ids[pair.right as usize]))),
            Arc::new(Float64Array::from_iter_values(some.iter().map(|pair| pair.similarity))),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns);
        let batch = batch.map_err(|error| JobError::Defect(error.to_string()))?;
        writer.write(&batch).map_err(JobError::part)?;
    }
    writer.finish().map(drop).map_err(JobError::part)
}
