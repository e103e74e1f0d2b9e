//! From ids in a file to rows: files of labelled pairs, of pairs to score, and of entities.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use kintsu_core::RunContext;
use kintsu_link::diagnose::LabelledPair;
use kintsu_link::records::{PairKind, Records};
use kintsu_table::{ColumnChoice, ReadOptions, Table};

use super::preflight::no_pairs;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::Problem;

/// What the columns are called by which Splink's tables of blocked pairs name records: ids with the table before them.
pub(super) const JOIN_KEY: &str = "join_key";

/// Rows by their ids.
#[derive(Debug)]
pub(crate) struct RowLookup<'a> {
    records: &'a Records,
    rows: HashMap<String, u32>,
}

/// A table whose values are wanted as text.
pub(crate) struct TextTable {
    table: Table,
}

impl TextTable {
    /// Reads the file at `path`.
    pub(crate) fn read(path: &Path, held: &Held, ctx: &RunContext) -> Result<Self, JobError> {
        let options = ReadOptions { encode: ColumnChoice::None, carry: ColumnChoice::All, ..ReadOptions::default() };
        let table = kintsu_table::read(&[held.input_at(path)], &options, ctx).map_err(JobError::part)?;
        Ok(Self { table })
    }

    pub(crate) fn rows(&self) -> usize {
        self.table.rows()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.table.columns().iter().map(|column| column.name.to_string()).collect()
    }

    /// The values of a column as text; none where null.
    pub(crate) fn text(&self, name: &str) -> Result<Option<Vec<Option<String>>>, JobError> {
        self.table.column(name).map(|column| text_of(&column.to_batch_array().map_err(JobError::part)?)).transpose()
    }

    /// The first of `names` that is a column.
    pub(crate) fn first_of(&self, names: &[String]) -> Option<String> {
        names.iter().find(|name| self.table.column(name).is_some()).cloned()
    }
}

fn text_of(array: &ArrayRef) -> Result<Vec<Option<String>>, JobError> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options).map_err(super::clusters::defect)?;
    Ok((0..array.len()).map(|row| array.is_valid(row).then(|| formatter.value(row).to_string())).collect())
}

impl<'a> RowLookup<'a> {
    /// Takes time and memory linear in the records.
    pub(crate) fn new(records: &'a Records) -> Self {
        let rows = (0..records.rows()).map(|row| (records.composite_id(row), row as u32)).collect();
        Self { records, rows }
    }

    /// The number of records.
    pub(crate) fn records(&self) -> usize {
        self.records.rows()
    }

    /// The row of an id, in the table called `source` where there are several. Without a table the id must be of one only.
    pub(crate) fn row(&self, source: Option<&str>, id: &str) -> Option<u32> {
        let sources = self.records.sources();
        match source {
            _ if sources.is_empty() => self.rows.get(id).copied(),
            Some(source) => self.rows.get(&format!("{source}-__-{id}")).copied(),
            None => self.rows.get(id).copied().or_else(|| {
                let mut found = sources.iter().filter_map(|source| self.rows.get(&format!("{source}-__-{id}")));
                let first = found.next().copied();
                first.filter(|_| found.next().is_none())
            }),
        }
    }

    /// The pairs that the file at `path` lists, in its order, the row that comes first on the left. Their score is 1 where the file
    /// has none.
    ///
    /// # Errors
    /// When it lacks the columns, names records that are not there, or pairs records that can be no pair.
    pub(crate) fn pairs(&self, path: &Path, held: &Held, ctx: &RunContext) -> Result<Vec<LabelledPair>, JobError> {
        let table = TextTable::read(path, held, ctx)?;
        let columns = self.pair_columns(&table, path)?;
        let column = |name: &Option<String>| -> Result<Vec<Option<String>>, JobError> {
            let found = name.as_ref().map(|name| table.text(name)).transpose()?.flatten();
            Ok(found.unwrap_or_else(|| vec![None; table.rows()]))
        };
        let (ids_l, ids_r) = (column(&Some(columns.id_l))?, column(&Some(columns.id_r))?);
        let (sources_l, sources_r) = (column(&columns.source_l)?, column(&columns.source_r)?);
        let scores = column(&columns.score)?;
        let fallback = if columns.composite { (None, None) } else { self.fallback_sources(columns.source_l.as_ref()) };
        let mut pairs = Vec::with_capacity(table.rows());
        let mut unknown = 0;
        for row in 0..table.rows() {
            let side = |ids: &[Option<String>], sources: &[Option<String>], fallback: Option<&str>| {
                let source = sources[row].as_deref().or(fallback);
                ids[row].as_deref().and_then(|id| self.row(source, id))
            };
            let (first, second) = fallback;
            match (side(&ids_l, &sources_l, first), side(&ids_r, &sources_r, second)) {
                (Some(a), Some(b)) => {
                    let score = scores[row].as_deref().map_or(Some(1.0), |text| text.parse().ok());
                    let Some(clerical_match_score) = score else { return Err(no_score(path)) };
                    pairs.push(LabelledPair { left: a.min(b), right: a.max(b), clerical_match_score });
                }
                _ => unknown += 1,
            }
        }
        self.refuse_impossible(&pairs, unknown, path)?;
        warn_of_repeated(&pairs, path, ctx);
        Ok(pairs)
    }

    /// Refuses pairs of unknown records, of a record with itself, and, where only different tables are linked, of one table: none
    /// of them is a pair that the model speaks of, and each would shift what is estimated or measured.
    fn refuse_impossible(&self, pairs: &[LabelledPair], unknown: usize, path: &Path) -> Result<(), JobError> {
        let of = format!("of the {} pairs in `{}`", pairs.len() + unknown, path.display());
        let mut problems = Vec::new();
        if unknown > 0 {
            let hint = "check the ids, and the names of the tables in `source_dataset_l` and `source_dataset_r`";
            let message = format!("{unknown} {of} name a record that is not in the input");
            problems.push(Problem::new("KN-JOB-030", message).hint(hint));
        }
        let themselves = pairs.iter().filter(|pair| pair.left == pair.right).count();
        if themselves > 0 {
            let message = format!("{themselves} {of} are of a record with itself");
            problems.push(Problem::new("KN-JOB-036", message).hint("take them out: such a pair says nothing about matching"));
        }
        let source = |row: u32| self.records.source_of(row as usize);
        let of_one_table = |pair: &&LabelledPair| pair.left != pair.right && source(pair.left) == source(pair.right);
        let across = self.records.pair_kind() != PairKind::Within;
        let within_a_table = if across { pairs.iter().filter(of_one_table).count() } else { 0 };
        if within_a_table > 0 {
            let message = format!("{within_a_table} {of} are of two records of one table, but only different tables are linked");
            let hint = "take them out, or set `link_type = \"link_and_dedupe\"`";
            problems.push(Problem::new("KN-JOB-037", message).hint(hint));
        }
        if problems.is_empty() { Ok(()) } else { Err(JobError::Configuration(problems)) }
    }

    /// Where a file of pairs names no tables and there are two, the left ids are of the first and the right ids of the second.
    fn fallback_sources(&self, source_l: Option<&String>) -> (Option<&str>, Option<&str>) {
        match (source_l, self.records.sources()) {
            (None, [first, second]) => (Some(first), Some(second)),
            _ => (None, None),
        }
    }

    fn pair_columns(&self, table: &TextTable, path: &Path) -> Result<PairColumns, JobError> {
        let id = self.records.id_column();
        let source = self.records.source_column();
        let named = |stem: &str, side: &str| table.first_of(&[format!("{stem}_{side}")]);
        let either = |side: &str| named(id, side).or_else(|| named("unique_id", side));
        let composite = either("l").is_none() && named(JOIN_KEY, "l").is_some();
        let (id_l, id_r) = match (either("l").or_else(|| named(JOIN_KEY, "l")), either("r").or_else(|| named(JOIN_KEY, "r"))) {
            (Some(l), Some(r)) => (l, r),
            _ => match table.names().as_slice() {
                [l, r] => (l.clone(), r.clone()),
                names => return Err(JobError::problem(no_pairs(path, id, names))),
            },
        };
        let source_of = |side: &str| named(source, side).or_else(|| named("source_dataset", side));
        let score = table.first_of(&["clerical_match_score".to_owned()]);
        Ok(PairColumns { id_l, id_r, source_l: source_of("l"), source_r: source_of("r"), score, composite })
    }
}

/// Says how many pairs stand more than once, in either direction; each counts as often as it stands.
fn warn_of_repeated(pairs: &[LabelledPair], path: &Path, ctx: &RunContext) {
    let different: HashSet<(u32, u32)> = pairs.iter().map(|pair| (pair.left, pair.right)).collect();
    let repeated = pairs.len() - different.len();
    if repeated > 0 {
        let message = format!("{repeated} of the {} pairs in `{}` repeat another one", pairs.len(), path.display());
        ctx.warn("KN-W-JOB-005", message, Some("each is counted as often as it stands: list each pair once".to_owned()));
    }
}

struct PairColumns {
    id_l: String,
    id_r: String,
    source_l: Option<String>,
    source_r: Option<String>,
    score: Option<String>,
    /// Whether the ids have the table before them.
    composite: bool,
}

fn no_score(path: &Path) -> JobError {
    let message = format!("a `clerical_match_score` in `{}` is no number", path.display());
    JobError::problem(Problem::new("KN-JOB-032", message).hint("write numbers from 0 to 1"))
}

/// One value as text; none where null.
pub(crate) fn column_text(records: &Records, column: &str, row: usize) -> Result<Option<String>, JobError> {
    let array = records.gather(column, &[row as u32]).map_err(JobError::part)?;
    Ok(text_of(&array)?.into_iter().next().flatten())
}

/// The rows of a file as text, a value a column.
pub(crate) fn text_rows(path: &Path, ctx: &RunContext) -> Result<Vec<Vec<Option<String>>>, JobError> {
    let table = TextTable::read(path, &Held::default(), ctx)?;
    let columns =
        table.names().iter().map(|name| table.text(name).map(Option::unwrap_or_default)).collect::<Result<Vec<_>, _>>()?;
    Ok((0..table.rows()).map(|row| columns.iter().map(|column| column.get(row).cloned().flatten()).collect()).collect())
}
