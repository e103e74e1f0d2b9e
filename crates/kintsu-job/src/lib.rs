//! Jobs as data, the engines that run them, and the directories that runs leave behind.
//!
//! A face builds a [`JobSpec`], from a file or from options, and hands it to an [`Engine`]. Nobody has a private path.

mod card;
mod codes;
mod corrupt;
mod engine;
mod error;
mod generate;
mod held;
mod inputs;
mod local;
mod memory;
mod plan;
mod profile;
mod spec;
mod tokens;

pub use card::{Counts, Evaluation, FileCard, InputCard, Machine, RunCard, Timings};
pub use codes::{CodeNote, code_note};
pub use corrupt::{CorruptCounts, CorruptJob, corrupt, corrupt_in_memory};
pub use engine::{Engine, Run};
pub use error::{JobError, MemoryNeed};
pub use generate::plan_generation;
pub use held::Held;
pub use inputs::table_input;
pub use local::{
    Answer, EmReport, EmReportComparison, EmReportIteration, EntityExplanation, FinishedRun, LinkExplanation, LinkageSession,
    Links, LocalEngine, PairExplanation, RunEvaluation, SessionSummary, build_comparison, link_type_of_model,
};
pub use memory::{parse_bytes, show_bytes};
pub use plan::{Plan, RulePlan};
pub use profile::{FileColumn, profile_inputs, read_text_rows};
pub use spec::{
    BlockingRuleSpec, BlockingRuleTable, CLUSTER_THRESHOLD_DEFAULT, ChunkSpec, ColumnOperation, ColumnOrFile, ColumnSpec,
    ComparisonSpec, Configure, CorruptionFile, DialectName, EngineName, FileFormat, FuzzySpec, GeneratePreset, GenerateSpec,
    HardeningSpec, InputSpec, InputTable, JobSpec, LinkTypeName, ListEnd, LoadedJob, OnInvalidName, PREDICT_THRESHOLD_DEFAULT,
    ParityName, Places, Problem, SEED_DEFAULT, StepSpec, TiesMethod, TokenizeSpec, TrainingStep, TransformedColumn,
    WriteModeName, check_ready, corruption_schema, job_schema, load_job, nearest, parse_job, read_job,
};
pub use tokens::{
    BlockTokens, ClkBlocking, ClkBlockingReport, ClkCard, ClkSide, DecryptJob, DisclosureJob, DisclosureReport,
    ENCRYPTION_KEY_VARIABLE, FuzzyOverlapJob, FuzzyOverlapReport, HASHING_SECRET_VARIABLE, HeldSecret, KeyCard, OverlapJob,
    OverlapReport, OverlapSide, ProfileDifference, ProfileDifferences, ReferenceDecrypt, ReferenceTokens, RekeyJob, SecretCard,
    TokenCard, TokenFileCounts, TokenSecrets, TokenizeGiven, TokensPlan, decrypt, decrypt_as_reference, decrypt_stream,
    diff_profiles, disclosure, fuzzy_overlap, load_rules, overlap, overlap_in_memory, plan_as_reference, plan_decrypt,
    plan_decrypt_as_reference, plan_fuzzy_overlap, plan_overlap, plan_rekey, plan_tokens, read_secret, rekey, tokenize,
    tokenize_as_reference, tokenize_stream,
};
