//! Pairs that are scored whether blocking finds them or not: those of a file in the place of a prediction's own, and those inside
//! clusters.

use std::collections::HashSet;
use std::path::Path;

use kintsu_core::{MatchWeight, Probability, RunContext};
use kintsu_entity::evaluate::UNKNOWN;
use kintsu_link::block::Blocker;
use kintsu_link::records::PairKind;
use kintsu_link::score::{Edges, Threshold};

use super::clock::Clock;
use super::clusters::CLUSTER_ID;
use super::foreign_table::ForeignTable;
use super::output::Tables;
use super::row_lookup::RowLookup;
use super::session::{LinkageSession, score_blocks};
use super::truth::entity_labels;
use crate::error::JobError;
use crate::spec::Problem;

/// Two rows, and their place in a set.
const BYTES_PER_PAIR: u64 = 24;

impl LinkageSession {
    /// Scores the pairs of a file as a prediction: its edges and links are those of the session from then on.
    pub(super) fn predict_given(
        &mut self,
        pairs: &Path,
        threshold: Threshold,
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        let edges = clock.stage("predict", ctx, || self.score_given(&self.matching_pairs(pairs, ctx)?, threshold, ctx))?;
        self.hand_out(edges, tables, ctx, clock)
    }

    /// Scores the pairs of records of one cluster, those of the links left out where that is wanted. Memory grows with the pairs.
    pub(super) fn missing_cluster_edges(
        &self,
        clusters: Option<&Path>,
        leave_out_edges: bool,
        threshold: Threshold,
        ctx: &RunContext,
    ) -> Result<Edges, JobError> {
        let labels = match clusters {
            Some(path) => self.labels_of_clusters(path, ctx)?,
            None => self.clustered()?.labels().to_vec(),
        };
        let known: HashSet<(u32, u32)> = match &self.links {
            Some(links) if leave_out_edges => links.pairs.iter().copied().collect(),
            _ => HashSet::new(),
        };
        let groups = rows_by_label(&labels);
        let count: u64 = groups.iter().map(|rows| (rows.len() as u64) * (rows.len() as u64 - 1) / 2).sum();
        ctx.make_room_for(count * BYTES_PER_PAIR).map_err(JobError::Cancelled)?;
        let mut pairs = Vec::new();
        for rows in &groups {
            for (place, &left) in rows.iter().enumerate() {
                ctx.check().map_err(JobError::Cancelled)?;
                let partners = rows[place + 1..].iter().filter(|&&right| self.can_pair(left, right));
                pairs.extend(partners.map(|&right| (left, right)).filter(|pair| !known.contains(pair)));
            }
        }
        self.score_given(&pairs, threshold, ctx)
    }

    /// Scores pairs of rows and keeps those that reach the threshold, sorted by pair. The rule of an edge is the first that finds
    /// it, or the position after the last one.
    fn score_given(&self, pairs: &[(u32, u32)], threshold: Threshold, ctx: &RunContext) -> Result<Edges, JobError> {
        let model = self.model()?;
        let kernel = score_blocks(&self.loaded.spec, model, threshold)?;
        ctx.progress().begin("scoring pairs", Some(pairs.len() as u64), "pairs");
        let blocker = Blocker::given(&self.loaded.records, pairs);
        let mut edges = kernel.score(&blocker, self.compiled()?, ctx).map_err(JobError::part)?;
        ctx.progress().finish();
        let after_last = model.blocking_rules.len() as u32;
        edges.rules = self.rules_of(&edges.pairs(), ctx)?.iter().map(|rule| rule.unwrap_or(after_last)).collect();
        Ok(edges)
    }

    /// The cluster of each record by a file of ids and `cluster_id`.
    fn labels_of_clusters(&self, path: &Path, ctx: &RunContext) -> Result<Vec<u32>, JobError> {
        let records = &self.loaded.records;
        let table = ForeignTable::open(path, &self.held, ctx)?;
        let id = table.first_of(&[records.id_column(), "unique_id"]);
        let (Some(id), true) = (id, table.has(CLUSTER_ID)) else {
            let message =
                format!("the table of clusters `{}` has no columns `{}` and `{CLUSTER_ID}`", path.display(), records.id_column());
            let problem = Problem::new("KN-JOB-033", message);
            return Err(JobError::problem(problem.hint(format!("it has: {}", table.names().join(", ")))));
        };
        let source = table.first_of(&[records.source_column(), "source_dataset"]);
        entity_labels(&RowLookup::new(records), &table, [&id, CLUSTER_ID], source.as_deref(), "the clusters", ctx)
    }

    fn can_pair(&self, left: u32, right: u32) -> bool {
        let records = &self.loaded.records;
        records.pair_kind() == PairKind::Within || records.source_of(left as usize) != records.source_of(right as usize)
    }
}

/// The threshold of a step that keeps everything unless it is told otherwise.
pub(super) fn threshold_or_all(probability: Option<f64>, weight: Option<f64>) -> Result<Threshold, JobError> {
    let probability = probability.map(Probability::new).transpose().map_err(|error| JobError::Defect(error.to_string()))?;
    Threshold::of(probability, weight.map(MatchWeight::new)).map_err(JobError::part)
}

/// The rows of each label that several rows have, ascending.
fn rows_by_label(labels: &[u32]) -> Vec<Vec<u32>> {
    let mut rows: Vec<u32> = (0..labels.len() as u32).filter(|row| labels[*row as usize] != UNKNOWN).collect();
    rows.sort_by_key(|row| labels[*row as usize]);
    let groups = rows.chunk_by(|a, b| labels[*a as usize] == labels[*b as usize]);
    groups.filter(|group| group.len() > 1).map(<[u32]>::to_vec).collect()
}
