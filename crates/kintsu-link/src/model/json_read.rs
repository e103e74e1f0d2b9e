//! Reads the JSON of Splink 4 and 5, settings and trained models alike.
//!
//! Unknown keys are refused, as Splink does, because a misspelt key would silently change the result. What surprises: the JSON
//! does not say which Splink wrote it, so its keys have to tell (see [`SplinkVersion`]).

use serde_json::{Map, Value};

use super::json_error::{ModelErrors, ModelProblem, Place};
use super::json_fields::{Fields, Problems};
use super::json_position::Step;
use super::{BlockingRule, Comparison, ComparisonLevel, Dialect, LinkType, Model, Parity, SplinkVersion};
use crate::sql::{parse_blocking_rule, parse_condition};

/// What the JSON of a model cannot say itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonOptions {
    /// How string measures count; none follows the Splink that wrote the JSON.
    pub parity: Option<Parity>,
    /// The dialect where the JSON names none.
    pub assumed_dialect: Dialect,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self { parity: None, assumed_dialect: Dialect::DuckDb }
    }
}

const MODEL_KEYS: [&str; 18] = [
    "link_type",
    "comparisons",
    "blocking_rules_to_generate_predictions",
    "probability_two_random_records_match",
    "retain_matching_columns",
    "retain_intermediate_calculation_columns",
    "additional_columns_to_retain",
    "unique_id_column_name",
    "source_dataset_column_name",
    "bayes_factor_column_prefix",
    "match_weight_column_prefix",
    "term_frequency_adjustment_column_prefix",
    "comparison_vector_value_column_prefix",
    "em_convergence",
    "max_iterations",
    "sql_dialect",
    "linker_uid",
    "$schema",
];
const COMPARISON_KEYS: [&str; 3] = ["output_column_name", "comparison_description", "comparison_levels"];
const LEVEL_KEYS: [&str; 11] = [
    "sql_condition",
    "label_for_charts",
    "is_null_level",
    "m_probability",
    "u_probability",
    "fix_m_probability",
    "fix_u_probability",
    "tf_adjustment_column",
    "tf_adjustment_weight",
    "tf_minimum_u_value",
    "disable_tf_exact_match_detection",
];
const RULE_KEYS: [&str; 4] = ["blocking_rule", "sql_dialect", "salting_partitions", "arrays_to_explode"];

/// The words for dialects in Splink's JSON.
pub(crate) const DIALECTS: [(&str, Dialect); 4] =
    [("duckdb", Dialect::DuckDb), ("spark", Dialect::Spark), ("sqlite", Dialect::Sqlite), ("postgres", Dialect::Postgres)];
/// The words for link types in Splink's JSON.
pub(crate) const LINK_TYPES: [(&str, LinkType); 3] =
    [("dedupe_only", LinkType::DedupeOnly), ("link_only", LinkType::LinkOnly), ("link_and_dedupe", LinkType::LinkAndDedupe)];

/// m and u below this are refused: their logarithm would leave the range of floating point.
pub const PROBABILITY_MIN: f64 = 1e-300;

impl Model {
    /// Reads settings or a trained model from the JSON of Splink 4 or 5.
    ///
    /// # Errors
    /// [`ModelErrors`] with every problem at once: no JSON, unknown or missing keys, wrong types, numbers out of range, SQL that
    /// cannot be read or is not supported, levels that make no comparison.
    pub fn from_json(text: &str, options: JsonOptions) -> Result<Self, ModelErrors> {
        let value: Value = serde_json::from_str(text).map_err(|error| syntax_error(&error))?;
        let mut problems = Problems::new(text);
        let model = read_model(&value, options, &mut problems);
        match ModelErrors::collect(problems.found) {
            Some(errors) => Err(errors.beside(model)),
            None => Ok(model),
        }
    }
}

fn syntax_error(error: &serde_json::Error) -> ModelErrors {
    let full = error.to_string();
    let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
    let place = Place { path: String::new(), line: Some(error.line()), column: Some(error.column()) };
    ModelErrors::single(ModelProblem::Syntax { place, message })
}

fn read_model(value: &Value, options: JsonOptions, problems: &mut Problems<'_>) -> Model {
    let nothing = Map::new();
    let fields = Fields::open(value, Vec::new(), problems).unwrap_or_else(|| Fields::empty(&nothing));
    fields.refuse_unknown(&MODEL_KEYS, problems);
    if !fields.has("link_type") {
        problems.push(fields.path(), |place| ModelProblem::MissingKey { place, key: "link_type" });
    }
    let link_type = fields.choice("link_type", &LINK_TYPES, problems);
    let sql_dialect = fields.choice("sql_dialect", &DIALECTS, problems).unwrap_or(options.assumed_dialect);
    let comparisons = read_comparisons(&fields, sql_dialect, problems);
    let blocking_rules = read_rules(&fields, sql_dialect, problems);
    let splink_version = detect_version(&fields, &blocking_rules, &comparisons);
    let default = Model::new(comparisons, blocking_rules);
    let text = |key, default: String, problems: &mut Problems<'_>| fields.text(key, problems).unwrap_or(default);
    Model {
        link_type: link_type.unwrap_or(default.link_type),
        probability_two_random_records_match: fields
            .number_within("probability_two_random_records_match", "a probability from 0 to 1", is_probability, problems)
            .unwrap_or(default.probability_two_random_records_match),
        retain_matching_columns: fields.boolean("retain_matching_columns", default.retain_matching_columns, problems),
        retain_intermediate_calculation_columns: fields.boolean(
            "retain_intermediate_calculation_columns",
            default.retain_intermediate_calculation_columns,
            problems,
        ),
        additional_columns_to_retain: fields.texts("additional_columns_to_retain", problems),
        unique_id_column_name: text("unique_id_column_name", default.unique_id_column_name, problems),
        source_dataset_column_name: text("source_dataset_column_name", default.source_dataset_column_name, problems),
        bayes_factor_column_prefix: text("bayes_factor_column_prefix", default.bayes_factor_column_prefix, problems),
        match_weight_column_prefix: text("match_weight_column_prefix", default.match_weight_column_prefix, problems),
        term_frequency_adjustment_column_prefix: text(
            "term_frequency_adjustment_column_prefix",
            default.term_frequency_adjustment_column_prefix,
            problems,
        ),
        comparison_vector_value_column_prefix: text(
            "comparison_vector_value_column_prefix",
            default.comparison_vector_value_column_prefix,
            problems,
        ),
        em_convergence: fields
            .number_within("em_convergence", "above 0", |value| value > 0.0, problems)
            .unwrap_or(default.em_convergence),
        max_iterations: fields.count("max_iterations", problems).unwrap_or(default.max_iterations),
        sql_dialect,
        linker_uid: fields.text("linker_uid", problems),
        splink_version,
        parity: options.parity.unwrap_or_else(|| splink_version.parity(sql_dialect)),
        ..default
    }
}

fn is_probability(value: f64) -> bool {
    (0.0..=1.0).contains(&value)
}

/// Splink 4 writes `bayes_factor_column_prefix`, Splink 5 `match_weight_column_prefix`, always. In settings written by hand,
/// salting and the Damerau-Levenshtein level of a date of birth belong to 4; what says nothing is taken as 5.
fn detect_version(fields: &Fields<'_>, rules: &[BlockingRule], comparisons: &[Comparison]) -> SplinkVersion {
    if fields.has("match_weight_column_prefix") {
        return SplinkVersion::V5;
    }
    let salted = rules.iter().any(|rule| rule.salting_partitions.is_some());
    let v4_date_of_birth = comparisons.iter().any(|comparison| {
        comparison.comparison_description.as_deref() == Some("DateOfBirthComparison")
            && comparison.levels.iter().any(|level| level.sql_condition.to_lowercase().contains("damerau"))
    });
    if fields.has("bayes_factor_column_prefix") || salted || v4_date_of_birth { SplinkVersion::V4 } else { SplinkVersion::V5 }
}

fn read_rules(model: &Fields<'_>, dialect: Dialect, problems: &mut Problems<'_>) -> Vec<BlockingRule> {
    const KEY: &str = "blocking_rules_to_generate_predictions";
    let mut rules = Vec::new();
    for (index, value) in model.array(KEY, problems).iter().enumerate() {
        let mut path = model.at(KEY);
        path.push(Step::Index(index));
        rules.extend(read_rule(value, path, dialect, problems));
    }
    rules
}

fn read_rule(value: &Value, path: Vec<Step>, dialect: Dialect, problems: &mut Problems<'_>) -> Option<BlockingRule> {
    if let Value::String(text) = value {
        return parse_rule(text, &path, dialect, problems);
    }
    let fields = Fields::open(value, path, problems)?;
    fields.refuse_unknown(&RULE_KEYS, problems);
    let dialect = fields.choice("sql_dialect", &DIALECTS, problems).unwrap_or(dialect);
    let salting_partitions = fields.count("salting_partitions", problems).filter(|partitions| *partitions > 1);
    let arrays_to_explode = fields.texts("arrays_to_explode", problems);
    let Some(text) = fields.text("blocking_rule", problems) else {
        if !fields.has("blocking_rule") {
            problems.push(fields.path(), |place| ModelProblem::MissingKey { place, key: "blocking_rule" });
        }
        return None;
    };
    let rule = parse_rule(&text, &fields.at("blocking_rule"), dialect, problems)?;
    Some(BlockingRule { salting_partitions, arrays_to_explode, ..rule })
}

fn parse_rule(text: &str, path: &[Step], dialect: Dialect, problems: &mut Problems<'_>) -> Option<BlockingRule> {
    match parse_blocking_rule(text, dialect) {
        Ok(condition) => Some(BlockingRule::new(text.to_owned(), condition, dialect)),
        Err(source) => {
            problems.push(path, |place| ModelProblem::Sql { place, source });
            None
        }
    }
}

fn read_comparisons(model: &Fields<'_>, dialect: Dialect, problems: &mut Problems<'_>) -> Vec<Comparison> {
    let mut comparisons: Vec<Comparison> = Vec::new();
    for (index, value) in model.array("comparisons", problems).iter().enumerate() {
        let mut path = model.at("comparisons");
        path.push(Step::Index(index));
        let before = problems.found.len();
        let Some(comparison) = read_comparison(value, path.clone(), dialect, problems) else { continue };
        let is_named = value.get("output_column_name").is_some_and(Value::is_string);
        let whole = problems.found.len() == before;
        if (whole || is_named) && comparisons.iter().any(|earlier| earlier.output_column_name == comparison.output_column_name) {
            let name = comparison.output_column_name.clone();
            problems.push(&path, |place| ModelProblem::DuplicateComparison { place, name });
        }
        comparisons.push(comparison);
    }
    comparisons
}

/// The comparison; one with wrong levels has the others.
fn read_comparison(value: &Value, path: Vec<Step>, dialect: Dialect, problems: &mut Problems<'_>) -> Option<Comparison> {
    let fields = Fields::open(value, path, problems)?;
    fields.refuse_unknown(&COMPARISON_KEYS, problems);
    let name = fields.text("output_column_name", problems);
    let comparison_description = fields.text("comparison_description", problems);
    if !fields.has("comparison_levels") {
        problems.push(fields.path(), |place| ModelProblem::MissingKey { place, key: "comparison_levels" });
        return None;
    }
    let before = problems.found.len();
    let mut levels = Vec::new();
    let listed = fields.array("comparison_levels", problems);
    for (index, value) in listed.iter().enumerate() {
        let mut path = fields.at("comparison_levels");
        path.push(Step::Index(index));
        levels.extend(read_level(value, path, dialect, problems));
    }
    let mut comparison = Comparison { output_column_name: String::new(), comparison_description, levels };
    comparison.number_levels();
    comparison.output_column_name = name.unwrap_or_else(|| comparison.default_name());
    let whole = problems.found.len() == before;
    if comparison.levels.len() == listed.len() && (whole || !listed.is_empty()) {
        check_levels(&comparison, &fields, problems);
    }
    if whole {
        check_adjustments(&comparison, &fields, problems);
    }
    Some(comparison)
}

impl Comparison {
    /// The name that Splink gives a comparison that has none: its one column, or `custom_` and its columns.
    pub fn default_name(&self) -> String {
        match self.columns().as_slice() {
            [only] => only.clone(),
            several => format!("custom_{}", several.join("_")),
        }
    }
}

fn read_level(value: &Value, path: Vec<Step>, dialect: Dialect, problems: &mut Problems<'_>) -> Option<ComparisonLevel> {
    let fields = Fields::open(value, path, problems)?;
    fields.refuse_unknown(&LEVEL_KEYS, problems);
    let Some(sql_condition) = fields.text("sql_condition", problems) else {
        if !fields.has("sql_condition") {
            problems.push(fields.path(), |place| ModelProblem::MissingKey { place, key: "sql_condition" });
        }
        return None;
    };
    let condition = read_condition(&sql_condition, &fields, dialect, problems);
    let trained = |key, problems: &mut Problems<'_>| {
        fields.number_within(key, "at least 1e-300", |value| value >= PROBABILITY_MIN && value.is_finite(), problems)
    };
    let positive = |key, default, problems: &mut Problems<'_>| {
        fields.number_within(key, "at least 0", |value| value >= 0.0, problems).unwrap_or(default)
    };
    Some(ComparisonLevel {
        condition,
        label_for_charts: Some(fields.text("label_for_charts", problems).unwrap_or_else(|| sql_condition.clone())),
        is_null_level: fields.boolean("is_null_level", false, problems),
        m_probability: trained("m_probability", problems),
        u_probability: trained("u_probability", problems),
        fix_m_probability: fields.boolean("fix_m_probability", false, problems),
        fix_u_probability: fields.boolean("fix_u_probability", false, problems),
        tf_adjustment_column: fields.text("tf_adjustment_column", problems),
        tf_adjustment_weight: positive("tf_adjustment_weight", 1.0, problems),
        tf_minimum_u_value: positive("tf_minimum_u_value", 0.0, problems),
        disable_tf_exact_match_detection: fields.boolean("disable_tf_exact_match_detection", false, problems),
        gamma: -1,
        sql_condition,
    })
}

/// The condition, none for ELSE; null stands for one that cannot be read.
fn read_condition(text: &str, fields: &Fields<'_>, dialect: Dialect, problems: &mut Problems<'_>) -> Option<crate::sql::Expr> {
    if is_else(text) {
        return None;
    }
    match parse_condition(text, dialect) {
        Ok(condition) => Some(condition),
        Err(source) => {
            problems.push(&fields.at("sql_condition"), |place| ModelProblem::Sql { place, source });
            Some(crate::sql::Expr::Literal(crate::sql::Value::Null))
        }
    }
}

/// Whether a condition is the word `ELSE`.
pub(crate) fn is_else(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("else")
}

fn check_levels(comparison: &Comparison, fields: &Fields<'_>, problems: &mut Problems<'_>) {
    if let Some((message, hint)) = comparison.check_levels() {
        problems.push(&fields.at("comparison_levels"), |place| ModelProblem::Levels { place, message, hint });
    }
}

fn check_adjustments(comparison: &Comparison, fields: &Fields<'_>, problems: &mut Problems<'_>) {
    let mut path = fields.at("comparison_levels");
    for (index, level) in comparison.levels.iter().enumerate() {
        let Some(column) = level.tf_adjustment_column.clone() else { continue };
        if level.has_term_frequency_adjustment() && comparison.term_frequency_base_level(level).is_none() {
            path.push(Step::Index(index));
            problems.push(&path, |place| ModelProblem::NoExactLevel { place, column });
            path.pop();
        }
    }
}
