//! The same answers by the plainest means, to check against.

use std::collections::{BTreeMap, BTreeSet};

/// Components by reachability: a row's cluster is the smallest row that it reaches (Warshall 1962).
pub(crate) fn reachability(nodes: usize, links: &[(u32, u32)]) -> Vec<u32> {
    let mut reaches = vec![vec![false; nodes]; nodes];
    (0..nodes).for_each(|row| reaches[row][row] = true);
    for &(left, right) in links {
        reaches[left as usize][right as usize] = true;
        reaches[right as usize][left as usize] = true;
    }
    for middle in 0..nodes {
        let onward = reaches[middle].clone();
        for row in reaches.iter_mut().filter(|row| row[middle]) {
            row.iter_mut().zip(&onward).for_each(|(reached, &further)| *reached |= further);
        }
    }
    reaches.iter().map(|row| row.iter().position(|&yes| yes).unwrap() as u32).collect()
}

/// Components by handing the smallest label along links until nothing changes.
pub(crate) fn label_propagation(nodes: usize, links: &[(u32, u32)]) -> Vec<u32> {
    let mut labels: Vec<u32> = (0..nodes as u32).collect();
    loop {
        let mut changed = false;
        for &(left, right) in links {
            let smallest = labels[left as usize].min(labels[right as usize]);
            for row in [left, right] {
                changed |= labels[row as usize] != smallest;
                labels[row as usize] = smallest;
            }
        }
        if !changed {
            return labels;
        }
    }
}

/// Bridges by taking each link away.
pub(crate) fn bridges(nodes: usize, links: &[(u32, u32)]) -> Vec<bool> {
    let parts = |links: &[(u32, u32)]| label_propagation(nodes, links).into_iter().collect::<BTreeSet<_>>().len();
    let whole = parts(links);
    let without = |link: usize| links.iter().enumerate().filter(|&(at, _)| at != link).map(|(_, &rows)| rows).collect::<Vec<_>>();
    (0..links.len()).map(|link| parts(&without(link)) > whole).collect()
}

/// Single best links in rounds over all links, as the definition reads.
pub(crate) fn single_best_links(
    links: &[(u32, u32)],
    scores: &[f64],
    source_of: &[u32],
    duplicate_free: &[bool],
    threshold: f64,
    drop: bool,
    ranking: &[u32],
) -> Vec<u32> {
    let mut directed: Vec<(u32, u32, f64)> = Vec::new();
    for (&(left, right), &score) in links.iter().zip(scores).filter(|&(_, &score)| score >= threshold) {
        directed.extend([(left, right, score), (right, left, score)]);
    }
    if drop {
        let all = directed.clone();
        let is_tied = |near: u32, far: u32, score: f64| {
            let source = source_of[far as usize];
            let rivals = all.iter().filter(|link| link.0 == near && link.2 == score && source_of[link.1 as usize] == source);
            duplicate_free[source as usize] && rivals.map(|link| link.1).collect::<BTreeSet<_>>().len() > 1
        };
        directed.retain(|&(near, far, score)| !is_tied(near, far, score) && !is_tied(far, near, score));
    }
    let mut cluster: Vec<u32> = (0..source_of.len() as u32).collect();
    loop {
        let mut holds: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (row, &of) in cluster.iter().enumerate() {
            let entry = holds.entry(of).or_default();
            if duplicate_free[source_of[row] as usize] {
                entry.insert(source_of[row]);
            }
        }
        let open: Vec<(u32, u32, f64)> = directed
            .iter()
            .filter(|link| {
                let (near, far) = (cluster[link.0 as usize], cluster[link.1 as usize]);
                near != far && holds[&near].is_disjoint(&holds[&far])
            })
            .copied()
            .collect();
        let first = |of: u32| {
            let outgoing = open.iter().filter(|link| cluster[link.0 as usize] == of);
            outgoing
                .map(|link| (link.2, ranking[link.1 as usize]))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
                .unwrap()
        };
        let mutual = open.iter().find(|link| {
            first(cluster[link.0 as usize]) == (link.2, ranking[link.1 as usize])
                && first(cluster[link.1 as usize]) == (link.2, ranking[link.0 as usize])
        });
        let Some(&(left, right, _)) = mutual else { break };
        let (keep, lose) = (cluster[left as usize], cluster[right as usize]);
        cluster.iter_mut().filter(|of| **of == lose).for_each(|of| *of = keep);
    }
    let name = |of: u32| (0..cluster.len()).filter(|&row| cluster[row] == of).min_by_key(|&row| ranking[row]).unwrap() as u32;
    cluster.iter().map(|&of| name(of)).collect()
}

/// True positives, false positives and false negatives over every pair that counts.
pub(crate) fn pair_counts(claimed: impl Fn(u32, u32) -> bool, truth: &[u32], source_of: Option<&[u32]>) -> (u64, u64, u64) {
    let (mut both, mut wrong, mut missed) = (0, 0, 0);
    for left in 0..truth.len() as u32 {
        for right in left + 1..truth.len() as u32 {
            let (l, r) = (left as usize, right as usize);
            if truth[l] == u32::MAX || truth[r] == u32::MAX || source_of.is_some_and(|source| source[l] == source[r]) {
                continue;
            }
            match (claimed(left, right), truth[l] == truth[r]) {
                (true, true) => both += 1,
                (true, false) => wrong += 1,
                (false, true) => missed += 1,
                (false, false) => {}
            }
        }
    }
    (both, wrong, missed)
}
