//! Why pairs and entities are what they are, and how right they are: of a session that lives, or of the directory of a run.

use std::fmt;

use kintsu_core::{MatchWeight, RunContext};
use kintsu_entity::evaluate::{ThresholdRow, threshold_table};
use kintsu_entity::{Clusters, Components};
use kintsu_link::compare::Scratch;
use kintsu_link::diagnose::{PairEvidence, Waterfall, waterfall};
use serde::Serialize;

use super::links::Links;
use super::row_lookup::{RowLookup, column_text};
use super::session::LinkageSession;
use super::truth::{Truth, evaluate};
use crate::card::Evaluation;
use crate::error::JobError;
use crate::spec::{ColumnOrFile, Problem};

/// Why a pair weighs what it weighs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairExplanation {
    /// The id of the left record.
    pub left: String,
    /// The id of the right record.
    pub right: String,
    /// Whether the run put both into one cluster.
    pub same_cluster: bool,
    /// The rule that finds the pair; none when no rule does.
    pub blocking_rule: Option<String>,
    /// The weight, step by step.
    pub waterfall: Waterfall,
}

/// What holds an entity together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntityExplanation {
    /// The id of the cluster.
    pub cluster_id: String,
    /// The ids of its records.
    pub records: Vec<String>,
    /// The links among them that the run kept, strongest first.
    pub links: Vec<LinkExplanation>,
    /// The weakest of the links without which the entity would fall apart at that strength.
    pub weakest_link: Option<LinkExplanation>,
}

/// A link inside an entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkExplanation {
    /// The id of the left record.
    pub left: String,
    /// The id of the right record.
    pub right: String,
    /// Its weight, in bits.
    pub match_weight: f64,
    /// Its probability.
    pub match_probability: f64,
}

/// How right a run is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunEvaluation {
    /// The measures of its clusters.
    pub measures: Evaluation,
    /// What other thresholds would give; empty where the truth is a list of pairs.
    pub thresholds: Vec<ThresholdRow>,
}

impl fmt::Display for PairExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let together = if self.same_cluster { "in one cluster" } else { "in different clusters" };
        write!(f, "{} and {}: {together}, ", self.left, self.right)?;
        match &self.blocking_rule {
            Some(rule) => writeln!(f, "found by the rule {rule}")?,
            None => writeln!(f, "found by no blocking rule")?,
        }
        write!(f, "\n{}", self.waterfall)
    }
}

impl fmt::Display for EntityExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "entity {} of {} records: {}", self.cluster_id, self.records.len(), self.records.join(", "))?;
        for link in &self.links {
            let LinkExplanation { left, right, match_weight, match_probability } = link;
            writeln!(f, "{match_weight:>10.4} bits  {match_probability:.6}  {left} - {right}")?;
        }
        let Some(LinkExplanation { left, right, match_weight, match_probability }) = &self.weakest_link else { return Ok(()) };
        writeln!(f, "held together by nothing stronger than {left} - {right} ({match_weight:.4} bits, {match_probability:.6})")
    }
}

impl LinkageSession {
    /// Explains a pair of records; `labels` tells the cluster of each row. Where there are several tables, ids are written
    /// `TABLE-__-ID`.
    pub(super) fn pair_explanation(
        &self,
        first: &str,
        second: &str,
        labels: &[u32],
        show_values: bool,
        ctx: &RunContext,
    ) -> Result<PairExplanation, JobError> {
        let records = &self.loaded.records;
        let lookup = RowLookup::new(records);
        let (a, b) = (row_of(&lookup, first)?, row_of(&lookup, second)?);
        if a == b {
            let problem = Problem::new("KN-JOB-042", "both ids are of the same record");
            return Err(JobError::problem(problem.hint("give two different records, or one to explain its entity")));
        }
        let (left, right) = (a.min(b), a.max(b));
        let model = self.model()?;
        let rule = self.rules_of(&[(left, right)], ctx)?.first().copied().flatten();
        let evidence = evidence(self, left, right, show_values)?;
        Ok(PairExplanation {
            left: records.composite_id(left as usize),
            right: records.composite_id(right as usize),
            same_cluster: labels.get(left as usize) == labels.get(right as usize),
            blocking_rule: rule.and_then(|rule| model.blocking_rules.get(rule as usize)).map(|rule| rule.blocking_rule.clone()),
            waterfall: waterfall(model, &evidence).map_err(JobError::part)?,
        })
    }

    /// Explains the entity of a record; `labels` tells the cluster of each row, `cluster_id` what the cluster of a row is called.
    pub(super) fn entity_explanation(
        &self,
        id: &str,
        labels: &[u32],
        links: &Links,
        cluster_id: impl FnOnce(usize) -> Result<String, JobError>,
    ) -> Result<EntityExplanation, JobError> {
        let records = &self.loaded.records;
        let row = row_of(&RowLookup::new(records), id)? as usize;
        let of_entity = |row: u32, of: usize| labels[row as usize] == labels[of];
        let members: Vec<u32> = (0..records.rows() as u32).filter(|other| of_entity(*other, row)).collect();
        let weighed = links.pairs.iter().zip(&links.weights);
        let mut links: Vec<(u32, u32, f64)> = weighed
            .filter(|(pair, _)| of_entity(pair.0, row) && of_entity(pair.1, row))
            .map(|(pair, w)| (pair.0, pair.1, *w))
            .collect();
        links.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
        let named = |link: &(u32, u32, f64)| LinkExplanation {
            left: records.composite_id(link.0 as usize),
            right: records.composite_id(link.1 as usize),
            match_weight: link.2,
            match_probability: MatchWeight::new(link.2).probability().value(),
        };
        let mut components = Components::new(records.rows()).map_err(JobError::part)?;
        let joining = links.iter().filter(|link| components.union(link.0, link.1)).last().map(named);
        Ok(EntityExplanation {
            cluster_id: cluster_id(row)?,
            records: members.iter().map(|row| records.composite_id(*row as usize)).collect(),
            links: links.iter().map(named).collect(),
            weakest_link: joining,
        })
    }

    /// Measures `clusters` and what other thresholds would make of `links` against `truth`, a column of the input or a file.
    pub(super) fn evaluation_against(
        &self,
        truth: &str,
        clusters: &Clusters,
        links: impl FnOnce() -> Result<Links, JobError>,
        ctx: &RunContext,
    ) -> Result<RunEvaluation, JobError> {
        let records = &self.loaded.records;
        let truth = Truth::read(&ColumnOrFile(truth.to_owned()), records, &self.loaded.sources.columns, &self.held, ctx)?;
        let link_type = self.model()?.link_type;
        let measures = evaluate(&truth, clusters, records, link_type)?;
        let Truth::Labels(labels) = &truth else { return Ok(RunEvaluation { measures, thresholds: Vec::new() }) };
        let links = links()?;
        let across = records.source_codes().filter(|_| link_type == kintsu_link::model::LinkType::LinkOnly);
        let thresholds =
            threshold_table(&links.pairs, &links.probabilities, labels, across, &[0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]);
        Ok(RunEvaluation { measures, thresholds: thresholds.map_err(JobError::part)? })
    }
}

fn row_of(lookup: &RowLookup<'_>, id: &str) -> Result<u32, JobError> {
    let of_source = || id.split_once("-__-").and_then(|(source, id)| lookup.row(Some(source), id));
    lookup.row(None, id).or_else(of_source).ok_or_else(|| {
        let problem = Problem::new("KN-JOB-044", "the run has no record with that id, or several tables have one");
        JobError::problem(problem.hint("ids are those of the input; where there are several tables write TABLE-__-ID"))
    })
}

fn evidence(state: &LinkageSession, left: u32, right: u32, show_values: bool) -> Result<Vec<PairEvidence>, JobError> {
    let (model, compiled, records) = (state.model()?, state.compiled()?, &state.loaded.records);
    let gammas = compiled.comparators.levels_of_pair(left, right, &mut Scratch::default());
    let mut evidence = Vec::new();
    for (comparison, gamma) in model.comparisons.iter().zip(gammas) {
        let level = comparison.level_with_gamma(i32::from(gamma));
        let frequencies =
            level.and_then(|level| level.tf_adjustment_column.as_deref()).and_then(|column| compiled.frequencies.of(column));
        let mut found = PairEvidence {
            gamma: i32::from(gamma),
            frequency_left: frequencies.and_then(|table| table.of_row(left as usize)),
            frequency_right: frequencies.and_then(|table| table.of_row(right as usize)),
            ..PairEvidence::default()
        };
        if show_values {
            for column in comparison.columns() {
                found.values_left.push(column_text(records, &column, left as usize)?);
                found.values_right.push(column_text(records, &column, right as usize)?);
            }
        }
        evidence.push(found);
    }
    Ok(evidence)
}
