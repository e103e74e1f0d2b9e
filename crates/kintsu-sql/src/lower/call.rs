//! Calls of functions whose meaning, arguments or order depend on the dialect.

use sqlparser::ast as sql;

use super::functions::{self, Entry};
use super::{Lower, expr::not};
use crate::Dialect;
use crate::ast::{ArithmeticOp, CompareOp, Expr};
use crate::error::{Position, SqlError};
use crate::eval::check_pattern;
use crate::function::Function as F;
use crate::value::{Value, ValueType};

type Lowered = Result<Expr, SqlError>;

/// A call being lowered: its name in lower case, where it stands, its arguments.
struct Call<'c> {
    name: &'c str,
    at: Position,
    arguments: &'c [&'c sql::Expr],
}

impl Lower {
    pub(super) fn function(&mut self, function: &sql::Function, whole: &sql::Expr) -> Lowered {
        let written = function.name.to_string();
        let name = written.rsplit('.').next().unwrap_or(&written).trim_matches(['"', '`']).to_ascii_lowercase();
        let arguments = self.arguments(function, whole)?;
        let call = Call { name: &name, at: self.at, arguments: &arguments };
        if let Some(lowered) = self.special(&call)? {
            return Ok(lowered);
        }
        let Some(entry) = functions::find(&name) else {
            return Err(SqlError::UnknownFunction { at: call.at, name: written, suggestion: functions::suggestion(&name) });
        };
        self.plain(&call, entry)
    }

    fn arguments<'e>(&self, function: &'e sql::Function, whole: &sql::Expr) -> Result<Vec<&'e sql::Expr>, SqlError> {
        let plain = function.filter.is_none()
            && function.over.is_none()
            && function.within_group.is_empty()
            && function.null_treatment.is_none()
            && matches!(function.parameters, sql::FunctionArguments::None);
        let list = match &function.args {
            _ if !plain => None,
            sql::FunctionArguments::List(list) if list.duplicate_treatment.is_none() && list.clauses.is_empty() => {
                Some(&list.args[..])
            }
            sql::FunctionArguments::None => Some(&[][..]),
            _ => None,
        };
        let argument = |argument: &'e sql::FunctionArg| match argument {
            sql::FunctionArg::Unnamed(sql::FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        };
        match list.and_then(|list| list.iter().map(argument).collect::<Option<Vec<_>>>()) {
            Some(arguments) => Ok(arguments),
            None => self.unsupported_expr(
                whole,
                "a condition sees one pair of records only: aggregates and windows are computed before linking",
            ),
        }
    }

    fn plain(&mut self, call: &Call<'_>, &(_, function, least, most): &Entry) -> Lowered {
        expect(call, least, most)?;
        let takes_lambda =
            matches!(function, F::ListTransform | F::ListFilter | F::ListReduce | F::ListAny | F::ListAll | F::ListZipWith);
        let mut arguments = Vec::with_capacity(call.arguments.len());
        let lambda_at = if function == F::ListZipWith { 2 } else { 1 };
        for (index, argument) in call.arguments.iter().enumerate() {
            arguments.push(if takes_lambda && index == lambda_at { self.lambda(argument)? } else { self.expr(argument)? });
        }
        Ok(Expr::Call(function, arguments))
    }

    /// `x -> ...`, `(x, y) -> ...` or `lambda x, y: ...`; each lambda takes two numbers for its parameters.
    fn lambda(&mut self, expr: &sql::Expr) -> Lowered {
        let sql::Expr::Lambda(lambda) = expr else {
            return self.unsupported_expr(expr, "a lambda such as `x -> lower(x)` belongs here");
        };
        let count = lambda.params.iter().count();
        if count > 2 {
            return self.unsupported_expr(expr, "a lambda takes one or two parameters");
        }
        let first = self.lambdas * 2;
        for (offset, parameter) in lambda.params.iter().enumerate() {
            self.parameters.push((parameter.name.value.clone(), first + offset));
        }
        self.lambdas += 1;
        let body = self.expr(&lambda.body);
        self.lambdas -= 1;
        self.parameters.truncate(self.parameters.len() - count);
        Ok(Expr::Lambda(count, Box::new(body?)))
    }

    /// Functions that are not in the table; none for those that are.
    fn special(&mut self, call: &Call<'_>) -> Result<Option<Expr>, SqlError> {
        if let Some(lowered) = self.text_function(call)? {
            return Ok(Some(lowered));
        }
        if let Some(lowered) = self.date_function(call)? {
            return Ok(Some(lowered));
        }
        if let Some(lowered) = self.list_function(call)? {
            return Ok(Some(lowered));
        }
        Ok(Some(match call.name {
            "if" | "iif" => {
                expect(call, 3, 3)?;
                let [condition, value, otherwise] = self.three(call)?;
                Expr::Case { branches: vec![(condition, value)], otherwise: Some(Box::new(otherwise)) }
            }
            "nvl2" => {
                expect(call, 3, 3)?;
                let [tested, value, otherwise] = self.three(call)?;
                Expr::Case { branches: vec![(not(Expr::IsNull(Box::new(tested))), value)], otherwise: Some(Box::new(otherwise)) }
            }
            "equal_null" => {
                let [a, b] = self.two(call)?;
                Expr::Compare(CompareOp::NotDistinct, Box::new(a), Box::new(b))
            }
            "max" | "min" => return self.sqlite_extreme(call).map(Some),
            "mod" => self.operator(call, ArithmeticOp::Modulo)?,
            "div" => self.operator(call, ArithmeticOp::IntegerDivide)?,
            "log" => {
                expect(call, 1, 2)?;
                let arguments = self.lowered(call)?;
                let natural = self.dialect == Dialect::Spark;
                let function = if arguments.len() == 2 {
                    F::Log
                } else if natural {
                    F::Ln
                } else {
                    F::Log10
                };
                Expr::Call(function, arguments)
            }
            "trunc" if self.dialect != Dialect::Spark => {
                expect(call, 1, 1)?;
                Expr::Call(F::Truncate, self.lowered(call)?)
            }
            _ => return Ok(None),
        }))
    }

    fn text_function(&mut self, call: &Call<'_>) -> Result<Option<Expr>, SqlError> {
        Ok(Some(match call.name {
            "concat" => self.concat(call)?,
            "substr" | "substring" => {
                expect(call, 2, 3)?;
                let mut arguments = self.lowered(call)?.into_iter();
                let (Some(value), Some(from)) = (arguments.next(), arguments.next()) else { return Ok(None) };
                self.substring_of(value, from, arguments.next())
            }
            "unicode" | "ord" => {
                expect(call, 1, 1)?;
                Expr::Call(F::CodePoint, vec![self.one(call)?, Expr::Literal(Value::Integer(-1))])
            }
            "locate" => {
                let [searched, text] = self.two(call)?;
                Expr::Call(F::Position, vec![text, searched])
            }
            "like" | "glob" if self.dialect == Dialect::Sqlite => {
                let [pattern, text] = self.two(call)?;
                Expr::Call(if call.name == "glob" { F::Glob } else { F::LikeIgnoringCase }, vec![text, pattern])
            }
            "regexp_matches" | "regexp_like" | "rlike" | "regexp" => self.regexp(call, F::RegexpMatches, 2, 3)?,
            "regexp_full_match" => self.regexp(call, F::RegexpFullMatch, 2, 3)?,
            "regexp_split_to_array" | "string_split_regex" | "str_split_regex" => self.regexp(call, F::RegexpSplit, 2, 2)?,
            "split" if self.dialect == Dialect::Spark => self.regexp(call, F::RegexpSplit, 2, 2)?,
            "split" => Expr::Call(F::Split, Vec::from(self.two(call)?)),
            "regexp_extract" | "regexp_extract_all" => self.regexp_extract(call)?,
            "regexp_replace" => self.regexp_replace(call)?,
            _ => return Ok(None),
        }))
    }

    fn date_function(&mut self, call: &Call<'_>) -> Result<Option<Expr>, SqlError> {
        let spark = self.dialect == Dialect::Spark;
        Ok(Some(match call.name {
            "strptime" | "try_strptime" => {
                let [text, format] = self.two(call)?;
                self.parse_by(text, format, call.name == "try_strptime")?
            }
            "strftime" | "date_format" => {
                let [mut date, mut format] = self.two(call)?;
                if matches!(&date, Expr::Literal(Value::Text(text)) if text.contains('%')) {
                    (date, format) = (format, date);
                }
                Expr::Call(F::FormatTimestamp, vec![date, self.format(format)?])
            }
            "to_timestamp" if !spark && call.arguments.len() == 1 => Expr::Call(F::FromEpoch, self.lowered(call)?),
            "to_timestamp" | "try_to_timestamp" | "try_cast_timestamp" | "timestamp" => {
                self.text_to_time(call, ValueType::Timestamp)?
            }
            "to_date" | "try_to_date" | "try_cast_date" | "date" => self.text_to_time(call, ValueType::Date)?,
            "unix_timestamp" => {
                expect(call, 1, 2)?;
                let timestamp =
                    if call.arguments.len() == 2 { self.text_to_time(call, ValueType::Timestamp)? } else { self.one(call)? };
                let seconds = Expr::Call(F::Floor, vec![Expr::Call(F::Epoch, vec![timestamp])]);
                Expr::Cast { value: Box::new(seconds), to: ValueType::Integer, or_null: true }
            }
            "date_diff" | "datediff" => self.date_difference(call)?,
            "date_sub" | "datesub" if call.arguments.len() == 3 => self.parts(call, F::DateSubtract)?,
            "date_sub" | "date_add" | "add_months" => self.date_add(call)?,
            "date_part" | "datepart" => self.parts(call, F::DatePart)?,
            "date_trunc" => self.parts(call, F::DateTruncate)?,
            "year" | "quarter" | "month" | "week" | "weekofyear" | "yearweek" | "isoyear" | "decade" | "century"
            | "millennium" | "day" | "dayofmonth" | "isodow" | "dayofyear" | "hour" | "minute" | "second" => {
                expect(call, 1, 1)?;
                let part = self.part(call.name)?;
                let date = self.one(call)?;
                Expr::Call(F::DatePart, vec![part, date])
            }
            "dayofweek" | "weekday" => {
                expect(call, 1, 1)?;
                let part = self.part("dow")?;
                let day = Expr::Call(F::DatePart, vec![part, self.one(call)?]);
                // Spark counts Sunday as 1.
                if spark && call.name == "dayofweek" { plus(day, 1) } else { day }
            }
            _ => return Ok(None),
        }))
    }

    fn list_function(&mut self, call: &Call<'_>) -> Result<Option<Expr>, SqlError> {
        Ok(Some(match call.name {
            "array_length" => {
                expect(call, 1, 2)?;
                if let Some(dimension) = call.arguments.get(1)
                    && self.expr(dimension)? != Expr::Literal(Value::Integer(1))
                {
                    return self.unsupported_expr(dimension, "only the first dimension of a list has a length");
                }
                let first = self.expr(call.arguments[0])?;
                Expr::Call(F::ListLength, vec![first])
            }
            "list_sort" | "sort_array" | "array_sort" if call.arguments.len() <= 3 && !has_lambda(call) => {
                expect(call, 1, 3)?;
                let mut arguments = self.lowered(call)?;
                arguments.truncate(2);
                Expr::Call(F::ListSort, arguments)
            }
            "list_aggregate" | "list_aggr" | "array_aggregate" => self.list_aggregate(call)?,
            "aggregate" | "reduce" => self.reduce(call)?,
            "slice" => {
                expect(call, 3, 3)?;
                let [list, start, length] = self.three(call)?;
                let last = Expr::Arithmetic(ArithmeticOp::Add, Box::new(start.clone()), Box::new(length));
                Expr::Call(F::ListSlice, vec![list, start, plus(last, -1)])
            }
            "array_join" | "array_to_string" => {
                let [list, separator] = self.two(call)?;
                let is_null = Expr::IsNull(Box::new(list.clone()));
                let joined = Expr::Call(F::ListJoin, vec![list, separator]);
                if self.dialect == Dialect::DuckDb {
                    return Ok(Some(joined));
                }
                let joined = Expr::Call(F::Coalesce, vec![joined, Expr::Literal(Value::text(""))]);
                Expr::Case { branches: vec![(is_null, Expr::Literal(Value::Null))], otherwise: Some(Box::new(joined)) }
            }
            // Postgres, and the functions with "push_front", name the list second or first.
            "array_prepend" => Expr::Call(F::ListPrepend, Vec::from(self.two(call)?)),
            "array_push_front" => {
                let [list, item] = self.two(call)?;
                Expr::Call(F::ListPrepend, vec![item, list])
            }
            "list_cosine_distance" | "array_cosine_distance" => {
                let similarity = Expr::Call(F::CosineSimilarity, Vec::from(self.two(call)?));
                Expr::Arithmetic(ArithmeticOp::Subtract, Box::new(Expr::Literal(Value::Integer(1))), Box::new(similarity))
            }
            "list_value" | "array" => Expr::List(self.lowered(call)?),
            _ => return Ok(None),
        }))
    }

    fn lowered(&mut self, call: &Call<'_>) -> Result<Vec<Expr>, SqlError> {
        call.arguments.iter().map(|argument| self.expr(argument)).collect()
    }

    fn exactly<const N: usize>(&mut self, call: &Call<'_>) -> Result<[Expr; N], SqlError> {
        expect(call, N, N)?;
        self.lowered(call)?.try_into().map_err(|_| count_error(call, N, N))
    }

    fn one(&mut self, call: &Call<'_>) -> Lowered {
        match call.arguments.first() {
            Some(argument) => self.expr(argument),
            None => Err(count_error(call, 1, 1)),
        }
    }

    fn two(&mut self, call: &Call<'_>) -> Result<[Expr; 2], SqlError> {
        self.exactly(call)
    }

    fn three(&mut self, call: &Call<'_>) -> Result<[Expr; 3], SqlError> {
        self.exactly(call)
    }

    fn operator(&mut self, call: &Call<'_>, op: ArithmeticOp) -> Lowered {
        let [a, b] = self.two(call)?;
        Ok(Expr::Arithmetic(op, Box::new(a), Box::new(b)))
    }

    /// `max(a, b)` of SQLite is the greater of two, null when one is.
    fn sqlite_extreme(&mut self, call: &Call<'_>) -> Lowered {
        if self.dialect != Dialect::Sqlite || call.arguments.len() < 2 {
            let instead = "a condition sees one pair of records only: write `greatest(a, b)` or `list_max(list)`";
            return self.unsupported(&format!("the aggregate `{}`", call.name), instead);
        }
        let arguments = self.lowered(call)?;
        let is_null = arguments.iter().map(|argument| Expr::IsNull(Box::new(argument.clone()))).collect();
        let extreme = Expr::Call(if call.name == "max" { F::Greatest } else { F::Least }, arguments);
        Ok(Expr::Case { branches: vec![(Expr::Or(is_null), Expr::Literal(Value::Null))], otherwise: Some(Box::new(extreme)) })
    }

    /// Spark's `concat` is null when an argument is; the others leave nulls out.
    fn concat(&mut self, call: &Call<'_>) -> Lowered {
        expect(call, 1, usize::MAX)?;
        let arguments = self.lowered(call)?;
        if self.dialect != Dialect::Spark {
            return Ok(Expr::Call(F::Concat, arguments));
        }
        let joined = arguments.into_iter().reduce(|a, b| Expr::Call(F::ConcatOrNull, vec![a, b]));
        joined.ok_or_else(|| count_error(call, 1, usize::MAX))
    }

    /// A constant pattern is compiled once here, so that a wrong one is an error of the condition.
    pub(super) fn checked_pattern(&self, pattern: Expr, options: &str) -> Lowered {
        if let Expr::Literal(Value::Text(text)) = &pattern
            && let Err(message) = check_pattern(text, options)
        {
            return Err(SqlError::Literal { at: self.at, what: format!("the pattern '{text}'"), message });
        }
        Ok(pattern)
    }

    fn regexp(&mut self, call: &Call<'_>, function: F, least: usize, most: usize) -> Lowered {
        expect(call, least, most)?;
        let arguments = self.lowered(call)?;
        self.checked_call(function, arguments, 2)
    }

    fn checked_call(&self, function: F, mut arguments: Vec<Expr>, options_at: usize) -> Lowered {
        let options = match arguments.get(options_at) {
            Some(Expr::Literal(Value::Text(options))) => options.to_string(),
            _ => String::new(),
        };
        if let Some(pattern) = arguments.get_mut(1) {
            *pattern = self.checked_pattern(pattern.clone(), &options)?;
        }
        Ok(Expr::Call(function, arguments))
    }

    /// Without a group Spark gives the first one, DuckDB the whole match.
    fn regexp_extract(&mut self, call: &Call<'_>) -> Lowered {
        expect(call, 2, 4)?;
        let function = if call.name == "regexp_extract" { F::RegexpExtract } else { F::RegexpExtractAll };
        let mut arguments = self.lowered(call)?;
        if arguments.len() == 2 && self.dialect == Dialect::Spark {
            arguments.push(Expr::Literal(Value::Integer(1)));
        }
        if matches!(arguments.get(2), Some(Expr::List(_))) {
            return self.unsupported("a list of group names", "give the number of one group");
        }
        self.checked_call(function, arguments, 3)
    }

    /// Spark replaces every match and writes groups as `$1`.
    fn regexp_replace(&mut self, call: &Call<'_>) -> Lowered {
        expect(call, 3, 4)?;
        let mut arguments = self.lowered(call)?;
        if self.dialect == Dialect::Spark {
            arguments.truncate(3);
            match arguments.pop() {
                Some(Expr::Literal(Value::Text(text))) => {
                    arguments.push(Expr::Literal(Value::text(&from_java_replacement(&text))));
                }
                Some(other) => arguments.push(other),
                None => {}
            }
            arguments.push(Expr::Literal(Value::text("g")));
        }
        self.checked_call(F::RegexpReplace, arguments, 3)
    }

    /// `to_date(text, format)` and its relatives; without a format a cast.
    fn text_to_time(&mut self, call: &Call<'_>, to: ValueType) -> Lowered {
        expect(call, 1, 2)?;
        let or_null = call.name.starts_with("try_") || self.dialect == Dialect::Spark || self.dialect == Dialect::Sqlite;
        let mut arguments = self.lowered(call)?.into_iter();
        let Some(value) = arguments.next() else { return Err(count_error(call, 1, 2)) };
        let Some(format) = arguments.next() else {
            return Ok(Expr::Cast { value: Box::new(value), to, or_null });
        };
        let timestamp = self.parse_by(value, format, or_null)?;
        Ok(if to == ValueType::Date { Self::to_date(timestamp) } else { timestamp })
    }

    /// `date_diff('day', from, to)`; with two arguments, Spark's days from the second to the first.
    fn date_difference(&mut self, call: &Call<'_>) -> Lowered {
        if call.arguments.len() != 2 {
            return self.parts(call, F::DateDifference);
        }
        let [to, from] = self.two(call)?;
        Ok(Expr::Call(F::DateDifference, vec![Expr::Literal(Value::text("day")), from, to]))
    }

    /// Functions whose first argument is the name of a part.
    fn parts(&mut self, call: &Call<'_>, function: F) -> Lowered {
        let count = if matches!(function, F::DatePart | F::DateTruncate) { 2 } else { 3 };
        expect(call, count, count)?;
        let Some((part, rest)) = call.arguments.split_first() else { return Err(count_error(call, count, count)) };
        let mut arguments = vec![self.part_argument(part)?];
        for argument in rest {
            arguments.push(self.expr(argument)?);
        }
        Ok(Expr::Call(function, arguments))
    }

    /// `date_add(date, days or interval)`, `date_sub(date, days)`, `add_months(date, months)`.
    fn date_add(&mut self, call: &Call<'_>) -> Lowered {
        let [date, amount] = self.two(call)?;
        let amount = if call.name == "add_months" { Expr::Call(F::IntervalOfMonths, vec![amount]) } else { amount };
        let op = if call.name == "date_sub" { ArithmeticOp::Subtract } else { ArithmeticOp::Add };
        let date = Expr::Cast { value: Box::new(date), to: ValueType::Date, or_null: true };
        let moved = Expr::Arithmetic(op, Box::new(date), Box::new(amount));
        Ok(if call.name == "add_months" { Self::to_date(moved) } else { moved })
    }

    /// `list_aggregate(list, 'min')`.
    fn list_aggregate(&mut self, call: &Call<'_>) -> Lowered {
        let [list, name] = self.two(call)?;
        let function = match &name {
            Expr::Literal(Value::Text(name)) => match name.to_ascii_lowercase().as_str() {
                "min" => Some(F::ListMin),
                "max" => Some(F::ListMax),
                "sum" => Some(F::ListSum),
                "avg" | "mean" => Some(F::ListAverage),
                "count" => Some(F::ListCount),
                _ => None,
            },
            _ => None,
        };
        match function {
            Some(function) => Ok(Expr::Call(function, vec![list])),
            None => self.unsupported("this aggregate of a list", "use min, max, sum, avg or count, or `list_reduce`"),
        }
    }

    /// DuckDB's `reduce(list, lambda[, start])`, Spark's `aggregate(list, start, lambda[, finish])`.
    fn reduce(&mut self, call: &Call<'_>) -> Lowered {
        expect(call, 2, 4)?;
        let (list, rest) = (call.arguments[0], &call.arguments[1..]);
        let list = self.expr(list)?;
        match rest {
            [lambda @ sql::Expr::Lambda(_)] => Ok(Expr::Call(F::ListReduce, vec![list, self.lambda(lambda)?])),
            [lambda @ sql::Expr::Lambda(_), start] => {
                Ok(Expr::Call(F::ListReduce, vec![list, self.lambda(lambda)?, self.expr(start)?]))
            }
            [start, lambda] => Ok(Expr::Call(F::ListReduce, vec![list, self.lambda(lambda)?, self.expr(start)?])),
            [start, lambda, finish] => {
                let total = Expr::Call(F::ListReduce, vec![list, self.lambda(lambda)?, self.expr(start)?]);
                let finished = Expr::Call(F::ListTransform, vec![Expr::List(vec![total]), self.lambda(finish)?]);
                Ok(Expr::Call(F::ListExtract, vec![finished, Expr::Literal(Value::Integer(1))]))
            }
            _ => Err(count_error(call, 2, 4)),
        }
    }
}

fn has_lambda(call: &Call<'_>) -> bool {
    call.arguments.iter().any(|argument| matches!(argument, sql::Expr::Lambda(_)))
}

fn plus(expr: Expr, number: i64) -> Expr {
    Expr::Arithmetic(ArithmeticOp::Add, Box::new(expr), Box::new(Expr::Literal(Value::Integer(number))))
}

/// Java's `$1` and `\$` to RE2's `\1` and `$`.
fn from_java_replacement(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '$' if rest.peek().is_some_and(char::is_ascii_digit) => out.push('\\'),
            '\\' => match rest.next() {
                Some('\\') | None => out.push_str(r"\\"),
                Some(other) => out.push(other),
            },
            other => out.push(other),
        }
    }
    out
}

fn expect(call: &Call<'_>, least: usize, most: usize) -> Result<(), SqlError> {
    if (least..=most).contains(&call.arguments.len()) { Ok(()) } else { Err(count_error(call, least, most)) }
}

fn count_error(call: &Call<'_>, least: usize, most: usize) -> SqlError {
    let expected = match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, usize::MAX) => format!("at least {least} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    };
    SqlError::ArgumentCount { at: call.at, name: call.name.to_owned(), expected, found: call.arguments.len() }
}
