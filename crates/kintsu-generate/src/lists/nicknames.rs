//! What people of a given name are called too.

use std::collections::HashMap;

use kintsu_core::below;

use super::WeightedList;

/// Nicknames by name, found whatever the case.
#[derive(Debug, Clone, Default)]
pub struct Nicknames {
    by_name: HashMap<String, Vec<String>>,
}

impl Nicknames {
    /// Those of a list whose values are `Name|Nickname|Nickname`.
    pub fn new(list: &WeightedList) -> Self {
        let mut by_name: HashMap<String, Vec<String>> = HashMap::new();
        for value in list.iter() {
            let mut parts = value.split('|').map(str::trim);
            let name = parts.next().unwrap_or_default().to_lowercase();
            by_name.entry(name).or_default().extend(parts.map(str::to_owned));
        }
        by_name.retain(|_, nicknames| !nicknames.is_empty());
        Self { by_name }
    }

    /// A nickname of `name`, each as likely, drawn by 64 random bits; none for a name without one.
    pub fn pick(&self, name: &str, bits: u64) -> Option<&str> {
        let nicknames = self.of(name);
        nicknames.get(below(bits, nicknames.len() as u64) as usize).map(String::as_str)
    }

    /// Every nickname of `name`.
    pub fn of(&self, name: &str) -> &[String] {
        match self.by_name.get(name) {
            Some(nicknames) => nicknames,
            None => self.by_name.get(&name.to_lowercase()).map_or(&[], Vec::as_slice),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Lists;

    #[test]
    fn names_are_found_whatever_their_case() {
        let list = WeightedList::parse("t", "Robert|Bob|Rob\nAnn\n").unwrap();
        let nicknames = Nicknames::new(&list);
        assert_eq!((nicknames.pick("ROBERT", 0), nicknames.pick("robert", u64::MAX)), (Some("Bob"), Some("Rob")));
        assert_eq!(nicknames.pick("Ann", 0), None);
    }

    #[test]
    fn the_nicknames_that_come_along_know_common_names() {
        let nicknames = Nicknames::new(&Lists::built_in().load("nicknames").unwrap());
        assert!(nicknames.of("William").iter().any(|nickname| nickname == "Bill"));
    }
}
