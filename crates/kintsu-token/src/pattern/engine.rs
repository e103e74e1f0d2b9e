//! Matching by going back: choices are tried in the order of the references, and none twice from the same place.

use std::collections::HashSet;

use super::class::{is_java_word, is_python_word, is_width_less_mark};
use super::{Mode, Node, Place};

/// All matches, one after the other.
pub(super) fn matches(nodes: &[Node], java: bool, text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let mut search = Search { nodes, text: &text, last_match: 0, failed: HashSet::new() };
    let mut found = String::new();
    let mut from = 0;
    let mut longer = false;
    while from <= text.len() {
        let Some((start, end)) = search.next(from, longer) else { break };
        found.extend(&text[start..end]);
        search.last_match = end;
        let empty = start == end;
        // Java goes on behind an empty match; Python looks for a longer one at its place.
        from = if java && empty { end + 1 } else { end };
        longer = !java && empty;
    }
    found
}

/// A choice that may be taken differently: how often the set of a node matched from a position.
struct Choice {
    node: usize,
    position: usize,
    count: usize,
}

struct Search<'a> {
    nodes: &'a [Node],
    text: &'a [char],
    last_match: usize,
    /// Nodes and positions from which nothing matches.
    failed: HashSet<(usize, usize)>,
}

impl Search<'_> {
    /// The first match from a position on; with `longer`, an empty one at that very position does not count.
    fn next(&mut self, from: usize, longer: bool) -> Option<(usize, usize)> {
        // `\G` moves with every match.
        self.failed.clear();
        for start in from..=self.text.len() {
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
        if min != max && *mode != Mode::Possessive && !self.failed.insert((node, position)) {
            return None;
        }
        let most = if *mode == Mode::Lazy { *min } else { *max };
        let rest = &self.text[position..];
        let count = rest.iter().take(most).take_while(|&&character| set.contains(character)).count();
        if count < *min {
            return None;
        }
        if *mode != Mode::Possessive && min != max {
            choices.push(Choice { node, position, count });
        }
        Some((node + 1, position + count))
    }

    /// Takes the next choice of the last repeated set that has one.
    fn go_back(&self, choices: &mut Vec<Choice>) -> Option<(usize, usize)> {
        while let Some(choice) = choices.last_mut() {
            if let Some(Node::Repeat { set, min, max, mode }) = self.nodes.get(choice.node) {
                let next = match mode {
                    Mode::Lazy => {
                        let following = self.text.get(choice.position + choice.count);
                        let fits = choice.count < *max && following.is_some_and(|&character| set.contains(character));
                        fits.then(|| choice.count + 1)
                    }
                    _ => (choice.count > *min).then(|| choice.count - 1),
                };
                if let Some(count) = next {
                    choice.count = count;
                    return Some((choice.node + 1, choice.position + count));
                }
            }
            choices.pop();
        }
        None
    }

    fn is_at(&self, place: Place, position: usize) -> bool {
        let rest = &self.text[position..];
        let before = &self.text[..position];
        match place {
            Place::Start => position == 0,
            Place::VeryEnd => rest.is_empty(),
            Place::PythonEnd => matches!(rest, [] | ['\n']),
            Place::JavaEnd => match rest {
                [] | ['\r', '\n'] | ['\r' | '\u{85}' | '\u{2028}' | '\u{2029}'] => true,
                ['\n'] => before.last() != Some(&'\r'),
                _ => false,
            },
            Place::LastMatch => position == self.last_match,
            Place::PythonBoundary => python_boundary(before, rest),
            Place::PythonNoBoundary => !self.text.is_empty() && !python_boundary(before, rest),
            Place::JavaBoundary => java_boundary(before, rest),
            Place::JavaNoBoundary => !java_boundary(before, rest),
        }
    }
}

fn python_boundary(before: &[char], rest: &[char]) -> bool {
    let word = |character: Option<&char>| character.is_some_and(|&character| is_python_word(character));
    word(before.last()) != word(rest.first())
}

/// A mark without a width belongs to the word of the letter that it stands on.
fn java_boundary(before: &[char], rest: &[char]) -> bool {
    let stands_on_word = |before: &[char]| {
        let base = before.iter().rev().find(|&&character| !is_width_less_mark(character));
        base.is_some_and(|&character| is_java_word(character) && character != '_')
    };
    let word = |character: Option<&char>, before: &[char]| {
        character.is_some_and(|&character| is_java_word(character) || (is_width_less_mark(character) && stands_on_word(before)))
    };
    word(before.last(), before) != word(rest.first(), before)
}
