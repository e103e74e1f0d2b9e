//! `model.kintsu.json`: what stands beside a model's JSON because Splink's format cannot hold it.

use serde::{Deserialize, Serialize};

use super::{Model, Parity, SplinkVersion};

/// What a model's JSON cannot say: how text is measured, where the model came from, how it was trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KintsuModel {
    /// The version of this file's format; 1.
    pub format: u32,
    /// How string measures count.
    pub parity: Parity,
    /// Which Splink's conventions hold for column names.
    pub splink_version: SplinkVersion,
    /// The prefix of match weight columns, which Splink 4 does not know.
    pub match_weight_column_prefix: String,
    /// Where the model came from.
    #[serde(default)]
    pub provenance: Provenance,
    /// What training did, step by step.
    #[serde(default)]
    pub training: Vec<TrainingNote>,
    /// The warnings of training.
    #[serde(default)]
    pub warnings: Vec<WarningNote>,
    /// Every estimate behind the model's m and u, of which the model holds the medians.
    #[serde(default)]
    pub estimates: Vec<EstimateNote>,
}

/// Where a model came from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provenance {
    /// The program and version that wrote the model.
    pub written_by: String,
    /// Where the model was read from, for a model that was not trained here.
    pub read_from: Option<String>,
    /// The seed of the sampling.
    pub seed: Option<u64>,
    /// How many records it was trained on.
    pub records: Option<u64>,
}

/// A step of training with what came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingNote {
    /// The method, by the name that Splink has for it.
    pub method: String,
    /// Its arguments and what it found, for people.
    pub detail: String,
    /// The pairs it looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<u64>,
    /// Its iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u32>,
    /// Whether it came to rest before it hit the limit of iterations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converged: Option<bool>,
}

/// A warning that training raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarningNote {
    /// The stable code.
    pub code: String,
    /// What was seen.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// One estimate of one parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EstimateNote {
    /// The comparison's name; empty for lambda.
    pub comparison: String,
    /// The level's gamma; 0 for lambda.
    pub gamma: i32,
    /// What was estimated.
    pub parameter: Parameter,
    /// What it was estimated from.
    pub source: String,
    /// The estimate; none when the level was not seen.
    pub value: Option<f64>,
}

/// A parameter of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// P(level | match).
    M,
    /// P(level | no match).
    U,
    /// The probability that two random records match.
    Lambda,
}

/// What is wrong with a `model.kintsu.json`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KintsuModelError {
    /// It is no JSON, or not of this form.
    #[error("model.kintsu.json cannot be read: {0}")]
    Syntax(#[from] serde_json::Error),
    /// A later version of kintsu wrote it.
    #[error("model.kintsu.json has format {found}, this version knows formats up to {known}")]
    Format {
        /// The format of the file.
        found: u32,
        /// The latest known.
        known: u32,
    },
}

impl kintsu_core::Explain for KintsuModelError {
    fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "KN-LINK-320",
            Self::Format { .. } => "KN-LINK-321",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax(_) => Some("mend it, or remove it and give --parity instead".to_owned()),
            Self::Format { .. } => Some("use the version of kintsu that wrote it, or a later one".to_owned()),
        }
    }
}

const FORMAT: u32 = 1;

impl KintsuModel {
    /// What belongs beside `model`, without training notes.
    pub fn of(model: &Model) -> Self {
        Self {
            format: FORMAT,
            parity: model.parity,
            splink_version: model.splink_version,
            match_weight_column_prefix: model.match_weight_column_prefix.clone(),
            provenance: Provenance {
                written_by: concat!("kintsu ", env!("CARGO_PKG_VERSION")).to_owned(),
                ..Provenance::default()
            },
            training: Vec::new(),
            warnings: Vec::new(),
            estimates: Vec::new(),
        }
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// [`KintsuModelError`] when it is not of this form, or of a later format.
    pub fn from_json(text: &str) -> Result<Self, KintsuModelError> {
        let read: Self = serde_json::from_str(text)?;
        if read.format > FORMAT {
            return Err(KintsuModelError::Format { found: read.format, known: FORMAT });
        }
        Ok(read)
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        serde_json::to_value(self).map(|value| super::python_json::to_text(&value)).unwrap_or_default()
    }

    /// Puts into `model` what its own JSON could not say.
    pub fn apply(&self, model: &mut Model) {
        model.parity = self.parity;
        model.splink_version = self.splink_version;
        model.match_weight_column_prefix.clone_from(&self.match_weight_column_prefix);
    }
}
