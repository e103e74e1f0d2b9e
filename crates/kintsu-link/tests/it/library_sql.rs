//! The library of levels, comparisons and rules: what they write, that it parses in every dialect that has the functions, and that
//! Splink's own names and defaults hold.

use kintsu_core::Explain;
use kintsu_link::library::{
    ArrayEnd, ColumnExpression, ComparisonBuilder, ComparisonConfiguration, DateLevels, DateTypos, Level, LevelConfiguration,
    LiteralSide, LiteralType, Metric, RuleBuilder, StringMeasure, block_on,
};
use kintsu_link::model::{Comparison, Dialect};

fn dates() -> DateLevels {
    DateLevels {
        input_is_string: true,
        datetime_format: None,
        invalid_dates_as_null: true,
        metrics: vec![Metric::Month, Metric::Year, Metric::Year],
        thresholds: vec![1.0, 1.0, 10.0],
    }
}

fn comparisons() -> Vec<ComparisonBuilder> {
    vec![
        ComparisonBuilder::exact_match("a"),
        ComparisonBuilder::levenshtein_at_thresholds("a", &[1.0, 2.0]),
        ComparisonBuilder::damerau_levenshtein_at_thresholds("a", &[1.0, 2.0]),
        ComparisonBuilder::jaro_at_thresholds("a", &[0.9, 0.7]),
        ComparisonBuilder::jaro_winkler_at_thresholds("a", &[0.9, 0.7]),
        ComparisonBuilder::jaccard_at_thresholds("a", &[0.9, 0.7]),
        ComparisonBuilder::cosine_similarity_at_thresholds("a", &[0.9, 0.8, 0.7]),
        ComparisonBuilder::pairwise_string_distance_at_thresholds("a", StringMeasure::JaroWinkler, &[0.9]),
        ComparisonBuilder::pairwise_string_distance_at_thresholds("a", StringMeasure::Levenshtein, &[1.0]),
        ComparisonBuilder::array_intersect_at_sizes("a", &[2, 1]),
        ComparisonBuilder::absolute_time_difference_at_thresholds("a", &dates()).unwrap(),
        ComparisonBuilder::absolute_date_difference_at_thresholds("a", &dates()).unwrap(),
        ComparisonBuilder::date_of_birth("dob", &dates(), DateTypos::Levenshtein).unwrap(),
        ComparisonBuilder::date_of_birth("dob", &DateLevels { input_is_string: false, ..dates() }, DateTypos::default()).unwrap(),
        ComparisonBuilder::distance_in_km_at_thresholds("lat", "long", &[1.0, 10.0]),
        ComparisonBuilder::name("a", &[0.92, 0.88, 0.7], Some("codes")),
        ComparisonBuilder::forename_surname("f", "s", &[0.92, 0.88], None),
        ComparisonBuilder::forename_surname("f", "s", &[0.92, 0.88], Some("fs")),
        ComparisonBuilder::postcode("p", true),
        ComparisonBuilder::postcode_with_coordinates("p", false, "lat", "long", &[1.0, 10.0, 100.0]),
        ComparisonBuilder::email("e"),
    ]
}

fn conditions(comparison: &Comparison) -> Vec<&str> {
    comparison.levels.iter().map(|level| level.sql_condition.as_str()).collect()
}

#[test]
fn every_comparison_parses_in_duckdb_and_spark() {
    for builder in comparisons() {
        for dialect in [Dialect::DuckDb, Dialect::Spark] {
            let built = builder.build(dialect).unwrap_or_else(|error| panic!("{dialect:?} {builder:?}: {error}"));
            assert!(built.levels[0].is_null_level && built.levels[0].gamma == -1);
            assert_eq!(built.levels.last().unwrap().gamma, 0);
            assert_eq!(built.levels.last().unwrap().sql_condition, "ELSE");
        }
    }
}

#[test]
fn what_a_dialect_lacks_is_refused() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        for builder in comparisons() {
            if let Err(error) = builder.build(dialect) {
                assert_eq!(error.code(), "KN-LINK-332", "{dialect:?}: {error}");
            }
        }
    }
    let other = Level::custom_in("a_l = a_r", Dialect::Spark).build(Dialect::DuckDb);
    assert_eq!(other.unwrap_err().code(), "KN-LINK-332");
}

#[test]
fn names_and_levels_are_those_of_splink() {
    let name = ComparisonBuilder::name("first_name", &[0.92, 0.88, 0.7], None).build(Dialect::DuckDb).unwrap();
    assert_eq!(
        conditions(&name),
        [
            "\"first_name_l\" IS NULL OR \"first_name_r\" IS NULL",
            "\"first_name_l\" = \"first_name_r\"",
            "jaro_winkler_similarity(\"first_name_l\", \"first_name_r\") >= 0.92",
            "jaro_winkler_similarity(\"first_name_l\", \"first_name_r\") >= 0.88",
            "jaro_winkler_similarity(\"first_name_l\", \"first_name_r\") >= 0.7",
            "ELSE",
        ]
    );
    assert_eq!(name.levels[1].tf_adjustment_column.as_deref(), Some("first_name"));
    let born =
        ComparisonBuilder::date_of_birth("dob", &dates(), DateTypos::DamerauLevenshtein).unwrap().build(Dialect::DuckDb).unwrap();
    assert_eq!(conditions(&born)[2], "damerau_levenshtein(\"dob_l\", \"dob_r\") <= 1");
    assert!(conditions(&born)[3].ends_with("<= 2629800"));
    assert!(conditions(&born)[5].ends_with("<= 315576000"));
    let both = ComparisonBuilder::forename_surname("f", "s", &[0.92], None).build(Dialect::DuckDb).unwrap();
    assert_eq!((both.output_column_name.as_str(), both.levels.len()), ("f_s", 7));
    assert_eq!(conditions(&both)[2], "\"f_l\" = \"s_r\" AND \"f_r\" = \"s_l\"");
    let spaced = ComparisonBuilder::exact_match("first name").build(Dialect::DuckDb).unwrap();
    assert_eq!(
        (spaced.output_column_name.as_str(), conditions(&spaced)[1]),
        ("first_name", "\"first name_l\" = \"first name_r\"")
    );
}

#[test]
fn configuring_a_comparison() {
    let configuration = ComparisonConfiguration {
        term_frequency_adjustments: Some(true),
        m_probabilities: Some(vec![0.7, 0.2, 0.1]),
        u_probabilities: Some(vec![0.1, 0.2, 0.7]),
    };
    let built = ComparisonBuilder::levenshtein_at_thresholds("a", &[1.0])
        .configure(configuration.clone())
        .build(Dialect::DuckDb)
        .unwrap();
    let m: Vec<Option<f64>> = built.levels.iter().map(|level| level.m_probability).collect();
    assert_eq!(m, [None, Some(0.7), Some(0.2), Some(0.1)]);
    assert_eq!(built.levels[1].tf_adjustment_column.as_deref(), Some("a"));
    let off = ComparisonConfiguration { term_frequency_adjustments: Some(false), ..ComparisonConfiguration::default() };
    let without = ComparisonBuilder::email("e").configure(off).build(Dialect::DuckDb).unwrap();
    assert!(without.levels.iter().all(|level| level.tf_adjustment_column.is_none()));
    let wrong = ComparisonBuilder::exact_match("a").configure(configuration).build(Dialect::DuckDb);
    assert_eq!(wrong.unwrap_err().code(), "KN-LINK-333");
    let no_else = ComparisonBuilder::custom([Level::null("a"), Level::exact_match("a")]).build(Dialect::DuckDb);
    assert_eq!(no_else.unwrap_err().code(), "KN-LINK-336");
}

#[test]
fn levels_by_name() {
    let sql = |level: Level| level.build(Dialect::DuckDb).unwrap().sql_condition;
    assert_eq!(sql(Level::columns_reversed("a", "b", false)), "\"a_l\" = \"b_r\"");
    assert_eq!(
        sql(Level::literal_match("a", "it's", LiteralType::String, LiteralSide::Both)),
        "\"a_l\" = 'it''s' AND \"a_r\" = 'it''s'"
    );
    assert_eq!(sql(Level::literal_match("a", "3", LiteralType::Int, LiteralSide::Right)), "\"a_r\" = CAST(3 AS INT)");
    assert_eq!(
        sql(Level::literal_match("a", "2020-01-01", LiteralType::Date, LiteralSide::Left)),
        "\"a_l\" = CAST('2020-01-01' AS DATE)"
    );
    assert_eq!(sql(Level::absolute_difference("a", 5.0)), "ABS(\"a_l\" - \"a_r\") <= 5");
    assert!(sql(Level::percentage_difference("a", 0.1)).ends_with(" < 0.1"), "strictly below");
    assert!(sql(Level::distance_in_km("a", "b", 5.0, true)).starts_with("\"a_r\" IS NOT NULL AND "));
    assert!(sql(Level::array_subset("a", false)).contains("<> 0"));
    assert!(!sql(Level::array_subset("a", true)).contains("<> 0"));
    assert_eq!(sql(Level::not(Level::exact_match("a"))), "NOT (\"a_l\" = \"a_r\")");
    let literal = Level::literal_match("a", "1; drop", LiteralType::Int, LiteralSide::Left).build(Dialect::DuckDb);
    assert_eq!(literal.unwrap_err().code(), "KN-LINK-335");
    assert_eq!(Level::jaro("a", 1.5).build(Dialect::DuckDb).unwrap_err().code(), "KN-LINK-334");
    assert_eq!(Level::levenshtein("a", f64::NAN).build(Dialect::DuckDb).unwrap_err().code(), "KN-LINK-334");
}

#[test]
fn composed_levels_are_null_levels_when_all_parts_are() {
    assert!(Level::or([Level::null("a"), Level::null("b")]).is_null_level());
    assert!(Level::and([Level::null("a"), Level::null("b")]).is_null_level());
    assert!(!Level::or([Level::null("a"), Level::exact_match("b")]).is_null_level());
    assert!(!Level::not(Level::null("a")).is_null_level());
    let forced = LevelConfiguration { is_null_level: Some(true), ..LevelConfiguration::default() };
    assert!(Level::exact_match("a").configure(forced).is_null_level());
}

#[test]
fn column_expressions() {
    let both = |column: ColumnExpression| Level::exact_match(column).build(Dialect::DuckDb).unwrap().sql_condition;
    assert_eq!(both(ColumnExpression::new("a").lower()), "LOWER(\"a_l\") = LOWER(\"a_r\")");
    assert_eq!(
        both(ColumnExpression::new("a").substr(1, 3).nullif("")),
        "NULLIF(SUBSTRING(\"a_l\", 1, 3), '') = NULLIF(SUBSTRING(\"a_r\", 1, 3), '')"
    );
    assert_eq!(both(ColumnExpression::new("a").access_extreme_array_element(ArrayEnd::Last)), "\"a_l\"[-1] = \"a_r\"[-1]");
    assert_eq!(both(ColumnExpression::new("substr(dob, 1, 4)")), "substr(\"dob_l\", 1, 4) = substr(\"dob_r\", 1, 4)");
    assert_eq!(both(ColumnExpression::new("a || lower(b)")), "\"a_l\" || lower(\"b_l\") = \"a_r\" || lower(\"b_r\")");
    assert!(
        both(ColumnExpression::new("a").regex_extract("^[A-Z]+", 0))
            .starts_with("NULLIF(regexp_extract(\"a_l\", '^[A-Z]+', 0), '')")
    );
    assert!(Level::exact_match("substr('x', 1, 1)").build(Dialect::DuckDb).is_err());
    assert!(Level::exact_match("substr(").build(Dialect::DuckDb).is_err());
    assert_eq!(ColumnExpression::new("a").pure_column().as_deref(), Some("a"));
    assert_eq!(ColumnExpression::new("a").lower().pure_column(), None);
    assert_eq!(both(ColumnExpression::new("\"su\"\"r\"")), "\"su\"\"r_l\" = \"su\"\"r_r\"");
    assert_eq!(ColumnExpression::new("\"su\"\"r\"").pure_column().as_deref(), Some("su\"r"));
    assert_eq!(both(ColumnExpression::new("lower(\"su\"\"r\")")), "lower(\"su\"\"r_l\") = lower(\"su\"\"r_r\")");
    assert_eq!(both(ColumnExpression::new("home.city")), "\"home.city_l\" = \"home.city_r\"");
}

#[test]
fn blocking_rules() {
    let sql = |rule: RuleBuilder| rule.build(Dialect::DuckDb).unwrap().blocking_rule;
    assert_eq!(sql(block_on(["a"])), "l.\"a\" = r.\"a\"");
    assert_eq!(
        sql(block_on(["a", "substr(b, 1, 2)"])),
        "(l.\"a\" = r.\"a\") AND (substr(l.\"b\", 1, 2) = substr(r.\"b\", 1, 2))"
    );
    assert_eq!(sql(block_on([ColumnExpression::new("a").lower()])), "LOWER(l.\"a\") = LOWER(r.\"a\")");
    let exploding = block_on(["tags", "b"]).exploding(["tags"]).build(Dialect::DuckDb).unwrap();
    assert_eq!(exploding.arrays_to_explode, ["tags"]);
    assert_eq!(
        sql(RuleBuilder::and([block_on(["a"]), RuleBuilder::not(RuleBuilder::custom("l.b = r.b"))])),
        "(l.\"a\" = r.\"a\") AND (NOT (l.b = r.b))"
    );
    assert!(block_on(Vec::<String>::new()).build(Dialect::DuckDb).is_err());
    assert_eq!(block_on(["a"]).build(Dialect::Spark).unwrap().blocking_rule, "l.`a` = r.`a`");
}
