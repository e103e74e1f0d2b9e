//! One entity by itself: its records, the links between them, and where it would break first.

use serde::Serialize;

use crate::bridges::bridges;
use crate::clusters::Clusters;
use crate::components::Components;
use crate::error::{EntityError, check_length, check_links, check_numbers};
use crate::weakest_link::{WeakestLink, links_from_the_strongest, weakest_link};

/// The records of one cluster and the links between them.
///
/// Looked up once with one pass over all links; what is asked of it then costs no more than its own size.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its rows, ascending.
    pub rows: Vec<u32>,
    /// The positions of the links between them, ascending.
    pub links: Vec<usize>,
    /// The same links between places in `rows`.
    local: Vec<(u32, u32)>,
    scores: Vec<f64>,
}

/// Where an entity breaks first as the threshold rises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakingPoint {
    /// The position of the weakest link of the strongest links that hold the entity together.
    pub link: usize,
    /// Its score: above this threshold the entity falls apart.
    pub score: f64,
    /// Whether no other link, however weak, joins the two parts.
    pub is_bridge: bool,
    /// The rows that the stronger links hold together on one side of it, the side with the smallest row.
    pub first_part: Vec<u32>,
    /// Those on the other side.
    pub second_part: Vec<u32>,
}

impl Entity {
    /// The entity of `row`. Links that leave its cluster are left out.
    ///
    /// # Errors
    /// [`EntityError`] when `row` or a link names no row, a score is no number, or lengths differ.
    pub fn of(row: u32, clusters: &Clusters, links: &[(u32, u32)], scores: &[f64]) -> Result<Self, EntityError> {
        let labels = clusters.labels();
        check_links(labels.len(), &[(row, row)])?;
        check_links(labels.len(), links)?;
        check_length("scores of links", links.len(), scores.len())?;
        check_numbers("the score of a link", scores)?;
        let cluster = labels[row as usize];
        let inside = |row: u32| labels[row as usize] == cluster;
        let rows: Vec<u32> = (0..labels.len() as u32).filter(|&row| inside(row)).collect();
        let place = |row: u32| rows.partition_point(|&other| other < row) as u32;
        let held: Vec<usize> = (0..links.len()).filter(|&link| inside(links[link].0) && inside(links[link].1)).collect();
        let local = held.iter().map(|&link| (place(links[link].0), place(links[link].1))).collect();
        let scores = held.iter().map(|&link| scores[link]).collect();
        Ok(Self { rows, links: held, local, scores })
    }

    /// The strongest chain between two of its rows; see [`weakest_link`]. None when one of them is not among its rows.
    ///
    /// # Errors
    /// None that its making would not have raised.
    pub fn weakest_link(&self, from: u32, to: u32) -> Result<Option<WeakestLink>, EntityError> {
        let place = |row: u32| self.rows.binary_search(&row).ok().map(|place| place as u32);
        let (Some(from), Some(to)) = (place(from), place(to)) else { return Ok(None) };
        let found = weakest_link(self.rows.len(), &self.local, &self.scores, from, to)?;
        Ok(found.map(|found| WeakestLink {
            link: self.links[found.link],
            rows: found.rows.iter().map(|&place| self.rows[place as usize]).collect(),
            links: found.links.iter().map(|&link| self.links[link]).collect(),
            ..found
        }))
    }

    /// Where it breaks first; none for a single row, or where its links do not hold all of it together.
    ///
    /// ```
    /// use kintsu_entity::{Entity, connected_components};
    /// let (links, scores) = ([(0, 1), (1, 2), (2, 3)], [9.0, 2.0, 7.0]);
    /// let clusters = connected_components(4, &links, &[], 0.0)?;
    /// let point = Entity::of(3, &clusters, &links, &scores)?.breaking_point()?;
    /// let parts = point.map(|point| (point.score, point.is_bridge, point.first_part, point.second_part));
    /// assert_eq!(parts, Some((2.0, true, vec![0, 1], vec![2, 3])));
    /// # Ok::<(), kintsu_entity::EntityError>(())
    /// ```
    ///
    /// # Errors
    /// None that its making would not have raised.
    pub fn breaking_point(&self) -> Result<Option<BreakingPoint>, EntityError> {
        let mut components = Components::new(self.rows.len())?;
        let mut parts_left = self.rows.len();
        for link in links_from_the_strongest(&self.local, &self.scores) {
            let (left, right) = self.local[link];
            if components.find(left) == components.find(right) {
                continue;
            }
            if parts_left == 2 {
                return self.broken_at(link, components).map(Some);
            }
            components.union(left, right);
            parts_left -= 1;
        }
        Ok(None)
    }

    fn broken_at(&self, link: usize, components: Components) -> Result<BreakingPoint, EntityError> {
        let parts = components.into_clusters();
        let first = parts.labels().first().copied();
        let side = |wanted: bool| {
            let labelled = self.rows.iter().zip(parts.labels());
            labelled.filter(|(_, label)| (Some(**label) == first) == wanted).map(|(&row, _)| row).collect()
        };
        Ok(BreakingPoint {
            link: self.links[link],
            score: self.scores[link],
            is_bridge: bridges(self.rows.len(), &self.local)?[link],
            first_part: side(true),
            second_part: side(false),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clusters::connected_components;

    #[test]
    fn chains_are_named_by_the_rows_and_links_of_the_whole() {
        let (links, scores) = ([(0, 1), (3, 5), (5, 6), (3, 6)], [1.0, 8.0, 4.0, 6.0]);
        let clusters = connected_components(7, &links, &[], 0.0).unwrap();
        let entity = Entity::of(6, &clusters, &links, &scores).unwrap();
        assert_eq!((entity.rows.as_slice(), entity.links.as_slice()), (&[3, 5, 6][..], &[1, 2, 3][..]));
        let found = entity.weakest_link(5, 6).unwrap().unwrap();
        assert_eq!((found.link, found.rows, found.links, found.is_bridge), (3, vec![5, 3, 6], vec![1, 3], false));
        assert_eq!(entity.weakest_link(5, 0).unwrap(), None);
        let point = entity.breaking_point().unwrap().unwrap();
        assert_eq!((point.link, point.first_part, point.second_part, point.is_bridge), (3, vec![3, 5], vec![6], false));
    }

    #[test]
    fn a_single_record_does_not_break() {
        let clusters = connected_components(2, &[], &[], 0.0).unwrap();
        assert_eq!(Entity::of(1, &clusters, &[], &[]).unwrap().breaking_point().unwrap(), None);
        assert!(Entity::of(2, &clusters, &[], &[]).is_err());
    }
}
