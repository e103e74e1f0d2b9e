//! The links of each row, laid out one row after the other.

use crate::error::{EntityError, check_links};

/// A link as seen from one of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Neighbour {
    /// The row at the other end.
    pub(crate) row: u32,
    /// The position of the link.
    pub(crate) link: u32,
}

/// The links of each row, in the order of the links. 16 bytes a link and 4 bytes a row.
pub(crate) struct Adjacency {
    start: Vec<u32>,
    neighbours: Vec<Neighbour>,
}

impl Adjacency {
    /// Lays out `links`; those of a row with itself stand twice.
    ///
    /// # Errors
    /// When a link names no row, or there are more than 2^31 links.
    pub(crate) fn new(nodes: usize, links: &[(u32, u32)]) -> Result<Self, EntityError> {
        check_links(nodes, links)?;
        if links.len() > (u32::MAX / 2) as usize {
            return Err(EntityError::TooManyLinks { links: links.len() });
        }
        let mut start = vec![0_u32; nodes + 1];
        for &(left, right) in links {
            start[left as usize + 1] += 1;
            start[right as usize + 1] += 1;
        }
        for row in 0..nodes {
            start[row + 1] += start[row];
        }
        let mut next = start.clone();
        let mut neighbours = vec![Neighbour { row: 0, link: 0 }; 2 * links.len()];
        for (link, &(left, right)) in links.iter().enumerate() {
            for (near, far) in [(left, right), (right, left)] {
                let slot = &mut next[near as usize];
                neighbours[*slot as usize] = Neighbour { row: far, link: link as u32 };
                *slot += 1;
            }
        }
        Ok(Self { start, neighbours })
    }

    /// The links of `row`, which must be below the number of rows.
    pub(crate) fn of(&self, row: u32) -> &[Neighbour] {
        &self.neighbours[self.start[row as usize] as usize..self.start[row as usize + 1] as usize]
    }
}
