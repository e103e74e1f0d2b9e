//! Connected components by union-find, while links stream in.
//!
//! Roots are linked by row number, the larger below the smaller, so that the root of a component is its smallest row and needs
//! no second pass; paths are halved on the way up (Tarjan and van Leeuwen 1984, "Worst-case analysis of set union algorithms").
//! A call costs O(log n) amortised, in practice a constant.
//! What may surprise: the result does not depend on the order of the calls, nor on which thread makes them.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use crate::clusters::Clusters;
use crate::error::{EntityError, check_links, node_count};

/// A growing partition of rows `0..nodes` into components.
///
/// ```
/// use kintsu_entity::Components;
/// let mut components = Components::new(4)?;
/// components.union(2, 1);
/// components.union(3, 2);
/// assert_eq!(components.into_clusters().labels(), &[0, 1, 1, 1]);
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Components {
    parent: Vec<u32>,
}

impl Components {
    /// Every row by itself. 4 bytes a row.
    ///
    /// # Errors
    /// [`EntityError::TooManyRows`] above 2^32 - 1 rows.
    pub fn new(nodes: usize) -> Result<Self, EntityError> {
        Ok(Self { parent: (0..node_count(nodes)?).collect() })
    }

    /// How many rows there are.
    pub fn nodes(&self) -> usize {
        self.parent.len()
    }

    /// The smallest row of the component of `row`, which must be below [`Components::nodes`].
    pub fn find(&mut self, mut row: u32) -> u32 {
        loop {
            let parent = self.parent[row as usize];
            if parent == row {
                return row;
            }
            let grandparent = self.parent[parent as usize];
            self.parent[row as usize] = grandparent;
            row = grandparent;
        }
    }

    /// Joins the components of two rows; says whether they were apart. Both rows must be below [`Components::nodes`].
    pub fn union(&mut self, left: u32, right: u32) -> bool {
        let (left, right) = (self.find(left), self.find(right));
        let (root, below) = (left.min(right), left.max(right));
        self.parent[below as usize] = root;
        root != below
    }

    /// Joins along every link.
    ///
    /// # Errors
    /// [`EntityError::RowOutOfRange`] when a link names no row; nothing is joined then.
    pub fn extend(&mut self, links: &[(u32, u32)]) -> Result<(), EntityError> {
        check_links(self.nodes(), links)?;
        for &(left, right) in links {
            self.union(left, right);
        }
        Ok(())
    }

    /// The partition as it stands, each cluster named by its smallest row.
    pub fn into_clusters(mut self) -> Clusters {
        // A parent is never larger than its child, so every parent is already a root when its children are reached.
        for row in 0..self.parent.len() {
            self.parent[row] = self.parent[self.parent[row] as usize];
        }
        Clusters::from_roots(self.parent)
    }

    /// The partition as it stands, without giving up the structure.
    pub fn clusters(&self) -> Clusters {
        self.clone().into_clusters()
    }
}

/// [`Components`] that many threads grow at once, without locks.
///
/// A root is linked below a smaller one by compare-and-swap, and a lost race is tried again from the new roots (Anderson and
/// Woll 1991, "Wait-free parallel algorithms for the union-find problem"). Components do not depend on the interleaving, so
/// neither does the result.
///
/// ```
/// use kintsu_entity::SharedComponents;
/// let components = SharedComponents::new(3)?;
/// std::thread::scope(|scope| {
///     scope.spawn(|| components.union(0, 2));
///     scope.spawn(|| components.union(2, 1));
/// });
/// assert_eq!(components.into_clusters().labels(), &[0, 0, 0]);
/// # Ok::<(), kintsu_entity::EntityError>(())
/// ```
#[derive(Debug)]
pub struct SharedComponents {
    parent: Vec<AtomicU32>,
}

impl SharedComponents {
    /// Every row by itself. 4 bytes a row.
    ///
    /// # Errors
    /// [`EntityError::TooManyRows`] above 2^32 - 1 rows.
    pub fn new(nodes: usize) -> Result<Self, EntityError> {
        Ok(Self { parent: (0..node_count(nodes)?).map(AtomicU32::new).collect() })
    }

    /// How many rows there are.
    pub fn nodes(&self) -> usize {
        self.parent.len()
    }

    /// A row of the component of `row` that was its smallest at some moment during the call.
    pub fn find(&self, mut row: u32) -> u32 {
        // Parents only ever move towards smaller rows of the same component: a stale read costs a step, never an error.
        loop {
            let parent = self.parent[row as usize].load(Ordering::Relaxed);
            if parent == row {
                return row;
            }
            let grandparent = self.parent[parent as usize].load(Ordering::Relaxed);
            if grandparent != parent {
                let _ =
                    self.parent[row as usize].compare_exchange_weak(parent, grandparent, Ordering::Relaxed, Ordering::Relaxed);
            }
            row = grandparent;
        }
    }

    /// Joins the components of two rows; says whether this call joined them. Both rows must be below
    /// [`SharedComponents::nodes`].
    pub fn union(&self, mut left: u32, mut right: u32) -> bool {
        loop {
            (left, right) = (self.find(left), self.find(right));
            if left == right {
                return false;
            }
            let (root, below) = (left.min(right), left.max(right));
            if self.parent[below as usize].compare_exchange(below, root, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return true;
            }
        }
    }

    /// Joins along every link, in parallel.
    ///
    /// # Errors
    /// [`EntityError::RowOutOfRange`] when a link names no row; nothing is joined then.
    pub fn extend(&self, links: &[(u32, u32)]) -> Result<(), EntityError> {
        check_links(self.nodes(), links)?;
        links.par_chunks(1 << 14).for_each(|chunk| {
            for &(left, right) in chunk {
                self.union(left, right);
            }
        });
        Ok(())
    }

    /// The partition, each cluster named by its smallest row.
    pub fn into_clusters(self) -> Clusters {
        Components { parent: self.parent.into_iter().map(AtomicU32::into_inner).collect() }.into_clusters()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_the_smallest_row_whatever_the_order() {
        let links = [(5, 4), (4, 3), (0, 1), (3, 5)];
        let mut forward = Components::new(6).unwrap();
        forward.extend(&links).unwrap();
        let mut backward = Components::new(6).unwrap();
        links.iter().rev().for_each(|&(left, right)| {
            backward.union(right, left);
        });
        assert_eq!(forward.clusters().labels(), &[0, 0, 2, 3, 3, 3]);
        assert_eq!(forward.clusters(), backward.into_clusters());
        assert_eq!(forward.find(5), 3);
    }

    #[test]
    fn union_says_whether_the_rows_were_apart() {
        let mut components = Components::new(3).unwrap();
        assert!(components.union(0, 1));
        assert!(!components.union(1, 0));
        assert!(!components.union(2, 2));
    }

    #[test]
    fn a_link_to_no_row_is_refused_and_joins_nothing() {
        let mut components = Components::new(2).unwrap();
        let refused = components.extend(&[(0, 1), (1, 2)]);
        assert_eq!(refused, Err(EntityError::RowOutOfRange { link: 1, row: 2, nodes: 2 }));
        assert_eq!(components.into_clusters().labels(), &[0, 1]);
    }
}
