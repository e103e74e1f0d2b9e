//! What can go wrong with a job.

use std::path::PathBuf;

use kintsu_core::{Blame, Cancelled, Explain};

use crate::spec::Problem;

/// Why a job did not run, or did not finish.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// Things wrong with the job file or the options, all of them at once.
    #[error("{}", summary(.0))]
    Configuration(Vec<Problem>),
    /// A file of the job cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the run cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The run would take more memory than it may.
    #[error("{}", memory_in_words(*needed_bytes, *allowed_bytes))]
    Memory {
        /// The estimate, or what it held and was about to take when it was stopped.
        needed_bytes: u64,
        /// The limit.
        allowed_bytes: u64,
        /// What took it.
        need: MemoryNeed,
    },
    /// One of the parts below failed.
    #[error("{0}")]
    Part(Box<dyn Explain + Send + Sync>),
    /// The user stopped the run.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Something that cannot be: a defect.
    #[error("this should not happen: {0}")]
    Defect(String),
}

/// What a run holds in memory, which says what helps where it is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemoryNeed {
    /// Tables, blocks and edges of a linkage.
    Linkage,
    /// The ids of records whose tokens are compared.
    Tokens,
    /// CLKs and the pairs of them that are alike.
    Clks,
    /// Anything else.
    Other,
}

impl MemoryNeed {
    fn hint(self) -> &'static str {
        match self {
            Self::Linkage => {
                "raise --memory, raise the predict threshold, narrow the blocking rules that `kintsu plan` shows as large, or leave columns out of the input"
            }
            Self::Tokens => {
                "raise --memory: tokens and pairs wait on the disk, but the ids of the records are held; or compare the files in parts, or use fewer --threads"
            }
            Self::Clks => "raise --memory, raise --threshold where there are too many pairs, or compare the files in parts",
            Self::Other => "raise --memory, or use fewer --threads",
        }
    }
}

fn summary(problems: &[Problem]) -> String {
    match problems {
        [only] => only.to_string(),
        many => format!("{} things are wrong with the job", many.len()),
    }
}

impl JobError {
    /// Wraps the error of a part below.
    pub fn part(error: impl Explain + Send + Sync + 'static) -> Self {
        if error.blame() == Blame::Interrupted { Self::Cancelled(Cancelled) } else { Self::Part(Box::new(error)) }
    }

    /// The error as problems where the user's input is to blame, so that it can be told with others.
    ///
    /// # Errors
    /// The error itself where something else is to blame.
    pub fn into_problems(self) -> Result<Vec<Problem>, Self> {
        if self.blame() != Blame::Input {
            return Err(self);
        }
        match self {
            Self::Configuration(problems) => Ok(problems),
            other if other.parts().is_empty() => Ok(vec![Problem::of(&other)]),
            other => Ok(other.parts().into_iter().map(Problem::of).collect()),
        }
    }

    /// The error with `problems` beside it.
    #[must_use]
    pub fn with(self, problems: Vec<Problem>) -> Self {
        match self.into_problems() {
            Ok(mut own) => {
                own.extend(problems);
                Self::Configuration(own)
            }
            Err(error) => error,
        }
    }

    /// The want of memory, where that is why the run was stopped; else the error itself.
    #[must_use]
    pub fn or_memory(self, ctx: &kintsu_core::RunContext) -> Self {
        self.or_memory_for(ctx, MemoryNeed::Other)
    }

    /// As [`JobError::or_memory`], where it is known what the memory was needed for.
    #[must_use]
    pub fn or_memory_for(self, ctx: &kintsu_core::RunContext, need: MemoryNeed) -> Self {
        match ctx.memory_exceeded() {
            Some(exceeded) if !matches!(self, Self::Memory { .. }) => {
                Self::Memory { needed_bytes: exceeded.needed_bytes, allowed_bytes: exceeded.allowed_bytes, need }
            }
            _ => self,
        }
    }

    /// A single problem.
    pub fn problem(problem: Problem) -> Self {
        Self::Configuration(vec![problem])
    }
}

/// What is needed, where that is known to be more than what is allowed; a run that was stopped on its way does not know.
fn memory_in_words(needed_bytes: u64, allowed_bytes: u64) -> String {
    let (needed, allowed) = (crate::show_bytes(needed_bytes), crate::show_bytes(allowed_bytes));
    if needed_bytes > allowed_bytes / 8 * 9 {
        format!("the run needs {needed} or more but may take {allowed}")
    } else {
        format!("the run came to the {allowed} that it may take and is not done; how much more it needs is not known")
    }
}

impl Explain for JobError {
    fn code(&self) -> &'static str {
        match self {
            Self::Configuration(problems) => problems.first().map_or("KN-JOB-004", |problem| problem.code),
            Self::Unreadable { .. } => "KN-JOB-001",
            Self::Unwritable { .. } => "KN-JOB-006",
            Self::Memory { .. } => "KN-JOB-007",
            Self::Part(part) => part.code(),
            Self::Cancelled(_) => "KN-JOB-130",
            Self::Defect(_) => "KN-JOB-999",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Configuration(problems) if problems.len() == 1 => problems.first().and_then(Explain::hint),
            Self::Memory { need, .. } => Some(need.hint().to_owned()),
            Self::Unwritable { source, .. } => {
                Some(kintsu_core::hint_for_writing(source).map_or_else(|| kintsu_table::file_hint(source), str::to_owned))
            }
            Self::Part(part) => part.hint(),
            Self::Configuration(_) => Some("mend them and run the command again; nothing was written".to_owned()),
            Self::Unreadable { source, .. } => Some(kintsu_table::file_hint(source)),
            Self::Cancelled(_) => Some(kintsu_core::CANCELLED_HINT.to_owned()),
            Self::Defect(_) => Some(kintsu_core::DEFECT_HINT.to_owned()),
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Configuration(_) | Self::Unreadable { .. } | Self::Unwritable { .. } | Self::Memory { .. } => Blame::Input,
            Self::Part(part) => part.blame(),
            Self::Cancelled(_) => Blame::Interrupted,
            Self::Defect(_) => Blame::Internal,
        }
    }

    fn parts(&self) -> Vec<&dyn Explain> {
        match self {
            Self::Configuration(problems) if problems.len() > 1 => {
                problems.iter().map(|problem| problem as &dyn Explain).collect()
            }
            Self::Part(part) => part.parts(),
            _ => Vec::new(),
        }
    }
}
