//! A linkage model: comparisons with their levels and parameters, blocking rules, and how it is to be run.
//!
//! These are the facts of a model after reading. [`Model::from_json`] and [`Model::to_json`] speak the JSON of Splink 4 and 5;
//! [`KintsuModel`] holds what that format cannot.

mod check;
mod defaults;
mod exact_match;
mod json_error;
mod json_fields;
mod json_position;
mod json_read;
mod json_write;
mod kintsu_file;
mod python_json;
mod words;

use serde::{Deserialize, Serialize};

use crate::sql::Expr;

pub use defaults::{DefaultProbabilities, default_probabilities};
pub use exact_match::exact_match_columns;
pub use json_error::{ModelErrors, ModelProblem, Place};
pub(crate) use json_read::is_else;
pub use json_read::{JsonOptions, PROBABILITY_MIN};
pub use kintsu_file::{EstimateNote, KintsuModel, KintsuModelError, Parameter, Provenance, TrainingNote, WarningNote};
pub use kintsu_sql::{Dialect, PARITIES, Parity, UnknownWord};

/// Which pairs of records are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkType {
    /// Within one table.
    DedupeOnly,
    /// Across tables only.
    LinkOnly,
    /// Within and across tables.
    LinkAndDedupe,
}

/// Which Splink wrote a model's JSON, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum SplinkVersion {
    #[serde(rename = "4")]
    V4,
    #[serde(rename = "5")]
    V5,
}

/// A model, trained or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Which pairs are compared.
    pub link_type: LinkType,
    /// What is compared, in order.
    pub comparisons: Vec<Comparison>,
    /// The blocking rules for prediction, in order; empty means every pair.
    pub blocking_rules: Vec<BlockingRule>,
    /// Lambda: the probability that two records drawn at random match.
    pub probability_two_random_records_match: f64,
    /// Whether edges carry the compared columns.
    pub retain_matching_columns: bool,
    /// Whether edges carry weights and term frequencies of each comparison.
    pub retain_intermediate_calculation_columns: bool,
    /// Further columns that edges carry.
    pub additional_columns_to_retain: Vec<String>,
    /// The id column.
    pub unique_id_column_name: String,
    /// The column that names a record's table.
    pub source_dataset_column_name: String,
    /// The prefix of Splink 4's Bayes factor columns.
    pub bayes_factor_column_prefix: String,
    /// The prefix of Splink 5's match weight columns.
    pub match_weight_column_prefix: String,
    /// The prefix of term frequency columns.
    pub term_frequency_adjustment_column_prefix: String,
    /// The prefix of comparison level columns.
    pub comparison_vector_value_column_prefix: String,
    /// EM stops when no parameter moves by this much.
    pub em_convergence: f64,
    /// EM stops after so many iterations.
    pub max_iterations: u32,
    /// The dialect of the conditions.
    pub sql_dialect: Dialect,
    /// The random name that Splink gives a linker.
    pub linker_uid: Option<String>,
    /// Which Splink's conventions hold: columns `bf_` or `mw_`, Bayes factors multiplied or weights added.
    pub splink_version: SplinkVersion,
    /// How string measures count.
    pub parity: Parity,
}

impl Model {
    /// An untrained model with Splink's defaults: one table, λ 0.0001, edges with the compared columns but without intermediate
    /// ones, EM until nothing moves by 0.0001 or for 25 iterations; strings count by characters.
    pub fn new(comparisons: Vec<Comparison>, blocking_rules: Vec<BlockingRule>) -> Self {
        Self {
            link_type: LinkType::DedupeOnly,
            comparisons,
            blocking_rules,
            probability_two_random_records_match: 0.0001,
            retain_matching_columns: true,
            retain_intermediate_calculation_columns: false,
            additional_columns_to_retain: Vec::new(),
            unique_id_column_name: "unique_id".to_owned(),
            source_dataset_column_name: "source_dataset".to_owned(),
            bayes_factor_column_prefix: "bf_".to_owned(),
            match_weight_column_prefix: "mw_".to_owned(),
            term_frequency_adjustment_column_prefix: "tf_".to_owned(),
            comparison_vector_value_column_prefix: "gamma_".to_owned(),
            em_convergence: 0.0001,
            max_iterations: 25,
            sql_dialect: Dialect::DuckDb,
            linker_uid: None,
            splink_version: SplinkVersion::V5,
            parity: Parity::Characters,
        }
    }

    /// The columns that edges carry beside those of the comparisons, of both sides, each once: with the compared columns also
    /// those of the blocking rules, then the additional ones.
    pub fn columns_beside_comparisons(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        if self.retain_matching_columns {
            let columns = self.blocking_rules.iter().flat_map(|rule| rule.condition.columns());
            columns.for_each(|column| add(&column.name));
        }
        self.additional_columns_to_retain.iter().for_each(|name| add(name));
        names
    }
}

/// Levels of agreement on one or more columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Its name, from which the columns `gamma_NAME` and so on are named.
    pub output_column_name: String,
    /// What it does, for people.
    pub comparison_description: Option<String>,
    /// The levels, tried in order; the first that is true is taken.
    pub levels: Vec<ComparisonLevel>,
}

/// One level of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonLevel {
    /// The condition as it was written; `ELSE` for the last.
    pub sql_condition: String,
    /// The condition as it is computed; none for `ELSE`.
    pub condition: Option<Expr>,
    /// The name for people.
    pub label_for_charts: Option<String>,
    /// Whether the level says that nothing can be said.
    pub is_null_level: bool,
    /// P(level | match), when trained or given.
    pub m_probability: Option<f64>,
    /// P(level | no match), when trained or given.
    pub u_probability: Option<f64>,
    /// Whether training leaves m alone.
    pub fix_m_probability: bool,
    /// Whether training leaves u alone.
    pub fix_u_probability: bool,
    /// The column whose term frequencies adjust this level's weight.
    pub tf_adjustment_column: Option<String>,
    /// The power of the adjustment.
    pub tf_adjustment_weight: f64,
    /// The smallest term frequency that counts.
    pub tf_minimum_u_value: f64,
    /// Whether the adjustment starts from this level's own u instead of the exact level's.
    pub disable_tf_exact_match_detection: bool,
    /// The value of gamma: -1 for a null level, else counting down to 0 for the last.
    pub gamma: i32,
}

/// A rule that says which pairs are worth comparing.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockingRule {
    /// The condition as it was written, over `l` and `r`.
    pub blocking_rule: String,
    /// The condition as it is computed.
    pub condition: Expr,
    /// The dialect it is written in.
    pub sql_dialect: Dialect,
    /// Splink 4's salting, kept for the JSON; it changes nothing.
    pub salting_partitions: Option<u32>,
    /// Array columns of which each element is tried.
    pub arrays_to_explode: Vec<String>,
}

impl ComparisonLevel {
    /// An untrained level without term frequencies that is taken where `condition` holds; `sql_condition` is how it was written.
    /// Its gamma is settled by [`Comparison::number_levels`].
    pub fn new(sql_condition: String, condition: Option<Expr>) -> Self {
        Self {
            sql_condition,
            condition,
            label_for_charts: None,
            is_null_level: false,
            m_probability: None,
            u_probability: None,
            fix_m_probability: false,
            fix_u_probability: false,
            tf_adjustment_column: None,
            tf_adjustment_weight: 1.0,
            tf_minimum_u_value: 0.0,
            disable_tf_exact_match_detection: false,
            gamma: -1,
        }
    }
}

impl BlockingRule {
    /// A rule without arrays to explode; `blocking_rule` is how `condition` was written, in `sql_dialect`.
    pub fn new(blocking_rule: String, condition: Expr, sql_dialect: Dialect) -> Self {
        Self { blocking_rule, condition, sql_dialect, salting_partitions: None, arrays_to_explode: Vec::new() }
    }
}
