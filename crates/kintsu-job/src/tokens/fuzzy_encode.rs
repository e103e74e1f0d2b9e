//! `tokenize` with a linkage schema: records in, fuzzy tokens (CLKs) out.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::RunContext;
use kintsu_table::{FileFormat, Piece, TextStream};
use kintsu_token::fuzzy::{ClkEncoder, Clks, InvalidValue, LinkageSchema};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::card::SecretCard;
use super::file::{Quoting, TokenFile, TokenRows, append_field};
use super::fuzzy_columns::ClkColumns;
use super::metadata::pretty;
use super::prepare::{Beside, Ends};
use super::run_card::{RunFacts, as_json, run_card};
use super::secrets::{HASHING_SECRET_VARIABLE, HeldSecret, read_secret, salt};
use super::{columns, pump};
use crate::card::Counts;
use crate::engine::Run;
use crate::error::JobError;
use crate::spec::{FuzzySpec, HardeningSpec, JobSpec, OnInvalidName, Problem, TokenizeSpec};

/// How CLKs were made, and what was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClkCard {
    /// A digest of the file of the linkage schema (XXH3, 128 bits): equal for partners who use one file.
    pub schema_digest: String,
    /// The bits of a CLK.
    pub bits: usize,
    /// What became of records with invalid values.
    pub on_invalid: OnInvalidName,
    /// Whether values that their formats do not allow were taken.
    pub unchecked: bool,
    /// What was done to CLKs beyond the schema.
    pub hardening: HardeningSpec,
    /// For each feature of the schema and each column that salts the column that held it.
    pub columns: BTreeMap<String, String>,
    /// The column with the ids of records.
    pub record_id: String,
    /// What names the hashing secret without giving it away.
    pub hashing_secret: SecretCard,
    /// The records.
    pub records: u64,
    /// Records that got no CLK.
    pub blank_records: u64,
    /// Records without an id.
    pub records_without_id: u64,
    /// For each feature and reason the values that are invalid; features without any are left out.
    pub invalid_values: BTreeMap<String, Counts>,
}

/// What CLKs are made with.
pub(super) struct PreparedClks<'a> {
    pub(super) ends: Ends<'a>,
    pub(super) names: Vec<String>,
    pub(super) found: ClkColumns,
    schema_digest: String,
    secret: HeldSecret,
    encoder: ClkEncoder,
    stream: TextStream,
}

impl<'a> PreparedClks<'a> {
    /// Checks a job as a whole before anything is made.
    pub(super) fn new(job: &'a JobSpec, spec: &TokenizeSpec, fuzzy: &FuzzySpec, ctx: &RunContext) -> Result<Self, JobError> {
        let ends = Ends::of(job, spec)?;
        check_options(spec)?;
        let (schema, schema_digest) = read_schema(&fuzzy.schema, ctx)?;
        let secret = hashing_secret(spec, ctx)?;
        let encoder = ClkEncoder::new(&schema, &secret.secret, &fuzzy.options()).map_err(JobError::part)?;
        let stream = ends.open()?;
        let names = columns::clean_names(&stream, ctx);
        let found = ClkColumns::find(&encoder, &names, spec)?;
        Ok(Self { ends, names, found, schema_digest, secret, encoder, stream })
    }

    /// For each feature of the schema and each column that salts the column that holds it.
    pub(super) fn columns_by_name(&self) -> BTreeMap<String, String> {
        let columns = self.found.columns.iter().map(|place| self.names[*place].clone());
        self.encoder.columns().iter().cloned().zip(columns).collect()
    }
}

/// Runs a job that makes CLKs. `run.directory` is the file of CLKs.
pub(super) fn run(job: &JobSpec, spec: &TokenizeSpec, fuzzy: &FuzzySpec, ctx: &RunContext) -> Result<Run, JobError> {
    let began = Instant::now();
    let prepared = PreparedClks::new(job, spec, fuzzy, ctx)?;
    let columns = prepared.columns_by_name();
    let PreparedClks { ends, names, found, schema_digest, secret, encoder, mut stream } = prepared;
    let beside = Beside::create(&ends)?;
    let footer = [("kintsu.clk_schema_digest", schema_digest.clone()), ("kintsu.clk_bits", encoder.bits().to_string())];
    let footer = footer.map(|(key, value)| (key.to_owned(), value)).to_vec();
    let mut file = TokenFile::create_with(ends.output, ends.format, ends.overwrite, footer, clks_schema(), "Clk")?;
    file.begin()?;
    let counts = make_clks(&mut stream, &encoder, &found, &mut file, ends.format, ctx)?;
    counts.warn(ctx);

    let card = ClkCard {
        schema_digest,
        bits: encoder.bits(),
        on_invalid: fuzzy.on_invalid,
        unchecked: fuzzy.unchecked,
        hardening: fuzzy.hardening.clone(),
        columns,
        record_id: names[found.record_id].clone(),
        hashing_secret: secret.card(&salt()?),
        records: counts.records,
        blank_records: counts.blank_records,
        records_without_id: counts.records_without_id,
        invalid_values: counts.invalid_by_feature(&encoder),
    };
    let (rows, counts) = (file.rows(), counts_of(&card));
    let facts = RunFacts { job: as_json(job)?, inputs: &[&ends.input], output: ends.output, rows, counts, began };
    let mut run_card = run_card(facts, ctx)?;
    let metadata = metadata(&card)?;
    run_card.clks = Some(card);
    beside.publish(&metadata, &run_card, file.finish()?)?;
    Ok(Run { directory: ends.output.to_path_buf(), card: run_card })
}

/// Refuses options that say how tokens of rules are made.
fn check_options(spec: &TokenizeSpec) -> Result<(), JobError> {
    let given = [
        ("mode", spec.mode.is_some()),
        ("token_profile", spec.token_profile.is_some()),
        ("rules", spec.rules.is_some()),
        ("encryption_key_file", spec.encryption_key_file.is_some()),
        ("partner", spec.partner.is_some()),
        ("allow_missing", spec.allow_missing),
        ("strict_columns", spec.strict_columns),
        ("as_of", spec.as_of.is_some()),
    ];
    let problem = |(name, _): &(&str, bool)| {
        let message = format!("`{name}` says how tokens of rules are made, and fuzzy tokens are asked for");
        Problem::new("KN-JOB-071", message).hint(format!("leave `{name}` out, or leave out the linkage schema"))
    };
    let problems: Vec<Problem> = given.iter().filter(|(_, is_given)| *is_given).map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(JobError::Configuration(problems)) }
}

/// The schema and the digest of its file.
fn read_schema(path: &Path, ctx: &RunContext) -> Result<(LinkageSchema, String), JobError> {
    let unreadable = |source| JobError::Unreadable { path: path.to_path_buf(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let schema = LinkageSchema::from_json(&text).map_err(JobError::part)?;
    for notice in schema.notices() {
        ctx.warn("KN-W-TOKEN-014", notice, None);
    }
    Ok((schema, format!("xxh3:{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))))
}

fn hashing_secret(spec: &TokenizeSpec, ctx: &RunContext) -> Result<HeldSecret, JobError> {
    let held = read_secret(spec.hashing_secret_file.as_deref(), HASHING_SECRET_VARIABLE)?.ok_or_else(|| {
        let problem = Problem::new("KN-JOB-072", "there is no hashing secret");
        JobError::problem(problem.hint(format!("name a file with --hashing-secret-file, or set {HASHING_SECRET_VARIABLE}")))
    })?;
    held.require_strong(spec.allow_weak_secret, ctx)?;
    Ok(held)
}

/// The columns of a file of CLKs. A blank record's CLK is null.
fn clks_schema() -> SchemaRef {
    let fields = vec![Field::new("RecordId", DataType::Utf8, false), Field::new("Clk", DataType::Utf8, true)];
    Arc::new(Schema::new(fields))
}

/// What is counted while CLKs are made.
#[derive(Default)]
struct ClkCounts {
    records: u64,
    blank_records: u64,
    records_without_id: u64,
    invalid: BTreeMap<(usize, InvalidValue), u64>,
}

impl ClkCounts {
    fn of(ids: &[&str], clks: &Clks, invalid: BTreeMap<(usize, InvalidValue), u64>) -> Self {
        Self {
            records: ids.len() as u64,
            blank_records: (0..clks.len()).filter(|record| clks.set_bits(*record).is_none()).count() as u64,
            records_without_id: ids.iter().filter(|id| id.is_empty()).count() as u64,
            invalid,
        }
    }

    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.blank_records += other.blank_records;
        self.records_without_id += other.records_without_id;
        for (place, count) in other.invalid {
            *self.invalid.entry(place).or_default() += count;
        }
    }

    fn warn(&self, ctx: &RunContext) {
        if self.records_without_id > 0 {
            let message = format!("{} records have no id; nothing can be said of what they match", self.records_without_id);
            ctx.warn("KN-W-TOKEN-011", message, Some("fill the column of ids".to_owned()));
        }
        if self.blank_records == self.records && self.records > 0 {
            let message = "every record has an invalid value, so none has a CLK".to_owned();
            let hint = "see invalid_values in OUTPUT.metadata.json, and whether the formats of the schema fit the columns";
            ctx.warn("KN-W-TOKEN-015", message, Some(hint.to_owned()));
        }
    }

    fn invalid_by_feature(&self, encoder: &ClkEncoder) -> BTreeMap<String, Counts> {
        let mut by_feature: BTreeMap<String, Counts> = BTreeMap::new();
        for ((place, reason), count) in &self.invalid {
            by_feature.entry(encoder.columns()[*place].clone()).or_default().put(reason.name(), *count);
        }
        by_feature
    }
}

/// Makes the CLKs of all records of `stream` and writes them to `file`.
fn make_clks(
    stream: &mut TextStream,
    encoder: &ClkEncoder,
    found: &ClkColumns,
    file: &mut TokenFile,
    format: FileFormat,
    ctx: &RunContext,
) -> Result<ClkCounts, JobError> {
    let (positions, places) = found.wanted();
    stream.want(&positions).map_err(JobError::part)?;
    ctx.progress().begin("tokenising", stream.rows_known(), "records");
    let make = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let values: Vec<Vec<&str>> = batch.columns.iter().map(texts).collect();
        let columns: Vec<&[&str]> = places.iter().map(|place| values[*place].as_slice()).collect();
        let (ids, columns) = columns.split_first().ok_or_else(|| JobError::Defect("no column of ids".to_owned()))?;
        let encoded = encoder.encode(ids, columns).map_err(JobError::part)?;
        let rows = render(ids, &encoded.clks, format)?;
        ctx.progress().advance(batch.rows as u64);
        Ok((rows, ClkCounts::of(ids, &encoded.clks, encoded.invalid)))
    };
    let mut total = ClkCounts::default();
    pump::pump(stream, ctx, make, |(rows, counts): (TokenRows, ClkCounts)| {
        total.add(counts);
        file.write(&rows)
    })?;
    ctx.progress().finish();
    Ok(total)
}

/// The values of a column, a missing one as the empty text.
fn texts(column: &StringArray) -> Vec<&str> {
    (0..column.len()).map(|row| if column.is_valid(row) { column.value(row) } else { "" }).collect()
}

/// The rows of some records.
fn render(ids: &[&str], clks: &Clks, format: FileFormat) -> Result<TokenRows, JobError> {
    if format == FileFormat::Parquet {
        let clk = |record: usize| clks.set_bits(record).map(|_| clks.text(record));
        let columns: [ArrayRef; 2] =
            [Arc::new(StringArray::from_iter_values(ids)), Arc::new((0..clks.len()).map(clk).collect::<StringArray>())];
        let batch = RecordBatch::try_new(clks_schema(), columns.to_vec());
        return batch.map(TokenRows::batch).map_err(|error| JobError::Defect(error.to_string()));
    }
    let mut text = Vec::with_capacity(ids.len() * (clks.bits().div_ceil(6) + 24));
    for (record, id) in ids.iter().enumerate() {
        append_field(id.as_bytes(), Quoting::Minimal, &mut text);
        text.push(b',');
        clks.write_text(record, &mut text);
        text.push(b'\n');
    }
    Ok(TokenRows::text(ids.len(), text))
}

/// The counts that are told first.
fn counts_of(card: &ClkCard) -> Counts {
    let mut counts = Counts::default();
    counts.put("records", card.records);
    counts.put("clks", card.records - card.blank_records);
    counts.put("blank_records", card.blank_records);
    counts
}

/// The content of `OUTPUT.metadata.json`.
fn metadata(card: &ClkCard) -> Result<String, JobError> {
    pretty(&json!({
        "Platform": "kintsu",
        "KintsuVersion": env!("CARGO_PKG_VERSION"),
        "SchemaDigest": card.schema_digest,
        "Bits": card.bits,
        "OnInvalid": card.on_invalid,
        "Unchecked": card.unchecked,
        "Hardening": card.hardening,
        "HashingSecret": card.hashing_secret,
        "TotalRows": card.records,
        "BlankRecords": card.blank_records,
        "RecordsWithoutId": card.records_without_id,
        "InvalidValuesByFeature": card.invalid_values,
    }))
}
