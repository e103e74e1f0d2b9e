//! The arguments of `kintsu generate`, those of the reference generator included.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kintsu_job::{FileFormat, GeneratePreset, GenerateSpec, WriteModeName};

/// `kintsu generate`.
#[derive(Debug, Args)]
pub(crate) struct GenerateArguments {
    /// The directory to write.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
    /// The kind of data [default: realistic].
    #[arg(long, value_name = "NAME")]
    preset: Option<PresetOption>,
    /// Make so many customers; the rates of the preset decide how many records they have.
    #[arg(long, visible_alias = "unique-customers", value_name = "N", allow_negative_numbers = true)]
    customers: Option<u64>,
    /// Make about so many records; as many customers as the preset needs for them, under mdm one for every four [default: 1000000].
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    records: Option<u64>,
    /// Make exactly so many records; not under mdm.
    #[arg(long)]
    exact: bool,
    /// Make so many dated deliveries of new and changed records, a month apart; not under mdm.
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    batches: Option<u64>,
    /// The day that ages and dates are counted from [default: 2026-01-01].
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// What the names of the tables end with.
    #[arg(long, value_name = "SUFFIX", allow_hyphen_values = true)]
    table_suffix: Option<String>,
    /// Cut each table into so many files [default: one per four million rows].
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    partitions: Option<u64>,
    /// Make one part only: I/N writes the files that --partitions N gives part I, counted from 1.
    #[arg(long, value_name = "I/N")]
    part: Option<String>,
    /// What happens to an output that is there already [default: it is refused].
    #[arg(long, value_name = "MODE")]
    write_mode: Option<WriteModeOption>,
    /// Leave the customers' ids in the tables of the sources, which gives the truth away.
    #[arg(long)]
    keep_customer_id: bool,
    /// A folder of lists that replace those that come with the program.
    #[arg(long, value_name = "DIR")]
    lists: Option<PathBuf>,
    /// How many copies of a customer a source holds beyond the first: poisson:MEAN, uniform:LEAST-MOST or zipf:POWER; not under
    /// mdm [default: poisson:0.4].
    #[arg(long, value_name = "LAW")]
    copies: Option<String>,
    /// What errors copies have, TOML; not under mdm [default: those of the preset].
    #[arg(long, value_name = "FILE")]
    corruption: Option<PathBuf>,
    /// The format of the data files [default: parquet].
    #[arg(long, value_name = "FORMAT")]
    file_format: Option<FileFormatOption>,
    #[command(flatten)]
    reference: ReferenceOptions,
}

/// Options of the reference generator that concern its cloud.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the reference generator")]
struct ReferenceOptions {
    /// Selects the preset mdm and the reference's defaults; the data are written here.
    #[arg(long, value_name = "PROJECT")]
    project_id: Option<String>,
    /// The directory to write where no other is named [default: mdm_demo].
    #[arg(long, value_name = "DATASET")]
    dataset_id: Option<String>,
    /// As --records; selects the preset mdm and the reference's defaults.
    #[arg(long, value_name = "N", conflicts_with = "records", allow_negative_numbers = true)]
    total_records: Option<u64>,
    /// Without effect: the data are made here.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Without effect: the data are made here.
    #[arg(long, value_name = "SUBNET")]
    subnet: Option<String>,
    /// Without effect: the data are made here.
    #[arg(long, value_name = "EMAIL")]
    service_account: Option<String>,
}

/// The kind of data.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum PresetOption {
    /// Customers and CRM, ERP and e-commerce sources, with the rates of the reference generator.
    Mdm,
    /// The same sources with customers that are made up as people are, and with the errors of people.
    Realistic,
    /// One table of people of several countries, each with copies that have errors.
    People,
    /// One table of companies of several countries, each with copies that have errors.
    Companies,
}

impl PresetOption {
    fn name(self) -> GeneratePreset {
        match self {
            Self::Mdm => GeneratePreset::Mdm,
            Self::Realistic => GeneratePreset::Realistic,
            Self::People => GeneratePreset::People,
            Self::Companies => GeneratePreset::Companies,
        }
    }
}

/// What happens to an output that is there already.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum WriteModeOption {
    /// It is replaced.
    Overwrite,
    /// Customers are added to it.
    Append,
}

/// The format of data files.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileFormatOption {
    Parquet,
    Csv,
    Jsonl,
    Arrow,
}

/// What the reference takes where nothing else is said.
const REFERENCE_SUFFIX: &str = "_scale";
const REFERENCE_PARTITIONS: u64 = 1000;
const REFERENCE_RECORDS: u64 = 1_000_000;
const REFERENCE_DATASET: &str = "mdm_demo";

impl GenerateArguments {
    /// Whether the reference's defaults hold.
    fn as_reference(&self) -> bool {
        self.reference.project_id.is_some() || self.reference.total_records.is_some()
    }

    /// The directory to write.
    pub(crate) fn directory(&self) -> Option<PathBuf> {
        let dataset = || self.reference.dataset_id.clone().or_else(|| self.as_reference().then(|| REFERENCE_DATASET.to_owned()));
        self.output.clone().or_else(|| dataset().map(PathBuf::from))
    }

    /// The format of the data files.
    pub(crate) fn format(&self) -> Option<FileFormat> {
        self.file_format.map(|format| match format {
            FileFormatOption::Parquet => FileFormat::Parquet,
            FileFormatOption::Csv => FileFormat::Csv,
            FileFormatOption::Jsonl => FileFormat::Jsonl,
            FileFormatOption::Arrow => FileFormat::Arrow,
        })
    }

    /// The options given that only the cloud could follow.
    pub(crate) fn cloud_options(&self) -> Vec<&'static str> {
        let reference = &self.reference;
        let given = [
            ("--project-id", &reference.project_id),
            ("--dataset-id", &reference.dataset_id),
            ("--region", &reference.region),
            ("--subnet", &reference.subnet),
            ("--service-account", &reference.service_account),
        ];
        given.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name).collect()
    }

    /// What is to be made. `overwrite` says that an output may be replaced.
    pub(crate) fn spec(&self, overwrite: bool) -> GenerateSpec {
        let reference = self.as_reference();
        let records = self.records.or(self.reference.total_records).or(reference.then_some(REFERENCE_RECORDS));
        let given_mode = self.write_mode.map(|mode| match mode {
            WriteModeOption::Overwrite => WriteModeName::Overwrite,
            WriteModeOption::Append => WriteModeName::Append,
        });
        let reference_mode = (reference && !overwrite).then_some(WriteModeName::Overwrite);
        GenerateSpec {
            preset: self.preset.map(PresetOption::name).or(reference.then_some(GeneratePreset::Mdm)),
            customers: self.customers,
            records,
            exact: self.exact,
            batches: self.batches,
            as_of: self.as_of.clone(),
            table_suffix: self.table_suffix.clone().or_else(|| reference.then(|| REFERENCE_SUFFIX.to_owned())),
            partitions: self.partitions.or((reference && self.part.is_none()).then_some(REFERENCE_PARTITIONS)),
            part: self.part.clone(),
            write_mode: given_mode.or(reference_mode),
            keep_customer_id: self.keep_customer_id,
            lists: self.lists.clone(),
            copies: self.copies.clone(),
            corruption: self.corruption.clone(),
        }
    }
}
