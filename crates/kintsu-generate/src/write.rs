//! Makes a data set: row groups side by side, files in order, all of it published together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kintsu_core::RunContext;
use kintsu_table::{EncodedPiece, Overwrite, StagedDirectory, TableError};
use rayon::prelude::*;
use serde::Serialize;

use crate::error::GenerateError;
use crate::files::take_over;
use crate::journal::{Journal, digest_of};
use crate::manifest::{DeliveryCard, FileCard, MANIFEST, Manifest};
use crate::options::{Options, WriteMode};
use crate::plan::{Plan, SourceFile, Task};
use crate::preset::{Delivery, Preset};
use crate::sink::{Encoders, Sink};
use crate::union_sql::union_sql;
use crate::volumes::Volumes;

/// What was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Generated {
    /// The directory.
    pub output: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// What was to be expected of the new rows.
    pub volumes: Volumes,
}

/// What `options` ask for, without making it.
///
/// # Errors
/// What is wrong with the options.
pub fn plan(options: &Options) -> Result<Plan, GenerateError> {
    Plan::new(options, options.preset()?.as_ref())
}

/// Makes what `options` ask for and publishes it in one step. The bytes do not depend on the number of threads. Memory grows with
/// the threads, not with the data.
///
/// # Errors
/// What is wrong with the options, the lists or the output, or why it cannot be written. Nothing is published then.
pub fn generate(options: &Options, ctx: &RunContext) -> Result<Generated, GenerateError> {
    let preset = options.preset()?;
    let plan = Plan::new(options, preset.as_ref())?;
    for (message, hint) in &plan.volumes.warnings {
        ctx.warn("KN-W-GEN-001", message.clone(), Some(hint.clone()));
    }
    let overwrite = match options.write_mode {
        WriteMode::Refuse => Overwrite::Refuse,
        WriteMode::Overwrite | WriteMode::Append => Overwrite::ReplaceHolding(MANIFEST),
    };
    let staged = StagedDirectory::resume(&options.output, overwrite)?;
    let what = serde_json::json!({ "recipe": plan.recipe, "deliveries": plan.deliveries }).to_string();
    let mut journal = Journal::open(staged.path(), &what)?;
    take_over_earlier(options, &plan, staged.path(), &mut journal)?;
    let run = Run::new(options, &plan, preset.as_ref(), journal.finished.clone())?;
    let mut sink = Sink::begin(staged.path(), options.file_format.extension(), journal, &run.encoders)?;
    run.make(&mut sink, ctx)?;
    let manifest = run.manifest(sink.finish()?);
    write_text(&staged.file("union.sql"), &union_sql(&plan.deliveries, preset.sources(), options))?;
    write_text(&staged.file(MANIFEST), &manifest.to_text()?)?;
    let output = staged.publish()?;
    Ok(Generated { output, manifest, volumes: plan.volumes })
}

fn write_text(path: &Path, text: &str) -> Result<(), GenerateError> {
    std::fs::write(path, text).map_err(|source| TableError::write(path, source).into())
}

/// Takes over the files of the sources that the output has already, if they are what its manifest says.
fn take_over_earlier(options: &Options, plan: &Plan, staging: &Path, journal: &mut Journal) -> Result<(), GenerateError> {
    let files = plan.before.iter().flat_map(|before| &before.files).filter(|(path, _)| Plan::is_source_file(path));
    for (path, card) in files {
        if journal.finished.contains_key(path) {
            continue;
        }
        let from = options.output.join(path);
        let digest = digest_of(&from).map_err(|source| TableError::Read { path: from.clone(), source })?;
        if digest != card.blake3 {
            let why = format!("{path} is not what the manifest says");
            return Err(GenerateError::Append { path: options.output.clone(), why });
        }
        take_over(&from, &staging.join(path))?;
        journal.finished.insert(path.clone(), card.clone());
    }
    Ok(())
}

/// A run under way.
pub(crate) struct Run<'a> {
    plan: &'a Plan,
    preset: &'a dyn Preset,
    /// The files of sources that need not be made again.
    there: BTreeMap<String, FileCard>,
    files: Vec<SourceFile>,
    tasks: Vec<Task>,
    deliveries: Vec<Delivery>,
    encoders: Encoders,
}

/// A task, done.
pub(crate) enum Done {
    Customers(EncodedPiece),
    Rows {
        file: usize,
        /// None where the file is there already.
        rows: Option<EncodedPiece>,
        truth: EncodedPiece,
        changes: EncodedPiece,
    },
}

impl<'a> Run<'a> {
    fn new(
        options: &Options,
        plan: &'a Plan,
        preset: &'a dyn Preset,
        there: BTreeMap<String, FileCard>,
    ) -> Result<Self, GenerateError> {
        let (files, tasks) = plan.tasks(preset, options.file_format.extension());
        let encoders = Encoders::new(preset, options.file_format, options.batches > 1)?;
        Ok(Self { plan, preset, there, files, tasks, deliveries: plan.orders(options.seed, preset), encoders })
    }

    /// Does all tasks, some at a time, while what was done before is written.
    fn make(&self, sink: &mut Sink, ctx: &RunContext) -> Result<(), GenerateError> {
        let total: u64 = self.tasks.iter().map(Task::size).sum();
        ctx.progress().begin("generate", Some(total), "slots");
        let mut done = Vec::new();
        for tasks in self.tasks.chunks(2 * rayon::current_num_threads()) {
            let make = |task: &Task| {
                ctx.check()?;
                let done = self.make_one(task)?;
                ctx.progress().advance(task.size());
                Ok(done)
            };
            let before = std::mem::take(&mut done);
            let (written, made) = rayon::join(
                || before.into_iter().try_for_each(|done| sink.write(done, &self.files, &self.encoders)),
                || tasks.par_iter().map(make).collect::<Result<Vec<_>, GenerateError>>(),
            );
            written?;
            done = made?;
        }
        done.into_iter().try_for_each(|done| sink.write(done, &self.files, &self.encoders))?;
        ctx.progress().finish();
        Ok(())
    }

    fn make_one(&self, task: &Task) -> Result<Done, GenerateError> {
        match task {
            Task::Customers(numbers) => {
                let batch = self.preset.customers(numbers.clone())?;
                Ok(Done::Customers(self.encoders.customers.encode(&batch)?))
            }
            Task::Rows { file, delivery, slots } => {
                let SourceFile { source, path, .. } = &self.files[*file];
                let made = self.preset.rows(*source, &self.deliveries[*delivery], slots.clone())?;
                let encode = || self.encoders.sources[*source].encode(&made.rows);
                Ok(Done::Rows {
                    file: *file,
                    rows: (!self.there.contains_key(path)).then(encode).transpose()?,
                    truth: self.encoders.truth.encode(&made.truth)?,
                    changes: self.encoders.changes.encode(&made.changes)?,
                })
            }
        }
    }

    /// The manifest of what was written.
    fn manifest(&self, files: BTreeMap<String, FileCard>) -> Manifest {
        let mut counts = BTreeMap::new();
        for file in &self.files {
            let rows = files.get(&file.path).map_or(0, |card| card.rows);
            *counts.entry(file.table.clone()).or_insert(0) += rows;
            *counts.entry("records".to_owned()).or_insert(0) += rows;
        }
        for name in ["customers", "changes"] {
            let card = files.iter().find(|(path, _)| path.starts_with(&format!("truth/{name}.")));
            counts.insert(name.to_owned(), card.map_or(0, |(_, card)| card.rows));
        }
        let next = |card: &DeliveryCard| card.first_customer + card.customers;
        Manifest {
            recipe: self.plan.recipe.clone(),
            deliveries: self.plan.deliveries.clone(),
            next_customer: self.plan.deliveries.iter().map(next).max().unwrap_or(0),
            counts,
            files,
        }
    }
}
