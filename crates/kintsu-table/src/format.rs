//! The file formats, and how a file's format is told from its name or its first bytes.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// A format that tables are read from and written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// Apache Parquet.
    Parquet,
    /// Text with a header and a delimiter, RFC 4180; reading unpacks gzip and Zstandard.
    Csv,
    /// One JSON object a line; reading unpacks gzip and Zstandard.
    JsonLines,
    /// Arrow IPC: files and streams are read, files are written.
    Arrow,
}

impl FileFormat {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 4] = [Self::Parquet, Self::Csv, Self::JsonLines, Self::Arrow];

    /// The name used on the command line and as the extension of files: `parquet`, `csv`, `jsonl`, `arrow`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Arrow => "arrow",
        }
    }

    /// The format that the name of `path` tells, endings `.gz` and `.zst` left aside.
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
        let (_, extension) = name.rsplit_once('.')?;
        match extension {
            "parquet" | "pq" => Some(Self::Parquet),
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            "arrow" | "arrows" | "feather" | "ipc" => Some(Self::Arrow),
            _ => None,
        }
    }

    /// The format that the first bytes of a file, unpacked if they were packed, tell: binary formats by their marks, JSON by
    /// its brace, and CSV for any other text.
    pub fn from_first_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"PAR1") {
            return Some(Self::Parquet);
        }
        if bytes.starts_with(b"ARROW1") || bytes.starts_with(&[0xff, 0xff, 0xff, 0xff]) {
            return Some(Self::Arrow);
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        match text.first() {
            Some(b'{') => Some(Self::JsonLines),
            Some(_) if !text.contains(&0) => Some(Self::Csv),
            _ => None,
        }
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// A name that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no file format; there are parquet, csv, jsonl and arrow")]
pub struct UnknownFormatName(pub String);

impl FromStr for FileFormat {
    type Err = UnknownFormatName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.extension() == name).ok_or_else(|| UnknownFormatName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_formats() {
        for (name, format) in [
            ("a.csv", Some(FileFormat::Csv)),
            ("b/a.CSV.gz", Some(FileFormat::Csv)),
            ("a.tsv.zst", Some(FileFormat::Csv)),
            ("a.parquet", Some(FileFormat::Parquet)),
            ("a.ndjson", Some(FileFormat::JsonLines)),
            ("a.feather", Some(FileFormat::Arrow)),
            ("a.xlsx", None),
            ("a", None),
        ] {
            assert_eq!(FileFormat::from_path(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn first_bytes_tell_formats() {
        assert_eq!(FileFormat::from_first_bytes(b"PAR1\0\0"), Some(FileFormat::Parquet));
        assert_eq!(FileFormat::from_first_bytes(b"\xef\xbb\xbf {\"a\":1}"), Some(FileFormat::JsonLines));
        assert_eq!(FileFormat::from_first_bytes(b"id,name\n"), Some(FileFormat::Csv));
        assert_eq!(FileFormat::from_first_bytes(b"\x7fELF\0\0"), None);
        assert_eq!(FileFormat::from_first_bytes(b""), None);
    }
}
