//! Columns that are computed from others: one evaluation per distinct combination of values, not per row.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashMap;
use kintsu_core::RunContext;
use kintsu_table::{EncodedColumn, NULL_CODE};
use rayon::prelude::*;

use super::Records;
use super::values::{ValueArray, array_of, intern, write_key};
use crate::compare::evaluate::Program;
use crate::error::LinkError;
use crate::model::Parity;
use crate::sql::{Expr, Raised, RaisedSet, Side, Value};

/// The columns derived so far, by expression.
#[derive(Debug, Default)]
pub struct DerivedColumns {
    known: Mutex<Vec<(Expr, Parity, EncodedColumn)>>,
    failures: Mutex<Vec<Failure>>,
}

/// A column that could not be computed for some records.
#[derive(Debug)]
pub(crate) struct Failure {
    place: String,
    rows: usize,
    reasons: RaisedSet,
}

impl DerivedColumns {
    fn find(&self, expr: &Expr, parity: Parity) -> Option<EncodedColumn> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(other, under, _)| other == expr && *under == parity).map(|(_, _, column)| column.clone())
    }

    fn keep(&self, expr: Expr, parity: Parity, column: &EncodedColumn) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push((expr, parity, column.clone()));
    }
}

impl Records {
    /// The values of `expr` for every record, encoded: equal codes for equal values. The side that its columns name does not
    /// matter, and an expression is computed only once.
    ///
    /// # Errors
    /// [`LinkError::MissingColumn`], [`LinkError::ColumnNotEncoded`], [`LinkError::Expression`] at `place`.
    pub fn derive(&self, expr: &Expr, parity: Parity, place: &str) -> Result<EncodedColumn, LinkError> {
        let single = one_sided(expr);
        if let Expr::Column(column) = &single {
            return self.column(&column.name);
        }
        if let Some(known) = self.derived().find(&single, parity) {
            return Ok(known);
        }
        let inputs = single.columns().iter().map(|column| self.column(&column.name)).collect::<Result<Vec<_>, _>>()?;
        let (column, failure) = derive_values(self.rows(), &single, &inputs, parity, place)?;
        self.derived().failures.lock().unwrap_or_else(PoisonError::into_inner).extend(failure);
        self.derived().keep(single, parity, &column);
        Ok(column)
    }

    /// Raises a warning for every column expression that could not be computed for some records, once each.
    pub(crate) fn warn_of_failures(&self, ctx: &RunContext) {
        let failures = std::mem::take(&mut *self.derived().failures.lock().unwrap_or_else(PoisonError::into_inner));
        for Failure { place, rows, reasons } in failures {
            let reasons: Vec<&str> = reasons.iter().map(Raised::describe).collect();
            let records = if rows == 1 { "record" } else { "records" };
            let message = format!(
                "an expression of {place} could not be computed for {rows} {records} and is null there: {}",
                reasons.join("; ")
            );
            ctx.warn("KN-W-LINK-103", message, Some("mend the values, or guard the expression with case or try_cast".to_owned()));
        }
    }
}

/// The same expression about a record that stands alone.
pub(crate) fn one_sided(expr: &Expr) -> Expr {
    expr.with_side(Side::Single)
}

/// The values of `expr` over `inputs`, which stand for its columns in the order of [`Expr::columns`] and are `rows` long.
pub(crate) fn derive_values(
    rows: usize,
    expr: &Expr,
    inputs: &[EncodedColumn],
    parity: Parity,
    place: &str,
) -> Result<(EncodedColumn, Option<Failure>), LinkError> {
    let wrong = |reason: String| LinkError::Expression { place: place.to_owned(), reason };
    let arrays = inputs.iter().map(|input| ValueArray::new(&input.values)).collect::<Result<Vec<_>, _>>()?;
    let program = Program::of_columns(expr, parity).map_err(wrong)?;
    let (column, failed, reasons) = evaluate_distinct(rows, inputs, &arrays, &program).map_err(wrong)?;
    let failure = (failed > 0).then(|| Failure { place: place.to_owned(), rows: failed, reasons });
    Ok((column, failure))
}

fn evaluate_distinct(
    rows: usize,
    inputs: &[EncodedColumn],
    arrays: &[ValueArray],
    program: &Program,
) -> Result<(EncodedColumn, usize, RaisedSet), String> {
    let combinations = Combinations::of(rows, inputs);
    let results: Vec<(Value, RaisedSet)> = (0..combinations.len())
        .into_par_iter()
        .with_min_len(1024)
        .map(|combination| {
            let values: Vec<Value> = combinations
                .codes(combination)
                .iter()
                .zip(arrays)
                .map(|(&code, array)| if code == NULL_CODE { Value::Null } else { array.value(code as usize) })
                .collect();
            Ok(program.value(&values))
        })
        .collect::<Result<_, String>>()?;
    let (results, raised): (Vec<Value>, Vec<RaisedSet>) = results.into_iter().unzip();
    let mut reasons = RaisedSet::default();
    for found in &raised {
        reasons.extend(*found);
    }
    let failed = if reasons.is_empty() {
        0
    } else {
        combinations.of_row.iter().filter(|&&combination| !raised[combination as usize].is_empty()).count()
    };
    let (codes, distinct) = intern(results);
    let values = array_of(&distinct).ok_or("its values are of several types")?;
    let codes: Vec<u32> = combinations.of_row.iter().map(|&combination| codes[combination as usize]).collect();
    Ok((EncodedColumn { codes: codes.into(), values }, failed, reasons))
}

/// The distinct combinations of several columns' codes, and the combination of each row.
struct Combinations {
    width: usize,
    codes: Vec<u32>,
    of_row: Vec<u32>,
}

impl Combinations {
    fn of(rows: usize, inputs: &[EncodedColumn]) -> Self {
        match inputs {
            [] => Self { width: 0, codes: Vec::new(), of_row: vec![0; rows] },
            [one] => {
                let null = one.values.len() as u32;
                let of_row = one.codes.iter().map(|&code| code.min(null)).collect();
                Self { width: 1, codes: (0..null).chain([NULL_CODE]).collect(), of_row }
            }
            several => Self::hashed(rows, several),
        }
    }

    fn hashed(rows: usize, inputs: &[EncodedColumn]) -> Self {
        let width = inputs.len();
        let mut known: HashMap<Box<[u32]>, u32, foldhash::fast::FixedState> = HashMap::default();
        let mut codes = Vec::new();
        let mut key = vec![0; width];
        let of_row = (0..rows)
            .map(|row| {
                key.iter_mut().zip(inputs).for_each(|(part, input)| *part = input.codes[row]);
                if let Some(&combination) = known.get(&*key) {
                    return combination;
                }
                let combination = (codes.len() / width) as u32;
                known.insert(key.clone().into_boxed_slice(), combination);
                codes.extend_from_slice(&key);
                combination
            })
            .collect();
        Self { width, codes, of_row }
    }

    fn len(&self) -> usize {
        self.codes.len().checked_div(self.width).unwrap_or(1)
    }

    fn codes(&self, combination: usize) -> &[u32] {
        &self.codes[combination * self.width..(combination + 1) * self.width]
    }
}

/// Two columns' codes in one code space, for equality between different columns.
#[derive(Debug, Clone)]
pub struct JointColumns {
    /// The codes of the left column.
    pub left: arrow_buffer::ScalarBuffer<u32>,
    /// The codes of the right column: those of the left one for equal values, others above.
    pub right: arrow_buffer::ScalarBuffer<u32>,
}

impl JointColumns {
    /// Puts two columns into one code space; none when their types differ, so that equality needs conversions.
    pub fn of(left: &EncodedColumn, right: &EncodedColumn) -> Option<Self> {
        if Arc::ptr_eq(&left.values, &right.values) {
            return Some(Self { left: left.codes.clone(), right: right.codes.clone() });
        }
        let (mine, theirs) = (ValueArray::new(&left.values).ok()?, ValueArray::new(&right.values).ok()?);
        if mine.data_type() != theirs.data_type() && left.values.len().min(right.values.len()) > 0 {
            return None;
        }
        let mut known: HashMap<Vec<u8>, u32, foldhash::fast::FixedState> =
            HashMap::with_capacity_and_hasher(mine.len(), foldhash::fast::FixedState::default());
        for code in 0..mine.len() {
            let mut key = Vec::new();
            write_key(&mine.value(code), &mut key);
            known.insert(key, code as u32);
        }
        let mut key = Vec::new();
        let translated: Vec<u32> = (0..theirs.len())
            .map(|code| {
                key.clear();
                write_key(&theirs.value(code), &mut key);
                known.get(&key).copied().unwrap_or((mine.len() + code) as u32)
            })
            .collect();
        let right =
            right.codes.iter().map(|&code| if code == NULL_CODE { NULL_CODE } else { translated[code as usize] }).collect();
        Some(Self { left: left.codes.clone(), right })
    }
}
