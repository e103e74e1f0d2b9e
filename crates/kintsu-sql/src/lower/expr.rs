//! Operators, conditions, subscripts and the special forms of SQL.

use sqlparser::ast::{self as sql, BinaryOperator as Op, UnaryOperator};

use super::{DEPTH_MAX, Lower};
use crate::Dialect;
use crate::ast::{ArithmeticOp, CompareOp, Expr};
use crate::error::SqlError;
use crate::function::Function;
use crate::value::Value;

type Lowered = Result<Expr, SqlError>;

impl Lower {
    /// Lowers one expression.
    pub(super) fn expr(&mut self, expr: &sql::Expr) -> Lowered {
        if self.depth >= DEPTH_MAX {
            return Err(SqlError::TooLarge {
                at: self.at,
                message: format!("more than {DEPTH_MAX} operators inside each other"),
            });
        }
        self.depth += 1;
        self.moved_to(expr);
        let lowered = self.form(expr);
        self.depth -= 1;
        lowered
    }

    fn boxed(&mut self, expr: &sql::Expr) -> Result<Box<Expr>, SqlError> {
        self.expr(expr).map(Box::new)
    }

    pub(super) fn all(&mut self, list: &[sql::Expr]) -> Result<Vec<Expr>, SqlError> {
        list.iter().map(|expr| self.expr(expr)).collect()
    }

    fn form(&mut self, expr: &sql::Expr) -> Lowered {
        use sql::Expr as E;
        Ok(match expr {
            E::Identifier(ident) => return self.name(ident),
            E::CompoundIdentifier(parts) => return self.names(parts),
            E::CompoundFieldAccess { root, access_chain } => return self.access(root, access_chain, expr),
            E::Value(value) => return self.literal(&value.value),
            E::TypedString(literal) => return self.typed(literal),
            E::Interval(interval) => return self.interval(interval),
            E::Nested(inner) => return self.expr(inner),
            E::IsNull(inner) | E::IsUnknown(inner) => Expr::IsNull(self.boxed(inner)?),
            E::IsNotNull(inner) | E::IsNotUnknown(inner) => not(Expr::IsNull(self.boxed(inner)?)),
            E::IsTrue(inner) => self.is(inner, CompareOp::NotDistinct, true)?,
            E::IsNotTrue(inner) => self.is(inner, CompareOp::Distinct, true)?,
            E::IsFalse(inner) => self.is(inner, CompareOp::NotDistinct, false)?,
            E::IsNotFalse(inner) => self.is(inner, CompareOp::Distinct, false)?,
            E::IsDistinctFrom(a, b) => self.compare(CompareOp::Distinct, a, b)?,
            E::IsNotDistinctFrom(a, b) => self.compare(CompareOp::NotDistinct, a, b)?,
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated)?,
            E::Between { expr, negated, low, high } => self.between(expr, low, high, *negated)?,
            E::BinaryOp { left, op, right } => self.binary(expr, left, op, right)?,
            E::UnaryOp { op, expr: inner } => self.unary(expr, *op, inner)?,
            E::Like { negated, any: false, expr, pattern, escape_char } => {
                self.like(Function::Like, expr, pattern, escape_char.as_ref(), *negated)?
            }
            E::ILike { negated, any: false, expr, pattern, escape_char } => {
                self.like(Function::LikeIgnoringCase, expr, pattern, escape_char.as_ref(), *negated)?
            }
            E::SimilarTo { negated, expr, pattern, escape_char: None } => {
                let pattern = self.similar(pattern)?;
                let matched = self.pattern_call(Function::RegexpFullMatch, expr, pattern)?;
                negated_if(matched, *negated)
            }
            E::RLike { negated, expr, pattern, .. } => {
                let pattern = self.expr(pattern)?;
                let matched = self.pattern_call(Function::RegexpMatches, expr, pattern)?;
                negated_if(matched, *negated)
            }
            E::Cast { kind, expr, data_type, .. } => {
                let value = self.expr(expr)?;
                let or_null = matches!(kind, sql::CastKind::TryCast | sql::CastKind::SafeCast) || self.dialect == Dialect::Spark;
                self.cast(value, data_type, or_null)?
            }
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())?
            }
            E::Extract { field, expr, .. } => self.date_part(&field.to_string(), expr)?,
            E::Ceil { expr, field } => self.whole_number(Function::Ceiling, expr, field)?,
            E::Floor { expr, field } => self.whole_number(Function::Floor, expr, field)?,
            E::Position { expr, r#in } => Expr::Call(Function::Position, vec![self.expr(r#in)?, self.expr(expr)?]),
            E::Substring { expr, substring_from, substring_for, .. } => {
                self.substring(expr, substring_from.as_deref(), substring_for.as_deref())?
            }
            E::Trim { trim_where, trim_what, expr, trim_characters } => {
                self.trim(*trim_where, trim_what.as_deref(), expr, trim_characters.as_deref())?
            }
            E::Function(function) => self.function(function, expr)?,
            E::Array(array) => Expr::List(self.all(&array.elem)?),
            E::Collate { expr: inner, .. } if is_binary_collation(expr) => return self.expr(inner),
            other => return self.refused(other),
        })
    }

    fn refused(&self, expr: &sql::Expr) -> Lowered {
        use sql::Expr as E;
        let instead = match expr {
            E::Subquery(_) | E::Exists { .. } | E::InSubquery { .. } => {
                "a condition sees one pair of records only: compute what the query gives as a column before linking"
            }
            E::Lambda(_) => "a lambda stands only inside a list function such as `list_transform(list, x -> lower(x))`",
            E::Dictionary(_) | E::Map(_) | E::Struct { .. } | E::JsonAccess { .. } => {
                "structures are not read: make the field a column of its own before linking"
            }
            E::Tuple(_) => "compare the parts one by one and join them with AND",
            E::AtTimeZone { .. } => "convert the time zone before linking; timestamps are compared in UTC",
            E::AnyOp { .. } | E::AllOp { .. } => "write `list_contains(list, value)`, or a list function with a lambda",
            E::Collate { .. } => "text is compared bytewise: write `lower(...)` on both sides instead of a collation",
            _ => "write it with comparisons, AND, OR, NOT, CASE, arithmetic and functions",
        };
        self.unsupported_expr(expr, instead)
    }

    fn is(&mut self, inner: &sql::Expr, op: CompareOp, value: bool) -> Lowered {
        Ok(Expr::Compare(op, self.boxed(inner)?, Box::new(Expr::Literal(Value::Boolean(value)))))
    }

    fn compare(&mut self, op: CompareOp, a: &sql::Expr, b: &sql::Expr) -> Lowered {
        Ok(Expr::Compare(op, self.boxed(a)?, self.boxed(b)?))
    }

    fn in_list(&mut self, value: &sql::Expr, list: &[sql::Expr], negated: bool) -> Lowered {
        let mut arguments = vec![self.expr(value)?];
        arguments.extend(self.all(list)?);
        Ok(negated_if(Expr::Call(Function::In, arguments), negated))
    }

    fn between(&mut self, value: &sql::Expr, low: &sql::Expr, high: &sql::Expr, negated: bool) -> Lowered {
        let value = self.boxed(value)?;
        let from = Expr::Compare(CompareOp::GreaterOrEqual, value.clone(), self.boxed(low)?);
        let to = Expr::Compare(CompareOp::LessOrEqual, value, self.boxed(high)?);
        Ok(negated_if(Expr::And(vec![from, to]), negated))
    }

    fn case(&mut self, operand: Option<&sql::Expr>, conditions: &[sql::CaseWhen], otherwise: Option<&sql::Expr>) -> Lowered {
        let operand = operand.map(|operand| self.boxed(operand)).transpose()?;
        let mut branches = Vec::with_capacity(conditions.len());
        for when in conditions {
            let condition = self.expr(&when.condition)?;
            let condition = match &operand {
                Some(operand) => Expr::Compare(CompareOp::Equal, operand.clone(), Box::new(condition)),
                None => condition,
            };
            branches.push((condition, self.expr(&when.result)?));
        }
        let otherwise = otherwise.map(|otherwise| self.boxed(otherwise)).transpose()?;
        Ok(Expr::Case { branches, otherwise })
    }

    fn binary(&mut self, whole: &sql::Expr, left: &sql::Expr, op: &Op, right: &sql::Expr) -> Lowered {
        if matches!(op, Op::And | Op::Or) {
            return self.connective(whole, op);
        }
        if let Some(op) = comparison(op) {
            return self.compare(op, left, right);
        }
        if let Some(op) = self.arithmetic(op) {
            return Ok(Expr::Arithmetic(op, self.boxed(left)?, self.boxed(right)?));
        }
        let function = match op {
            Op::StringConcat => Function::ConcatOrNull,
            Op::PGExp => Function::Power,
            Op::BitwiseXor if self.dialect == Dialect::DuckDb || self.dialect == Dialect::Postgres => Function::Power,
            Op::PGOverlap => Function::ListHasAny,
            Op::Custom(name) if name == "GLOB" => Function::Glob,
            Op::AtArrow => Function::ListHasAll,
            Op::PGStartsWith => Function::StartsWith,
            Op::ArrowAt => return Ok(Expr::Call(Function::ListHasAll, vec![self.expr(right)?, self.expr(left)?])),
            Op::Xor => return Ok(Expr::Compare(CompareOp::NotEqual, self.boxed(left)?, self.boxed(right)?)),
            Op::PGLikeMatch => return self.like(Function::Like, left, right, None, false),
            Op::PGNotLikeMatch => return self.like(Function::Like, left, right, None, true),
            Op::PGILikeMatch => return self.like(Function::LikeIgnoringCase, left, right, None, false),
            Op::PGNotILikeMatch => return self.like(Function::LikeIgnoringCase, left, right, None, true),
            Op::PGRegexMatch => return self.regex_operator(whole, left, right, "", false),
            Op::PGRegexNotMatch => return self.regex_operator(whole, left, right, "", true),
            Op::PGRegexIMatch => return self.regex_operator(whole, left, right, "i", false),
            Op::PGRegexNotIMatch => return self.regex_operator(whole, left, right, "i", true),
            Op::Regexp => {
                let pattern = self.expr(right)?;
                return self.pattern_call(Function::RegexpMatches, left, pattern);
            }
            Op::Arrow | Op::LongArrow => {
                return self.unsupported_expr(whole, "JSON is not read: make the field a column of its own before linking");
            }
            _ => return self.unsupported_expr(whole, "write it with comparisons, AND, OR, NOT, arithmetic and functions"),
        };
        Ok(Expr::Call(function, vec![self.expr(left)?, self.expr(right)?]))
    }

    /// A chain of AND or OR, which may be long, as one list.
    fn connective(&mut self, whole: &sql::Expr, op: &Op) -> Lowered {
        let mut parts = Vec::new();
        let mut rest = whole;
        while let sql::Expr::BinaryOp { left, op: found, right } = rest {
            if found != op {
                break;
            }
            parts.push(&**right);
            rest = left;
        }
        parts.push(rest);
        parts.reverse();
        let mut list = Vec::with_capacity(parts.len());
        for part in parts {
            match (self.expr(part)?, op) {
                (Expr::And(inner), Op::And) | (Expr::Or(inner), Op::Or) => list.extend(inner),
                (part, _) => list.push(part),
            }
        }
        Ok(if *op == Op::And { Expr::And(list) } else { Expr::Or(list) })
    }

    fn arithmetic(&self, op: &Op) -> Option<ArithmeticOp> {
        Some(match op {
            Op::Plus => ArithmeticOp::Add,
            Op::Minus => ArithmeticOp::Subtract,
            Op::Multiply => ArithmeticOp::Multiply,
            Op::Modulo => ArithmeticOp::Modulo,
            Op::Divide if matches!(self.dialect, Dialect::Postgres | Dialect::Sqlite) => ArithmeticOp::DivideByType,
            Op::Divide => ArithmeticOp::Divide,
            Op::DuckIntegerDivide | Op::MyIntegerDivide => ArithmeticOp::IntegerDivide,
            _ => return None,
        })
    }

    fn unary(&mut self, whole: &sql::Expr, op: UnaryOperator, inner: &sql::Expr) -> Lowered {
        match op {
            UnaryOperator::Not | UnaryOperator::BangNot => Ok(not(self.expr(inner)?)),
            UnaryOperator::Plus => self.expr(inner),
            UnaryOperator::PGAbs => Ok(Expr::Call(Function::Abs, vec![self.expr(inner)?])),
            UnaryOperator::PGSquareRoot => Ok(Expr::Call(Function::SquareRoot, vec![self.expr(inner)?])),
            UnaryOperator::PGCubeRoot => Ok(Expr::Call(Function::CubeRoot, vec![self.expr(inner)?])),
            UnaryOperator::Minus => {
                if let sql::Expr::Value(value) = inner
                    && let sql::Value::Number(text, _) = &value.value
                {
                    return self.number(&format!("-{text}")).map(Expr::Literal);
                }
                let minus_one = Box::new(Expr::Literal(Value::Integer(-1)));
                Ok(Expr::Arithmetic(ArithmeticOp::Multiply, minus_one, self.boxed(inner)?))
            }
            _ => self.unsupported_expr(whole, "write it with arithmetic and functions"),
        }
    }

    fn like(
        &mut self,
        function: Function,
        value: &sql::Expr,
        pattern: &sql::Expr,
        escape: Option<&sql::ValueWithSpan>,
        negated: bool,
    ) -> Lowered {
        // SQLite's LIKE does not look at case; the others escape with a backslash unless they are DuckDB.
        let function = if self.dialect == Dialect::Sqlite { Function::LikeIgnoringCase } else { function };
        let mut arguments = vec![self.expr(value)?, self.expr(pattern)?];
        match escape {
            Some(escape) => arguments.push(self.literal(&escape.value)?),
            None if matches!(self.dialect, Dialect::Postgres | Dialect::Spark) => {
                arguments.push(Expr::Literal(Value::text("\\")));
            }
            None => {}
        }
        Ok(negated_if(Expr::Call(function, arguments), negated))
    }

    /// The pattern of SIMILAR TO: a regular expression in DuckDB, `%` and `_` beside alternatives in Postgres.
    fn similar(&mut self, pattern: &sql::Expr) -> Lowered {
        let lowered = self.expr(pattern)?;
        if self.dialect != Dialect::Postgres {
            return Ok(lowered);
        }
        let Expr::Literal(Value::Text(text)) = &lowered else {
            return self.unsupported_expr(pattern, "write the pattern of SIMILAR TO as a constant");
        };
        Ok(Expr::Literal(Value::text(&text.replace('%', "(?s:.*)").replace('_', "(?s:.)"))))
    }

    /// `~`: part of the text in Postgres. DuckDB took the whole text up to version 1.5 and takes part of it since 2.0, so there
    /// it is read only where both say the same.
    fn regex_operator(
        &mut self,
        whole: &sql::Expr,
        value: &sql::Expr,
        pattern: &sql::Expr,
        options: &str,
        negated: bool,
    ) -> Lowered {
        let pattern = self.expr(pattern)?;
        if self.dialect == Dialect::DuckDb && !is_anchored(&pattern) {
            return self
                .unsupported_expr(whole, "DuckDB's versions differ: write `regexp_matches(...)` or `regexp_full_match(...)`");
        }
        let mut arguments = vec![self.expr(value)?, self.checked_pattern(pattern, options)?];
        if !options.is_empty() {
            arguments.push(Expr::Literal(Value::text(options)));
        }
        Ok(negated_if(Expr::Call(Function::RegexpMatches, arguments), negated))
    }

    fn pattern_call(&mut self, function: Function, value: &sql::Expr, pattern: Expr) -> Lowered {
        let pattern = self.checked_pattern(pattern, "")?;
        Ok(Expr::Call(function, vec![self.expr(value)?, pattern]))
    }

    fn whole_number(&mut self, function: Function, value: &sql::Expr, kind: &sql::CeilFloorKind) -> Lowered {
        match kind {
            sql::CeilFloorKind::DateTimeField(sql::DateTimeField::NoDateTime) => {
                Ok(Expr::Call(function, vec![self.expr(value)?]))
            }
            _ => self
                .unsupported("a digit count in `floor` or `ceil`", "write `round(number, digits)`, or `date_trunc('day', date)`"),
        }
    }

    fn substring(&mut self, value: &sql::Expr, from: Option<&sql::Expr>, length: Option<&sql::Expr>) -> Lowered {
        if from.is_none() && length.is_none() {
            return self.unsupported("`substr` without a position", "say from where, as in `substr(text, 1, 4)`");
        }
        let value = self.expr(value)?;
        let from = from.map(|from| self.expr(from)).transpose()?.unwrap_or(Expr::Literal(Value::Integer(1)));
        if matches!(from, Expr::Literal(Value::Text(_))) {
            let pattern = self.checked_pattern(from, "")?;
            return Ok(Expr::Call(Function::RegexpSubstring, vec![value, pattern]));
        }
        let length = length.map(|length| self.expr(length)).transpose()?;
        Ok(self.substring_of(value, from, length))
    }

    /// The dialects agree from the first character on; before it Postgres uses up length and Spark starts with the first.
    pub(super) fn substring_of(&self, value: Expr, from: Expr, length: Option<Expr>) -> Expr {
        let first = matches!(from, Expr::Literal(Value::Integer(start)) if start >= 1);
        let function =
            if self.dialect == Dialect::Postgres && !first { Function::SubstringStandard } else { Function::Substring };
        let from = if self.dialect == Dialect::Spark && from == Expr::Literal(Value::Integer(0)) {
            Expr::Literal(Value::Integer(1))
        } else {
            from
        };
        let mut arguments = vec![value, from];
        arguments.extend(length);
        Expr::Call(function, arguments)
    }

    fn trim(
        &mut self,
        place: Option<sql::TrimWhereField>,
        what: Option<&sql::Expr>,
        value: &sql::Expr,
        characters: Option<&[sql::Expr]>,
    ) -> Lowered {
        let function = match place {
            None | Some(sql::TrimWhereField::Both) => Function::Trim,
            Some(sql::TrimWhereField::Leading) => Function::TrimLeft,
            Some(sql::TrimWhereField::Trailing) => Function::TrimRight,
        };
        let mut arguments = vec![self.expr(value)?];
        if let Some(what) = what.or_else(|| characters.and_then(<[sql::Expr]>::first)) {
            arguments.push(self.expr(what)?);
        }
        Ok(Expr::Call(function, arguments))
    }

    /// `name.part`, `list[1]`, `list[1:2]`, after a name in parts.
    fn access(&mut self, root: &sql::Expr, chain: &[sql::AccessExpr], whole: &sql::Expr) -> Lowered {
        let mut names = match root {
            sql::Expr::Identifier(ident) => vec![ident.clone()],
            sql::Expr::CompoundIdentifier(parts) => parts.clone(),
            _ => Vec::new(),
        };
        let mut rest = chain;
        while let ([sql::AccessExpr::Dot(sql::Expr::Identifier(ident)), after @ ..], false) = (rest, names.is_empty()) {
            names.push(ident.clone());
            rest = after;
        }
        let mut value = if names.is_empty() { self.expr(root)? } else { self.names(&names)? };
        for access in rest {
            value = match access {
                sql::AccessExpr::Subscript(sql::Subscript::Index { index }) => self.index(value, index, whole)?,
                sql::AccessExpr::Subscript(sql::Subscript::Slice { lower_bound, upper_bound, stride: None }) => {
                    self.slice(value, lower_bound.as_ref(), upper_bound.as_ref())?
                }
                _ => {
                    return self
                        .unsupported_expr(whole, "structures are not read: make the field a column of its own before linking");
                }
            };
        }
        Ok(value)
    }

    fn index(&mut self, list: Expr, index: &sql::Expr, whole: &sql::Expr) -> Lowered {
        let index = self.expr(index)?;
        let index = match (index, self.dialect) {
            (Expr::Literal(Value::Text(_)), _) => {
                return self.unsupported_expr(
                    whole,
                    "structures and maps are not read: make the field a column of its own before linking",
                );
            }
            // Spark counts from 0; it and Postgres know no negative positions.
            (Expr::Literal(Value::Integer(index)), Dialect::Spark) if index >= 0 => Expr::Literal(Value::Integer(index + 1)),
            (Expr::Literal(Value::Integer(index)), Dialect::Spark | Dialect::Postgres) if index < 0 => Expr::Literal(Value::Null),
            (index, Dialect::Spark) => {
                Expr::Arithmetic(ArithmeticOp::Add, Box::new(index), Box::new(Expr::Literal(Value::Integer(1))))
            }
            (index, _) => index,
        };
        Ok(Expr::Call(Function::ListExtract, vec![list, index]))
    }

    fn slice(&mut self, list: Expr, from: Option<&sql::Expr>, to: Option<&sql::Expr>) -> Lowered {
        let from = from.map(|from| self.expr(from)).transpose()?.unwrap_or(Expr::Literal(Value::Integer(1)));
        let to = to.map(|to| self.expr(to)).transpose()?.unwrap_or(Expr::Literal(Value::Integer(-1)));
        Ok(Expr::Call(Function::ListSlice, vec![list, from, to]))
    }
}

pub(super) fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

fn negated_if(expr: Expr, negated: bool) -> Expr {
    if negated { not(expr) } else { expr }
}

fn comparison(op: &Op) -> Option<CompareOp> {
    Some(match op {
        Op::Eq => CompareOp::Equal,
        Op::NotEq => CompareOp::NotEqual,
        Op::Lt => CompareOp::Less,
        Op::LtEq => CompareOp::LessOrEqual,
        Op::Gt => CompareOp::Greater,
        Op::GtEq => CompareOp::GreaterOrEqual,
        Op::Spaceship => CompareOp::NotDistinct,
        _ => return None,
    })
}

fn is_binary_collation(expr: &sql::Expr) -> bool {
    matches!(expr, sql::Expr::Collate { collation, .. } if ["binary", "\"c\"", "c"].contains(&collation.to_string().to_ascii_lowercase().as_str()))
}

fn is_anchored(pattern: &Expr) -> bool {
    matches!(pattern, Expr::Literal(Value::Text(text)) if text.starts_with('^') && text.ends_with('$') && !text.ends_with(r"\$") && !text.contains('|'))
}
