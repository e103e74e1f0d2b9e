//! The general evaluator, as conditions and derived columns use it.

use std::cell::RefCell;

use super::truth::{NULL, Truth, from_bool};
use crate::model::Parity;
use crate::sql::{CompiledExpr, Operand, RaisedSet, Scratch, truth};
use crate::sql::{Expr, Value};

/// A compiled expression over numbered inputs.
#[derive(Debug)]
pub(crate) struct Program {
    compiled: CompiledExpr,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

impl Program {
    /// Compiles an expression over single records; its inputs are its columns in the order of [`Expr::columns`].
    pub(crate) fn of_columns(expr: &Expr, parity: Parity) -> Result<Self, String> {
        let columns = expr.columns();
        let resolve = |column: &crate::sql::ColumnRef| columns.iter().position(|known| known == column);
        let compiled = CompiledExpr::compile(expr, parity, resolve).map_err(|error| error.to_string())?;
        Ok(Self { compiled })
    }

    /// Compiles an expression whose columns are named by the numbers of its inputs.
    pub(crate) fn of_slots(expr: &Expr, parity: Parity) -> Result<Self, String> {
        let compiled =
            CompiledExpr::compile(expr, parity, |column| column.name.parse().ok()).map_err(|error| error.to_string())?;
        Ok(Self { compiled })
    }

    /// The value over these inputs, and why it could not be computed where that is so; it is null then.
    pub(crate) fn value(&self, values: &[Value]) -> (Value, RaisedSet) {
        let row = |slot: usize| Operand::from(&values[slot]);
        SCRATCH.with_borrow_mut(|scratch| {
            let found = self.compiled.eval(&row, scratch).into_value();
            (found, scratch.take_raised())
        })
    }

    /// The truth over these inputs, and whether something could not be computed.
    pub(crate) fn truth<'a>(&'a self, value: &dyn Fn(usize) -> &'a Value) -> (Truth, bool) {
        let row = |slot: usize| Operand::from(value(slot));
        SCRATCH.with_borrow_mut(|scratch| {
            let found = truth(&self.compiled.eval(&row, scratch)).map_or(NULL, from_bool);
            (found, !scratch.take_raised().is_empty())
        })
    }
}
