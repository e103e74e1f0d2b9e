//! Comparison levels, comparisons and blocking rules of Splink's libraries: JSON in, the JSON of settings out.
//!
//! The objects in Python only hold their arguments; what they mean is said by `kintsu_link::library`.

use kintsu_job::{ColumnSpec, ComparisonSpec, JobError, Problem, build_comparison};
use kintsu_link::library::{
    ComparisonBuilder, ComparisonConfiguration, Level, LevelConfiguration, LiteralSide, LiteralType, Metric, RuleBuilder,
    StringMeasure, block_on,
};
use kintsu_link::model::{Dialect, JsonOptions, Model};
use pyo3::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use crate::arguments::read;
use crate::error;

/// The level that `spec` describes, as it stands in settings of `dialect`.
#[pyfunction]
pub(crate) fn build_level(py: Python<'_>, spec: &str, dialect: &str) -> PyResult<String> {
    answer(py, || {
        let level = read::<LevelSpec>(spec)?.level()?;
        Ok(level.build(read_dialect(dialect)?).map_err(JobError::part)?.to_json_value())
    })
}

/// The comparison that `spec` describes, as it stands in settings of `dialect`.
#[pyfunction]
pub(crate) fn build_named_comparison(py: Python<'_>, spec: &str, dialect: &str) -> PyResult<String> {
    answer(py, || {
        let spec: ComparisonSpec = read(spec)?;
        Ok(build_comparison(&spec, read_dialect(dialect)?).map_err(JobError::part)?.to_json_value())
    })
}

/// The comparison that is made of the levels of `spec`, as it stands in settings of `dialect`.
#[pyfunction]
pub(crate) fn build_custom_comparison(py: Python<'_>, spec: &str, dialect: &str) -> PyResult<String> {
    answer(py, || {
        let builder = read::<CustomComparisonSpec>(spec)?.builder()?;
        Ok(builder.build(read_dialect(dialect)?).map_err(JobError::part)?.to_json_value())
    })
}

/// The blocking rule that `spec` describes, as it stands in settings of `dialect`.
#[pyfunction]
pub(crate) fn build_blocking_rule(py: Python<'_>, spec: &str, dialect: &str) -> PyResult<String> {
    answer(py, || {
        let spec: RuleSpec = read(spec)?;
        let dialect = spec.sql_dialect.map_or_else(|| read_dialect(dialect), Ok)?;
        let builder = spec.rule.builder().exploding(spec.arrays_to_explode);
        Ok(builder.build(dialect).map_err(JobError::part)?.to_json_value())
    })
}

/// Settings or a model, checked and with every default written out.
#[pyfunction]
pub(crate) fn read_settings(py: Python<'_>, settings: &str) -> PyResult<String> {
    answer(py, || {
        let model = Model::from_json(settings, JsonOptions::default()).map_err(JobError::part)?;
        read(&model.to_json())
    })
}

fn answer(py: Python<'_>, make: impl FnOnce() -> Result<Value, JobError>) -> PyResult<String> {
    make().map(|value| value.to_string()).map_err(|failed| error::job_exception(py, &failed))
}

fn read_dialect(name: &str) -> Result<Dialect, JobError> {
    serde_json::from_value(Value::String(name.to_owned())).map_err(|_| {
        let problem = Problem::new("KN-PY-005", format!("there is no dialect `{name}`"));
        JobError::problem(problem.hint("write duckdb, spark, sqlite or postgres"))
    })
}

/// A level and what is configured of it.
#[derive(Deserialize)]
struct LevelSpec {
    #[serde(flatten)]
    kind: LevelKind,
    #[serde(default)]
    configure: ConfigureSpec,
}

/// The levels of the library, with the arguments that Splink gives them.
#[derive(Deserialize)]
#[serde(tag = "level", rename_all = "snake_case")]
enum LevelKind {
    Null { column: ColumnSpec, valid_string_pattern: Option<String> },
    Else,
    ExactMatch { column: ColumnSpec, term_frequency_adjustments: bool },
    Custom { sql_condition: String, base_dialect: Option<Dialect> },
    LiteralMatch { column: ColumnSpec, literal_value: String, literal_datatype: String, side_of_comparison: String },
    ColumnsReversed { first: ColumnSpec, second: ColumnSpec, symmetrical: bool },
    StringMeasure { column: ColumnSpec, measure: String, threshold: f64 },
    CosineSimilarity { column: ColumnSpec, threshold: f64 },
    DistanceFunction { column: ColumnSpec, function: String, threshold: f64, higher_is_more_similar: bool },
    PairwiseStringDistance { column: ColumnSpec, measure: String, threshold: f64 },
    AbsoluteTimeDifference(DifferenceSpec),
    AbsoluteDateDifference(DifferenceSpec),
    DistanceInKm { latitude: ColumnSpec, longitude: ColumnSpec, threshold: f64, not_null: bool },
    ArrayIntersect { column: ColumnSpec, size: u32 },
    ArraySubset { column: ColumnSpec, empty_is_subset: bool },
    PercentageDifference { column: ColumnSpec, threshold: f64 },
    AbsoluteDifference { column: ColumnSpec, threshold: f64 },
    And { levels: Vec<LevelSpec> },
    Or { levels: Vec<LevelSpec> },
    Not { of: Box<LevelSpec> },
}

/// A difference of dates or times.
#[derive(Deserialize)]
struct DifferenceSpec {
    column: ColumnSpec,
    input_is_string: bool,
    threshold: f64,
    metric: String,
    datetime_format: Option<String>,
}

/// What Splink's `configure` sets on a level.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfigureSpec {
    m_probability: Option<f64>,
    u_probability: Option<f64>,
    fix_m_probability: Option<bool>,
    fix_u_probability: Option<bool>,
    tf_adjustment_column: Option<String>,
    tf_adjustment_weight: Option<f64>,
    tf_minimum_u_value: Option<f64>,
    disable_tf_exact_match_detection: Option<bool>,
    is_null_level: Option<bool>,
    label_for_charts: Option<String>,
}

/// A comparison of one's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomComparisonSpec {
    levels: Vec<LevelSpec>,
    output_column_name: Option<String>,
    comparison_description: Option<String>,
    #[serde(default)]
    configure: kintsu_job::Configure,
}

/// A blocking rule.
#[derive(Deserialize)]
struct RuleSpec {
    #[serde(flatten)]
    rule: RuleKind,
    #[serde(default)]
    sql_dialect: Option<Dialect>,
    #[serde(default)]
    arrays_to_explode: Vec<String>,
}

/// The rules of the library.
#[derive(Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
enum RuleKind {
    BlockOn { columns: Vec<ColumnSpec> },
    Custom { sql: String },
    And { rules: Vec<RuleKind> },
    Or { rules: Vec<RuleKind> },
    Not { of: Box<RuleKind> },
}

impl LevelSpec {
    fn level(&self) -> Result<Level, JobError> {
        let configure = &self.configure;
        Ok(self.kind.level()?.configure(LevelConfiguration {
            m_probability: configure.m_probability,
            u_probability: configure.u_probability,
            fix_m_probability: configure.fix_m_probability,
            fix_u_probability: configure.fix_u_probability,
            tf_adjustment_column: configure.tf_adjustment_column.clone(),
            tf_adjustment_weight: configure.tf_adjustment_weight,
            tf_minimum_u_value: configure.tf_minimum_u_value,
            disable_tf_exact_match_detection: configure.disable_tf_exact_match_detection,
            is_null_level: configure.is_null_level,
            label_for_charts: configure.label_for_charts.clone(),
        }))
    }
}

impl LevelKind {
    fn level(&self) -> Result<Level, JobError> {
        Ok(match self {
            Self::Null { column, valid_string_pattern: None } => Level::null(column.expression()),
            Self::Null { column, valid_string_pattern: Some(pattern) } => Level::null_unless_valid(column.expression(), pattern),
            Self::Else => Level::otherwise(),
            Self::ExactMatch { column, term_frequency_adjustments } => {
                Level::exact_match(column.expression()).term_frequency_adjustments(*term_frequency_adjustments)
            }
            Self::Custom { sql_condition, base_dialect: None } => Level::custom(sql_condition),
            Self::Custom { sql_condition, base_dialect: Some(dialect) } => Level::custom_in(sql_condition, *dialect),
            Self::LiteralMatch { column, literal_value, literal_datatype, side_of_comparison } => {
                let datatype = literal_type(literal_datatype)?;
                Level::literal_match(column.expression(), literal_value, datatype, literal_side(side_of_comparison)?)
            }
            Self::ColumnsReversed { first, second, symmetrical } => {
                Level::columns_reversed(first.expression(), second.expression(), *symmetrical)
            }
            Self::StringMeasure { column, measure, threshold } => {
                Level::string_measure(column.expression(), string_measure(measure)?, *threshold)
            }
            Self::CosineSimilarity { column, threshold } => Level::cosine_similarity(column.expression(), *threshold),
            Self::DistanceFunction { column, function, threshold, higher_is_more_similar } => {
                Level::distance_function(column.expression(), function, *threshold, *higher_is_more_similar)
            }
            Self::PairwiseStringDistance { column, measure, threshold } => {
                Level::pairwise_string_distance(column.expression(), string_measure(measure)?, *threshold)
            }
            Self::AbsoluteTimeDifference(of) => {
                let (column, format) = (of.column.expression(), of.datetime_format.clone());
                Level::absolute_time_difference(column, of.input_is_string, of.threshold, metric(&of.metric)?, format)
            }
            Self::AbsoluteDateDifference(of) => {
                let (column, format) = (of.column.expression(), of.datetime_format.clone());
                Level::absolute_date_difference(column, of.input_is_string, of.threshold, metric(&of.metric)?, format)
            }
            Self::DistanceInKm { latitude, longitude, threshold, not_null } => {
                Level::distance_in_km(latitude.expression(), longitude.expression(), *threshold, *not_null)
            }
            Self::ArrayIntersect { column, size } => Level::array_intersect(column.expression(), *size),
            Self::ArraySubset { column, empty_is_subset } => Level::array_subset(column.expression(), *empty_is_subset),
            Self::PercentageDifference { column, threshold } => Level::percentage_difference(column.expression(), *threshold),
            Self::AbsoluteDifference { column, threshold } => Level::absolute_difference(column.expression(), *threshold),
            Self::And { levels } => Level::and(all(levels)?),
            Self::Or { levels } => Level::or(all(levels)?),
            Self::Not { of } => Level::not(of.level()?),
        })
    }
}

fn all(levels: &[LevelSpec]) -> Result<Vec<Level>, JobError> {
    levels.iter().map(LevelSpec::level).collect()
}

impl CustomComparisonSpec {
    fn builder(&self) -> Result<ComparisonBuilder, JobError> {
        let mut builder = ComparisonBuilder::custom(all(&self.levels)?);
        if let Some(name) = &self.output_column_name {
            builder = builder.named(name);
        }
        if let Some(description) = &self.comparison_description {
            builder = builder.described(description);
        }
        Ok(builder.configure(ComparisonConfiguration {
            term_frequency_adjustments: self.configure.term_frequency_adjustments,
            m_probabilities: self.configure.m_probabilities.clone(),
            u_probabilities: self.configure.u_probabilities.clone(),
        }))
    }
}

impl RuleKind {
    fn builder(&self) -> RuleBuilder {
        let all = |rules: &[Self]| rules.iter().map(Self::builder).collect::<Vec<_>>();
        match self {
            Self::BlockOn { columns } => block_on(columns.iter().map(ColumnSpec::expression)),
            Self::Custom { sql } => RuleBuilder::custom(sql),
            Self::And { rules } => RuleBuilder::and(all(rules)),
            Self::Or { rules } => RuleBuilder::or(all(rules)),
            Self::Not { of } => RuleBuilder::not(of.builder()),
        }
    }
}

/// One of the words that an argument may be.
fn word<T: Copy>(what: &str, given: &str, known: &[(&str, T)]) -> Result<T, JobError> {
    let found = known.iter().find(|(name, _)| *name == given).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let allowed: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let problem = Problem::new("KN-PY-006", format!("there is no {what} `{given}`"));
        JobError::problem(problem.hint(format!("write one of {}", allowed.join(", "))))
    })
}

fn string_measure(name: &str) -> Result<StringMeasure, JobError> {
    use StringMeasure::{DamerauLevenshtein, Jaccard, Jaro, JaroWinkler, Levenshtein};
    let known = [Levenshtein, DamerauLevenshtein, Jaro, JaroWinkler, Jaccard].map(|measure| (measure.name(), measure));
    word("string measure", name, &known)
}

fn metric(name: &str) -> Result<Metric, JobError> {
    name.parse::<Metric>().map_err(JobError::part)
}

fn literal_type(name: &str) -> Result<LiteralType, JobError> {
    use LiteralType::{Date, Float, Int, String};
    word("type of a literal", name, &[("string", String), ("int", Int), ("float", Float), ("date", Date)])
}

fn literal_side(name: &str) -> Result<LiteralSide, JobError> {
    use LiteralSide::{Both, Left, Right};
    word("side of a comparison", name, &[("left", Left), ("right", Right), ("both", Both)])
}
