//! Pairs of records that a table lists: labelled ones, those to score, and predictions that come back.

use std::collections::BTreeMap;
use std::path::Path;

use kintsu_core::RunContext;
use kintsu_link::diagnose::LabelledPair;
use kintsu_link::records::PairKind;
use rayon::prelude::*;

use super::foreign_table::{ForeignColumns, ForeignTable, Numbers, ROWS_AT_ONCE};
use super::preflight::no_pairs;
use super::row_lookup::{NamedRecords, RowLookup};
use crate::error::JobError;
use crate::spec::Problem;

/// What the columns are called by which Splink's tables of blocked pairs name records: ids with the table before them.
pub(super) const JOIN_KEY: &str = "join_key";

/// How right a pair is according to who labelled it.
const SCORE: &str = "clerical_match_score";

/// The rows of a pair, and a number to find those that stand twice.
const BYTES_PER_PAIR: u64 = 16;

/// The pairs that a table lists.
pub(super) struct ListedPairs {
    /// The rows of the records, the one that comes first on the left, in the order of the table.
    pub(super) rows: Vec<(u32, u32)>,
    /// The columns of numbers that were asked for, and the scores, where the table has them.
    pub(super) numbers: BTreeMap<&'static str, Numbers>,
}

impl ListedPairs {
    /// The pairs with their scores, 1 where there is none.
    pub(super) fn labelled(&self) -> Vec<LabelledPair> {
        let scores = self.numbers.get(SCORE);
        let score = |place: usize| scores.and_then(|scores| scores.at(place)).unwrap_or(1.0);
        let labelled =
            |(place, &(left, right)): (usize, &(u32, u32))| LabelledPair { left, right, clerical_match_score: score(place) };
        self.rows.iter().enumerate().map(labelled).collect()
    }
}

impl RowLookup<'_> {
    /// The pairs that `table` lists, with its columns `numbers` where it has them.
    ///
    /// # Errors
    /// When it lacks the columns of ids, names records that are not there, or pairs records that can be no pair.
    pub(super) fn pairs(
        &self,
        table: &ForeignTable,
        numbers: &[&'static str],
        ctx: &RunContext,
    ) -> Result<ListedPairs, JobError> {
        let names = self.pair_columns(table)?;
        let numbers: Vec<&'static str> = numbers.iter().copied().chain([SCORE]).filter(|name| table.has(name)).collect();
        let columns = table.read(&[names.left.names(), names.right.names()].concat(), &numbers, ctx)?;
        let number = |name: &'static str| Ok((name, columns.numbers(name, ctx)?));
        let numbers = numbers.into_iter().map(number).collect::<Result<BTreeMap<_, _>, JobError>>()?;
        let (fallback_l, fallback_r) = self.fallback_sources(&names);
        let side = |side: &SideColumns, fallback| self.side(&columns, side, fallback, ctx);
        let (left, right) = rayon::join(|| side(&names.left, fallback_l), || side(&names.right, fallback_r));
        let count = columns.rows();
        drop(columns);
        ctx.make_room_for(count as u64 * BYTES_PER_PAIR)?;
        let rows = self.rows_of_pairs(count, &[left?, right?], numbers.get(SCORE), table.path(), ctx)?;
        warn_of_repeated(&rows, table.path(), ctx);
        Ok(ListedPairs { rows, numbers })
    }

    /// The records that one side of pairs names, in the table `fallback` where none stands beside them.
    pub(super) fn side(
        &self,
        columns: &ForeignColumns,
        names: &SideColumns,
        fallback: Option<&str>,
        ctx: &RunContext,
    ) -> Result<NamedRecords, JobError> {
        let sources = names.source.as_deref().map(|source| columns.distinct(source)).transpose()?;
        self.named(&columns.ids(&names.id, self.has_whole_ids())?, sources.as_ref(), fallback, ctx)
    }

    /// The rows of `count` pairs that are named by their sides.
    fn rows_of_pairs(
        &self,
        count: usize,
        [left, right]: &[NamedRecords; 2],
        scores: Option<&Numbers>,
        path: &Path,
        ctx: &RunContext,
    ) -> Result<Vec<(u32, u32)>, JobError> {
        let mut rows = Vec::with_capacity(count);
        for start in (0..count).step_by(ROWS_AT_ONCE) {
            ctx.check()?;
            for place in start..count.min(start + ROWS_AT_ONCE) {
                let (Some(a), Some(b)) = (left.at(place), right.at(place)) else { continue };
                if scores.is_some_and(|scores| scores.is_something_else(place)) {
                    return Err(no_score(path));
                }
                rows.push((a.min(b), a.max(b)));
            }
        }
        self.refuse_impossible(&rows, count - rows.len(), path)?;
        Ok(rows)
    }

    /// Refuses pairs of unknown records, of a record with itself, and, where only different tables are linked, of one table: none
    /// of them is a pair that the model speaks of, and each would shift what is estimated or measured.
    fn refuse_impossible(&self, pairs: &[(u32, u32)], unknown: usize, path: &Path) -> Result<(), JobError> {
        let of = format!("of the {} pairs in `{}`", pairs.len() + unknown, path.display());
        let mut problems = Vec::new();
        if unknown > 0 {
            let hint = "check the ids, and the names of the tables in `source_dataset_l` and `source_dataset_r`";
            let message = format!("{unknown} {of} name a record that is not in the input");
            problems.push(Problem::new("KN-JOB-030", message).hint(hint));
        }
        let themselves = pairs.iter().filter(|(left, right)| left == right).count();
        if themselves > 0 {
            let message = format!("{themselves} {of} are of a record with itself");
            problems.push(Problem::new("KN-JOB-036", message).hint("take them out: such a pair says nothing about matching"));
        }
        let source = |row: u32| self.records.source_of(row as usize);
        let of_one_table = |(left, right): &&(u32, u32)| left != right && source(*left) == source(*right);
        let across = self.records.pair_kind() != PairKind::Within;
        let within_a_table = if across { pairs.iter().filter(of_one_table).count() } else { 0 };
        if within_a_table > 0 {
            let message = format!("{within_a_table} {of} are of two records of one table, but only different tables are linked");
            let hint = "take them out, or set `link_type = \"link_and_dedupe\"`";
            problems.push(Problem::new("KN-JOB-037", message).hint(hint));
        }
        if problems.is_empty() { Ok(()) } else { Err(JobError::Configuration(problems)) }
    }

    /// Where a table of pairs names no tables and there are two, the left ids are of the first and the right ids of the second.
    fn fallback_sources(&self, names: &PairColumns) -> (Option<&str>, Option<&str>) {
        match (&names.left.source, self.records.sources()) {
            (None, [first, second]) if !names.composite => (Some(first), Some(second)),
            _ => (None, None),
        }
    }

    fn pair_columns(&self, table: &ForeignTable) -> Result<PairColumns, JobError> {
        let (id, source) = (self.records.id_column(), self.records.source_column());
        let named = |stem: &str, side: &str| table.first_of(&[format!("{stem}_{side}")]);
        let either = |side: &str| named(id, side).or_else(|| named("unique_id", side));
        let composite = either("l").is_none() && named(JOIN_KEY, "l").is_some();
        let (id_l, id_r) = match (either("l").or_else(|| named(JOIN_KEY, "l")), either("r").or_else(|| named(JOIN_KEY, "r"))) {
            (Some(l), Some(r)) => (l, r),
            _ => match table.names() {
                [l, r] => (l.clone(), r.clone()),
                names => return Err(JobError::problem(no_pairs(table.path(), id, names))),
            },
        };
        let source_of = |side: &str| named(source, side).or_else(|| named("source_dataset", side));
        let left = SideColumns { id: id_l, source: source_of("l") };
        let right = SideColumns { id: id_r, source: source_of("r") };
        Ok(PairColumns { left, right, composite })
    }
}

/// Says how many pairs stand more than once, in either direction; each counts as often as it stands.
fn warn_of_repeated(pairs: &[(u32, u32)], path: &Path, ctx: &RunContext) {
    let mut numbers: Vec<u64> = pairs.iter().map(|&(left, right)| u64::from(left) << 32 | u64::from(right)).collect();
    numbers.par_sort_unstable();
    let repeated = numbers.windows(2).filter(|two| two[0] == two[1]).count();
    if repeated > 0 {
        let message = format!("{repeated} of the {} pairs in `{}` repeat another one", pairs.len(), path.display());
        ctx.warn("KN-W-JOB-005", message, Some("each is counted as often as it stands: list each pair once".to_owned()));
    }
}

/// The columns by which a table of pairs names their records.
struct PairColumns {
    left: SideColumns,
    right: SideColumns,
    /// Whether the ids have the table before them.
    composite: bool,
}

/// The columns that name the records on one side.
pub(super) struct SideColumns {
    pub(super) id: String,
    pub(super) source: Option<String>,
}

impl SideColumns {
    /// What they are called.
    pub(super) fn names(&self) -> Vec<&str> {
        [Some(self.id.as_str()), self.source.as_deref()].into_iter().flatten().collect()
    }
}

fn no_score(path: &Path) -> JobError {
    let message = format!("a `{SCORE}` in `{}` is no number", path.display());
    JobError::problem(Problem::new("KN-JOB-032", message).hint("write numbers from 0 to 1"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
