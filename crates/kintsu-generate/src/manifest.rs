//! `manifest.json`: what a directory of generated data holds and how it came to be, without a clock and without the number of
//! threads, so that the same data have the same manifest.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::corrupt::CorruptionSpec;
use crate::error::GenerateError;
use crate::options::{Options, Part, PresetName};

/// Its name.
pub const MANIFEST: &str = "manifest.json";

/// Only a new one may change what the same options give.
pub const GENERATOR_VERSION: u32 = 2;

/// The manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// What the data depend on.
    #[serde(flatten)]
    pub recipe: Recipe,
    /// The customers, in the order in which they were added.
    pub deliveries: Vec<DeliveryCard>,
    /// The number that the next customer would have, counted from 0.
    pub next_customer: u64,
    /// Rows: `customers`, `records`, `changes`, and each table by its name.
    pub counts: BTreeMap<String, u64>,
    /// The data files, by path.
    pub files: BTreeMap<String, FileCard>,
}

/// What the values depend on, beside which customers there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The version of what makes the values.
    pub generator_version: u32,
    /// The preset.
    pub preset: String,
    /// The seed.
    pub seed: u64,
    /// The day that dates are counted from.
    pub as_of: String,
    /// A digest of the lists.
    pub lists: String,
    /// The format of the data files.
    pub file_format: String,
    /// Whether the tables of the sources hold the truth.
    pub keep_customer_id: bool,
    /// How many copies there are; none under the preset mdm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<String>,
    /// A digest of the errors of copies; none for those of the preset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corruption: Option<String>,
}

/// Customers that were added together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryCard {
    /// The first one, counted from 0.
    pub first_customer: u64,
    /// How many.
    pub customers: u64,
    /// What the names of their tables end with.
    pub table_suffix: String,
    /// The files that each table is cut into.
    pub partitions: u64,
    /// The number of the first of them.
    pub first_file: u64,
    /// How many records of the last customer each table keeps, so that there is an exact number; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_customer_records: Option<Vec<u64>>,
    /// Which of several dated deliveries it is; none for customers without a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// The part of them that is here; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// A data file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCard {
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Its digest (BLAKE3, 256 bits).
    pub blake3: String,
}

impl Recipe {
    /// What `options` say.
    ///
    /// # Errors
    /// When a list cannot be read.
    pub fn of(options: &Options) -> Result<Self, GenerateError> {
        Ok(Self {
            generator_version: GENERATOR_VERSION,
            preset: options.preset.name().to_owned(),
            seed: options.seed,
            as_of: options.as_of.to_string(),
            lists: options.lists.digest()?,
            file_format: options.file_format.extension().to_owned(),
            keep_customer_id: options.keep_customer_id,
            copies: (options.preset != PresetName::Mdm).then(|| options.copies.to_string()),
            corruption: options.corruption.as_ref().map(digest_of).transpose()?,
        })
    }

    /// What differs between two recipes, in words.
    fn difference(&self, other: &Self) -> Option<String> {
        let told = |name: &str, here: &dyn std::fmt::Display, wanted: &dyn std::fmt::Display| {
            Some(format!("its {name} is {here}, not {wanted}"))
        };
        match () {
            () if self.generator_version != other.generator_version => {
                told("generator version", &self.generator_version, &other.generator_version)
            }
            () if self.preset != other.preset => told("preset", &self.preset, &other.preset),
            () if self.seed != other.seed => told("seed", &self.seed, &other.seed),
            () if self.as_of != other.as_of => told("day", &self.as_of, &other.as_of),
            () if self.file_format != other.file_format => told("file format", &self.file_format, &other.file_format),
            () if self.keep_customer_id != other.keep_customer_id => {
                Some("its tables and the new ones do not both hold the customer ids".to_owned())
            }
            () if self.copies != other.copies || self.corruption != other.corruption => {
                Some("it was made with other copies or errors".to_owned())
            }
            () if self.lists != other.lists => Some("it was made with other lists".to_owned()),
            () => None,
        }
    }
}

/// A digest of what a corruption file says.
fn digest_of(spec: &CorruptionSpec) -> Result<String, GenerateError> {
    let text = serde_json::to_vec(spec).map_err(|error| GenerateError::Defect(error.to_string()))?;
    Ok(blake3::hash(&text).to_hex().to_string())
}

impl Manifest {
    /// Reads the manifest of `directory`.
    ///
    /// # Errors
    /// [`GenerateError::Manifest`].
    pub fn read(directory: &Path) -> Result<Self, GenerateError> {
        let path = directory.join(MANIFEST);
        let wrong = |why: String| GenerateError::Manifest { path: path.clone(), why };
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
    }

    /// The manifest as text.
    ///
    /// # Errors
    /// [`GenerateError::Defect`].
    pub fn to_text(&self) -> Result<String, GenerateError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| GenerateError::Defect(error.to_string()))?;
        Ok(text + "\n")
    }

    /// Refuses to continue `directory`, of which this is the manifest, by another recipe, or where only a part is.
    ///
    /// # Errors
    /// [`GenerateError::Append`].
    pub fn check_append(&self, directory: &Path, recipe: &Recipe) -> Result<(), GenerateError> {
        let part = self.deliveries.iter().any(|delivery| delivery.part.is_some());
        let dated = self.deliveries.iter().any(|delivery| delivery.batch.is_some());
        let why = part.then(|| "it holds only a part".to_owned());
        let why =
            why.or_else(|| dated.then(|| "it holds dated deliveries".to_owned())).or_else(|| self.recipe.difference(recipe));
        why.map_or(Ok(()), |why| Err(GenerateError::Append { path: directory.to_owned(), why }))
    }
}
