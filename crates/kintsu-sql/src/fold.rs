//! Constants computed when a condition is read, such as `31557600.0 / 86400`, `CAST('2000-01-01' AS DATE)` and `0.1 + 0.2`.

use super::ast::Expr;
use super::eval::{CompiledExpr, Operand, Scratch};
use super::value::{Value, ValueType};
use crate::Parity;

/// The same expression with constant parts computed. What would raise or be null is left as it is, and so are string measures,
/// which count differently from model to model.
pub(crate) fn fold(mut expr: Expr) -> Expr {
    expr.visit_mut(&mut |part| {
        if let Some(value) = value(part) {
            *part = Expr::Literal(value);
        }
    });
    expr
}

fn value(expr: &Expr) -> Option<Value> {
    let literal = |expr: &Expr| matches!(expr, Expr::Literal(_));
    let constant = match expr {
        Expr::Arithmetic(_, a, b) => literal(a) && literal(b),
        // A decimal literal and a double are written alike in an expression, so this cast has to stay visible.
        Expr::Cast { to: ValueType::Double, .. } => false,
        Expr::Cast { value, .. } => literal(value),
        Expr::Call(function, arguments) => !function.is_string_measure() && arguments.iter().all(literal),
        Expr::List(items) => items.iter().all(literal),
        _ => false,
    };
    if !constant {
        return None;
    }
    let compiled = CompiledExpr::compile(expr, Parity::Characters, |_| None).ok()?;
    let mut scratch = Scratch::new();
    let nothing = |_: usize| Operand::Null;
    let value = compiled.eval(&nothing, &mut scratch).into_value();
    (scratch.raised().is_empty() && !value.is_null()).then_some(value)
}
