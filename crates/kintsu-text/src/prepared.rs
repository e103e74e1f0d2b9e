//! The distinct values of a column, laid out once so that ladders can compare many pairs of them fast.
//!
//! Each value has a 16-byte entry: its signature (length and bag of units), its first four units, and where its units stand.
//! Values whose units all fit a byte (ASCII, and Latin-1 when counted in characters) stand one after another in an arena with
//! room at both ends, so that 16, 32 or 64 bytes can be loaded anywhere; other values stand as 32-bit units. A million e-mail
//! addresses of 28 bytes take 44 MB.

use crate::Unit;
use crate::signature::{self, LENGTH_BITS, NOT_SHORT, SHORT_MAX};
use crate::units::push_units;

/// Zero bytes before the first and after the last value: the widest load, shifted.
pub(crate) const MARGIN: usize = 72;

/// What a ladder reads first of a value.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(16))]
pub(crate) struct Entry {
    /// Length and bag, see [`crate::signature`].
    pub(crate) signature: u64,
    /// The first four units, the first lowest, padded with zeros.
    pub(crate) head: u32,
    /// Short values: where the units begin in the arena. Others: the number of the long value.
    pub(crate) start: u32,
}

impl Entry {
    /// The length of a short value, or [`NOT_SHORT`].
    #[inline(always)]
    pub(crate) fn length(self) -> usize {
        (self.signature & LENGTH_BITS) as usize
    }
}

/// Where the units of a value that is not short stand.
#[derive(Debug, Clone, Copy)]
struct Long {
    start: usize,
    length: usize,
    wide: bool,
}

/// Distinct values laid out for [`crate::Ladder`]; a value is known by its position, its code.
///
/// ```
/// use kintsu_text::{PreparedValues, Unit};
/// let names = PreparedValues::new(Unit::Characters, ["anna", "zoë"]);
/// assert_eq!(names.len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct PreparedValues {
    unit: Unit,
    pub(crate) entries: Vec<Entry>,
    pub(crate) arena: Vec<u8>,
    wide: Vec<u32>,
    long: Vec<Long>,
}

/// The units of one value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Units<'a> {
    /// Every unit fits a byte.
    Narrow(&'a [u8]),
    /// Some do not.
    Wide(&'a [u32]),
}

impl Units<'_> {
    /// How many there are.
    #[inline]
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Narrow(units) => units.len(),
            Self::Wide(units) => units.len(),
        }
    }

    /// The unit at `place`, which must be below the length.
    #[inline]
    pub(crate) fn unit(self, place: usize) -> u32 {
        match self {
            Self::Narrow(units) => u32::from(units[place]),
            Self::Wide(units) => units[place],
        }
    }
}

impl PreparedValues {
    /// Prepares values in order: the first has code 0.
    pub fn new<'a>(unit: Unit, values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut builder = PreparedValuesBuilder::new(unit);
        let values = values.into_iter();
        builder.reserve(values.size_hint().0, 0);
        for value in values {
            builder.push(value);
        }
        builder.finish()
    }

    /// Prepares the values of an Arrow string array: value `i` is `bytes[offsets[i]..offsets[i + 1]]`.
    ///
    /// Bytes that are no UTF-8, which Arrow does not allow, are read with U+FFFD in place of what is broken; offsets that do not
    /// fit `bytes` give an empty value.
    pub fn from_offsets(unit: Unit, bytes: &[u8], offsets: &[i32]) -> Self {
        let mut builder = PreparedValuesBuilder::new(unit);
        let ends =
            (offsets.first().map_or(0, |&first| first.max(0) as usize), offsets.last().map_or(0, |&last| last.max(0) as usize));
        let used = bytes.get(ends.0..ends.1).unwrap_or(bytes);
        builder.reserve(offsets.len().saturating_sub(1), used.len());
        let narrow = unit == Unit::Bytes || used.is_ascii();
        for ends in offsets.windows(2) {
            let value = bytes.get(ends[0].max(0) as usize..ends[1].max(0) as usize).unwrap_or_default();
            if narrow {
                builder.push_bytes(value);
            } else {
                builder.push(&String::from_utf8_lossy(value));
            }
        }
        builder.finish()
    }

    /// Puts parts that were prepared apart, for instance by several threads, behind one another: the codes of a part follow
    /// those of the part before. Parts of another unit than the first are an error of the caller and are left out.
    pub fn concat(parts: Vec<Self>) -> Self {
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else {
            return PreparedValuesBuilder::new(Unit::Characters).finish();
        };
        let unit = whole.unit;
        for part in parts.filter(|part| part.unit == unit) {
            whole.append(&part);
        }
        whole
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a position of these values is.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// The memory that the values take, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.arena.capacity()
            + self.wide.capacity() * size_of::<u32>()
            + self.long.capacity() * size_of::<Long>()
    }

    /// The units of value `code`.
    pub(crate) fn units(&self, code: usize) -> Units<'_> {
        let entry = self.entries[code];
        let length = entry.length();
        if length as u64 != NOT_SHORT {
            let start = entry.start as usize;
            return Units::Narrow(&self.arena[start..start + length]);
        }
        let Long { start, length, wide } = self.long[entry.start as usize];
        if wide { Units::Wide(&self.wide[start..start + length]) } else { Units::Narrow(&self.arena[start..start + length]) }
    }

    fn append(&mut self, part: &Self) {
        let (values, arena, wide, long) = (part.entries.len(), part.arena.len(), part.wide.len(), part.long.len());
        let mut builder = PreparedValuesBuilder { values: std::mem::replace(self, Self::empty(self.unit)), scratch: Vec::new() };
        builder.values.arena.truncate(builder.values.arena.len() - MARGIN);
        builder.values.entries.reserve(values);
        builder.values.arena.reserve(arena);
        builder.values.wide.reserve(wide);
        builder.values.long.reserve(long);
        for code in 0..values {
            let bag = part.entries[code].signature & !LENGTH_BITS;
            match part.units(code) {
                Units::Narrow(units) => builder.push_narrow(units, bag),
                Units::Wide(units) => builder.push_wide(units, bag),
            }
        }
        *self = builder.finish();
    }

    fn empty(unit: Unit) -> Self {
        Self { unit, entries: Vec::new(), arena: vec![0; MARGIN], wide: Vec::new(), long: Vec::new() }
    }
}

/// Takes values one by one.
#[derive(Debug)]
pub struct PreparedValuesBuilder {
    values: PreparedValues,
    scratch: Vec<u32>,
}

impl PreparedValuesBuilder {
    /// Starts with no values.
    pub fn new(unit: Unit) -> Self {
        Self { values: PreparedValues::empty(unit), scratch: Vec::new() }
    }

    /// Makes room for `values` more values of `bytes` bytes in all.
    pub fn reserve(&mut self, values: usize, bytes: usize) {
        self.values.entries.reserve_exact(values);
        self.values.arena.reserve_exact(bytes + MARGIN);
    }

    /// Adds a value; its code is the number of values before it.
    pub fn push(&mut self, value: &str) {
        if self.values.unit == Unit::Bytes || value.is_ascii() {
            return self.push_bytes(value.as_bytes());
        }
        let mut units = std::mem::take(&mut self.scratch);
        units.clear();
        push_units(value, self.values.unit, &mut units);
        let bag = signature::bag(units.iter().copied());
        if units.iter().all(|&unit| unit < 256) {
            let narrow: Vec<u8> = units.iter().map(|&unit| unit as u8).collect();
            self.push_narrow(&narrow, bag);
        } else {
            self.push_wide(&units, bag);
        }
        self.scratch = units;
    }

    /// Closes the layout; memory that was taken and not used is given back.
    pub fn finish(mut self) -> PreparedValues {
        self.values.arena.extend([0; MARGIN]);
        self.values.arena.shrink_to_fit();
        self.values.entries.shrink_to_fit();
        self.values
    }

    fn push_bytes(&mut self, units: &[u8]) {
        self.push_narrow(units, signature::bag(units.iter().map(|&unit| u32::from(unit))));
    }

    fn push_narrow(&mut self, units: &[u8], bag: u64) {
        let start = self.values.arena.len();
        self.values.arena.extend_from_slice(units);
        match u32::try_from(start) {
            Ok(start) if units.len() <= SHORT_MAX => {
                let mut head = [0; 4];
                let known = units.len().min(4);
                head[..known].copy_from_slice(&units[..known]);
                let signature = bag | units.len() as u64;
                self.values.entries.push(Entry { signature, head: u32::from_le_bytes(head), start });
            }
            _ => self.push_long(Long { start, length: units.len(), wide: false }, bag),
        }
    }

    fn push_wide(&mut self, units: &[u32], bag: u64) {
        let start = self.values.wide.len();
        self.values.wide.extend_from_slice(units);
        self.push_long(Long { start, length: units.len(), wide: true }, bag);
    }

    fn push_long(&mut self, long: Long, bag: u64) {
        let start = self.values.long.len() as u32;
        self.values.long.push(long);
        self.values.entries.push(Entry { signature: bag | NOT_SHORT, head: 0, start });
    }
}
