//! The commands, one file each.

pub(crate) mod corrupt;
pub(crate) mod demo;
pub(crate) mod disclosure;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod fuzzy_overlap;
pub(crate) mod generate;
pub(crate) mod linkage;
pub(crate) mod opentoken;
pub(crate) mod overlap;
pub(crate) mod plan;
pub(crate) mod profile;
pub(crate) mod reference;
pub(crate) mod tokenize;
pub(crate) mod tokens;
