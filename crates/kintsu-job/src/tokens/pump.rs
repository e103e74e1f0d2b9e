//! Pieces of a stream worked on side by side and taken in order, with bounded memory.

use kintsu_core::RunContext;
use kintsu_table::{Piece, TextStream};
use rayon::prelude::*;

use crate::error::JobError;

/// Pieces that are at work at once, for each thread.
const PIECES_PER_THREAD: usize = 4;

/// Makes something of each piece of `stream` and takes what was made in the order of the pieces. While a wave of pieces is worked
/// on, the last is taken and the next is read.
pub(super) fn pump<Made: Send>(
    stream: &mut TextStream,
    ctx: &RunContext,
    make: impl Fn(Piece) -> Result<Made, JobError> + Sync,
    mut take: impl FnMut(Made) -> Result<(), JobError> + Send,
) -> Result<(), JobError> {
    let wave = rayon::current_num_threads() * PIECES_PER_THREAD;
    let mut pieces = stream.next_pieces(wave).map_err(JobError::part)?;
    let mut made: Vec<Made> = Vec::new();
    while !pieces.is_empty() || !made.is_empty() {
        ctx.check()?;
        let waiting = std::mem::take(&mut pieces);
        let finished = std::mem::take(&mut made);
        let more = !waiting.is_empty();
        let pass_on = || {
            finished.into_iter().try_for_each(&mut take)?;
            if more { stream.next_pieces(wave).map_err(JobError::part) } else { Ok(Vec::new()) }
        };
        let work = || waiting.into_par_iter().map(&make).collect::<Result<Vec<_>, JobError>>();
        let (next, done) = rayon::join(pass_on, work);
        // What is wrong with these pieces stands before what is wrong with those that follow.
        made = done?;
        pieces = next?;
    }
    Ok(())
}
