//! Two files of CLKs compared: which records of one are like records of the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use kintsu_core::RunContext;
use kintsu_table::{FileFormat, Input, Overwrite, StagedFile, TableWriter};
use kintsu_token::fuzzy::{Blocking, ClkPair, DiceMatcher, SampledBits};
use kintsu_token::overlap::apart;
use serde::Serialize;

use super::fuzzy_side::{ClkRecords, ClkSide};
use super::{check_apart, output_format};
use crate::error::JobError;

/// Pairs of a batch that is written.
const PAIRS_PER_BATCH: usize = 1 << 14;

/// Compares two files of CLKs.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
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
    pub blocking: ClkBlocking,
    /// Whether everybody has at most one partner.
    pub one_to_one: bool,
    /// The bits of a CLK; none where neither file has one.
    pub bits: Option<usize>,
    /// The first file.
    pub dataset1: ClkSide,
    /// The second file.
    pub dataset2: ClkSide,
}

/// Compares two files of CLKs and writes the pairs that are alike, in the order of their ids. The order of the rows of the files
/// does not matter. All CLKs and pairs are held in memory.
///
/// # Errors
/// When a column lacks, a CLK cannot be read, CLKs differ in length, the threshold or the blocking is out of range, or a file cannot
/// be read or written.
pub fn fuzzy_overlap(job: &FuzzyOverlapJob, ctx: &RunContext) -> Result<FuzzyOverlapReport, JobError> {
    let file = job.output.as_deref().map(|output| PairFile::create(output, job)).transpose()?;
    let mut left = ClkRecords::read(&job.sides[0], ctx)?;
    let mut right = ClkRecords::read(&job.sides[1], ctx)?;
    let bits = left.bits().or(right.bits());
    for records in [&mut left, &mut right] {
        records.or_bits(bits.unwrap_or(8));
    }
    let mut matcher = DiceMatcher::new(job.threshold);
    matcher.one_to_one = job.one_to_one;
    if let ClkBlocking::Sampled { bits, recall } = job.blocking {
        matcher.blocking = Blocking::SampledBits(SampledBits { bits, recall });
    }
    let pairs = matcher.pairs(&left.clks, &right.clks, ctx).map_err(JobError::part)?;
    let [first, second] = job.sides.each_ref().map(Input::data_set_name);
    let names = apart([first.as_str(), second.as_str()]);
    if let Some(file) = file {
        file.write(&names, [&left, &right], &pairs, ctx)?;
    }
    let [first, second] = names;
    Ok(FuzzyOverlapReport {
        output: job.output.clone(),
        pairs: pairs.len() as u64,
        threshold: job.threshold,
        blocking: job.blocking,
        one_to_one: job.one_to_one,
        bits,
        dataset1: left.side(first, matching(left.ids.len(), pairs.iter().map(|pair| pair.left))),
        dataset2: right.side(second, matching(right.ids.len(), pairs.iter().map(|pair| pair.right))),
    })
}

/// How many records are in some pair.
fn matching(records: usize, paired: impl Iterator<Item = u32>) -> u64 {
    let mut matched = vec![false; records];
    paired.for_each(|record| matched[record as usize] = true);
    matched.iter().filter(|matched| **matched).count() as u64
}

/// The file of pairs in the making.
struct PairFile {
    staged: StagedFile,
    format: FileFormat,
}

impl PairFile {
    fn create(output: &Path, job: &FuzzyOverlapJob) -> Result<Self, JobError> {
        job.sides.iter().try_for_each(|side| check_apart(&side.path, output))?;
        let format = output_format(output)?;
        let overwrite = if job.overwrite { Overwrite::Replace } else { Overwrite::Refuse };
        Ok(Self { staged: StagedFile::create(output, overwrite).map_err(JobError::part)?, format })
    }

    fn write(self, names: &[String; 2], sides: [&ClkRecords; 2], pairs: &[ClkPair], ctx: &RunContext) -> Result<(), JobError> {
        let [first, second] = names.each_ref().map(|name| Field::new(format!("{name}_RecordId"), DataType::Utf8, false));
        let schema = Arc::new(Schema::new(vec![first, second, Field::new("Dice", DataType::Float64, false)]));
        let mut writer = TableWriter::create(self.staged.path(), self.format, &schema).map_err(JobError::part)?;
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
        writer.finish().map_err(JobError::part)?;
        self.staged.publish().map(drop).map_err(JobError::part)
    }
}
