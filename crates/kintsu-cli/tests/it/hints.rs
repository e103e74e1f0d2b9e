//! Every error of every crate has a code of its own and says what to do.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use kintsu_core::{Cancelled, Explain};
use kintsu_entity::EntityError;
use kintsu_job::{JobError, MemoryNeed, Problem, code_note};
use kintsu_kernel::KernelError;
use kintsu_link::LinkError;
use kintsu_link::library::LibraryError;
use kintsu_link::model::{Dialect, KintsuModel, KintsuModelError, ModelProblem, Place};
use kintsu_link::sql::{Position, SqlError};
use kintsu_link::train::TrainError;
use kintsu_table::{CsvProblem, TableError, TableShapeError};

fn text() -> String {
    "x".to_owned()
}

fn io_error() -> io::Error {
    io::Error::other("x")
}

fn table() -> Vec<TableError> {
    let path = || PathBuf::from("x");
    vec![
        TableError::NoInput,
        TableError::Read { path: path(), source: io_error() },
        TableError::Empty { path: path() },
        TableError::UnknownFormat { path: path() },
        TableError::MixedFolder { path: path(), formats: text() },
        TableError::Csv { path: path(), line: 1, problem: CsvProblem::UnclosedQuote },
        TableError::Json { path: path(), line: 1, problem: text() },
        TableError::Decode { path: path(), format: "Parquet", message: text() },
        TableError::DuplicateColumn { path: path(), column: text() },
        TableError::MissingColumns { columns: vec![text()], available: vec![] },
        TableError::TypeConflict { column: text(), first: path(), first_type: text(), second: path(), second_type: text() },
        TableError::UnsupportedType { column: text(), data_type: text(), verb: "x" },
        TableError::Limit { path: path(), what: "x", maximum: 1 },
        TableError::DoesNotFit { column: text(), data_type: text() },
        TableError::NotOfType { column: text(), data_type: arrow_schema::DataType::Int64, values: 1, path: path(), record: 1 },
        TableError::TextTooLong { column: text() },
        TableError::TooManyRows { maximum: 1 },
        TableError::DuplicateInputName { name: text() },
        TableError::Shape(TableShapeError::DuplicateColumn(text())),
        TableError::Cancelled(Cancelled),
        TableError::Arrow(arrow_schema::ArrowError::DivideByZero),
        TableError::Write { path: path(), source: io_error() },
        TableError::TargetExists { path: path() },
        TableError::TargetProtected { path: path(), reason: "x" },
        TableError::TargetBusy { path: path() },
        TableError::NotStreamed { path: path(), what: "x" },
    ]
}

fn link() -> Vec<LinkError> {
    vec![
        LinkError::MissingColumn { name: text(), wanted_by: text(), available: vec![] },
        LinkError::ColumnNotEncoded { name: text() },
        LinkError::MissingIds { column: text(), rows: 1 },
        LinkError::DuplicateIds { column: text(), rows: 1 },
        LinkError::UnsupportedIdType { column: text(), data_type: text() },
        LinkError::MissingSources { column: text(), rows: 1 },
        LinkError::TooFewSources { column: text(), sources: 1 },
        LinkError::Expression { place: text(), reason: text() },
        LinkError::Explode { rule: 1, column: text(), reason: text() },
        LinkError::NoExactLevel { comparison: text(), column: text() },
        LinkError::TooManyLevels { comparison: text(), levels: 101 },
        LinkError::Parameter { comparison: text(), level: 1, what: text() },
        LinkError::TwoThresholds,
        LinkError::UnknownRecords { pairs: 1 },
        LinkError::TooManyEdges { edges: 1, limit_bytes: 1 },
        LinkError::Output(text()),
        LinkError::Cancelled(Cancelled),
    ]
}

fn sql() -> Vec<SqlError> {
    let at = Position::default();
    vec![
        SqlError::Syntax { at, message: text() },
        SqlError::Unsupported { at, what: text(), instead: text() },
        SqlError::UnknownFunction { at, name: text(), suggestion: text() },
        SqlError::ArgumentCount { at, name: text(), expected: text(), found: 1 },
        SqlError::NoSide { at, name: text(), instead: text() },
        SqlError::Literal { at, what: text(), message: text() },
        SqlError::TooLarge { at, message: text() },
        SqlError::UnknownColumn { name: text() },
    ]
}

fn model() -> Vec<ModelProblem> {
    let place = || Place { path: text(), line: None, column: None };
    vec![
        ModelProblem::Syntax { place: place(), message: text() },
        ModelProblem::UnknownKey { place: place(), key: text(), did_you_mean: None },
        ModelProblem::MissingKey { place: place(), key: "x" },
        ModelProblem::WrongType { place: place(), expected: "x", found: "x" },
        ModelProblem::UnknownChoice { place: place(), value: text(), allowed: text(), did_you_mean: None },
        ModelProblem::OutOfRange { place: place(), value: 1.0, expected: "x" },
        ModelProblem::Sql { place: place(), source: SqlError::UnknownColumn { name: text() } },
        ModelProblem::Levels { place: place(), message: text(), hint: text() },
        ModelProblem::DuplicateComparison { place: place(), name: text() },
        ModelProblem::NoExactLevel { place: place(), column: text() },
    ]
}

fn library() -> Vec<LibraryError> {
    vec![
        LibraryError::NoColumn { text: text() },
        LibraryError::Dialect { what: "x", dialect: Dialect::DuckDb },
        LibraryError::Length { what: "x", found: 1, expected: text() },
        LibraryError::OutOfRange { what: "x", value: 1.0, expected: "x" },
        LibraryError::UnknownWord { what: "x", word: text(), allowed: text() },
        LibraryError::Levels { name: text(), message: text(), hint: text() },
    ]
}

fn train() -> Vec<TrainError> {
    vec![
        TrainError::ExplodingRule { rule: text() },
        TrainError::NothingToEstimate { rule: text() },
        TrainError::NoPairs { what: text() },
        TrainError::TooManyDeterministicPairs { found: 1, recall: 1.0, possible: 1 },
        TrainError::Recall { recall: 1.0 },
        TrainError::NoPossiblePairs { records: 1 },
        TrainError::MaxPairs { value: 1.0 },
        TrainError::ForeignCounts { found: 1, expected: 1 },
    ]
}

fn entity() -> Vec<EntityError> {
    vec![
        EntityError::RowOutOfRange { link: 1, row: 1, nodes: 1 },
        EntityError::LengthMismatch { what: "x", expected: 1, found: 1 },
        EntityError::NotANumber { what: "x", position: 1 },
        EntityError::TooManyRows { nodes: 1 },
        EntityError::TooManyLinks { links: 1 },
        EntityError::RankingNotUnique { rank: 1 },
    ]
}

fn job() -> Vec<JobError> {
    let path = || PathBuf::from("x");
    vec![
        JobError::Unreadable { path: path(), source: io_error() },
        JobError::Unwritable { path: path(), source: io_error() },
        JobError::Memory { needed_bytes: 1, allowed_bytes: 1, need: MemoryNeed::Linkage },
        JobError::Cancelled(Cancelled),
        JobError::Defect(text()),
    ]
}

fn kintsu_model() -> Vec<KintsuModelError> {
    let syntax = KintsuModel::from_json("{").unwrap_err();
    vec![syntax, KintsuModelError::Format { found: 2, known: 1 }]
}

/// The crates behind the commands.
const CRATES: [&str; 8] = ["core", "text", "table", "entity", "link", "kernel", "job", "cli"];

/// The codes in the sources of the crates, as variants of errors write them.
fn codes_of_variants() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> = CRATES.iter().map(|name| crates.join(format!("kintsu-{name}/src"))).collect();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = std::fs::read_to_string(path).unwrap();
                let arms = source.lines().filter_map(|line| line.split_once("=> \"KN-").map(|(_, code)| code.to_owned()));
                found.extend(arms.map(|code| format!("KN-{}", code.split('"').next().unwrap())));
            }
        }
    }
    found
}

#[test]
fn every_error_has_a_code_of_its_own_and_a_hint() {
    fn boxed<Kind: Explain + 'static>(errors: Vec<Kind>) -> impl Iterator<Item = Box<dyn Explain>> {
        errors.into_iter().map(|error| Box::new(error) as Box<dyn Explain>)
    }
    let kernel = vec![
        KernelError::Spec(text()),
        KernelError::Output(text()),
        KernelError::NoColumn { kernel: "x", column: text() },
        KernelError::Column { kernel: "x", column: text(), kind: text() },
    ];
    let single = boxed(table()).chain(boxed(link())).chain(boxed(sql())).chain(boxed(model())).chain(boxed(library()));
    let errors = single.chain(boxed(train())).chain(boxed(entity())).chain(boxed(job())).chain(boxed(kintsu_model()));
    let mut codes = BTreeSet::new();
    for error in errors.chain(boxed(kernel)) {
        assert!(error.hint().is_some_and(|hint| !hint.trim().is_empty()), "{} ({error}) has no hint", error.code());
        let passed_on = error.code() == "KN-SQL-008";
        assert!(codes.insert(error.code().to_owned()) || passed_on, "{} belongs to two errors", error.code());
    }
    let mut arms = codes_of_variants();
    // The code of several problems at once.
    arms.remove("KN-LINK-300");
    // A model's SQL passes on the code of its cause, but has one for the enum's own sake.
    codes.insert("KN-LINK-307".to_owned());
    let lacking: Vec<&String> = arms.difference(&codes).collect();
    assert!(lacking.is_empty(), "these errors are not in this test: {lacking:?}");
}

#[test]
fn a_problem_without_a_hint_of_its_own_has_that_of_its_code() {
    let problem = Problem::new("KN-JOB-024", "the input holds no records");
    assert_eq!(Explain::hint(&problem).as_deref(), code_note("KN-JOB-024").map(|note| note.hint));
}
