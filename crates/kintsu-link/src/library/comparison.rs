//! Comparisons that are not yet written in a dialect.

use crate::model::{Comparison, Dialect};

use super::LibraryError;
use super::level::{Level, LevelConfiguration};

/// What may be set on a comparison.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ComparisonConfiguration {
    /// Switches the term-frequency adjustment of every exact match on a plain column on or off.
    pub term_frequency_adjustments: Option<bool>,
    /// m of every level that is not a null level, from the first to ELSE.
    pub m_probabilities: Option<Vec<f64>>,
    /// u of every level that is not a null level, from the first to ELSE.
    pub u_probabilities: Option<Vec<f64>>,
}

/// A comparison: levels, tried in order.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonBuilder {
    pub(super) output_column_name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) levels: Vec<Level>,
    pub(super) configuration: ComparisonConfiguration,
}

impl ComparisonBuilder {
    /// Levels of one's own; the last must be [`Level::otherwise`].
    pub fn custom(levels: impl IntoIterator<Item = Level>) -> Self {
        Self {
            output_column_name: None,
            description: None,
            levels: levels.into_iter().collect(),
            configuration: ComparisonConfiguration::default(),
        }
    }

    /// The name from which `gamma_NAME` is named.
    pub fn named(mut self, output_column_name: impl Into<String>) -> Self {
        self.output_column_name = Some(output_column_name.into());
        self
    }

    /// What the comparison does, for people.
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Sets what `configuration` holds.
    pub fn configure(mut self, configuration: ComparisonConfiguration) -> Self {
        let mine = &mut self.configuration;
        mine.term_frequency_adjustments = configuration.term_frequency_adjustments.or(mine.term_frequency_adjustments);
        mine.m_probabilities = configuration.m_probabilities.or_else(|| mine.m_probabilities.take());
        mine.u_probabilities = configuration.u_probabilities.or_else(|| mine.u_probabilities.take());
        self
    }

    /// The levels, tried in order.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The comparison written in `dialect` and parsed.
    ///
    /// # Errors
    /// [`LibraryError`] when a level cannot be built, the levels make no comparison, or m or u are not one for each level.
    pub fn build(&self, dialect: Dialect) -> Result<Comparison, LibraryError> {
        let levels: Result<Vec<_>, LibraryError> = self.configured_levels()?.iter().map(|level| level.build(dialect)).collect();
        let mut comparison =
            Comparison { output_column_name: String::new(), comparison_description: self.description.clone(), levels: levels? };
        comparison.number_levels();
        comparison.output_column_name = self.output_column_name.clone().unwrap_or_else(|| comparison.default_name());
        match comparison.check_levels() {
            None => Ok(comparison),
            Some((message, hint)) => Err(LibraryError::Levels { name: comparison.output_column_name, message, hint }),
        }
    }

    fn configured_levels(&self) -> Result<Vec<Level>, LibraryError> {
        let scored = self.levels.iter().filter(|level| !level.is_null_level()).count();
        let set = &self.configuration;
        check_length("m_probabilities", set.m_probabilities.as_deref(), scored)?;
        check_length("u_probabilities", set.u_probabilities.as_deref(), scored)?;
        let mut place = 0;
        let configure = |level: &Level| {
            let mut level = level.clone();
            if let Some(wanted) = set.term_frequency_adjustments {
                level = level.term_frequency_adjustments(wanted);
            }
            if level.is_null_level() {
                return level;
            }
            let at = |values: &Option<Vec<f64>>| values.as_ref().and_then(|values| values.get(place).copied());
            let (m_probability, u_probability) = (at(&set.m_probabilities), at(&set.u_probabilities));
            place += 1;
            level.configure(LevelConfiguration { m_probability, u_probability, ..LevelConfiguration::default() })
        };
        Ok(self.levels.iter().map(configure).collect())
    }
}

fn check_length(what: &'static str, values: Option<&[f64]>, scored: usize) -> Result<(), LibraryError> {
    match values {
        Some(values) if values.len() != scored => {
            Err(LibraryError::Length { what, found: values.len(), expected: format!("{scored} levels that are not null levels") })
        }
        _ => Ok(()),
    }
}
