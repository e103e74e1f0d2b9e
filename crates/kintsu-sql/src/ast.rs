//! The closed expression type that SQL conditions are read into.
//!
//! Everything the engine can compute stands here; what does not fit is refused when a model is loaded. Truth is three-valued:
//! a condition is taken only when it is true, never when it is null.

use super::value::{Value, ValueType};

/// Which record of a pair a column belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The left record: `first_name_l` in a level, `l.first_name` in a blocking rule.
    Left,
    /// The right record.
    Right,
    /// The only record there is, in expressions over single records.
    Single,
}

/// A column of one of the records.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnRef {
    /// Whose column.
    pub side: Side,
    /// Its name in the table.
    pub name: String,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `IS NOT DISTINCT FROM`: null equals null.
    NotDistinct,
    /// `IS DISTINCT FROM`.
    Distinct,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
    /// `/` on floating point, also between integers, as DuckDB and Spark divide.
    Divide,
    /// `/` of Postgres and SQLite: between integers without the fraction, otherwise on floating point.
    DivideByType,
    /// `//` and `DIV`.
    IntegerDivide,
    Modulo,
}

/// An expression over the columns of one record or of a pair.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A constant.
    Literal(Value),
    /// A column.
    Column(ColumnRef),
    /// A parameter of an enclosing lambda: the outermost lambda has the numbers 0 and 1, the next 2 and 3, and so on.
    Parameter(usize),
    /// Logical negation.
    Not(Box<Expr>),
    /// Conjunction of two or more.
    And(Vec<Expr>),
    /// Disjunction of two or more.
    Or(Vec<Expr>),
    /// `IS NULL`.
    IsNull(Box<Expr>),
    /// A comparison.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// Arithmetic.
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// `CASE WHEN condition THEN value ... ELSE otherwise END`.
    Case {
        /// Conditions with their values, tried in order.
        branches: Vec<(Expr, Expr)>,
        /// The value when none is true; null where absent.
        otherwise: Option<Box<Expr>>,
    },
    /// A conversion; `or_null` gives null instead of an error where the value cannot be converted.
    Cast {
        /// What is converted.
        value: Box<Expr>,
        /// To which type.
        to: ValueType,
        /// `TRY_CAST`.
        or_null: bool,
    },
    /// A function of the closed list.
    Call(super::function::Function, Vec<Expr>),
    /// `[a, b, c]`.
    List(Vec<Expr>),
    /// A function body with so many parameters, one or two, as an argument of a list function.
    Lambda(usize, Box<Expr>),
}

impl Expr {
    /// Calls `visit` for this expression and every one inside it, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        match self {
            Self::Literal(_) | Self::Column(_) | Self::Parameter(_) => {}
            Self::Not(inner) | Self::IsNull(inner) | Self::Cast { value: inner, .. } | Self::Lambda(_, inner) => {
                inner.walk(visit);
            }
            Self::And(list) | Self::Or(list) | Self::Call(_, list) | Self::List(list) => {
                for inner in list {
                    inner.walk(visit);
                }
            }
            Self::Compare(_, left, right) | Self::Arithmetic(_, left, right) => {
                left.walk(visit);
                right.walk(visit);
            }
            Self::Case { branches, otherwise } => {
                for (condition, value) in branches {
                    condition.walk(visit);
                    value.walk(visit);
                }
                if let Some(otherwise) = otherwise {
                    otherwise.walk(visit);
                }
            }
        }
    }

    /// The columns that the expression reads, each once, in the order of first use.
    pub fn columns(&self) -> Vec<ColumnRef> {
        let mut found: Vec<ColumnRef> = Vec::new();
        self.walk(&mut |expr| {
            if let Self::Column(column) = expr
                && !found.contains(column)
            {
                found.push(column.clone());
            }
        });
        found
    }

    /// The one side that all columns belong to; none when there are no columns or both sides occur.
    pub fn side(&self) -> Option<Side> {
        let columns = self.columns();
        let first = columns.first()?.side;
        columns.iter().all(|column| column.side == first).then_some(first)
    }
}
