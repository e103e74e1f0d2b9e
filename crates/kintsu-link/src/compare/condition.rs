//! A condition over a pair, compiled: null tests and equalities on codes, measures as steps of a ladder, one-sided parts as
//! a look-up, and only what fits none of these interpreted.

use kintsu_table::NULL_CODE;

use super::difference::Difference;
use super::interpret::Interpreted;
use super::ladder::LadderPlan;
use super::matrix::CodeMatrix;
use super::scratch::Scratch;
use super::truth::{FALSE, NULL, TRUE, Truth, from_bool, not};
use crate::sql::Side;

/// The place of a column's codes in the matrix, and whose record they are looked up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SidedCodes {
    pub(crate) side: Side,
    pub(crate) place: u32,
}

/// What the conditions over one set of records share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) ladders: Vec<LadderPlan>,
    pub(crate) matrix: CodeMatrix,
}

impl SidedCodes {
    /// The code for a pair.
    #[inline(always)]
    pub(crate) fn of(self, matrix: &CodeMatrix, left: u32, right: u32) -> u32 {
        matrix.code(if self.side == Side::Right { right } else { left }, self.place)
    }
}

/// A compiled condition.
#[derive(Debug)]
pub(crate) enum Node {
    /// The same for every pair.
    Constant(Truth),
    /// Whether a value is null.
    IsNull(SidedCodes),
    /// Anything that depends on one record alone: the truth by code.
    OneSided {
        codes: SidedCodes,
        truths: Vec<Truth>,
        null: Truth,
    },
    /// Equality of two values, null where either is.
    Equal {
        left: u32,
        right: u32,
    },
    /// Whether the measures's step is below `limit`.
    Step {
        ladder: usize,
        request: usize,
    },
    /// A numeric difference against a bound.
    Difference(Box<Difference>),
    /// Anything else.
    Interpreted(Box<Interpreted>),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
}

/// The pairs at hand, as columns of rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pairs<'a> {
    pub(crate) left: &'a [u32],
    pub(crate) right: &'a [u32],
}

impl Node {
    /// The truth of the pairs at the places `chosen`, in their order.
    pub(crate) fn truths(&self, shared: &Shared, pairs: Pairs<'_>, chosen: &[u32], scratch: &mut Scratch, out: &mut Vec<Truth>) {
        let at = |place: u32| (pairs.left[place as usize], pairs.right[place as usize]);
        out.clear();
        match self {
            Self::Constant(truth) => out.resize(chosen.len(), *truth),
            Self::IsNull(codes) => out.extend(chosen.iter().map(|&place| {
                let (left, right) = at(place);
                from_bool(codes.of(&shared.matrix, left, right) == NULL_CODE)
            })),
            Self::OneSided { codes, truths, null } => out.extend(chosen.iter().map(|&place| {
                let (left, right) = at(place);
                truths.get(codes.of(&shared.matrix, left, right) as usize).copied().unwrap_or(*null)
            })),
            Self::Equal { left: left_place, right: right_place } => out.extend(chosen.iter().map(|&place| {
                let (left, right) = at(place);
                equal(shared.matrix.code(left, *left_place), shared.matrix.code(right, *right_place))
            })),
            Self::Step { ladder, request } => {
                shared.ladders[*ladder].truths(*ladder, *request, (&shared.matrix, pairs), chosen, scratch, out);
            }
            Self::Difference(difference) => out.extend(chosen.iter().map(|&place| {
                let (left, right) = at(place);
                difference.truth(&shared.matrix, left, right)
            })),
            Self::Interpreted(expression) => out.extend(chosen.iter().map(|&place| {
                let (left, right) = at(place);
                expression.truth(&shared.matrix, left, right)
            })),
            Self::Not(inner) => {
                inner.truths(shared, pairs, chosen, scratch, out);
                for truth in out.iter_mut() {
                    *truth = not(*truth);
                }
            }
            Self::And(list) => combine(list, FALSE, Truth::min, shared, pairs, chosen, scratch, out),
            Self::Or(list) => combine(list, TRUE, Truth::max, shared, pairs, chosen, scratch, out),
        }
    }
}

impl Node {
    /// About how long a pair takes, in arbitrary units.
    pub(crate) fn cost(&self, ladders: &[LadderPlan]) -> f64 {
        match self {
            Self::Constant(_) | Self::IsNull(_) | Self::OneSided { .. } | Self::Equal { .. } => 0.1,
            Self::Step { ladder, .. } => ladders[*ladder].cost(),
            Self::Difference(_) => 0.2,
            Self::Interpreted(_) => 100.0,
            Self::Not(inner) => inner.cost(ladders),
            Self::And(list) | Self::Or(list) => list.iter().map(|part| part.cost(ladders)).sum(),
        }
    }

    /// Calls `visit` with the place of every column that the condition looks at.
    pub(crate) fn inputs(&self, ladders: &[LadderPlan], visit: &mut dyn FnMut(u32)) {
        match self {
            Self::Constant(_) => {}
            Self::IsNull(codes) | Self::OneSided { codes, .. } => visit(codes.place),
            Self::Equal { left, right } => [*left, *right].into_iter().for_each(visit),
            Self::Step { ladder, .. } => {
                visit(ladders[*ladder].first.codes.place);
                visit(ladders[*ladder].second.codes.place);
            }
            Self::Difference(difference) => {
                visit(difference.first.place);
                visit(difference.second.place);
            }
            Self::Interpreted(expression) => expression.inputs().for_each(visit),
            Self::Not(inner) => inner.inputs(ladders, visit),
            Self::And(list) | Self::Or(list) => list.iter().for_each(|part| part.inputs(ladders, visit)),
        }
    }
}

/// Equality of two codes, null where either is null.
#[inline]
pub(crate) fn equal(left: u32, right: u32) -> Truth {
    if left == NULL_CODE || right == NULL_CODE { NULL } else { from_bool(left == right) }
}

/// Conjunction or disjunction: each part is only asked about the pairs that are not settled yet.
#[allow(clippy::too_many_arguments)]
fn combine(
    list: &[Node],
    settled: Truth,
    join: fn(Truth, Truth) -> Truth,
    shared: &Shared,
    pairs: Pairs<'_>,
    chosen: &[u32],
    scratch: &mut Scratch,
    out: &mut Vec<Truth>,
) {
    out.resize(chosen.len(), TRUE - settled);
    let (mut open, mut places, mut truths) = (scratch.places(), scratch.places(), scratch.truths());
    open.extend(0..chosen.len() as u32);
    for part in list {
        places.clear();
        places.extend(open.iter().map(|&at| chosen[at as usize]));
        part.truths(shared, pairs, &places, scratch, &mut truths);
        for (&at, &truth) in open.iter().zip(&truths) {
            out[at as usize] = join(out[at as usize], truth);
        }
        open.retain(|&at| out[at as usize] != settled);
        if open.is_empty() {
            break;
        }
    }
    scratch.give_places(open);
    scratch.give_places(places);
    scratch.give_truths(truths);
}
