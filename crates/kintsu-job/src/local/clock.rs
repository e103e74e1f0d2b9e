//! The stages of a run: progress, time, and the chance to stop.

use std::time::Instant;

use kintsu_core::RunContext;

use crate::card::Timings;
use crate::error::JobError;

/// Measures the stages of a run.
#[derive(Debug)]
pub(super) struct Clock {
    began: Instant,
    timings: Timings,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), timings: Timings::default() }
    }

    /// Times one stage; the seconds of stages of one name add up.
    pub(super) fn stage<T>(
        &mut self,
        name: &str,
        ctx: &RunContext,
        work: impl FnOnce() -> Result<T, JobError>,
    ) -> Result<T, JobError> {
        ctx.check()?;
        ctx.make_room_for(0)?;
        ctx.progress().run_stage_begins();
        let began = Instant::now();
        let done = work();
        ctx.progress().stage_over(name, began.elapsed());
        let earlier = self.timings.find(name).copied().unwrap_or(0.0);
        self.timings.put(name, earlier + began.elapsed().as_secs_f64());
        done
    }

    /// The seconds of all stages, and the total.
    pub(super) fn finish(mut self) -> Timings {
        self.timings.put("total", self.began.elapsed().as_secs_f64());
        self.timings
    }
}
