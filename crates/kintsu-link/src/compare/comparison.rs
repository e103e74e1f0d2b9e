//! One comparison: its levels in order, split into what codes settle and what has to be measured.

use super::compile::Compiler;
use super::condition::{Node, Pairs, Shared};
use super::ladder::LadderPlan;
use super::matrix::{MASKED_PLACES, PairMasks};
use super::scratch::Scratch;
use super::truth::TRUE;
use crate::error::LinkError;
use crate::model::Comparison;
use crate::sql::Side;

/// The gamma of a pair that is not settled yet.
pub(crate) const UNDECIDED: i8 = i8::MIN;

/// A compiled comparison.
#[derive(Debug)]
pub(crate) struct ComparisonPlan {
    levels: Vec<(Node, i8)>,
    /// The gamma when no level is true.
    otherwise: i8,
    /// The usual first two levels, which masks settle.
    masked: Option<NullThenEqual>,
    /// The usual other levels, which one ladder settles.
    ladder: Option<LadderTail>,
}

/// Null where either value is null, else equal codes of one column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NullThenEqual {
    pub(crate) place: u32,
    pub(crate) null: i8,
    pub(crate) equal: i8,
}

/// Levels that all ask one ladder, each about a weaker threshold.
#[derive(Debug)]
struct LadderTail {
    ladder: usize,
    /// The gamma of each step, and of none.
    gammas: Vec<i8>,
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
        let masked = NullThenEqual::of(&levels);
        Ok(Self { levels, otherwise, masked, ladder: None })
    }

    /// Looks for the usual case of levels that one ladder settles, once the ladders are complete.
    pub(crate) fn simplify(&mut self, ladders: &[LadderPlan]) {
        self.ladder = self.masked.and_then(|masked| LadderTail::of(masked.place, self.rest(), self.otherwise, ladders));
    }

    /// The levels that masks do not settle.
    fn rest(&self) -> &[(Node, i8)] {
        &self.levels[if self.masked.is_some() { 2 } else { 0 }..]
    }

    /// The first two levels, when masks settle them.
    pub(crate) fn masked(&self) -> Option<NullThenEqual> {
        self.masked
    }

    /// The gamma of a pair as far as masks tell.
    #[inline]
    pub(crate) fn gamma(&self, masks: PairMasks) -> i8 {
        let Some(masked) = self.masked else { return UNDECIDED };
        let bit = 1 << masked.place;
        if masks.null & bit != 0 {
            masked.null
        } else if masks.equal & bit != 0 {
            masked.equal
        } else if self.is_quick() {
            self.otherwise
        } else {
            UNDECIDED
        }
    }

    /// Whether masks settle every pair.
    pub(crate) fn is_quick(&self) -> bool {
        self.masked.is_some() && self.levels.len() == 2
    }

    /// Tries the levels that masks do not settle, for the pairs at the places `undecided`.
    pub(crate) fn settle(&self, shared: &Shared, pairs: Pairs<'_>, undecided: &[u32], gammas: &mut [i8], scratch: &mut Scratch) {
        if let Some(tail) = &self.ladder {
            let steps = shared.ladders[tail.ladder].steps_of_unequal(&shared.matrix, pairs, undecided, scratch);
            for (&place, &step) in undecided.iter().zip(steps) {
                gammas[place as usize] = tail.gammas[step as usize];
            }
            return;
        }
        let mut open = scratch.places();
        open.extend_from_slice(undecided);
        try_levels(self.rest(), shared, pairs, &mut open, gammas, scratch);
        for &place in &open {
            gammas[place as usize] = self.otherwise;
        }
        scratch.give_places(open);
    }

    /// The place of the one column whose codes settle every pair: null, equal, or a step of a ladder over that very column.
    pub(crate) fn settled_by_codes(&self) -> Option<NullThenEqual> {
        self.masked.filter(|_| self.is_quick() || self.ladder.is_some())
    }

    /// Passes the gamma of each of `pairs`, which are of different codes and none of them null, to `each`, in order; for
    /// comparisons that are [settled by codes](Self::settled_by_codes).
    pub(crate) fn gammas_of_codes(
        &self,
        ladders: &[LadderPlan],
        pairs: &[(u32, u32)],
        scratch: &mut Scratch,
        mut each: impl FnMut(i8),
    ) {
        match &self.ladder {
            Some(tail) => {
                let steps = ladders[tail.ladder].steps_of_codes(pairs, scratch);
                for &step in steps {
                    each(tail.gammas[step as usize]);
                }
            }
            None => {
                for _ in pairs {
                    each(self.otherwise);
                }
            }
        }
    }

    /// The gamma when no level is true.
    pub(crate) fn otherwise(&self) -> i8 {
        self.otherwise
    }

    /// The gammas that a pair can still take when masks do not settle it.
    pub(crate) fn undecided_gammas(&self) -> impl Iterator<Item = i8> {
        self.rest().iter().map(|(_, gamma)| *gamma).chain([self.otherwise])
    }

    /// About how long it takes to settle a pair, in arbitrary units.
    pub(crate) fn cost(&self, ladders: &[LadderPlan]) -> f64 {
        match &self.ladder {
            Some(tail) => ladders[tail.ladder].cost(),
            None => self.rest().iter().map(|(node, _)| node.cost(ladders)).sum::<f64>().max(0.1),
        }
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

/// Gives the pairs at the places `open` the first level that is true; what remains in `open` took none.
fn try_levels(
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
        let both_sides = matches!((a.side, b.side), (Side::Left, Side::Right) | (Side::Right, Side::Left));
        let one_place = left == right && a.place == *left && b.place == *left && *left < MASKED_PLACES;
        (both_sides && one_place).then_some(Self { place: *left, null: *null, equal: *equal })
    }
}

impl LadderTail {
    fn of(place: u32, levels: &[(Node, i8)], otherwise: i8, ladders: &[LadderPlan]) -> Option<Self> {
        let (Node::Step { ladder, .. }, _) = levels.first()? else { return None };
        let plan = &ladders[*ladder];
        if plan.first.codes.place != place || plan.second.codes.place != place {
            return None;
        }
        let mut gammas = Vec::new();
        for (node, gamma) in levels {
            let Node::Step { ladder: asked, request } = node else { return None };
            let limit = usize::from(*plan.limits.get(*request)?);
            if asked != ladder || limit < gammas.len() {
                return None;
            }
            gammas.resize(limit, *gamma);
        }
        gammas.resize(plan.limits.len() + 1, otherwise);
        Some(Self { ladder: *ladder, gammas })
    }
}
