//! Steps that bring records of their own: new records against those of the job, and one file against another.

use std::collections::BTreeSet;

use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use kintsu_core::{MatchWeight, RunContext};
use kintsu_kernel::{Compiled, RecordsSpec};
use kintsu_link::block::Blocker;
use kintsu_link::diagnose::rules_that_find;
use kintsu_link::model::{LinkType, Model};
use kintsu_link::records::{Records, RecordsOptions};
use kintsu_link::score::{EdgeColumns, TermFrequencies, Threshold};
use kintsu_table::{Column, ColumnChoice, Input, ReadOptions};

use super::edges::{Extra, write_pairs};
use super::given_pairs::threshold_or_all;
use super::load::{LookedAt, Sources, column_types, find};
use super::model_source::{Spots, blocking_rules, link_type};
use super::output::Tables;
use super::session::{LinkageSession, prepare_records, score_blocks};
use crate::error::JobError;
use crate::spec::{InputSpec, Problem, StepSpec};

/// The column that says on which side a record stands; it never reaches an output.
const SIDE: &str = "__kintsu_side";

impl LinkageSession {
    pub(super) fn take_new_record_step(
        &mut self,
        step: &StepSpec,
        tables: &mut dyn Tables,
        ctx: &RunContext,
    ) -> Result<(), JobError> {
        match step {
            StepSpec::FindMatchesToNewRecords { records, blocking_rules: rules, match_weight_threshold, name } => {
                let mut model = self.model()?.clone();
                if let Some(rules) = rules {
                    model.blocking_rules = blocking_rules(rules)?;
                }
                let both = self.old_and_new(self.held.input(records), &model, ctx)?;
                let threshold = Threshold::Weight(MatchWeight::new(*match_weight_threshold));
                let compiled = self.compile_for(&model, &both, ctx)?;
                let kernel = score_blocks(&self.loaded.spec, &model, threshold)?;
                let blocker = kernel.block(&both, ctx).map_err(JobError::part)?;
                let edges = kernel.score(&blocker, &compiled, ctx).map_err(JobError::part)?;
                let columns = self.columns_of(&both, &model, &compiled);
                write_pairs(columns, name.as_deref().unwrap_or("new_record_matches"), &edges, &Extra::default(), tables)
            }
            StepSpec::PredictBetween {
                left,
                right,
                link_type: wanted,
                blocking_rules: rules,
                threshold_match_probability,
                threshold_match_weight,
                name,
            } => {
                let mut model = self.model()?.clone();
                if let Some(rules) = rules {
                    model.blocking_rules = blocking_rules(rules)?;
                }
                model.link_type = wanted.map_or(model.link_type, link_type);
                let both = self.roles(left, right, &model, ctx)?;
                let threshold = threshold_or_all(*threshold_match_probability, *threshold_match_weight)?;
                let compiled = self.compile_for(&model, &both, ctx)?;
                let kernel = score_blocks(&self.loaded.spec, &model, threshold)?;
                let blocker = kernel.block(&both, ctx).map_err(JobError::part)?;
                let blocker = if model.link_type == LinkType::LinkOnly { blocker.across_tables() } else { blocker };
                let edges = kernel.score(&blocker, &compiled, ctx).map_err(JobError::part)?;
                let source_column = both.source_codes().map(|_| both.source_column());
                let columns = EdgeColumns { source_column, ..self.columns_of(&both, &model, &compiled) };
                write_pairs(columns, name.as_deref().unwrap_or("pairs_between"), &edges, &Extra::default(), tables)
            }
            StepSpec::CompareTwoRecords { left, right, include_found_by_blocking_rules, name } => {
                let model = self.model()?.clone();
                let both = self.two_sides(&[self.held.input(left), self.held.input(right)], 1, &model, ctx)?;
                let compiled = self.compile_for(&model, &both, ctx)?;
                let every_pair = Model { blocking_rules: Vec::new(), ..model.clone() };
                let kernel = score_blocks(&self.loaded.spec, &every_pair, Threshold::None)?;
                let blocker = kernel.block(&both, ctx).map_err(JobError::part)?;
                let edges = kernel.score(&blocker, &compiled, ctx).map_err(JobError::part)?;
                let mut extra = Extra::default();
                if *include_found_by_blocking_rules {
                    let blocker = Blocker::new(&both, &model.blocking_rules, model.parity, ctx).map_err(JobError::part)?;
                    let rules = rules_that_find(&blocker, &edges.pairs(), ctx).map_err(JobError::part)?;
                    extra.found_by_blocking_rules = Some(rules.iter().map(Option::is_some).collect());
                }
                let columns = self.columns_of(&both, &model, &compiled);
                write_pairs(columns, name.as_deref().unwrap_or("compared_records"), &edges, &extra, tables)
            }
            other => Err(JobError::Defect(format!("`{}` is no step on new records", other.kind()))),
        }
    }

    /// The records of the job on the left side of every pair, those of `new` on the right, each with its own table: ids are
    /// unique within a table only.
    fn old_and_new(&self, new: Input, model: &Model, ctx: &RunContext) -> Result<Records, JobError> {
        let mut inputs = self.loaded.sources.inputs.clone();
        inputs.push(new);
        let options =
            ReadOptions { source_dataset_column: self.loaded.sources.source_dataset.clone(), ..self.read_options(model) };
        let table = kintsu_table::read(&named_apart(&inputs), &options, ctx).map_err(JobError::part)?;
        let old = self.loaded.records.rows();
        let is_new: Vec<bool> = (0..table.rows()).map(|row| row >= old).collect();
        let options = RecordsOptions {
            unique_id_column: self.loaded.sources.unique_id.clone(),
            source_dataset_column: self.loaded.records.source_column().to_owned(),
            link_type: self.model()?.link_type,
            sources: self.loaded.records.sources().iter().map(ToString::to_string).collect(),
        };
        Records::new_against_old(table, &options, &is_new).map_err(JobError::part)
    }

    /// The records of `left` on the left side of every pair, those of `right` on the right. Tables keep their names, so that one may
    /// stand on both sides.
    fn roles(&self, left: &[InputSpec], right: &[InputSpec], model: &Model, ctx: &RunContext) -> Result<Records, JobError> {
        if left.is_empty() || right.is_empty() {
            let problem = Problem::new("KN-JOB-010", "pairs between tables need at least one table on either side");
            return Err(JobError::problem(problem.hint("name the tables under `left` and `right`")));
        }
        let inputs: Vec<Input> = left.iter().chain(right).map(|input| self.held.input(input)).collect();
        let apart = model.link_type != LinkType::DedupeOnly;
        let inputs = if apart { inputs } else { named_apart(&inputs) };
        let source = self.loaded.records.source_column().to_owned();
        let options = ReadOptions { source_dataset_column: apart.then(|| source.clone()), ..self.read_options(model) };
        let (table, rows) = kintsu_table::read_counted(&inputs, &options, ctx).map_err(JobError::part)?;
        let rows_left: usize = rows[..left.len()].iter().sum();
        let is_right: Vec<bool> = (0..table.rows()).map(|row| row >= rows_left).collect();
        let mut sources: Vec<String> = inputs.iter().map(Input::data_set_name).collect();
        sources.sort_unstable();
        sources.dedup();
        let options = RecordsOptions {
            unique_id_column: self.loaded.sources.unique_id.clone(),
            source_dataset_column: source,
            link_type: model.link_type,
            sources: if apart { sources } else { Vec::new() },
        };
        Records::new_against_old(table, &options, &is_right).map_err(JobError::part)
    }

    /// Reads `inputs`; those before `right` stand on the left side of every pair, the others on the right.
    fn two_sides(&self, inputs: &[Input], right: usize, model: &Model, ctx: &RunContext) -> Result<Records, JobError> {
        let source = self.loaded.sources.source_dataset.clone().unwrap_or_else(|| SIDE.to_owned());
        let options = ReadOptions { source_dataset_column: Some(source), ..self.read_options(model) };
        let inputs = named_apart(inputs);
        let (table, rows) = kintsu_table::read_counted(&inputs, &options, ctx).map_err(JobError::part)?;
        let rows_left = rows[..right].iter().sum();
        let sides = (0..table.rows()).map(|row| if row < rows_left { "left" } else { "right" });
        let sides: ArrayRef = std::sync::Arc::new(StringArray::from_iter_values(sides));
        let side = Column::encode(SIDE, &sides).map_err(JobError::part)?;
        let table = table.with_column(side).map_err(|error| JobError::Defect(error.to_string()))?;
        let spec = RecordsSpec {
            unique_id: self.loaded.sources.unique_id.clone(),
            source_dataset: SIDE.to_owned(),
            link_type: LinkType::LinkOnly,
            sources: vec!["left".to_owned(), "right".to_owned()],
        };
        prepare_records(&table, spec)
    }

    /// Reads other records as those of the job were read. Only what the model looks at has to be there: labels, and what other steps
    /// looked at, are of no account.
    fn read_options(&self, model: &Model) -> ReadOptions {
        let Sources { columns, source_dataset, .. } = &self.loaded.sources;
        let mut wanted = LookedAt::default();
        wanted.add_model(model, &Spots::default());
        let found = wanted.names().filter_map(|name| find(name, columns));
        let looked_at: BTreeSet<&str> = found.filter(|name| Some(*name) != source_dataset.as_deref()).collect();
        let text_ids = *self.loaded.records.ids().array().data_type() == DataType::Utf8;
        ReadOptions {
            encode: ColumnChoice::names(looked_at),
            carry: ColumnChoice::All,
            // Ids of both sides are compared, so they are read alike: texts that look like numbers stay texts beside texts.
            integers: if text_ids { Vec::new() } else { self.loaded.sources.unique_id.iter().cloned().collect() },
            types: column_types(&self.job.types, columns),
            ..ReadOptions::default()
        }
    }

    /// Compiles the model for other records; term frequencies stay those of the job's records.
    fn compile_for(&self, model: &Model, records: &Records, ctx: &RunContext) -> Result<Compiled, JobError> {
        let known = self.compiled()?.frequencies.tables().iter();
        let supplied = known
            .filter(|table| records.column(table.column()).is_ok())
            .map(|table| {
                let (values, shares) = table.values();
                TermFrequencies::supplied(records, table.column(), values, shares).map_err(JobError::part)
            })
            .collect::<Result<_, _>>()?;
        Compiled::new(model, records, supplied, ctx).map_err(JobError::part)
    }

    fn columns_of<'t>(&'t self, records: &'t Records, model: &'t Model, compiled: &'t Compiled) -> EdgeColumns<'t> {
        let source_column =
            self.loaded.sources.source_dataset.as_deref().filter(|_| self.loaded.records.source_codes().is_some());
        EdgeColumns { records, model, source_column, scorer: Some(&compiled.scorer), frequencies: &compiled.frequencies }
    }
}

/// Inputs under names of their own, so that a file may stand on both sides.
fn named_apart(inputs: &[Input]) -> Vec<Input> {
    let mut names: Vec<String> = Vec::new();
    inputs
        .iter()
        .map(|input| {
            let mut name = input.data_set_name();
            while names.contains(&name) {
                name.push_str("_new");
            }
            names.push(name.clone());
            input.clone().named(name)
        })
        .collect()
}
