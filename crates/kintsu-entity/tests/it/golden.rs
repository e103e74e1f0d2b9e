//! Clusters, best links and graph metrics as Splink gave them for stored predictions.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kintsu_entity::{
    BestLinkOptions, Clusters, Ties, cluster_at_thresholds, connected_components, graph_metrics, one_to_one, single_best_links,
};

/// The stored data, when it is here.
fn vectors() -> Option<PathBuf> {
    let shared = std::env::var_os("KINTSU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("vectors/splink/fake_1000");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared is not here");
    None
}

/// A file of comma-separated values, each row by column name.
fn read_csv(path: &Path) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(fields);
    let names = lines.next().unwrap();
    lines.map(|values| names.iter().cloned().zip(values).collect()).collect()
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

fn number(row: &HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// The scored pairs of a model, over rows in the order of ids.
struct Scored {
    /// The id of each row, composite where there are sources.
    ids: Vec<String>,
    /// 0 for "even", 1 for "odd"; 0 without sources.
    source_of: Vec<u32>,
    links: Vec<(u32, u32)>,
    probabilities: Vec<f64>,
}

impl Scored {
    fn read(vectors: &Path, model: &Path, with_sources: bool) -> Self {
        let mut rows: Vec<(String, u32)> = Vec::new();
        for record in read_csv(&vectors.join("input.csv")) {
            let id: u32 = record["unique_id"].parse().unwrap();
            let source = ["even", "odd"][(id % 2) as usize];
            rows.push(if with_sources { (format!("{source}-__-{id}"), id % 2) } else { (id.to_string(), 0) });
        }
        if with_sources {
            rows.sort();
        }
        let row_of: HashMap<&str, u32> = rows.iter().enumerate().map(|(row, (id, _))| (id.as_str(), row as u32)).collect();
        let mut links = Vec::new();
        let mut probabilities = Vec::new();
        for pair in read_csv(&model.join("predictions.csv")) {
            let end = |side: &str| {
                let id = &pair[&format!("unique_id_{side}")];
                if with_sources {
                    row_of[format!("{}-__-{id}", pair[&format!("source_dataset_{side}")]).as_str()]
                } else {
                    row_of[id.as_str()]
                }
            };
            links.push((end("l"), end("r")));
            probabilities.push(number(&pair, "match_probability"));
        }
        let source_of = rows.iter().map(|row| row.1).collect();
        Self { ids: rows.into_iter().map(|row| row.0).collect(), source_of, links, probabilities }
    }

    fn expect(&self, clusters: &Clusters, path: &Path, with_sources: bool) {
        let expected: HashMap<String, String> = read_csv(path)
            .into_iter()
            .map(|row| {
                let id = row["unique_id"].clone();
                (if with_sources { format!("{}-__-{id}", row["source_dataset"]) } else { id }, row["cluster_id"].clone())
            })
            .collect();
        assert_eq!(expected.len(), self.ids.len());
        for (row, &cluster) in clusters.labels().iter().enumerate() {
            assert_eq!(self.ids[cluster as usize], expected[&self.ids[row]], "{} in {}", self.ids[row], path.display());
        }
    }

    /// The clusters, with names in the order of composite ids where rows stand in another.
    fn best_links(&self, duplicate_free: &[bool], ties: Ties) -> Clusters {
        let options = BestLinkOptions { source_of: &self.source_of, duplicate_free, threshold: 0.5, ties, ranking: None };
        single_best_links(self.ids.len(), &self.links, &self.probabilities, &options).unwrap()
    }
}

#[test]
fn clusters_at_every_threshold_are_splinks() {
    let Some(vectors) = vectors() else { return };
    for version in ["splink4", "splink5"] {
        for model in ["basic", "thresholds", "tf_variants", "fullname"] {
            let folder = vectors.join(version).join(model);
            let scored = Scored::read(&vectors, &folder, false);
            let at = cluster_at_thresholds(scored.ids.len(), &scored.links, &scored.probabilities, &[0.99, 0.5, 0.95]).unwrap();
            for found in at {
                scored.expect(&found.clusters, &folder.join(format!("clusters_{}.csv", found.threshold)), false);
            }
        }
        for model in ["link_only", "link_and_dedupe"] {
            let folder = vectors.join(version).join(model);
            let scored = Scored::read(&vectors, &folder, true);
            let found = connected_components(scored.ids.len(), &scored.links, &scored.probabilities, 0.95).unwrap();
            scored.expect(&found, &folder.join("clusters_0.95.csv"), true);
        }
    }
}

#[test]
fn single_best_links_are_splinks() {
    let Some(vectors) = vectors() else { return };
    for version in ["splink4", "splink5"] {
        for model in ["link_only", "link_and_dedupe"] {
            let folder = vectors.join(version).join(model);
            let scored = Scored::read(&vectors, &folder, true);
            let cases: [(&str, &[bool], Ties); 3] = [
                ("lowest_id", &[true, true], Ties::LowestId),
                ("drop", &[true, true], Ties::Drop),
                ("even_only", &[true, false], Ties::LowestId),
            ];
            for (name, duplicate_free, ties) in cases {
                let found = scored.best_links(duplicate_free, ties);
                scored.expect(&found, &folder.join(format!("single_best_links_0.5_{name}.csv")), true);
            }
            let found = one_to_one(scored.ids.len(), &scored.links, &scored.probabilities, &scored.source_of, 0.5, None).unwrap();
            scored.expect(&found, &folder.join("single_best_links_0.5_lowest_id.csv"), true);
        }
    }
}

#[test]
fn graph_metrics_are_splinks() {
    let Some(vectors) = vectors() else { return };
    for version in ["splink4", "splink5"] {
        for model in ["basic", "thresholds"] {
            let folder = vectors.join(version).join(model);
            let scored = Scored::read(&vectors, &folder, false);
            let links: Vec<(u32, u32)> = scored
                .links
                .iter()
                .zip(&scored.probabilities)
                .filter(|&(_, &probability)| probability >= 0.95)
                .map(|(&link, _)| link)
                .collect();
            let clusters = connected_components(scored.ids.len(), &links, &[], 0.0).unwrap();
            let metrics = graph_metrics(&clusters, &links).unwrap();
            expect_nodes(&folder, &scored, &metrics);
            expect_links(&folder, &scored, &links, &metrics);
            expect_clusters(&folder, &scored, &metrics);
        }
    }
}

fn expect_nodes(folder: &Path, scored: &Scored, metrics: &kintsu_entity::GraphMetrics) {
    let expected = read_csv(&folder.join("graph_nodes.csv"));
    assert_eq!(expected.len(), metrics.nodes.len());
    let by_id: HashMap<&str, &HashMap<String, String>> =
        expected.iter().map(|row| (row["composite_unique_id"].as_str(), row)).collect();
    for (id, node) in scored.ids.iter().zip(&metrics.nodes) {
        let row = by_id[id.as_str()];
        assert_eq!(scored.ids[node.cluster as usize], row["cluster_id"]);
        assert_eq!(
            (f64::from(node.degree), node.centrality),
            (number(row, "node_degree"), number(row, "node_centrality")),
            "{id}"
        );
    }
}

fn expect_links(folder: &Path, scored: &Scored, links: &[(u32, u32)], metrics: &kintsu_entity::GraphMetrics) {
    let expected = read_csv(&folder.join("graph_edges.csv"));
    assert_eq!(expected.len(), links.len());
    let by_ids: HashMap<(&str, &str), bool> = expected
        .iter()
        .map(|row| ((row["composite_unique_id_l"].as_str(), row["composite_unique_id_r"].as_str()), row["is_bridge"] == "True"))
        .collect();
    for (&(left, right), &is_bridge) in links.iter().zip(&metrics.is_bridge) {
        assert_eq!(is_bridge, by_ids[&(scored.ids[left as usize].as_str(), scored.ids[right as usize].as_str())]);
    }
}

fn expect_clusters(folder: &Path, scored: &Scored, metrics: &kintsu_entity::GraphMetrics) {
    let expected = read_csv(&folder.join("graph_clusters.csv"));
    assert_eq!(expected.len(), metrics.clusters.len());
    let by_id: HashMap<&str, &HashMap<String, String>> = expected.iter().map(|row| (row["cluster_id"].as_str(), row)).collect();
    for cluster in &metrics.clusters {
        let row = by_id[scored.ids[cluster.cluster as usize].as_str()];
        assert_eq!((f64::from(cluster.nodes), cluster.edges), (number(row, "n_nodes"), number(row, "n_edges")));
        for (column, found) in [("density", cluster.density), ("cluster_centralisation", cluster.centralisation)] {
            assert_eq!(found, row[column].parse().ok(), "{column} of {}", row["cluster_id"]);
        }
    }
}
