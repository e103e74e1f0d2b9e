//! Lists of names, places, companies and jobs: those that come with the program, and a folder that replaces them.
//!
//! A list is a text file: a value a line, after a tab its weight, a whole number; without one the weight is 1. Lines that are
//! empty or begin with `#` are left out. A list is called by its path without ending, such as `mdm/given_names`.

mod weighted;

use std::path::PathBuf;

pub use weighted::WeightedList;

use crate::error::GenerateError;

/// The lists that come with the program, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("mdm/given_names", include_str!("../../lists/mdm/given_names.tsv")),
    ("mdm/surnames", include_str!("../../lists/mdm/surnames.tsv")),
    ("mdm/street_suffixes", include_str!("../../lists/mdm/street_suffixes.tsv")),
    ("mdm/cities", include_str!("../../lists/mdm/cities.tsv")),
    ("mdm/states", include_str!("../../lists/mdm/states.tsv")),
    ("mdm/company_suffixes", include_str!("../../lists/mdm/company_suffixes.tsv")),
    ("mdm/jobs", include_str!("../../lists/mdm/jobs.tsv")),
];

/// Where lists come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    folder: Option<PathBuf>,
}

impl Lists {
    /// The lists that come with the program.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// Those in `folder`, and for names that it has not the ones that come with the program.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// A digest of all lists, so that data made with others can be told apart.
    ///
    /// # Errors
    /// [`GenerateError::UnreadableList`].
    pub fn digest(&self) -> Result<String, GenerateError> {
        let mut hasher = blake3::Hasher::new();
        for (name, text) in BUILT_IN {
            let replaced = self.replacement(name)?;
            let text = replaced.as_deref().unwrap_or(text);
            hasher.update(&(text.len() as u64).to_le_bytes()).update(name.as_bytes()).update(text.as_bytes());
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// The text that the folder has for the list called `name`.
    fn replacement(&self, name: &str) -> Result<Option<String>, GenerateError> {
        let path = self.folder.as_ref().map(|folder| folder.join(format!("{name}.tsv"))).filter(|path| path.exists());
        let read =
            |path: PathBuf| std::fs::read_to_string(&path).map_err(|source| GenerateError::UnreadableList { path, source });
        path.map(read).transpose()
    }

    /// The list called `name`.
    ///
    /// # Errors
    /// [`GenerateError::NoSuchList`], [`GenerateError::UnreadableList`], or [`GenerateError::List`] for what is wrong in it.
    pub fn load(&self, name: &str) -> Result<WeightedList, GenerateError> {
        if let Some(text) = self.replacement(name)? {
            return WeightedList::parse(name, &text);
        }
        let text = BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        WeightedList::parse(name, text.ok_or_else(|| GenerateError::NoSuchList { name: name.to_owned() })?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_list_that_comes_along_can_be_read() {
        for (name, _) in BUILT_IN {
            assert!(!Lists::built_in().load(name).unwrap().is_empty(), "{name}");
        }
    }

    #[test]
    fn a_folder_replaces_a_list_and_leaves_the_others() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mdm")).unwrap();
        std::fs::write(folder.path().join("mdm/jobs.tsv"), "# mine\nPotter\t3\nSmith\n").unwrap();
        let lists = Lists::in_folder(folder.path());
        let jobs = lists.load("mdm/jobs").unwrap();
        assert_eq!((jobs.len(), jobs.get(0), jobs.get(1)), (2, "Potter", "Smith"));
        assert_eq!(lists.load("mdm/states").unwrap().len(), Lists::built_in().load("mdm/states").unwrap().len());
        assert!(lists.load("mdm/kings").is_err());
    }
}
