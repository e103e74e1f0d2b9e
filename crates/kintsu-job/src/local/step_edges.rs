//! Steps on edges: deterministic links, clusters, best links, graph metrics.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, UInt32Array, UInt64Array};
use kintsu_core::RunContext;
use kintsu_entity::{
    BestLinkOptions, Clusters, Threshold as EntityThreshold, Ties, cluster_at_thresholds, connected_components, graph_metrics,
    one_to_one, single_best_links,
};
use kintsu_link::block::{Blocker, Chunk};
use kintsu_link::score::{EdgeColumns, Threshold, deterministic_link};

use super::clock::Clock;
use super::clusters::{batch_of, cluster_ids, clusters_batch, input_columns};
use super::consistency::{one_table, unknown_table};
use super::edges::{Extra, write_pairs};
use super::given_pairs::threshold_or_all;
use super::links::Links;
use super::output::Tables;
use super::session::{LinkageSession, chunk_of};
use crate::error::JobError;
use crate::spec::{StepSpec, TiesMethod};

impl LinkageSession {
    pub(super) fn take_edge_step(
        &mut self,
        step: &StepSpec,
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        match step {
            StepSpec::DeterministicLink { left_chunk, right_chunk, name } => {
                let name = name.as_deref().unwrap_or("deterministic_link");
                let chunks = [chunk_of(*left_chunk), chunk_of(*right_chunk)];
                clock.stage("deterministic_link", ctx, || self.link_deterministically(chunks, Some((name, tables)), ctx))
            }
            StepSpec::Cluster { threshold_match_probability, thresholds, output_cluster_summary_stats, deterministic } => {
                if *deterministic && self.deterministic.is_none() {
                    clock.stage("deterministic_link", ctx, || self.link_deterministically([None; 2], None, ctx))?;
                } else if !*deterministic {
                    self.need_edges(tables, ctx, clock)?;
                }
                if thresholds.is_empty() {
                    self.cluster(*threshold_match_probability, *deterministic, tables, ctx, clock)
                } else {
                    let summary = *output_cluster_summary_stats;
                    clock.stage("cluster", ctx, || self.cluster_at(thresholds, *deterministic, summary, tables, ctx))
                }
            }
            StepSpec::SingleBestLinks { duplicate_free_datasets, threshold_match_probability, ties_method } => {
                self.need_edges(tables, ctx, clock)?;
                let threshold = self.cluster_threshold(*threshold_match_probability);
                let free = duplicate_free_datasets.as_deref();
                let clusters = clock.stage("cluster", ctx, || self.best_links(free, threshold, *ties_method))?;
                self.write_clusters(clusters, tables, ctx, clock)
            }
            StepSpec::GraphMetrics { threshold_match_probability } => {
                self.need_edges(tables, ctx, clock)?;
                let threshold = self.cluster_threshold(*threshold_match_probability);
                clock.stage("graph_metrics", ctx, || self.measure_graph(threshold, tables))
            }
            StepSpec::ScoreMissingClusterEdges {
                clusters,
                leave_out_edges,
                threshold_match_probability,
                threshold_match_weight,
                name,
            } => {
                if *leave_out_edges {
                    self.need_edges(tables, ctx, clock)?;
                }
                let threshold = threshold_or_all(*threshold_match_probability, *threshold_match_weight)?;
                let name = name.as_deref().unwrap_or("missing_cluster_edges");
                clock.stage(step.kind(), ctx, || {
                    let edges = self.missing_cluster_edges(clusters.as_deref(), *leave_out_edges, threshold, ctx)?;
                    write_pairs(self.edge_columns()?, name, &edges, &Extra::default(), tables)
                })
            }
            other => Err(JobError::Defect(format!("`{}` is no step on edges", other.kind()))),
        }
    }

    /// Predicts where no step has.
    fn need_edges(&mut self, tables: &mut dyn Tables, ctx: &RunContext, clock: &mut Clock) -> Result<(), JobError> {
        if self.links.is_some() {
            return Ok(());
        }
        let wanted = self.job.predict_threshold.unwrap_or(crate::spec::PREDICT_THRESHOLD_DEFAULT);
        let probability = kintsu_core::Probability::new(wanted).map_err(|error| JobError::Defect(error.to_string()))?;
        self.predict(Threshold::Probability(probability), [None; 2], tables, ctx, clock)
    }

    /// Finds the pairs of the blocking rules, and hands them out where a table is named.
    fn link_deterministically(
        &mut self,
        [left, right]: [Option<Chunk>; 2],
        table: Option<(&str, &mut dyn Tables)>,
        ctx: &RunContext,
    ) -> Result<(), JobError> {
        let model = self.model()?;
        let blocker = Blocker::new(&self.loaded.records, &model.blocking_rules, model.parity, ctx).map_err(JobError::part)?;
        let blocker = blocker.in_chunks(left, right);
        ctx.progress().begin("finding pairs", Some(blocker.pairs()), "pairs");
        let found = deterministic_link(&blocker, ctx).map_err(JobError::part)?;
        ctx.progress().finish();
        if let Some((name, tables)) = table {
            let columns = EdgeColumns { scorer: None, ..self.edge_columns()? };
            write_pairs(columns, name, &found, &Extra::default(), tables)?;
        }
        self.counts.put("deterministic_links", found.len() as u64);
        self.deterministic = Some(Arc::new(Links::certain(&found)));
        Ok(())
    }

    fn links(&self, deterministic: bool) -> Result<&Links, JobError> {
        let links = if deterministic { &self.deterministic } else { &self.links };
        links.as_deref().ok_or_else(|| JobError::Defect("there are no links to cluster".to_owned()))
    }

    fn cluster(
        &mut self,
        threshold: Option<f64>,
        deterministic: bool,
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        let threshold = self.cluster_threshold(threshold);
        let clusters = clock.stage("cluster", ctx, || {
            ctx.progress().begin("clustering", None, "");
            let links = self.links(deterministic)?;
            let records = &self.loaded.records;
            let clusters = if self.job.one_to_one {
                let Some(sources) = records.source_codes() else { return Err(JobError::problem(one_table())) };
                one_to_one(records.rows(), &links.pairs, &links.probabilities, sources, threshold, records.node_ranks())
            } else {
                connected_components(records.rows(), &links.pairs, &links.probabilities, threshold)
                    .and_then(|clusters| named(clusters, records.node_ranks()))
            };
            ctx.progress().finish();
            clusters.map_err(JobError::part)
        })?;
        self.write_clusters(clusters, tables, ctx, clock)
    }

    fn write_clusters(
        &mut self,
        clusters: Clusters,
        tables: &mut dyn Tables,
        ctx: &RunContext,
        clock: &mut Clock,
    ) -> Result<(), JobError> {
        let summary = clusters.summary();
        self.counts.put("clusters", summary.clusters);
        self.counts.put("largest_cluster", summary.size_max);
        let several = clusters.sizes().iter().filter(|size| **size > 1).count();
        self.counts.put("clusters_of_several", several as u64);
        clock.stage("write", ctx, || {
            ctx.progress().begin("writing clusters", None, "");
            let batch = clusters_batch(&self.loaded.records, &clusters, ctx)?;
            tables.write("clusters", &batch)?;
            ctx.progress().finish();
            Ok(())
        })?;
        self.clusters = Some(clusters);
        Ok(())
    }

    fn cluster_at(
        &self,
        thresholds: &[f64],
        deterministic: bool,
        summary: bool,
        tables: &mut dyn Tables,
        ctx: &RunContext,
    ) -> Result<(), JobError> {
        let links = self.links(deterministic)?;
        let records = &self.loaded.records;
        let found =
            cluster_at_thresholds(records.rows(), &links.pairs, &links.probabilities, thresholds).map_err(JobError::part)?;
        let mut columns: Vec<(String, ArrayRef)> = Vec::new();
        if summary {
            let numbers = |of: &dyn Fn(&kintsu_entity::ThresholdClusters) -> u64| -> ArrayRef {
                Arc::new(UInt64Array::from_iter_values(found.iter().map(of)))
            };
            let means = found.iter().map(|at| at.summary().size_mean);
            columns.push((
                "threshold_match_probability".to_owned(),
                Arc::new(Float64Array::from_iter_values(found.iter().map(|at| at.threshold))),
            ));
            columns.push(("num_clusters".to_owned(), numbers(&|at| at.summary().clusters)));
            columns.push(("max_cluster_size".to_owned(), numbers(&|at| at.summary().size_max)));
            columns.push(("avg_cluster_size".to_owned(), Arc::new(Float64Array::from_iter_values(means))));
        } else {
            columns.extend(input_columns(records, ctx)?);
            for at in found {
                let name = EntityThreshold::Probability(at.threshold).column_name();
                let clusters = named(at.clusters, records.node_ranks()).map_err(JobError::part)?;
                columns.push((name, cluster_ids(records, clusters.labels())?));
            }
        }
        tables.write("clusters_at_thresholds", &batch_of(columns)?)
    }

    fn best_links(&self, free: Option<&[String]>, threshold: f64, ties: TiesMethod) -> Result<Clusters, JobError> {
        let records = &self.loaded.records;
        let Some(source_of) = records.source_codes() else { return Err(JobError::problem(one_table())) };
        let names = records.sources();
        if let Some(unknown) = free.unwrap_or_default().iter().find(|name| !names.iter().any(|known| **known == ***name)) {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            return Err(JobError::problem(unknown_table(unknown, &names)));
        }
        let duplicate_free: Vec<bool> =
            names.iter().map(|name| free.is_none_or(|free| free.iter().any(|chosen| **chosen == **name))).collect();
        let ties = match ties {
            TiesMethod::LowestId => Ties::LowestId,
            TiesMethod::Drop => Ties::Drop,
        };
        let links = self.links(false)?;
        let ranking = records.node_ranks();
        let options = BestLinkOptions { source_of, duplicate_free: &duplicate_free, threshold, ties, ranking };
        single_best_links(records.rows(), &links.pairs, &links.probabilities, &options).map_err(JobError::part)
    }

    fn measure_graph(&self, threshold: f64, tables: &mut dyn Tables) -> Result<(), JobError> {
        let links = self.links(false)?;
        let records = &self.loaded.records;
        let kept: Vec<(u32, u32)> =
            links.pairs.iter().zip(&links.probabilities).filter(|(_, p)| **p >= threshold).map(|(pair, _)| *pair).collect();
        let clusters = connected_components(records.rows(), &kept, &[], 0.0)
            .and_then(|clusters| named(clusters, records.node_ranks()))
            .map_err(JobError::part)?;
        let metrics = graph_metrics(&clusters, &kept).map_err(JobError::part)?;
        let ids = |rows: Vec<u32>| cluster_ids(records, &rows);
        let all: Vec<u32> = (0..records.rows() as u32).collect();
        let degrees = metrics.nodes.iter().map(|node| node.degree);
        let centralities = metrics.nodes.iter().map(|node| node.centrality);
        tables.write(
            "graph_nodes",
            &batch_of(vec![
                ("composite_unique_id".to_owned(), ids(all)?),
                ("cluster_id".to_owned(), cluster_ids(records, clusters.labels())?),
                ("node_degree".to_owned(), Arc::new(UInt32Array::from_iter_values(degrees))),
                ("node_centrality".to_owned(), Arc::new(Float64Array::from_iter_values(centralities))),
            ])?,
        )?;
        tables.write(
            "graph_edges",
            &batch_of(vec![
                ("composite_unique_id_l".to_owned(), ids(kept.iter().map(|pair| pair.0).collect())?),
                ("composite_unique_id_r".to_owned(), ids(kept.iter().map(|pair| pair.1).collect())?),
                ("is_bridge".to_owned(), Arc::new(BooleanArray::from(metrics.is_bridge.clone()))),
            ])?,
        )?;
        let of = &metrics.clusters;
        let sizes = of.iter().map(|cluster| cluster.nodes);
        tables.write(
            "graph_clusters",
            &batch_of(vec![
                ("cluster_id".to_owned(), ids(of.iter().map(|cluster| cluster.cluster).collect())?),
                ("n_nodes".to_owned(), Arc::new(UInt32Array::from_iter_values(sizes))),
                ("n_edges".to_owned(), Arc::new(Float64Array::from_iter_values(of.iter().map(|cluster| cluster.edges)))),
                ("density".to_owned(), Arc::new(of.iter().map(|cluster| cluster.density).collect::<Float64Array>())),
                (
                    "cluster_centralisation".to_owned(),
                    Arc::new(of.iter().map(|cluster| cluster.centralisation).collect::<Float64Array>()),
                ),
            ])?,
        )
    }
}

/// The clusters under the ids that the link type names them by.
fn named(clusters: Clusters, ranking: Option<&[u32]>) -> Result<Clusters, kintsu_entity::EntityError> {
    match ranking {
        Some(ranking) => clusters.named_by_ranking(ranking),
        None => Ok(clusters),
    }
}
