//! From expressions to compiled conditions.

use std::sync::Arc;

use kintsu_table::EncodedColumn;

use super::condition::{Node, Shared, SidedCodes};
use super::difference::Difference;
use super::interpret::Interpreted;
use super::ladder_requests::LadderRequests;
use super::matrix::MatrixColumns;
use super::truth::{NULL, truth_of};
use crate::error::LinkError;
use crate::model::Parity;
use crate::records::values::ValueArray;
use crate::records::{JointColumns, Records};
use crate::sql::{ArithmeticOp, CompareOp, Expr, Function, Side, Value};

/// Compiles conditions over the pairs of one set of records; measures asked for by several conditions are shared.
pub(crate) struct Compiler<'a> {
    pub(crate) records: &'a Records,
    pub(crate) parity: Parity,
    ladders: LadderRequests,
    columns: MatrixColumns,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(records: &'a Records, parity: Parity) -> Self {
        Self { records, parity, ladders: LadderRequests::new(parity), columns: MatrixColumns::default() }
    }

    /// The columns that are compared by a measure that is not defined for some of their values.
    pub(crate) fn undefined(&self) -> &[String] {
        self.ladders.undefined()
    }

    /// What the compiled conditions share.
    pub(crate) fn finish(self) -> Shared {
        let (ladders, columns, rows) = (self.ladders, self.columns, self.records.rows());
        let (ladders, matrix) = rayon::join(|| ladders.finish(), || columns.finish(rows));
        Shared { ladders, matrix }
    }

    /// Compiles `expr`, which stands at `place`.
    pub(crate) fn condition(&mut self, expr: &Expr, place: &str) -> Result<Node, LinkError> {
        match expr {
            Expr::Literal(value) => {
                truth_of(value).map(Node::Constant).map_err(|reason| LinkError::Expression { place: place.to_owned(), reason })
            }
            Expr::Not(inner) => Ok(Node::Not(Box::new(self.condition(inner, place)?))),
            Expr::And(list) => self.all(list, place).map(Node::And),
            Expr::Or(list) => self.all(list, place).map(Node::Or),
            _ if expr.side().is_some() => self.one_sided(expr, place),
            Expr::Compare(op, a, b) => self.comparison(*op, a, b, expr, place),
            _ => self.interpreted(expr, place),
        }
    }

    fn all(&mut self, list: &[Expr], place: &str) -> Result<Vec<Node>, LinkError> {
        list.iter().map(|part| self.condition(part, place)).collect()
    }

    /// A condition on one record: its truth by code.
    fn one_sided(&mut self, expr: &Expr, place: &str) -> Result<Node, LinkError> {
        if let Expr::IsNull(inner) = expr
            && inner.side().is_some()
        {
            return Ok(Node::IsNull(self.codes(inner, place)?.0));
        }
        let (codes, column) = self.codes(expr, place)?;
        let values = ValueArray::new(&column.values)?;
        let truths = (0..values.len())
            .map(|code| truth_of(&values.value(code)))
            .collect::<Result<_, _>>()
            .map_err(|reason| LinkError::Expression { place: place.to_owned(), reason })?;
        Ok(Node::OneSided { codes, truths, null: NULL })
    }

    /// The values of a one-sided expression.
    fn codes(&mut self, expr: &Expr, place: &str) -> Result<(SidedCodes, EncodedColumn), LinkError> {
        let column = self.records.derive(expr, self.parity, place)?;
        let side = expr.side().unwrap_or(Side::Left);
        Ok((SidedCodes { side, place: self.columns.place(&column.codes) }, column))
    }

    fn comparison(&mut self, op: CompareOp, a: &Expr, b: &Expr, whole: &Expr, place: &str) -> Result<Node, LinkError> {
        if let (Some(left), Some(right)) = (a.side(), b.side())
            && left != right
            && let Some(node) = self.equality(op, if left == Side::Left { (a, b) } else { (b, a) }, place)?
        {
            return Ok(node);
        }
        let measured = match (a, b) {
            (Expr::Literal(bound), tested) => self.against_bound(flipped(op), tested, bound, place)?,
            (tested, Expr::Literal(bound)) => self.against_bound(op, tested, bound, place)?,
            _ => None,
        };
        measured.map_or_else(|| self.interpreted(whole, place), Ok)
    }

    /// Equality of a left and a right value by their codes, unless their types differ.
    fn equality(&mut self, op: CompareOp, (a, b): (&Expr, &Expr), place: &str) -> Result<Option<Node>, LinkError> {
        if !matches!(op, CompareOp::Equal | CompareOp::NotEqual | CompareOp::NotDistinct | CompareOp::Distinct) {
            return Ok(None);
        }
        let (left, right) = (self.records.derive(a, self.parity, place)?, self.records.derive(b, self.parity, place)?);
        let Some(JointColumns { left, right }) = JointColumns::of(&left, &right) else { return Ok(None) };
        let (left, right) = (self.columns.place(&left), self.columns.place(&right));
        let equal = Node::Equal { left, right };
        Ok(Some(match op {
            CompareOp::Equal => equal,
            CompareOp::NotEqual => Node::Not(Box::new(equal)),
            CompareOp::NotDistinct => not_distinct(left, right, equal),
            _ => Node::Not(Box::new(not_distinct(left, right, equal))),
        }))
    }

    /// A measure or a difference of a left and a right value, compared with a constant.
    fn against_bound(&mut self, op: CompareOp, tested: &Expr, bound: &Value, place: &str) -> Result<Option<Node>, LinkError> {
        let Some(bound) = number(bound) else { return Ok(None) };
        match tested {
            Expr::Call(function, arguments) => match (function, arguments.as_slice()) {
                (Function::Abs, [Expr::Arithmetic(ArithmeticOp::Subtract, a, b)]) => {
                    self.difference(true, op, a, b, bound, place)
                }
                (_, [a, b]) if are_of_both_sides(a, b) => {
                    let name = a.columns().first().map_or_else(String::new, |column| column.name.clone());
                    let ((first, a), (second, b)) = (self.codes(a, place)?, self.codes(b, place)?);
                    Ok(self.ladders.request(*function, op, bound, &name, (first, &a), (second, &b)))
                }
                _ => Ok(None),
            },
            Expr::Arithmetic(ArithmeticOp::Subtract, a, b) => self.difference(false, op, a, b, bound, place),
            _ => Ok(None),
        }
    }

    fn difference(
        &mut self,
        absolute: bool,
        operator: CompareOp,
        a: &Expr,
        b: &Expr,
        bound: f64,
        place: &str,
    ) -> Result<Option<Node>, LinkError> {
        if !are_of_both_sides(a, b) || bound.is_nan() {
            return Ok(None);
        }
        let ((first, a), (second, b)) = (self.codes(a, place)?, self.codes(b, place)?);
        let (Some(first_numbers), Some(second_numbers)) = (numbers(&a)?, numbers(&b)?) else { return Ok(None) };
        Ok(Some(Node::Difference(Box::new(Difference {
            first,
            first_numbers,
            second,
            second_numbers,
            absolute,
            operator,
            bound,
        }))))
    }

    fn interpreted(&mut self, expr: &Expr, place: &str) -> Result<Node, LinkError> {
        Ok(Node::Interpreted(Box::new(Interpreted::new(expr, self.records, &mut self.columns, self.parity, place)?)))
    }
}

/// Null equals null, and nothing is unknown.
fn not_distinct(left: u32, right: u32, equal: Node) -> Node {
    let nulls = || {
        vec![(Side::Left, left), (Side::Right, right)].into_iter().map(|(side, place)| Node::IsNull(SidedCodes { side, place }))
    };
    let both_null = Node::And(nulls().collect());
    let neither = Node::Not(Box::new(Node::Or(nulls().collect())));
    Node::Or(vec![both_null, Node::And(vec![neither, equal])])
}

fn are_of_both_sides(a: &Expr, b: &Expr) -> bool {
    matches!((a.side(), b.side()), (Some(Side::Left), Some(Side::Right)) | (Some(Side::Right), Some(Side::Left)))
}

/// The operator when its operands change places.
fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
        same => same,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(number) if number.unsigned_abs() < 1 << 53 => Some(*number as f64),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}

/// The distinct values as doubles on which subtraction is exact enough to equal SQL's; none for other types.
fn numbers(column: &EncodedColumn) -> Result<Option<Arc<[f64]>>, LinkError> {
    let values = ValueArray::new(&column.values)?;
    Ok((0..values.len())
        .map(|code| match values.value(code) {
            Value::Integer(number) if number.unsigned_abs() < 1 << 52 => Some(number as f64),
            Value::Double(number) if !number.is_nan() => Some(number),
            Value::Date(day) => Some(f64::from(day)),
            _ => None,
        })
        .collect())
}
