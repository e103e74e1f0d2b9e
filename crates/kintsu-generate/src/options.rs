//! What is to be made, as a user says it.

use std::path::PathBuf;
use std::str::FromStr;

use jiff::civil::Date;
use kintsu_table::FileFormat;
use serde::{Deserialize, Serialize};

use crate::batch::BATCHES_MAX;
use crate::calendar::{AS_OF_DEFAULT, parse_as_of};
use crate::copied::Copies;
use crate::corrupt::{ColumnRole, CorruptColumn, CorruptionSpec, Corruptor};
use crate::country::Country;
use crate::error::GenerateError;
use crate::lists::Lists;
use crate::mdm::Mdm;
use crate::preset::Preset;
use crate::realistic::Realistic;
use crate::single::{Companies, Entities, OneTable, People};

/// A preset by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresetName {
    /// Customers and the CRM, ERP and e-commerce sources of the reference generator.
    Mdm,
    /// The same sources with customers that are made up as people are, and with the errors of people.
    #[default]
    Realistic,
    /// One table of people of several countries.
    People,
    /// One table of companies of several countries.
    Companies,
}

impl PresetName {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Mdm, Self::Realistic, Self::People, Self::Companies];

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mdm => "mdm",
            Self::Realistic => "realistic",
            Self::People => "people",
            Self::Companies => "companies",
        }
    }

    /// The columns that a corruption file may name; under the preset mdm, which takes none, those of its sources.
    pub fn corrupted_columns(self) -> Vec<CorruptColumn> {
        match self {
            Self::Mdm | Self::Realistic => Realistic::corrupted_columns(),
            Self::People => People::corrupted_columns(),
            Self::Companies => Companies::corrupted_columns(),
        }
    }
}

/// What happens to an output that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WriteMode {
    /// It is an error.
    #[default]
    Refuse,
    /// It is replaced.
    Overwrite,
    /// Customers are added to it.
    Append,
}

/// One of several parts that are made by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which one, counted from 1.
    pub number: u64,
    /// How many there are.
    pub of: u64,
}

impl FromStr for Part {
    type Err = GenerateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read =
            text.split_once('/').and_then(|(number, of)| Some(Self { number: number.parse().ok()?, of: of.parse().ok()? }));
        read.filter(|part| (1..=part.of).contains(&part.number) && part.of <= PARTITIONS_MAX).ok_or_else(|| {
            GenerateError::options(format!("`{text}` is no part"), "write it as 3/10: the third of ten parts, counted from 1")
        })
    }
}

/// No data set is cut into more files than this.
pub const PARTITIONS_MAX: u64 = 100_000;

/// No data set has more customers than this.
pub const CUSTOMERS_MAX: u64 = 1_000_000_000_000;

/// What is to be made.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory to write.
    pub output: PathBuf,
    /// The preset.
    pub preset: PresetName,
    /// The seed of everything random.
    pub seed: u64,
    /// The day that dates and ages are counted from.
    pub as_of: Date,
    /// The number of customers; none lets it follow from the records.
    pub customers: Option<u64>,
    /// The number of records wished for.
    pub records: Option<u64>,
    /// Whether there are to be exactly so many records.
    pub exact: bool,
    /// The number of dated deliveries.
    pub batches: u64,
    /// What the names of the tables end with.
    pub table_suffix: String,
    /// How many files each table is cut into; none means one per four million rows.
    pub partitions: Option<u64>,
    /// Only this part is made.
    pub part: Option<Part>,
    /// What happens to an output that is there already.
    pub write_mode: WriteMode,
    /// Whether the tables of the sources give the truth away.
    pub keep_customer_id: bool,
    /// The lists that values are drawn from.
    pub lists: Lists,
    /// How many copies a source holds beyond the first; not under the preset mdm.
    pub copies: Copies,
    /// The errors of copies; none means those of the preset.
    pub corruption: Option<CorruptionSpec>,
    /// The format of the data files.
    pub file_format: FileFormat,
}

impl Options {
    /// The defaults, for a directory.
    ///
    /// # Errors
    /// None that can be: the default date is a date.
    pub fn new(output: PathBuf) -> Result<Self, GenerateError> {
        Ok(Self {
            output,
            preset: PresetName::default(),
            seed: 42,
            as_of: parse_as_of(AS_OF_DEFAULT)?,
            customers: None,
            records: None,
            exact: false,
            batches: 1,
            table_suffix: String::new(),
            partitions: None,
            part: None,
            write_mode: WriteMode::Refuse,
            keep_customer_id: false,
            lists: Lists::built_in(),
            copies: Copies::default(),
            corruption: None,
            file_format: FileFormat::Parquet,
        })
    }

    /// Refuses what cannot be, before anything is made.
    ///
    /// # Errors
    /// [`GenerateError::Options`].
    pub fn check(&self) -> Result<(), GenerateError> {
        let good = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if !self.table_suffix.chars().all(good) || self.table_suffix.len() > 100 {
            let what = format!("`{}` cannot end the name of a table", self.table_suffix);
            return Err(GenerateError::options(what, "use letters, digits, `_` and `-`"));
        }
        if self.partitions.is_some_and(|count| !(1..=PARTITIONS_MAX).contains(&count)) {
            let hint = format!("give a whole number from 1 to {PARTITIONS_MAX}");
            return Err(GenerateError::options("the number of partitions cannot be", hint));
        }
        if self.preset == PresetName::Mdm && (self.corruption.is_some() || self.copies != Copies::default()) {
            let hint = "leave them out, or choose the preset realistic";
            return Err(GenerateError::options("the preset mdm has copies and errors of its own", hint));
        }
        self.check_batches()?;
        match (self.part, self.partitions) {
            (Some(part), Some(count)) if part.of != count => Err(GenerateError::options(
                format!("part {} of {} and {count} partitions exclude each other", part.number, part.of),
                "leave the number of partitions out: the part says it",
            )),
            (Some(_), _) if self.write_mode == WriteMode::Append => {
                Err(GenerateError::options("a part cannot be appended", "write each part to a directory of its own"))
            }
            _ => Ok(()),
        }
    }

    fn check_batches(&self) -> Result<(), GenerateError> {
        if !(1..=BATCHES_MAX).contains(&self.batches) {
            let hint = format!("give a whole number from 1 to {BATCHES_MAX}");
            return Err(GenerateError::options("the number of deliveries cannot be", hint));
        }
        if self.batches == 1 {
            return Ok(());
        }
        let without = |what: &str, hint: &str| Err(GenerateError::options(what, hint));
        match () {
            () if self.preset == PresetName::Mdm => {
                without("the preset mdm has no dated deliveries", "leave them out, or choose the preset realistic")
            }
            () if self.exact => without(
                "an exact number of records cannot be had with several deliveries",
                "leave --exact out: what changes between deliveries decides",
            ),
            () if self.write_mode == WriteMode::Append => {
                without("dated deliveries cannot be appended", "make all deliveries at once, in a directory of their own")
            }
            () => Ok(()),
        }
    }

    /// The preset, made ready.
    ///
    /// # Errors
    /// What is wrong with the lists.
    pub fn preset(&self) -> Result<Box<dyn Preset>, GenerateError> {
        match self.preset {
            PresetName::Mdm => Ok(Box::new(Mdm::new(self.seed, self.as_of, self.keep_customer_id, &self.lists)?)),
            PresetName::Realistic => Ok(Box::new(Realistic::new(self)?)),
            PresetName::People => Ok(Box::new(OneTable::<People>::new(self)?)),
            PresetName::Companies => Ok(Box::new(OneTable::<Companies>::new(self)?)),
        }
    }

    /// What puts errors into records of people or companies of a country; none is that of the corruption itself.
    ///
    /// # Errors
    /// What is wrong with the corruption or with the lists.
    pub(crate) fn corruptor(&self, columns: &[CorruptColumn], country: Option<Country>) -> Result<Corruptor, GenerateError> {
        let mut spec = self.corruption.clone().unwrap_or_default();
        if self.preset == PresetName::Companies {
            spec.columns.entry(ColumnRole::CompanyName).or_insert_with(|| "name".to_owned());
        }
        if let Some(problem) = spec.problems(columns).first() {
            let what = format!("the corruption cannot be: {}: {}", problem.keys.join("."), problem.message);
            return Err(GenerateError::options(what, "name columns of text and dates that all sources have"));
        }
        if let Some(country) = country {
            country.locale().clone_into(&mut spec.locale);
        }
        spec.compile(columns, &self.lists)
    }
}
