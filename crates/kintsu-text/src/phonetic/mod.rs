//! Codes for names that sound alike in English.

mod double_metaphone;
mod metaphone;
mod soundex;

pub use double_metaphone::{DoubleMetaphone, double_metaphone};
pub use metaphone::metaphone;
pub use soundex::soundex;
