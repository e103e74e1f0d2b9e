//! From inputs to files: folders opened up, formats found, packed bytes unpacked.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::error::TableError;
use crate::format::FileFormat;
use crate::input::{HeldTable, Input};

/// How many bytes are looked at to tell a format.
const FIRST_BYTES: usize = 4096;

/// One file to read, and which input it belongs to.
#[derive(Debug, Clone)]
pub(super) struct InputFile {
    /// Where it is; `-` for standard input.
    pub(super) path: PathBuf,
    /// Its format.
    pub(super) format: FileFormat,
    /// The position of the input it belongs to.
    pub(super) input: usize,
    /// Its content, when that is in memory already.
    pub(super) content: Option<Bytes>,
    /// The columns that the names of its folders stand for, with the value of all its rows.
    pub(super) partitions: Vec<Partition>,
    /// Its rows, when they are in memory as Arrow batches.
    pub(super) table: Option<HeldTable>,
}

/// A column whose value is the name of a folder, as in `year=2024`; none is null.
pub(super) type Partition = (String, Option<String>);

impl InputFile {
    /// The bytes as they lie on the disk.
    pub(super) fn raw(&self) -> Result<Box<dyn Read + Send>, TableError> {
        match &self.content {
            Some(content) => Ok(Box::new(Cursor::new(content.clone()))),
            None if self.path.as_os_str() == "-" => Ok(Box::new(io::stdin())),
            None => Ok(Box::new(File::open(&self.path).map_err(|source| TableError::read(&self.path, source))?)),
        }
    }

    /// The bytes, unpacked when they are packed with gzip or Zstandard, whatever the name says.
    pub(super) fn unpacked(&self) -> Result<Box<dyn Read + Send>, TableError> {
        unpack(self.raw()?).map_err(|source| TableError::read(&self.path, source))
    }

    /// The whole content in memory.
    pub(super) fn load(&self) -> Result<Bytes, TableError> {
        if let Some(content) = &self.content {
            return Ok(content.clone());
        }
        let mut content = Vec::new();
        self.raw()?.read_to_end(&mut content).map_err(|source| TableError::read(&self.path, source))?;
        Ok(content.into())
    }
}

fn unpack(mut packed: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut mark = [0; 4];
    let length = read_up_to(&mut packed, &mut mark)?;
    let whole = Cursor::new(mark).take(length as u64).chain(packed);
    if length >= 2 && mark[..2] == [0x1f, 0x8b] {
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, whole))));
    }
    if mark[..length] == [0x28, 0xb5, 0x2f, 0xfd] {
        return Ok(Box::new(zstd::Decoder::new(whole)?));
    }
    Ok(Box::new(whole))
}

fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(more) => filled += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The files of `input`, in the order in which they are read: itself, or those of a folder by name.
pub(super) fn files_of(input: &Input, position: usize) -> Result<Vec<InputFile>, TableError> {
    if let Some(table) = &input.table {
        let (path, table) = (input.path.clone(), Some(table.clone()));
        return Ok(vec![InputFile {
            path,
            format: FileFormat::Arrow,
            input: position,
            content: None,
            partitions: Vec::new(),
            table,
        }]);
    }
    if input.is_standard_input() {
        return Ok(vec![standard_input(input, position)?]);
    }
    let mut input = input.clone();
    input.load_standard_input()?;
    let input = &input;
    let metadata = std::fs::metadata(&input.path).map_err(|source| TableError::read(&input.path, source))?;
    if metadata.is_dir() {
        return folder(input, position);
    }
    let format = match input.format.or_else(|| FileFormat::from_path(&input.path)) {
        Some(format) => format,
        None => told_by_content(&InputFile {
            path: input.path.clone(),
            format: FileFormat::Csv,
            input: position,
            content: input.content.clone(),
            partitions: Vec::new(),
            table: None,
        })?,
    };
    Ok(vec![InputFile {
        path: input.path.clone(),
        format,
        input: position,
        content: input.content.clone(),
        partitions: Vec::new(),
        table: None,
    }])
}

/// Standard input is read as a stream only when it is known to be text: the binary formats are read from their end, and
/// looking at the first bytes would take them away.
fn standard_input(input: &Input, position: usize) -> Result<InputFile, TableError> {
    let streamed = matches!(input.format, Some(FileFormat::Csv | FileFormat::JsonLines));
    let mut input = input.clone();
    if !streamed {
        input.load_standard_input()?;
    }
    let file = InputFile {
        path: input.path.clone(),
        format: FileFormat::Csv,
        input: position,
        content: input.content.clone(),
        partitions: Vec::new(),
        table: None,
    };
    let format = match input.format {
        Some(format) => format,
        None => told_by_content(&file)?,
    };
    Ok(InputFile { format, ..file })
}

fn told_by_content(file: &InputFile) -> Result<FileFormat, TableError> {
    let mut first = vec![0; FIRST_BYTES];
    let length = read_up_to(&mut file.unpacked()?, &mut first).map_err(|source| TableError::read(&file.path, source))?;
    if length == 0 {
        return Err(TableError::Empty { path: file.path.clone() });
    }
    FileFormat::from_first_bytes(&first[..length]).ok_or_else(|| TableError::UnknownFormat { path: file.path.clone() })
}

/// The tables of a folder and of the folders in it, in the order of their paths. What is hidden, or begins with `_`, is no table.
fn folder(input: &Input, position: usize) -> Result<Vec<InputFile>, TableError> {
    let mut files = Vec::new();
    gather(&input.path, &[], input, position, &mut files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    let Some(first) = files.first() else { return Err(TableError::Empty { path: input.path.clone() }) };
    if let Some(other) = files.iter().find(|file| file.format != first.format) {
        let formats = format!("{}, {}", first.format, other.format);
        return Err(TableError::MixedFolder { path: input.path.clone(), formats });
    }
    Ok(files)
}

fn gather(
    folder: &Path,
    partitions: &[Partition],
    input: &Input,
    position: usize,
    files: &mut Vec<InputFile>,
) -> Result<(), TableError> {
    for entry in std::fs::read_dir(folder).map_err(|source| TableError::read(folder, source))? {
        let path = entry.map_err(|source| TableError::read(folder, source))?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b".") || name.as_encoded_bytes().starts_with(b"_"));
        if hidden {
            continue;
        }
        if path.is_dir() {
            let inner: Vec<Partition> = partitions.iter().cloned().chain(partition(&path)).collect();
            gather(&path, &inner, input, position, files)?;
            continue;
        }
        if let Some(format) = FileFormat::from_path(&path).filter(|format| input.format.is_none_or(|wanted| wanted == *format)) {
            files.push(InputFile { path, format, input: position, content: None, partitions: partitions.to_vec(), table: None });
        }
    }
    Ok(())
}

/// The column and value that the name of a folder stands for, where it does, as Hive, Spark and DuckDB write and read them.
fn partition(folder: &Path) -> Option<Partition> {
    const NULL: &str = "__HIVE_DEFAULT_PARTITION__";
    let (column, value) = folder.file_name()?.to_str()?.split_once('=')?;
    Some((unescaped(column), (value != NULL).then(|| unescaped(value))))
}

/// The text with `%2F` and the like as what they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_for_values() {
        let of = |name: &str| partition(Path::new(name));
        assert_eq!(of("a/year=2024"), Some(("year".to_owned(), Some("2024".to_owned()))));
        assert_eq!(of("town=a%2Fb%C3%A9%"), Some(("town".to_owned(), Some("a/b\u{e9}%".to_owned()))));
        assert_eq!(of("year=__HIVE_DEFAULT_PARTITION__"), Some(("year".to_owned(), None)));
        assert_eq!(of("year"), None);
    }
}
