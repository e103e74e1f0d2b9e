//! Cuts a column of a row group into Parquet pages.

use std::cell::RefCell;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use super::headers::{PageContent, page_header};
use super::hybrid;
use super::keys::Chunk;
use crate::column::NULL_CODE;

/// Rows of a page, unless their values are long.
pub(super) const ROWS_PER_PAGE: usize = 1 << 16;

/// Bytes of values after which a page of plain values ends.
const BYTES_PER_PAGE: usize = 1 << 20;

/// How much of a first page is looked at to tell whether compression pays.
const SAMPLE_BYTES: usize = 1 << 14;

/// It does where no more than so many hundredths are left: below that, it costs more time than it saves room.
const PERCENT_LEFT_MAX: usize = 62;

thread_local! {
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A column chunk: its bytes in pieces that follow one another, and what the file has to know of it.
pub(super) struct EncodedChunk {
    pub(super) pieces: Vec<Bytes>,
    pub(super) close: ColumnCloseResult,
}

/// The bytes of a column chunk and what the file has to know of it.
pub(super) fn encode(chunk: &Chunk, descriptor: &ColumnDescPtr, random: bool) -> ParquetResult<EncodedChunk> {
    let levels = descriptor.max_def_level() > 0;
    if !levels && chunk.nulls > 0 {
        return Err(ParquetError::General(format!("the column {} holds nulls that its schema rules out", descriptor.name())));
    }
    let mut pages = Pages::new(levels, random);
    let dictionary = pays(chunk);
    let mut data_pages = 0;
    let mut data_offset = None;
    if dictionary {
        pages.write_dictionary(chunk)?;
        data_offset = Some(pages.bytes);
    }
    let mut start = 0;
    while start < chunk.keys.len() {
        let end = start + if dictionary { ROWS_PER_PAGE.min(chunk.keys.len() - start) } else { rows_of_page(chunk, start) };
        pages.write_data(chunk, start..end, dictionary)?;
        data_pages += 1;
        start = end;
    }
    close(pages, descriptor, chunk.keys.len(), data_offset, data_pages, chunk.statistics.as_ref())
}

/// What the file has to know of the pages of a column chunk; `data_offset` is where its data begin, when a dictionary stands before.
pub(super) fn close(
    pages: Pages,
    descriptor: &ColumnDescPtr,
    rows: usize,
    data_offset: Option<usize>,
    data_pages: i32,
    statistics: Option<&Statistics>,
) -> ParquetResult<EncodedChunk> {
    let dictionary = data_offset.is_some();
    let compression = if pages.compressor.is_some() { Compression::SNAPPY } else { Compression::UNCOMPRESSED };
    let encoding = if dictionary { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
    let mut stats = vec![PageEncodingStats { page_type: PageType::DATA_PAGE, encoding, count: data_pages }];
    if dictionary {
        stats.insert(0, PageEncodingStats { page_type: PageType::DICTIONARY_PAGE, encoding: Encoding::PLAIN, count: 1 });
    }
    let mut metadata = ColumnChunkMetaData::builder(descriptor.clone())
        .set_compression(compression)
        .set_encodings(if dictionary { vec![Encoding::PLAIN, Encoding::RLE, encoding] } else { vec![Encoding::RLE, encoding] })
        .set_page_encoding_stats(stats)
        .set_num_values(rows as i64)
        .set_total_compressed_size(pages.bytes as i64)
        .set_total_uncompressed_size(pages.uncompressed as i64)
        .set_data_page_offset(data_offset.unwrap_or(0) as i64)
        .set_dictionary_page_offset(dictionary.then_some(0));
    if let Some(statistics) = statistics {
        metadata = metadata.set_statistics(statistics.clone());
    }
    let close = ColumnCloseResult {
        bytes_written: pages.bytes as u64,
        rows_written: rows as u64,
        metadata: metadata.build()?,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(EncodedChunk { pieces: pages.pieces, close })
}

/// Whether a dictionary and indices take less room than the values one after the other.
fn pays(chunk: &Chunk) -> bool {
    let rows = chunk.keys.len() - chunk.nulls;
    let index_bits = rows * usize::from(hybrid::width_of(chunk.values.len()));
    let plain: usize = chunk.keys.iter().filter(|key| **key != NULL_CODE).map(|key| chunk.values.get(*key).len()).sum();
    chunk.values.bytes.len() + index_bits / 8 < plain
}

fn rows_of_page(chunk: &Chunk, start: usize) -> usize {
    let mut bytes = 0;
    let rows = chunk.keys[start..].iter().take(ROWS_PER_PAGE).take_while(|key| {
        let more = bytes < BYTES_PER_PAGE;
        bytes += if **key == NULL_CODE { 0 } else { chunk.values.get(**key).len() };
        more
    });
    rows.count()
}

/// The pages of a column chunk, one after the other.
pub(super) struct Pages {
    /// Headers and contents, in turn.
    pieces: Vec<Bytes>,
    /// Bytes of all pieces.
    bytes: usize,
    /// None where compression would save nothing.
    compressor: Option<snap::raw::Encoder>,
    uncompressed: usize,
    /// Whether the schema allows nulls, and so every page says where there are none.
    levels: bool,
}

impl Pages {
    /// No page yet; with `levels`, every data page says where there are no values. What is as good as random is not compressed.
    pub(super) fn new(levels: bool, random: bool) -> Self {
        let compressor = (!random).then(snap::raw::Encoder::new);
        Self { pieces: Vec::new(), bytes: 0, compressor, uncompressed: 0, levels }
    }

    fn write_dictionary(&mut self, chunk: &Chunk) -> ParquetResult<()> {
        let content = &chunk.values.bytes;
        let page = self.compress(content)?.unwrap_or_else(|| Bytes::copy_from_slice(content));
        self.append(PageContent::Dictionary, chunk.values.len(), content.len(), page);
        Ok(())
    }

    fn write_data(&mut self, chunk: &Chunk, rows: std::ops::Range<usize>, dictionary: bool) -> ParquetResult<()> {
        let keys = &chunk.keys[rows];
        let mut content = Vec::with_capacity(keys.len() * 4);
        if self.levels {
            append_levels(keys, chunk.nulls > 0, &mut content);
        }
        if dictionary {
            append_indices(keys, chunk, &mut content);
        } else {
            for key in keys.iter().filter(|key| **key != NULL_CODE) {
                content.extend_from_slice(chunk.values.get(*key));
            }
        }
        let encoding = if dictionary { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
        self.write_content(content, keys.len(), encoding)
    }

    /// Writes a data page of `rows` whose levels and values are `content`.
    pub(super) fn write_content(&mut self, content: Vec<u8>, rows: usize, encoding: Encoding) -> ParquetResult<()> {
        let uncompressed = content.len();
        let page = self.compress(&content)?.unwrap_or_else(|| Bytes::from(content));
        self.append(PageContent::Data(encoding), rows, uncompressed, page);
        Ok(())
    }

    /// Leaves all pages as they are where compression does not make enough of the first one. To be asked before any page is
    /// written, as a chunk is compressed as a whole or not at all.
    pub(super) fn compress_if_it_pays(&mut self, first_page: &[u8]) -> ParquetResult<()> {
        let sample = &first_page[..first_page.len().min(SAMPLE_BYTES)];
        if sample.len() == SAMPLE_BYTES
            && let Some(compressed) = self.compress(sample)?
            && compressed.len() * 100 > sample.len() * PERCENT_LEFT_MAX
        {
            self.compressor = None;
        }
        Ok(())
    }

    /// The same in fewer bytes; none where nothing is compressed.
    fn compress(&mut self, content: &[u8]) -> ParquetResult<Option<Bytes>> {
        let Some(compressor) = &mut self.compressor else { return Ok(None) };
        // Room for the worst case is kept from page to page: fresh memory costs more than the copy.
        ROOM.with_borrow_mut(|room| {
            let needed = snap::raw::max_compress_len(content.len());
            if room.len() < needed {
                room.resize(needed, 0);
            }
            let length = compressor.compress(content, room).map_err(|error| ParquetError::External(Box::new(error)))?;
            Ok(Some(Bytes::copy_from_slice(&room[..length])))
        })
    }

    /// Appends a page of so many values and its header.
    fn append(&mut self, content: PageContent, values: usize, uncompressed: usize, page: Bytes) {
        let header = page_header(content, values, uncompressed, page.len());
        self.uncompressed += header.len() + uncompressed;
        self.bytes += header.len() + page.len();
        self.pieces.extend([Bytes::from(header), page]);
    }
}

/// One bit a row that says whether there is a value, with its length before it.
fn append_levels(keys: &[u32], nulls: bool, content: &mut Vec<u8>) {
    content.extend_from_slice(&[0; 4]);
    if nulls {
        let levels: Vec<u32> = keys.iter().map(|key| u32::from(*key != NULL_CODE)).collect();
        hybrid::append(&levels, 1, content);
    } else {
        hybrid::append_run(1, keys.len(), 1, content);
    }
    let length = (content.len() - 4) as u32;
    content[..4].copy_from_slice(&length.to_le_bytes());
}

fn append_indices(keys: &[u32], chunk: &Chunk, content: &mut Vec<u8>) {
    let width = hybrid::width_of(chunk.values.len());
    content.push(width);
    if chunk.nulls == 0 {
        return hybrid::append(keys, width, content);
    }
    let present: Vec<u32> = keys.iter().copied().filter(|key| *key != NULL_CODE).collect();
    hybrid::append(&present, width, content);
}
