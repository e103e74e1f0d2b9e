//! Writes a model as the JSON that Splink 4 and Splink 5 both load.
//!
//! What that format cannot hold (string semantics, provenance, Splink 5's column prefix) stands in `model.kintsu.json`.

use serde_json::{Map, Value, json};

use super::json_read::{DIALECTS, LINK_TYPES};
use super::python_json::to_text;
use super::{BlockingRule, Comparison, ComparisonLevel, Model, SplinkVersion};

impl Model {
    /// The model as JSON text, indented by four spaces as Splink does it.
    ///
    /// Only keys that both Splinks know are written; m and u only when they are known. What salting (Splink 4) and the prefix of
    /// weight columns (Splink 5) were is left out.
    pub fn to_json(&self) -> String {
        to_text(&Value::Object(self.to_json_object()))
    }

    fn to_json_object(&self) -> Map<String, Value> {
        let mut map = Map::new();
        put(&mut map, "link_type", word(&LINK_TYPES, self.link_type));
        put(&mut map, "probability_two_random_records_match", self.probability_two_random_records_match);
        put(&mut map, "retain_matching_columns", self.retain_matching_columns);
        put(&mut map, "retain_intermediate_calculation_columns", self.retain_intermediate_calculation_columns);
        put(&mut map, "additional_columns_to_retain", self.additional_columns_to_retain.clone());
        put(&mut map, "sql_dialect", word(&DIALECTS, self.sql_dialect));
        if let Some(uid) = &self.linker_uid {
            put(&mut map, "linker_uid", uid.clone());
        }
        put(&mut map, "em_convergence", self.em_convergence);
        put(&mut map, "max_iterations", self.max_iterations);
        if self.splink_version == SplinkVersion::V4 {
            put(&mut map, "bayes_factor_column_prefix", self.bayes_factor_column_prefix.clone());
        }
        put(&mut map, "term_frequency_adjustment_column_prefix", self.term_frequency_adjustment_column_prefix.clone());
        put(&mut map, "comparison_vector_value_column_prefix", self.comparison_vector_value_column_prefix.clone());
        put(&mut map, "unique_id_column_name", self.unique_id_column_name.clone());
        put(&mut map, "source_dataset_column_name", self.source_dataset_column_name.clone());
        let rules: Vec<Value> = self.blocking_rules.iter().map(rule_json).collect();
        put(&mut map, "blocking_rules_to_generate_predictions", rules);
        let comparisons: Vec<Value> = self.comparisons.iter().map(comparison_json).collect();
        put(&mut map, "comparisons", comparisons);
        map
    }
}

impl Comparison {
    /// The comparison as it stands in the JSON of a model.
    pub fn to_json_value(&self) -> Value {
        comparison_json(self)
    }
}

impl ComparisonLevel {
    /// The level as it stands in the JSON of a model.
    pub fn to_json_value(&self) -> Value {
        level_json(self)
    }
}

impl BlockingRule {
    /// The rule as it stands in the JSON of a model.
    pub fn to_json_value(&self) -> Value {
        rule_json(self)
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    map.insert(key.to_owned(), value.into());
}

/// The word of a choice; every choice of both tables has one.
pub(super) fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], choice: T) -> &'static str {
    words.iter().find(|(_, candidate)| *candidate == choice).map_or("", |(word, _)| word)
}

fn rule_json(rule: &BlockingRule) -> Value {
    let mut map = Map::new();
    put(&mut map, "blocking_rule", rule.blocking_rule.clone());
    put(&mut map, "sql_dialect", word(&DIALECTS, rule.sql_dialect));
    if !rule.arrays_to_explode.is_empty() {
        put(&mut map, "arrays_to_explode", rule.arrays_to_explode.clone());
    }
    Value::Object(map)
}

fn comparison_json(comparison: &Comparison) -> Value {
    let levels: Vec<Value> = comparison.levels.iter().map(level_json).collect();
    let mut map = Map::new();
    put(&mut map, "output_column_name", comparison.output_column_name.clone());
    put(&mut map, "comparison_levels", levels);
    if let Some(description) = &comparison.comparison_description {
        put(&mut map, "comparison_description", description.clone());
    }
    Value::Object(map)
}

fn level_json(level: &ComparisonLevel) -> Value {
    let mut map = Map::new();
    put(&mut map, "sql_condition", level.sql_condition.clone());
    put(&mut map, "label_for_charts", level.label_for_charts.clone().unwrap_or_else(|| level.sql_condition.clone()));
    if let Some(m) = level.m_probability {
        put(&mut map, "m_probability", m);
    }
    if let Some(u) = level.u_probability {
        put(&mut map, "u_probability", u);
    }
    put(&mut map, "fix_m_probability", level.fix_m_probability);
    put(&mut map, "fix_u_probability", level.fix_u_probability);
    if level.is_null_level {
        put(&mut map, "is_null_level", true);
    }
    put_term_frequency(&mut map, level);
    if level.disable_tf_exact_match_detection {
        put(&mut map, "disable_tf_exact_match_detection", true);
    }
    Value::Object(map)
}

/// Splink reads a weight of 0 as 1, so a level that is not to be adjusted is written without its column.
fn put_term_frequency(map: &mut Map<String, Value>, level: &ComparisonLevel) {
    let column = level.tf_adjustment_column.as_ref().filter(|_| level.tf_adjustment_weight != 0.0);
    if let Some(column) = column {
        put(map, "tf_adjustment_column", column.clone());
    }
    if level.tf_minimum_u_value != 0.0 {
        put(map, "tf_minimum_u_value", level.tf_minimum_u_value);
    }
    if column.is_some() {
        put(map, "tf_adjustment_weight", json!(level.tf_adjustment_weight));
    }
}
