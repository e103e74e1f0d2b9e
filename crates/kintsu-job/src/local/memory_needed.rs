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

/// An estimate of the peak memory of a run that has read its records and made its blocks: what the process holds now, what
/// comparing and training add, and the edges. Where the system does not say what the process holds, it is what is added alone.
pub(super) fn memory_needed(blocker: &Blocker<'_>, comparisons: usize) -> u64 {
    /// Codes of a comparison's columns side by side, and prepared values.
    const BYTES_PER_ROW_AND_COMPARISON: u64 = 5;
    /// The batches and tables of two threads.
    const WORKING_BYTES: u64 = 12 << 20;
    /// A person with a duplicate or two makes about so many edges at the usual thresholds.
    const EDGES_PER_RECORD: u64 = 1;
    let rows = blocker.records().rows() as u64;
    let edges = blocker.pairs().min(rows.saturating_mul(EDGES_PER_RECORD));
    let added = rows * comparisons as u64 * BYTES_PER_ROW_AND_COMPARISON + WORKING_BYTES;
    resident_bytes().unwrap_or(0) + added + edges * Edges::bytes_while_sorted(comparisons)
}

/// Refuses a run that would surely take more memory than it may: by more than an estimate can be wrong.
pub(super) fn refuse_if_too_large(blocker: &Blocker<'_>, comparisons: usize, ctx: &RunContext) -> Result<(), JobError> {
    let Some(allowed_bytes) = ctx.memory_bytes_max else { return Ok(()) };
    let needed_bytes = memory_needed(blocker, comparisons);
    if needed_bytes / 4 * 3 <= allowed_bytes {
        Ok(())
    } else {
        Err(JobError::Memory { needed_bytes, allowed_bytes, need: MemoryNeed::Linkage })
    }
}
