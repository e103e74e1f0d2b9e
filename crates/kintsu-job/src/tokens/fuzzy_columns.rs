//! Which columns of the input hold the ids of records and the features of a linkage schema.

use kintsu_token::fuzzy::ClkEncoder;
use kintsu_token::{Attribute, Profile};

use super::columns::{listed, unknown_column};
use crate::error::JobError;
use crate::spec::{Problem, TokenizeSpec};

/// The places of columns in the input.
pub(super) struct ClkColumns {
    /// The column of ids.
    pub(super) record_id: usize,
    /// For each column that the encoder wants the one that holds it.
    pub(super) columns: Vec<usize>,
}

impl ClkColumns {
    /// Finds every column: features of the schema and columns that salt stand under their own names, unless `spec` says
    /// otherwise. All have to be there, because CLKs that lack a feature are alike to none that have it.
    ///
    /// # Errors
    /// Everything that lacks, is named twice, or is named and not wanted.
    pub(super) fn find(encoder: &ClkEncoder, names: &[String], spec: &TokenizeSpec) -> Result<Self, JobError> {
        let mut problems: Vec<Problem> = Vec::new();
        let mut columns = Vec::with_capacity(encoder.columns().len());
        for wanted in encoder.columns() {
            let found = match spec.columns.get(wanted) {
                Some(named) => only(named, names, || unknown_column(named, names)),
                None => only(wanted, names, || lacking(wanted, names)),
            };
            found.map_or_else(|problem| problems.push(problem), |place| columns.push(place));
        }
        let unknown = spec.columns.keys().filter(|feature| !encoder.columns().contains(feature));
        problems.extend(unknown.map(|feature| unknown_feature(feature, encoder)));
        match find_record_id(names, spec) {
            Ok(record_id) if problems.is_empty() => Ok(Self { record_id, columns }),
            Ok(_) => Err(JobError::Configuration(problems)),
            Err(problem) => {
                problems.push(problem);
                Err(JobError::Configuration(problems))
            }
        }
    }

    /// The places that are read, each once, and where among them ids and each column stand.
    pub(super) fn wanted(&self) -> (Vec<usize>, Vec<usize>) {
        let all: Vec<usize> = [self.record_id].iter().chain(&self.columns).copied().collect();
        let mut positions = all.clone();
        positions.sort_unstable();
        positions.dedup();
        let places = all.iter().map(|place| positions.partition_point(|position| position < place)).collect();
        (positions, places)
    }
}

fn find_record_id(names: &[String], spec: &TokenizeSpec) -> Result<usize, Problem> {
    if let Some(named) = &spec.record_id {
        return only(named, names, || unknown_column(named, names));
    }
    let is_id = |name: &String| Attribute::of_header(name, Profile::default()) == Some(Attribute::RecordId);
    names.iter().position(is_id).ok_or_else(|| {
        let problem = Problem::new("KN-JOB-073", "the input has no column of ids, `RecordId` or `Id`");
        problem.hint(format!("name it with --record-id COLUMN; the columns are {}", listed(names)))
    })
}

/// The place of the one column of a name.
fn only(name: &str, names: &[String], lacking: impl FnOnce() -> Problem) -> Result<usize, Problem> {
    let mut places = (0..names.len()).filter(|place| names[*place] == name);
    let place = places.next().ok_or_else(lacking)?;
    if places.next().is_none() {
        return Ok(place);
    }
    let problem = Problem::new("KN-JOB-074", format!("several columns of the input are called `{name}`"));
    Err(problem.hint("give each a name of its own"))
}

fn lacking(wanted: &str, names: &[String]) -> Problem {
    let problem = Problem::new("KN-JOB-063", format!("the input has no column for `{wanted}`"));
    problem.hint(format!("name it with --columns NAME={wanted}; the columns are {}", listed(names)))
}

fn unknown_feature(feature: &str, encoder: &ClkEncoder) -> Problem {
    let message = format!("the linkage schema hashes no feature `{feature}`, and it salts none");
    Problem::new("KN-JOB-065", message).hint(format!("it wants {} and RecordId", listed(encoder.columns())))
}
