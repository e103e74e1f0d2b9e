//! The values of one column of a block of JSON lines, in the narrowest type that holds them.

use std::fmt;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, NullArray};
use arrow_schema::{DataType, Field};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing but nulls so far.
    Null,
    Text,
    Integer,
    Float,
    Boolean,
    /// Lists, and what they hold.
    List(Item),
}

/// What lists hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    /// Nothing so far.
    None,
    Text,
    Integer,
    Float,
}

/// Two values that make no column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KindConflict {
    pub(super) before: Kind,
    pub(super) now: Kind,
}

impl Kind {
    /// The kind that holds both, or none.
    pub(crate) fn unite(self, other: Self) -> Option<Self> {
        match (self, other) {
            (kind, Self::Null) | (Self::Null, kind) => Some(kind),
            (Self::Integer, Self::Float) | (Self::Float, Self::Integer) => Some(Self::Float),
            (Self::List(left), Self::List(right)) => Some(Self::List(left.unite(right)?)),
            (left, right) => (left == right).then_some(left),
        }
    }

    pub(crate) fn data_type(self) -> DataType {
        let list = |item| DataType::List(Arc::new(Field::new(Field::LIST_FIELD_DEFAULT_NAME, item, true)));
        match self {
            Self::Null => DataType::Null,
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::List(Item::None | Item::Text) => list(DataType::Utf8),
            Self::List(Item::Integer) => list(DataType::Int64),
            Self::List(Item::Float) => list(DataType::Float64),
        }
    }
}

impl Item {
    fn unite(self, other: Self) -> Option<Self> {
        match (self, other) {
            (item, Self::None) | (Self::None, item) => Some(item),
            (Self::Integer, Self::Float) | (Self::Float, Self::Integer) => Some(Self::Float),
            (left, right) => (left == right).then_some(left),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Text => "text",
            Self::Integer | Self::Float => "a number",
            Self::Boolean => "a boolean",
            Self::List(Item::Text) => "a list of texts",
            Self::List(Item::None) => "an empty list",
            Self::List(_) => "a list of numbers",
        })
    }
}

/// A value of one line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Element>),
}

/// A value in a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    Null,
    Text(String),
    Integer(i64),
    Float(f64),
}

/// The values of a column, one kind at a time.
#[derive(Debug)]
pub(super) struct CellColumn {
    values: Values,
    rows: usize,
}

#[derive(Debug)]
enum Values {
    Null,
    Text(StringBuilder),
    Integer(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Boolean(BooleanBuilder),
    List(Item, Vec<Option<Vec<Element>>>),
}

impl CellColumn {
    /// A column whose first `rows` values are null.
    pub(super) fn new(rows: usize) -> Self {
        Self { values: Values::Null, rows }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn kind(&self) -> Kind {
        match &self.values {
            Values::Null => Kind::Null,
            Values::Text(_) => Kind::Text,
            Values::Integer(_) => Kind::Integer,
            Values::Float(_) => Kind::Float,
            Values::Boolean(_) => Kind::Boolean,
            Values::List(item, _) => Kind::List(*item),
        }
    }

    pub(super) fn push(&mut self, cell: Cell<'_>) -> Result<(), KindConflict> {
        let now = cell.kind()?;
        let before = self.kind();
        let united = before.unite(now).ok_or(KindConflict { before, now })?;
        self.become_kind(united);
        match (&mut self.values, cell) {
            (Values::Text(values), Cell::Text(value)) => values.append_value(value),
            (Values::Integer(values), Cell::Integer(value)) => values.push(Some(value)),
            (Values::Float(values), Cell::Integer(value)) => values.push(Some(value as f64)),
            (Values::Float(values), Cell::Float(value)) => values.push(Some(value)),
            (Values::Boolean(values), Cell::Boolean(value)) => values.append_value(value),
            (Values::List(_, values), Cell::List(value)) => values.push(Some(value)),
            _ => self.values.push_null(),
        }
        self.rows += 1;
        Ok(())
    }

    /// Fills up to `rows` with nulls.
    pub(super) fn fill(&mut self, rows: usize) {
        while self.rows < rows {
            self.values.push_null();
            self.rows += 1;
        }
    }

    fn become_kind(&mut self, kind: Kind) {
        if self.kind() == kind {
            return;
        }
        let rows = self.rows;
        self.values = match (std::mem::replace(&mut self.values, Values::Null), kind) {
            (Values::Integer(values), Kind::Float) => {
                Values::Float(values.into_iter().map(|value| value.map(|value| value as f64)).collect())
            }
            (Values::List(_, values), Kind::List(item)) => Values::List(item, values),
            (_, Kind::Null) => Values::Null,
            (_, Kind::Text) => {
                let mut values = StringBuilder::new();
                (0..rows).for_each(|_| values.append_null());
                Values::Text(values)
            }
            (_, Kind::Boolean) => {
                let mut values = BooleanBuilder::new();
                values.append_nulls(rows);
                Values::Boolean(values)
            }
            (_, Kind::Integer) => Values::Integer(vec![None; rows]),
            (_, Kind::Float) => Values::Float(vec![None; rows]),
            (_, Kind::List(item)) => Values::List(item, vec![None; rows]),
        };
    }

    pub(super) fn finish(self) -> ArrayRef {
        match self.values {
            Values::Null => Arc::new(NullArray::new(self.rows)),
            Values::Text(mut values) => Arc::new(values.finish()),
            Values::Integer(values) => Arc::new(arrow_array::Int64Array::from(values)),
            Values::Float(values) => Arc::new(arrow_array::Float64Array::from(values)),
            Values::Boolean(mut values) => Arc::new(values.finish()),
            Values::List(Item::None | Item::Text, lists) => texts(lists),
            Values::List(Item::Integer, lists) => integers(lists),
            Values::List(Item::Float, lists) => floats(lists),
        }
    }
}

impl Values {
    fn push_null(&mut self) {
        match self {
            Self::Null => {}
            Self::Text(values) => values.append_null(),
            Self::Integer(values) => values.push(None),
            Self::Float(values) => values.push(None),
            Self::Boolean(values) => values.append_null(),
            Self::List(_, values) => values.push(None),
        }
    }
}

impl Cell<'_> {
    fn kind(&self) -> Result<Kind, KindConflict> {
        Ok(match self {
            Self::Null => Kind::Null,
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Float(_) => Kind::Float,
            Self::Boolean(_) => Kind::Boolean,
            Self::List(elements) => {
                let mut item = Item::None;
                for element in elements {
                    let now = element.item();
                    let conflict = KindConflict { before: Kind::List(item), now: Kind::List(now) };
                    item = item.unite(now).ok_or(conflict)?;
                }
                Kind::List(item)
            }
        })
    }
}

impl Element {
    fn item(&self) -> Item {
        match self {
            Self::Null => Item::None,
            Self::Text(_) => Item::Text,
            Self::Integer(_) => Item::Integer,
            Self::Float(_) => Item::Float,
        }
    }
}

fn texts(lists: Vec<Option<Vec<Element>>>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for list in lists {
        let valid = list.is_some();
        for element in list.into_iter().flatten() {
            builder.values().append_option(if let Element::Text(text) = element { Some(text) } else { None });
        }
        builder.append(valid);
    }
    Arc::new(builder.finish())
}

fn integers(lists: Vec<Option<Vec<Element>>>) -> ArrayRef {
    let mut builder = ListBuilder::new(Int64Builder::new());
    for list in lists {
        let valid = list.is_some();
        for element in list.into_iter().flatten() {
            builder.values().append_option(if let Element::Integer(number) = element { Some(number) } else { None });
        }
        builder.append(valid);
    }
    Arc::new(builder.finish())
}

fn floats(lists: Vec<Option<Vec<Element>>>) -> ArrayRef {
    let mut builder = ListBuilder::new(Float64Builder::new());
    for list in lists {
        let valid = list.is_some();
        for element in list.into_iter().flatten() {
            builder.values().append_option(match element {
                Element::Integer(number) => Some(number as f64),
                Element::Float(number) => Some(number),
                _ => None,
            });
        }
        builder.append(valid);
    }
    Arc::new(builder.finish())
}
