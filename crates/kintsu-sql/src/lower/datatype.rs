//! The types that casts name.

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo};

use super::Lower;
use crate::Dialect;
use crate::ast::Expr;
use crate::error::SqlError;
use crate::function::Function;
use crate::parse::short;
use crate::value::{Value, ValueType};

impl Lower {
    /// The value type of a type name.
    pub(super) fn value_type(&self, data_type: &DataType) -> Result<ValueType, SqlError> {
        use DataType as T;
        Ok(match data_type {
            T::Boolean | T::Bool => ValueType::Boolean,
            T::TinyInt(_)
            | T::SmallInt(_)
            | T::MediumInt(_)
            | T::Int(_)
            | T::Int2(_)
            | T::Int4(_)
            | T::Int8(_)
            | T::Int16
            | T::Int32
            | T::Int64
            | T::Int128
            | T::Integer(_)
            | T::BigInt(_)
            | T::HugeInt
            | T::UHugeInt
            | T::UTinyInt
            | T::USmallInt
            | T::UBigInt
            | T::UInt8
            | T::UInt16
            | T::UInt32
            | T::UInt64
            | T::Signed
            | T::SignedInteger
            | T::Unsigned
            | T::UnsignedInteger => ValueType::Integer,
            T::Float(_) | T::Real | T::Float4 | T::Float32 => self.single_precision(data_type),
            T::Double(_)
            | T::DoublePrecision
            | T::Float8
            | T::Float64
            | T::Numeric(_)
            | T::Decimal(_)
            | T::Dec(_)
            | T::BigDecimal(_)
            | T::BigNumeric(_) => ValueType::Double,
            T::Text
            | T::TinyText
            | T::MediumText
            | T::LongText
            | T::String(_)
            | T::Varchar(_)
            | T::Nvarchar(_)
            | T::Char(_)
            | T::Character(_)
            | T::CharVarying(_)
            | T::CharacterVarying(_)
            | T::Clob(_) => ValueType::Text,
            T::Date | T::Date32 => ValueType::Date,
            T::Timestamp(..) | T::TimestampNtz(_) | T::Datetime(_) => ValueType::Timestamp,
            T::Interval { .. } => ValueType::Interval,
            T::Array(
                ArrayElemTypeDef::AngleBracket(item)
                | ArrayElemTypeDef::SquareBracket(item, _)
                | ArrayElemTypeDef::Parenthesis(item),
            ) => ValueType::List(Box::new(self.value_type(item)?)),
            T::Custom(name, _) => self.custom_type(&name.to_string())?,
            other => return self.unknown_type(&other.to_string()),
        })
    }

    /// `FLOAT` has 32 bits in DuckDB and Spark; `REAL` too in Postgres; SQLite knows 64 bits only.
    fn single_precision(&self, data_type: &DataType) -> ValueType {
        match (self.dialect, data_type) {
            (Dialect::Sqlite, _) | (Dialect::Postgres, DataType::Float(ExactNumberInfo::None)) => ValueType::Double,
            (Dialect::Postgres, DataType::Float(ExactNumberInfo::Precision(bits))) if *bits > 24 => ValueType::Double,
            _ => ValueType::Float,
        }
    }

    fn custom_type(&self, name: &str) -> Result<ValueType, SqlError> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "string" | "bpchar" => ValueType::Text,
            "long" | "short" | "byte" | "int1" | "uinteger" | "oid" => ValueType::Integer,
            "logical" => ValueType::Boolean,
            "timestamptz" | "timestamp_s" | "timestamp_ms" | "timestamp_ns" | "timestamp_us" | "timestamp_ntz"
            | "timestamp_ltz" => ValueType::Timestamp,
            _ => return self.unknown_type(name),
        })
    }

    fn unknown_type<T>(&self, name: &str) -> Result<T, SqlError> {
        self.unsupported(
            &format!("the type `{}`", short(name)),
            "cast to BOOLEAN, BIGINT, DOUBLE, FLOAT, VARCHAR, DATE, TIMESTAMP, or a list of one of these",
        )
    }

    /// A cast; decimals with a scale are rounded to it.
    pub(super) fn cast(&self, value: Expr, data_type: &DataType, or_null: bool) -> Result<Expr, SqlError> {
        let to = self.value_type(data_type)?;
        let scale = match data_type {
            DataType::Numeric(info) | DataType::Decimal(info) | DataType::Dec(info) => scale(info),
            _ => None,
        };
        if !or_null && matches!(value, Expr::Literal(Value::Text(_))) && scale.is_none() {
            return self.cast_literal(value, to);
        }
        let cast = Expr::Cast { value: Box::new(value), to, or_null };
        if let Some((least, greatest)) = narrow(data_type).filter(|_| self.dialect != Dialect::Sqlite) {
            let bound = |number: i64| Expr::Literal(Value::Integer(number));
            return Ok(Expr::Call(Function::InRange, vec![cast, bound(least), bound(greatest)]));
        }
        Ok(match scale {
            Some(scale) => Expr::Call(Function::Round, vec![cast, Expr::Literal(Value::Integer(scale))]),
            None => cast,
        })
    }
}

/// The range of integer types of less than 64 bits.
fn narrow(data_type: &DataType) -> Option<(i64, i64)> {
    use DataType as T;
    Some(match data_type {
        T::TinyInt(_) => (-128, 127),
        T::SmallInt(_) | T::Int2(_) | T::Int16 => (-32_768, 32_767),
        T::Int(_) | T::Int4(_) | T::Integer(_) | T::Int32 | T::Signed | T::SignedInteger => (-2_147_483_648, 2_147_483_647),
        T::UTinyInt | T::UInt8 => (0, 255),
        T::USmallInt | T::UInt16 => (0, 65_535),
        T::UInt32 => (0, 4_294_967_295),
        T::UBigInt | T::UInt64 | T::UHugeInt => (0, i64::MAX),
        _ => return None,
    })
}

fn scale(info: &ExactNumberInfo) -> Option<i64> {
    match info {
        ExactNumberInfo::None => None,
        ExactNumberInfo::Precision(_) => Some(0),
        ExactNumberInfo::PrecisionAndScale(_, scale) => Some(*scale),
    }
}

/// The name of a type, for messages.
pub(super) fn words(value_type: &ValueType) -> &'static str {
    match value_type {
        ValueType::Boolean => "truth value",
        ValueType::Integer => "whole number",
        ValueType::Double | ValueType::Float => "number",
        ValueType::Text => "text",
        ValueType::Date => "date",
        ValueType::Timestamp => "timestamp",
        ValueType::Interval => "interval",
        ValueType::List(_) => "list",
    }
}
