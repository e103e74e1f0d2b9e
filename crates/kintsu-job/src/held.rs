//! What a job names that is in memory instead of in files.
//!
//! A job is data and names everything by path. Whoever has tables or settings in memory holds them here under a name and puts the
//! path that it gets for it, `memory:NAME`, into the job; everything that reads a path looks here first. Nothing is copied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kintsu_table::{HeldTable, Input};

use crate::inputs::table_input;
use crate::spec::InputSpec;

/// What the paths begin with that name something in memory.
const MARK: &str = "memory:";

/// Tables and texts in memory, by the paths that name them. Cloning shares the tables.
#[derive(Debug, Clone, Default)]
pub struct Held {
    tables: BTreeMap<PathBuf, HeldTable>,
    texts: BTreeMap<PathBuf, String>,
}

impl Held {
    /// Holds a table, in place of the one that had the name before, and gives the path that names it.
    pub fn hold_table(&mut self, name: &str, table: HeldTable) -> PathBuf {
        let path = path_of(name);
        self.tables.insert(path.clone(), table);
        path
    }

    /// Holds the text of a file, in place of the one that had the name before, and gives the path that names it.
    pub fn hold_text(&mut self, name: &str, text: impl Into<String>) -> PathBuf {
        let path = path_of(name);
        self.texts.insert(path.clone(), text.into());
        path
    }

    /// What the table reader is told about the input at `path`.
    pub(crate) fn input_at(&self, path: &Path) -> Input {
        self.input(&InputSpec::Path(path.to_path_buf()))
    }

    /// What the table reader is told about an input; one in memory is called by its name unless it is given another.
    pub(crate) fn input(&self, spec: &InputSpec) -> Input {
        let (path, name, _) = spec.parts();
        let Some(table) = self.tables.get(path) else { return table_input(spec) };
        let called = name.map_or_else(|| name_of(path), str::to_owned);
        Input::of_table(path, table.clone()).named(called)
    }

    /// Whether `path` names a file, or something in memory.
    pub(crate) fn is_file(&self, path: &Path) -> bool {
        self.tables.contains_key(path) || self.texts.contains_key(path) || path.is_file()
    }

    /// The text at `path`.
    pub(crate) fn text(&self, path: &Path) -> std::io::Result<String> {
        self.texts.get(path).map_or_else(|| std::fs::read_to_string(path), |text| Ok(text.clone()))
    }
}

/// Whether `path` names something in memory.
pub(crate) fn is_held(path: &Path) -> bool {
    path.to_str().is_some_and(|path| path.starts_with(MARK))
}

fn path_of(name: &str) -> PathBuf {
    PathBuf::from(format!("{MARK}{name}"))
}

fn name_of(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.strip_prefix(MARK).unwrap_or(&path).to_owned()
}
