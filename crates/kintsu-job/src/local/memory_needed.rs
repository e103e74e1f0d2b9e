//! How much memory a run will need, and the refusal of one that needs more than it may take.
//!
//! What a run needs is told in three ways, each surer than the last: from the size of its files before they are read, from the
//! blocks before any pair is looked at, and from what the process holds, which every stage looks at while it works.

use std::path::Path;

use kintsu_core::{RunContext, resident_bytes};
use kintsu_link::block::Blocker;
use kintsu_link::score::Edges;
use kintsu_table::{FileFormat, Input};

use crate::error::{JobError, MemoryNeed};
use crate::inputs::bytes_of;

/// What a process holds that has read nothing.
const PROCESS_BYTES: u64 = 10 << 20;

/// Refuses inputs whose records alone cannot fit.
///
/// A million people of ten columns take 192 MiB once they are read from 31 MiB of Parquet, six times as much, and 234 MiB from
/// 75 MiB of CSV, three times as much. Half of the first is taken for certain; a sixth of the second, for long values that repeat
/// become short codes.
pub(super) fn refuse_hopeless_inputs(inputs: &[Input], ctx: &RunContext) -> Result<(), JobError> {
    let Some(allowed_bytes) = ctx.memory_bytes_max else { return Ok(()) };
    let mut needed_bytes = PROCESS_BYTES;
    for input in inputs {
        let bytes = bytes_of(input)?;
        needed_bytes += if is_plain_text(input) { bytes / 2 } else { bytes * 3 };
    }
    if needed_bytes <= allowed_bytes {
        Ok(())
    } else {
        Err(JobError::Memory { needed_bytes, allowed_bytes, need: MemoryNeed::Linkage })
    }
}

/// Whether the bytes of the input are text that is not packed.
fn is_plain_text(input: &Input) -> bool {
    let format = input.format.or_else(|| FileFormat::from_path(&input.path));
    let packed = |ending: &str| ending.eq_ignore_ascii_case("gz") || ending.eq_ignore_ascii_case("zst");
    matches!(format, Some(FileFormat::Csv | FileFormat::JsonLines) | None)
        && !Path::new(&input.path).extension().is_some_and(|ending| packed(&ending.to_string_lossy()))
}

/// What a run holds beside what it holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StillToCome {
    /// The records.
    pub(super) rows: u64,
    /// The comparisons that are still to be made ready.
    pub(super) to_compile: usize,
    /// The comparisons of each edge.
    pub(super) comparisons: usize,
    /// The edges.
    pub(super) edges: u64,
}

impl StillToCome {
    /// What comes after the blocks are made, with so many `edges`.
    pub(super) fn after_blocking(blocker: &Blocker<'_>, comparisons: usize, edges: u64) -> Self {
        Self { rows: blocker.records().rows() as u64, to_compile: comparisons, comparisons, edges }
    }

    fn bytes(self) -> u64 {
        /// Codes of a comparison's columns side by side, and prepared values.
        const BYTES_PER_ROW_AND_COMPARISON: u64 = 5;
        /// The batches and tables of two threads.
        const WORKING_BYTES: u64 = 12 << 20;
        self.rows * self.to_compile as u64 * BYTES_PER_ROW_AND_COMPARISON
            + WORKING_BYTES
            + self.edges * Edges::bytes_while_sorted(self.comparisons)
    }
}

/// An estimate of the peak memory of a run that holds `held_bytes` now.
pub(super) fn memory_needed(held_bytes: u64, to_come: StillToCome) -> u64 {
    held_bytes + to_come.bytes()
}

/// How many edges a run has at least to expect of whose pairs nothing is known: a person with a duplicate or two makes about one.
pub(super) fn usual_edges(blocker: &Blocker<'_>) -> u64 {
    blocker.pairs().min(blocker.records().rows() as u64)
}

/// Refuses a run that would surely take more memory than it may: by more than an estimate can be wrong.
pub(super) fn refuse_if_too_large(to_come: StillToCome, ctx: &RunContext) -> Result<(), JobError> {
    let Some(allowed_bytes) = ctx.memory_bytes_max else { return Ok(()) };
    let needed_bytes = memory_needed(resident_bytes().unwrap_or(0), to_come);
    if needed_bytes / 4 * 3 <= allowed_bytes {
        Ok(())
    } else {
        Err(JobError::Memory { needed_bytes, allowed_bytes, need: MemoryNeed::Linkage })
    }
}
