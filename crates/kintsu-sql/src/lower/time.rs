//! Dates: parts, differences, and the formats of the four dialects as one.

use sqlparser::ast as sql;

use super::Lower;
use crate::Dialect;
use crate::ast::Expr;
use crate::error::SqlError;
use crate::eval::{DatePart, TimeFormat};
use crate::function::Function;
use crate::value::{Value, ValueType};

impl Lower {
    /// `EXTRACT(part FROM date)`.
    pub(super) fn date_part(&mut self, part: &str, date: &sql::Expr) -> Result<Expr, SqlError> {
        let part = self.part(part)?;
        let date = self.expr(date)?;
        Ok(Expr::Call(Function::DatePart, vec![part, date]))
    }

    /// The name of a part as a constant.
    pub(super) fn part(&self, name: &str) -> Result<Expr, SqlError> {
        let name = name.trim_matches(['\'', '"', '`']).to_ascii_lowercase();
        if DatePart::parse(&name).is_none() {
            return self.unsupported(
                &format!("the date part `{name}`"),
                "use year, quarter, month, week, day, dow, doy, hour, minute, second or epoch",
            );
        }
        Ok(Expr::Literal(Value::text(&name)))
    }

    /// A part given as an argument: a text constant, or in Spark a bare word.
    pub(super) fn part_argument(&mut self, argument: &sql::Expr) -> Result<Expr, SqlError> {
        match argument {
            sql::Expr::Identifier(ident) => self.part(&ident.value),
            other => match self.expr(other)? {
                Expr::Literal(Value::Text(name)) => self.part(&name),
                _ => self.unsupported_expr(other, "write the date part as a constant, such as 'day'"),
            },
        }
    }

    /// Reads text by a format of the dialect; the format must be a constant.
    pub(super) fn parse_by(&self, text: Expr, format: Expr, or_null: bool) -> Result<Expr, SqlError> {
        let format = self.format(format)?;
        let function = if or_null { Function::TryParseTimestamp } else { Function::ParseTimestamp };
        Ok(Expr::Call(function, vec![text, format]))
    }

    /// A constant format, or list of formats, in the dialect's own letters, as a `%` format.
    pub(super) fn format(&self, format: Expr) -> Result<Expr, SqlError> {
        match format {
            Expr::Literal(Value::Text(text)) => self.translated(&text).map(|text| Expr::Literal(Value::text(&text))),
            Expr::List(formats) => {
                Ok(Expr::List(formats.into_iter().map(|format| self.format(format)).collect::<Result<Vec<_>, _>>()?))
            }
            Expr::Literal(Value::Null) => Ok(Expr::Literal(Value::Null)),
            _ => self.unsupported("a date format that is computed", "write the format as a constant"),
        }
    }

    fn translated(&self, format: &str) -> Result<String, SqlError> {
        let wrong = |message: String| SqlError::Literal { at: self.at, what: format!("the date format '{format}'"), message };
        let percent = match self.dialect {
            _ if format.contains('%') => format.to_owned(),
            Dialect::Spark => from_java(format).map_err(wrong)?,
            Dialect::Postgres => from_postgres(format).map_err(wrong)?,
            Dialect::DuckDb | Dialect::Sqlite => format.to_owned(),
        };
        TimeFormat::parse(&percent).map_err(wrong)?;
        Ok(percent)
    }

    /// The date of a timestamp that is null where it cannot be.
    pub(super) fn to_date(value: Expr) -> Expr {
        Expr::Cast { value: Box::new(value), to: ValueType::Date, or_null: true }
    }
}

/// Letters of Java's `DateTimeFormatter`, which Spark uses.
fn from_java(format: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\'' {
            quoted(&mut rest, &mut out);
            continue;
        }
        if !c.is_ascii_alphabetic() {
            if matches!(c, '[' | ']' | '{' | '}' | '#') {
                return Err(format!("`{c}` is not supported"));
            }
            out.push(c);
            continue;
        }
        let mut count = 1;
        while rest.next_if_eq(&c).is_some() {
            count += 1;
        }
        out.push_str(match (c, count) {
            ('y' | 'u', 1 | 4) => "%Y",
            ('y' | 'u', 2) => "%y",
            ('M' | 'L', 1) => "%-m",
            ('M' | 'L', 2) => "%m",
            ('M' | 'L', 3) => "%b",
            ('M' | 'L', 4) => "%B",
            ('d', 1) => "%-d",
            ('d', 2) => "%d",
            ('D', _) => "%j",
            ('E', 1..=3) => "%a",
            ('E', 4) => "%A",
            ('H', _) => "%H",
            ('h', _) => "%I",
            ('a', _) => "%p",
            ('m', _) => "%M",
            ('s', _) => "%S",
            ('S', 3) => "%g",
            ('S', 6) => "%f",
            ('S', 9) => "%n",
            ('X' | 'x' | 'Z', _) => "%z",
            _ => return Err(format!("`{}` is not supported", c.to_string().repeat(count))),
        });
    }
    Ok(out)
}

/// Literal text after a quote, up to the next one; two quotes stand for one.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    if rest.next_if_eq(&'\'').is_some() {
        out.push('\'');
        return;
    }
    while let Some(c) = rest.next() {
        if c != '\'' {
            out.push(c);
        } else if rest.next_if_eq(&'\'').is_some() {
            out.push('\'');
        } else {
            return;
        }
    }
}

/// Template patterns of Postgres' `to_timestamp`.
fn from_postgres(format: &str) -> Result<String, String> {
    const PATTERNS: [(&str, &str); 28] = [
        ("YYYY", "%Y"),
        ("yyyy", "%Y"),
        ("HH24", "%H"),
        ("hh24", "%H"),
        ("HH12", "%I"),
        ("hh12", "%I"),
        ("MONTH", "%B"),
        ("Month", "%B"),
        ("month", "%B"),
        ("MON", "%b"),
        ("Mon", "%b"),
        ("mon", "%b"),
        ("DDD", "%j"),
        ("YY", "%y"),
        ("yy", "%y"),
        ("MM", "%m"),
        ("mm", "%m"),
        ("DD", "%d"),
        ("dd", "%d"),
        ("HH", "%I"),
        ("MI", "%M"),
        ("mi", "%M"),
        ("SS", "%S"),
        ("ss", "%S"),
        ("MS", "%g"),
        ("US", "%f"),
        ("AM", "%p"),
        ("PM", "%p"),
    ];
    let mut out = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        if let Some((pattern, percent)) = PATTERNS.iter().find(|(pattern, _)| rest.starts_with(pattern)) {
            out.push_str(percent);
            rest = rest.get(pattern.len()..).unwrap_or("");
        } else if c == '"' {
            let quoted = rest.get(1..).unwrap_or("");
            let (literal, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            out.push_str(literal);
            rest = after;
        } else if c.is_ascii_alphabetic() && !matches!(c, 'T' | 'Z') {
            return Err(format!("`{c}` is not supported"));
        } else {
            out.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_java() {
        assert_eq!(from_java("yyyy-MM-dd'T'HH:mm:ssXXX"), Ok("%Y-%m-%dT%H:%M:%S%z".to_owned()));
        assert_eq!(from_java("d MMM yy 'o''clock'"), Ok("%-d %b %y o'clock".to_owned()));
        assert!(from_java("GGGG").is_err());
    }

    #[test]
    fn formats_of_postgres() {
        assert_eq!(from_postgres("YYYY-MM-DDTHH24:MI:SS"), Ok("%Y-%m-%dT%H:%M:%S".to_owned()));
        assert_eq!(from_postgres("DD \"of\" Month YYYY"), Ok("%d of %B %Y".to_owned()));
        assert!(from_postgres("Q").is_err());
    }
}
