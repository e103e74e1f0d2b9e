//! Dates read and written by `%` formats, as DuckDB's `strptime` and `strftime` do it.
//!
//! Reading skips white space at both ends of the text, takes one space of the format for any number of them in the text, starts
//! from 1900-01-01 00:00, and does not mind missing leading zeros. Names of months and days are read in any case.

use super::calendar::{self, CivilTime, SECOND};

/// A compiled format.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeFormat {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq)]
enum Item {
    Literal(String),
    Space,
    Field(Field, Padding),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Padding {
    Zeros,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    WeekdayShort,
    WeekdayLong,
    WeekdayNumber,
    Day,
    MonthShort,
    MonthLong,
    Month,
    YearShort,
    Year,
    Hour,
    Hour12,
    AmPm,
    Minute,
    Second,
    Microsecond,
    Millisecond,
    Nanosecond,
    Offset,
    ZoneName,
    DayOfYear,
}

/// The English names of the days from Sunday on.
pub(crate) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// The English names of the months.
pub(crate) const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl TimeFormat {
    /// Compiles a format.
    ///
    /// # Errors
    /// The words of what is wrong: an empty format, or a field that is not known.
    pub fn parse(format: &str) -> Result<Self, String> {
        if format.is_empty() {
            return Err("the format is empty".to_owned());
        }
        let mut compiled = Self { items: Vec::new() };
        compiled.extend(format)?;
        Ok(compiled)
    }

    fn extend(&mut self, format: &str) -> Result<(), String> {
        let mut rest = format.chars();
        while let Some(c) = rest.next() {
            match c {
                '%' => self.field(&mut rest)?,
                ' ' => self.items.push(Item::Space),
                other => self.literal(other),
            }
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        if let Some(Item::Literal(text)) = self.items.last_mut() {
            text.push(c);
        } else {
            self.items.push(Item::Literal(c.to_string()));
        }
    }

    fn field(&mut self, rest: &mut std::str::Chars<'_>) -> Result<(), String> {
        let mut letter = rest.next().ok_or("the format ends with a single `%`")?;
        let mut padding = Padding::Zeros;
        if letter == '-' {
            padding = Padding::None;
            letter =
                rest.next().filter(|c| "dmyHIMSj".contains(*c)).ok_or("`%-` stands before no field that has leading zeros")?;
        }
        let field = match letter {
            'a' => Field::WeekdayShort,
            'A' => Field::WeekdayLong,
            'w' => Field::WeekdayNumber,
            'd' => Field::Day,
            'b' | 'h' => Field::MonthShort,
            'B' => Field::MonthLong,
            'm' => Field::Month,
            'y' => Field::YearShort,
            'Y' => Field::Year,
            'H' => Field::Hour,
            'I' => Field::Hour12,
            'p' => Field::AmPm,
            'M' => Field::Minute,
            'S' => Field::Second,
            'f' => Field::Microsecond,
            'g' => Field::Millisecond,
            'n' => Field::Nanosecond,
            'z' => Field::Offset,
            'Z' => Field::ZoneName,
            'j' => Field::DayOfYear,
            'x' => return self.extend("%Y-%m-%d"),
            'X' | 'T' => return self.extend("%H:%M:%S"),
            'c' => return self.extend("%Y-%m-%d %H:%M:%S"),
            '%' => {
                self.literal('%');
                return Ok(());
            }
            other => return Err(format!("the field `%{other}` is not known")),
        };
        self.items.push(Item::Field(field, padding));
        Ok(())
    }

    /// Reads `text`; none where it does not fit.
    pub fn read(&self, text: &str) -> Option<i64> {
        const ORIGIN_1900: i64 = -25_567 * calendar::DAY;
        let text = text.trim_matches(is_space);
        if is_word(text) {
            return Some(ORIGIN_1900);
        }
        let mut found = Found::default();
        let mut rest = text;
        for item in &self.items {
            rest = match item {
                Item::Literal(literal) => rest.strip_prefix(literal.as_str())?,
                Item::Space => rest.strip_prefix(is_space)?.trim_start_matches(is_space),
                Item::Field(field, _) => found.read(*field, rest)?,
            };
        }
        if rest.is_empty() { found.timestamp() } else { None }
    }

    /// Writes a timestamp.
    pub fn write(&self, timestamp: i64) -> String {
        let (day, time) = calendar::split(timestamp);
        let mut text = String::new();
        for item in &self.items {
            match item {
                Item::Literal(literal) => text.push_str(literal),
                Item::Space => text.push(' '),
                Item::Field(field, padding) => text.push_str(&written(*field, *padding, day, time)),
            }
        }
        text
    }
}

/// The words that DuckDB takes for a timestamp whatever the format: `try_strptime` then leaves the origin as it is.
fn is_word(text: &str) -> bool {
    ["epoch", "infinity", "-infinity"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether the text is the word that `strptime` reads as 1970-01-01.
pub(crate) fn is_epoch(text: &str) -> bool {
    text.trim_matches(is_space).eq_ignore_ascii_case("epoch")
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

#[derive(Debug)]
struct Found {
    year: i32,
    month: u32,
    day: u32,
    day_of_year: Option<i32>,
    time: CivilTime,
    afternoon: Option<bool>,
    offset_seconds: i64,
}

impl Default for Found {
    fn default() -> Self {
        let midnight = CivilTime { hour: 0, minute: 0, second: 0, microsecond: 0 };
        Self { year: 1900, month: 1, day: 1, day_of_year: None, time: midnight, afternoon: None, offset_seconds: 0 }
    }
}

impl Found {
    /// Takes one field from the start of `text` and gives what is left.
    fn read<'t>(&mut self, field: Field, text: &'t str) -> Option<&'t str> {
        match field {
            Field::WeekdayShort => name(text, &DAYS, Some(3)).map(|(_, rest)| rest),
            Field::WeekdayLong => name(text, &DAYS, None).map(|(_, rest)| rest),
            Field::WeekdayNumber => number(text, 1, 0, 6).map(|(_, rest)| rest),
            Field::Day => number(text, 2, 1, 31).map(|(day, rest)| (self.day = day as u32, rest).1),
            Field::Month => number(text, 2, 1, 12).map(|(month, rest)| (self.month = month as u32, rest).1),
            Field::MonthShort => name(text, &MONTHS, Some(3)).map(|(month, rest)| (self.month = month as u32 + 1, rest).1),
            Field::MonthLong => name(text, &MONTHS, None).map(|(month, rest)| (self.month = month as u32 + 1, rest).1),
            Field::Year => number(text, 4, 0, 9999).map(|(year, rest)| (self.year = year as i32, rest).1),
            Field::YearShort => number(text, 2, 0, 99).map(|(year, rest)| (self.year = century(year), rest).1),
            Field::Hour => number(text, 2, 0, 23).map(|(hour, rest)| (self.time.hour = hour, rest).1),
            Field::Hour12 => number(text, 2, 1, 12).map(|(hour, rest)| (self.time.hour = hour, rest).1),
            Field::Minute => number(text, 2, 0, 59).map(|(minute, rest)| (self.time.minute = minute, rest).1),
            Field::Second => number(text, 2, 0, 59).map(|(second, rest)| (self.time.second = second, rest).1),
            Field::Microsecond => fraction(text, 6).map(|(value, rest)| (self.time.microsecond = value, rest).1),
            Field::Millisecond => fraction(text, 3).map(|(value, rest)| (self.time.microsecond = value, rest).1),
            Field::Nanosecond => fraction(text, 9).map(|(value, rest)| (self.time.microsecond = value, rest).1),
            Field::DayOfYear => number(text, 3, 1, 366).map(|(day, rest)| (self.day_of_year = Some(day as i32), rest).1),
            Field::AmPm => self.read_half(text),
            Field::Offset => self.read_offset(text),
            Field::ZoneName => ["UTC", "GMT", "Z"].iter().find_map(|zone| text.strip_prefix(zone)),
        }
    }

    fn read_half<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let half = text.get(..2)?;
        self.afternoon =
            Some(if half.eq_ignore_ascii_case("pm") { true } else { half.eq_ignore_ascii_case("am").then_some(false)? });
        text.get(2..)
    }

    /// `Z`, `±HH`, `±HHMM` or `±HH:MM`.
    fn read_offset<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if let Some(rest) = text.strip_prefix('Z') {
            return Some(rest);
        }
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let (hours, rest) = number(text.strip_prefix(['+', '-'])?, 2, 0, 23)?;
        let minutes = rest.strip_prefix(':').unwrap_or(rest);
        let (minutes, rest) = number(minutes, 2, 0, 59).unwrap_or((0, rest));
        self.offset_seconds = sign * (hours * 3_600 + minutes * 60);
        Some(rest)
    }

    fn timestamp(mut self) -> Option<i64> {
        if let Some(afternoon) = self.afternoon {
            if self.time.hour > 12 {
                return None;
            }
            self.time.hour = self.time.hour % 12 + if afternoon { 12 } else { 0 };
        }
        let day = match self.day_of_year {
            Some(day) => calendar::days(self.year, 1, 1)?.checked_add(day - 1)?,
            None => calendar::days(self.year, self.month, self.day)?,
        };
        calendar::join(day, self.time)?.checked_sub(self.offset_seconds * SECOND)
    }
}

fn century(year: i64) -> i32 {
    (if year < 69 { year + 2000 } else { year + 1900 }) as i32
}

/// A number of at most so many digits within bounds.
fn number(text: &str, digits_max: usize, least: i64, greatest: i64) -> Option<(i64, &str)> {
    let count = text.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    let value = digits.parse().ok()?;
    (least <= value && value <= greatest).then_some((value, rest))
}

/// Microseconds of at most so many digits after the point.
fn fraction(text: &str, digits_max: usize) -> Option<(i64, &str)> {
    let count = text.bytes().take(digits_max).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    let value: i64 = digits.parse().ok()?;
    let nanoseconds = value * 10i64.pow(9 - count as u32);
    Some((nanoseconds / 1_000, rest))
}

/// One of the names, or of their first letters, in any case.
fn name<'t>(text: &'t str, names: &[&str], letters: Option<usize>) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = letters.and_then(|letters| name.get(..letters)).unwrap_or(name);
        let start = text.get(..name.len())?;
        start.eq_ignore_ascii_case(name).then(|| (index, &text[name.len()..]))
    })
}

fn written(field: Field, padding: Padding, day: i32, time: CivilTime) -> String {
    let date = calendar::civil(day);
    let hour12 = if time.hour % 12 == 0 { 12 } else { time.hour % 12 };
    let weekday = (calendar::iso_weekday(day) % 7) as usize;
    let month_name = MONTHS[(date.month as usize).clamp(1, 12) - 1];
    let padded = |value: i64, width: usize| if padding == Padding::None { value.to_string() } else { format!("{value:0width$}") };
    match field {
        Field::WeekdayShort => DAYS[weekday][..3].to_owned(),
        Field::WeekdayLong => DAYS[weekday].to_owned(),
        Field::WeekdayNumber => weekday.to_string(),
        Field::Day => padded(i64::from(date.day), 2),
        Field::MonthShort => month_name[..3].to_owned(),
        Field::MonthLong => month_name.to_owned(),
        Field::Month => padded(i64::from(date.month), 2),
        Field::YearShort => padded(i64::from(date.year).rem_euclid(100), 2),
        Field::Year => padded(i64::from(date.year), 4),
        Field::Hour => padded(time.hour, 2),
        Field::Hour12 => padded(hour12, 2),
        Field::AmPm => if time.hour < 12 { "AM" } else { "PM" }.to_owned(),
        Field::Minute => padded(time.minute, 2),
        Field::Second => padded(time.second, 2),
        Field::Microsecond => padded(time.microsecond, 6),
        Field::Millisecond => padded(time.microsecond / 1_000, 3),
        Field::Nanosecond => padded(time.microsecond * 1_000, 9),
        Field::Offset => "+00".to_owned(),
        Field::ZoneName => String::new(),
        Field::DayOfYear => padded(calendar::day_of_year(day), 3),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::operand::Operand;
    use super::super::render::render;
    use super::*;

    fn read(text: &str, format: &str) -> Option<String> {
        TimeFormat::parse(format).unwrap().read(text).map(|timestamp| render(&Operand::Timestamp(timestamp)))
    }

    #[test]
    fn dates_that_duckdb_reads() {
        let midnight = |text: &str| Some(format!("{text} 00:00:00"));
        for text in ["2000-01-01", " 2000-01-01 ", "2000-1-1", "\t2000-01-01\n", "2000-1-01 "] {
            assert_eq!(read(text, "%Y-%m-%d"), midnight("2000-01-01"), "{text:?}");
        }
        assert_eq!(read("200-01-1", "%Y-%m-%d"), midnight("0200-01-01"));
        assert_eq!(read("20000101", "%Y%m%d"), midnight("2000-01-01"));
        assert_eq!(read("2000101", "%Y%m%d"), midnight("2000-10-01"));
        assert_eq!(read("01jAn2000", "%d%b%Y"), midnight("2000-01-01"));
        assert_eq!(read("1/2/99", "%d/%m/%y"), midnight("1999-02-01"));
        assert_eq!(read("1/2/68", "%d/%m/%y"), midnight("2068-02-01"));
        assert_eq!(read("2001 366", "%Y %j"), midnight("2002-01-01"));
        assert_eq!(read("2000  01", "%Y %m"), midnight("2000-01-01"));
        assert_eq!(read("0-1-1", "%Y-%m-%d"), Some("0001-01-01 (BC) 00:00:00".to_owned()));
    }

    #[test]
    fn texts_that_duckdb_refuses() {
        for text in [
            "2000-02-30",
            "02000-01-01",
            "20000-01-01",
            "-200-01-01",
            "2000- 1-01",
            "2000-01-001",
            "2000-13-01",
            "",
            "x",
            "2000 -01-01",
        ] {
            assert_eq!(read(text, "%Y-%m-%d"), None, "{text:?}");
        }
        assert_eq!(read("24", "%H"), None);
        assert_eq!(read("1/2/1999", "%d/%m/%y"), None);
        assert_eq!(read("2000-01-01", "%Y-%m-%d "), None);
        assert_eq!(read("00:00 AM", "%I:%M %p"), None);
    }

    #[test]
    fn times() {
        assert_eq!(read("2000-01-01T10:00:00Z", "%Y-%m-%dT%H:%M:%SZ"), Some("2000-01-01 10:00:00".to_owned()));
        assert_eq!(read("12:30 am", "%I:%M %p"), Some("1900-01-01 00:30:00".to_owned()));
        assert_eq!(read("5.5", "%S.%f"), Some("1900-01-01 00:00:05.5".to_owned()));
        assert_eq!(read("2000-01-01 10:00+0230", "%Y-%m-%d %H:%M%z"), Some("2000-01-01 07:30:00".to_owned()));
    }

    #[test]
    fn formats_are_checked() {
        assert!(TimeFormat::parse("").is_err());
        assert!(TimeFormat::parse("%Y-%q").is_err());
        assert!(TimeFormat::parse("%Y%").is_err());
        assert!(TimeFormat::parse("%-Y").is_err());
    }

    #[test]
    fn writing() {
        let format = TimeFormat::parse("%a %d.%-m.%y %H:%M %p %j %%").unwrap();
        let day = i64::from(calendar::days(2000, 1, 2).unwrap()) * calendar::DAY;
        assert_eq!(format.write(day + 13 * 3_600 * SECOND), "Sun 02.1.00 13:00 PM 002 %");
    }
}
