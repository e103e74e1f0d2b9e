//! Clusters that hold at most one record of each table that is known to be free of duplicates.
//!
//! Links are merged greedily. Each cluster ranks the links that lead out of it, by score from high to low and then by the place
//! of the far row from low to high; a link that both of its clusters rank first is merged, and so on until none is left. A link
//! counts only while its two clusters share no duplicate-free source. Clusters of several rows may each rank another link of the
//! same score first, in a circle: they merge no further, nor does a cluster whose first link leads to them. Only exact ties can
//! bring that about.
//!
//! Rounds over all links would cost O(rounds * links). Here links of one score are taken together, from the highest score down,
//! because a link is never ranked behind a lower score; within a score each cluster keeps its links in a heap and waits at the
//! cluster that its first link leads to. A cluster only grows, so a link once forbidden stays forbidden and is thrown away when it
//! is seen; the waiting are woken when the cluster they wait at takes in a new source. The order in which mutual first links are
//! merged changes nothing: a merge elsewhere can forbid a cluster's other links, but never brings a better one.
//! O(links * log^2 links * sources that are duplicate-free) at the worst, O(links log links) on ordinary data.
//!
//! Useful for linking tables of which each entity appears once. Not useful for deduplication, where it is plain clustering.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::clusters::Clusters;
use crate::components::Components;
use crate::error::{EntityError, check_length, check_links, check_numbers, check_ranking};

/// What to do with links of one record to several records of one duplicate-free source that score exactly the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ties {
    /// The far record that comes first wins.
    #[default]
    LowestId,
    /// None of them is taken. Looked at once, before merging, from both ends of each link, at every score and not only the best.
    Drop,
}

/// What [`single_best_links`] works under.
#[derive(Debug, Clone, Copy)]
pub struct BestLinkOptions<'a> {
    /// The source of each row.
    pub source_of: &'a [u32],
    /// For each source, by its number, whether it holds no duplicates.
    pub duplicate_free: &'a [bool],
    /// Links below this score are not looked at.
    pub threshold: f64,
    /// What to do with ties.
    pub ties: Ties,
    /// The place of each row in the order of ids; none when that is the order of the rows.
    pub ranking: Option<&'a [u32]>,
}

/// Clusters of mutually best links; at most one record of each duplicate-free source in a cluster.
///
/// ```
/// use kintsu_entity::{BestLinkOptions, Ties, single_best_links};
/// // Row 0 of the first table is like rows 1 and 2 of the second; it keeps the better one.
/// let options = BestLinkOptions {
///     source_of: &[0, 1, 1],
///     duplicate_free: &[true, true],
///     threshold: 0.5,
///     ties: Ties::LowestId,
///     ranking: None,
/// };
/// let clusters = single_best_links(3, &[(0, 1), (0, 2)], &[0.8, 0.9], &options)?;
/// assert_eq!(clusters.labels(), &[0, 1, 0]);
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link names no row, a row names no source, a score is no number, or lengths differ.
pub fn single_best_links(
    nodes: usize,
    links: &[(u32, u32)],
    scores: &[f64],
    options: &BestLinkOptions<'_>,
) -> Result<Clusters, EntityError> {
    check(nodes, links, scores, options)?;
    let mut kept: Vec<usize> = (0..links.len()).filter(|&link| scores[link] >= options.threshold).collect();
    if options.ties == Ties::Drop {
        drop_ties(&mut kept, links, scores, options);
    }
    kept.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
    let mut merger = Merger::new(nodes, links, options)?;
    for tied in kept.chunk_by(|&a, &b| scores[a] == scores[b]) {
        merger.merge(tied);
    }
    let clusters = merger.components.into_clusters();
    match options.ranking {
        Some(ranking) => clusters.named_by_ranking(ranking),
        None => Ok(clusters),
    }
}

/// Clusters with at most one record of each source: [`single_best_links`] with every source free of duplicates.
///
/// # Errors
/// As [`single_best_links`].
pub fn one_to_one(
    nodes: usize,
    links: &[(u32, u32)],
    scores: &[f64],
    source_of: &[u32],
    threshold: f64,
    ranking: Option<&[u32]>,
) -> Result<Clusters, EntityError> {
    let sources = source_of.iter().max().map_or(0, |&last| last as usize + 1);
    let duplicate_free = vec![true; sources];
    let options = BestLinkOptions { source_of, duplicate_free: &duplicate_free, threshold, ties: Ties::LowestId, ranking };
    single_best_links(nodes, links, scores, &options)
}

fn check(nodes: usize, links: &[(u32, u32)], scores: &[f64], options: &BestLinkOptions<'_>) -> Result<(), EntityError> {
    check_links(nodes, links)?;
    check_length("scores of links", links.len(), scores.len())?;
    check_numbers("the score of a link", scores)?;
    check_length("sources of rows", nodes, options.source_of.len())?;
    check_ranking(nodes, options.ranking)?;
    let sources = options.source_of.iter().max().map_or(0, |&last| last as usize + 1);
    if sources > options.duplicate_free.len() {
        return check_length("sources", sources, options.duplicate_free.len());
    }
    Ok(())
}

/// Takes out every link that ties with another of the same row, score and duplicate-free far source.
fn drop_ties(kept: &mut Vec<usize>, links: &[(u32, u32)], scores: &[f64], options: &BestLinkOptions<'_>) {
    let mut ends: Vec<(u32, u32, u64, u32, usize)> = Vec::with_capacity(2 * kept.len());
    for &link in kept.iter() {
        let (left, right) = links[link];
        for (near, far) in [(left, right), (right, left)] {
            let source = options.source_of[far as usize];
            if options.duplicate_free[source as usize] {
                // Adding zero makes the two zeros one number.
                ends.push((near, source, (scores[link] + 0.0).to_bits(), far, link));
            }
        }
    }
    ends.sort_unstable();
    let mut tied: Vec<usize> = Vec::new();
    for group in ends.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
        if group.iter().any(|end| end.3 != group[0].3) {
            tied.extend(group.iter().map(|end| end.4));
        }
    }
    tied.sort_unstable();
    kept.retain(|link| tied.binary_search(link).is_err());
}

/// A link out of a cluster, by the place of its far row. Of links that share it the lowest near row comes first: that is the one
/// which the far cluster may rank first too, as it ranks them by their near rows.
type Outgoing = Reverse<(u32, u32, usize)>;

/// The links of one score that lead out of a cluster, and the clusters that wait for it to change.
#[derive(Default)]
struct Open {
    outgoing: BinaryHeap<Outgoing>,
    waiting: Vec<u32>,
}

type OpenClusters = HashMap<u32, Open, RandomState>;

struct Merger<'a> {
    links: &'a [(u32, u32)],
    ranking: Option<&'a [u32]>,
    components: Components,
    /// Which duplicate-free sources the cluster of a root holds, a bit each.
    holds: Vec<u64>,
    words: usize,
    /// Roots of clusters whose first link will never be ranked first by the other end.
    stuck: Vec<bool>,
}

impl<'a> Merger<'a> {
    fn new(nodes: usize, links: &'a [(u32, u32)], options: &BestLinkOptions<'a>) -> Result<Self, EntityError> {
        let mut bits: Vec<Option<usize>> = Vec::with_capacity(options.duplicate_free.len());
        let mut next = 0;
        for &free in options.duplicate_free {
            bits.push(free.then_some(next));
            next += usize::from(free);
        }
        let words = next.div_ceil(64).max(1);
        let mut holds = vec![0_u64; nodes * words];
        for (row, &source) in options.source_of.iter().enumerate() {
            if let Some(bit) = bits[source as usize] {
                holds[row * words + bit / 64] |= 1 << (bit % 64);
            }
        }
        Ok(Self { links, ranking: options.ranking, components: Components::new(nodes)?, holds, words, stuck: vec![false; nodes] })
    }

    /// Merges links of one score until no two clusters rank the same one first.
    fn merge(&mut self, tied: &[usize]) {
        let mut open = OpenClusters::default();
        let mut examine: Vec<u32> = Vec::new();
        for &link in tied {
            let (left, right) = self.links[link];
            if let Some((left_root, right_root)) = self.ends(link) {
                for (root, near, far) in [(left_root, left, right), (right_root, right, left)] {
                    let cluster = open.entry(root).or_insert_with(|| {
                        examine.push(root);
                        Open::default()
                    });
                    cluster.outgoing.push(Reverse((self.place(far), self.place(near), link)));
                }
            }
        }
        while let Some(root) = examine.pop() {
            self.examine(root, &mut open, &mut examine);
        }
        let roots: Vec<u32> = open.keys().copied().collect();
        for root in roots {
            self.stuck[root as usize] |= self.first(root, &mut open).is_some();
        }
    }

    /// Merges the first link of `root` when the other end ranks it first too; otherwise waits there.
    fn examine(&mut self, root: u32, open: &mut OpenClusters, examine: &mut Vec<u32>) {
        if self.stuck[root as usize] || self.components.find(root) != root {
            return;
        }
        let Some(link) = self.first(root, open) else { return };
        let Some((left, right)) = self.ends(link) else { return };
        let other = if left == root { right } else { left };
        if !self.stuck[other as usize] && self.first(other, open) == Some(link) {
            self.join(root, other, open, examine);
        } else if let Some(cluster) = open.get_mut(&other) {
            cluster.waiting.push(root);
        }
    }

    /// The first link of `root` that is still allowed; what is not is thrown away.
    fn first(&mut self, root: u32, open: &mut OpenClusters) -> Option<usize> {
        let cluster = open.get_mut(&root)?;
        while let Some(&Reverse((_, _, link))) = cluster.outgoing.peek() {
            if self.ends(link).is_some() {
                return Some(link);
            }
            cluster.outgoing.pop();
        }
        None
    }

    fn join(&mut self, left: u32, right: u32, open: &mut OpenClusters, examine: &mut Vec<u32>) {
        let (mut large, mut small) = (open.remove(&left).unwrap_or_default(), open.remove(&right).unwrap_or_default());
        let (left_gains, right_gains) = (!self.covers(left, right), !self.covers(right, left));
        if left_gains {
            examine.append(&mut large.waiting);
        }
        if right_gains {
            examine.append(&mut small.waiting);
        }
        if large.outgoing.len() < small.outgoing.len() {
            std::mem::swap(&mut large.outgoing, &mut small.outgoing);
        }
        if large.waiting.len() < small.waiting.len() {
            std::mem::swap(&mut large.waiting, &mut small.waiting);
        }
        large.outgoing.append(&mut small.outgoing);
        large.waiting.append(&mut small.waiting);
        self.components.union(left, right);
        let root = left.min(right);
        let below = left.max(right) as usize;
        for word in 0..self.words {
            self.holds[root as usize * self.words + word] |= self.holds[below * self.words + word];
        }
        open.insert(root, large);
        examine.push(root);
    }

    /// The two clusters of a link, when it may be merged.
    fn ends(&mut self, link: usize) -> Option<(u32, u32)> {
        let (left, right) = self.links[link];
        let (left, right) = (self.components.find(left), self.components.find(right));
        let shared = self.held(left).iter().zip(self.held(right)).any(|(a, b)| a & b != 0);
        (left != right && !shared).then_some((left, right))
    }

    /// Whether the cluster of `root` already holds every duplicate-free source of `other`.
    fn covers(&self, root: u32, other: u32) -> bool {
        self.held(root).iter().zip(self.held(other)).all(|(a, b)| b & !a == 0)
    }

    fn held(&self, root: u32) -> &[u64] {
        &self.holds[root as usize * self.words..][..self.words]
    }

    fn place(&self, row: u32) -> u32 {
        self.ranking.map_or(row, |ranking| ranking[row as usize])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn labels(links: &[(u32, u32)], scores: &[f64], source_of: &[u32], duplicate_free: &[bool], ties: Ties) -> Vec<u32> {
        let options = BestLinkOptions { source_of, duplicate_free, threshold: 0.0, ties, ranking: None };
        single_best_links(source_of.len(), links, scores, &options).unwrap().into_labels()
    }

    #[test]
    fn the_best_link_wins_and_the_next_best_takes_what_is_left() {
        let links = [(0, 2), (0, 3), (1, 2), (1, 3)];
        let scores = [0.9, 0.95, 0.8, 0.94];
        assert_eq!(labels(&links, &scores, &[0, 0, 1, 1], &[true, true], Ties::LowestId), vec![0, 1, 1, 0]);
    }

    #[test]
    fn ties_go_to_the_lowest_row_or_are_dropped() {
        let (links, scores, sources) = ([(0, 1), (0, 2)], [0.9, 0.9], [0, 1, 1]);
        assert_eq!(labels(&links, &scores, &sources, &[true, true], Ties::LowestId), vec![0, 0, 2]);
        assert_eq!(labels(&links, &scores, &sources, &[true, true], Ties::Drop), vec![0, 1, 2]);
        assert_eq!(labels(&links, &scores, &sources, &[true, false], Ties::Drop), vec![0, 0, 0], "the far source may repeat");
    }

    #[test]
    fn sources_that_may_repeat_join_freely() {
        let links = [(0, 1), (1, 2), (2, 3)];
        assert_eq!(labels(&links, &[0.9; 3], &[0, 0, 0, 0], &[false], Ties::LowestId), vec![0, 0, 0, 0]);
    }

    #[test]
    fn two_clusters_that_prefer_different_equal_links_stay_apart() {
        // {0, 1} and {2, 3} are made first; then 0-3 and 1-2 tie, and each side ranks the other's lower row first.
        let links = [(0, 1), (2, 3), (0, 3), (1, 2)];
        assert_eq!(labels(&links, &[0.9, 0.9, 0.5, 0.5], &[0, 0, 0, 0], &[false], Ties::LowestId), vec![0, 0, 2, 2]);
    }

    #[test]
    fn a_ranking_decides_ties_and_names() {
        let ranking = [2, 1, 0];
        let options = BestLinkOptions {
            source_of: &[0, 1, 1],
            duplicate_free: &[true, true],
            threshold: 0.0,
            ties: Ties::LowestId,
            ranking: Some(&ranking),
        };
        let clusters = single_best_links(3, &[(0, 1), (0, 2)], &[0.9, 0.9], &options).unwrap();
        assert_eq!(clusters.labels(), &[2, 1, 2]);
    }

    #[test]
    fn more_than_sixty_four_sources_are_kept_apart() {
        let source_of: Vec<u32> = (0..70).chain([69]).collect();
        let links: Vec<(u32, u32)> = (1..71).map(|row| (0, row)).collect();
        let clusters = one_to_one(71, &links, &vec![0.9; 70], &source_of, 0.5, None).unwrap();
        assert_eq!(clusters.summary().size_max, 70);
        assert_eq!(clusters.labels()[70], 70, "source 69 is there already");
    }
}
