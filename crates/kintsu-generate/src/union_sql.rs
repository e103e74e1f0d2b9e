//! `union.sql`: the tables of all sources as one, `raw_customers_combined`.

use std::collections::BTreeSet;
use std::fmt::Write;

use kintsu_table::FileFormat;

use crate::manifest::DeliveryCard;
use crate::options::Options;
use crate::preset::Source;

/// The statements: views of the files, to be read from the directory, where DuckDB has a reader for them; then the table that stacks
/// them, with nulls for the columns that a source has not, unless there is only one.
pub(crate) fn union_sql(deliveries: &[DeliveryCard], sources: &[Source], options: &Options) -> String {
    let suffixes: BTreeSet<&str> = deliveries.iter().map(|card| card.table_suffix.as_str()).collect();
    let tables: Vec<(&Source, String)> = suffixes
        .iter()
        .flat_map(|suffix| sources.iter().map(move |source| (source, format!("{}{suffix}", source.table))))
        .collect();
    let dated = deliveries.iter().any(|card| card.batch.is_some());
    let mut columns: Vec<&str> = Vec::new();
    for name in sources.iter().flat_map(|source| source.schema.fields()).map(|field| field.name().as_str()) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    let mut text = String::new();
    let extension = options.file_format.extension();
    let reader = match options.file_format {
        FileFormat::Parquet => Some("read_parquet"),
        FileFormat::Csv => Some("read_csv"),
        FileFormat::JsonLines => Some("read_json"),
        FileFormat::Arrow => None,
    };
    if let Some(reader) = reader {
        text.push_str(
            "-- DuckDB, run in this directory; elsewhere load the files into tables of these names and leave the views out.\n",
        );
        for (_, table) in &tables {
            let files = if dated {
                format!("'{table}/*/*.{extension}', hive_partitioning = true")
            } else {
                format!("'{table}/*.{extension}'")
            };
            let _ = writeln!(text, "CREATE OR REPLACE VIEW \"{table}\" AS SELECT * FROM {reader}({files});");
        }
        text.push('\n');
    }
    if tables.len() == 1 {
        return text;
    }
    text.push_str("CREATE OR REPLACE TABLE raw_customers_combined AS\n");
    for (position, (source, table)) in tables.iter().enumerate() {
        let cells = columns.iter().map(|name| match source.schema.column_with_name(name) {
            Some(_) => (*name).to_owned(),
            None => format!("NULL AS {name}"),
        });
        let cells = cells.chain(dated.then(|| "delivery".to_owned()));
        let end = if position + 1 < tables.len() { "\nUNION ALL\n" } else { ";\n" };
        let _ = write!(text, "SELECT {}\nFROM \"{table}\"{end}", cells.collect::<Vec<_>>().join(", "));
    }
    text
}
