//! What the parts of an expression say about blocking and exact matches.

use super::ast::{ColumnRef, CompareOp, Expr, Side};

/// One equality between something of the left record and something of the right one.
#[derive(Debug, Clone, PartialEq)]
pub struct EqualityKey {
    /// Over the left record, written with [`Side::Single`].
    pub left: Expr,
    /// Over the right record, written with [`Side::Single`].
    pub right: Expr,
}

/// A condition split into what can be looked up and what has to be tested.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EqualityKeys {
    /// The equalities, in the order in which they stand.
    pub keys: Vec<EqualityKey>,
    /// What is left, one conjunct each, over both records.
    pub residual: Vec<Expr>,
}

impl Expr {
    /// The columns of an equality-only condition such as `a_l = a_r AND b_l = b_r`, each once, in the order in which they stand.
    ///
    /// None when the condition says anything else.
    pub fn is_exact_match_on(&self) -> Option<Vec<String>> {
        let mut columns = Vec::new();
        for conjunct in self.conjuncts() {
            let Self::Compare(CompareOp::Equal, a, b) = conjunct else { return None };
            let (Self::Column(a), Self::Column(b)) = (&**a, &**b) else { return None };
            if a.name != b.name || !is_left_and_right(a, b) {
                return None;
            }
            if !columns.contains(&a.name) {
                columns.push(a.name.clone());
            }
        }
        Some(columns)
    }

    /// The parts of a conjunction, or the expression itself.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::And(list) => list.iter().flat_map(Self::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// Splits the condition of a blocking rule into equalities of the two records and the rest.
    ///
    /// A pair fulfils the condition when every key is equal (and so not null) and every residual condition is true.
    pub fn equality_keys(&self) -> EqualityKeys {
        let mut found = EqualityKeys::default();
        for conjunct in self.conjuncts() {
            match equality_key(conjunct) {
                Some(key) => found.keys.push(key),
                None => found.residual.push(conjunct.clone()),
            }
        }
        found
    }

    /// The same expression over columns that all belong to `side`.
    pub fn with_side(&self, side: Side) -> Self {
        let mut copy = self.clone();
        copy.visit_mut(&mut |expr| {
            if let Self::Column(column) = expr {
                column.side = side;
            }
        });
        copy
    }

    /// Calls `visit` for this expression and every one inside it, innermost first.
    pub fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Literal(_) | Self::Column(_) | Self::Parameter(_) => {}
            Self::Not(inner) | Self::IsNull(inner) | Self::Cast { value: inner, .. } | Self::Lambda(_, inner) => {
                inner.visit_mut(visit);
            }
            Self::And(list) | Self::Or(list) | Self::Call(_, list) | Self::List(list) => {
                for inner in list {
                    inner.visit_mut(visit);
                }
            }
            Self::Compare(_, left, right) | Self::Arithmetic(_, left, right) => {
                left.visit_mut(visit);
                right.visit_mut(visit);
            }
            Self::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    condition.visit_mut(visit);
                    value.visit_mut(visit);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.visit_mut(visit);
                }
            }
        }
        visit(self);
    }
}

fn is_left_and_right(a: &ColumnRef, b: &ColumnRef) -> bool {
    matches!((a.side, b.side), (Side::Left, Side::Right) | (Side::Right, Side::Left))
}

fn equality_key(conjunct: &Expr) -> Option<EqualityKey> {
    let Expr::Compare(CompareOp::Equal, a, b) = conjunct else { return None };
    let (left, right) = match (a.side()?, b.side()?) {
        (Side::Left, Side::Right) => (a, b),
        (Side::Right, Side::Left) => (b, a),
        _ => return None,
    };
    Some(EqualityKey { left: left.with_side(Side::Single), right: right.with_side(Side::Single) })
}
