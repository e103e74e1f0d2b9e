//! The library of comparisons: ready-made levels for common columns. Every one starts with a null level and ends with ELSE.

use super::column::ColumnExpression;
use super::comparison::ComparisonBuilder;
use super::dialect::StringMeasure;
use super::level::Level;
use super::{LibraryError, Metric};

const POSTCODE: &str = "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9][A-Za-z]{2}$";
const POSTCODE_SECTOR: &str = "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? [0-9]";
const POSTCODE_DISTRICT: &str = "^[A-Za-z]{1,2}[0-9][A-Za-z0-9]?";
const POSTCODE_AREA: &str = "^[A-Za-z]{1,2}";
const EMAIL_USER: &str = "^[^@]+";
const EMAIL_SIMILARITY: f64 = 0.88;

/// How dates or times are read and graded.
#[derive(Debug, Clone, PartialEq)]
pub struct DateLevels {
    /// Whether the column holds text.
    pub input_is_string: bool,
    /// The format of the text, in the dialect's own words; none takes its ISO 8601.
    pub datetime_format: Option<String>,
    /// Whether text that is no date counts as null.
    pub invalid_dates_as_null: bool,
    /// The unit of each threshold.
    pub metrics: Vec<Metric>,
    /// How far apart values may be, a level each.
    pub thresholds: Vec<f64>,
}

/// The edit distance that finds typing errors in dates of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateTypos {
    /// As Splink 5 has it.
    #[default]
    Levenshtein,
    /// As Splink 4 has it.
    DamerauLevenshtein,
}

impl ComparisonBuilder {
    fn over(column: &ColumnExpression, name: &str, middle: impl IntoIterator<Item = Level>) -> Self {
        let mut levels = vec![Level::null(column.clone())];
        levels.extend(middle);
        levels.push(Level::otherwise());
        Self::custom(levels).named(column.output_column_name()).described(name)
    }

    fn graded(column: &ColumnExpression, name: &str, measure: StringMeasure, thresholds: &[f64]) -> Self {
        let graded = thresholds.iter().map(|threshold| Level::string_measure(column.clone(), measure, *threshold));
        Self::over(column, name, std::iter::once(Level::exact_match(column.clone())).chain(graded))
    }

    /// Equal or not.
    pub fn exact_match(column: impl Into<ColumnExpression>) -> Self {
        let column = column.into();
        Self::over(&column, "ExactMatch", [Level::exact_match(column.clone())])
    }

    /// Equal, then Levenshtein distances; Splink's thresholds are 1 and 2.
    pub fn levenshtein_at_thresholds(column: impl Into<ColumnExpression>, thresholds: &[f64]) -> Self {
        Self::graded(&column.into(), "LevenshteinAtThresholds", StringMeasure::Levenshtein, thresholds)
    }

    /// Equal, then Damerau-Levenshtein distances; Splink's thresholds are 1 and 2.
    pub fn damerau_levenshtein_at_thresholds(column: impl Into<ColumnExpression>, thresholds: &[f64]) -> Self {
        Self::graded(&column.into(), "DamerauLevenshteinAtThresholds", StringMeasure::DamerauLevenshtein, thresholds)
    }

    /// Equal, then Jaro similarities; Splink's thresholds are 0.9 and 0.7.
    pub fn jaro_at_thresholds(column: impl Into<ColumnExpression>, thresholds: &[f64]) -> Self {
        Self::graded(&column.into(), "JaroAtThresholds", StringMeasure::Jaro, thresholds)
    }

    /// Equal, then Jaro-Winkler similarities; Splink's thresholds are 0.9 and 0.7.
    pub fn jaro_winkler_at_thresholds(column: impl Into<ColumnExpression>, thresholds: &[f64]) -> Self {
        Self::graded(&column.into(), "JaroWinklerAtThresholds", StringMeasure::JaroWinkler, thresholds)
    }

    /// Equal, then Jaccard similarities; Splink's thresholds are 0.9 and 0.7.
    pub fn jaccard_at_thresholds(column: impl Into<ColumnExpression>, thresholds: &[f64]) -> Self {
        Self::graded(&column.into(), "JaccardAtThresholds", StringMeasure::Jaccard, thresholds)
    }

    /// Cosine similarities of arrays of numbers, without an exact level; Splink's thresholds are 0.9, 0.8 and 0.7.
    pub fn cosine_similarity_at_thresholds(column: impl Into<ColumnExpression>, thresholds: &[f64]) -> Self {
        let column = column.into();
        let graded = thresholds.iter().map(|threshold| Level::cosine_similarity(column.clone(), *threshold));
        Self::over(&column, "CosineSimilarityAtThresholds", graded)
    }

    /// Equal, then any function of two values.
    pub fn distance_function_at_thresholds(
        column: impl Into<ColumnExpression>,
        function: &str,
        thresholds: &[f64],
        higher_is_more_similar: bool,
    ) -> Self {
        let column = column.into();
        let graded = thresholds
            .iter()
            .map(|threshold| Level::distance_function(column.clone(), function, *threshold, higher_is_more_similar));
        let levels = std::iter::once(Level::exact_match(column.clone())).chain(graded);
        Self::over(&column, "DistanceFunctionAtThresholds", levels)
    }

    /// A common element of two arrays, then the best pair of elements.
    pub fn pairwise_string_distance_at_thresholds(
        column: impl Into<ColumnExpression>,
        measure: StringMeasure,
        thresholds: &[f64],
    ) -> Self {
        let column = column.into();
        let graded = thresholds.iter().map(|threshold| Level::pairwise_string_distance(column.clone(), measure, *threshold));
        let levels = std::iter::once(Level::array_intersect(column.clone(), 1)).chain(graded);
        Self::over(&column, "PairwiseStringDistanceFunctionAtThresholds", levels)
    }

    /// Numbers of common elements of two arrays; Splink's is 1.
    pub fn array_intersect_at_sizes(column: impl Into<ColumnExpression>, sizes: &[u32]) -> Self {
        let column = column.into();
        Self::over(&column, "ArrayIntersectAtSizes", sizes.iter().map(|size| Level::array_intersect(column.clone(), *size)))
    }

    /// Equal, then differences of times.
    ///
    /// # Errors
    /// [`LibraryError::Length`] when metrics and thresholds are not of one length.
    pub fn absolute_time_difference_at_thresholds(
        column: impl Into<ColumnExpression>,
        dates: &DateLevels,
    ) -> Result<Self, LibraryError> {
        Self::elapsed(&column.into(), dates, "AbsoluteTimeDifferenceAtThresholds", false)
    }

    /// Equal, then differences of dates.
    ///
    /// # Errors
    /// [`LibraryError::Length`] when metrics and thresholds are not of one length.
    pub fn absolute_date_difference_at_thresholds(
        column: impl Into<ColumnExpression>,
        dates: &DateLevels,
    ) -> Result<Self, LibraryError> {
        Self::elapsed(&column.into(), dates, "AbsoluteDateDifferenceAtThresholds", true)
    }

    fn elapsed(column: &ColumnExpression, dates: &DateLevels, name: &str, as_dates: bool) -> Result<Self, LibraryError> {
        let mut levels = vec![date_null(column, dates, as_dates), Level::exact_match(column.clone())];
        levels.extend(date_grades(column, dates, as_dates)?);
        levels.push(Level::otherwise());
        Ok(Self::custom(levels).named(column.output_column_name()).described(name))
    }

    /// Equal dates of birth, then one typing error, then differences; Splink's are 1 month, 1 year and 10 years.
    ///
    /// # Errors
    /// [`LibraryError::Length`] when metrics and thresholds are not of one length.
    pub fn date_of_birth(
        column: impl Into<ColumnExpression>,
        dates: &DateLevels,
        typos: DateTypos,
    ) -> Result<Self, LibraryError> {
        let column = column.into();
        let text = if dates.input_is_string { column.clone() } else { column.clone().cast_to_string() };
        let (measure, label) = match typos {
            DateTypos::Levenshtein => (StringMeasure::Levenshtein, "Levenshtein distance <= 1"),
            DateTypos::DamerauLevenshtein => (StringMeasure::DamerauLevenshtein, "Damerau-Levenshtein distance <= 1"),
        };
        let mut levels = vec![
            date_null(&column, dates, true),
            Level::exact_match(column.clone()).labelled("Exact match on date of birth"),
            Level::string_measure(text, measure, 1.0).labelled(label),
        ];
        levels.extend(date_grades(&column, dates, true)?);
        levels.push(Level::otherwise());
        Ok(Self::custom(levels).named(column.output_column_name()).described("DateOfBirthComparison"))
    }

    /// Distances in kilometres; null where a coordinate is.
    pub fn distance_in_km_at_thresholds(
        latitude: impl Into<ColumnExpression>,
        longitude: impl Into<ColumnExpression>,
        thresholds: &[f64],
    ) -> Self {
        let (latitude, longitude) = (latitude.into(), longitude.into());
        let mut levels = vec![Level::or([Level::null(latitude.clone()), Level::null(longitude.clone())])];
        levels.extend(
            thresholds.iter().map(|threshold| Level::distance_in_km(latitude.clone(), longitude.clone(), *threshold, false)),
        );
        levels.push(Level::otherwise());
        let name = format!("{}_{}", latitude.output_column_name(), longitude.output_column_name());
        Self::custom(levels).named(name).described("DistanceInKMAtThresholds")
    }

    /// Equal names (with term frequencies), then Jaro-Winkler similarities; Splink's thresholds are 0.92, 0.88 and 0.7. Where a
    /// column of double metaphone codes is given, a common code stands before the last threshold.
    pub fn name(column: impl Into<ColumnExpression>, thresholds: &[f64], codes: Option<&str>) -> Self {
        let column = column.into();
        let mut levels = vec![Level::exact_match(column.clone()).term_frequency_adjustments(true)];
        levels.extend(thresholds.iter().map(|threshold| Level::jaro_winkler(column.clone(), *threshold)));
        if let Some(codes) = codes {
            let last = levels.len().saturating_sub(1).max(1);
            levels.insert(last, Level::array_intersect(codes, 1));
        }
        Self::over(&column, "NameComparison", levels)
    }

    /// Both names together: equal, swapped, similar, or one of them equal. Null only where both are. With a column that holds both
    /// names in one, equality is taken on it and adjusted for its term frequencies.
    pub fn forename_surname(
        forename: impl Into<ColumnExpression>,
        surname: impl Into<ColumnExpression>,
        thresholds: &[f64],
        concatenated: Option<&str>,
    ) -> Self {
        let (forename, surname) = (forename.into(), surname.into());
        let both = |level: &dyn Fn(ColumnExpression) -> Level| Level::and([level(forename.clone()), level(surname.clone())]);
        let equal = match concatenated {
            Some(column) => Level::exact_match(column).term_frequency_adjustments(true),
            None => both(&|column| Level::exact_match(column)),
        };
        let mut levels =
            vec![both(&|column| Level::null(column)), equal, Level::columns_reversed(forename.clone(), surname.clone(), true)];
        levels.extend(thresholds.iter().map(|threshold| both(&|column| Level::jaro_winkler(column, *threshold))));
        levels.push(Level::exact_match(surname.clone()).term_frequency_adjustments(true));
        levels.push(Level::exact_match(forename.clone()).term_frequency_adjustments(true));
        levels.push(Level::otherwise());
        let name = format!("{}_{}", forename.output_column_name(), surname.output_column_name());
        Self::custom(levels).named(name).described("ForenameSurnameComparison")
    }

    /// United Kingdom postcodes: the whole, then sector, district and area.
    pub fn postcode(column: impl Into<ColumnExpression>, invalid_postcodes_as_null: bool) -> Self {
        let column = column.into();
        let part = |pattern: &str, name: &str| {
            Level::exact_match(column.clone().regex_extract(pattern, 0)).labelled(format!("Exact match on {name}"))
        };
        let levels = vec![
            postcode_null(&column, invalid_postcodes_as_null),
            Level::exact_match(column.clone()).labelled("Exact match on full postcode"),
            part(POSTCODE_SECTOR, "sector"),
            part(POSTCODE_DISTRICT, "district"),
            part(POSTCODE_AREA, "area"),
            Level::otherwise(),
        ];
        Self::custom(levels).named(column.output_column_name()).described("PostcodeComparison")
    }

    /// United Kingdom postcodes with coordinates: the whole, the sector, then distances; Splink's are 1, 10 and 100 km.
    pub fn postcode_with_coordinates(
        column: impl Into<ColumnExpression>,
        invalid_postcodes_as_null: bool,
        latitude: impl Into<ColumnExpression>,
        longitude: impl Into<ColumnExpression>,
        kilometres: &[f64],
    ) -> Self {
        let (column, latitude, longitude) = (column.into(), latitude.into(), longitude.into());
        let mut levels = vec![
            postcode_null(&column, invalid_postcodes_as_null),
            Level::exact_match(column.clone()).labelled("Exact match on full postcode"),
            Level::exact_match(column.clone().regex_extract(POSTCODE_SECTOR, 0)).labelled("Exact match on sector"),
        ];
        levels.extend(
            kilometres.iter().map(|threshold| Level::distance_in_km(latitude.clone(), longitude.clone(), *threshold, false)),
        );
        levels.push(Level::otherwise());
        Self::custom(levels).named(column.output_column_name()).described("PostcodeComparison")
    }

    /// E-mail addresses: equal (with term frequencies), same user name, then similar addresses and similar user names.
    pub fn email(column: impl Into<ColumnExpression>) -> Self {
        let column = column.into();
        let user = column.clone().regex_extract(EMAIL_USER, 0);
        let levels = [
            Level::exact_match(column.clone()).term_frequency_adjustments(true),
            Level::exact_match(user.clone()).labelled("Exact match on username"),
            Level::jaro_winkler(column.clone(), EMAIL_SIMILARITY),
            Level::jaro_winkler(user, EMAIL_SIMILARITY).labelled("Jaro-Winkler similarity of username >= 0.88"),
        ];
        Self::over(&column, "EmailComparison", levels)
    }
}

fn postcode_null(column: &ColumnExpression, invalid_as_null: bool) -> Level {
    if invalid_as_null { Level::null_unless_valid(column.clone(), POSTCODE) } else { Level::null(column.clone()) }
}

fn date_null(column: &ColumnExpression, dates: &DateLevels, as_dates: bool) -> Level {
    let format = dates.datetime_format.clone();
    match (dates.input_is_string && dates.invalid_dates_as_null, as_dates) {
        (false, _) => Level::null(column.clone()),
        (true, true) => Level::null(column.clone().try_parse_date(format)),
        (true, false) => Level::null(column.clone().try_parse_timestamp(format)),
    }
}

fn date_grades(column: &ColumnExpression, dates: &DateLevels, as_dates: bool) -> Result<Vec<Level>, LibraryError> {
    if dates.metrics.len() != dates.thresholds.len() {
        let expected = format!("{} thresholds", dates.thresholds.len());
        return Err(LibraryError::Length { what: "metrics", found: dates.metrics.len(), expected });
    }
    let grade = |(metric, threshold): (&Metric, &f64)| {
        let (column, format, text) = (column.clone(), dates.datetime_format.clone(), dates.input_is_string);
        if as_dates {
            Level::absolute_date_difference(column, text, *threshold, *metric, format)
        } else {
            Level::absolute_time_difference(column, text, *threshold, *metric, format)
        }
    };
    Ok(dates.metrics.iter().zip(&dates.thresholds).map(grade).collect())
}
