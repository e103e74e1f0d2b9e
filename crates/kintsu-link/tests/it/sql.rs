//! Reading and computing SQL: known results, refusals, dialects, and text that is no SQL at all.

use kintsu_core::Explain;
use kintsu_link::model::{Dialect, Parity};
use kintsu_link::sql::{
    ColumnRef, CompareOp, CompiledExpr, Expr, Function, Operand, Raised, Scratch, Side, SqlError, Value, ValueType,
    parse_blocking_rule, parse_column_expression, parse_condition,
};
use proptest::prelude::*;

/// The text of a constant expression's value; none for null.
fn computed(sql: &str, dialect: Dialect, parity: Parity) -> (Option<String>, Scratch) {
    let expr = parse_column_expression(sql, dialect).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let text = Expr::Cast { value: Box::new(expr), to: ValueType::Text, or_null: false };
    let compiled = CompiledExpr::compile(&text, parity, |_| None).unwrap();
    let mut scratch = Scratch::new();
    let value = match compiled.eval(&|_: usize| Operand::Null, &mut scratch) {
        Operand::Text(text) => Some(text.into_owned()),
        Operand::Null => None,
        other => panic!("{sql}: {other:?}"),
    };
    (value, scratch)
}

fn duckdb(sql: &str) -> Option<String> {
    computed(sql, Dialect::DuckDb, Parity::DuckDb2_0).0
}

fn all(cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        assert_eq!(duckdb(sql).as_deref().unwrap_or("NULL"), *expected, "{sql}");
    }
}

#[test]
fn text_functions() {
    all(&[
        ("substr('hello', 0, 2)", "h"),
        ("substr('hello', -3, 2)", "ll"),
        ("substr('hello', 2, -1)", "h"),
        ("substr('hello', -10, 8)", "hel"),
        ("left('hello', -2)", "hel"),
        ("right('hello', -2)", "llo"),
        ("left('héllo', 2)", "hé"),
        ("lpad('ab', 5, 'xy')", "xyxab"),
        ("rpad('ab', 1, 'x')", "a"),
        ("split_part('a b c', ' ', -1)", "c"),
        ("split_part('a b c', ' ', 9)", ""),
        ("concat('a', null, 'b')", "ab"),
        ("concat_ws('-', 'a', null, 'b')", "a-b"),
        ("'a' || null", "NULL"),
        ("upper('straße')", "STRAẞE"),
        ("trim('xax', 'x')", "a"),
        ("trim(leading 'x' from 'xax')", "ax"),
        ("position('b' in 'abc')", "2"),
        ("replace('abc', '', 'z')", "abc"),
        ("strip_accents('Zoë Müller')", "Zoe Muller"),
        ("length('héllo')", "5"),
        ("strlen('é')", "2"),
        ("soundex('Robert')", "R163"),
    ]);
}

#[test]
fn pattern_functions() {
    all(&[
        ("regexp_extract('abc', 'x')", ""),
        ("regexp_extract('abc', '(a)(b)', 2)", "b"),
        ("regexp_replace('abab', '(a)', '<\\1>', 'g')", "<a>b<a>b"),
        ("regexp_replace('abab', 'a', '$1')", "$1bab"),
        ("'abc' similar to 'a.*'", "true"),
        ("'abc' like 'a%'", "true"),
        ("'ÄB' ilike 'äb'", "true"),
        ("'a%c' like 'a\\%c' escape '\\'", "true"),
        ("'abc' not like '_'", "true"),
        ("regexp_matches('é', '^\\w$')", "false"),
        ("'abc' ~ '^a.c$'", "true"),
    ]);
}

#[test]
fn numbers() {
    all(&[
        ("0.1 + 0.2 = 0.3", "true"),
        ("0.1 + 0.2", "0.3"),
        ("cast(0.1 as float) = 0.1", "true"),
        ("cast(0.1 as float) = cast(0.1 as double)", "false"),
        ("7 // 2", "3"),
        ("-7 // 2", "-3"),
        ("-7 % 3", "-1"),
        ("7 / 2", "3.5"),
        ("'nan'::double = 'nan'::double", "true"),
        ("'nan'::double > 1e300", "true"),
        ("'3.7'::int", "4"),
        ("2.5::double::int", "2"),
        ("round(2.5::double)", "3.0"),
        ("greatest(1, null, 3)", "3"),
        ("null in (1, 2)", "NULL"),
        ("1 in (2, null)", "NULL"),
        ("1 in (1, null)", "true"),
        ("5 between 6 and null", "false"),
        ("floor(31557600.0 / 86400)", "365.0"),
        ("try_cast('9999999999' as int)", "NULL"),
        ("9223372036854775807 + 1", "NULL"),
    ]);
}

#[test]
fn logic_is_three_valued() {
    all(&[
        ("true and null", "NULL"),
        ("false and null", "false"),
        ("true or null", "true"),
        ("false or null", "NULL"),
        ("not null", "NULL"),
        ("null = null", "NULL"),
        ("null is not distinct from null", "true"),
        ("null is true", "false"),
        ("null is not true", "true"),
        ("case when null then 1 else 2 end", "2"),
        ("case 3 when 1 then 'a' when 3 then 'b' end", "b"),
        ("nullif('a', 'a')", "NULL"),
        ("coalesce(null, 2, 1)", "2"),
    ]);
}

#[test]
fn dates() {
    all(&[
        ("date '2000-01-31' + interval '1 month'", "2000-02-29 00:00:00"),
        ("date '2000-01-02' - date '2000-01-01'", "1"),
        ("timestamp '2000-01-03 10:00' - timestamp '2000-01-01'", "2 days 10:00:00"),
        ("interval '1 month' = interval '30 days'", "true"),
        ("date '2000-01-01' = '2000-01-01'", "true"),
        ("date '2000-01-01' < timestamp '2000-01-01 00:00:01'", "true"),
        ("epoch(date '2000-01-02')", "946771200.0"),
        ("datediff('month', date '2000-01-31', date '2000-02-01')", "1"),
        ("date_sub('month', date '2000-01-31', date '2000-03-30')", "1"),
        ("extract(dow from date '2000-01-02')", "0"),
        ("yearweek(date '2000-01-01')", "199952"),
        ("isoyear(date '2000-01-01')", "1999"),
        ("date_trunc('week', date '2000-01-01')", "1999-12-27 00:00:00"),
        ("try_strptime('31/12/1999', '%d/%m/%Y')", "1999-12-31 00:00:00"),
        ("try_strptime('31.12.1999', ['%d/%m/%Y', '%d.%m.%Y'])", "1999-12-31 00:00:00"),
        ("try_strptime('x', '%d/%m/%Y')", "NULL"),
        ("try_strptime(date '1999-12-31', '%d/%m/%Y')", "1999-12-31 00:00:00"),
        ("strptime(timestamp '1999-12-31 11:12:13', '%d/%m/%Y')", "1999-12-31 11:12:13"),
        ("strftime(date '2000-01-02', '%d.%m.%y')", "02.01.00"),
        ("make_date(2000, 1, 2)", "2000-01-02"),
        ("last_day(date '2000-02-01')", "2000-02-29"),
    ]);
}

#[test]
fn lists_and_lambdas() {
    all(&[
        ("['a', 'b'][1]", "a"),
        ("['a', 'b'][-1]", "b"),
        ("['a', 'b'][3]", "NULL"),
        ("list_intersect(['a', null, 'b'], [null, 'b', 'b'])", "[b]"),
        ("list_has_all(['a'], [])", "true"),
        ("[1, null] = [1, null]", "true"),
        ("list_transform([1, 2], x -> x + 1)", "[2, 3]"),
        ("list_transform([1, 2], lambda x : list_transform([10, 20], lambda y : x * y))", "[[10, 20], [20, 40]]"),
        ("list_reduce([1, 2, 3], (a, b) -> a + b)", "6"),
        ("list_filter([1, 2, 3], x -> x > 1)", "[2, 3]"),
        (
            "list_min(list_transform(flatten(list_transform(['ab'], x -> list_transform(['ac', 'x'], y -> [x, y]))), p -> levenshtein(p[1], p[2])))",
            "1",
        ),
        ("list_sort([3, 1, null, 2])", "[1, 2, 3, NULL]"),
        ("list_cosine_similarity([1.0, 0.0], [1.0, 0.0])", "1.0"),
    ]);
}

#[test]
fn dialects_differ_where_their_engines_do() {
    let value = |sql, dialect| computed(sql, dialect, Parity::Characters).0;
    assert_eq!(value("7 / 2", Dialect::Postgres).as_deref(), Some("3"));
    assert_eq!(value("7 / 2", Dialect::Sqlite).as_deref(), Some("3"));
    assert_eq!(value("7 / 2", Dialect::Spark).as_deref(), Some("3.5"));
    assert_eq!(value("concat('a', null)", Dialect::Spark), None);
    assert_eq!(value("concat('a', null)", Dialect::Postgres).as_deref(), Some("a"));
    assert_eq!(value("array('a', 'b')[0]", Dialect::Spark).as_deref(), Some("a"));
    assert_eq!(value("element_at(array('a', 'b'), -1)", Dialect::Spark).as_deref(), Some("b"));
    assert_eq!(value("substring('hello', 0, 2)", Dialect::Spark).as_deref(), Some("he"));
    assert_eq!(value("substring('hello', 0, 2)", Dialect::Postgres).as_deref(), Some("h"));
    assert_eq!(value("substring('ab12' from '([0-9]+)')", Dialect::Postgres).as_deref(), Some("12"));
    assert_eq!(value("'abc' ~ 'b'", Dialect::Postgres).as_deref(), Some("true"));
    assert_eq!(value("'A' like 'a'", Dialect::Sqlite).as_deref(), Some("true"));
    assert_eq!(value("max(1, null)", Dialect::Sqlite), None);
    assert_eq!(value("regexp_replace('abab', '(a)', '<$1>')", Dialect::Spark).as_deref(), Some("<a>b<a>b"));
    assert_eq!(value("datediff('2000-01-03', '2000-01-01')", Dialect::Spark).as_deref(), Some("2"));
    assert_eq!(value("to_date('02.01.2000', 'dd.MM.yyyy')", Dialect::Spark).as_deref(), Some("2000-01-02"));
    assert_eq!(value("try_cast_date('2000-01-02', 'YYYY-MM-DD')", Dialect::Postgres).as_deref(), Some("2000-01-02"));
    assert_eq!(value("unix_timestamp(date('1970-01-02'))", Dialect::Spark).as_deref(), Some("86400"));
    assert_eq!(value("aggregate(array(1, 2), 10, (a, x) -> a + x, a -> a * 2)", Dialect::Spark).as_deref(), Some("26"));
}

#[test]
fn what_stops_a_database_is_null_with_a_reason() {
    let raised = |sql, parity| {
        let (value, scratch) = computed(sql, Dialect::DuckDb, parity);
        assert_eq!(value, None, "{sql}");
        scratch.raised().iter().collect::<Vec<_>>()
    };
    assert_eq!(raised("jaccard('', 'a')", Parity::DuckDb2_0), [Raised::JaccardOfEmpty]);
    assert_eq!(raised("5 % 0", Parity::DuckDb2_0), [Raised::DivisionByZero]);
    assert_eq!(raised("ln(0)", Parity::DuckDb1_5), [Raised::Domain]);
    assert_eq!(raised("lpad('a', 5, '')", Parity::DuckDb2_0), [Raised::Padding]);
    assert_eq!(raised("strptime('x', '%Y')", Parity::DuckDb2_0), [Raised::DateFormat]);
    assert_eq!(raised("list_cosine_similarity([1.0], [1.0, 2.0])", Parity::DuckDb2_0), [Raised::UnequalLengths]);
    assert_eq!(raised("1 = 'x'", Parity::DuckDb2_0), [Raised::Conversion]);
}

#[test]
fn columns_and_sides() {
    let left = |name: &str| ColumnRef { side: Side::Left, name: name.to_owned() };
    let condition = parse_condition("\"first name_l\" = 'x' and NAME_L = name_R and \"t\".\"b_l\" = 1", Dialect::DuckDb).unwrap();
    assert_eq!(condition.columns()[..2], [left("first name"), left("NAME")]);
    assert!(condition.columns().contains(&left("b")));
    let rule = parse_blocking_rule("L.\"a b\" = r.x and l.arr[1] = R.arr[1]", Dialect::DuckDb).unwrap();
    assert_eq!(rule.equality_keys().keys.len(), 2);
    let backticks = parse_condition("`a b_l` = `a b_r`", Dialect::Spark).unwrap();
    assert_eq!(backticks.is_exact_match_on(), Some(vec!["a b".to_owned()]));
}

#[test]
fn exact_matches_and_keys() {
    let exact = |sql| parse_condition(sql, Dialect::DuckDb).unwrap().is_exact_match_on();
    assert_eq!(exact("(b_l = b_r) and ((a_r = a_l))"), Some(vec!["b".to_owned(), "a".to_owned()]));
    assert_eq!(exact("a_l = b_r"), None);
    assert_eq!(exact("a_l = a_r or b_l = b_r"), None);
    assert_eq!(exact("lower(a_l) = lower(a_r)"), None);
    let rule = "substr(l.a, 1, 2) = substr(r.a, 1, 2) and r.b = l.c and l.x < r.x and l.y = 'v'";
    let keys = parse_blocking_rule(rule, Dialect::DuckDb).unwrap().equality_keys();
    assert_eq!((keys.keys.len(), keys.residual.len()), (2, 2));
    let single = |name: &str| Expr::Column(ColumnRef { side: Side::Single, name: name.to_owned() });
    assert_eq!((&keys.keys[1].left, &keys.keys[1].right), (&single("c"), &single("b")));
    assert!(matches!(&keys.residual[0], Expr::Compare(CompareOp::Less, ..)));
    let both = parse_condition("a_l = a_r", Dialect::DuckDb).unwrap();
    assert_eq!(both.with_side(Side::Single).side(), Some(Side::Single));
}

#[test]
fn constants_are_folded_for_pattern_matching() {
    let date = parse_condition("d_l = CAST('2000-01-01' AS DATE)", Dialect::DuckDb).unwrap();
    let Expr::Compare(_, _, right) = &date else { panic!("{date:?}") };
    assert_eq!(**right, Expr::Literal(Value::Date(10_957)));
    let days = parse_condition("abs(datediff(`d_l`, `d_r`)) <= floor(172800 / 86400)", Dialect::Spark).unwrap();
    let Expr::Compare(_, left, right) = &days else { panic!("{days:?}") };
    assert_eq!(**right, Expr::Literal(Value::Double(2.0)));
    assert!(matches!(&**left, Expr::Call(Function::Abs, _)));
}

#[test]
fn refusals_say_where_and_what_instead() {
    let refused = |sql: &str| {
        let error = parse_condition(sql, Dialect::DuckDb).unwrap_err();
        let at = error.position().unwrap();
        (error.code(), (at.line, at.column), error.hint().unwrap_or_default())
    };
    let (code, at, hint) = refused("name_l = name_r and\n  levenstein(a_l, a_r) < 2");
    assert_eq!((code, at, hint.as_str()), ("KN-SQL-003", (2, 3), "did you mean `levenshtein`?"));
    let (code, at, hint) = refused("name_l = name");
    assert_eq!((code, at, hint.as_str()), ("KN-SQL-005", (1, 10), "write `name_l` or `name_r`"));
    for (sql, code) in [
        ("name_l = (select 1)", "KN-SQL-002"),
        ("name_l['a'] = 1", "KN-SQL-002"),
        ("count(name_l) > 1", "KN-SQL-003"),
        ("max(name_l) > 1", "KN-SQL-002"),
        ("substr(name_l) = name_r", "KN-SQL-002"),
        ("now() > ts_l", "KN-SQL-003"),
        ("name_l ~ 'a'", "KN-SQL-002"),
        ("name_l = ", "KN-SQL-001"),
        ("name_l = 'abc", "KN-SQL-001"),
        ("name_l = 1 2", "KN-SQL-001"),
        ("", "KN-SQL-001"),
        ("levenshtein(name_l) < 1", "KN-SQL-004"),
        ("regexp_matches(name_l, '(')", "KN-SQL-006"),
        ("regexp_matches(name_l, '(?=a)')", "KN-SQL-006"),
        ("try_strptime(name_l, '%Q') is null", "KN-SQL-006"),
        ("name_l = cast('x' as date)", "KN-SQL-006"),
        ("name_l = cast(name_r as uuid)", "KN-SQL-002"),
        ("date_part('fortnight', name_l) = 1", "KN-SQL-002"),
        ("list_transform(name_l, 1) = name_r", "KN-SQL-002"),
    ] {
        assert_eq!(refused(sql).0, code, "{sql}");
    }
    let rule = parse_blocking_rule("name_l = name_r", Dialect::DuckDb).unwrap_err();
    assert_eq!(rule.hint().unwrap(), "write `l.name` or `r.name`");
}

#[test]
fn long_and_deep_conditions_are_read_or_refused() {
    let chain = |operator: &str, count: usize| vec!["a_l = 1"; count].join(operator);
    assert!(parse_condition(&chain(" and ", 900), Dialect::DuckDb).is_ok());
    assert!(parse_condition(&chain(" or ", 900), Dialect::DuckDb).is_ok());
    let too_large = |sql: String| matches!(parse_condition(&sql, Dialect::DuckDb), Err(SqlError::TooLarge { .. }));
    assert!(too_large(vec!["1"; 1900].join(" + ") + " = a_l"));
    assert!(too_large("(".repeat(500) + "a_l" + &")".repeat(500)));
    assert!(parse_condition(&("not ".repeat(500) + "a_l"), Dialect::DuckDb).is_err());
    assert!(too_large(chain(" and ", 5_000)));
    // Each level of the first doubles the ways in which sqlparser tries to read the text.
    assert!(parse_condition(&("cast(".repeat(40) + "a_l = a_r"), Dialect::DuckDb).is_err());
    assert!(parse_condition(&("cast(".repeat(40) + "a_l" + &" as varchar)".repeat(40) + " = a_r"), Dialect::DuckDb).is_ok());
}

#[test]
fn unknown_columns_are_named() {
    let condition = parse_condition("a_l = b_r", Dialect::DuckDb).unwrap();
    let error = CompiledExpr::compile(&condition, Parity::Characters, |column| (column.name == "a").then_some(0)).unwrap_err();
    assert_eq!(error, SqlError::UnknownColumn { name: "b".to_owned() });
}

/// Words from which random SQL is put together.
const WORDS: [&str; 44] = [
    "a_l",
    "a_r",
    "l.a",
    "r.a",
    "(",
    ")",
    ",",
    "=",
    "<",
    "and",
    "or",
    "not",
    "is null",
    "in",
    "between",
    "like",
    "'x'",
    "''",
    "1",
    "0.5",
    "null",
    "case",
    "when",
    "then",
    "else",
    "end",
    "cast(",
    "as int)",
    "::date",
    "[",
    "]",
    "->",
    "lambda x :",
    "x",
    "lower(",
    "list_transform(",
    "levenshtein(",
    "||",
    "-",
    "*",
    "interval '1 day'",
    "date '2000-01-01'",
    "regexp_matches(",
    "try_strptime(",
];

const DIALECTS: [Dialect; 4] = [Dialect::DuckDb, Dialect::Spark, Dialect::Sqlite, Dialect::Postgres];

fn read_and_compute(text: &str, value: &Value) {
    for dialect in DIALECTS {
        for expr in [parse_condition(text, dialect), parse_blocking_rule(text, dialect), parse_column_expression(text, dialect)] {
            let Ok(expr) = expr else { continue };
            for parity in [Parity::Characters, Parity::DuckDb1_5, Parity::DuckDb2_0, Parity::SparkJar] {
                let compiled = CompiledExpr::compile(&expr, parity, |_| Some(0)).unwrap();
                compiled.eval(&|_: usize| Operand::from(value), &mut Scratch::new());
            }
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Double),
        any::<f32>().prop_map(Value::Float),
        any::<i32>().prop_map(Value::Date),
        any::<i64>().prop_map(Value::Timestamp),
        ".{0,12}".prop_map(|text| Value::text(&text)),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Value::list))
}

/// One call of every function with values of any type, in each of its positions.
const CALLS: &[&str] = &[
    "substr(a, a, a)",
    "left(a, a)",
    "right(a, a)",
    "lpad(a, a, a)",
    "split_part(a, a, a)",
    "repeat(a, a)",
    "translate(a, a, a)",
    "replace(a, a, a)",
    "a + a",
    "a - a",
    "a * a",
    "a / a",
    "a // a",
    "a % a",
    "a || a",
    "-a",
    "a = a",
    "a < 1",
    "a = 'x'",
    "round(a, 2)",
    "round(a, a)",
    "floor(a)",
    "sign(a)",
    "epoch(a)",
    "date_diff('month', a, a)",
    "date_diff('week', a, date '2000-01-01')",
    "date_sub('year', a, a)",
    "date_trunc('week', a)",
    "date_trunc('century', a)",
    "date_part('isoyear', a)",
    "date_part('century', a)",
    "make_date(a, a, a)",
    "last_day(a)",
    "dayname(a)",
    "monthname(a)",
    "a + interval '1 month'",
    "a - interval '400 years'",
    "strftime(a, '%a %d %b %Y %j %I %p')",
    "a::varchar",
    "a::int",
    "a::date",
    "a::timestamp",
    "a::float",
    "a::boolean",
    "a::varchar[]",
    "try_strptime(a, '%Y-%m-%d %H:%M:%S.%f %p %j %z')",
    "strptime(a, a)",
    "regexp_matches(a, a)",
    "regexp_replace(a, a, a, 'g')",
    "regexp_extract(a, '(.)', a)",
    "a like a",
    "a ilike a",
    "a glob a",
    "list_sort(a)",
    "list_slice(a, a, a)",
    "a[a]",
    "list_extract(a, a)",
    "list_distinct(a)",
    "list_sum(a)",
    "list_avg(a)",
    "flatten(a)",
    "flatten([a])",
    "list_intersect(a, a)",
    "list_has_all(a, a)",
    "list_position(a, a)",
    "list_concat(a, a)",
    "list_cosine_similarity(a, a)",
    "list_transform(a, x -> x + 1)",
    "list_reduce(a, (x, y) -> x + y)",
    "list_filter(a, x -> x = a)",
    "greatest(a, 1, 'x')",
    "a in (1, 'x', null)",
    "coalesce(a, 1)",
    "concat_ws(a, a, a)",
    "array_to_string(a, a)",
    "jaccard(a, a)",
    "jaro_winkler_similarity(a, a, a)",
    "hamming(a, a)",
    "soundex(a)",
    "initcap(a)",
    "chr(a)",
    "ln(a)",
    "acos(a)",
    "pow(a, a)",
    "to_timestamp(a)",
    "epoch_ms(a)",
    "to_months(a)",
    "to_days(a)",
    "to_seconds(a)",
    "a * interval '1 day'",
    "julianday(a)",
    "week(a)",
    "yearweek",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        read_and_compute(&text, &Value::text("x"));
    }

    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..16), value in any_value()) {
        read_and_compute(&words.join(" "), &value);
    }

    #[test]
    fn any_value_is_computed(call in proptest::sample::select(CALLS), value in any_value()) {
        if let Ok(expr) = parse_column_expression(call, Dialect::DuckDb) {
            for parity in [Parity::Characters, Parity::DuckDb1_5, Parity::DuckDb2_0, Parity::SparkJar] {
                let compiled = CompiledExpr::compile(&expr, parity, |_| Some(0)).unwrap();
                let value = compiled.eval(&|_: usize| Operand::from(&value), &mut Scratch::new()).into_value();
                prop_assert!(!matches!(value, Value::List(items) if items.len() > 1_000));
            }
        }
    }

    #[test]
    fn like_agrees_with_its_definition(text in "[ab%]{0,6}", pattern in "[ab%_]{0,6}") {
        let expr = Expr::Call(Function::Like, vec![Expr::Literal(Value::text(&text)), Expr::Literal(Value::text(&pattern))]);
        let compiled = CompiledExpr::compile(&expr, Parity::Characters, |_| None).unwrap();
        let found = compiled.is_true(&|_: usize| Operand::Null, &mut Scratch::new());
        prop_assert_eq!(found, naive_like(text.as_bytes(), pattern.as_bytes()));
    }
}

fn naive_like(text: &[u8], pattern: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, _) => text.is_empty(),
        (Some((b'%', rest)), _) => (0..=text.len()).any(|skip| naive_like(&text[skip..], rest)),
        (Some((b'_', rest)), Some((_, after))) => naive_like(after, rest),
        (Some((wanted, rest)), Some((found, after))) => wanted == found && naive_like(after, rest),
        (Some(_), None) => false,
    }
}
