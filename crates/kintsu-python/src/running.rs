//! Long calls: they release the interpreter, show progress, pass warnings on and stop on Ctrl-C.
//!
//! The work has a thread of its own; the calling thread waits for it and looks at the interpreter many times a second, because
//! Python's signals reach the main thread only.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kintsu_core::{Progress, RunContext, Warning};
use kintsu_job::JobError;
use pyo3::prelude::*;
use pyo3::types::PyModule;
use serde::Deserialize;

use crate::error;

/// How often the interpreter is looked at.
const TICK: Duration = Duration::from_millis(50);
/// A call under this shows no progress.
const WORTH_SHOWING: Duration = Duration::from_secs(2);
/// How often progress is shown.
const BETWEEN_SHOWS: Duration = Duration::from_millis(250);
/// The stack of the working thread; conditions nest deep.
const STACK_BYTES: usize = 16 << 20;

/// What every long call may be told beside its work, as JSON.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Surroundings {
    /// The number of threads; none means one a processor.
    pub(crate) threads: Option<usize>,
    /// How much memory the process may hold, such as `4GiB`.
    pub(crate) memory: Option<String>,
    /// The seed of everything random.
    pub(crate) seed: Option<u64>,
    /// Whether progress is shown; none leaves it to what stands behind `sys.stderr`.
    pub(crate) progress: Option<bool>,
}

impl Surroundings {
    /// Reads them from JSON.
    pub(crate) fn read(text: &str) -> Result<Self, JobError> {
        crate::arguments::read_as("threads, memory, seed or progress", text)
    }

    fn context(&self, progress: Arc<Shared>) -> Result<RunContext, JobError> {
        let mut context = RunContext::new(progress);
        context.seed = self.seed.unwrap_or(kintsu_job::SEED_DEFAULT);
        if let Some(memory) = &self.memory {
            let bytes = kintsu_job::parse_bytes(memory).ok_or_else(|| {
                let problem = kintsu_job::Problem::new("KN-PY-001", format!("`{memory}` is no amount of memory"));
                JobError::problem(problem.hint("write it like 4GiB or 500MB"))
            })?;
            context.memory_bytes_max = Some(bytes);
        }
        Ok(context)
    }
}

/// Runs `work` and gives what it made.
///
/// # Errors
/// Its error as an exception, `KeyboardInterrupt` when the user stopped it, and warnings that the user has made errors of.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    surroundings: &Surroundings,
    work: impl FnOnce(&RunContext) -> Result<T, JobError> + Send,
) -> PyResult<T> {
    let shared = Arc::new(Shared::default());
    let context = surroundings.context(shared.clone()).map_err(|error| error::job_exception(py, &error))?;
    let mut display = Display::new(surroundings.progress);
    let worker_context = context.clone();
    let threads = surroundings.threads;
    let done = py.detach(|| watch(&context, &shared, &mut display, move || in_pool(threads, || work(&worker_context))));
    display.close(py);
    let made = done?.map_err(|failed| error::job_exception(py, &failed.or_memory(&context)))?;
    shared.take_warnings().iter().try_for_each(|warning| error::warn(py, warning))?;
    Ok(made)
}

/// Calls `work` in a pool of so many threads.
fn in_pool<T: Send>(threads: Option<usize>, work: impl FnOnce() -> Result<T, JobError> + Send) -> Result<T, JobError> {
    let Some(threads) = threads else { return work() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let failed = |error: rayon::ThreadPoolBuildError| {
        JobError::problem(kintsu_job::Problem::new("KN-PY-002", format!("cannot start {threads} threads: {error}")))
    };
    pool.map_err(failed)?.install(work)
}

/// Lets `work` run on a thread of its own and looks at the interpreter until it is done. The outer error is the interpreter's.
fn watch<T: Send>(
    context: &RunContext,
    shared: &Shared,
    display: &mut Display,
    work: impl FnOnce() -> Result<T, JobError> + Send,
) -> PyResult<Result<T, JobError>> {
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().name("kintsu".to_owned()).stack_size(STACK_BYTES);
        let started = worker.spawn_scoped(scope, move || {
            let made = work();
            // Nobody receives only where the calling thread has ended, which waits for this one.
            let _ = sender.send(());
            made
        });
        let worker = match started {
            Ok(worker) => worker,
            Err(error) => return Ok(Err(JobError::Defect(format!("no thread for the work: {error}")))),
        };
        let mut stopped: Option<PyErr> = None;
        while receiver.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            if stopped.is_some() {
                continue;
            }
            if let Err(error) = Python::attach(|py| look(py, shared, display)) {
                context.cancel();
                stopped = Some(error);
            }
        }
        let made = worker.join().unwrap_or_else(|_| Err(JobError::Defect("the working thread panicked".to_owned())));
        stopped.map_or(Ok(made), Err)
    })
}

/// Gives signals and warnings to the interpreter and shows progress.
fn look(py: Python<'_>, shared: &Shared, display: &mut Display) -> PyResult<()> {
    py.check_signals()?;
    shared.take_warnings().iter().try_for_each(|warning| error::warn(py, warning))?;
    display.show(py, shared)
}

/// What the working thread tells and the calling thread shows.
#[derive(Default)]
struct Shared {
    stage: Mutex<Option<Stage>>,
    warnings: Mutex<Vec<Warning>>,
}

/// A stage under way.
#[derive(Clone)]
struct Stage {
    name: String,
    total: Option<u64>,
    unit: &'static str,
    done: u64,
}

impl Shared {
    fn with_stage<R>(&self, act: impl FnOnce(&mut Option<Stage>) -> R) -> R {
        act(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Progress for Shared {
    fn begin(&self, stage: &str, total: Option<u64>, unit: &'static str) {
        self.with_stage(|current| *current = Some(Stage { name: stage.to_owned(), total, unit, done: 0 }));
    }

    fn advance(&self, amount: u64) {
        self.with_stage(|current| {
            if let Some(stage) = current {
                stage.done += amount;
            }
        });
    }

    fn finish(&self) {
        self.with_stage(|current| *current = None);
    }

    fn warn(&self, warning: &Warning) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning.clone());
    }
}

/// Progress on Python's standard error.
struct Display {
    wanted: Option<bool>,
    began: Instant,
    shown: Option<Instant>,
    line: Option<Py<PyAny>>,
}

impl Display {
    fn new(wanted: Option<bool>) -> Self {
        Self { wanted, began: Instant::now(), shown: None, line: None }
    }

    fn is_due(&self) -> bool {
        self.wanted != Some(false)
            && self.began.elapsed() >= WORTH_SHOWING
            && self.shown.is_none_or(|shown| shown.elapsed() >= BETWEEN_SHOWS)
    }

    fn show(&mut self, py: Python<'_>, shared: &Shared) -> PyResult<()> {
        if !self.is_due() {
            return Ok(());
        }
        let Some(stage) = shared.with_stage(|stage| stage.clone()) else { return Ok(()) };
        self.shown = Some(Instant::now());
        if self.line.is_none() {
            let class = PyModule::import(py, "kintsu.progress")?.getattr("ProgressLine")?;
            self.line = Some(class.call1((self.wanted,))?.unbind());
        }
        if let Some(line) = &self.line {
            line.call_method1(py, "show", (stage.name, stage.done, stage.total, stage.unit))?;
        }
        Ok(())
    }

    /// Clears the line; what goes wrong with that is of no account.
    fn close(&self, py: Python<'_>) {
        if let Some(line) = &self.line {
            let _ = line.call_method0(py, "close");
        }
    }
}
