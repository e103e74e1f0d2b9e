//! The tree that is walked for each row or pair.

use super::arithmetic;
use super::call::{self, Prepared};
use super::cast;
use super::compare;
use super::decimal::Decimal;
use super::operand::{Operand, truth};
use super::raised::Scratch;
use crate::Parity;
use crate::ast::{ArithmeticOp, CompareOp};
use crate::function::Function;
use crate::value::{Value, ValueType};

/// Where an expression finds its columns: the value of the slot that was given out for a column when it was compiled.
pub trait Row<'a> {
    /// The value in `slot`.
    fn value(&self, slot: usize) -> Operand<'a>;
}

impl<'a, F: Fn(usize) -> Operand<'a>> Row<'a> for F {
    fn value(&self, slot: usize) -> Operand<'a> {
        self(slot)
    }
}

/// An expression with its columns resolved and its patterns and formats compiled.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Constant(Value),
    Decimal(Decimal),
    Slot(usize),
    Parameter(usize),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    IsNull(Box<Node>),
    Compare(CompareOp, Box<Node>, Box<Node>),
    Arithmetic(ArithmeticOp, Box<Node>, Box<Node>),
    Case(Vec<(Node, Node)>, Option<Box<Node>>),
    Cast(Box<Node>, ValueType, bool),
    Call(Function, Vec<Node>, Prepared),
    List(Vec<Node>),
    Lambda(Box<Node>),
}

/// The parameters of the lambdas around an expression, innermost first.
pub(crate) struct Frame<'f, 'a> {
    pub(crate) index: usize,
    pub(crate) value: Operand<'a>,
    pub(crate) outer: Option<&'f Frame<'f, 'a>>,
}

/// What stays the same during one evaluation.
pub(crate) struct Context<'c, 'a> {
    pub(crate) row: &'c dyn Row<'a>,
    pub(crate) parity: Parity,
}

impl Node {
    /// The value over the row of `context`.
    pub(crate) fn eval<'a>(
        &'a self,
        context: &Context<'_, 'a>,
        frame: Option<&Frame<'_, 'a>>,
        scratch: &mut Scratch,
    ) -> Operand<'a> {
        match self {
            Self::Constant(value) => value.into(),
            Self::Decimal(value) => Operand::Decimal(*value),
            Self::Slot(slot) => context.row.value(*slot),
            Self::Parameter(index) => parameter(*index, frame),
            Self::Not(inner) => truth(&inner.eval(context, frame, scratch)).map(|is| !is).into(),
            Self::And(list) => connective(list, false, context, frame, scratch).into(),
            Self::Or(list) => connective(list, true, context, frame, scratch).into(),
            Self::IsNull(inner) => inner.eval(context, frame, scratch).is_null().into(),
            Self::Compare(op, a, b) => {
                let a = a.eval(context, frame, scratch);
                let b = b.eval(context, frame, scratch);
                compare::holds(*op, &a, &b, scratch).into()
            }
            Self::Arithmetic(op, a, b) => {
                let a = a.eval(context, frame, scratch);
                let b = b.eval(context, frame, scratch);
                arithmetic::compute(*op, &a, &b, context.parity, scratch)
            }
            Self::Case(branches, otherwise) => {
                for (condition, value) in branches {
                    if truth(&condition.eval(context, frame, scratch)) == Some(true) {
                        return value.eval(context, frame, scratch);
                    }
                }
                otherwise.as_ref().map_or(Operand::Null, |otherwise| otherwise.eval(context, frame, scratch))
            }
            Self::Cast(inner, to, or_null) => {
                cast::cast(inner.eval(context, frame, scratch), to, *or_null, context.parity, scratch)
            }
            Self::Call(function, arguments, prepared) => call::call(*function, arguments, prepared, context, frame, scratch),
            Self::List(items) => Operand::items(items.iter().map(|item| item.eval(context, frame, scratch)).collect()),
            // A lambda has a value only inside the function that calls it.
            Self::Lambda(_) => Operand::Null,
        }
    }
}

fn parameter<'a>(index: usize, mut frame: Option<&Frame<'_, 'a>>) -> Operand<'a> {
    while let Some(current) = frame {
        if current.index == index {
            return current.value.clone();
        }
        frame = current.outer;
    }
    Operand::Null
}

/// AND (deciding value false) and OR (deciding value true): null when nothing decides and one part is null.
fn connective<'a>(
    list: &'a [Node],
    deciding: bool,
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Option<bool> {
    let mut unknown = false;
    for part in list {
        match truth(&part.eval(context, frame, scratch)) {
            Some(value) if value == deciding => return Some(deciding),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(!deciding) }
}
