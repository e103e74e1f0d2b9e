//! What is handed bytes that anybody may have written. Each entry reads them and does with the result what a job would do first.
//!
//! The fuzz targets and the tests share this file.

use kintsu_core::{Explain, RunContext};
use kintsu_link::model::{Dialect, JsonOptions, Model, Parity};
use kintsu_link::sql::{
    CompiledExpr, Expr, Operand, Scratch, SqlError, Value, parse_blocking_rule, parse_column_expression, parse_condition,
};
use kintsu_table::{CsvDialect, CsvProblem, FileFormat, Input, ReadOptions, TableError, TextStream};

const DIALECTS: [Dialect; 4] = [Dialect::DuckDb, Dialect::Spark, Dialect::Sqlite, Dialect::Postgres];
const PARITIES: [Parity; 4] = [Parity::Characters, Parity::DuckDb1_5, Parity::DuckDb2_0, Parity::SparkJar];

/// Reads SQL in every dialect and place, and computes what can be read over rows of every type.
pub fn sql_condition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    type Read = fn(&str, Dialect) -> Result<Expr, SqlError>;
    let mut computed: Vec<Expr> = Vec::new();
    for read in [parse_condition as Read, parse_blocking_rule, parse_column_expression] {
        for dialect in DIALECTS {
            match read(text, dialect) {
                Ok(expr) if computed.contains(&expr) => {}
                Ok(expr) => {
                    compute(&expr);
                    computed.push(expr);
                }
                Err(error) => tell(&error),
            }
        }
    }
}

fn compute(expr: &Expr) {
    let _ = expr.equality_keys();
    let values = values();
    for parity in PARITIES {
        let mut columns = Vec::new();
        let compiled = CompiledExpr::compile(expr, parity, |column| {
            columns.push(column.clone());
            Some(columns.len() - 1)
        });
        match compiled {
            Ok(compiled) => {
                let mut scratch = Scratch::new();
                for first in 0..values.len() {
                    let row = |slot: usize| Operand::from(&values[(first + slot) % values.len()]);
                    let _ = compiled.is_true(&row, &mut scratch);
                    let _ = compiled.eval(&row, &mut scratch).into_value();
                    let _ = scratch.take_raised();
                }
            }
            Err(error) => tell(&error),
        }
    }
}

/// Values of every kind, those at the ends of their ranges among them.
fn values() -> Vec<Value> {
    vec![
        Value::Null,
        Value::text(""),
        Value::text("Zoë \u{1F600} o'Brien"),
        Value::text("1999-12-31"),
        Value::Boolean(true),
        Value::Integer(i64::MIN),
        Value::Integer(3),
        Value::Double(f64::NAN),
        Value::Double(-0.5e300),
        Value::Date(0),
        Value::Date(i32::MAX),
        Value::Timestamp(i64::MIN),
        Value::list([Value::text("a"), Value::Null, Value::text("b")]),
    ]
}

/// Reads a model; one that can be read is written, and what was written reads again.
///
/// # Panics
/// When it does not.
pub fn model_json(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Model::from_json(text, JsonOptions::default()) {
        Ok(model) => {
            let written = model.to_json();
            let again = Model::from_json(&written, JsonOptions { parity: Some(model.parity), ..JsonOptions::default() });
            assert!(again.is_ok(), "a model that was written cannot be read: {written}");
        }
        Err(error) => tell(&error),
    }
}

/// Reads a job file, as TOML and as JSON.
pub fn job_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for name in ["job.toml", "job.json"] {
        match kintsu_job::parse_job(text, name.as_ref()) {
            Ok(job) => drop(kintsu_job::check_ready(&job.spec, &job.places)),
            Err(error) => tell(&error),
        }
    }
}

/// Reads a CSV file.
pub fn csv_file(data: &[u8]) {
    read_table(data, FileFormat::Csv);
    for dialect in [CsvDialect::Strict, CsvDialect::Python, CsvDialect::CommonsCsv] {
        if let Err(error) = read_rows(data, dialect) {
            tell(&error);
            let of_quotes = matches!(
                error,
                TableError::Csv {
                    problem: CsvProblem::BareQuote { .. } | CsvProblem::AfterQuote { .. } | CsvProblem::UnclosedQuote,
                    ..
                }
            );
            assert!(dialect != CsvDialect::Python || !of_quotes, "Python takes quotes anywhere: {error}");
        }
    }
}

/// Reads the rows of a CSV file as the commands of tokens do.
fn read_rows(data: &[u8], dialect: CsvDialect) -> Result<(), TableError> {
    let input = Input::held(data.to_vec()).of_format(FileFormat::Csv);
    let mut stream = TextStream::open(&input, &ReadOptions::default(), dialect)?;
    stream.want(&(0..stream.names().len()).collect::<Vec<_>>())?;
    loop {
        let pieces = stream.next_pieces(2)?;
        if pieces.is_empty() {
            return Ok(());
        }
        pieces.into_iter().try_for_each(|piece| piece.into_batch().map(drop))?;
    }
}

/// Reads a file of JSON lines.
pub fn json_lines(data: &[u8]) {
    read_table(data, FileFormat::JsonLines);
}

fn read_table(data: &[u8], format: FileFormat) {
    let input = Input::held(data.to_vec()).of_format(format);
    let options = ReadOptions { integers: vec!["id".to_owned()], ..ReadOptions::default() };
    match kintsu_table::read(&[input], &options, &RunContext::default()) {
        Ok(table) => drop(table.to_dictionary_batch()),
        Err(error) => tell(&error),
    }
}

/// What is said to whoever wrote it.
fn tell(error: &dyn Explain) {
    let _ = (error.to_string(), error.code(), error.hint());
    for part in error.parts() {
        tell(part);
    }
}
