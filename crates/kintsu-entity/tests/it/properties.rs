//! What holds for every graph.

use std::collections::BTreeSet;

use kintsu_entity::evaluate::{evaluate_clusters, evaluate_links, threshold_table};
use kintsu_entity::{
    BestLinkOptions, Clusters, Components, Entity, SharedComponents, Ties, bridges, cluster_at_thresholds, connected_components,
    graph_metrics, one_to_one, single_best_links, weakest_link,
};

use crate::graphs::{Draw, Graph, random_graph};
use crate::naive;

fn each_graph(name: &str, graphs: u64, nodes_max: usize, check: impl Fn(u64, &Graph) + Sync) {
    use rayon::prelude::*;
    (0..graphs).into_par_iter().for_each(|number| check(number, &random_graph(name, number, nodes_max)));
}

/// Rows that share a cluster, whatever the cluster is called.
fn partition(labels: &[u32]) -> BTreeSet<Vec<usize>> {
    let names: BTreeSet<u32> = labels.iter().copied().collect();
    names.into_iter().map(|name| (0..labels.len()).filter(|&row| labels[row] == name).collect()).collect()
}

#[test]
fn union_find_equals_label_propagation_and_brute_force_on_100_000_graphs() {
    each_graph("components", 100_000, 20, |number, graph| {
        let found = connected_components(graph.nodes, &graph.links, &[], 0.0).unwrap();
        assert_eq!(found.labels(), naive::label_propagation(graph.nodes, &graph.links), "graph {number}");
        assert_eq!(found.labels(), naive::reachability(graph.nodes, &graph.links), "graph {number}");
    });
}

#[test]
fn threads_change_nothing() {
    for number in 0..20 {
        let mut draw = Draw::new("threads", number);
        let nodes = 50_000;
        let links: Vec<(u32, u32)> = (0..60_000).map(|_| (draw.below(nodes) as u32, draw.below(nodes) as u32)).collect();
        let mut alone = Components::new(nodes).unwrap();
        alone.extend(&links).unwrap();
        let shared = SharedComponents::new(nodes).unwrap();
        std::thread::scope(|scope| {
            for part in links.chunks(links.len() / 4) {
                let shared = &shared;
                scope.spawn(move || part.iter().filter(|&&(left, right)| shared.union(left, right)).count());
            }
        });
        let shared = shared.into_clusters();
        let in_parallel = SharedComponents::new(nodes).unwrap();
        in_parallel.extend(&links).unwrap();
        assert_eq!(alone.clusters(), shared);
        assert_eq!(in_parallel.into_clusters(), shared);
    }
}

#[test]
fn the_order_of_links_and_rows_changes_no_cluster() {
    each_graph("order", 5_000, 25, |number, graph| {
        let mut draw = Draw::new("order of links", number);
        let mut links = graph.links.clone();
        draw.shuffle(&mut links);
        let found = connected_components(graph.nodes, &graph.links, &[], 0.0).unwrap();
        assert_eq!(found, connected_components(graph.nodes, &links, &[], 0.0).unwrap());
        // Row r of the one graph is row ranking[r] of the other.
        let moved: Vec<(u32, u32)> =
            links.iter().map(|&(left, right)| (graph.ranking[right as usize], graph.ranking[left as usize])).collect();
        let moved = connected_components(graph.nodes, &moved, &[], 0.0).unwrap();
        let named = found.named_by_ranking(&graph.ranking).unwrap();
        for row in 0..graph.nodes {
            let there = moved.labels()[graph.ranking[row] as usize];
            assert_eq!(graph.ranking[named.labels()[row] as usize], there, "graph {number}");
        }
    });
}

#[test]
fn every_threshold_gives_what_clustering_anew_gives_and_only_splits_further() {
    each_graph("thresholds", 5_000, 25, |number, graph| {
        let thresholds = [0.5, 0.2, 1.0, 0.0, 0.2, 0.75];
        let found = cluster_at_thresholds(graph.nodes, &graph.links, &graph.scores, &thresholds).unwrap();
        assert_eq!(found.len(), 5);
        for at in &found {
            assert_eq!(
                at.clusters,
                connected_components(graph.nodes, &graph.links, &graph.scores, at.threshold).unwrap(),
                "graph {number}"
            );
        }
        for pair in found.windows(2) {
            for row in 0..graph.nodes {
                let finer = pair[1].clusters.labels()[row] as usize;
                assert_eq!(pair[0].clusters.labels()[finer], pair[0].clusters.labels()[row]);
            }
        }
    });
}

#[test]
fn best_links_equal_rounds_over_all_links() {
    each_graph("best links", 20_000, 14, |number, graph| {
        let mut draw = Draw::new("best links options", number);
        let duplicate_free: Vec<bool> = (0..5).map(|_| draw.below(3) > 0).collect();
        let threshold = [0.0, 0.4][draw.below(2)];
        for ties in [Ties::LowestId, Ties::Drop] {
            let options = BestLinkOptions {
                source_of: &graph.source_of,
                duplicate_free: &duplicate_free,
                threshold,
                ties,
                ranking: Some(&graph.ranking),
            };
            let found = single_best_links(graph.nodes, &graph.links, &graph.scores, &options).unwrap();
            let (drop, source_of) = (ties == Ties::Drop, &graph.source_of);
            let expected = naive::single_best_links(
                &graph.links,
                &graph.scores,
                source_of,
                &duplicate_free,
                threshold,
                drop,
                &graph.ranking,
            );
            assert_eq!(found.labels(), expected, "graph {number}");
        }
    });
}

#[test]
fn no_source_is_twice_in_a_one_to_one_cluster_and_no_cluster_leaves_its_component() {
    each_graph("one to one", 5_000, 40, |number, graph| {
        let found = one_to_one(graph.nodes, &graph.links, &graph.scores, &graph.source_of, 0.3, None).unwrap();
        let whole = connected_components(graph.nodes, &graph.links, &graph.scores, 0.3).unwrap();
        let mut seen = BTreeSet::new();
        for row in 0..graph.nodes {
            assert!(seen.insert((found.labels()[row], graph.source_of[row])), "graph {number}");
            assert_eq!(whole.labels()[found.labels()[row] as usize], whole.labels()[row]);
        }
    });
}

#[test]
fn the_order_of_links_changes_no_best_link() {
    each_graph("best order", 5_000, 20, |number, graph| {
        let run = |links: &[(u32, u32)], scores: &[f64]| {
            one_to_one(graph.nodes, links, scores, &graph.source_of, 0.0, Some(&graph.ranking)).unwrap()
        };
        let mut order: Vec<usize> = (0..graph.links.len()).collect();
        Draw::new("best order of links", number).shuffle(&mut order);
        let links: Vec<(u32, u32)> = order.iter().map(|&at| (graph.links[at].1, graph.links[at].0)).collect();
        let scores: Vec<f64> = order.iter().map(|&at| graph.scores[at]).collect();
        assert_eq!(run(&graph.links, &graph.scores), run(&links, &scores), "graph {number}");
    });
}

#[test]
fn bridges_are_the_links_whose_loss_splits_a_cluster() {
    each_graph("bridges", 20_000, 16, |number, graph| {
        assert_eq!(bridges(graph.nodes, &graph.links).unwrap(), naive::bridges(graph.nodes, &graph.links), "graph {number}");
    });
}

#[test]
fn metrics_stay_in_their_ranges() {
    each_graph("metrics", 5_000, 25, |number, graph| {
        // Each pair once, as scoring gives them.
        let mut links: Vec<(u32, u32)> =
            graph.links.iter().map(|&(a, b)| (a.min(b), a.max(b))).filter(|&(a, b)| a != b).collect();
        links.sort_unstable();
        links.dedup();
        let clusters = connected_components(graph.nodes, &links, &[], 0.0).unwrap();
        let metrics = graph_metrics(&clusters, &links).unwrap();
        let edges: f64 = metrics.clusters.iter().map(|cluster| cluster.edges).sum();
        assert_eq!(edges, links.len() as f64, "graph {number}");
        assert_eq!(metrics.clusters.iter().map(|cluster| cluster.nodes as usize).sum::<usize>(), graph.nodes);
        for cluster in &metrics.clusters {
            assert!(cluster.density.is_none_or(|density| (2.0 / f64::from(cluster.nodes)..=1.0).contains(&density)));
            assert!(cluster.centralisation.is_none_or(|centralisation| (0.0..=1.0).contains(&centralisation)));
        }
        assert!(metrics.nodes.iter().all(|node| (0.0..=1.0).contains(&node.centrality)));
        // A forest is all bridges: a cluster with one link fewer than rows.
        for cluster in metrics.clusters.iter().filter(|cluster| cluster.edges == f64::from(cluster.nodes) - 1.0) {
            let inside =
                links.iter().zip(&metrics.is_bridge).filter(|(link, _)| clusters.labels()[link.0 as usize] == cluster.cluster);
            assert!(inside.into_iter().all(|(_, &bridge)| bridge));
        }
    });
}

#[test]
fn the_weakest_link_is_the_highest_threshold_that_still_connects() {
    each_graph("weakest", 5_000, 14, |number, graph| {
        let mut draw = Draw::new("weakest rows", number);
        let (from, to) = (draw.below(graph.nodes) as u32, draw.below(graph.nodes) as u32);
        let found = weakest_link(graph.nodes, &graph.links, &graph.scores, from, to).unwrap();
        let connects = |threshold: f64| {
            let clusters = connected_components(graph.nodes, &graph.links, &graph.scores, threshold).unwrap();
            clusters.labels()[from as usize] == clusters.labels()[to as usize]
        };
        let Some(found) = found else {
            assert!(from == to || !connects(0.0), "graph {number}");
            return;
        };
        assert!(connects(found.score), "graph {number}");
        let higher = graph.scores.iter().copied().filter(|&score| score > found.score).min_by(f64::total_cmp);
        assert!(higher.is_none_or(|threshold| !connects(threshold)), "graph {number}");
        assert_eq!((found.rows.first(), found.rows.last()), (Some(&from), Some(&to)));
        assert_eq!(found.rows.len(), found.links.len() + 1);
        for (step, &link) in found.rows.windows(2).zip(&found.links) {
            let (left, right) = graph.links[link];
            assert!((left, right) == (step[0], step[1]) || (right, left) == (step[0], step[1]), "graph {number}");
            assert!(graph.scores[link] >= found.score);
        }
        assert!(found.links.contains(&found.link));
        let rest: Vec<(u32, u32)> = (0..graph.links.len()).filter(|&at| at != found.link).map(|at| graph.links[at]).collect();
        let without = connected_components(graph.nodes, &rest, &[], 0.0).unwrap();
        assert_eq!(found.is_bridge, without.labels()[from as usize] != without.labels()[to as usize], "graph {number}");
    });
}

#[test]
fn counted_pairs_equal_enumerated_pairs() {
    each_graph("evaluation", 5_000, 25, |number, graph| {
        let clusters = connected_components(graph.nodes, &graph.links, &graph.scores, 0.5).unwrap();
        let labels = clusters.labels();
        let mut distinct: Vec<(u32, u32)> = graph.links.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
        distinct.sort_unstable();
        distinct.dedup();
        for source_of in [None, Some(graph.source_of.as_slice())] {
            let counts = evaluate_clusters(&clusters, &graph.truth, source_of).unwrap().pairs;
            let together = |left: u32, right: u32| labels[left as usize] == labels[right as usize];
            let expected = naive::pair_counts(together, &graph.truth, source_of);
            assert_eq!((counts.true_positives, counts.false_positives, counts.false_negatives), expected, "graph {number}");
            let counts = evaluate_links(&distinct, &graph.truth, source_of).unwrap();
            let expected = naive::pair_counts(|left, right| distinct.contains(&(left, right)), &graph.truth, source_of);
            assert_eq!((counts.true_positives, counts.false_positives, counts.false_negatives), expected, "graph {number}");
        }
    });
}

#[test]
fn records_and_clusters_equal_their_definitions_and_labels_may_be_renamed() {
    each_graph("b-cubed", 5_000, 20, |number, graph| {
        let clusters = connected_components(graph.nodes, &graph.links, &graph.scores, 0.5).unwrap();
        let found = evaluate_clusters(&clusters, &graph.truth, None).unwrap();
        let known: Vec<usize> = (0..graph.nodes).filter(|&row| graph.truth[row] != u32::MAX).collect();
        let sharing = |row: usize, labels: &[u32]| -> BTreeSet<usize> {
            known.iter().copied().filter(|&other| labels[other] == labels[row]).collect()
        };
        let (mut precision, mut recall) = (0.0, 0.0);
        let (mut found_sets, mut true_sets) = (BTreeSet::new(), BTreeSet::new());
        for &row in &known {
            let (cluster, entity) = (sharing(row, clusters.labels()), sharing(row, &graph.truth));
            let both = cluster.intersection(&entity).count() as f64;
            precision += both / cluster.len() as f64 / known.len() as f64;
            recall += both / entity.len() as f64 / known.len() as f64;
            found_sets.insert(cluster);
            true_sets.insert(entity);
        }
        if !known.is_empty() {
            assert!((found.b_cubed.precision - precision).abs() < 1e-12, "graph {number}");
            assert!((found.b_cubed.recall - recall).abs() < 1e-12, "graph {number}");
        }
        assert_eq!(found.clusters.exact, found_sets.intersection(&true_sets).count() as u64, "graph {number}");
        assert_eq!((found.clusters.found, found.clusters.actual), (found_sets.len() as u64, true_sets.len() as u64));
        let renamed: Vec<u32> = graph.truth.iter().map(|&label| if label == u32::MAX { label } else { 1000 - label }).collect();
        assert_eq!(evaluate_clusters(&clusters, &renamed, None).unwrap(), found, "the names of labels mean nothing");
    });
}

#[test]
fn a_threshold_table_is_its_rows_computed_one_by_one() {
    each_graph("table", 2_000, 20, |number, graph| {
        let thresholds = [0.2, 0.6, 1.0];
        let table = threshold_table(&graph.links, &graph.scores, &graph.truth, None, &thresholds).unwrap();
        for (row, threshold) in table.iter().zip(thresholds) {
            let clusters: Clusters = connected_components(graph.nodes, &graph.links, &graph.scores, threshold).unwrap();
            assert_eq!(row.threshold, threshold);
            assert_eq!(row.clusters.clusters as usize, partition(clusters.labels()).len(), "graph {number}");
            assert_eq!(row.cluster_pairs, evaluate_clusters(&clusters, &graph.truth, None).unwrap().pairs);
            assert_eq!(row.links as usize, graph.scores.iter().filter(|&&score| score >= threshold).count());
        }
    });
}

#[test]
fn an_entity_breaks_just_above_its_breaking_point() {
    each_graph("entity", 5_000, 14, |number, graph| {
        let clusters = connected_components(graph.nodes, &graph.links, &graph.scores, 0.2).unwrap();
        let kept: Vec<usize> = (0..graph.links.len()).filter(|&link| graph.scores[link] >= 0.2).collect();
        let links: Vec<(u32, u32)> = kept.iter().map(|&link| graph.links[link]).collect();
        let scores: Vec<f64> = kept.iter().map(|&link| graph.scores[link]).collect();
        let row = Draw::new("entity row", number).below(graph.nodes) as u32;
        let entity = Entity::of(row, &clusters, &links, &scores).unwrap();
        let parts = |threshold: f64| {
            let found = connected_components(graph.nodes, &links, &scores, threshold).unwrap();
            entity.rows.iter().map(|&row| found.labels()[row as usize]).collect::<BTreeSet<_>>().len()
        };
        let Some(point) = entity.breaking_point().unwrap() else {
            assert_eq!(entity.rows.len(), 1, "graph {number}");
            return;
        };
        assert_eq!(parts(point.score), 1, "graph {number}");
        let higher = scores.iter().copied().filter(|&score| score > point.score).min_by(f64::total_cmp);
        assert!(higher.is_none_or(|threshold| parts(threshold) > 1), "graph {number}");
        let mut both = [point.first_part.clone(), point.second_part.clone()].concat();
        both.sort_unstable();
        assert_eq!(both, entity.rows, "graph {number}");
        assert!(point.first_part.contains(&links[point.link].0) != point.first_part.contains(&links[point.link].1));
        let (from, to) = (point.first_part[0], point.second_part[0]);
        let chain = entity.weakest_link(from, to).unwrap().unwrap();
        assert_eq!(chain.score, point.score, "graph {number}");
        assert_eq!(Some(chain), weakest_link(graph.nodes, &links, &scores, from, to).unwrap());
    });
}
