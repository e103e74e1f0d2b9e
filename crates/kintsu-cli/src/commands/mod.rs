//! The commands, one file each.

pub(crate) mod demo;
pub(crate) mod evaluate;
pub(crate) mod explain;
pub(crate) mod linkage;
pub(crate) mod plan;
pub(crate) mod profile;
pub(crate) mod reference;
