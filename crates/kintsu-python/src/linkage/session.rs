//! Interactive sessions, and runs of whole jobs in memory, which end as one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};

use kintsu_core::RunContext;
use kintsu_job::{Answer, Held, JobError, JobSpec, LocalEngine, Places, StepSpec, TrainingStep, check_ready};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use super::table::Table;
use super::{in_both_forms, locked, read, written};
use crate::error;
use crate::running::{self, Surroundings};

/// Tables by their names, and links where there are any.
type PyAnswer = (Vec<(String, Table)>, Option<Links>);

/// A session, which several threads may use.
type Shared = Arc<Mutex<kintsu_job::LinkageSession>>;

/// The links that a prediction found, as rows of the records of one session: to another one they say nothing.
#[pyclass(frozen, module = "kintsu._native")]
pub(crate) struct Links {
    links: Arc<kintsu_job::Links>,
    session: Weak<Mutex<kintsu_job::LinkageSession>>,
}

impl Links {
    fn new(links: Arc<kintsu_job::Links>, session: &Shared) -> Self {
        Self { links, session: Arc::downgrade(session) }
    }
}

#[pymethods]
impl Links {
    fn __len__(&self) -> usize {
        self.links.len()
    }

    /// Whether they are links between the records of `session`.
    fn are_of(&self, session: &Bound<'_, LinkageSession>) -> bool {
        std::ptr::eq(self.session.as_ptr(), Arc::as_ptr(&session.get().0))
    }
}

/// Records and a model that training methods and steps are asked of.
#[pyclass(frozen, module = "kintsu._native")]
pub(crate) struct LinkageSession(Shared);

/// Reads the inputs and the model of `job`; `tables` and `texts` are what it names as `memory:NAME`.
#[pyfunction]
pub(crate) fn open_session(
    py: Python<'_>,
    job: &str,
    tables: &Bound<'_, PyDict>,
    texts: &Bound<'_, PyDict>,
    surroundings: &str,
) -> PyResult<LinkageSession> {
    let held = held(tables, texts)?;
    let opened = long(py, surroundings, |ctx| kintsu_job::LinkageSession::open(read("the job", job)?, held, ctx))?;
    Ok(LinkageSession(Arc::new(Mutex::new(opened))))
}

/// Runs `job` to its end, its tables in memory; gives the session that it ran in, too.
#[pyfunction]
pub(crate) fn run_job(
    py: Python<'_>,
    job: &str,
    tables: &Bound<'_, PyDict>,
    texts: &Bound<'_, PyDict>,
    surroundings: &str,
) -> PyResult<(LinkageSession, PyAnswer)> {
    let held = held(tables, texts)?;
    let run = |ctx: &RunContext| {
        let job = ready(job, &held)?;
        kintsu_job::LinkageSession::run(job, held, ctx)
    };
    let (session, answer) = long(py, surroundings, run)?;
    let session = LinkageSession(Arc::new(Mutex::new(session)));
    let answer = session.given_out(answer);
    Ok((session, answer))
}

/// The job in the file at `path`, as JSON, its paths relative to the working directory.
#[pyfunction]
pub(crate) fn read_job(py: Python<'_>, path: PathBuf) -> PyResult<String> {
    let read = || written(&kintsu_job::load_job(&path)?.spec);
    py.detach(read).map_err(|failed| error::job_exception(py, &failed))
}

/// A job that is about to run, or everything that is wrong with it.
pub(super) fn ready(job: &str, held: &Held) -> Result<JobSpec, JobError> {
    let (job, places): (JobSpec, _) = (read("the job", job)?, Places::default());
    let problems = check_ready(&job, &places);
    if problems.is_empty() {
        return Ok(job);
    }
    Err(JobError::Configuration(LocalEngine::holding(held.clone()).problems_beside(problems, &job, &places)))
}

/// What a job names that is in memory.
pub(super) fn held(tables: &Bound<'_, PyDict>, texts: &Bound<'_, PyDict>) -> PyResult<Held> {
    let mut held = Held::default();
    for (name, table) in tables {
        held.hold_table(&name.extract::<String>()?, Table::taken_from(tables.py(), &table)?);
    }
    for (name, text) in texts {
        held.hold_text(&name.extract::<String>()?, text.extract::<String>()?);
    }
    Ok(held)
}

/// Runs a long call.
pub(super) fn long<T: Send>(
    py: Python<'_>,
    surroundings: &str,
    work: impl FnOnce(&RunContext) -> Result<T, JobError> + Send,
) -> PyResult<T> {
    let surroundings = Surroundings::read(surroundings).map_err(|failed| error::job_exception(py, &failed))?;
    running::run(py, &surroundings, work)
}

impl LinkageSession {
    fn given_out(&self, answer: Answer) -> PyAnswer {
        let tables = answer.tables.into_iter().map(|(name, table)| (name, Table::new(table)));
        (tables.collect(), answer.links.map(|links| Links::new(links, &self.0)))
    }

    /// Makes a long call on the session.
    fn call<T: Send>(
        &self,
        py: Python<'_>,
        surroundings: &str,
        work: impl FnOnce(&mut kintsu_job::LinkageSession, &RunContext) -> Result<T, JobError> + Send,
    ) -> PyResult<T> {
        long(py, surroundings, |ctx| work(&mut locked(&self.0), ctx))
    }

    /// Asks the session something that takes no time.
    fn ask<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut kintsu_job::LinkageSession) -> Result<T, JobError> + Send,
    ) -> PyResult<T> {
        py.detach(|| work(&mut locked(&self.0))).map_err(|failed| error::job_exception(py, &failed))
    }
}

#[pymethods]
impl LinkageSession {
    /// What the session works on, as JSON.
    fn summary(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |session| written(&session.summary()))
    }

    /// What was counted so far, as JSON.
    fn counts(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |session| written(session.counts()))
    }

    /// How right the clusters are where the job names a truth, as JSON.
    fn evaluation(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |session| written(&session.evaluation()))
    }

    /// The model in Splink's format.
    fn model(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |session| session.model_json())
    }

    /// What stands beside the model.
    fn model_notes(&self, py: Python<'_>, surroundings: &str) -> PyResult<String> {
        self.call(py, surroundings, |session, ctx| session.model_notes_json(ctx))
    }

    /// Takes the training method that `step` describes.
    fn train(&self, py: Python<'_>, step: &str, surroundings: &str) -> PyResult<()> {
        self.call(py, surroundings, |session, ctx| session.train(&read::<TrainingStep>("the training method", step)?, ctx))
    }

    /// The last session of expectation maximisation as JSON; none before the first.
    fn last_em_session(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |session| written(&session.last_em_session()))
    }

    /// Takes the step that `step` describes, on `links` where it is one on links.
    fn take_step(slf: &Bound<'_, Self>, step: &str, links: Option<&Bound<'_, Links>>, surroundings: &str) -> PyResult<PyAnswer> {
        let (py, session) = (slf.py(), slf.get());
        if links.is_some_and(|links| !links.get().are_of(slf)) {
            let failed = JobError::Defect("the links are of another session".to_owned());
            return Err(error::job_exception(py, &failed));
        }
        let links = links.map(|links| Arc::clone(&links.get().links));
        let take = |session: &mut kintsu_job::LinkageSession, ctx: &RunContext| {
            session.take_step(&read::<StepSpec>("the step", step)?, links, ctx)
        };
        session.call(py, surroundings, take).map(|answer| session.given_out(answer))
    }

    /// Holds `table`, and gives the path by which steps name it.
    fn hold_table(&self, py: Python<'_>, name: &str, table: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
        let table = Table::taken_from(py, table)?;
        self.ask(py, |session| Ok(session.hold_table(name, table)))
    }

    /// Holds records that stand in `json_lines`, and gives the path by which steps name them.
    fn hold_records(&self, py: Python<'_>, name: &str, json_lines: String) -> PyResult<PathBuf> {
        self.ask(py, |session| session.hold_json_records(name, json_lines, &RunContext::default()))
    }

    /// The links that the table at `path` lists.
    fn read_links(&self, py: Python<'_>, path: PathBuf, surroundings: &str) -> PyResult<Links> {
        let links = self.call(py, surroundings, |session, ctx| session.read_links(&path, ctx))?;
        Ok(Links::new(Arc::new(links), &self.0))
    }

    /// Takes the term frequencies of `column` from the table at `path`.
    fn supply_term_frequencies(&self, py: Python<'_>, column: &str, path: PathBuf, surroundings: &str) -> PyResult<()> {
        self.call(py, surroundings, |session, ctx| session.supply_term_frequencies(column, path, ctx))
    }

    /// The term frequencies of `column`.
    fn term_frequencies(&self, py: Python<'_>, column: &str) -> PyResult<Table> {
        self.ask(py, |session| session.term_frequencies(column)).map(Table::new)
    }

    /// Why a pair weighs what it weighs: JSON, and the same in words.
    fn explain_pair(&self, py: Python<'_>, first: &str, second: &str, show_values: bool) -> PyResult<(String, String)> {
        self.ask(py, |session| in_both_forms(&session.explain_pair(first, second, show_values, &RunContext::default())?))
    }

    /// What holds the entity of a record together: JSON, and the same in words.
    fn explain_entity(&self, py: Python<'_>, id: &str) -> PyResult<(String, String)> {
        self.ask(py, |session| in_both_forms(&session.explain_entity(id)?))
    }

    /// How right the last clusters are against `truth`, a column or a path, as JSON.
    fn evaluate(&self, py: Python<'_>, truth: &str, surroundings: &str) -> PyResult<String> {
        self.call(py, surroundings, |session, ctx| written(&session.evaluate(truth, ctx)?))
    }
}
