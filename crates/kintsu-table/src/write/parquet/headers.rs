//! The headers of pages, which say how long a page is and what is in it, in Thrift's compact protocol.
//!
//! Written here so that a page's content can be handed on as it is: the Parquet library copies it behind the header.

use parquet::basic::Encoding;

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageContent {
    /// The values that codes stand for.
    Dictionary,
    /// Values of rows, in this encoding.
    Data(Encoding),
}

/// Types of the compact protocol.
const FALSE: u8 = 2;
const NUMBER: u8 = 5;
const STRUCTURE: u8 = 12;

/// The header of a page of so many values (nulls included), and of so many bytes before and after compression.
pub(super) fn page_header(content: PageContent, values: usize, uncompressed: usize, compressed: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(32);
    let (page_type, part) = match content {
        PageContent::Dictionary => (2, 7),
        PageContent::Data(_) => (0, 5),
    };
    append_numbers(&[page_type, uncompressed, compressed], &mut out);
    append_field(part - 3, STRUCTURE, &mut out);
    match content {
        PageContent::Dictionary => {
            append_numbers(&[values, Encoding::PLAIN as usize], &mut out);
            // The values are in no order.
            append_field(1, FALSE, &mut out);
        }
        PageContent::Data(encoding) => {
            append_numbers(&[values, encoding as usize, Encoding::RLE as usize, Encoding::RLE as usize], &mut out);
        }
    }
    // The end of the part, and that of the header.
    out.extend_from_slice(&[0, 0]);
    out
}

/// Appends the first fields of a structure.
fn append_numbers(numbers: &[usize], out: &mut Vec<u8>) {
    for number in numbers {
        append_field(1, NUMBER, out);
        // Signed numbers alternate between the signs, so that those from 0 on are even.
        let mut rest = (*number as u64) << 1;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
}

/// Appends what stands before a field: how many numbers it is behind the last one, and its type.
fn append_field(step: u8, field_type: u8, out: &mut Vec<u8>) {
    out.push(step << 4 | field_type);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use bytes::Bytes;
    use parquet::column::page::{CompressedPage, Page, PageWriter};
    use parquet::file::writer::{SerializedPageWriter, TrackedWrite};

    use super::*;

    /// What the Parquet library writes before a page.
    fn of_the_library(page: Page, uncompressed: usize) -> Vec<u8> {
        let length = page.buffer().len();
        let mut sink = TrackedWrite::new(Vec::new());
        SerializedPageWriter::new(&mut sink).write_page(CompressedPage::new(page, uncompressed)).unwrap();
        let mut written = sink.into_inner().unwrap();
        written.truncate(written.len() - length);
        written
    }

    #[test]
    fn headers_are_those_of_the_library() {
        for (values, uncompressed, compressed) in [(0, 0, 0), (1, 63, 64), (65_536, 1 << 20, 127), (1 << 27, 1 << 30, 70_000)] {
            let buf = Bytes::from(vec![7; compressed]);
            let num_values = values as u32;
            let dictionary = Page::DictionaryPage { buf: buf.clone(), num_values, encoding: Encoding::PLAIN, is_sorted: false };
            let made = page_header(PageContent::Dictionary, values, uncompressed, compressed);
            assert_eq!(made, of_the_library(dictionary, uncompressed));
            for encoding in [Encoding::PLAIN, Encoding::RLE_DICTIONARY] {
                let data = Page::DataPage {
                    buf: buf.clone(),
                    num_values,
                    encoding,
                    def_level_encoding: Encoding::RLE,
                    rep_level_encoding: Encoding::RLE,
                    statistics: None,
                };
                let made = page_header(PageContent::Data(encoding), values, uncompressed, compressed);
                assert_eq!(made, of_the_library(data, uncompressed));
            }
        }
    }
}
