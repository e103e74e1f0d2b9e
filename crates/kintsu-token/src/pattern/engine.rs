//! Matching by going back: choices are tried in the order of the references, and none twice from the same place.

use std::collections::HashSet;

use super::class::{is_java_word, is_python_word, is_width_less_mark};
use super::units::Units;
use super::{Mode, Node, Pattern, Place};

/// All matches, one after the other.
pub(super) fn matches(pattern: &Pattern, text: &str) -> String {
    let units = if pattern.java { Units::of_utf16(text) } else { Units::of_characters(text) };
    let mut search = Search { nodes: &pattern.nodes, text: &units, last_match: 0, failed: HashSet::new() };
    let mut found = String::new();
    let mut from = 0;
    let mut longer = false;
    while from <= units.len() {
        let Some((start, end)) = search.next(from, longer) else { break };
        units.copy(start, end, &mut found);
        search.last_match = end;
        let empty = start == end;
        // Java goes on behind an empty match; Python looks for a longer one at its place.
        from = if pattern.java && empty { end + 1 } else { end };
        longer = !pattern.java && empty;
    }
    found
}

/// A choice that may be taken differently: how often the set of a node matched, and up to where.
struct Choice {
    node: usize,
    count: usize,
    end: usize,
}

struct Search<'a> {
    nodes: &'a [Node],
    text: &'a Units,
    last_match: usize,
    /// Nodes and positions from which nothing matches.
    failed: HashSet<(usize, usize)>,
}

impl Search<'_> {
    /// The first match from a position on; with `longer`, an empty one at that very position does not count. Between the halves of a
    /// pair a match is looked for only behind an empty one.
    fn next(&mut self, from: usize, longer: bool) -> Option<(usize, usize)> {
        // `\G` moves with every match.
        self.failed.clear();
        for start in from..=self.text.len() {
            if start > from && self.text.splits_pair(start) {
                continue;
            }
            let longer = longer && start == from;
            if let Some(end) = self.run(start, longer) {
                return Some((start, end));
            }
            if longer {
                self.failed.clear();
            }
        }
        None
    }

    fn run(&mut self, start: usize, longer: bool) -> Option<usize> {
        let mut choices = Vec::new();
        let mut at = Some((0, start));
        loop {
            let Some((node, position)) = at else {
                at = Some(self.go_back(&mut choices)?);
                continue;
            };
            at = match self.nodes.get(node) {
                None if longer && position == start => None,
                None => return Some(position),
                Some(Node::Place(place)) => self.is_at(*place, position).then_some((node + 1, position)),
                Some(Node::Repeat { .. }) => self.enter(node, position, &mut choices),
            };
        }
    }

    /// Takes the first choice of a repeated set.
    fn enter(&mut self, node: usize, position: usize, choices: &mut Vec<Choice>) -> Option<(usize, usize)> {
        let Node::Repeat { set, min, max, mode } = &self.nodes[node] else { return None };
        let has_choice = min != max && *mode != Mode::Possessive;
        if has_choice && !self.failed.insert((node, position)) {
            return None;
        }
        let most = if *mode == Mode::Lazy { *min } else { *max };
        let mut count = 0;
        let mut end = position;
        while count < most
            && let Some((_, next)) = self.text.after(end).filter(|&(character, _)| set.contains(character))
        {
            end = next;
            count += 1;
        }
        if count < *min {
            return None;
        }
        if has_choice {
            choices.push(Choice { node, count, end });
        }
        Some((node + 1, end))
    }

    /// Takes the next choice of the last repeated set that has one.
    fn go_back(&self, choices: &mut Vec<Choice>) -> Option<(usize, usize)> {
        while let Some(choice) = choices.last_mut() {
            if let Some(Node::Repeat { set, min, max, mode }) = self.nodes.get(choice.node) {
                let next = match mode {
                    Mode::Lazy if choice.count < *max => self
                        .text
                        .after(choice.end)
                        .filter(|&(character, _)| set.contains(character))
                        .map(|(_, end)| (choice.count + 1, end)),
                    Mode::Greedy if choice.count > *min => self.text.before(choice.end).map(|(_, end)| (choice.count - 1, end)),
                    _ => None,
                };
                if let Some((count, end)) = next {
                    choice.count = count;
                    choice.end = end;
                    return Some((choice.node + 1, end));
                }
            }
            choices.pop();
        }
        None
    }

    fn is_at(&self, place: Place, position: usize) -> bool {
        let rest = self.text.rest(position);
        match place {
            Place::Start => position == 0,
            Place::VeryEnd => rest.is_empty(),
            Place::PythonEnd => matches!(rest, [] | ['\n']),
            Place::JavaEnd => match rest {
                [] | ['\r', '\n'] | ['\r' | '\u{85}' | '\u{2028}' | '\u{2029}'] => true,
                ['\n'] => self.text.before(position).is_none_or(|(before, _)| before != '\r'),
                _ => false,
            },
            Place::LastMatch => position == self.last_match,
            Place::PythonBoundary => self.python_boundary(position),
            Place::PythonNoBoundary => self.text.len() > 0 && !self.python_boundary(position),
            Place::JavaBoundary => self.java_boundary(position),
            Place::JavaNoBoundary => !self.java_boundary(position),
        }
    }

    fn python_boundary(&self, position: usize) -> bool {
        let word = |character: Option<(char, usize)>| character.is_some_and(|(character, _)| is_python_word(character));
        word(self.text.before(position)) != word(self.text.after(position))
    }

    fn java_boundary(&self, position: usize) -> bool {
        let before = self.text.before(position);
        let left = before.is_some_and(|(character, start)| self.in_java_word(character, start));
        let right = self.text.after(position).is_some_and(|(character, _)| self.in_java_word(character, position));
        left != right
    }

    /// A mark without a width belongs to the word of the letter that it stands on.
    fn in_java_word(&self, character: char, start: usize) -> bool {
        if !is_width_less_mark(character) {
            return is_java_word(character);
        }
        let mut position = start;
        while let Some((base, before)) = self.text.before(position) {
            if !is_width_less_mark(base) {
                return is_java_word(base) && base != '_';
            }
            position = before;
        }
        false
    }
}
