//! Tokens for engines whose columns are plain: `RecordId`, `RuleId`, `Token`, where ids keep the type that they came in, every row
//! holds its own text, and ids that lack are made by counting rows.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};
use kintsu_token::{TokenBatch, TokenCounts, counted_record_id};

use crate::error::KernelError;
use crate::tokenize::{TokenInput, Tokenize, strings};

/// The name under which columns of this kernel are reported.
const KERNEL: &str = "tokenize";

/// Where a batch stands among the rows that it is part of.
#[derive(Debug, Clone, Copy)]
pub struct RowCounter<'a> {
    /// What tells the ids of one frame from those of others.
    pub salt: &'a [u8],
    /// The number of the partition.
    pub partition: u64,
    /// The number of the batch's first row within its partition.
    pub first_row: u64,
}

/// What became of one record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordTokens {
    /// The tokens, with their rules.
    pub tokens: Vec<(String, String)>,
    /// The fields with values that are not valid.
    pub invalid: Vec<String>,
    /// The rules whose token is blank.
    pub blank: Vec<String>,
}

/// How ids are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// In the type in which they came.
    AsTheyCame,
    /// As text.
    Text,
}

/// The columns of a batch as texts.
struct Columns {
    fields: Vec<Option<StringArray>>,
    record_ids: StringArray,
    /// The ids as they came, where they are no text.
    typed_ids: Option<ArrayRef>,
}

impl Tokenize {
    /// The tokens of a batch of records in plain columns: `RecordId` in its own type (any text becomes `Utf8`), `RuleId` and
    /// `Token`. Ids of text that are null or empty, and all where there is no column, are made by `counter`, at random without one.
    ///
    /// # Errors
    /// As [`Tokenize::apply`]; [`KernelError::Column`] for a column of which no text can be made.
    pub fn apply_to_rows(&self, batch: &RecordBatch, counter: Option<RowCounter<'_>>) -> Result<RecordBatch, KernelError> {
        let columns = self.columns(batch, counter, Ids::AsTheyCame)?;
        let tokens = self.tokens_of(batch.num_rows(), &columns, &mut self.tokenizer().counts())?;
        self.rows_of(&tokens, columns.typed_ids.as_ref())
    }

    /// As [`Tokenize::apply_to_rows`], but ids are always text, and where the tokens of each record end, 0 before the first: the
    /// offsets of a list column.
    ///
    /// # Errors
    /// As [`Tokenize::apply_to_rows`].
    pub fn apply_to_lists(
        &self,
        batch: &RecordBatch,
        counter: Option<RowCounter<'_>>,
    ) -> Result<(RecordBatch, Vec<i32>), KernelError> {
        let columns = self.columns(batch, counter, Ids::Text)?;
        let tokens = self.tokens_of(batch.num_rows(), &columns, &mut self.tokenizer().counts())?;
        let mut ends = vec![0_i32; batch.num_rows() + 1];
        tokens.slots().for_each(|(record, _)| ends[record + 1] += 1);
        (1..ends.len()).for_each(|record| ends[record] += ends[record - 1]);
        Ok((self.rows_of(&tokens, None)?, ends))
    }

    /// For each record of a batch the token of the rule that stands beside it; none where there is no such rule or token.
    ///
    /// # Errors
    /// As [`Tokenize::apply_to_rows`].
    pub fn tokens_of_rules(&self, batch: &RecordBatch, rules: &[Option<String>]) -> Result<Vec<Option<String>>, KernelError> {
        let columns = self.columns(batch, None, Ids::AsTheyCame)?;
        let tokens = self.tokens_of(batch.num_rows(), &columns, &mut self.tokenizer().counts())?;
        let ids = self.tokenizer().rules().rule_ids();
        let mut found = vec![None; rules.len()];
        for (position, (record, rule)) in tokens.slots().enumerate() {
            if rules.get(record).is_some_and(|wanted| wanted.as_ref() == Some(&ids[rule])) {
                found[record] = Some(String::from_utf8_lossy(tokens.token(position)).into_owned());
            }
        }
        Ok(found)
    }

    /// The tokens of the one record in a batch and what is wrong with it.
    ///
    /// # Errors
    /// As [`Tokenize::apply_to_rows`].
    pub fn tokens_of_record(&self, record: &RecordBatch) -> Result<RecordTokens, KernelError> {
        let columns = self.columns(record, None, Ids::Text)?;
        let mut counts = self.tokenizer().counts();
        let tokens = self.tokens_of(record.num_rows(), &columns, &mut counts)?;
        let rules = self.tokenizer().rules();
        let made = tokens.slots().enumerate().map(|(position, (_, rule))| {
            (rules.rule_ids()[rule].clone(), String::from_utf8_lossy(tokens.token(position)).into_owned())
        });
        let fields = rules.fields().iter().enumerate();
        let invalid = fields.filter(|(field, _)| counts.invalid_of(*field) > 0).map(|(_, field)| field.name.clone());
        let blank = rules.rule_ids().iter().zip(&counts.blank).filter(|(_, count)| **count > 0).map(|(id, _)| id.clone());
        Ok(RecordTokens { tokens: made.collect(), invalid: invalid.collect(), blank: blank.collect() })
    }

    fn columns(&self, batch: &RecordBatch, counter: Option<RowCounter<'_>>, wanted: Ids) -> Result<Columns, KernelError> {
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let plan = self.plan_columns(&names);
        if let Some(column) = plan.unknown.first() {
            return Err(KernelError::NoColumn { kernel: KERNEL, column: column.clone() });
        }
        let text = |position: usize| text_of(batch.column(position), &names[position]);
        let fields = plan.fields.iter().map(|position| position.map(text).transpose()).collect::<Result<Vec<_>, _>>()?;
        let ids = plan.record_id.map(|position| batch.column(position)).filter(|column| *column.data_type() != DataType::Null);
        let typed_ids = ids.filter(|column| wanted == Ids::AsTheyCame && !is_text(column.data_type())).cloned();
        let given = match (plan.record_id, ids, &typed_ids) {
            (Some(position), Some(_), None) => Some(text(position)?),
            _ => None,
        };
        let record_ids = match &typed_ids {
            // They are taken from the column in the end.
            Some(_) => StringArray::from_iter_values(std::iter::repeat_n("-", batch.num_rows())),
            None => with_counted(given, batch.num_rows(), counter),
        };
        Ok(Columns { fields, record_ids, typed_ids })
    }

    fn tokens_of(&self, rows: usize, columns: &Columns, counts: &mut TokenCounts) -> Result<TokenBatch, KernelError> {
        let input = TokenInput {
            rows,
            fields: columns.fields.iter().map(Option::as_ref).collect(),
            missing: Vec::new(),
            record_ids: Some(&columns.record_ids),
        };
        let mut tokens = TokenBatch::default();
        self.run(&input, counts, &mut tokens)?;
        Ok(tokens)
    }

    fn rows_of(&self, tokens: &TokenBatch, typed_ids: Option<&ArrayRef>) -> Result<RecordBatch, KernelError> {
        let failed = |error: arrow_schema::ArrowError| KernelError::Output(error.to_string());
        let rule_ids = self.tokenizer().rules().rule_ids();
        let mut rules = StringBuilder::with_capacity(tokens.len(), tokens.len() * 2);
        tokens.slots().for_each(|(_, rule)| rules.append_value(&rule_ids[rule]));
        let record_of = UInt32Array::from_iter_values(tokens.slots().map(|(record, _)| record as u32));
        let own_ids: ArrayRef;
        let ids = if let Some(ids) = typed_ids {
            ids
        } else {
            own_ids = Arc::new(strings(tokens.record_ids())?);
            &own_ids
        };
        let ids = arrow_select::take::take(ids, &record_of, None).map_err(failed)?;
        let schema = Schema::new(vec![
            Field::new("RecordId", ids.data_type().clone(), true),
            Field::new("RuleId", DataType::Utf8, true),
            Field::new("Token", DataType::Utf8, true),
        ]);
        let columns: Vec<ArrayRef> = vec![ids, Arc::new(rules.finish()), Arc::new(strings(tokens.tokens())?)];
        RecordBatch::try_new(Arc::new(schema), columns).map_err(failed)
    }
}

/// Ids of text, with made-up ones in the places of those that are null or empty; null where the counter is not given.
fn with_counted(given: Option<StringArray>, rows: usize, counter: Option<RowCounter<'_>>) -> StringArray {
    let Some(counter) = counter else { return given.unwrap_or_else(|| StringArray::new_null(rows)) };
    let lacks = |ids: &StringArray, row: usize| ids.is_null(row) || ids.value(row).is_empty();
    if let Some(ids) = given.as_ref().filter(|ids| (0..rows).all(|row| !lacks(ids, row))) {
        return ids.clone();
    }
    let mut ids = StringBuilder::with_capacity(rows, rows * 36);
    for row in 0..rows {
        match given.as_ref().filter(|ids| !lacks(ids, row)) {
            Some(known) => ids.append_value(known.value(row)),
            None => ids.append_value(counted_record_id(counter.salt, counter.partition, counter.first_row + row as u64)),
        }
    }
    ids.finish()
}

pub(crate) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// A column as text: text of any sort as it is, numbers and days in their usual form, whole numbers as such whatever their type. What
/// is no number is null.
fn text_of(column: &ArrayRef, name: &str) -> Result<StringArray, KernelError> {
    let refused = || KernelError::Column { kernel: KERNEL, column: name.to_owned(), kind: column.data_type().to_string() };
    if column.data_type().is_nested() || column.data_type().is_binary() {
        return Err(refused());
    }
    let numbers = without_nan(column)?;
    let fractional = if column.data_type().is_decimal() {
        arrow_cast::cast(&numbers, &DataType::Float64).map_err(|_| refused())?
    } else {
        Arc::clone(&numbers)
    };
    if let Some(text) = fractional.as_primitive_opt::<Float64Type>().and_then(whole_numbers) {
        return Ok(text);
    }
    let text = arrow_cast::cast(&numbers, &DataType::Utf8).map_err(|_| refused())?;
    text.as_string_opt::<i32>().cloned().ok_or_else(refused)
}

/// Numbers with a fraction that are all whole, as columns of whole numbers become where a value is missing; none where one is not.
fn whole_numbers(column: &PrimitiveArray<Float64Type>) -> Option<StringArray> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    let is_whole = |number: f64| number.fract() == 0.0 && number.abs() < EXACT_MAX;
    let all_whole = column.iter().flatten().all(is_whole);
    all_whole.then(|| column.iter().map(|number| number.map(|number| (number as i64).to_string())).collect())
}

fn without_nan(column: &ArrayRef) -> Result<ArrayRef, KernelError> {
    let failed = |error: arrow_schema::ArrowError| KernelError::Output(error.to_string());
    let is_nan: BooleanArray = match column.data_type() {
        DataType::Float16 | DataType::Float32 => {
            return without_nan(&arrow_cast::cast(column, &DataType::Float64).map_err(failed)?);
        }
        DataType::Float64 => BooleanArray::from_unary(column.as_primitive::<Float64Type>(), f64::is_nan),
        _ => return Ok(Arc::clone(column)),
    };
    arrow_select::nullif::nullif(column, &is_nan).map_err(failed)
}
