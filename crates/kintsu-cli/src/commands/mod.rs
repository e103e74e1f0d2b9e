//! The commands, one file each.

pub(crate) mod demo;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod linkage;
pub(crate) mod opentoken;
pub(crate) mod plan;
pub(crate) mod profile;
pub(crate) mod reference;
pub(crate) mod tokenize;
pub(crate) mod tokens;
