//! `run.json`, the card of a run: what was done, on what, with what result.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kintsu_core::Warning;
use kintsu_link::model::TrainingNote;
use serde::{Deserialize, Serialize};

use crate::spec::ColumnType;
use crate::tokens::{ClkCard, TokenCard};

/// The card of a run. Everything but `timings` and `machine` is the same for any number of threads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunCard {
    /// The version of this file's form; 1.
    pub format: u32,
    /// The version of the program.
    pub version: String,
    /// A digest of the job: what is done, not where it is written or with how many threads.
    pub job_digest: String,
    /// The job itself, as it ran.
    pub job: serde_json::Value,
    /// The tables that were read.
    pub inputs: Vec<InputCard>,
    /// The seed of everything random.
    pub seed: u64,
    /// The engine.
    pub engine: String,
    /// The id column; none where rows were numbered.
    pub unique_id: Option<String>,
    /// The column that names a record's table, where there are several.
    pub source_dataset: Option<String>,
    /// The name in `clusters` of the input's column `cluster_id`, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_cluster_id: Option<String>,
    /// The types of the columns of `clusters`, where its format holds them as text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, ColumnType>,
    /// The format of the data files.
    pub file_format: String,
    /// The data files.
    pub files: BTreeMap<String, FileCard>,
    /// Records, pairs, edges, clusters.
    pub counts: Counts,
    /// The training plan that was followed, step by step, with what came of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub training: Vec<TrainingNote>,
    /// The measures against the truth, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Evaluation>,
    /// How tokens were made and what was counted, where tokens were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<TokenCard>,
    /// How CLKs were made and what was counted, where CLKs were made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clks: Option<ClkCard>,
    /// What was found, where files of tokens were compared: what `--format json` prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap: Option<serde_json::Value>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
    /// Seconds by stage, in order, `total` last.
    pub timings: Timings,
    /// What it ran on.
    pub machine: Machine,
}

/// Named counts in the order in which they arose.
pub type Counts = ordered::Ordered<u64>;
/// Seconds by stage, in order.
pub type Timings = ordered::Ordered<f64>;
/// Named measures, in their order.
pub type Evaluation = ordered::Ordered<f64>;

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputCard {
    /// The name of the table.
    pub name: String,
    /// Where it was read from.
    pub path: PathBuf,
    /// The size of its files in bytes; none for standard input.
    pub bytes: Option<u64>,
    /// A digest of its files (XXH3, 128 bits); none for standard input.
    pub digest: Option<String>,
}

/// A data file of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCard {
    /// Its rows.
    pub rows: u64,
}

/// What a run ran on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The number of threads.
    pub threads: usize,
    /// The largest resident memory of the process.
    pub peak_memory_bytes: Option<u64>,
}

mod ordered {
    //! Pairs of names and values that stand in JSON as an object in their own order.

    use serde::de::{MapAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Names with values, in the order in which they were put in.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Ordered<Value>(Vec<(String, Value)>);

    impl<Value> Default for Ordered<Value> {
        fn default() -> Self {
            Self(Vec::new())
        }
    }

    impl<Value> Ordered<Value> {
        /// Puts `value` under `name`, in the place of an earlier value of that name.
        pub fn put(&mut self, name: &str, value: Value) {
            match self.0.iter_mut().find(|(known, _)| known == name) {
                Some((_, place)) => *place = value,
                None => self.0.push((name.to_owned(), value)),
            }
        }

        /// The value under `name`.
        pub fn find(&self, name: &str) -> Option<&Value> {
            self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
        }

        /// Whether nothing was put in.
        pub fn is_empty(&self) -> bool {
            self.0.is_empty()
        }
    }

    impl<'a, Value> IntoIterator for &'a Ordered<Value> {
        type Item = &'a (String, Value);
        type IntoIter = std::slice::Iter<'a, (String, Value)>;
        fn into_iter(self) -> Self::IntoIter {
            self.0.iter()
        }
    }

    impl<Value: Serialize> Serialize for Ordered<Value> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
        }
    }

    impl<'de, Value: Deserialize<'de>> Deserialize<'de> for Ordered<Value> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Entries<Value>(std::marker::PhantomData<Value>);
            impl<'de, Value: Deserialize<'de>> Visitor<'de> for Entries<Value> {
                type Value = Ordered<Value>;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut entries = Vec::new();
                    while let Some(entry) = map.next_entry()? {
                        entries.push(entry);
                    }
                    Ok(Ordered(entries))
                }
            }
            deserializer.deserialize_map(Entries(std::marker::PhantomData))
        }
    }
}
