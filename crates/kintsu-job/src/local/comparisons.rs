//! The comparisons of a job file as those of the library.

use kintsu_link::library::{
    ComparisonBuilder, ComparisonConfiguration, DateLevels, DateTypos, LibraryError, Metric, StringMeasure,
};
use kintsu_link::model::{Comparison, Dialect, JsonOptions, Model, ModelProblem, Parity};
use serde_json::{Map, Value, json};

use super::library_arguments::wrong_arguments;
use super::model_source::Spot;
use crate::spec::{ColumnSpec, ComparisonSpec, Configure, Problem};

/// The comparisons as they are computed, each with the place of its spec. What is wrong goes to `problems`, and of a comparison with
/// a problem there is as much as tells which columns it names.
pub(super) fn build(specs: &[ComparisonSpec], parity: Parity, problems: &mut Vec<Problem>) -> Vec<(Comparison, Spot)> {
    let (mut built, mut names) = (Vec::new(), Vec::new());
    for (position, spec) in specs.iter().enumerate() {
        let told = problems.len();
        let place = format!("comparisons[{position}]");
        let spot = Spot { file: None, path: place.clone(), has_levels: matches!(spec, ComparisonSpec::Custom { .. }) };
        let (comparisons, whole) = if let ComparisonSpec::Custom { output_column_name, .. } = spec {
            (custom(spec, parity, &place, problems), problems.len() == told || output_column_name.is_some())
        } else {
            let made = build_comparison(spec, Dialect::DuckDb);
            problems.extend(wrong_arguments(spec, made.as_ref().err(), &place));
            let whole = made.is_ok();
            (made.map_or_else(|_| exact_matches(spec), |comparison| vec![comparison]), whole)
        };
        if whole {
            problems.extend(comparisons.iter().filter_map(|comparison| name_again(spec, comparison, &mut names, &place)));
        }
        built.extend(comparisons.into_iter().map(|comparison| (comparison, spot.clone())));
    }
    built
}

/// The comparison that `spec` describes, written in `dialect`. Levels written out are those of settings and no part of the library.
///
/// # Errors
/// [`LibraryError`] for arguments that make no comparison.
pub fn build_comparison(spec: &ComparisonSpec, dialect: Dialect) -> Result<Comparison, LibraryError> {
    named(spec)?.build(dialect)
}

/// The columns of a comparison as its job writes them, by the keys that hold them.
fn columns_of(spec: &ComparisonSpec) -> Vec<(String, ColumnSpec)> {
    let Ok(Value::Object(fields)) = serde_json::to_value(spec) else { return Vec::new() };
    let columns = fields.into_iter().filter(|(key, _)| key.ends_with("column"));
    columns.filter_map(|(key, value)| Some((key, serde_json::from_value(value).ok()?))).collect()
}

/// For each column of a comparison that cannot be built, a comparison that looks at nothing else.
fn exact_matches(spec: &ComparisonSpec) -> Vec<Comparison> {
    let column =
        |(_, column): (String, ColumnSpec)| ComparisonBuilder::exact_match(column.expression()).build(Dialect::DuckDb).ok();
    columns_of(spec).into_iter().filter_map(column).collect()
}

/// Tells of a comparison called as one of those whose `names` came before it.
fn name_again(spec: &ComparisonSpec, comparison: &Comparison, names: &mut Vec<String>, place: &str) -> Option<Problem> {
    let name = &comparison.output_column_name;
    if !names.contains(name) {
        names.push(name.clone());
        return None;
    }
    let hint = if matches!(spec, ComparisonSpec::Custom { .. }) {
        "give it another `output_column_name`"
    } else {
        "give one comparison the levels of both, or write one out with `type = \"custom\"` and an `output_column_name` of its own"
    };
    let message = format!("the name `{name}` belongs to another comparison already");
    Some(Problem::new("KN-LINK-309", message).hint(hint).in_place(place))
}

/// Levels written out are read as those of settings are.
fn custom(spec: &ComparisonSpec, parity: Parity, place: &str, problems: &mut Vec<Problem>) -> Vec<Comparison> {
    let ComparisonSpec::Custom { output_column_name: name, comparison_description: description, comparison_levels: levels } =
        spec
    else {
        return Vec::new();
    };
    let mut comparison = Map::new();
    if let Some(name) = name {
        comparison.insert("output_column_name".to_owned(), json!(name));
    }
    if let Some(description) = description {
        comparison.insert("comparison_description".to_owned(), json!(description));
    }
    comparison.insert("comparison_levels".to_owned(), json!(levels));
    let settings = json!({ "link_type": "dedupe_only", "comparisons": [comparison] });
    let options = JsonOptions { parity: Some(parity), ..JsonOptions::default() };
    match Model::from_json(&settings.to_string(), options) {
        Ok(model) => model.comparisons,
        Err(errors) => {
            problems.extend(errors.problems().iter().map(|found| in_job(found, place)));
            errors.readable().map(|model| model.comparisons.clone()).unwrap_or_default()
        }
    }
}

/// A problem of settings that hold one comparison, as one of the job that has that comparison at `place`.
fn in_job(found: &ModelProblem, place: &str) -> Problem {
    let path = found.place().path.strip_prefix("comparisons[0]").unwrap_or_default();
    Problem { message: found.message(), ..Problem::of(found) }.in_place(&format!("{place}{path}"))
}

#[allow(clippy::too_many_lines)]
fn named(spec: &ComparisonSpec) -> Result<ComparisonBuilder, LibraryError> {
    use ComparisonBuilder as Library;
    use ComparisonSpec as Spec;
    let (builder, configure) = match spec {
        Spec::ExactMatch { column, configure } => (Library::exact_match(column.expression()), configure),
        Spec::LevenshteinAtThresholds { column, thresholds, configure } => {
            (Library::levenshtein_at_thresholds(column.expression(), thresholds), configure)
        }
        Spec::DamerauLevenshteinAtThresholds { column, thresholds, configure } => {
            (Library::damerau_levenshtein_at_thresholds(column.expression(), thresholds), configure)
        }
        Spec::JaroAtThresholds { column, thresholds, configure } => {
            (Library::jaro_at_thresholds(column.expression(), thresholds), configure)
        }
        Spec::JaroWinklerAtThresholds { column, thresholds, configure } => {
            (Library::jaro_winkler_at_thresholds(column.expression(), thresholds), configure)
        }
        Spec::JaccardAtThresholds { column, thresholds, configure } => {
            (Library::jaccard_at_thresholds(column.expression(), thresholds), configure)
        }
        Spec::CosineSimilarityAtThresholds { column, thresholds, configure } => {
            (Library::cosine_similarity_at_thresholds(column.expression(), thresholds), configure)
        }
        Spec::DistanceFunctionAtThresholds { column, distance_function_name, thresholds, higher_is_more_similar, configure } => (
            Library::distance_function_at_thresholds(
                column.expression(),
                distance_function_name,
                thresholds,
                *higher_is_more_similar,
            ),
            configure,
        ),
        Spec::PairwiseStringDistanceFunctionAtThresholds { column, distance_function_name, thresholds, configure } => (
            Library::pairwise_string_distance_at_thresholds(column.expression(), measure(distance_function_name)?, thresholds),
            configure,
        ),
        Spec::AbsoluteDateDifferenceAtThresholds {
            column,
            input_is_string,
            metrics,
            thresholds,
            datetime_format,
            invalid_dates_as_null,
            configure,
        }
        | Spec::AbsoluteTimeDifferenceAtThresholds {
            column,
            input_is_string,
            metrics,
            thresholds,
            datetime_format,
            invalid_dates_as_null,
            configure,
        } => {
            let dates = dates(*input_is_string, datetime_format.as_ref(), *invalid_dates_as_null, metrics, thresholds)?;
            let built = if matches!(spec, Spec::AbsoluteDateDifferenceAtThresholds { .. }) {
                Library::absolute_date_difference_at_thresholds(column.expression(), &dates)?
            } else {
                Library::absolute_time_difference_at_thresholds(column.expression(), &dates)?
            };
            (built, configure)
        }
        Spec::ArrayIntersectAtSizes { column, sizes, configure } => {
            (Library::array_intersect_at_sizes(column.expression(), sizes), configure)
        }
        Spec::DistanceInKmAtThresholds { latitude_column, longitude_column, thresholds, configure } => (
            Library::distance_in_km_at_thresholds(latitude_column.expression(), longitude_column.expression(), thresholds),
            configure,
        ),
        Spec::DateOfBirthComparison {
            column,
            input_is_string,
            metrics,
            thresholds,
            datetime_format,
            invalid_dates_as_null,
            use_damerau_levenshtein,
            configure,
        } => {
            let metrics = metrics.clone().unwrap_or_else(|| ["month", "year", "year"].map(str::to_owned).to_vec());
            let thresholds = thresholds.clone().unwrap_or_else(|| vec![1.0, 1.0, 10.0]);
            let dates = dates(*input_is_string, datetime_format.as_ref(), *invalid_dates_as_null, &metrics, &thresholds)?;
            let typos =
                if use_damerau_levenshtein.unwrap_or(true) { DateTypos::DamerauLevenshtein } else { DateTypos::Levenshtein };
            (Library::date_of_birth(column.expression(), &dates, typos)?, configure)
        }
        Spec::NameComparison { column, jaro_winkler_thresholds, dmetaphone_column, configure } => {
            let thresholds = jaro_winkler_thresholds.clone().unwrap_or_else(|| vec![0.92, 0.88, 0.7]);
            (Library::name(column.expression(), &thresholds, dmetaphone_column.as_deref()), configure)
        }
        Spec::ForenameSurnameComparison {
            forename_column,
            surname_column,
            jaro_winkler_thresholds,
            forename_surname_concat_column,
            configure,
        } => {
            let thresholds = jaro_winkler_thresholds.clone().unwrap_or_else(|| vec![0.92, 0.88]);
            let both = forename_surname_concat_column.as_deref();
            (Library::forename_surname(forename_column.expression(), surname_column.expression(), &thresholds, both), configure)
        }
        Spec::PostcodeComparison {
            column,
            invalid_postcodes_as_null,
            latitude_column,
            longitude_column,
            km_thresholds,
            configure,
        } => {
            let kilometres = km_thresholds.clone().unwrap_or_else(|| vec![1.0, 10.0, 100.0]);
            let builder = match (latitude_column, longitude_column) {
                (Some(latitude), Some(longitude)) => Library::postcode_with_coordinates(
                    column.expression(),
                    *invalid_postcodes_as_null,
                    latitude.expression(),
                    longitude.expression(),
                    &kilometres,
                ),
                _ => Library::postcode(column.expression(), *invalid_postcodes_as_null),
            };
            (builder, configure)
        }
        Spec::EmailComparison { column, configure } => (Library::email(column.expression()), configure),
        Spec::Custom { .. } => (Library::custom([]), &Configure::default()),
    };
    Ok(builder.configure(ComparisonConfiguration {
        term_frequency_adjustments: configure.term_frequency_adjustments,
        m_probabilities: configure.m_probabilities.clone(),
        u_probabilities: configure.u_probabilities.clone(),
    }))
}

fn measure(name: &str) -> Result<StringMeasure, LibraryError> {
    const MEASURES: [StringMeasure; 4] =
        [StringMeasure::Levenshtein, StringMeasure::DamerauLevenshtein, StringMeasure::Jaro, StringMeasure::JaroWinkler];
    let known = MEASURES.into_iter().find(|measure| measure.name() == name);
    known.ok_or_else(|| LibraryError::UnknownWord {
        what: "the distance function",
        word: name.to_owned(),
        allowed: "levenshtein, damerau_levenshtein, jaro, jaro_winkler".to_owned(),
    })
}

fn dates(
    input_is_string: bool,
    datetime_format: Option<&String>,
    invalid_dates_as_null: bool,
    metrics: &[String],
    thresholds: &[f64],
) -> Result<DateLevels, LibraryError> {
    let metrics = metrics.iter().map(|name| name.parse::<Metric>()).collect::<Result<_, _>>()?;
    Ok(DateLevels {
        input_is_string,
        datetime_format: datetime_format.cloned(),
        invalid_dates_as_null,
        metrics,
        thresholds: thresholds.to_vec(),
    })
}
