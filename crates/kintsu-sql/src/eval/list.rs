//! The functions of lists. Positions count from 1, negative ones from the end.

use super::cast::to_text;
use super::compare::{item_ordering, number, same_item};
use super::node::{Context, Frame, Node};
use super::operand::{Operand, truth};
use super::raised::{Raised, Scratch};
use super::text;
use crate::ast::ArithmeticOp;
use crate::function::Function;

/// Computes a list function of values that are not null.
pub(crate) fn compute<'a>(
    function: Function,
    values: [Operand<'a>; 4],
    count: usize,
    scratch: &mut Scratch,
) -> Result<Operand<'a>, Raised> {
    use Function as F;
    let [list, second, third, _] = values;
    if function == F::ListExtract {
        return extract(list, &second);
    }
    if function == F::ListSlice {
        return slice(&list, &second, &third);
    }
    let items = list.list_items().ok_or(Raised::Types)?;
    Ok(match function {
        F::ListLength => Operand::Integer(items.len() as i64),
        F::ListExcept => Operand::items(shared(&list, &second, false, scratch)?),
        F::ListUnion => {
            let both: Vec<_> = items.chain(second.list_items().ok_or(Raised::Types)?).collect();
            Operand::items(distinct(both, scratch))
        }
        F::ListHasAny => has_any(&list, &second, scratch)?.into(),
        F::ListHasAll => has_all(&list, &second, scratch)?.into(),
        F::ListMin | F::ListMax => extreme(function, items, scratch),
        F::ListSum => sum(items, scratch),
        F::ListAverage => average(items),
        F::ListCount => Operand::Integer(items.filter(|item| !item.is_null()).count() as i64),
        F::ListUnique => Operand::Integer(distinct(items.collect(), scratch).len() as i64),
        F::ListDistinct => Operand::items(distinct(items.collect(), scratch)),
        F::ListFlatten => flatten(items)?,
        F::ListSort | F::ListSortDescending => {
            let descending = function == F::ListSortDescending || (count > 1 && is_descending(&second));
            Operand::items(sorted(items.collect(), descending, scratch))
        }
        F::ListJoin => {
            let empty = items.len() == 0;
            let mut parts = vec![second];
            parts.extend(items.filter(|item| !item.is_null()));
            // DuckDB: a list of nothing but nulls has no text, a list of nothing an empty one.
            if parts.len() == 1 && !empty { Operand::Null } else { text::concat(F::ConcatWithSeparator, parts) }
        }
        _ => return Err(Raised::Types),
    })
}

/// The list functions of two arguments to which nulls mean something.
pub(crate) fn with_nulls<'a>(function: Function, a: Operand<'a>, b: Operand<'a>, scratch: &mut Scratch) -> Operand<'a> {
    use Function as F;
    match function {
        F::ListConcat if a.is_null() && b.is_null() => Operand::items(Vec::new()),
        F::ListConcat if a.is_null() => b,
        F::ListConcat if b.is_null() => a,
        F::ListConcat => {
            Operand::items(a.list_items().into_iter().flatten().chain(b.list_items().into_iter().flatten()).collect())
        }
        // DuckDB: nothing is shared with a null list, though a null on the left stays null.
        F::ListIntersect if a.is_null() => Operand::Null,
        F::ListIntersect => match if b.is_null() { Ok(Vec::new()) } else { shared(&a, &b, true, scratch) } {
            Ok(items) => Operand::items(items),
            Err(reason) => {
                scratch.raise(reason);
                Operand::Null
            }
        },
        F::ListAppend => Operand::items(a.list_items().into_iter().flatten().chain([b]).collect()),
        F::ListPrepend => Operand::items([a].into_iter().chain(b.list_items().into_iter().flatten()).collect()),
        F::Contains if a.list_length().is_none() => match (a, b) {
            (Operand::Null, _) | (_, Operand::Null) => Operand::Null,
            (text, searched) => to_text(text).contains(&*to_text(searched)).into(),
        },
        F::ListContains | F::Contains => {
            if a.is_null() || b.is_null() {
                return Operand::Null;
            }
            let found = a.list_items().into_iter().flatten().any(|item| !item.is_null() && same_item(&item, &b, scratch));
            found.into()
        }
        F::ListPosition => {
            let position = a.list_items().into_iter().flatten().position(|item| same_item(&item, &b, scratch));
            position.map_or(Operand::Null, |index| Operand::Integer(index as i64 + 1))
        }
        _ => Operand::Null,
    }
}

/// The list functions that call a lambda.
pub(crate) fn with_lambda<'a>(
    function: Function,
    arguments: &'a [Node],
    context: &Context<'_, 'a>,
    frame: Option<&Frame<'_, 'a>>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    let depth = frame.map_or(0, |frame| frame.index + 1);
    let mut value = |index: usize| arguments.get(index).map_or(Operand::Null, |argument| argument.eval(context, frame, scratch));
    let list = value(0);
    let other = if function == Function::ListZipWith { value(1) } else { Operand::Null };
    let start = if function == Function::ListReduce { arguments.get(2).map(|_| value(2)) } else { None };
    let body_at = if function == Function::ListZipWith { 2 } else { 1 };
    let Some(Node::Lambda(body)) = arguments.get(body_at) else { return Operand::Null };
    let lambda = Lambda { body, context, frame, depth };
    let Some(items) = list.list_items() else { return Operand::Null };
    match function {
        Function::ListTransform => Operand::items(
            items.enumerate().map(|(index, item)| lambda.call(item, Operand::Integer(index as i64 + 1), scratch)).collect(),
        ),
        Function::ListFilter => {
            let mut kept = Vec::new();
            for (index, item) in items.enumerate() {
                if truth(&lambda.call(item.clone(), Operand::Integer(index as i64 + 1), scratch)) == Some(true) {
                    kept.push(item);
                }
            }
            Operand::items(kept)
        }
        Function::ListAny | Function::ListAll => quantified(function == Function::ListAny, items, &lambda, scratch),
        Function::ListReduce => {
            let mut items = items;
            let Some(mut total) = start.or_else(|| items.next()) else { return Operand::Null };
            for item in items {
                total = lambda.call(total, item, scratch);
            }
            total
        }
        Function::ListZipWith => {
            let Some(other_length) = other.list_length() else { return Operand::Null };
            let length = items.len().max(other_length);
            let item = |list: &Operand<'a>, index: usize| list.list_item(index).unwrap_or(Operand::Null);
            Operand::items((0..length).map(|index| lambda.call(item(&list, index), item(&other, index), scratch)).collect())
        }
        _ => Operand::Null,
    }
}

struct Lambda<'l, 'a> {
    body: &'a Node,
    context: &'l Context<'l, 'a>,
    frame: Option<&'l Frame<'l, 'a>>,
    depth: usize,
}

impl<'a> Lambda<'_, 'a> {
    fn call(&self, first: Operand<'a>, second: Operand<'a>, scratch: &mut Scratch) -> Operand<'a> {
        let outer = Frame { index: self.depth, value: first, outer: self.frame };
        let inner = Frame { index: self.depth + 1, value: second, outer: Some(&outer) };
        self.body.eval(self.context, Some(&inner), scratch)
    }
}

/// Three-valued: a null among the answers leaves open what no other answer decides.
fn quantified<'a>(
    any: bool,
    items: impl Iterator<Item = Operand<'a>>,
    lambda: &Lambda<'_, 'a>,
    scratch: &mut Scratch,
) -> Operand<'a> {
    let mut unknown = false;
    for item in items {
        match truth(&lambda.call(item, Operand::Null, scratch)) {
            Some(value) if value == any => return Operand::Boolean(any),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { Operand::Null } else { Operand::Boolean(!any) }
}

/// The items, or characters, in reverse order.
pub(crate) fn reversed<'a>(list: &Operand<'a>) -> Option<Operand<'a>> {
    let mut items: Vec<_> = list.list_items()?.collect();
    items.reverse();
    Some(Operand::items(items))
}

fn extract<'a>(list: Operand<'a>, position: &Operand<'_>) -> Result<Operand<'a>, Raised> {
    let Operand::Integer(position) = position else { return Err(Raised::Types) };
    let Some(length) = list.list_length() else {
        return match list {
            Operand::Text(_) if *position == 0 => Ok(Operand::text("")),
            Operand::Text(text) => {
                let values = [Operand::Text(text), Operand::Integer(*position), Operand::Integer(1), Operand::Null];
                text::compute(Function::Substring, values, 3)
            }
            _ => Err(Raised::Types),
        };
    };
    let index = match position {
        0 => None,
        1.. => usize::try_from(position - 1).ok(),
        _ => length.checked_sub(position.unsigned_abs() as usize),
    };
    Ok(index.and_then(|index| list.list_item(index)).unwrap_or(Operand::Null))
}

fn slice<'a>(list: &Operand<'a>, first: &Operand<'_>, last: &Operand<'_>) -> Result<Operand<'a>, Raised> {
    let (Operand::Integer(first), Operand::Integer(last)) = (first, last) else { return Err(Raised::Types) };
    let Some(length) = list.list_length() else {
        let Operand::Text(text) = list else { return Err(Raised::Types) };
        let (from, to) = bounds(*first, *last, text.chars().count());
        let kept: String = text.chars().skip(from).take(to.saturating_sub(from)).collect();
        return Ok(Operand::from(kept));
    };
    let (from, to) = bounds(*first, *last, length);
    Ok(Operand::items((from..to.max(from)).filter_map(|index| list.list_item(index)).collect()))
}

/// Positions to a range from 0, cut to the length.
fn bounds(first: i64, last: i64, length: usize) -> (usize, usize) {
    let length = length as i64;
    let from = if first < 0 { (length + first).max(0) } else { (first - 1).max(0) };
    let to = if last < 0 { (length + last + 1).max(0) } else { last.min(length) };
    (from.min(length) as usize, to as usize)
}

/// The distinct items of `a` that `b` has, or lacks; nulls are left out.
fn shared<'a>(a: &Operand<'a>, b: &Operand<'a>, wanted: bool, scratch: &mut Scratch) -> Result<Vec<Operand<'a>>, Raised> {
    let mut found: Vec<Operand<'a>> = Vec::new();
    for item in a.list_items().ok_or(Raised::Types)? {
        if !item.is_null()
            && has(b.list_items().ok_or(Raised::Types)?, &item, scratch) == wanted
            && !has(found.iter().cloned(), &item, scratch)
        {
            found.push(item);
        }
    }
    Ok(found)
}

fn has<'a>(mut items: impl Iterator<Item = Operand<'a>>, wanted: &Operand<'_>, scratch: &mut Scratch) -> bool {
    items.any(|item| !item.is_null() && same_item(&item, wanted, scratch))
}

fn has_any(a: &Operand<'_>, b: &Operand<'_>, scratch: &mut Scratch) -> Result<bool, Raised> {
    let mut items = a.list_items().ok_or(Raised::Types)?;
    let length = b.list_length().ok_or(Raised::Types)?;
    Ok(length > 0 && items.any(|item| !item.is_null() && b.list_items().is_some_and(|others| has(others, &item, scratch))))
}

/// Nulls of the part are not looked for.
fn has_all(list: &Operand<'_>, part: &Operand<'_>, scratch: &mut Scratch) -> Result<bool, Raised> {
    list.list_length().ok_or(Raised::Types)?;
    let mut items = part.list_items().ok_or(Raised::Types)?;
    Ok(items.all(|item| item.is_null() || list.list_items().is_some_and(|others| has(others, &item, scratch))))
}

fn extreme<'a>(function: Function, items: impl Iterator<Item = Operand<'a>>, scratch: &mut Scratch) -> Operand<'a> {
    let mut best = Operand::Null;
    for item in items.filter(|item| !item.is_null()) {
        let better = best.is_null()
            || item_ordering(&item, &best, scratch)
                .is_some_and(|order| if function == Function::ListMax { order.is_gt() } else { order.is_lt() });
        if better {
            best = item;
        }
    }
    best
}

fn sum<'a>(items: impl Iterator<Item = Operand<'a>>, scratch: &mut Scratch) -> Operand<'a> {
    let mut total = Operand::Null;
    for item in items.filter(|item| !item.is_null()) {
        total = if total.is_null() {
            item
        } else {
            super::arithmetic::compute(ArithmeticOp::Add, &total, &item, crate::Parity::Characters, scratch)
        };
    }
    total
}

fn average<'a>(items: impl Iterator<Item = Operand<'a>>) -> Operand<'a> {
    let numbers: Vec<f64> = items.filter_map(|item| number(&item)).collect();
    if numbers.is_empty() { Operand::Null } else { Operand::Double(numbers.iter().sum::<f64>() / numbers.len() as f64) }
}

fn flatten<'a>(items: impl Iterator<Item = Operand<'a>>) -> Result<Operand<'a>, Raised> {
    let mut flat = Vec::new();
    for item in items.filter(|item| !item.is_null()) {
        flat.extend(item.list_items().ok_or(Raised::Types)?);
    }
    Ok(Operand::items(flat))
}

fn distinct<'a>(items: Vec<Operand<'a>>, scratch: &mut Scratch) -> Vec<Operand<'a>> {
    let mut found: Vec<Operand<'a>> = Vec::new();
    for item in items {
        if !item.is_null() && !has(found.iter().cloned(), &item, scratch) {
            found.push(item);
        }
    }
    found
}

/// Nulls come last in either direction.
fn sorted<'a>(mut items: Vec<Operand<'a>>, descending: bool, scratch: &mut Scratch) -> Vec<Operand<'a>> {
    items.sort_by(|a, b| {
        let order = item_ordering(a, b, scratch).unwrap_or(std::cmp::Ordering::Equal);
        if descending && !a.is_null() && !b.is_null() { order.reverse() } else { order }
    });
    items
}

fn is_descending(order: &Operand<'_>) -> bool {
    matches!(order, Operand::Text(order) if order.trim().to_ascii_lowercase().starts_with("desc"))
        || matches!(order, Operand::Boolean(false))
}
