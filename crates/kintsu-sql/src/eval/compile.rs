//! From the expression to the tree that is walked: columns to slots, constants folded, patterns and formats compiled.

use super::call::Prepared;
use super::decimal::Decimal;
use super::node::{Context, Node, Row};
use super::operand::{Operand, truth};
use super::raised::Scratch;
use crate::Parity;
use crate::ast::{ColumnRef, Expr};
use crate::error::SqlError;
use crate::value::Value;

/// An expression ready to be computed for many rows or pairs.
///
/// ```
/// use kintsu_sql::{Dialect, Parity};
/// use kintsu_sql::{CompiledExpr, Operand, Scratch, parse_condition};
///
/// let condition = parse_condition("upper(name_l) = upper(name_r)", Dialect::DuckDb).unwrap();
/// let mut columns = Vec::new();
/// let compiled = CompiledExpr::compile(&condition, Parity::Characters, |column| {
///     columns.push(column.clone());
///     Some(columns.len() - 1)
/// })
/// .unwrap();
/// let values = ["Anna", "anna"];
/// assert!(compiled.is_true(&|slot| Operand::text(values[slot]), &mut Scratch::new()));
/// ```
#[derive(Debug, Clone)]
pub struct CompiledExpr {
    root: Node,
    parity: Parity,
}

impl CompiledExpr {
    /// Compiles `expr`; `resolve` gives the slot of a column, or none where there is no such column, and is asked once for every
    /// time a column occurs.
    ///
    /// # Errors
    /// [`SqlError::UnknownColumn`] for a column that `resolve` does not know.
    pub fn compile(expr: &Expr, parity: Parity, mut resolve: impl FnMut(&ColumnRef) -> Option<usize>) -> Result<Self, SqlError> {
        let root = node(expr, parity, &mut resolve)?;
        Ok(Self { root, parity })
    }

    /// The value over one row or pair.
    pub fn eval<'a>(&'a self, row: &dyn Row<'a>, scratch: &mut Scratch) -> Operand<'a> {
        self.root.eval(&Context { row, parity: self.parity }, None, scratch)
    }

    /// Whether the condition is true over one row or pair; null is not true.
    pub fn is_true<'a>(&'a self, row: &dyn Row<'a>, scratch: &mut Scratch) -> bool {
        truth(&self.eval(row, scratch)) == Some(true)
    }
}

type Resolve<'r> = &'r mut dyn FnMut(&ColumnRef) -> Option<usize>;

fn node(expr: &Expr, parity: Parity, resolve: Resolve<'_>) -> Result<Node, SqlError> {
    let mut sub = |expr: &Expr| node(expr, parity, resolve);
    let built = match expr {
        Expr::Literal(value) => return Ok(literal(value)),
        Expr::Parameter(index) => return Ok(Node::Parameter(*index)),
        Expr::Column(column) => {
            let slot = resolve(column).ok_or_else(|| SqlError::UnknownColumn { name: column.name.clone() })?;
            return Ok(Node::Slot(slot));
        }
        Expr::Lambda(_, body) => return Ok(Node::Lambda(Box::new(sub(body)?))),
        Expr::Not(inner) => Node::Not(Box::new(sub(inner)?)),
        Expr::IsNull(inner) => Node::IsNull(Box::new(sub(inner)?)),
        Expr::And(list) => Node::And(list.iter().map(sub).collect::<Result<_, _>>()?),
        Expr::Or(list) => Node::Or(list.iter().map(sub).collect::<Result<_, _>>()?),
        Expr::List(list) => Node::List(list.iter().map(sub).collect::<Result<_, _>>()?),
        Expr::Compare(op, a, b) => Node::Compare(*op, Box::new(sub(a)?), Box::new(sub(b)?)),
        Expr::Arithmetic(op, a, b) => Node::Arithmetic(*op, Box::new(sub(a)?), Box::new(sub(b)?)),
        Expr::Cast { value, to, or_null } => Node::Cast(Box::new(sub(value)?), to.clone(), *or_null),
        Expr::Case { branches, otherwise } => {
            let mut compiled = Vec::with_capacity(branches.len());
            for (condition, value) in branches {
                compiled.push((sub(condition)?, sub(value)?));
            }
            let otherwise = otherwise.as_deref().map(sub).transpose()?.map(Box::new);
            Node::Case(compiled, otherwise)
        }
        Expr::Call(function, arguments) => {
            let arguments: Vec<Node> = arguments.iter().map(sub).collect::<Result<_, _>>()?;
            let prepared = Prepared::new(*function, &arguments);
            Node::Call(*function, arguments, prepared)
        }
    };
    Ok(folded(built, parity))
}

fn literal(value: &Value) -> Node {
    match value {
        Value::Double(number) => Decimal::from_f64(*number).map_or_else(|| Node::Constant(value.clone()), Node::Decimal),
        other => Node::Constant(other.clone()),
    }
}

/// The node's value when it depends on nothing and raises nothing.
fn folded(node: Node, parity: Parity) -> Node {
    if !is_constant(&node) {
        return node;
    }
    let mut scratch = Scratch::new();
    let nothing = |_: usize| Operand::Null;
    let value = match node.eval(&Context { row: &nothing, parity }, None, &mut scratch) {
        Operand::Decimal(decimal) => Node::Decimal(decimal),
        other => Node::Constant(other.into_value()),
    };
    if scratch.raised().is_empty() { value } else { node }
}

/// Whether all direct parts are constants; parts that are constant were folded before.
fn is_constant(node: &Node) -> bool {
    let constant = |node: &Node| matches!(node, Node::Constant(_) | Node::Decimal(_));
    match node {
        Node::Not(inner) | Node::IsNull(inner) | Node::Cast(inner, ..) => constant(inner),
        Node::And(list) | Node::Or(list) | Node::List(list) | Node::Call(_, list, _) => list.iter().all(constant),
        Node::Compare(_, a, b) | Node::Arithmetic(_, a, b) => constant(a) && constant(b),
        Node::Case(branches, otherwise) => {
            branches.iter().all(|(condition, value)| constant(condition) && constant(value))
                && otherwise.as_deref().is_none_or(constant)
        }
        Node::Constant(_) | Node::Decimal(_) | Node::Slot(_) | Node::Parameter(_) | Node::Lambda(_) => false,
    }
}
