//! The values of options: read after all arguments are known, so that everything wrong with them is told at once, with the rest.

use std::str::FromStr;

use kintsu_job::{EngineName, FileFormat, ParityName, Problem};
use serde::de::DeserializeOwned;

use crate::arguments::{GlobalOptions, LinkageOptions};

/// The code of an option whose value cannot be.
const CODE: &str = "KN-CLI-004";

/// The values of the options that every command takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct GlobalValues {
    pub(crate) threads: Option<u32>,
    pub(crate) memory: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) engine: Option<EngineName>,
    pub(crate) parity: Option<ParityName>,
}

/// The values of the options of linkage that are more than text.
#[derive(Debug, Clone, Default)]
pub(crate) struct LinkageValues {
    pub(crate) predict_threshold: Option<f64>,
    pub(crate) cluster_threshold: Option<f64>,
    pub(crate) file_format: Option<FileFormat>,
}

impl GlobalValues {
    /// Reads the values; those that cannot be are left out and go to `problems`.
    pub(crate) fn read(options: &GlobalOptions, problems: &mut Vec<Problem>) -> Self {
        let mut reader = Reader { problems };
        Self {
            threads: reader
                .number("--threads", options.threads.as_ref(), "a whole number from 1 to 512", |count| (1..=512).contains(count)),
            memory: reader.value("--memory", options.memory.as_ref(), "a number with a unit, such as 4GiB or 800MB", |text| {
                kintsu_job::parse_bytes(text).map(|_| text.to_owned())
            }),
            seed: reader.number("--seed", options.seed.as_ref(), "a whole number from 0 to 18446744073709551615", |_| true),
            engine: reader.word("--engine", options.engine.as_ref(), &["local"]),
            parity: reader.word("--parity", options.parity.as_ref(), &["characters", "duckdb-1.5", "duckdb-2.0", "spark-jar"]),
        }
    }
}

impl LinkageValues {
    /// Reads the values; those that cannot be are left out and go to `problems`.
    pub(crate) fn read(options: &LinkageOptions, problems: &mut Vec<Problem>) -> Self {
        if options.settings.is_some() && options.model.is_some() {
            let hint = "give one of them: --settings are trained first, a --model is scored as it is";
            problems.push(Problem::new("KN-CLI-007", "both --settings and --model are given").hint(hint));
        }
        let mut reader = Reader { problems };
        let probability = |value: &f64| (0.0..=1.0).contains(value);
        let expected = "a number from 0 to 1, such as 0.95";
        Self {
            predict_threshold: reader.number("--predict-threshold", options.predict_threshold.as_ref(), expected, probability),
            cluster_threshold: reader.number("--cluster-threshold", options.cluster_threshold.as_ref(), expected, probability),
            file_format: reader.word("--file-format", options.file_format.as_ref(), &["parquet", "csv", "jsonl", "arrow"]),
        }
    }
}

struct Reader<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn value<Value>(
        &mut self,
        option: &str,
        given: Option<&String>,
        expected: &str,
        read: impl FnOnce(&str) -> Option<Value>,
    ) -> Option<Value> {
        let given = given?;
        let value = read(given.trim());
        if value.is_none() {
            let problem = Problem::new(CODE, format!("{option} cannot be `{given}`"));
            self.problems.push(problem.hint(format!("write {expected}")));
        }
        value
    }

    fn number<Number: FromStr>(
        &mut self,
        option: &str,
        given: Option<&String>,
        expected: &str,
        fits: impl FnOnce(&Number) -> bool,
    ) -> Option<Number> {
        self.value(option, given, expected, |text| text.parse().ok().filter(fits))
    }

    /// A word as a job file would have it.
    fn word<Word: DeserializeOwned>(&mut self, option: &str, given: Option<&String>, words: &[&str]) -> Option<Word> {
        let near = given.and_then(|given| kintsu_job::nearest(given, words.iter().copied()));
        let expected = near.map_or_else(|| format!("one of: {}", words.join(", ")), |near| format!("`{near}`"));
        self.value(option, given, &expected, |text| serde_json::from_value(serde_json::Value::String(text.to_owned())).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::{GlobalValues, LinkageValues};
    use crate::arguments::{GlobalOptions, LinkageOptions};

    #[test]
    fn every_value_that_cannot_be_is_told() {
        let text = |text: &str| Some(text.to_owned());
        let global = GlobalOptions {
            threads: text("0"),
            memory: text("lots"),
            seed: text("-1"),
            engine: text("spark"),
            parity: text("duckdb-1.4"),
            ..GlobalOptions::default()
        };
        let linkage = LinkageOptions {
            predict_threshold: text("NaN"),
            cluster_threshold: text("1e400"),
            file_format: text("xls"),
            ..LinkageOptions::default()
        };
        let mut problems = Vec::new();
        let read = GlobalValues::read(&global, &mut problems);
        LinkageValues::read(&linkage, &mut problems);
        assert_eq!(problems.len(), 8, "{problems:?}");
        assert!(read.threads.is_none() && problems.iter().all(|problem| problem.hint.is_some()));
    }

    #[test]
    fn the_words_are_those_of_a_job_file() {
        for parity in ["characters", "duckdb-1.5", "duckdb-2.0", "spark-jar"] {
            let global = GlobalOptions { parity: Some(parity.to_owned()), ..GlobalOptions::default() };
            let mut problems = Vec::new();
            assert!(GlobalValues::read(&global, &mut problems).parity.is_some() && problems.is_empty(), "{parity}");
        }
        for format in ["parquet", "csv", "jsonl", "arrow"] {
            let linkage = LinkageOptions { file_format: Some(format.to_owned()), ..LinkageOptions::default() };
            let mut problems = Vec::new();
            assert!(LinkageValues::read(&linkage, &mut problems).file_format.is_some() && problems.is_empty(), "{format}");
        }
    }
}
