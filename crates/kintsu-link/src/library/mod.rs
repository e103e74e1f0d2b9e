//! Comparison levels, comparisons, column expressions and blocking rules by name, as Splink's libraries have them.
//!
//! A [`Level`], a [`ComparisonBuilder`] and a [`RuleBuilder`] know no dialect; building them writes the SQL that Splink loads and
//! parses it into the expression that is computed here, so both mean the same.
//!
//! What differs from Splink: switching term-frequency adjustments off also takes them from comparisons that have them by default.

mod blocking;
mod column;
mod comparison;
mod comparisons;
mod dialect;
mod error;
mod level;
mod level_label;
mod level_sql;
mod metric;
mod rewrite;

pub use blocking::{RuleBuilder, block_on, block_on_column};
pub use column::{ArrayEnd, ColumnExpression};
pub use comparison::{ComparisonBuilder, ComparisonConfiguration};
pub use comparisons::{DateLevels, DateTypos};
pub use dialect::StringMeasure;
pub use error::LibraryError;
pub use level::{Level, LevelConfiguration, LiteralSide, LiteralType};
pub use metric::Metric;
