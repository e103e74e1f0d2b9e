//! Conditions that nothing faster fits: interpreted per pair, over values that were computed once per distinct value.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kintsu_table::NULL_CODE;

use super::condition::SidedCodes;
use super::evaluate::Program;
use super::matrix::{CodeMatrix, MatrixColumns};
use super::truth::Truth;
use crate::error::LinkError;
use crate::model::Parity;
use crate::records::Records;
use crate::records::values::ValueArray;
use crate::sql::{ColumnRef, Expr, Side, Value};

/// An interpreted condition over a pair.
#[derive(Debug)]
pub(crate) struct Interpreted {
    inputs: Vec<Input>,
    program: Program,
    place: String,
    failed: AtomicBool,
}

#[derive(Debug)]
struct Input {
    codes: SidedCodes,
    values: Arc<[Value]>,
}

impl Interpreted {
    /// Compiles `expr`; its one-sided parts become columns of their own.
    pub(crate) fn new(
        expr: &Expr,
        records: &Records,
        columns: &mut MatrixColumns,
        parity: Parity,
        place: &str,
    ) -> Result<Self, LinkError> {
        let mut hoisted: Vec<(Expr, Side)> = Vec::new();
        let expr = hoist(expr, &mut hoisted);
        let mut inputs = Vec::with_capacity(hoisted.len());
        for (part, side) in &hoisted {
            let column = records.derive(part, parity, place)?;
            let array = ValueArray::new(&column.values)?;
            let values = (0..array.len()).map(|code| array.value(code)).collect();
            inputs.push(Input { codes: SidedCodes { side: *side, place: columns.place(&column.codes) }, values });
        }
        let program =
            Program::of_slots(&expr, parity).map_err(|reason| LinkError::Expression { place: place.to_owned(), reason })?;
        Ok(Self { inputs, program, place: place.to_owned(), failed: AtomicBool::new(false) })
    }

    /// The truth for a pair; null where the computation fails, which [`Interpreted::failure`] then tells.
    pub(crate) fn truth(&self, matrix: &CodeMatrix, left: u32, right: u32) -> Truth {
        let value = |input: usize| {
            let input = &self.inputs[input];
            match input.codes.of(matrix, left, right) {
                NULL_CODE => &Value::Null,
                code => &input.values[code as usize],
            }
        };
        let (truth, failed) = self.program.truth(&value);
        if failed {
            self.failed.store(true, Ordering::Relaxed);
        }
        truth
    }

    /// The codes of every column that it looks at.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = u32> {
        self.inputs.iter().map(|input| input.codes.place)
    }

    /// The place of the condition, when some pair could not be computed.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failed.load(Ordering::Relaxed).then_some(self.place.as_str())
    }
}

/// Replaces every largest one-sided part by a column named by its number among `found`.
fn hoist(expr: &Expr, found: &mut Vec<(Expr, Side)>) -> Expr {
    if let Some(side) = expr.side()
        && !matches!(expr, Expr::Lambda(..))
        && !has_parameter(expr)
    {
        let at = found.iter().position(|(known, known_side)| *known_side == side && known == expr).unwrap_or_else(|| {
            found.push((expr.clone(), side));
            found.len() - 1
        });
        return Expr::Column(ColumnRef { side: Side::Single, name: at.to_string() });
    }
    let mut copy = expr.clone();
    each_child(&mut copy, &mut |child| *child = hoist(child, found));
    copy
}

fn has_parameter(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |inner| found |= matches!(inner, Expr::Parameter(_) | Expr::Lambda(..)));
    found
}

/// Calls `visit` for the direct parts of `expr`.
fn each_child(expr: &mut Expr, visit: &mut dyn FnMut(&mut Expr)) {
    match expr {
        Expr::Literal(_) | Expr::Column(_) | Expr::Parameter(_) => {}
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::Cast { value: inner, .. } | Expr::Lambda(_, inner) => visit(inner),
        Expr::And(list) | Expr::Or(list) | Expr::Call(_, list) | Expr::List(list) => list.iter_mut().for_each(visit),
        Expr::Compare(_, left, right) | Expr::Arithmetic(_, left, right) => {
            visit(left);
            visit(right);
        }
        Expr::Case { branches, otherwise } => {
            for (condition, value) in branches {
                visit(condition);
                visit(value);
            }
            if let Some(otherwise) = otherwise {
                visit(otherwise);
            }
        }
    }
}
