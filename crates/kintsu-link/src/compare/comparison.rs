//! One comparison: its levels in order, split into what codes alone settle and what has to be measured.

use kintsu_table::NULL_CODE;

use super::compile::Compiler;
use super::condition::{Node, Pairs, Shared};
use super::ladder::LadderPlan;
use super::scratch::Scratch;
use super::truth::TRUE;
use crate::error::LinkError;
use crate::model::Comparison;
use crate::sql::Side;

/// The gamma of a pair that codes alone do not settle.
pub(crate) const UNDECIDED: i8 = i8::MIN;

/// A compiled comparison.
#[derive(Debug)]
pub(crate) struct ComparisonPlan {
    levels: Vec<(Node, i8)>,
    /// The gamma when no level is true.
    otherwise: i8,
    /// How many of the first levels look at codes only.
    cheap: usize,
    /// The usual first two levels, done in one pass.
    fused: Option<NullThenEqual>,
}

/// Null where either value is null, else equal codes.
#[derive(Debug)]
struct NullThenEqual {
    left: u32,
    right: u32,
    null: i8,
    equal: i8,
}

impl ComparisonPlan {
    pub(crate) fn compile(comparison: &Comparison, compiler: &mut Compiler<'_>) -> Result<Self, LinkError> {
        if comparison.levels.len() > 100 {
            let comparison_name = comparison.output_column_name.clone();
            return Err(LinkError::TooManyLevels { comparison: comparison_name, levels: comparison.levels.len() });
        }
        let mut levels = Vec::new();
        let mut otherwise = -1;
        for (position, level) in comparison.levels.iter().enumerate() {
            let Some(condition) = &level.condition else {
                otherwise = level.gamma as i8;
                break;
            };
            let place = format!("comparison `{}`, level {position}", comparison.output_column_name);
            levels.push((compiler.condition(condition, &place)?, level.gamma as i8));
        }
        let cheap = levels.iter().take_while(|(node, _)| node.is_cheap()).count();
        let fused = NullThenEqual::of(&levels);
        Ok(Self { levels, otherwise, cheap, fused })
    }

    /// Whether codes alone settle every pair.
    pub(crate) fn is_quick(&self) -> bool {
        self.cheap == self.levels.len()
    }

    /// Tries the levels that look at codes only; pairs that none of them settles are left [`UNDECIDED`] when levels remain.
    pub(crate) fn quick(&self, shared: &Shared, pairs: Pairs<'_>, gammas: &mut Vec<i8>, scratch: &mut Scratch) {
        let rest = if self.is_quick() { self.otherwise } else { UNDECIDED };
        gammas.clear();
        let Some(fused) = &self.fused else {
            gammas.resize(pairs.left.len(), rest);
            let mut open = scratch.places();
            open.extend(0..pairs.left.len() as u32);
            self.try_levels(&self.levels[..self.cheap], shared, pairs, &mut open, gammas, scratch);
            scratch.give_places(open);
            return;
        };
        let undecided = if self.cheap == 2 { rest } else { UNDECIDED };
        gammas.extend(
            pairs
                .left
                .iter()
                .zip(pairs.right)
                .map(|(&left, &right)| fused.gamma(shared.matrix.row(left), shared.matrix.row(right), undecided)),
        );
        if self.cheap > 2 {
            let mut open = scratch.places();
            open.extend(gammas.iter().enumerate().filter(|(_, gamma)| **gamma == UNDECIDED).map(|(place, _)| place as u32));
            self.try_levels(&self.levels[2..self.cheap], shared, pairs, &mut open, gammas, scratch);
            open.iter().for_each(|&place| gammas[place as usize] = rest);
            scratch.give_places(open);
        }
    }

    /// Tries the remaining levels for the pairs at the places `undecided`.
    pub(crate) fn settle(&self, shared: &Shared, pairs: Pairs<'_>, undecided: &[u32], gammas: &mut [i8], scratch: &mut Scratch) {
        let mut open = scratch.places();
        open.extend(undecided.iter().filter(|&&place| gammas[place as usize] == UNDECIDED));
        self.try_levels(&self.levels[self.cheap..], shared, pairs, &mut open, gammas, scratch);
        open.iter().for_each(|&place| gammas[place as usize] = self.otherwise);
        scratch.give_places(open);
    }

    /// Gives the pairs at the places `open` the first level that is true; what remains in `open` took none.
    fn try_levels(
        &self,
        levels: &[(Node, i8)],
        shared: &Shared,
        pairs: Pairs<'_>,
        open: &mut Vec<u32>,
        gammas: &mut [i8],
        scratch: &mut Scratch,
    ) {
        let mut truths = scratch.truths();
        for (node, gamma) in levels {
            if open.is_empty() {
                break;
            }
            node.truths(shared, pairs, open, scratch, &mut truths);
            let mut at = 0;
            open.retain(|&place| {
                let taken = truths[at] == TRUE;
                at += 1;
                if taken {
                    gammas[place as usize] = *gamma;
                }
                !taken
            });
        }
        scratch.give_truths(truths);
    }

    /// The gamma when no level is true.
    pub(crate) fn otherwise(&self) -> i8 {
        self.otherwise
    }

    /// The gammas that a pair can still take when codes alone do not settle it.
    pub(crate) fn undecided_gammas(&self) -> impl Iterator<Item = i8> {
        self.levels[self.cheap..].iter().map(|(_, gamma)| *gamma).chain([self.otherwise])
    }

    /// About how long it takes to settle a pair, in arbitrary units.
    pub(crate) fn cost(&self, ladders: &[LadderPlan]) -> f64 {
        self.levels[self.cheap..].iter().map(|(node, _)| node.cost(ladders)).sum::<f64>().max(0.1)
    }

    /// The place of every column that the comparison looks at, each once.
    pub(crate) fn inputs(&self, ladders: &[LadderPlan]) -> Vec<u32> {
        let mut found = Vec::new();
        self.levels.iter().for_each(|(node, _)| {
            node.inputs(ladders, &mut |place| {
                if !found.contains(&place) {
                    found.push(place);
                }
            });
        });
        found
    }

    /// The places of conditions that could not be computed for some pair.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &str> {
        let mut found = Vec::new();
        self.levels.iter().for_each(|(node, _)| collect_failures(node, &mut found));
        found.into_iter()
    }
}

fn collect_failures<'a>(node: &'a Node, found: &mut Vec<&'a str>) {
    match node {
        Node::Interpreted(expression) => found.extend(expression.failure()),
        Node::Not(inner) => collect_failures(inner, found),
        Node::And(list) | Node::Or(list) => list.iter().for_each(|inner| collect_failures(inner, found)),
        _ => {}
    }
}

impl NullThenEqual {
    fn of(levels: &[(Node, i8)]) -> Option<Self> {
        let [(Node::Or(nulls), null), (Node::Equal { left, right }, equal), ..] = levels else { return None };
        let [Node::IsNull(a), Node::IsNull(b)] = nulls.as_slice() else { return None };
        let (a, b) = if a.side == Side::Left { (a, b) } else { (b, a) };
        let fits = (a.side, b.side, a.place, b.place) == (Side::Left, Side::Right, *left, *right);
        fits.then_some(Self { left: *left, right: *right, null: *null, equal: *equal })
    }

    #[inline]
    fn gamma(&self, left: &[u32], right: &[u32], rest: i8) -> i8 {
        let (left, right) = (left[self.left as usize], right[self.right as usize]);
        if left == NULL_CODE || right == NULL_CODE {
            self.null
        } else if left == right {
            self.equal
        } else {
            rest
        }
    }
}
