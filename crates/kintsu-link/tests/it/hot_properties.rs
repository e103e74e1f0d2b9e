//! Blocking and comparing against plain evaluation of every condition on every pair, over random small tables.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};
use kintsu_core::{RunContext, Stream};
use kintsu_link::LinkError;
use kintsu_link::block::{Blocker, PairBatch};
use kintsu_link::compare::Comparators;
use kintsu_link::library::{RuleBuilder, block_on};
use kintsu_link::model::{BlockingRule, Comparison, ComparisonLevel, Dialect, JsonOptions, LinkType, Model, Parity};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{count_levels, count_patterns};
use kintsu_link::sql::{ColumnRef, CompiledExpr, Expr, Operand, Scratch, Side, Value, parse_condition};
use kintsu_table::{Column, Table};

use crate::em_golden::rule;

/// Random numbers of one case.
struct Dice {
    stream: Stream,
    next: u64,
}

impl Dice {
    fn new(case: u64, name: &str) -> Self {
        Self { stream: Stream::new(case, name), next: 0 }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.next += 1;
        (self.stream.bits_at(self.next) % bound as u64) as usize
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// A random record: the id, the table, and values by column.
#[derive(Debug, Clone)]
struct Person {
    id: i64,
    source: &'static str,
    values: Vec<(&'static str, Value)>,
}

impl Person {
    fn value(&self, name: &str) -> &Value {
        &self.values.iter().find(|(column, _)| *column == name).unwrap().1
    }
}

const NAMES: [&str; 9] = ["anna", "anne", "Anna", "hannah", "bo", "", "zoë", "maria-luise", "marialuise"];
const DATES: [&str; 6] = ["1990-01-01", "1990-01-02", "1991-01-01", "1890-12-31", "not a date", "1990-02-01"];

fn text(dice: &mut Dice, of: &[&str]) -> Value {
    if dice.below(5) == 0 { Value::Null } else { Value::text(dice.one(of)) }
}

fn people(dice: &mut Dice, count: usize, sources: &[&'static str]) -> Vec<Person> {
    let mut ids = BTreeSet::new();
    while ids.len() < count {
        ids.insert(dice.below(1000) as i64);
    }
    let mut people: Vec<Person> = ids
        .into_iter()
        .map(|id| {
            let tags = (dice.below(5) > 0)
                .then(|| (0..dice.below(4)).map(|_| Value::text(dice.one(&["x", "y", "z"]))).collect::<Vec<_>>());
            let number =
                |dice: &mut Dice| if dice.below(5) == 0 { Value::Null } else { Value::Integer(dice.below(7) as i64 - 3) };
            let values = vec![
                ("first", text(dice, &NAMES)),
                ("last", text(dice, &NAMES)),
                ("dob", text(dice, &DATES)),
                ("n", number(dice)),
                ("x", if dice.below(5) == 0 { Value::Null } else { Value::Double(dice.below(9) as f64 / 4.0) }),
                ("tags", tags.map_or(Value::Null, Value::list)),
            ];
            Person { id, source: dice.one(sources), values }
        })
        .collect();
    for place in (1..people.len()).rev() {
        people.swap(place, dice.below(place + 1));
    }
    people
}

fn array(people: &[Person], name: &str) -> ArrayRef {
    let values = || people.iter().map(|person| person.value(name));
    match name {
        "n" => {
            Arc::new(values().map(|value| if let Value::Integer(n) = value { Some(*n) } else { None }).collect::<Int64Array>())
        }
        "x" => {
            Arc::new(values().map(|value| if let Value::Double(n) = value { Some(*n) } else { None }).collect::<Float64Array>())
        }
        "tags" => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for value in values() {
                if let Value::List(list) = value {
                    for tag in list.iter() {
                        let Value::Text(tag) = tag else { continue };
                        lists.values().append_value(tag);
                    }
                    lists.append(true);
                } else {
                    lists.append(false);
                }
            }
            Arc::new(lists.finish())
        }
        _ => Arc::new(
            values()
                .map(|value| if let Value::Text(text) = value { Some(text.to_string()) } else { None })
                .collect::<StringArray>(),
        ),
    }
}

fn records(people: &[Person], link_type: LinkType, sources: &[&str]) -> Records {
    let ids: ArrayRef = Arc::new(people.iter().map(|person| Some(person.id)).collect::<Int64Array>());
    let tables: ArrayRef = Arc::new(people.iter().map(|person| Some(person.source)).collect::<StringArray>());
    let mut columns = vec![Column::encode("unique_id", &ids).unwrap(), Column::encode("source_dataset", &tables).unwrap()];
    columns.extend(["first", "last", "dob", "n", "x", "tags"].map(|name| Column::encode(name, &array(people, name)).unwrap()));
    let sources = sources.iter().map(|source| (*source).to_owned()).collect();
    let options = RecordsOptions { link_type, sources, ..RecordsOptions::deduplicate("unique_id") };
    Records::new(Table::new(columns).unwrap(), &options).unwrap()
}

/// Whether a condition is true of a pair, with `exploded` standing for the values of exploded columns on either side.
fn holds(condition: &Expr, left: &Person, right: &Person, exploded: [Option<(&str, &Value)>; 2], parity: Parity) -> bool {
    let mut columns: Vec<ColumnRef> = Vec::new();
    let compiled = CompiledExpr::compile(condition, parity, |column| {
        columns.push(column.clone());
        Some(columns.len() - 1)
    })
    .unwrap();
    let row = |slot: usize| {
        let column = &columns[slot];
        let (person, element) = if column.side == Side::Left { (left, exploded[0]) } else { (right, exploded[1]) };
        match element {
            Some((name, value)) if name == column.name => Operand::from(value),
            _ => Operand::from(person.value(&column.name)),
        }
    };
    compiled.is_true(&row, &mut Scratch::new())
}

fn rule_holds(rule: &BlockingRule, left: &Person, right: &Person) -> bool {
    let Some(array) = rule.arrays_to_explode.first() else {
        return holds(&rule.condition, left, right, [None, None], Parity::DuckDb1_5);
    };
    let (Value::List(mine), Value::List(theirs)) = (left.value(array), right.value(array)) else { return false };
    mine.iter().any(|a| {
        theirs.iter().any(|b| holds(&rule.condition, left, right, [Some((array, a)), Some((array, b))], Parity::DuckDb1_5))
    })
}

/// The rule under which a pair is reported, by the letter of the definition.
fn reported_under(rules: &[BlockingRule], left: &Person, right: &Person) -> Option<u32> {
    let mut found: Vec<String> = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        if rule_holds(rule, left, right) {
            found.push(number.to_string());
            if rule.arrays_to_explode.is_empty() {
                break;
            }
        }
    }
    found.into_iter().min().map(|number| number.parse().unwrap())
}

/// Whether `left` comes before `right` and both may be compared.
fn admitted(left: &Person, right: &Person, link_type: LinkType, sources: &[&str]) -> bool {
    let composite = |person: &Person| format!("{}-__-{}", person.source, person.id);
    match link_type {
        LinkType::DedupeOnly => left.id < right.id,
        LinkType::LinkAndDedupe => composite(left) < composite(right),
        LinkType::LinkOnly if sources.len() == 2 => left.source < right.source,
        LinkType::LinkOnly => left.source != right.source && composite(left) < composite(right),
    }
}

fn random_rules(dice: &mut Dice) -> Vec<BlockingRule> {
    let texts = [
        "l.first = r.first",
        "l.last = r.last and l.first = r.first",
        "l.first = r.last",
        "substr(l.first, 1, 2) = substr(r.first, 1, 2) and l.n = r.n",
        "l.first = r.first and levenshtein(l.last, r.last) <= 1",
        "l.n = r.n and (l.last <> r.last or l.dob = r.dob)",
        "l.x = r.x and l.n < r.n",
        "lower(l.first) = lower(r.first)",
        "jaro_winkler_similarity(l.first, r.first) > 0.9",
        "l.last = 'anna' and l.first = r.first",
        "l.n + 1 = r.n",
        "l.last = r.last and l.last = r.last and l.dob = r.dob",
    ];
    let exploding = |text: &str| BlockingRule { arrays_to_explode: vec!["tags".to_owned()], ..rule(text) };
    (0..=dice.below(13))
        .map(|_| match dice.below(6) {
            0 => exploding("l.tags = r.tags"),
            1 => exploding("l.tags = r.tags and l.n = r.n and l.first <> r.last"),
            _ => rule(dice.one(&texts)),
        })
        .collect()
}

const LINKS: [(LinkType, &[&str]); 4] = [
    (LinkType::DedupeOnly, &["a"]),
    (LinkType::LinkOnly, &["b", "a"]),
    (LinkType::LinkOnly, &["c", "a", "b"]),
    (LinkType::LinkAndDedupe, &["a", "b"]),
];

#[test]
fn an_error_in_one_batch_ends_the_walk_over_all_pairs() {
    let mut dice = Dice::new(1, "failing");
    let people = people(&mut dice, 900, &["a"]);
    let records = records(&people, LinkType::DedupeOnly, &[]);
    let every_row: Vec<u32> = (0..900).collect();
    let pairs: Vec<(u32, u32)> = (0..900).flat_map(|left| (left + 1..900).map(move |right| (left, right))).collect();
    for blocker in [Blocker::cartesian(&records, every_row), Blocker::given(&records, &pairs)] {
        let seen = AtomicU64::new(0);
        let fail_with_the_first_row = |(): &mut (), batch: &PairBatch| {
            seen.fetch_add(batch.len() as u64, Ordering::Relaxed);
            if batch.left.contains(&0) { Err(LinkError::TwoThresholds) } else { Ok(()) }
        };
        let done = blocker.fold(&RunContext::default(), || (), fail_with_the_first_row);
        assert!(matches!(done, Err(LinkError::TwoThresholds)), "{done:?}");
        assert!(seen.into_inner() < pairs.len() as u64, "every pair was looked at though one had failed");
    }
}

#[test]
fn blocking_equals_testing_every_pair() {
    for case in 0..240 {
        let mut dice = Dice::new(case, "blocking");
        let (link_type, sources) = LINKS[case as usize % 4];
        let sources: &[&'static str] = sources;
        let mut people = people(&mut dice, 8 + case as usize % 20, sources);
        for (place, source) in sources.iter().enumerate() {
            people[place].source = source;
        }
        let rules = random_rules(&mut dice);
        let records = records(&people, link_type, sources);
        let blocker = Blocker::new(&records, &rules, Parity::DuckDb1_5, &RunContext::default()).unwrap();
        let found = blocker
            .fold(&RunContext::default(), Vec::new, |pairs: &mut Vec<(u32, u32, u32)>, batch| {
                pairs.extend(batch.left.iter().zip(&batch.right).map(|(&left, &right)| (left, right, batch.rule)));
                Ok(())
            })
            .unwrap()
            .concat();
        let person = |row: u32| &people[records.input_row(row as usize) as usize];
        let mut found: Vec<_> = found.into_iter().map(|(l, r, rule)| (person(l).id, person(r).id, rule)).collect();
        found.sort_unstable();
        let mut expected = Vec::new();
        for left in &people {
            for right in people.iter().filter(|right| admitted(left, right, link_type, sources)) {
                expected.extend(reported_under(&rules, left, right).map(|rule| (left.id, right.id, rule)));
            }
        }
        expected.sort_unstable();
        let texts: Vec<_> = rules.iter().map(|rule| (&rule.blocking_rule, &rule.arrays_to_explode)).collect();
        assert_eq!(found, expected, "case {case} {link_type:?} {texts:?}");
    }
}

/// Conditions of every kind, simple and combined.
const CONDITIONS: [&str; 34] = [
    "first_l IS NULL OR first_r IS NULL",
    "first_l = first_r",
    "first_l <> first_r",
    "first_l = last_r AND first_r = last_l",
    "first_l IS NOT DISTINCT FROM first_r",
    "first_l IS DISTINCT FROM last_r",
    "NOT (first_l = first_r)",
    "levenshtein(first_l, first_r) <= 2",
    "levenshtein(first_l, first_r) < 2",
    "1 >= levenshtein(first_l, last_r)",
    "damerau_levenshtein(first_l, first_r) <= 1",
    "jaro_winkler_similarity(first_l, first_r) >= 0.9",
    "jaro_winkler_similarity(lower(first_l), lower(first_r)) > 0.88",
    "jaro_similarity(first_l, first_r) >= 0.7 AND jaro_similarity(last_l, last_r) >= 0.7",
    "NOT (jaro_similarity(first_l, first_r) >= 0.7 OR last_l = last_r)",
    "jaro_winkler_similarity(first_l, first_r) < 0.5",
    "first_l = 'anna' OR first_r = 'anna'",
    "substr(first_l, 1, 3) = substr(first_r, 1, 3)",
    "n_l = n_r",
    "abs(n_l - n_r) <= 2",
    "n_l - n_r > 1",
    "n_l = x_r",
    "abs(x_l - x_r) < 0.5",
    "abs(x_l - x_r) / greatest(x_l, x_r) < 0.4",
    "abs(epoch(try_strptime(dob_l, '%Y-%m-%d')) - epoch(try_strptime(dob_r, '%Y-%m-%d'))) <= 2629800.0",
    "try_strptime(dob_l, '%Y-%m-%d') IS NULL OR try_strptime(dob_r, '%Y-%m-%d') IS NULL",
    "array_length(list_intersect(tags_l, tags_r)) >= 1",
    "NULLIF(regexp_extract(first_l, '^[^n]+', 0), '') = NULLIF(regexp_extract(first_r, '^[^n]+', 0), '')",
    "coalesce(first_l, 'x') = coalesce(first_r, 'x')",
    "CASE WHEN n_l > n_r THEN first_l = first_r ELSE last_l = last_r END",
    "first_l || last_l = first_r || last_r",
    "levenshtein(first_l, first_r) <= length(last_l)",
    "tags_l = tags_r",
    "n_l IN (1, 2) AND n_r BETWEEN 0 AND 2",
];

fn level(condition: Option<Expr>) -> ComparisonLevel {
    ComparisonLevel::new("ELSE".to_owned(), condition)
}

fn comparison(name: &str, conditions: &[Expr]) -> Comparison {
    let levels = conditions.iter().cloned().map(Some).chain([None]).map(level).collect();
    let mut comparison = Comparison { output_column_name: name.to_owned(), comparison_description: None, levels };
    comparison.number_levels();
    comparison
}

fn model(comparisons: Vec<Comparison>, parity: Parity) -> Model {
    let text = r#"{"link_type": "dedupe_only", "comparisons": [], "sql_dialect": "duckdb", "blocking_rules_to_generate_predictions": []}"#;
    let model = Model::from_json(text, JsonOptions::default()).unwrap_or_else(|errors| panic!("{:?}", errors.problems()));
    Model { comparisons, parity, ..model }
}

/// The gamma of a pair by plain evaluation.
fn plain_gamma(comparison: &Comparison, left: &Person, right: &Person, parity: Parity) -> i8 {
    let taken = |level: &&ComparisonLevel| {
        level.condition.as_ref().is_none_or(|condition| holds(condition, left, right, [None, None], parity))
    };
    comparison.levels.iter().find(taken).unwrap().gamma as i8
}

#[test]
fn compiled_comparisons_equal_plain_evaluation() {
    let conditions: Vec<Expr> = CONDITIONS.iter().map(|text| parse_condition(text, Dialect::DuckDb).unwrap()).collect();
    for (case, parity) in
        [Parity::Characters, Parity::DuckDb1_5, Parity::DuckDb2_0, Parity::SparkJar].into_iter().cycle().take(24).enumerate()
    {
        let mut dice = Dice::new(case as u64, "comparing");
        let people = people(&mut dice, 30, &["a"]);
        let records = records(&people, LinkType::DedupeOnly, &["a"]);
        let mut comparisons: Vec<Comparison> = conditions
            .iter()
            .zip(CONDITIONS)
            .map(|(condition, text)| comparison(text, std::slice::from_ref(condition)))
            .collect();
        for number in 0..20 {
            let several: Vec<Expr> = (0..=dice.below(5)).map(|_| dice.one(&conditions)).collect();
            comparisons.push(comparison(&format!("several {number}"), &several));
        }
        let model = model(comparisons, parity);
        let ctx = RunContext::default();
        let comparators = Comparators::compile(&model, &records, &ctx).unwrap();
        let blocker = Blocker::new(&records, &[], parity, &ctx).unwrap();
        let person = |row: u32| &people[records.input_row(row as usize) as usize];
        let checked = blocker
            .fold(
                &ctx,
                || 0,
                |checked, batch| {
                    let (mut levels, mut scratch) = Default::default();
                    comparators.levels(batch, &mut levels, &mut scratch);
                    for (comparison, gammas) in model.comparisons.iter().zip(&levels.gammas) {
                        for (place, &gamma) in gammas.iter().enumerate() {
                            let (left, right) = (person(batch.left[place]), person(batch.right[place]));
                            let expected = plain_gamma(comparison, left, right, parity);
                            assert_eq!(gamma, expected, "{} of {left:?} {right:?}", comparison.output_column_name);
                            *checked += 1;
                        }
                    }
                    Ok(())
                },
            )
            .unwrap();
        assert_eq!(checked.iter().sum::<usize>(), 435 * model.comparisons.len());
    }
}

#[test]
fn counting_by_values_equals_counting_pairs() {
    let conditions =
        |texts: &[&str]| texts.iter().map(|text| parse_condition(text, Dialect::DuckDb).unwrap()).collect::<Vec<_>>();
    let comparisons = vec![
        comparison("first", &conditions(&["first_l = first_r", "jaro_winkler_similarity(first_l, first_r) >= 0.8"])),
        comparison("swapped", &conditions(&["first_l = last_r", "n_l < n_r"])),
        comparison("n", &conditions(&["n_l IS NULL OR n_r IS NULL", "n_l = n_r"])),
    ];
    let model = model(comparisons, Parity::Characters);
    for (case, (link_type, sources)) in LINKS.into_iter().enumerate() {
        let mut dice = Dice::new(case as u64, "counting");
        let sources: &[&'static str] = sources;
        let mut people = people(&mut dice, 60, sources);
        for (place, source) in sources.iter().enumerate() {
            people[place].source = source;
        }
        let records = records(&people, link_type, sources);
        let ctx = RunContext::default();
        let comparators = Comparators::compile(&model, &records, &ctx).unwrap();
        let rows: Vec<u32> = (0..60).filter(|row| row % 3 != 1).collect();
        let by_values = count_levels(&records, &comparators, &model, &rows, &ctx).unwrap();
        let patterns = count_patterns(&Blocker::cartesian(&records, rows), &comparators, &model, &[0, 1, 2], None, &ctx).unwrap();
        for comparison in 0..3 {
            for gamma in -1..4 {
                let expected: u64 = (0..patterns.len())
                    .filter(|&pattern| i32::from(patterns.gammas(pattern)[comparison]) == gamma)
                    .map(|pattern| patterns.counts[pattern])
                    .sum();
                assert_eq!(by_values.count(comparison, gamma), expected, "{link_type:?} {comparison} {gamma}");
            }
        }
    }
}

#[test]
fn threads_and_input_order_change_nothing() {
    let mut dice = Dice::new(7, "order");
    let people = people(&mut dice, 200, &["a"]);
    let mut shuffled = people.clone();
    shuffled.sort_by_key(|person| Stream::new(3, "shuffle").bits_at(person.id as u64));
    let rules = [block_on(["first"]), block_on(["last"]), RuleBuilder::custom("l.n = r.n and levenshtein(l.dob, r.dob) <= 1")]
        .map(|rule| rule.build(Dialect::DuckDb).unwrap());
    let found = |people: &[Person], threads: usize| {
        let records = records(people, LinkType::DedupeOnly, &["a"]);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let links = pool.install(|| {
            let ctx = RunContext::default();
            let blocker = Blocker::new(&records, &rules, Parity::Characters, &ctx).unwrap();
            kintsu_link::score::deterministic_link(&blocker, &ctx).unwrap()
        });
        let id = |row: &u32| records.ids().text(*row as usize).into_owned();
        let pairs = links.left.iter().zip(&links.right).zip(&links.rules);
        pairs.map(|((left, right), rule)| (id(left), id(right), *rule)).collect::<Vec<_>>()
    };
    let expected = found(&people, 1);
    assert!(expected.len() > 1000);
    assert_eq!(found(&people, 2), expected);
    assert_eq!(found(&shuffled, 3), expected);
}
