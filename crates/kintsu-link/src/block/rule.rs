//! One blocking rule, compiled: groups of equal keys, a residual condition, and what earlier rules it looks back at.

use super::explode::ExplodedKeys;
use super::groups::{Groups, KeyColumn};
use crate::compare::{Compiler, Node};
use crate::error::LinkError;
use crate::model::BlockingRule;
use crate::records::{JointColumns, PairKind, Records};
use crate::sql::{CompareOp, Expr, Side};

/// A compiled rule.
#[derive(Debug)]
pub(super) struct RulePlan {
    /// Its index, which becomes `match_key`.
    pub(super) number: u32,
    pub(super) groups: Groups,
    /// What remains to be tested per pair.
    pub(super) residual: Option<Node>,
    /// Present when the rule explodes arrays.
    pub(super) exploded: Option<ExplodedKeys>,
    /// Whether the rule has an equality; without one every pair is a candidate.
    pub(super) keyed: bool,
    /// How many earlier rules consist of keys only; their numbers come first in the earlier keys.
    pub(super) earlier_plain: usize,
    /// Earlier rules with a residual condition.
    pub(super) earlier_conditional: Vec<EarlierConditional>,
    /// Whether an earlier rule finds every pair.
    pub(super) finds_nothing_new: bool,
}

/// A rule whose conditions are compiled and whose rows are still to be grouped.
pub(super) enum Ungrouped {
    /// By equal keys; all rows are one group where there are none.
    Keyed { number: usize, keys: Vec<KeyColumn>, residual: Option<Node> },
    /// A rule that explodes arrays groups its rows as it is compiled.
    Exploding(RulePlan),
}

impl Ungrouped {
    /// Compiles the rule with index `number`.
    pub(super) fn compile(rule: &BlockingRule, number: usize, compiler: &mut Compiler<'_>) -> Result<Self, LinkError> {
        let place = format!("blocking rule {number}");
        if !rule.arrays_to_explode.is_empty() {
            return super::explode::compile(rule, number, &place, compiler).map(Self::Exploding);
        }
        let (keys, residual) = split(&rule.condition, &place, compiler)?;
        let residual = residual_condition(&residual, &place, compiler)?;
        Ok(Self::Keyed { number, keys, residual })
    }

    /// Whether the rule has an equality.
    pub(super) fn is_keyed(&self) -> bool {
        match self {
            Self::Keyed { keys, .. } => !keys.is_empty(),
            Self::Exploding(plan) => plan.keyed,
        }
    }

    /// Groups the rows of `records`.
    pub(super) fn group(self, records: &Records) -> RulePlan {
        match self {
            Self::Exploding(plan) => plan,
            Self::Keyed { number, keys, residual } if keys.is_empty() => {
                RulePlan::new(number, every_row(records.rows(), records.pair_kind()), residual, None, false)
            }
            Self::Keyed { number, keys, residual } => {
                RulePlan::new(number, Groups::by_keys(&keys, records.pair_kind()), residual, None, true)
            }
        }
    }
}

/// An earlier rule whose condition has to be looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct EarlierConditional {
    pub(super) rule: usize,
    /// The place of its keys; none when it has no key.
    pub(super) key: Option<usize>,
}

impl RulePlan {
    pub(super) fn new(
        number: usize,
        groups: Groups,
        residual: Option<Node>,
        exploded: Option<ExplodedKeys>,
        keyed: bool,
    ) -> Self {
        Self {
            number: number as u32,
            groups,
            residual,
            exploded,
            keyed,
            earlier_plain: 0,
            earlier_conditional: Vec::new(),
            finds_nothing_new: false,
        }
    }
}

/// All rows in one group.
pub(super) fn every_row(rows: usize, kind: PairKind) -> Groups {
    Groups::one((0..rows as u32).collect(), kind)
}

/// The keys of a condition and the conjuncts that are no keys; equalities of different types count among the latter.
pub(super) fn split(condition: &Expr, place: &str, compiler: &Compiler<'_>) -> Result<(Vec<KeyColumn>, Vec<Expr>), LinkError> {
    let found = condition.equality_keys();
    let mut residual = found.residual;
    let mut keys = Vec::new();
    for key in &found.keys {
        let left = compiler.records.derive(&key.left, compiler.parity, place)?;
        let right = compiler.records.derive(&key.right, compiler.parity, place)?;
        match JointColumns::of(&left, &right) {
            Some(JointColumns { left, right }) => keys.push(KeyColumn { left, right }),
            None => residual.push(Expr::Compare(
                CompareOp::Equal,
                Box::new(key.left.with_side(Side::Left)),
                Box::new(key.right.with_side(Side::Right)),
            )),
        }
    }
    Ok((keys, residual))
}

/// The conjunction of what is left, compiled; none when nothing is left.
pub(super) fn residual_condition(parts: &[Expr], place: &str, compiler: &mut Compiler<'_>) -> Result<Option<Node>, LinkError> {
    match parts {
        [] => Ok(None),
        [one] => compiler.condition(one, place).map(Some),
        several => compiler.condition(&Expr::And(several.to_vec()), place).map(Some),
    }
}
