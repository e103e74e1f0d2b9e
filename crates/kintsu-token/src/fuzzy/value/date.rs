//! Dates as Python's `strptime` reads them, written as year, month and day.
//!
//! Names of months and days are English. Directives that count weeks, and those that depend on where the machine stands, are
//! refused when the schema is read.

use jiff::civil::Date;
use regex::{Captures, Regex};

use super::FormatProblem;
use crate::characters::{decimal_digit as digit, is_python_space};

/// A format of dates.
#[derive(Debug, Clone)]
pub(crate) struct DateFormat {
    regex: Regex,
    /// The places of year, month and day where all dates have them at the same.
    fixed: Option<Fixed>,
}

/// A format of four digits of the year, two of the month and two of the day, and single visible characters between.
#[derive(Debug, Clone)]
struct Fixed {
    literals: Vec<Option<u8>>,
    year: usize,
    month: usize,
    day: usize,
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

impl DateFormat {
    /// Reads a format in the directives of `strptime`.
    pub(crate) fn new(format: &str) -> Result<Self, FormatProblem> {
        let regex = Regex::new(&format!(r"(?i)\A{}", expression(format)?));
        let regex = regex.map_err(|_| refused("names a part of the date twice", "leave one of them out"))?;
        Ok(Self { regex, fixed: Fixed::new(format) })
    }

    /// Year, month and day without anything between them; none where the value is no date of the format. Years before 1000 have
    /// fewer than four digits, as the C library of Linux writes them.
    pub(crate) fn format(&self, value: &str) -> Option<String> {
        let date = match self.fixed.as_ref().and_then(|fixed| fixed.read(value.as_bytes())) {
            Some((year, month, day)) => Date::new(year, month, day).ok()?,
            None => self.read(value)?,
        };
        if date.year() < 1 {
            return None;
        }
        Some(format!("{}{:02}{:02}", date.year(), date.month(), date.day()))
    }

    fn read(&self, value: &str) -> Option<Date> {
        let found = self.regex.captures(value)?;
        if found.get(0)?.end() != value.len() || !is_time(&found) {
            return None;
        }
        let number = |name| number(&found, name);
        let century = |year: i16| if year <= 68 { 2000 + year } else { 1900 + year };
        let year = number("Y").or(number("y").map(century)).unwrap_or(1900);
        if let Some(day_of_year) = number("j") {
            let first = Date::new(year, 1, 1).ok()?;
            return first.checked_add(jiff::Span::new().try_days(i64::from(day_of_year) - 1).ok()?).ok();
        }
        let named = |name| {
            let text = found.name(name)?.as_str().to_lowercase();
            MONTHS.iter().position(|month| month.starts_with(&text)).map(|place| place as i16 + 1)
        };
        let month = number("m").or(named("B")).or(named("b")).unwrap_or(1);
        Date::new(year, month as i8, number("d").unwrap_or(1) as i8).ok()
    }
}

/// Whether what stands beside the date can be a time of day.
fn is_time(found: &Captures<'_>) -> bool {
    let seconds = number(found, "S").is_none_or(|seconds| seconds < 60);
    let zone = found.name("z").map_or("", |zone| zone.as_str());
    let hours = zone.chars().skip(1).take(2).filter_map(digit).fold(0, |hours, digit| hours * 10 + digit);
    seconds && hours < 24
}

fn number(found: &Captures<'_>, name: &str) -> Option<i16> {
    let digits = found.name(name)?.as_str().chars().filter_map(digit);
    Some(digits.fold(0, |number, digit| number * 10 + i16::from(digit)))
}

/// The regular expression of a format; what a directive matches first, it keeps unless the rest then fails.
fn expression(format: &str) -> Result<String, FormatProblem> {
    let mut expression = String::new();
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if is_python_space(character) {
            while characters.next_if(|&next| is_python_space(next)).is_some() {}
            expression.push_str(r"[\s\x1c-\x1f]+");
        } else if character == '%' {
            let directive = characters.next();
            expression.push_str(directive.and_then(part).ok_or_else(|| unknown(directive))?);
        } else {
            expression.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
        }
    }
    Ok(expression)
}

fn part(directive: char) -> Option<&'static str> {
    Some(match directive {
        'Y' => r"(?<Y>\d\d\d\d)",
        'y' => r"(?<y>\d\d)",
        'm' => "(?<m>1[0-2]|0[1-9]|[1-9])",
        'd' => r"(?<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
        'j' => r"(?<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])",
        'B' => "(?<B>september|february|november|december|january|october|august|march|april|june|july|may)",
        'b' => "(?<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
        'A' => "(?<A>wednesday|thursday|saturday|tuesday|monday|friday|sunday)",
        'a' => "(?<a>mon|tue|wed|thu|fri|sat|sun)",
        'w' => "(?<w>[0-6])",
        'u' => "(?<u>[1-7])",
        'H' => r"(?<H>2[0-3]|[0-1]\d|\d)",
        'I' => "(?<I>1[0-2]|0[1-9]|[1-9])",
        'p' => "(?<p>am|pm)",
        'M' => r"(?<M>[0-5]\d|\d)",
        'S' => r"(?<S>6[0-1]|[0-5]\d|\d)",
        'f' => "(?<f>[0-9]{1,6})",
        'z' => r"(?<z>[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|(?-i:Z))",
        'X' => r"(?<H>2[0-3]|[0-1]\d|\d):(?<M>[0-5]\d|\d):(?<S>6[0-1]|[0-5]\d|\d)",
        'x' => r"(?<m>1[0-2]|0[1-9]|[1-9])/(?<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])/(?<y>\d\d)",
        '%' => "%",
        _ => return None,
    })
}

fn unknown(directive: Option<char>) -> FormatProblem {
    match directive {
        Some(directive @ ('U' | 'W' | 'G' | 'V' | 'c' | 'Z')) => {
            refused(&format!("has `%{directive}`, which is not read here"), "write the date with %Y, %m and %d, or %Y and %j")
        }
        Some(_) => refused("has a directive that is not known", "write directives such as %Y, %m and %d, and %% for a %"),
        None => refused("ends with a %", "write %% for a %"),
    }
}

fn refused(what: &str, instead: &str) -> FormatProblem {
    FormatProblem { what: what.to_owned(), instead: instead.to_owned() }
}

impl Fixed {
    fn new(format: &str) -> Option<Self> {
        let mut literals: Vec<Option<u8>> = Vec::new();
        let (mut year, mut month, mut day) = (None, None, None);
        let mut bytes = format.bytes();
        while let Some(byte) = bytes.next() {
            let (place, digits) = match byte {
                b'%' => match bytes.next()? {
                    b'Y' => (&mut year, 4),
                    b'm' => (&mut month, 2),
                    b'd' => (&mut day, 2),
                    _ => return None,
                },
                _ if byte.is_ascii_punctuation() => {
                    literals.push(Some(byte));
                    continue;
                }
                _ => return None,
            };
            if place.replace(literals.len()).is_some() {
                return None;
            }
            literals.extend(std::iter::repeat_n(None, digits));
        }
        Some(Self { literals, year: year?, month: month?, day: day? })
    }

    /// Year, month and day of a value that has a digit in every place; all others are left to the expression.
    fn read(&self, value: &[u8]) -> Option<(i16, i8, i8)> {
        let fits = |(literal, &byte): (&Option<u8>, &u8)| literal.map_or(byte.is_ascii_digit(), |literal| literal == byte);
        if value.len() != self.literals.len() || !self.literals.iter().zip(value).all(fits) {
            return None;
        }
        let two = |at: usize| (value[at] - b'0') as i8 * 10 + (value[at + 1] - b'0') as i8;
        let year = i16::from(two(self.year)) * 100 + i16::from(two(self.year + 2));
        let (month, day) = (two(self.month), two(self.day));
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(format: &str, value: &str) -> Option<String> {
        DateFormat::new(format).unwrap().format(value)
    }

    /// What CPython 3.11 answers on Linux.
    #[test]
    fn dates_are_those_of_strptime() {
        for (format, value, expected) in [
            ("%Y-%m-%d", "1999-02-28", Some("19990228")),
            ("%Y-%m-%d", "1999-2-8", Some("19990208")),
            ("%Y-%m-%d", "1999-02-29", None),
            ("%Y-%m-%d", "1999-02-28 ", None),
            ("%Y-%m-%d", "0999-01-02", Some("9990102")),
            ("%Y-%m-%d", "0000-01-02", None),
            ("%d%m%Y", "1112000", Some("20000111")),
            ("%d%m%Y", "11122000", Some("20001211")),
            ("%d.%m.%y", "01.02.68", Some("20680201")),
            ("%d.%m.%y", "01.02.69", Some("19690201")),
            ("%d %b %Y", "3  FEB\t2001", Some("20010203")),
            ("%d %B %Y", "3 february 2001", Some("20010203")),
            ("%Y %j", "2000 366", Some("20001231")),
            ("%Y %j", "2001 366", Some("20020101")),
            ("%m/%d", "02/29", None),
            ("%m/%d", "02/28", Some("19000228")),
            ("%Y%m%d%H%M%S", "20010203235960", None),
            ("%Y%m%d %z", "20010203 +0530", Some("20010203")),
            ("%Y%m%d %z", "20010203 +2530", None),
            ("%Y", "٢٠٠١", Some("20010101")),
            ("%x", "02/03/01", Some("20010203")),
        ] {
            assert_eq!(read(format, value).as_deref(), expected, "{format} {value}");
        }
    }

    #[test]
    fn formats_that_cannot_be_read_say_why() {
        for format in ["%Y %U %w", "%Y%Y", "%", "%Q", "%x %d"] {
            assert!(DateFormat::new(format).is_err(), "{format}");
        }
    }

    #[test]
    fn the_fast_way_reads_what_the_expression_reads() {
        let format = DateFormat::new("%d/%m/%Y").unwrap();
        assert!(format.fixed.is_some());
        for value in ["31/12/1980", "30/02/1980", "00/01/1980", "01/13/1980", "1/1/1980", "01/01/198", "31/04/2000", "29/02/2000"]
        {
            let slow = DateFormat { fixed: None, ..format.clone() };
            assert_eq!(format.format(value), slow.format(value), "{value}");
        }
    }
}
