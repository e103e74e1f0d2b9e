//! Files of CLKs read to be compared.

use arrow_array::{Array, StringArray};
use kintsu_core::RunContext;
use kintsu_table::{Input, Piece, TextBatch, TextStream};
use kintsu_token::fuzzy::Clks;
use serde::Serialize;

use super::{pump, token_side};
use crate::error::JobError;
use crate::spec::Problem;

/// The columns of a file of CLKs.
const COLUMNS: [&str; 2] = ["RecordId", "Clk"];

/// Bits of CLKs where a file has none.
const BITS_OF_NONE: usize = 8;

/// What is said of a file of CLKs that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClkSide {
    /// What it is called.
    pub name: String,
    /// Its records; rows that repeat id and CLK are one record.
    pub records: u64,
    /// Records without a CLK, which match nothing.
    pub blank_records: u64,
    /// Rows without an id, which are passed over.
    pub rows_without_id: u64,
    /// Records that match any of the other file.
    pub matching_records: u64,
    /// The rest.
    pub unique_records: u64,
}

/// The records of a file, in the order of their ids, then of their CLKs.
pub(super) struct ClkRecords {
    pub(super) ids: Vec<Box<str>>,
    pub(super) clks: Clks,
    rows_without_id: u64,
}

impl ClkRecords {
    /// Reads a file.
    pub(super) fn read(input: &Input, ctx: &RunContext) -> Result<Self, JobError> {
        let mut reading = Reading { input, ids: Vec::new(), clks: None, blanks: 0, rows: 0, rows_without_id: 0 };
        if let Some(mut stream) = token_side::open(input, ctx)? {
            stream.want(&columns(&stream, input)?).map_err(JobError::part)?;
            ctx.progress().begin("clks", stream.rows_known(), "records");
            let parse = |piece: Piece| piece.into_batch().map_err(JobError::part);
            pump::pump(&mut stream, ctx, parse, |batch| reading.take(&batch, ctx))?;
            ctx.progress().finish();
        }
        Ok(reading.finish(ctx))
    }

    /// The bits of a CLK; none where no record has one.
    pub(super) fn bits(&self) -> Option<usize> {
        (0..self.clks.len()).any(|record| self.clks.set_bits(record).is_some()).then(|| self.clks.bits())
    }

    /// Makes the CLKs as long as those of another file, where there are none.
    pub(super) fn or_bits(&mut self, bits: usize) {
        if self.bits().is_none() {
            self.clks = Clks::new(bits);
            self.ids.iter().for_each(|_| self.clks.push_blank());
        }
    }

    /// What is said of the file.
    pub(super) fn side(&self, name: String, matching_records: u64) -> ClkSide {
        let records = self.ids.len() as u64;
        ClkSide {
            name,
            records,
            blank_records: (0..self.clks.len()).filter(|record| self.clks.set_bits(*record).is_none()).count() as u64,
            rows_without_id: self.rows_without_id,
            matching_records,
            unique_records: records - matching_records,
        }
    }
}

/// A file that is being read.
struct Reading<'a> {
    input: &'a Input,
    ids: Vec<Box<str>>,
    /// None until a record has a CLK.
    clks: Option<Clks>,
    /// The records before the first CLK.
    blanks: usize,
    rows: u64,
    rows_without_id: u64,
}

impl Reading<'_> {
    fn take(&mut self, batch: &TextBatch, ctx: &RunContext) -> Result<(), JobError> {
        let (ids, clks) = (&batch.columns[0], &batch.columns[1]);
        for row in 0..batch.rows {
            self.rows += 1;
            let id = text(ids, row);
            if id.is_empty() {
                self.rows_without_id += 1;
                continue;
            }
            self.ids.push(id.into());
            self.push(text(clks, row).trim())?;
        }
        ctx.progress().advance(batch.rows as u64);
        Ok(())
    }

    fn push(&mut self, clk: &str) -> Result<(), JobError> {
        if clk.is_empty() && self.clks.is_none() {
            self.blanks += 1;
            return Ok(());
        }
        let clks = match &mut self.clks {
            Some(clks) => clks,
            none => {
                let Some(bits) = Clks::bits_of_text(clk) else { return Err(self.no_clk(None)) };
                let mut clks = Clks::new(bits);
                (0..self.blanks).for_each(|_| clks.push_blank());
                none.insert(clks)
            }
        };
        let bits = clks.bits();
        clks.push_text(clk).map_err(|_| self.no_clk(Some(bits)))
    }

    fn no_clk(&self, bits: Option<usize>) -> JobError {
        let length = bits.map_or_else(String::new, |bits| format!(" of {bits} bits, as those before it are"));
        let message = format!("the CLK of row {} of {} is no base64{length}", self.rows, self.input.path.display());
        let problem = Problem::new("KN-JOB-077", message);
        JobError::problem(problem.hint("check that the file is whole and that all its CLKs come of one schema"))
    }

    fn finish(self, ctx: &RunContext) -> ClkRecords {
        let name = self.input.data_set_name();
        if self.rows_without_id > 0 {
            let message = format!("{} rows of {name} have no RecordId and belong to no record", self.rows_without_id);
            ctx.warn("KN-W-TOKEN-011", message, None);
        }
        let clks = self.clks.unwrap_or_else(|| {
            let mut blank = Clks::new(BITS_OF_NONE);
            (0..self.blanks).for_each(|_| blank.push_blank());
            blank
        });
        let mut order: Vec<u32> = (0..clks.len() as u32).collect();
        let record = |at: &u32| (&*self.ids[*at as usize], clks.set_bits(*at as usize).is_some(), clks.words(*at as usize));
        order.sort_unstable_by(|a, b| record(a).cmp(&record(b)));
        order.dedup_by(|a, b| record(a) == record(b));
        let repeated = order.windows(2).filter(|pair| self.ids[pair[0] as usize] == self.ids[pair[1] as usize]).count();
        if repeated > 0 {
            let message =
                format!("{repeated} records of {name} have the id of another and another CLK; each is compared for itself");
            ctx.warn("KN-W-TOKEN-016", message, Some("give each record an id of its own".to_owned()));
        }
        let clks = clks.in_order(&order);
        let mut ids = self.ids;
        let ids = order.iter().map(|at| ids.get_mut(*at as usize).map(std::mem::take).unwrap_or_default()).collect();
        ClkRecords { ids, clks, rows_without_id: self.rows_without_id }
    }
}

/// Checks that a file has the columns of CLKs.
pub(super) fn check_columns(input: &Input, ctx: &RunContext) -> Result<(), JobError> {
    match token_side::open(input, ctx)? {
        Some(stream) => columns(&stream, input).map(drop),
        None => Ok(()),
    }
}

/// The positions of RecordId and Clk.
fn columns(stream: &TextStream, input: &Input) -> Result<Vec<usize>, JobError> {
    let find = |wanted: &&str| stream.names().iter().position(|name| name == wanted);
    let found: Vec<usize> = COLUMNS.iter().filter_map(find).collect();
    if found.len() == COLUMNS.len() {
        return Ok(found);
    }
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| find(column).is_none()).collect();
    let message = format!("`{}` is no file of CLKs: it lacks the columns {}", input.path.display(), missing.join(", "));
    let hint = "name a file that `kintsu tokenize --fuzzy` has written";
    Err(JobError::problem(Problem::new("KN-JOB-076", message).hint(hint)))
}

fn text(column: &StringArray, row: usize) -> &str {
    if column.is_valid(row) { column.value(row) } else { "" }
}
