//! What a long computation is given besides its data: where to report progress and warnings, when to stop, how much memory
//! it may take.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::memory::{MemoryExceeded, MemoryWatch};

/// Something the user should know though the run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The stable code, such as `KN-W-LINK-003`.
    pub code: String,
    /// What was seen, without values of records.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Receives the stages of a run; every method may be called from any thread.
pub trait Progress: Send + Sync {
    /// A stage begins; `total` is its size in `unit`s when it is known.
    fn begin(&self, stage: &str, total: Option<u64>, unit: &'static str);
    /// `amount` more units of the current stage are done.
    fn advance(&self, amount: u64);
    /// The current stage is over.
    fn finish(&self);
    /// A stage of the run begins, which may hold several of the stages that [`Progress::begin`] tells, or none.
    fn run_stage_begins(&self) {}
    /// A stage of the run is over, however short it was.
    fn stage_over(&self, _stage: &str, _took: std::time::Duration) {}
    /// A warning was raised.
    fn warn(&self, _warning: &Warning) {}
}

/// Reports nothing.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn begin(&self, _: &str, _: Option<u64>, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}

/// The run was stopped by its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the run was stopped")]
pub struct Cancelled;

/// The surroundings of one run; clones share the same state.
#[derive(Clone)]
pub struct RunContext {
    progress: Arc<dyn Progress>,
    cancelled: Arc<AtomicBool>,
    warnings: Arc<Mutex<Vec<Warning>>>,
    memory: Arc<MemoryWatch>,
    /// How much memory the process may hold, in bytes; none means no limit of its own. Set before the run begins.
    pub memory_bytes_max: Option<u64>,
    /// The seed of everything random in the run.
    pub seed: u64,
}

impl Default for RunContext {
    fn default() -> Self {
        Self::new(Arc::new(NoProgress))
    }
}

impl std::fmt::Debug for RunContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunContext")
            .field("memory_bytes_max", &self.memory_bytes_max)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl RunContext {
    /// A context that reports to `progress`, with no memory limit and seed 42.
    pub fn new(progress: Arc<dyn Progress>) -> Self {
        Self {
            progress,
            cancelled: Arc::new(AtomicBool::new(false)),
            warnings: Arc::default(),
            memory: Arc::default(),
            memory_bytes_max: None,
            seed: 42,
        }
    }

    /// The same surroundings with nobody to report to: it is cancelled with this one, and its progress and warnings go nowhere.
    pub fn silent(&self) -> Self {
        Self { progress: Arc::new(NoProgress), warnings: Arc::default(), ..self.clone() }
    }

    /// Where progress goes.
    pub fn progress(&self) -> &dyn Progress {
        &*self.progress
    }

    /// Records a warning, once per identical text.
    pub fn warn(&self, code: &str, message: impl Into<String>, hint: Option<String>) {
        let warning = Warning { code: code.to_owned(), message: message.into(), hint };
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&warning) {
            self.progress.warn(&warning);
            warnings.push(warning);
        }
    }

    /// The warnings so far, in the order in which they were raised.
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the run to stop; it does so at its next [`RunContext::check`].
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the run goes on; it looks at the memory too, though not every time.
    ///
    /// # Errors
    /// [`Cancelled`] once [`RunContext::cancel`] was called, or the process holds more memory than it may.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.cancelled.load(Ordering::Relaxed) || self.memory.exceeded().is_some() {
            return Err(Cancelled);
        }
        if self.memory_bytes_max.is_some() && self.memory.is_due() { self.make_room_for(0) } else { Ok(()) }
    }

    /// Asks before something large is made whether `bytes` more than the process holds are within the limit. Where the system
    /// does not say what the process holds, `bytes` alone are compared.
    ///
    /// # Errors
    /// [`Cancelled`] when they are not; [`RunContext::memory_exceeded`] tells how much was needed, and the run is over.
    pub fn make_room_for(&self, bytes: u64) -> Result<(), Cancelled> {
        match self.memory_bytes_max {
            Some(allowed_bytes) if !self.memory.has_room_for(bytes, allowed_bytes) => Err(Cancelled),
            _ => Ok(()),
        }
    }

    /// What was needed when the run was stopped for its memory; none when it was not.
    pub fn memory_exceeded(&self) -> Option<MemoryExceeded> {
        self.memory.exceeded()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_stops_when_there_is_no_room_and_says_what_it_needed() {
        let context = RunContext { memory_bytes_max: Some(1 << 50), ..RunContext::default() };
        assert_eq!(context.make_room_for(1 << 20), Ok(()));
        assert_eq!((context.check(), context.memory_exceeded()), (Ok(()), None));
        assert_eq!(context.make_room_for(1 << 51), Err(Cancelled));
        assert_eq!(context.clone().check(), Err(Cancelled));
        let exceeded = context.memory_exceeded().map(|exceeded| (exceeded.needed_bytes >= 1 << 51, exceeded.allowed_bytes));
        assert_eq!(exceeded, Some((true, 1 << 50)));
    }

    #[test]
    fn what_the_process_holds_is_seen_by_checks() {
        let context = RunContext { memory_bytes_max: Some(1), ..RunContext::default() };
        let stopped = (0..100).any(|_| context.check().is_err());
        assert_eq!(stopped, crate::resident_bytes().is_some());
    }

    #[test]
    fn without_a_limit_there_is_room_for_everything() {
        assert_eq!(RunContext::default().make_room_for(u64::MAX), Ok(()));
    }
}
