//! Lists of names, places, companies and jobs: those that come with the program, and a folder that replaces them.
//!
//! A list is a text file: a value a line, after a tab its weight, a whole number; without one the weight is 1. Lines that are
//! empty or begin with `#` are left out. A list is called by its path without ending, such as `mdm/given_names`.

mod nicknames;
mod places;
mod weighted;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

pub use nicknames::Nicknames;
pub use places::{Place, Places};
pub use weighted::WeightedList;

use crate::error::GenerateError;

/// The lists that come with the program, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("en_US/given_female", include_str!("../../lists/en_US/given_female.tsv")),
    ("en_US/given_male", include_str!("../../lists/en_US/given_male.tsv")),
    ("en_US/family", include_str!("../../lists/en_US/family.tsv")),
    ("en_US/streets", include_str!("../../lists/en_US/streets.tsv")),
    ("en_US/places", include_str!("../../lists/en_US/places.tsv")),
    ("en_US/company_words", include_str!("../../lists/en_US/company_words.tsv")),
    ("en_US/legal_forms", include_str!("../../lists/en_US/legal_forms.tsv")),
    ("en_US/email_domains", include_str!("../../lists/en_US/email_domains.tsv")),
    ("en_US/jobs", include_str!("../../lists/en_US/jobs.tsv")),
    ("en_GB/given_female", include_str!("../../lists/en_GB/given_female.tsv")),
    ("en_GB/given_male", include_str!("../../lists/en_GB/given_male.tsv")),
    ("en_GB/family", include_str!("../../lists/en_GB/family.tsv")),
    ("en_GB/streets", include_str!("../../lists/en_GB/streets.tsv")),
    ("en_GB/places", include_str!("../../lists/en_GB/places.tsv")),
    ("en_GB/company_words", include_str!("../../lists/en_GB/company_words.tsv")),
    ("en_GB/legal_forms", include_str!("../../lists/en_GB/legal_forms.tsv")),
    ("en_GB/email_domains", include_str!("../../lists/en_GB/email_domains.tsv")),
    ("de_DE/given_female", include_str!("../../lists/de_DE/given_female.tsv")),
    ("de_DE/given_male", include_str!("../../lists/de_DE/given_male.tsv")),
    ("de_DE/family", include_str!("../../lists/de_DE/family.tsv")),
    ("de_DE/streets", include_str!("../../lists/de_DE/streets.tsv")),
    ("de_DE/places", include_str!("../../lists/de_DE/places.tsv")),
    ("de_DE/company_words", include_str!("../../lists/de_DE/company_words.tsv")),
    ("de_DE/legal_forms", include_str!("../../lists/de_DE/legal_forms.tsv")),
    ("de_DE/email_domains", include_str!("../../lists/de_DE/email_domains.tsv")),
    ("fr_FR/given_female", include_str!("../../lists/fr_FR/given_female.tsv")),
    ("fr_FR/given_male", include_str!("../../lists/fr_FR/given_male.tsv")),
    ("fr_FR/family", include_str!("../../lists/fr_FR/family.tsv")),
    ("fr_FR/streets", include_str!("../../lists/fr_FR/streets.tsv")),
    ("fr_FR/places", include_str!("../../lists/fr_FR/places.tsv")),
    ("fr_FR/company_words", include_str!("../../lists/fr_FR/company_words.tsv")),
    ("fr_FR/legal_forms", include_str!("../../lists/fr_FR/legal_forms.tsv")),
    ("fr_FR/email_domains", include_str!("../../lists/fr_FR/email_domains.tsv")),
    ("it_IT/given_female", include_str!("../../lists/it_IT/given_female.tsv")),
    ("it_IT/given_male", include_str!("../../lists/it_IT/given_male.tsv")),
    ("it_IT/family", include_str!("../../lists/it_IT/family.tsv")),
    ("it_IT/streets", include_str!("../../lists/it_IT/streets.tsv")),
    ("it_IT/places", include_str!("../../lists/it_IT/places.tsv")),
    ("it_IT/company_words", include_str!("../../lists/it_IT/company_words.tsv")),
    ("it_IT/legal_forms", include_str!("../../lists/it_IT/legal_forms.tsv")),
    ("it_IT/email_domains", include_str!("../../lists/it_IT/email_domains.tsv")),
    ("es_ES/given_female", include_str!("../../lists/es_ES/given_female.tsv")),
    ("es_ES/given_male", include_str!("../../lists/es_ES/given_male.tsv")),
    ("es_ES/family", include_str!("../../lists/es_ES/family.tsv")),
    ("es_ES/streets", include_str!("../../lists/es_ES/streets.tsv")),
    ("es_ES/places", include_str!("../../lists/es_ES/places.tsv")),
    ("es_ES/company_words", include_str!("../../lists/es_ES/company_words.tsv")),
    ("es_ES/legal_forms", include_str!("../../lists/es_ES/legal_forms.tsv")),
    ("es_ES/email_domains", include_str!("../../lists/es_ES/email_domains.tsv")),
    ("nl_NL/given_female", include_str!("../../lists/nl_NL/given_female.tsv")),
    ("nl_NL/given_male", include_str!("../../lists/nl_NL/given_male.tsv")),
    ("nl_NL/family", include_str!("../../lists/nl_NL/family.tsv")),
    ("nl_NL/streets", include_str!("../../lists/nl_NL/streets.tsv")),
    ("nl_NL/places", include_str!("../../lists/nl_NL/places.tsv")),
    ("nl_NL/company_words", include_str!("../../lists/nl_NL/company_words.tsv")),
    ("nl_NL/legal_forms", include_str!("../../lists/nl_NL/legal_forms.tsv")),
    ("nl_NL/email_domains", include_str!("../../lists/nl_NL/email_domains.tsv")),
    ("pl_PL/given_female", include_str!("../../lists/pl_PL/given_female.tsv")),
    ("pl_PL/given_male", include_str!("../../lists/pl_PL/given_male.tsv")),
    ("pl_PL/family", include_str!("../../lists/pl_PL/family.tsv")),
    ("pl_PL/streets", include_str!("../../lists/pl_PL/streets.tsv")),
    ("pl_PL/places", include_str!("../../lists/pl_PL/places.tsv")),
    ("pl_PL/company_words", include_str!("../../lists/pl_PL/company_words.tsv")),
    ("pl_PL/legal_forms", include_str!("../../lists/pl_PL/legal_forms.tsv")),
    ("pl_PL/email_domains", include_str!("../../lists/pl_PL/email_domains.tsv")),
    ("locales", include_str!("../../lists/locales.tsv")),
    ("nicknames", include_str!("../../lists/nicknames.tsv")),
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

/// The locales that have lists of names, places, streets and companies.
pub const LOCALES: [&str; 8] = ["en_US", "en_GB", "de_DE", "fr_FR", "it_IT", "es_ES", "nl_NL", "pl_PL"];

impl Lists {
    /// The lists that come with the program.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// Those in `folder`, and for names that it has not the ones that come with the program.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    /// As [`Lists::in_folder`], for a folder in which every `.tsv` file has the name of a list: no other would have an effect.
    ///
    /// # Errors
    /// [`GenerateError::UnreadableList`], [`GenerateError::NoSuchList`] for a file that no list is called by, and
    /// [`GenerateError::Options`] when there is no list in the folder.
    pub fn of_folder(folder: impl Into<PathBuf>) -> Result<Self, GenerateError> {
        let folder = folder.into();
        let names = names_in(&folder, "")?;
        let is_list = |name: &String| BUILT_IN.iter().any(|(known, _)| known == name);
        match names.iter().find(|name| !is_list(name)) {
            Some(name) => Err(GenerateError::NoSuchList { name: name.clone() }),
            None if names.is_empty() => {
                let what = format!("there is no list in {}", folder.display());
                Err(GenerateError::options(what, "put lists there, such as en_US/family.tsv"))
            }
            None => Ok(Self::in_folder(folder)),
        }
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
        WeightedList::parse(name, &self.text(name)?)
    }

    /// The text of the list called `name`.
    fn text(&self, name: &str) -> Result<Cow<'static, str>, GenerateError> {
        if let Some(text) = self.replacement(name)? {
            return Ok(Cow::Owned(text));
        }
        let text = BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| Cow::Borrowed(*text));
        text.ok_or_else(|| GenerateError::NoSuchList { name: name.to_owned() })
    }

    /// The error that names the first line of the list called `name` whose value is `wrong`.
    pub(crate) fn wrong_value(&self, name: &str, wrong: impl Fn(&str) -> bool, problem: &'static str) -> GenerateError {
        let is_wrong = |line: &str| {
            let value = line.split_once('\t').map_or(line, |(value, _)| value).trim();
            !value.is_empty() && !line.starts_with('#') && wrong(value)
        };
        match self.text(name) {
            Ok(text) => {
                let line = text.lines().position(is_wrong).map_or(0, |position| position as u64 + 1);
                GenerateError::List { name: name.to_owned(), line, problem }
            }
            Err(error) => error,
        }
    }
}

/// The names of lists that are like `name`: those in its folder, or the folders.
pub(crate) fn names_like(name: &str) -> Vec<&'static str> {
    let folder = |name: &str| name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let beside: Vec<&str> = BUILT_IN
        .iter()
        .map(|(known, _)| *known)
        .filter(|known| folder(known).is_some() && folder(known) == folder(name))
        .collect();
    if !beside.is_empty() {
        return beside;
    }
    let mut places: Vec<&str> =
        BUILT_IN.iter().map(|(known, _)| known.rsplit_once('/').map_or(*known, |(folder, _)| folder)).collect();
    places.dedup();
    places
}

/// The names of the `.tsv` files in a folder and in its folders, in order.
fn names_in(folder: &Path, before: &str) -> Result<Vec<String>, GenerateError> {
    let failed = |source| GenerateError::UnreadableList { path: folder.to_path_buf(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let called = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && before.is_empty() {
            names.extend(names_in(&entry.path(), &format!("{called}/"))?);
        } else if let Some(name) = called.strip_suffix(".tsv") {
            names.push(format!("{before}{name}"));
        }
    }
    names.sort();
    Ok(names)
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

    #[test]
    fn a_file_that_no_list_is_called_by_is_told() {
        use kintsu_core::Explain;

        let folder = tempfile::tempdir().unwrap();
        let told = || Lists::of_folder(folder.path()).map_err(|error| format!("{error}; {}", error.hint().unwrap_or_default()));
        assert!(told().unwrap_err().contains("no list in"));
        std::fs::create_dir(folder.path().join("en_US")).unwrap();
        std::fs::write(folder.path().join("README"), "mine").unwrap();
        std::fs::write(folder.path().join("en_US/jobs.tsv"), "Potter\t3\n").unwrap();
        assert!(told().is_ok());
        std::fs::write(folder.path().join("en_US/familly.tsv"), "Miller\t3\n").unwrap();
        let error = told().unwrap_err();
        assert!(error.contains("`en_US/familly`") && error.contains("en_US/family,") && !error.contains("de_DE"), "{error}");
        std::fs::rename(folder.path().join("en_US/familly.tsv"), folder.path().join("other.tsv")).unwrap();
        let error = told().unwrap_err();
        assert!(error.contains("`other`") && error.contains("de_DE, ") && error.contains("nicknames"), "{error}");
        assert!(Lists::of_folder(folder.path().join("none")).is_err());
    }
}
