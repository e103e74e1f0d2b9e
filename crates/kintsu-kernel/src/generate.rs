//! The kernel `generate`: ranges of slots in, the records that they hold out.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, RecordBatch, UInt64Array};
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use kintsu_core::RunContext;
use kintsu_generate::preset::{Delivery, Preset};
use kintsu_generate::{Batch, Copies, CorruptionSpec, Options, PresetName, calendar};
use serde::{Deserialize, Serialize};

use crate::error::KernelError;

/// What `generate` does: everything that the rows depend on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenerateSpec {
    /// The preset.
    pub preset: PresetName,
    /// The seed.
    pub seed: u64,
    /// The day that dates are counted from, as 2026-01-01.
    pub as_of: String,
    /// The source, by the name that its records call it.
    pub source: String,
    /// Whether the rows hold the customers' ids.
    #[serde(default)]
    pub keep_customer_id: bool,
    /// The first customer, counted from 0.
    #[serde(default)]
    pub first_customer: u64,
    /// How many customers there are.
    pub customers: u64,
    /// How many copies a source holds beyond the first, as poisson:0.4; none is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// The errors of copies; none is those of the preset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corruption: Option<CorruptionSpec>,
    /// Which of several dated deliveries it is, in the place of the customers named; none for all in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// How many records of the last customer each source keeps, so that there is an exact number; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_customer_records: Option<Vec<u64>>,
}

/// The kernel `generate`.
pub struct Generate {
    preset: Box<dyn Preset>,
    delivery: Delivery,
    source: usize,
}

impl std::fmt::Debug for Generate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generate").field("delivery", &self.delivery).field("source", &self.source).finish_non_exhaustive()
    }
}

impl Generate {
    /// The kernel that `spec` describes.
    ///
    /// # Errors
    /// [`KernelError::Spec`] when the preset has no such source, [`KernelError::Generate`] for what is wrong with the options.
    pub fn new(spec: &GenerateSpec) -> Result<Self, KernelError> {
        let options = Options {
            preset: spec.preset,
            seed: spec.seed,
            as_of: calendar::parse_as_of(&spec.as_of)?,
            keep_customer_id: spec.keep_customer_id,
            copies: spec.copies.as_deref().map_or_else(|| Ok(Copies::default()), str::parse)?,
            corruption: spec.corruption.clone(),
            ..Options::new(std::path::PathBuf::new())?
        };
        options.check()?;
        let preset = options.preset()?;
        let source = preset.sources().iter().position(|source| source.system == spec.source);
        let source = source.ok_or_else(|| KernelError::Spec(format!("the preset has no source `{}`", spec.source)))?;
        if spec.batch.is_some_and(|batch| spec.preset == PresetName::Mdm || !batch.is_valid()) {
            return Err(KernelError::Spec("there is no such delivery".to_owned()));
        }
        let delivery = match spec.batch {
            Some(batch) => Delivery::of_batch(spec.seed, preset.sources(), batch),
            None => Delivery::new(spec.seed, preset.sources(), spec.first_customer, spec.customers)
                .keeping(spec.last_customer_records.clone()),
        };
        Ok(Self { preset, delivery, source })
    }

    /// The number of slots of the source; the records of all of them are its table.
    pub fn slots(&self) -> u64 {
        self.delivery.slots(self.source)
    }

    /// Applies the kernel: in `first_slot` and `slots`, whole numbers without sign; out the records of these slots, in their order.
    ///
    /// # Errors
    /// [`KernelError::Spec`] when the batch lacks a column or names slots that there are not, or the run was stopped.
    pub fn apply(&self, batch: &RecordBatch, ctx: &RunContext) -> Result<RecordBatch, KernelError> {
        let (first, count) = (numbers(batch, "first_slot")?, numbers(batch, "slots")?);
        let schema = &self.preset.sources()[self.source].schema;
        let mut made = Vec::with_capacity(batch.num_rows());
        for (first, count) in first.values().iter().zip(count.values()) {
            ctx.check().map_err(kintsu_generate::GenerateError::from)?;
            let end = first.checked_add(*count).filter(|end| *end <= self.slots());
            let end = end.ok_or_else(|| KernelError::Spec(format!("the source has only {} slots", self.slots())))?;
            made.push(self.preset.rows(self.source, &self.delivery, *first..end)?.rows);
        }
        concat_batches(schema, &made).map_err(|error| KernelError::Output(error.to_string()))
    }
}

fn numbers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a UInt64Array, KernelError> {
    let column = batch.column_by_name(name).filter(|column| *column.data_type() == DataType::UInt64 && column.null_count() == 0);
    let column = column.ok_or_else(|| KernelError::Spec(format!("a batch has no column `{name}` of whole numbers")))?;
    Ok(column.as_primitive::<UInt64Type>())
}
