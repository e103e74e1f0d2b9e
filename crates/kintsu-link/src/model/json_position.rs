//! Finds the line and column of a value in JSON text by its path. The text must be valid JSON; it is walked once per question,
//! which is only asked for what is wrong.

use std::fmt::Write as _;

/// A step of a path into JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// The element of an array.
    Index(usize),
}

/// A path as people read it: `comparisons[2].comparison_levels[1]`.
pub(super) fn display(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Key(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Step::Index(index) => {
                // Writing to a String cannot fail.
                let _ = write!(text, "[{index}]");
            }
        }
    }
    text
}

/// The line and column (both from 1, columns in characters) at which the value at `path` begins.
pub(super) fn locate(text: &str, path: &[Step]) -> Option<(usize, usize)> {
    let mut walker = Walker { bytes: text.as_bytes(), at: 0 };
    for step in path {
        walker.enter(step)?;
    }
    walker.skip_space();
    let before = text.get(..walker.at)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some((before.matches('\n').count() + 1, before.get(line_start..)?.chars().count() + 1))
}

struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Walker<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Stands before the value that `step` leads to.
    fn enter(&mut self, step: &Step) -> Option<()> {
        self.skip_space();
        match (self.peek()?, step) {
            (b'{', Step::Key(wanted)) => loop {
                self.next_item(b'}')?;
                let start = self.at;
                self.skip_string()?;
                let key: String = serde_json::from_slice(self.bytes.get(start..self.at)?).ok()?;
                self.skip_space();
                self.at += 1;
                if key == *wanted {
                    return Some(());
                }
                self.skip_value()?;
            },
            (b'[', Step::Index(wanted)) => {
                for _ in 0..*wanted {
                    self.next_item(b']')?;
                    self.skip_value()?;
                }
                self.next_item(b']')
            }
            _ => None,
        }
    }

    /// Steps over an opening bracket or a comma to the item after it; none at the closing bracket.
    fn next_item(&mut self, close: u8) -> Option<()> {
        self.skip_space();
        if self.peek()? == close {
            return None;
        }
        self.at += 1;
        self.skip_space();
        (self.peek()? != close).then_some(())
    }

    fn skip_string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.skip_space();
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' => {
                    self.at += 1;
                    continue;
                }
                _ => self.skip_word(),
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn skip_word(&mut self) {
        while self.peek().is_some_and(|byte| !matches!(byte, b',' | b':' | b'}' | b']') && !byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, display, locate};

    const TEXT: &str = "{\n  \"a\\\"b\": [1, {\"x\": \"}\", \"y\" : [true, null, []]},\n \"é\", 4.5e3],\n  \"c\": {}\n}";

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn finds_values_by_path() {
        let list = key("a\"b");
        for (path, expected) in [
            (vec![], (1, 1)),
            (vec![list.clone()], (2, 11)),
            (vec![list.clone(), Step::Index(1), key("y")], (2, 32)),
            (vec![list.clone(), Step::Index(1), key("y"), Step::Index(1)], (2, 39)),
            (vec![list.clone(), Step::Index(2)], (3, 2)),
            (vec![list.clone(), Step::Index(3)], (3, 7)),
            (vec![key("c")], (4, 8)),
        ] {
            assert_eq!(locate(TEXT, &path), Some(expected), "{}", display(&path));
        }
    }

    #[test]
    fn knows_what_is_not_there() {
        assert_eq!(locate(TEXT, &[key("d")]), None);
        assert_eq!(locate(TEXT, &[key("c"), key("d")]), None);
        assert_eq!(locate(TEXT, &[key("a\"b"), Step::Index(4)]), None);
    }
}
