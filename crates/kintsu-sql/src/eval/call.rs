//! Calling functions: which arguments they need, and who computes them.

use super::datepart::DatePart;
use super::node::{Context, Frame, Node};
use super::operand::Operand;
use super::pattern::{LikePattern, Pattern};
use super::raised::{Raised, Scratch};
use super::timeformat::TimeFormat;
use super::{compare, dates, list, math, measure, numeric_list, regexp, text};
use crate::function::Function;
use crate::value::Value;

/// What a call can compute once, because the argument is a constant.
#[derive(Debug, Clone)]
pub(crate) enum Prepared {
    Nothing,
    Pattern(Pattern),
    Like(LikePattern),
    Formats(Vec<TimeFormat>),
    Part(DatePart),
}

impl Prepared {
    pub(crate) fn new(function: Function, arguments: &[Node]) -> Self {
        Self::find(function, arguments).unwrap_or(Self::Nothing)
    }

    fn find(function: Function, arguments: &[Node]) -> Option<Self> {
        use Function as F;
        match function {
            F::Like | F::LikeIgnoringCase => {
                let escape = arguments.get(2).map(constant_text);
                LikePattern::new(constant_text(arguments.get(1)?)?, escape.unwrap_or(Some(""))?, function == F::LikeIgnoringCase)
                    .map(Self::Like)
            }
            F::Glob => Pattern::glob(constant_text(arguments.get(1)?)?).map(Self::Pattern),
            F::RegexpMatches
            | F::RegexpFullMatch
            | F::RegexpExtract
            | F::RegexpSubstring
            | F::RegexpExtractAll
            | F::RegexpReplace
            | F::RegexpSplit => {
                let options = arguments.get(regexp::options_position(function)).map(constant_text);
                let whole = function == F::RegexpFullMatch;
                Pattern::regexp(constant_text(arguments.get(1)?)?, options.unwrap_or(Some(""))?, whole).map(Self::Pattern)
            }
            F::ParseTimestamp | F::TryParseTimestamp | F::FormatTimestamp => formats(arguments.get(1)?).map(Self::Formats),
            F::DatePart | F::DateDifference | F::DateSubtract | F::DateTruncate => {
                DatePart::parse(constant_text(arguments.first()?)?).map(Self::Part)
            }
            _ => None,
        }
    }
}

fn constant_text(node: &Node) -> Option<&str> {
    match node {
        Node::Constant(Value::Text(text)) => Some(text),
        _ => None,
    }
}

fn formats(node: &Node) -> Option<Vec<TimeFormat>> {
    match node {
        Node::Constant(Value::Text(format)) => TimeFormat::parse(format).ok().map(|format| vec![format]),
        Node::Constant(Value::List(formats)) => formats
            .iter()
            .map(|format| if let Value::Text(format) = format { TimeFormat::parse(format).ok() } else { None })
            .collect(),
        _ => None,
    }
}

/// Computes a call.
pub(crate) fn call<'a>(
    function: Function,
    arguments: &'a [Node],
    prepared: &'a Prepared,
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    match function {
        Function::Coalesce => arguments
            .iter()
            .map(|argument| argument.eval(context, frame, scratch))
            .find(|value| !value.is_null())
            .unwrap_or(Operand::Null),
        Function::In => is_in(arguments, context, frame, scratch),
        Function::Greatest | Function::Least => extreme(function, arguments, context, frame, scratch),
        Function::Concat | Function::ConcatWithSeparator => {
            let values: Vec<_> = arguments.iter().map(|argument| argument.eval(context, frame, scratch)).collect();
            text::concat(function, values)
        }
        Function::NullIf => null_if(arguments, context, frame, scratch),
        Function::ListTransform
        | Function::ListFilter
        | Function::ListReduce
        | Function::ListAny
        | Function::ListAll
        | Function::ListZipWith => list::with_lambda(function, arguments, context, frame, scratch),
        Function::ListConcat
        | Function::ListIntersect
        | Function::ListAppend
        | Function::ListPrepend
        | Function::ListContains
        | Function::Contains
        | Function::ListPosition => {
            let [a, b] = two(arguments, context, frame, scratch);
            list::with_nulls(function, a, b, scratch)
        }
        _ => strict(function, arguments, prepared, context, frame, scratch),
    }
}

/// The most arguments of a function that is null when one of them is.
const STRICT_MAX: usize = 4;

fn strict<'a>(
    function: Function,
    arguments: &'a [Node],
    prepared: &'a Prepared,
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    let mut values = [const { Operand::Null }; STRICT_MAX];
    for (value, argument) in values.iter_mut().zip(arguments) {
        *value = argument.eval(context, frame, scratch);
        if value.is_null() {
            return Operand::Null;
        }
    }
    let count = arguments.len().min(STRICT_MAX);
    let computed = if function.is_string_measure() || function == Function::Soundex {
        measure::compute(function, &values[..count], context.parity)
    } else {
        dispatch(function, values, count, prepared, context, scratch)
    };
    computed.unwrap_or_else(|reason| {
        scratch.raise(reason);
        Operand::Null
    })
}

fn dispatch<'a>(
    function: Function,
    values: [Operand<'a>; STRICT_MAX],
    count: usize,
    prepared: &'a Prepared,
    context: &Context<'_, 'a>,
    scratch: &mut Scratch,
) -> Result<Operand<'a>, Raised> {
    use Function as F;
    match function {
        F::Like
        | F::LikeIgnoringCase
        | F::Glob
        | F::RegexpMatches
        | F::RegexpFullMatch
        | F::RegexpExtract
        | F::RegexpSubstring
        | F::RegexpExtractAll
        | F::RegexpReplace
        | F::RegexpSplit => regexp::compute(function, values, count, prepared, scratch),
        F::ParseTimestamp
        | F::TryParseTimestamp
        | F::FormatTimestamp
        | F::Epoch
        | F::EpochMilliseconds
        | F::FromEpoch
        | F::DatePart
        | F::DateDifference
        | F::DateSubtract
        | F::DateTruncate
        | F::MakeDate
        | F::LastDay
        | F::DayName
        | F::MonthName
        | F::JulianDay
        | F::IntervalOfMonths
        | F::IntervalOfDays
        | F::IntervalOfSeconds => dates::compute(function, &values[..count], prepared),
        F::InRange
        | F::Abs
        | F::Round
        | F::Floor
        | F::Ceiling
        | F::Truncate
        | F::Sign
        | F::SquareRoot
        | F::CubeRoot
        | F::Power
        | F::Exp
        | F::Ln
        | F::Log2
        | F::Log10
        | F::Log
        | F::Sin
        | F::Cos
        | F::Tan
        | F::Asin
        | F::Acos
        | F::Atan
        | F::Atan2
        | F::Radians
        | F::Degrees
        | F::Pi
        | F::IsNan
        | F::IsInfinite
        | F::IsFinite => math::compute(function, &values[..count], context.parity),
        F::CosineSimilarity | F::InnerProduct | F::EuclideanDistance => {
            let [a, b, ..] = &values;
            numeric_list::compute(function, a, b, context.parity)
        }
        F::ListLength
        | F::ListExtract
        | F::ListSlice
        | F::ListExcept
        | F::ListUnion
        | F::ListHasAny
        | F::ListHasAll
        | F::ListMin
        | F::ListMax
        | F::ListSum
        | F::ListAverage
        | F::ListCount
        | F::ListUnique
        | F::ListFlatten
        | F::ListSort
        | F::ListSortDescending
        | F::ListDistinct
        | F::ListJoin => list::compute(function, values, count, scratch),
        _ => text::compute(function, values, count),
    }
}

fn two<'a>(
    arguments: &'a [Node],
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> [Operand<'a>; 2] {
    let mut value = |index: usize| arguments.get(index).map_or(Operand::Null, |argument| argument.eval(context, frame, scratch));
    [value(0), value(1)]
}

/// Null when the value is null, or when nothing equals it and a candidate is null.
fn is_in<'a>(
    arguments: &'a [Node],
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    let Some((value, candidates)) = arguments.split_first() else { return Operand::Null };
    let value = value.eval(context, frame, scratch);
    let mut unknown = false;
    for candidate in candidates {
        let candidate = candidate.eval(context, frame, scratch);
        match compare::ordering(&value, &candidate, scratch) {
            Some(order) if order.is_eq() => return Operand::Boolean(true),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { Operand::Null } else { Operand::Boolean(false) }
}

fn extreme<'a>(
    function: Function,
    arguments: &'a [Node],
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    let mut best = Operand::Null;
    for argument in arguments {
        let value = argument.eval(context, frame, scratch);
        if value.is_null() {
            continue;
        }
        let better = best.is_null()
            || compare::ordering(&value, &best, scratch)
                .is_some_and(|order| if function == Function::Greatest { order.is_gt() } else { order.is_lt() });
        if better {
            best = value;
        }
    }
    best
}

fn null_if<'a>(
    arguments: &'a [Node],
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    let [value, nothing] = two(arguments, context, frame, scratch);
    let equal = compare::ordering(&value, &nothing, scratch).is_some_and(std::cmp::Ordering::is_eq);
    if equal { Operand::Null } else { value }
}
