//! The end of a run: the model, its term frequencies and the card.

use std::collections::BTreeMap;

use kintsu_core::{RunContext, peak_resident_bytes};
use kintsu_table::FileFormat;

use super::clock::Clock;
use super::clusters::{CLUSTER_ID, renamed};
use super::output::{Output, Tables, file_name};
use super::rows::frequencies_batch;
use super::session::LinkageSession;
use crate::card::{Machine, RunCard};
use crate::error::JobError;
use crate::inputs::job_digest;
use crate::spec::ColumnType;

impl LinkageSession {
    /// Writes what is left to write and gives the card.
    pub(super) fn finish(
        self,
        output: &mut Output,
        engine: &str,
        ctx: &RunContext,
        mut clock: Clock,
    ) -> Result<RunCard, JobError> {
        clock.stage("write", ctx, || self.write_model(output, ctx))?;
        output.warn_of_not_numbers(ctx);
        let job = self.job_as_it_ran()?;
        let card = RunCard {
            format: 1,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            job_digest: job_digest(&job),
            job,
            inputs: self.loaded.cards.clone(),
            seed: ctx.seed,
            engine: engine.to_owned(),
            unique_id: self.loaded.sources.unique_id.clone(),
            source_dataset: self.source_column().map(str::to_owned),
            input_cluster_id: self.input_cluster_id(),
            types: self.types_of_text(output.format()),
            file_format: output.format().extension().to_owned(),
            files: output.files().clone(),
            counts: self.counts.clone(),
            training: self.trainer.as_ref().map(|trainer| trainer.notes().to_vec()).unwrap_or_default(),
            evaluation: self.evaluation.clone(),
            tokens: None,
            clks: None,
            overlap: None,
            warnings: ctx.warnings(),
            timings: clock.finish(),
            machine: Machine { threads: rayon::current_num_threads(), peak_memory_bytes: peak_resident_bytes() },
        };
        let text = serde_json::to_string_pretty(&card).map_err(|error| JobError::Defect(error.to_string()))?;
        output.write_text("run.json", &format!("{text}\n"))?;
        Ok(card)
    }

    /// The types of the columns of the input, for files of a format that does not hold them.
    fn types_of_text(&self, format: FileFormat) -> BTreeMap<String, ColumnType> {
        if matches!(format, FileFormat::Parquet | FileFormat::Arrow) {
            return BTreeMap::new();
        }
        let hidden = self.input_cluster_id();
        let name = |name: &str| hidden.clone().filter(|_| name == CLUSTER_ID).unwrap_or_else(|| name.to_owned());
        let columns = self.loaded.records.table().columns().iter();
        columns.filter_map(|column| Some((name(&column.name), ColumnType::of(column.data_type())?))).collect()
    }

    /// The name in `clusters` of the input's column that is called as that of the clusters.
    fn input_cluster_id(&self) -> Option<String> {
        let records = &self.loaded.records;
        records.table().position(CLUSTER_ID).map(|_| renamed(CLUSTER_ID, records))
    }

    /// The model in Splink's format, what stands beside it, and the term frequencies that it adjusts for.
    fn write_model(&self, output: &mut Output, ctx: &RunContext) -> Result<(), JobError> {
        let (Some(sourced), Some(compiled)) = (&self.sourced, &self.compiled) else { return Ok(()) };
        output.write_text("model.json", &ended(sourced.model.to_json()))?;
        output.write_text("model.kintsu.json", &ended(self.beside(ctx)?.to_json()))?;
        let prefix = &sourced.model.term_frequency_adjustment_column_prefix;
        for table in compiled.frequencies.tables() {
            let name = format!("term_frequencies/{}", file_name(table.column()));
            output.write(&name, &frequencies_batch(table, prefix)?)?;
        }
        Ok(())
    }

    /// The job without what does not change its answer.
    fn job_as_it_ran(&self) -> Result<serde_json::Value, JobError> {
        let mut job = self.job.clone();
        job.output = None;
        job.overwrite = false;
        job.threads = None;
        job.memory = None;
        serde_json::to_value(&job).map_err(|error| JobError::Defect(error.to_string()))
    }
}

fn ended(text: String) -> String {
    if text.ends_with('\n') { text } else { format!("{text}\n") }
}
