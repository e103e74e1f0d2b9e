//! Comparison levels by name, built into SQL and expression.
//!
//! All thresholds are inclusive, except that of [`Level::percentage_difference`].

use crate::model::{ComparisonLevel, Dialect, is_else};
use crate::sql::parse_condition;

use super::column::ColumnExpression;
use super::dialect::StringMeasure;
use super::{LibraryError, Metric};

/// The type of a constant that a column is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LiteralType {
    String,
    Int,
    Float,
    Date,
}

/// Which record of a pair a literal match looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum LiteralSide {
    Left,
    Right,
    Both,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null(ColumnExpression),
    Else,
    ExactMatch(ColumnExpression),
    Custom { sql_condition: String, base_dialect: Option<Dialect> },
    Literal { column: ColumnExpression, value: String, datatype: LiteralType, side: LiteralSide },
    Reversed { columns: (ColumnExpression, ColumnExpression), symmetrical: bool },
    Measure { column: ColumnExpression, measure: StringMeasure, threshold: f64 },
    Cosine { column: ColumnExpression, threshold: f64 },
    Function { column: ColumnExpression, function: String, threshold: f64, higher_is_more_similar: bool },
    Pairwise { column: ColumnExpression, measure: StringMeasure, threshold: f64 },
    Elapsed { column: ColumnExpression, threshold: f64, metric: Metric, dates: bool },
    Kilometres { latitude: ColumnExpression, longitude: ColumnExpression, threshold: f64, not_null: bool },
    Intersection { column: ColumnExpression, size: u32 },
    Subset { column: ColumnExpression, empty_is_subset: bool },
    Percentage { column: ColumnExpression, threshold: f64 },
    Difference { column: ColumnExpression, threshold: f64 },
    And(Vec<Level>),
    Or(Vec<Level>),
    Not(Box<Level>),
}

/// What may be set on a level, whatever it compares; what is none stays as the level has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LevelConfiguration {
    /// P(level | match).
    pub m_probability: Option<f64>,
    /// P(level | no match).
    pub u_probability: Option<f64>,
    /// Whether training leaves m alone.
    pub fix_m_probability: Option<bool>,
    /// Whether training leaves u alone.
    pub fix_u_probability: Option<bool>,
    /// The column whose term frequencies adjust the weight.
    pub tf_adjustment_column: Option<String>,
    /// The power of the adjustment.
    pub tf_adjustment_weight: Option<f64>,
    /// The smallest term frequency that counts.
    pub tf_minimum_u_value: Option<f64>,
    /// Whether the adjustment starts from the level's own u.
    pub disable_tf_exact_match_detection: Option<bool>,
    /// Whether the level says that nothing can be said.
    pub is_null_level: Option<bool>,
    /// The name for people.
    pub label_for_charts: Option<String>,
}

/// A comparison level that is not yet written in a dialect.
///
/// ```
/// use kintsu_link::library::{Level, LevelConfiguration};
/// use kintsu_link::model::Dialect;
/// let level = Level::jaro_winkler("first_name", 0.9)
///     .configure(LevelConfiguration { m_probability: Some(0.1), ..LevelConfiguration::default() });
/// let built = level.build(Dialect::DuckDb).unwrap();
/// assert_eq!(built.sql_condition, "jaro_winkler_similarity(\"first_name_l\", \"first_name_r\") >= 0.9");
/// assert_eq!(built.m_probability, Some(0.1));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    pub(super) kind: Kind,
    pub(super) configuration: LevelConfiguration,
}

impl From<Kind> for Level {
    fn from(kind: Kind) -> Self {
        Self { kind, configuration: LevelConfiguration::default() }
    }
}

impl Level {
    /// Null on either side.
    pub fn null(column: impl Into<ColumnExpression>) -> Self {
        Kind::Null(column.into()).into()
    }

    /// Null on either side, or text in which `pattern` finds nothing.
    pub fn null_unless_valid(column: impl Into<ColumnExpression>, pattern: impl Into<String>) -> Self {
        Kind::Null(column.into().regex_extract(pattern, 0)).into()
    }

    /// Everything else.
    pub fn otherwise() -> Self {
        Kind::Else.into()
    }

    /// Equal values; their term frequencies adjust the weight when asked for and the column is a plain one.
    pub fn exact_match(column: impl Into<ColumnExpression>) -> Self {
        Kind::ExactMatch(column.into()).into()
    }

    /// A condition in SQL over `name_l` and `name_r`, in the dialect of the model.
    pub fn custom(sql_condition: impl Into<String>) -> Self {
        Kind::Custom { sql_condition: sql_condition.into(), base_dialect: None }.into()
    }

    /// A condition in SQL of `dialect`; it can be built for that dialect only.
    pub fn custom_in(sql_condition: impl Into<String>, dialect: Dialect) -> Self {
        Kind::Custom { sql_condition: sql_condition.into(), base_dialect: Some(dialect) }.into()
    }

    /// Equal to a constant.
    pub fn literal_match(
        column: impl Into<ColumnExpression>,
        value: impl Into<String>,
        datatype: LiteralType,
        side: LiteralSide,
    ) -> Self {
        Kind::Literal { column: column.into(), value: value.into(), datatype, side }.into()
    }

    /// One column's value in the other column of the other record; both ways when `symmetrical`.
    pub fn columns_reversed(first: impl Into<ColumnExpression>, second: impl Into<ColumnExpression>, symmetrical: bool) -> Self {
        Kind::Reversed { columns: (first.into(), second.into()), symmetrical }.into()
    }

    /// A string measure within its threshold: at most for distances, at least for similarities.
    pub fn string_measure(column: impl Into<ColumnExpression>, measure: StringMeasure, threshold: f64) -> Self {
        Kind::Measure { column: column.into(), measure, threshold }.into()
    }

    /// Levenshtein distance at most `threshold`.
    pub fn levenshtein(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Self::string_measure(column, StringMeasure::Levenshtein, threshold)
    }

    /// Damerau-Levenshtein distance at most `threshold`.
    pub fn damerau_levenshtein(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Self::string_measure(column, StringMeasure::DamerauLevenshtein, threshold)
    }

    /// Jaro similarity at least `threshold`.
    pub fn jaro(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Self::string_measure(column, StringMeasure::Jaro, threshold)
    }

    /// Jaro-Winkler similarity at least `threshold`.
    pub fn jaro_winkler(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Self::string_measure(column, StringMeasure::JaroWinkler, threshold)
    }

    /// Jaccard similarity at least `threshold`.
    pub fn jaccard(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Self::string_measure(column, StringMeasure::Jaccard, threshold)
    }

    /// Cosine similarity of two arrays of numbers at least `threshold`.
    pub fn cosine_similarity(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Kind::Cosine { column: column.into(), threshold }.into()
    }

    /// Any function of two values that SQL knows, within its threshold.
    pub fn distance_function(
        column: impl Into<ColumnExpression>,
        function: impl Into<String>,
        threshold: f64,
        higher_is_more_similar: bool,
    ) -> Self {
        Kind::Function { column: column.into(), function: function.into(), threshold, higher_is_more_similar }.into()
    }

    /// The best pair of elements of two arrays within the threshold.
    pub fn pairwise_string_distance(column: impl Into<ColumnExpression>, measure: StringMeasure, threshold: f64) -> Self {
        Kind::Pairwise { column: column.into(), measure, threshold }.into()
    }

    /// Times at most so far apart; text is read in `format` (ISO 8601 by default) when `input_is_string`.
    pub fn absolute_time_difference(
        column: impl Into<ColumnExpression>,
        input_is_string: bool,
        threshold: f64,
        metric: Metric,
        format: Option<String>,
    ) -> Self {
        let column = column.into();
        let column = if input_is_string { column.try_parse_timestamp(format) } else { column };
        Kind::Elapsed { column, threshold, metric, dates: false }.into()
    }

    /// Dates at most so far apart; text is read in `format` (year-month-day by default) when `input_is_string`.
    pub fn absolute_date_difference(
        column: impl Into<ColumnExpression>,
        input_is_string: bool,
        threshold: f64,
        metric: Metric,
        format: Option<String>,
    ) -> Self {
        let column = column.into();
        let column = if input_is_string { column.try_parse_date(format) } else { column };
        Kind::Elapsed { column, threshold, metric, dates: true }.into()
    }

    /// Places at most so many kilometres apart; with `not_null`, never true where a coordinate is null.
    pub fn distance_in_km(
        latitude: impl Into<ColumnExpression>,
        longitude: impl Into<ColumnExpression>,
        threshold: f64,
        not_null: bool,
    ) -> Self {
        Kind::Kilometres { latitude: latitude.into(), longitude: longitude.into(), threshold, not_null }.into()
    }

    /// At least `size` common elements of two arrays.
    pub fn array_intersect(column: impl Into<ColumnExpression>, size: u32) -> Self {
        Kind::Intersection { column: column.into(), size }.into()
    }

    /// Every element of the smaller array is in the larger one.
    pub fn array_subset(column: impl Into<ColumnExpression>, empty_is_subset: bool) -> Self {
        Kind::Subset { column: column.into(), empty_is_subset }.into()
    }

    /// |l - r| / max(l, r) below `threshold`.
    pub fn percentage_difference(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Kind::Percentage { column: column.into(), threshold }.into()
    }

    /// |l - r| at most `threshold`.
    pub fn absolute_difference(column: impl Into<ColumnExpression>, threshold: f64) -> Self {
        Kind::Difference { column: column.into(), threshold }.into()
    }

    /// All of the levels; a null level when all of them are.
    pub fn and(levels: impl IntoIterator<Item = Self>) -> Self {
        Kind::And(levels.into_iter().collect()).into()
    }

    /// Any of the levels; a null level when all of them are.
    pub fn or(levels: impl IntoIterator<Item = Self>) -> Self {
        Kind::Or(levels.into_iter().collect()).into()
    }

    /// Not the level.
    #[allow(clippy::should_implement_trait)]
    pub fn not(level: Self) -> Self {
        Kind::Not(Box::new(level)).into()
    }

    /// Sets what `configuration` holds.
    pub fn configure(mut self, configuration: LevelConfiguration) -> Self {
        let mine = &mut self.configuration;
        let theirs = configuration;
        mine.m_probability = theirs.m_probability.or(mine.m_probability);
        mine.u_probability = theirs.u_probability.or(mine.u_probability);
        mine.fix_m_probability = theirs.fix_m_probability.or(mine.fix_m_probability);
        mine.fix_u_probability = theirs.fix_u_probability.or(mine.fix_u_probability);
        mine.tf_adjustment_column = theirs.tf_adjustment_column.or_else(|| mine.tf_adjustment_column.take());
        mine.tf_adjustment_weight = theirs.tf_adjustment_weight.or(mine.tf_adjustment_weight);
        mine.tf_minimum_u_value = theirs.tf_minimum_u_value.or(mine.tf_minimum_u_value);
        mine.disable_tf_exact_match_detection = theirs.disable_tf_exact_match_detection.or(mine.disable_tf_exact_match_detection);
        mine.is_null_level = theirs.is_null_level.or(mine.is_null_level);
        mine.label_for_charts = theirs.label_for_charts.or_else(|| mine.label_for_charts.take());
        self
    }

    /// The same level under another name for people.
    pub fn labelled(self, label: impl Into<String>) -> Self {
        self.configure(LevelConfiguration { label_for_charts: Some(label.into()), ..LevelConfiguration::default() })
    }

    /// Switches the term-frequency adjustment of an exact match on a plain column; other levels are left as they are.
    pub fn term_frequency_adjustments(mut self, wanted: bool) -> Self {
        if let Kind::ExactMatch(column) = &self.kind
            && let Some(name) = column.pure_column()
        {
            self.configuration.tf_adjustment_column = wanted.then(|| name.into_owned());
        }
        self
    }

    /// Whether the level says that nothing can be said.
    pub fn is_null_level(&self) -> bool {
        self.configuration.is_null_level.unwrap_or(match &self.kind {
            Kind::Null(_) => true,
            Kind::And(levels) | Kind::Or(levels) => !levels.is_empty() && levels.iter().all(Self::is_null_level),
            _ => false,
        })
    }

    /// The level written in `dialect` and parsed.
    ///
    /// # Errors
    /// [`LibraryError`] when the dialect has no such function, an argument is out of range, or SQL cannot be read.
    pub fn build(&self, dialect: Dialect) -> Result<ComparisonLevel, LibraryError> {
        let sql_condition = self.sql(dialect)?;
        let condition = if is_else(&sql_condition) {
            None
        } else {
            let read = parse_condition(&sql_condition, dialect);
            Some(read.map_err(|source| LibraryError::Sql { text: sql_condition.clone(), source })?)
        };
        let set = &self.configuration;
        Ok(ComparisonLevel {
            condition,
            label_for_charts: Some(self.label()),
            is_null_level: self.is_null_level(),
            m_probability: set.m_probability,
            u_probability: set.u_probability,
            fix_m_probability: set.fix_m_probability.unwrap_or(false),
            fix_u_probability: set.fix_u_probability.unwrap_or(false),
            tf_adjustment_column: set.tf_adjustment_column.clone(),
            tf_adjustment_weight: set.tf_adjustment_weight.unwrap_or(1.0),
            tf_minimum_u_value: set.tf_minimum_u_value.unwrap_or(0.0),
            disable_tf_exact_match_detection: set.disable_tf_exact_match_detection.unwrap_or(false),
            gamma: -1,
            sql_condition,
        })
    }

    /// The name for people.
    pub fn label(&self) -> String {
        self.configuration.label_for_charts.clone().unwrap_or_else(|| self.kind.label())
    }

    /// The condition in `dialect`.
    ///
    /// # Errors
    /// As [`Level::build`], except that the SQL is not parsed.
    pub fn sql(&self, dialect: Dialect) -> Result<String, LibraryError> {
        self.kind.sql(dialect)
    }
}
