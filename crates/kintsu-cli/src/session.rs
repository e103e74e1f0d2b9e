//! What surrounds a command: threads, progress, interruption, printing.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use kintsu_core::{Progress, RunContext};
use kintsu_job::{JobError, JobSpec, Problem};

use crate::arguments::{Command, GlobalOptions};
use crate::printer::Printer;
use crate::progress::{Bars, Lines, Silent};
use crate::values::GlobalValues;

/// The surroundings of a command.
pub(crate) struct Session {
    options: GlobalOptions,
    values: GlobalValues,
    problems: Vec<Problem>,
    printer: Printer,
    context: RunContext,
}

impl Session {
    /// Listens for interruption.
    ///
    /// # Errors
    /// When the signal handler cannot be set.
    pub(crate) fn start(options: &GlobalOptions) -> Result<Self, JobError> {
        let printer = Printer::new(options);
        let progress: Arc<dyn Progress> = if printer.is_quiet() || options.no_progress {
            Arc::new(Silent(printer))
        } else if std::io::stderr().is_terminal() {
            Arc::new(Bars::new(printer))
        } else {
            Arc::new(Lines::new(printer))
        };
        let mut context = RunContext::new(progress);
        let mut problems = Vec::new();
        let values = GlobalValues::read(options, &mut problems);
        context.seed = values.seed.unwrap_or(kintsu_job::SEED_DEFAULT);
        context.memory_bytes_max = values.memory.as_deref().and_then(kintsu_job::parse_bytes);
        stop_on_signal(&context)?;
        Ok(Self { options: options.clone(), values, problems, printer, context })
    }

    /// Refuses values of options that cannot be, except where a command tells them with what is wrong with its job.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn check_options(&self, command: &Command) -> Result<(), JobError> {
        let tells_itself = matches!(command, Command::Dedupe(_) | Command::Link(_) | Command::Run(_) | Command::Plan(_));
        if tells_itself || self.problems.is_empty() { Ok(()) } else { Err(JobError::Configuration(self.problems.clone())) }
    }

    /// The values of the options that every command takes, and what is wrong with them.
    pub(crate) fn values(&self) -> (&GlobalValues, &[Problem]) {
        (&self.values, &self.problems)
    }

    /// The error of a command; where the process was to hold too much memory, that.
    pub(crate) fn explained(&self, error: JobError) -> JobError {
        error.or_memory(&self.context)
    }

    pub(crate) fn printer(&self) -> Printer {
        self.printer
    }

    pub(crate) fn options(&self) -> &GlobalOptions {
        &self.options
    }

    /// The context of a job: what its file says, where the options say nothing.
    pub(crate) fn context(&self, job: &JobSpec) -> RunContext {
        let mut context = self.context.clone();
        context.seed = job.seed.unwrap_or(context.seed);
        context.memory_bytes_max = job.memory.as_deref().and_then(kintsu_job::parse_bytes);
        context
    }

    /// Makes the threads that the job asks for. Only the first call of a process has an effect.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(crate) fn start_threads(&self, job: &JobSpec) -> Result<(), JobError> {
        let Some(threads) = job.threads.or(self.values.threads) else { return Ok(()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize).build_global();
        match pool {
            Err(error) if !error.to_string().contains("already been initialized") => {
                Err(JobError::problem(Problem::new("KN-CLI-001", format!("cannot start {threads} threads: {error}"))))
            }
            _ => Ok(()),
        }
    }
}

/// How long a run that was asked to stop may take to do so. It looks many times a second, unless it waits for a pipe or a disk.
const STOP_MILLISECONDS: u64 = 1500;

/// The run that a signal stops: the last that began in this process.
static RUNNING: Mutex<Option<RunContext>> = Mutex::new(None);

/// The first signal asks the run to stop, and ends the process when it does not; the second ends the process at once. A process that
/// is ended leaves what a killed one leaves: nothing that looks finished, and the next run clears it away.
fn stop_on_signal(context: &RunContext) -> Result<(), JobError> {
    static LISTENS: OnceLock<Result<(), String>> = OnceLock::new();
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.clone());
    let listens = LISTENS.get_or_init(|| ctrlc::set_handler(stop_running).map_err(|error| error.to_string()));
    listens.clone().map_err(|error| JobError::Defect(format!("no signal handler: {error}")))
}

/// Stops the run; where it was asked before, or there is none, the process.
fn stop_running() {
    let Some(context) = RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take() else { std::process::exit(130) };
    context.cancel();
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(STOP_MILLISECONDS));
        std::process::exit(130);
    });
}
