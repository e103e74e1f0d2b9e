//! Random graphs, the same in every run.

use kintsu_core::{Stream, unit_interval};

/// A random graph with scores, sources, truth and a ranking.
pub(crate) struct Graph {
    pub(crate) nodes: usize,
    pub(crate) links: Vec<(u32, u32)>,
    pub(crate) scores: Vec<f64>,
    pub(crate) source_of: Vec<u32>,
    pub(crate) truth: Vec<u32>,
    pub(crate) ranking: Vec<u32>,
}

/// Numbers drawn one after the other from a keyed stream.
pub(crate) struct Draw {
    stream: Stream,
    next: u64,
}

impl Draw {
    pub(crate) fn new(name: &str, number: u64) -> Self {
        Self { stream: Stream::new(number, name), next: 0 }
    }

    pub(crate) fn unit(&mut self) -> f64 {
        self.next += 1;
        unit_interval(self.stream.bits_at(self.next))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.unit() * end as f64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Graph `number` of a family: up to `nodes_max` rows, from none to dense, with many equal scores, loops and parallel links.
pub(crate) fn random_graph(name: &str, number: u64, nodes_max: usize) -> Graph {
    let mut draw = Draw::new(name, number);
    let nodes = 1 + draw.below(nodes_max);
    let link_count = draw.below(1 + 2 * nodes);
    let score_kinds = [2, 5, 1000][draw.below(3)];
    let sources = 1 + draw.below(5);
    let links: Vec<(u32, u32)> = (0..link_count).map(|_| (draw.below(nodes) as u32, draw.below(nodes) as u32)).collect();
    let scores = links.iter().map(|_| draw.below(score_kinds + 1) as f64 / score_kinds as f64).collect();
    let source_of = (0..nodes).map(|_| draw.below(sources) as u32).collect();
    let entities = 1 + draw.below(nodes);
    let truth = (0..nodes).map(|_| if draw.below(8) == 0 { u32::MAX } else { draw.below(entities) as u32 }).collect();
    let mut ranking: Vec<u32> = (0..nodes as u32).collect();
    draw.shuffle(&mut ranking);
    Graph { nodes, links, scores, source_of, truth, ranking }
}
