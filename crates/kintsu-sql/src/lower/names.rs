//! Column names, and which record they belong to.

use sqlparser::ast::Ident;

use super::{Columns, Lower};
use crate::ast::{ColumnRef, Expr, Side};
use crate::error::{Position, SqlError};

impl Lower {
    /// A single name: a lambda's parameter or a column.
    pub(super) fn name(&mut self, ident: &Ident) -> Result<Expr, SqlError> {
        self.moved_to_ident(ident);
        let parameter = self.parameters.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(&ident.value));
        if let Some((_, index)) = parameter {
            return Ok(Expr::Parameter(*index));
        }
        match self.columns {
            Columns::Plain => Ok(column(Side::Single, &ident.value)),
            Columns::Suffixed => self.suffixed(&ident.value),
            Columns::Qualified => self.no_side(&ident.value),
        }
    }

    /// A name in parts: `l.name`, or in a level a table name before the column.
    pub(super) fn names(&mut self, parts: &[Ident]) -> Result<Expr, SqlError> {
        let [rest @ .., last] = parts else { return self.unsupported("an empty name", "write the name of a column") };
        if rest.is_empty() {
            return self.name(last);
        }
        self.moved_to_ident(&parts[0]);
        let text = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
        match (self.columns, rest) {
            (Columns::Qualified, [table]) if table.value.eq_ignore_ascii_case("l") => Ok(column(Side::Left, &last.value)),
            (Columns::Qualified, [table]) if table.value.eq_ignore_ascii_case("r") => Ok(column(Side::Right, &last.value)),
            (Columns::Qualified, [_]) => self.no_side(&text),
            (Columns::Suffixed, [_]) => self.suffixed(&last.value),
            _ => self
                .unsupported(&format!("the field `{text}` of a structure"), "make the field a column of its own before linking"),
        }
    }

    fn moved_to_ident(&mut self, ident: &Ident) {
        if ident.span.start.line > 0 {
            self.at = Position { line: ident.span.start.line, column: ident.span.start.column };
        }
    }

    fn suffixed(&self, name: &str) -> Result<Expr, SqlError> {
        let cut = name.len().checked_sub(2).filter(|cut| *cut > 0 && name.is_char_boundary(*cut));
        let Some((stem, suffix)) = cut.map(|cut| name.split_at(cut)) else { return self.no_side(name) };
        if suffix.eq_ignore_ascii_case("_l") {
            Ok(column(Side::Left, stem))
        } else if suffix.eq_ignore_ascii_case("_r") {
            Ok(column(Side::Right, stem))
        } else {
            self.no_side(name)
        }
    }

    fn no_side<T>(&self, name: &str) -> Result<T, SqlError> {
        let last = name.rsplit('.').next().unwrap_or(name);
        let instead = match self.columns {
            Columns::Suffixed => format!("write `{last}_l` or `{last}_r`"),
            Columns::Qualified => {
                let stem = last.strip_suffix("_l").or_else(|| last.strip_suffix("_r")).unwrap_or(last);
                format!("write `l.{stem}` or `r.{stem}`")
            }
            Columns::Plain => format!("write `{last}`"),
        };
        Err(SqlError::NoSide { at: self.at, name: name.to_owned(), instead })
    }
}

fn column(side: Side, name: &str) -> Expr {
    Expr::Column(ColumnRef { side, name: name.to_owned() })
}
