//! `kintsu demo`: deduplicates made-up people and links two guides of real restaurants, and says how right it was.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use kintsu_job::{ColumnOrFile, Engine, InputSpec, InputTable, JobError, JobSpec, LocalEngine, Run};
use serde_json::json;

use crate::Verdict;
use crate::arguments::DemoArguments;
use crate::commands::linkage::summary;
use crate::session::Session;

/// The data that come with the program; their notices stand in `NOTICE` beside them.
const FILES: [(&str, &[u8]); 10] = [
    ("NOTICE", include_bytes!("../../../../demo/NOTICE")),
    ("febrl3.csv", include_bytes!("../../../../demo/febrl3.csv")),
    ("febrl3.truth.csv", include_bytes!("../../../../demo/febrl3.truth.csv")),
    ("febrl3.model.json", include_bytes!("../../../../demo/febrl3.model.json")),
    ("febrl3.model.kintsu.json", include_bytes!("../../../../demo/febrl3.model.kintsu.json")),
    ("fodors.csv", include_bytes!("../../../../demo/fodors.csv")),
    ("zagats.csv", include_bytes!("../../../../demo/zagats.csv")),
    ("restaurants.truth.csv", include_bytes!("../../../../demo/restaurants.truth.csv")),
    ("restaurants.model.json", include_bytes!("../../../../demo/restaurants.model.json")),
    ("restaurants.model.kintsu.json", include_bytes!("../../../../demo/restaurants.model.kintsu.json")),
];

/// What stands between a table and an id in the id of a cluster.
const BETWEEN_TABLE_AND_ID: &str = "-__-";
/// So many clusters are shown.
const EXAMPLES: usize = 3;

/// `kintsu demo`.
pub(crate) fn run(arguments: &DemoArguments, session: &Session) -> Result<Verdict, JobError> {
    let data = arguments.output.join("data");
    if session.options().dry_run {
        let text = format!("would write {}: the data, and the runs febrl3 and restaurants", arguments.output.display());
        session.printer().result(&json!({ "would_write": arguments.output }), &text);
        return Ok(Verdict::Done);
    }
    std::fs::create_dir_all(&data).map_err(|source| JobError::Unwritable { path: data.clone(), source })?;
    for (name, content) in FILES {
        let path = data.join(name);
        std::fs::write(&path, content).map_err(|source| JobError::Unwritable { path, source })?;
    }
    let people = JobSpec { inputs: vec![InputSpec::Path(data.join("febrl3.csv"))], ..job(&arguments.output, &data, "febrl3") };
    let table = |name: &str| {
        InputSpec::Full(InputTable { path: data.join(format!("{name}.csv")), name: Some(name.to_owned()), format: None })
    };
    let restaurants = JobSpec {
        inputs: vec![table("fodors"), table("zagats")],
        one_to_one: true,
        ..job(&arguments.output, &data, "restaurants")
    };
    session.start_threads(&people)?;
    let mut text = String::new();
    let mut documents = serde_json::Map::new();
    for (name, title, spec) in [
        ("people", "Deduplicating 5,000 made-up people (FEBRL)", &people),
        ("restaurants", "Linking the restaurants of Fodor's and Zagat's guides", &restaurants),
    ] {
        let done = LocalEngine::default().run(spec, &session.context(spec))?;
        let examples = examples(&done, session)?;
        let _ = writeln!(text, "{title}\n\n{}\n", summary(&done.card, &done.directory));
        for example in &examples {
            let _ = writeln!(text, "{}", example.join("\n"));
        }
        if let Some([first, second]) = examples.first().and_then(|example| two_ids(example)) {
            let (run, program) = (done.directory.display(), program());
            let _ = writeln!(text, "\nWhy are these one?  {program} explain {run} {first} {second} --show-values\n");
        }
        documents.insert(name.to_owned(), json!({ "output": done.directory, "run": done.card, "examples": examples }));
    }
    session.printer().result(&serde_json::Value::Object(documents), &text);
    Ok(Verdict::Done)
}

/// What both jobs have in common.
fn job(output: &Path, data: &Path, name: &str) -> JobSpec {
    JobSpec {
        model: Some(data.join(format!("{name}.model.json"))),
        truth: Some(ColumnOrFile(data.join(format!("{name}.truth.csv")).to_string_lossy().into_owned())),
        output: Some(output.join(name)),
        overwrite: true,
        ..JobSpec::default()
    }
}

/// How the reader called this program; its name alone where an interpreter runs it.
fn program() -> String {
    let called = std::env::args().next().unwrap_or_default();
    let is_ours = Path::new(&called).file_stem().is_some_and(|name| name == "kintsu");
    if is_ours { called } else { "kintsu".to_owned() }
}

/// The ids of the first two records of an example; where there are tables, with their names.
fn two_ids(example: &[String]) -> Option<[String; 2]> {
    let tables = example.first()?.contains(BETWEEN_TABLE_AND_ID);
    let id = |line: &String| {
        let mut values = line.trim().split(" | ");
        let first = values.next()?;
        if tables { Some(format!("{first}{BETWEEN_TABLE_AND_ID}{}", values.next()?)) } else { Some(first.to_owned()) }
    };
    Some([id(example.get(1)?)?, id(example.get(2)?)?])
}

/// A few clusters of several records, each a list of lines.
fn examples(done: &Run, session: &Session) -> Result<Vec<Vec<String>>, JobError> {
    let path = done.directory.join(format!("clusters.{}", done.card.file_format));
    let rows = kintsu_job::read_text_rows(&path, &session.context(&JobSpec::default()))?;
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let Some((Some(cluster), values)) = row.split_first() else { continue };
        let line = values.iter().map(|value| value.as_deref().unwrap_or("")).collect::<Vec<_>>().join(" | ");
        clusters.entry(cluster.clone()).or_default().push(format!("  {line}"));
    }
    let largest = clusters.values().map(Vec::len).max().unwrap_or(0).min(3);
    let chosen = clusters.into_iter().filter(|(_, lines)| lines.len() == largest).take(EXAMPLES);
    Ok(chosen
        .map(|(cluster, mut lines)| {
            lines.insert(0, format!("cluster {cluster}"));
            lines
        })
        .collect())
}
