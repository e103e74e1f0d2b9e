//! The hybrid of runs and packed bits in which Parquet stores levels and dictionary indices.
//!
//! Eight or more equal numbers in a row become a run; everything between runs is packed, eight numbers at a time.

/// Appends `numbers`, each below 2 to the power of `width`.
pub(super) fn append(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    let mut packed_from = 0;
    let mut position = 0;
    while position < numbers.len() {
        let run = run_length(&numbers[position..]);
        if run < 8 {
            // The packed stretch grows by whole groups of eight, as its length is told in groups.
            position = (position + 8).min(numbers.len());
            continue;
        }
        append_packed(&numbers[packed_from..position], width, out);
        append_run(numbers[position], run, width, out);
        position += run;
        packed_from = position;
    }
    append_packed(&numbers[packed_from..], width, out);
}

/// Appends `count` times the same number.
pub(super) fn append_run(number: u32, count: usize, width: u8, out: &mut Vec<u8>) {
    if count > 0 {
        append_length((count as u64) << 1, out);
        out.extend_from_slice(&number.to_le_bytes()[..usize::from(width.div_ceil(8))]);
    }
}

/// Appends bits, packed from the lowest of each byte, as numbers of one bit.
pub(super) fn append_bitmap(bits: &[u8], out: &mut Vec<u8>) {
    append_length((bits.len() as u64) << 1 | 1, out);
    out.extend_from_slice(bits);
}

/// How many bits the numbers below `count` need.
pub(super) fn width_of(count: usize) -> u8 {
    let largest = count.saturating_sub(1) as u64;
    (64 - largest.leading_zeros()) as u8
}

fn run_length(numbers: &[u32]) -> usize {
    let Some(first) = numbers.first() else { return 0 };
    numbers.iter().take_while(|number| *number == first).count()
}

/// A stretch that is no multiple of eight is filled up with zeros; only the last one of a page may be.
fn append_packed(numbers: &[u32], width: u8, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(8);
    append_length((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * usize::from(width);
    out.reserve(end + 8 - out.len());
    let mut bits = 0_u64;
    let mut filled = 0;
    for number in numbers {
        bits |= u64::from(*number) << filled;
        filled += width;
        if filled >= 32 {
            out.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            filled -= 32;
        }
    }
    out.extend_from_slice(&bits.to_le_bytes());
    out.resize(end, 0);
}

fn append_length(mut length: u64, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_stretches_as_the_format_has_them() {
        let encoded = |numbers: &[u32], width| {
            let mut out = Vec::new();
            append(numbers, width, &mut out);
            out
        };
        // The example of the format's own description: 0 to 7 in three bits each.
        assert_eq!(encoded(&[0, 1, 2, 3, 4, 5, 6, 7], 3), [3, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        assert_eq!(encoded(&[5; 100], 3), [200, 1, 5]);
        assert_eq!(encoded(&[1, 2, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3], 2), [3, 0b1001, 0, 18, 3]);
        assert_eq!(encoded(&[], 3), Vec::<u8>::new());
        assert_eq!(encoded(&[0; 9], 0), [18]);
    }

    #[test]
    fn widths_hold_the_largest_number() {
        for (count, width) in [(0, 0), (1, 0), (2, 1), (3, 2), (256, 8), (257, 9), (1 << 20, 20)] {
            assert_eq!(width_of(count), width, "{count}");
        }
    }
}
