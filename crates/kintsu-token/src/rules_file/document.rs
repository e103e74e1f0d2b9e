//! A file as a tree with places, whichever format it is written in.

/// Line and column, both counted from 1; columns in characters.
pub(super) type Place = (usize, usize);

/// A value and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A value of a file.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Keys in the order of the file, with the place of each.
    Table(Vec<(String, Place, Located)>),
    List(Vec<Located>),
    Text {
        text: String,
        /// Where the text itself begins, when every character of it stands in the file as it is.
        inside: Option<Place>,
    },
    Nothing,
    /// A number, a date, a truth value.
    Other,
}

impl Value {
    /// What the value is, for messages.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Table(_) => "a table",
            Self::List(_) => "a list",
            Self::Text { .. } => "a text",
            Self::Nothing => "nothing",
            Self::Other => "a number or truth value",
        }
    }
}

/// The place of a byte.
pub(super) fn place_of(text: &str, byte: usize) -> Place {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.bytes().filter(|&byte| byte == b'\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The place of the first character of `text` when the file holds it, perhaps in quotes, as it is.
pub(super) fn inside(source: &str, place: Place, text: &str) -> Option<Place> {
    if source.starts_with(text) {
        return Some(place);
    }
    let unquoted = source.strip_prefix(['"', '\''])?;
    let as_it_is = unquoted.strip_prefix(text)?.starts_with(['"', '\'']);
    as_it_is.then_some((place.0, place.1 + 1))
}
