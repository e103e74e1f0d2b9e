//! Kernels as data.

use kintsu_link::model::{BlockingRule, Dialect, JsonOptions, KintsuModel, LinkType, Model, Parity};
use kintsu_link::records::RecordsOptions;
use kintsu_link::score::Threshold;
use kintsu_link::sql::parse_blocking_rule;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::KernelError;
use crate::generate::GenerateSpec;
use crate::tokenize::TokenizeSpec;

/// A kernel as data; its JSON is what crosses process borders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kernel", rename_all = "snake_case")]
pub enum KernelSpec {
    /// Records into pair order, with derived columns. In: records. Out: the same records.
    Prepare(PrepareSpec),
    /// In: prepared records. Out: `left`, `right`, `match_weight`, `match_key`, `gamma_*`, one row a kept pair.
    ScoreBlocks(ScoreBlocksSpec),
    /// In: pairs, a row each, their columns called `NAME_l` and `NAME_r`. Out: as for `score_blocks`, a row for each row.
    ScorePairs(ScorePairsSpec),
    /// In: prepared records. Out: `gamma_*`, where asked for `tf_*`, and `count`, one row a distinct combination.
    CountPatterns(CountPatternsSpec),
    /// In: records. Out: `RuleId`, `Token`, `RecordId`, one row a record and rule.
    Tokenize(TokenizeSpec),
    /// In: `first_slot`, `slots`. Out: the records of a source in these slots.
    Generate(GenerateSpec),
}

/// How rows are seen as records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordsSpec {
    /// The id column; none numbers the rows.
    #[serde(default)]
    pub unique_id: Option<String>,
    /// The column that names each record's table.
    pub source_dataset: String,
    /// Which pairs are compared.
    pub link_type: LinkType,
    /// The tables in their order.
    #[serde(default)]
    pub sources: Vec<String>,
}

impl RecordsSpec {
    pub(crate) fn options(&self) -> RecordsOptions {
        RecordsOptions {
            unique_id_column: self.unique_id.clone(),
            source_dataset_column: self.source_dataset.clone(),
            link_type: self.link_type,
            sources: self.sources.clone(),
        }
    }
}

/// What `prepare` does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrepareSpec {
    /// How rows are seen as records.
    pub records: RecordsSpec,
    /// The columns to derive.
    #[serde(default)]
    pub derive: Vec<DerivedSpec>,
}

/// A column computed from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedSpec {
    /// The name of the new column.
    pub name: String,
    /// The SQL expression.
    pub expression: String,
    /// Its dialect.
    pub dialect: Dialect,
    /// How string functions in it count.
    pub parity: Parity,
}

/// A model on the wire: Splink's JSON and what that format cannot hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// The model's own JSON.
    pub model: Value,
    /// What stands beside it.
    pub beside: KintsuModel,
}

impl ModelSpec {
    /// The model as data.
    ///
    /// # Errors
    /// [`KernelError::Model`] when the model cannot be written, which a model that was read never meets.
    pub fn of(model: &Model) -> Result<Self, KernelError> {
        let text = model.to_json();
        let model_value = serde_json::from_str(&text).map_err(|error| KernelError::Spec(error.to_string()))?;
        Ok(Self { model: model_value, beside: KintsuModel::of(model) })
    }

    /// The model itself.
    ///
    /// # Errors
    /// [`KernelError::Model`] with everything that is wrong with it.
    pub fn model(&self) -> Result<Model, KernelError> {
        let options = JsonOptions { parity: Some(self.beside.parity), ..JsonOptions::default() };
        let mut model = Model::from_json(&self.model.to_string(), options)?;
        self.beside.apply(&mut model);
        Ok(model)
    }
}

/// A blocking rule on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSpec {
    /// The condition over `l` and `r`.
    pub blocking_rule: String,
    /// Its dialect.
    pub sql_dialect: Dialect,
    /// Array columns of which each element is tried.
    #[serde(default)]
    pub arrays_to_explode: Vec<String>,
}

impl RuleSpec {
    /// The rule as data.
    pub fn of(rule: &BlockingRule) -> Self {
        Self {
            blocking_rule: rule.blocking_rule.clone(),
            sql_dialect: rule.sql_dialect,
            arrays_to_explode: rule.arrays_to_explode.clone(),
        }
    }

    /// The rule itself.
    ///
    /// # Errors
    /// [`KernelError::Sql`] when it cannot be read.
    pub fn rule(&self) -> Result<BlockingRule, KernelError> {
        let condition = parse_blocking_rule(&self.blocking_rule, self.sql_dialect)?;
        let rule = BlockingRule::new(self.blocking_rule.clone(), condition, self.sql_dialect);
        Ok(BlockingRule { arrays_to_explode: self.arrays_to_explode.clone(), ..rule })
    }
}

/// Term frequencies that stand beside the values they are of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermFrequenciesSpec {
    /// The column with the values.
    pub column: String,
    /// The column with the frequency of each row's value; null where it has none.
    pub frequencies: String,
}

/// What `score_blocks` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreBlocksSpec {
    /// How rows are seen as records.
    pub records: RecordsSpec,
    /// The model, its blocking rules included.
    pub model: ModelSpec,
    /// Columns whose term frequencies the records carry; those of other columns are counted among the records.
    #[serde(default)]
    pub term_frequencies: Vec<TermFrequenciesSpec>,
    /// Keep pairs of at least this weight, in bits; none keeps all.
    #[serde(default)]
    pub match_weight_min: Option<f64>,
}

impl ScoreBlocksSpec {
    /// What scores `records` with `model` and keeps what reaches `threshold`.
    ///
    /// # Errors
    /// As [`ModelSpec::of`].
    pub fn of(records: RecordsSpec, model: &Model, threshold: Threshold) -> Result<Self, KernelError> {
        let weight = threshold.weight_min();
        // JSON knows no infinity, and no weight but infinity itself is above the largest number.
        let match_weight_min = (weight > f64::NEG_INFINITY).then_some(weight.min(f64::MAX));
        Ok(Self { records, model: ModelSpec::of(model)?, term_frequencies: Vec::new(), match_weight_min })
    }
}

/// What `score_pairs` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorePairsSpec {
    /// The model.
    pub model: ModelSpec,
    /// Columns (without `_l` and `_r`) whose term frequencies the pairs carry; those of other columns are counted among the
    /// records of the pairs.
    #[serde(default)]
    pub term_frequencies: Vec<TermFrequenciesSpec>,
    /// Keep pairs of at least this weight, in bits; none keeps all.
    #[serde(default)]
    pub match_weight_min: Option<f64>,
}

/// What `count_patterns` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountPatternsSpec {
    /// How rows are seen as records.
    pub records: RecordsSpec,
    /// The model.
    pub model: ModelSpec,
    /// The rules whose pairs are counted; none counts every pair.
    pub rules: Vec<RuleSpec>,
    /// The comparisons that are looked at, as positions in the model; empty means all.
    #[serde(default)]
    pub comparisons: Vec<usize>,
    /// Tell pairs apart by the term frequencies of the levels they take, too.
    #[serde(default)]
    pub by_term_frequency: bool,
    /// Columns whose term frequencies the records carry; those of other columns are counted among the records.
    #[serde(default)]
    pub term_frequencies: Vec<TermFrequenciesSpec>,
    /// Count a sample of about so many pairs, drawn by the run's seed and the ids; none counts all.
    #[serde(default)]
    pub pairs_max: Option<f64>,
}
