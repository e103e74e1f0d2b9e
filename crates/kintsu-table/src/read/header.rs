//! What the head of an input tells: its columns, and their types as far as they hold for every row.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::file::files_of;
use super::plan::OpenFile;
use super::unite::unite;
use crate::encode::encoded_type;
use crate::error::TableError;
use crate::format::FileFormat;
use crate::input::{Input, ReadOptions};

/// The columns of an input, in the order of their first appearance.
#[derive(Debug, Clone)]
pub struct Header {
    /// The columns and their types, as [`schema_of`](super::schema_of) gives them.
    pub schema: SchemaRef,
    /// For each column the type of its values in every row. None where only the rows tell: in JSON lines, in a column of nothing but
    /// nulls, and where files differ.
    pub types: Vec<Option<DataType>>,
}

/// A column as its files have it.
struct Found {
    name: String,
    /// The type in the first file.
    first: DataType,
    /// The type in all of them.
    all: Option<DataType>,
}

/// The header of `input`, without reading all of it. Standard input has to be loaded first, with [`Input::load_standard_input`], if
/// it is to be read later.
///
/// # Errors
/// [`TableError`] as for [`read`](super::read).
pub fn header_of(input: &Input, options: &ReadOptions) -> Result<Header, TableError> {
    let (mut found, mut places): (Vec<Found>, HashMap<String, usize>) = Default::default();
    for file in files_of(input, 0)? {
        let only_rows_tell = file.format == FileFormat::JsonLines && file.table.is_none();
        let opened = OpenFile::open(&file, options, true)?;
        let of_folders = opened.partitions.iter().map(|(name, _)| (name, &DataType::Utf8));
        let own = opened.columns.iter().map(|column| (&column.name, &column.data_type));
        for (name, data_type) in own.chain(of_folders) {
            let certain = Some(data_type).filter(|_| !only_rows_tell);
            if let Some(&place) = places.get(name) {
                let known = &mut found[place].all;
                *known = known.as_ref().zip(certain).and_then(|(known, more)| unite(known, more));
            } else {
                places.insert(name.clone(), found.len());
                found.push(Found { name: name.clone(), first: data_type.clone(), all: certain.cloned() });
            }
        }
    }
    let encoded = |data_type: &DataType| encoded_type(data_type).unwrap_or_else(|| data_type.clone());
    let fields: Vec<Field> = found.iter().map(|column| Field::new(&column.name, encoded(&column.first), true)).collect();
    let of_rows = |column: &Found| column.all.as_ref().filter(|all| **all != DataType::Null).map(encoded);
    Ok(Header { types: found.iter().map(of_rows).collect(), schema: Arc::new(Schema::new(fields)) })
}
