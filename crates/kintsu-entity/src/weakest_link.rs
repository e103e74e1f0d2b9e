//! What holds two records of an entity together: the strongest chain of links between them, and its weakest link.
//!
//! Of all chains, the one inside the maximum spanning tree has the highest lowest score (Hu 1961, "The maximum capacity route
//! problem"). Links are joined from the highest score down until the two records meet (Kruskal 1956); the link that makes them
//! meet is the weakest of that chain. O(links log links) over the links of the entity.

use serde::Serialize;

use crate::adjacency::Adjacency;
use crate::bridges::bridges;
use crate::components::Components;
use crate::error::{EntityError, check_length, check_links, check_numbers};

/// The strongest chain between two rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeakestLink {
    /// The position of the link with the lowest score on the chain.
    pub link: usize,
    /// Its score.
    pub score: f64,
    /// Whether the two rows would be in different clusters without it.
    pub is_bridge: bool,
    /// The rows of the chain, from the first record to the second.
    pub rows: Vec<u32>,
    /// The positions of the links of the chain, one fewer than rows.
    pub links: Vec<usize>,
}

/// The strongest chain between two rows and its weakest link; none when they are not connected or are one row.
///
/// Equal scores are taken in the order of the rows that they join, so the answer does not depend on the order of the links.
///
/// ```
/// use kintsu_entity::weakest_link;
/// // 0-1-2 holds better than 0-2.
/// let links = [(0, 1), (1, 2), (0, 2)];
/// let weakest = weakest_link(3, &links, &[9.0, 6.0, 3.0], 0, 2)?;
/// assert_eq!(weakest.map(|weakest| (weakest.link, weakest.rows, weakest.is_bridge)), Some((1, vec![0, 1, 2], false)));
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link or one of the two names no row, or a score is no number.
pub fn weakest_link(
    nodes: usize,
    links: &[(u32, u32)],
    scores: &[f64],
    from: u32,
    to: u32,
) -> Result<Option<WeakestLink>, EntityError> {
    check_links(nodes, links)?;
    check_links(nodes, &[(from, to)])?;
    check_length("scores of links", links.len(), scores.len())?;
    check_numbers("the score of a link", scores)?;
    if from == to {
        return Ok(None);
    }
    let Some((tree, weakest)) = strongest_links(nodes, links, scores, from, to)? else { return Ok(None) };
    let chosen: Vec<(u32, u32)> = tree.iter().map(|&link| links[link]).collect();
    let (rows, steps) = path(&Adjacency::new(nodes, &chosen)?, nodes, from, to);
    let is_bridge = bridges(nodes, links)?[weakest];
    let links = steps.into_iter().map(|step| tree[step as usize]).collect();
    Ok(Some(WeakestLink { link: weakest, score: scores[weakest], is_bridge, rows, links }))
}

/// The links of the spanning forest down to the one that connects `from` and `to`, and that one.
fn strongest_links(
    nodes: usize,
    links: &[(u32, u32)],
    scores: &[f64],
    from: u32,
    to: u32,
) -> Result<Option<(Vec<usize>, usize)>, EntityError> {
    let mut components = Components::new(nodes)?;
    let mut tree = Vec::new();
    for link in links_from_the_strongest(links, scores) {
        let (left, right) = links[link];
        if components.union(left, right) {
            tree.push(link);
            if components.find(from) == components.find(to) {
                return Ok(Some((tree, link)));
            }
        }
    }
    Ok(None)
}

/// The positions of the links from the highest score down, equal ones in the order of their rows.
pub(crate) fn links_from_the_strongest(links: &[(u32, u32)], scores: &[f64]) -> Vec<usize> {
    let rows = |link: usize| (links[link].0.min(links[link].1), links[link].0.max(links[link].1));
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then_with(|| rows(a).cmp(&rows(b))));
    order
}

/// The rows and links on the way from one row of a tree to another.
fn path(tree: &Adjacency, nodes: usize, from: u32, to: u32) -> (Vec<u32>, Vec<u32>) {
    let mut reached_by: Vec<Option<(u32, u32)>> = vec![None; nodes];
    // Walked from the end, so that following it back starts at the beginning.
    let mut open = vec![to];
    while let Some(row) = open.pop() {
        for next in tree.of(row) {
            if next.row != to && reached_by[next.row as usize].is_none() {
                reached_by[next.row as usize] = Some((row, next.link));
                open.push(next.row);
            }
        }
    }
    let (mut rows, mut links, mut row) = (vec![from], Vec::new(), from);
    while let Some((next, link)) = reached_by[row as usize] {
        rows.push(next);
        links.push(link);
        row = next;
    }
    (rows, links)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bridge_is_named_and_the_chain_runs_from_first_to_second() {
        let links = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4)];
        let weakest = weakest_link(5, &links, &[5.0, 4.0, 4.5, 1.0, 8.0], 4, 0).unwrap().unwrap();
        assert_eq!((weakest.link, weakest.score, weakest.is_bridge), (3, 1.0, true));
        assert_eq!(weakest.rows, vec![4, 3, 2, 0]);
        assert_eq!(weakest.links, vec![4, 3, 2]);
    }

    #[test]
    fn rows_that_are_not_connected_have_no_chain() {
        assert_eq!(weakest_link(3, &[(0, 1)], &[1.0], 0, 2).unwrap(), None);
        assert_eq!(weakest_link(3, &[(0, 1)], &[1.0], 1, 1).unwrap(), None);
        assert!(weakest_link(3, &[(0, 1)], &[1.0], 0, 3).is_err());
    }
}
