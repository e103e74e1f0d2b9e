//! How the dialects write what levels are made of. What a dialect has no function for is refused by name.

use crate::model::Dialect;

use super::LibraryError;
use super::column::{ArrayEnd, Place};

/// `name` as an identifier of the dialect.
fn quoted(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Spark => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// A column of one record of a pair.
pub(super) fn column(name: &str, place: Place, dialect: Dialect) -> String {
    match place {
        Place::LevelLeft => quoted(&format!("{name}_l"), dialect),
        Place::LevelRight => quoted(&format!("{name}_r"), dialect),
        Place::RuleLeft => format!("l.{}", quoted(name, dialect)),
        Place::RuleRight => format!("r.{}", quoted(name, dialect)),
    }
}

/// Text between quotes.
pub(super) fn text_literal(text: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Spark => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}

/// A number as people write it: no exponent, no `.0`.
pub(super) fn number(value: f64) -> String {
    value.to_string()
}

/// The name of the text type.
pub(super) fn text_type(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Spark { "STRING" } else { "TEXT" }
}

fn unsupported<T>(what: &'static str, dialect: Dialect) -> Result<T, LibraryError> {
    Err(LibraryError::Dialect { what, dialect })
}

/// The part that a pattern finds; null when it finds nothing or the empty text.
pub(super) fn regex_extract(value: &str, pattern: &str, group: u32, dialect: Dialect) -> Result<String, LibraryError> {
    // Spark's own regular expressions read the pattern as it stands between the quotes.
    let literal =
        if dialect == Dialect::Spark { format!("'{}'", pattern.replace('\'', "\\'")) } else { text_literal(pattern, dialect) };
    match dialect {
        Dialect::DuckDb | Dialect::Spark => Ok(format!("NULLIF(regexp_extract({value}, {literal}, {group}), '')")),
        Dialect::Postgres if group == 0 => {
            Ok(format!("NULLIF(substring({value} from {}), '')", text_literal(&format!("({pattern})"), dialect)))
        }
        Dialect::Postgres | Dialect::Sqlite => unsupported("a part found by a regular expression", dialect),
    }
}

/// A date read from text, null where it is none.
pub(super) fn try_parse_date(value: &str, format: Option<&str>, dialect: Dialect) -> Result<String, LibraryError> {
    let literal = |default: &str| text_literal(format.unwrap_or(default), dialect);
    match dialect {
        Dialect::DuckDb => Ok(format!("try_strptime({value}, {})", literal("%Y-%m-%d"))),
        Dialect::Spark => Ok(format!("date(try_to_timestamp({value}, {}))", literal("yyyy-MM-dd"))),
        Dialect::Postgres => Ok(format!("try_cast_date({value}, {})", literal("YYYY-MM-DD"))),
        Dialect::Sqlite => unsupported("a date read from text", dialect),
    }
}

/// A time read from text, null where it is none.
pub(super) fn try_parse_timestamp(value: &str, format: Option<&str>, dialect: Dialect) -> Result<String, LibraryError> {
    let literal = |default: &str| text_literal(format.unwrap_or(default), dialect);
    match dialect {
        Dialect::DuckDb => Ok(format!("try_strptime({value}, {})", literal("%Y-%m-%dT%H:%M:%SZ"))),
        Dialect::Spark => Ok(format!("try_to_timestamp({value}, {})", literal("yyyy-MM-dd'T'HH:mm:ssXXX"))),
        Dialect::Postgres => Ok(format!("try_cast_timestamp({value}, {})", literal("YYYY-MM-DDTHH24:MI:SS"))),
        Dialect::Sqlite => unsupported("a time read from text", dialect),
    }
}

/// The first or last element of an array.
pub(super) fn array_element(value: &str, end: ArrayEnd, dialect: Dialect) -> Result<String, LibraryError> {
    match (dialect, end) {
        (Dialect::DuckDb | Dialect::Postgres, ArrayEnd::First) => Ok(format!("{value}[1]")),
        (Dialect::DuckDb, ArrayEnd::Last) => Ok(format!("{value}[-1]")),
        (Dialect::Postgres, ArrayEnd::Last) => Ok(format!("{value}[array_length({value}, 1)]")),
        (Dialect::Spark, ArrayEnd::First) => Ok(format!("{value}[0]")),
        (Dialect::Spark, ArrayEnd::Last) => Ok(format!("element_at({value}, -1)")),
        (Dialect::Sqlite, _) => unsupported("an element of an array", dialect),
    }
}

/// A string measure by what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum StringMeasure {
    Levenshtein,
    DamerauLevenshtein,
    Jaro,
    JaroWinkler,
    Jaccard,
}

impl StringMeasure {
    /// Whether higher numbers mean more alike.
    pub const fn is_similarity(self) -> bool {
        matches!(self, Self::Jaro | Self::JaroWinkler | Self::Jaccard)
    }

    /// The name in arguments, such as `jaro_winkler`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Levenshtein => "levenshtein",
            Self::DamerauLevenshtein => "damerau_levenshtein",
            Self::Jaro => "jaro",
            Self::JaroWinkler => "jaro_winkler",
            Self::Jaccard => "jaccard",
        }
    }

    /// The function of the dialect.
    pub(super) fn function(self, dialect: Dialect) -> Result<&'static str, LibraryError> {
        Ok(match (self, dialect) {
            (Self::Levenshtein, _) => "levenshtein",
            (_, Dialect::Postgres) => return unsupported("a string measure other than levenshtein", dialect),
            (Self::DamerauLevenshtein, _) => "damerau_levenshtein",
            (Self::Jaro, Dialect::DuckDb) => "jaro_similarity",
            (Self::Jaro, _) => "jaro_sim",
            (Self::JaroWinkler, Dialect::DuckDb) => "jaro_winkler_similarity",
            (Self::JaroWinkler, _) => "jaro_winkler",
            (Self::Jaccard, Dialect::Sqlite) => return unsupported("the Jaccard measure", dialect),
            (Self::Jaccard, _) => "jaccard",
        })
    }
}

/// The number of common elements of two arrays.
pub(super) fn intersection_size(left: &str, right: &str, dialect: Dialect) -> Result<String, LibraryError> {
    match dialect {
        Dialect::DuckDb => Ok(format!("array_length(list_intersect({left}, {right}))")),
        Dialect::Spark => Ok(format!("SIZE(ARRAY_INTERSECT({left}, {right}))")),
        Dialect::Postgres => Ok(format!("CARDINALITY(ARRAY_INTERSECT({left}, {right}))")),
        Dialect::Sqlite => unsupported("the intersection of arrays", dialect),
    }
}

/// The smaller of two arrays' sizes.
pub(super) fn smaller_size(left: &str, right: &str, dialect: Dialect) -> Result<String, LibraryError> {
    match dialect {
        Dialect::DuckDb => Ok(format!("LEAST(array_length({left}), array_length({right}))")),
        Dialect::Spark => Ok(format!("LEAST(SIZE({left}), SIZE({right}))")),
        Dialect::Postgres | Dialect::Sqlite => unsupported("the subset of arrays", dialect),
    }
}

/// The best of a measure over all pairs of elements of two arrays.
pub(super) fn pairwise(measure: StringMeasure, left: &str, right: &str, dialect: Dialect) -> Result<String, LibraryError> {
    let (best, transform, first, second) = match dialect {
        Dialect::DuckDb => (if measure.is_similarity() { "list_max" } else { "list_min" }, "list_transform", 1, 2),
        Dialect::Spark => (if measure.is_similarity() { "array_max" } else { "array_min" }, "transform", 0, 1),
        Dialect::Postgres | Dialect::Sqlite => return unsupported("a measure over pairs of elements", dialect),
    };
    let function = measure.function(dialect)?;
    let pairs = format!("flatten({transform}({left}, x -> {transform}({right}, y -> [x, y])))");
    Ok(format!("{best}({transform}({pairs}, pair -> {function}(pair[{first}], pair[{second}])))"))
}

/// The cosine of the angle between two arrays of numbers.
pub(super) fn cosine_similarity(left: &str, right: &str, dialect: Dialect) -> Result<String, LibraryError> {
    let sum = |array: String| format!("aggregate({array}, CAST(0.0 AS DOUBLE), (acc, x) -> acc + x)");
    match dialect {
        Dialect::DuckDb => Ok(format!("array_cosine_similarity({left}, {right})")),
        Dialect::Spark => {
            let length = |array: &str| format!("sqrt({})", sum(format!("transform({array}, x -> x * x)")));
            let product = sum(format!("zip_with({left}, {right}, (x, y) -> x * y)"));
            Ok(format!("({product}) / (nullif(({}) * ({}), 0.0))", length(left), length(right)))
        }
        Dialect::Postgres | Dialect::Sqlite => unsupported("the cosine similarity", dialect),
    }
}

/// Whether two dates or times differ by at most so many seconds.
pub(super) fn within_seconds(
    left: &str,
    right: &str,
    seconds: f64,
    dates: bool,
    dialect: Dialect,
) -> Result<String, LibraryError> {
    let seconds = number(seconds);
    match dialect {
        Dialect::DuckDb => Ok(format!("ABS(EPOCH({left}) - EPOCH({right})) <= {seconds}")),
        Dialect::Spark if dates => Ok(format!("abs(datediff({left}, {right})) <= floor({seconds} / 86400)")),
        Dialect::Spark => Ok(format!("ABS(UNIX_TIMESTAMP({left}) - UNIX_TIMESTAMP({right})) <= {seconds}")),
        Dialect::Postgres => Ok(format!("ABS(EXTRACT(EPOCH FROM {left}) - EXTRACT(EPOCH FROM {right})) <= {seconds}")),
        Dialect::Sqlite => unsupported("a difference of dates or times", dialect),
    }
}

/// Whether two places lie at most so many kilometres apart: spherical law of cosines, earth radius 6371 km, the distance rounded
/// to 32-bit floating point.
pub(super) fn within_kilometres(latitude: (&str, &str), longitude: (&str, &str), kilometres: f64) -> String {
    let (lat_l, lat_r) = latitude;
    let (long_l, long_r) = longitude;
    let cosine = format!(
        "(sin(radians({lat_l})) * sin(radians({lat_r})) + cos(radians({lat_l})) * cos(radians({lat_r})) * cos(radians({long_r} - {long_l})))"
    );
    let clamped = format!("CASE WHEN {cosine} > 1 THEN 1 WHEN {cosine} < -1 THEN -1 ELSE {cosine} END");
    format!("CAST(acos({clamped}) * 6371 AS FLOAT) <= {}", number(kilometres))
}

/// A constant of a type, for a literal match.
pub(super) fn typed_literal(value: &str, datatype: super::LiteralType, dialect: Dialect) -> String {
    use super::LiteralType;
    match datatype {
        LiteralType::String => text_literal(value, dialect),
        LiteralType::Int => format!("CAST({value} AS INT)"),
        LiteralType::Float => format!("CAST({value} AS {})", if dialect == Dialect::Spark { "FLOAT" } else { "REAL" }),
        LiteralType::Date => format!("CAST({} AS DATE)", text_literal(value, dialect)),
    }
}
