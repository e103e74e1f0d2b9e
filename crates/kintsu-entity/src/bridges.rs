//! Links without which their cluster would fall apart.
//!
//! Tarjan 1974, "A note on finding the bridges of a graph": in a depth-first walk, the link down to a row is a bridge when
//! nothing below that row leads back to above it. O(rows + links), without recursion, so a chain of a million rows is no danger
//! to the stack. Two links between the same rows are no bridges; a link of a row with itself is none.

use crate::adjacency::Adjacency;
use crate::error::EntityError;

/// Not yet reached.
const UNSEEN: u32 = u32::MAX;

/// For each link whether it is a bridge.
///
/// ```
/// // A triangle with a tail.
/// let links = [(0, 1), (1, 2), (0, 2), (2, 3)];
/// assert_eq!(kintsu_entity::bridges(4, &links)?, vec![false, false, false, true]);
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
///
/// # Errors
/// [`EntityError`] when a link names no row.
pub fn bridges(nodes: usize, links: &[(u32, u32)]) -> Result<Vec<bool>, EntityError> {
    let adjacency = Adjacency::new(nodes, links)?;
    let mut walk = Walk {
        adjacency: &adjacency,
        reached: vec![UNSEEN; nodes],
        lowest: vec![UNSEEN; nodes],
        clock: 0,
        bridge: vec![false; links.len()],
    };
    for row in 0..nodes as u32 {
        if walk.reached[row as usize] == UNSEEN {
            walk.from(row);
        }
    }
    Ok(walk.bridge)
}

/// A row on the way down.
struct Step {
    row: u32,
    /// The link it was reached by.
    by: Option<u32>,
    /// How many of its links were followed.
    followed: usize,
}

struct Walk<'a> {
    adjacency: &'a Adjacency,
    /// When each row was reached.
    reached: Vec<u32>,
    /// The earliest row that can be reached from here or below without the link it was reached by.
    lowest: Vec<u32>,
    clock: u32,
    bridge: Vec<bool>,
}

impl Walk<'_> {
    fn from(&mut self, root: u32) {
        let mut path = vec![self.enter(root, None)];
        while let Some(step) = path.last_mut() {
            let row = step.row;
            if let Some(&next) = self.adjacency.of(row).get(step.followed) {
                step.followed += 1;
                if Some(next.link) == step.by {
                    continue;
                }
                if self.reached[next.row as usize] == UNSEEN {
                    let down = self.enter(next.row, Some(next.link));
                    path.push(down);
                } else {
                    self.lower(row, self.reached[next.row as usize]);
                }
            } else {
                let by = step.by;
                path.pop();
                if let (Some(above), Some(link)) = (path.last(), by) {
                    self.bridge[link as usize] = self.lowest[row as usize] > self.reached[above.row as usize];
                    self.lower(above.row, self.lowest[row as usize]);
                }
            }
        }
    }

    fn enter(&mut self, row: u32, by: Option<u32>) -> Step {
        self.reached[row as usize] = self.clock;
        self.lowest[row as usize] = self.clock;
        self.clock += 1;
        Step { row, by, followed: 0 }
    }

    fn lower(&mut self, row: u32, reached: u32) {
        let lowest = &mut self.lowest[row as usize];
        *lowest = (*lowest).min(reached);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_long_chain_is_all_bridges_and_needs_no_stack() {
        let links: Vec<(u32, u32)> = (0..300_000).map(|row| (row, row + 1)).collect();
        assert!(bridges(300_001, &links).unwrap().into_iter().all(|bridge| bridge));
    }

    #[test]
    fn parallel_links_and_loops_are_no_bridges() {
        assert_eq!(bridges(3, &[(0, 1), (1, 0), (1, 2), (2, 2)]).unwrap(), vec![false, false, true, false]);
    }
}
