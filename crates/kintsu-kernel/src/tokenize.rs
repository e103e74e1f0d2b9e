//! The kernel `tokenize`: records in, tokens out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt32Array};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::RunContext;
use kintsu_token::{
    Attribute, CompiledRules, RecordColumns, RuleSet, TextColumn, TokenBatch, TokenCounts, TokenMaker, TokenMode, TokenWorker,
    TokenizeError, Tokenizer,
};
use serde::{Deserialize, Serialize};

use crate::error::KernelError;

/// What `tokenize` does. Secrets are handed to the kernel beside it and never stand in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenizeSpec {
    /// The rules.
    pub rules: RuleSet,
    /// The way of making tokens.
    pub profile: kintsu_token::Profile,
    /// The day, as `2000-01-31`, that no birth date may lie after.
    pub as_of: String,
    /// What is done with signatures.
    pub mode: TokenMode,
    /// For fields of the rules the columns that hold them; other fields are found by the aliases of their kind.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// The column with the ids of records; otherwise it is found by its aliases, and without one ids are made up.
    #[serde(default)]
    pub record_id: Option<String>,
}

/// Which columns of an input hold what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlan {
    /// For each field of the rules the position of its column; none where there is none.
    pub fields: Vec<Option<usize>>,
    /// The position of the column with the ids of records.
    pub record_id: Option<usize>,
    /// Columns that were named and are not there.
    pub unknown: Vec<String>,
    /// Columns of one kind of which another is taken: the one that is not, and the one that is.
    pub passed_over: Vec<(String, String)>,
}

impl ColumnPlan {
    /// The positions of the columns of which tokens are made: those of the fields, without the ids.
    pub fn attributes(&self) -> Vec<usize> {
        self.fields.iter().copied().flatten().filter(|position| Some(*position) != self.record_id).collect()
    }
}

/// The kernel `tokenize`.
pub struct Tokenize {
    spec: TokenizeSpec,
    tokenizer: Tokenizer,
    /// Workers that are not at work, with what they remember.
    idle: Mutex<Vec<TokenWorker>>,
}

impl std::fmt::Debug for Tokenize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenize").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// A text array as the tokeniser sees it.
struct Texts(StringArray);

impl TextColumn for Texts {
    fn text(&self, row: usize) -> Option<&str> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

/// The columns of a batch, with what cells lack.
pub struct TokenInput<'a> {
    /// The number of records.
    pub rows: usize,
    /// For each field its column.
    pub fields: Vec<Option<&'a StringArray>>,
    /// For each field the rows that lack the column, in order.
    pub missing: Vec<&'a [u32]>,
    /// The ids of records.
    pub record_ids: Option<&'a StringArray>,
}

impl Tokenize {
    /// The kernel that `spec` describes, with secrets that `maker` is to be made of.
    ///
    /// # Errors
    /// [`KernelError::Tokens`] when the rules have mistakes or `as_of` is no day.
    pub fn new(spec: &TokenizeSpec, maker: TokenMaker) -> Result<Self, KernelError> {
        let as_of = spec.as_of.parse().map_err(|_| TokenizeError::AsOf { text: spec.as_of.clone() })?;
        let rules = CompiledRules::new(&spec.rules, spec.profile, as_of).map_err(TokenizeError::from)?;
        Ok(Self { spec: spec.clone(), tokenizer: Tokenizer::new(rules, maker), idle: Mutex::default() })
    }

    /// The tokeniser inside.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// The tokeniser inside, for good.
    pub fn into_tokenizer(self) -> Tokenizer {
        self.tokenizer
    }

    /// Finds the columns of an input with these names. Of several columns of one kind the last is taken.
    pub fn plan_columns(&self, names: &[String]) -> ColumnPlan {
        let mut plan = ColumnPlan { fields: Vec::new(), record_id: None, unknown: Vec::new(), passed_over: Vec::new() };
        let mut find = |name: Option<&String>, kind: Option<Attribute>| {
            if let Some(name) = name {
                let found = names.iter().rposition(|column| column == name);
                if found.is_none() && !plan.unknown.contains(name) {
                    plan.unknown.push(name.clone());
                }
                return found;
            }
            let of_kind = |name: &&String| kind.is_some() && Attribute::of_header(name, self.spec.profile) == kind;
            let mut candidates: Vec<usize> =
                names.iter().enumerate().filter_map(|(position, name)| of_kind(&name).then_some(position)).collect();
            let taken = candidates.pop()?;
            let others = candidates.into_iter().map(|other| (names[other].clone(), names[taken].clone()));
            let others: Vec<_> = others.filter(|pair| !plan.passed_over.contains(pair)).collect();
            plan.passed_over.extend(others);
            Some(taken)
        };
        let fields = self.tokenizer.rules().fields().iter().map(|field| {
            let named = self.spec.columns.get(&field.name).or_else(|| self.spec.rules.columns.get(&field.name));
            find(named, (field.name == field.attribute.name()).then_some(field.attribute))
        });
        let fields = fields.collect();
        let record_id = find(self.spec.record_id.as_ref(), Some(Attribute::RecordId));
        ColumnPlan { fields, record_id, ..plan }
    }

    /// Puts the tokens of `input` in the place of what `tokens` held and adds to `counts`; any number of threads may do so at once.
    ///
    /// # Errors
    /// [`KernelError::Tokens`] when the operating system gives no randomness, or the key may not be used so often.
    pub fn run(&self, input: &TokenInput<'_>, counts: &mut TokenCounts, tokens: &mut TokenBatch) -> Result<(), KernelError> {
        let texts = |column: &StringArray| Texts(column.clone());
        let fields: Vec<Option<Texts>> = input.fields.iter().map(|column| column.map(texts)).collect();
        let ids = input.record_ids.map(texts);
        let records = RecordColumns {
            rows: input.rows,
            fields: fields.iter().map(Option::as_ref).collect(),
            missing: input.missing.clone(),
            record_ids: ids.as_ref(),
        };
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = idle.unwrap_or_else(|| self.tokenizer.worker());
        let done = self.tokenizer.tokenize(&records, &mut worker, counts, tokens);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        Ok(done.map_err(TokenizeError::from)?)
    }

    /// The tokens of a batch of records: `RuleId`, `Token`, `RecordId`.
    ///
    /// # Errors
    /// As [`Tokenize::run`], and [`KernelError::Spec`] when a column that was named is not there or holds no text.
    pub fn apply(&self, batch: &RecordBatch, _: &RunContext) -> Result<RecordBatch, KernelError> {
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        let plan = self.plan_columns(&names);
        if let Some(column) = plan.unknown.first() {
            return Err(KernelError::Spec(format!("the records have no column `{column}`")));
        }
        let text = |position: Option<usize>| position.map(|position| text_array(batch, position)).transpose();
        let fields = plan.fields.iter().map(|position| text(*position)).collect::<Result<Vec<_>, KernelError>>()?;
        let ids = text(plan.record_id)?;
        let input = TokenInput {
            rows: batch.num_rows(),
            fields: fields.iter().map(Option::as_ref).collect(),
            missing: Vec::new(),
            record_ids: ids.as_ref(),
        };
        let mut tokens = TokenBatch::default();
        self.run(&input, &mut self.tokenizer.counts(), &mut tokens)?;
        self.batch_of(&tokens)
    }

    /// The tokens of a batch as a record batch of the schema [`tokens_schema`].
    ///
    /// # Errors
    /// [`KernelError::Output`] when they make no batch.
    pub fn batch_of(&self, tokens: &TokenBatch) -> Result<RecordBatch, KernelError> {
        let failed = |error: arrow_schema::ArrowError| KernelError::Output(error.to_string());
        let rules: ArrayRef = Arc::new(StringArray::from_iter_values(self.tokenizer.rules().rule_ids()));
        let rule_of = UInt32Array::from_iter_values(tokens.slots().map(|(_, rule)| rule as u32));
        let record_of = UInt32Array::from_iter_values(tokens.slots().map(|(record, _)| record as u32));
        let ids: ArrayRef = Arc::new(strings(tokens.record_ids())?);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(DictionaryArray::<UInt32Type>::try_new(rule_of, rules).map_err(failed)?),
            Arc::new(strings(tokens.tokens())?),
            Arc::new(DictionaryArray::<UInt32Type>::try_new(record_of, ids).map_err(failed)?),
        ];
        RecordBatch::try_new(tokens_schema(), columns).map_err(failed)
    }
}

/// The columns of tokens: `RuleId`, `Token`, `RecordId`, all of them text.
pub fn tokens_schema() -> SchemaRef {
    let codes = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    Arc::new(Schema::new(vec![
        Field::new("RuleId", codes.clone(), false),
        Field::new("Token", DataType::Utf8, false),
        Field::new("RecordId", codes, false),
    ]))
}

/// Texts that stand one after another, as an array.
pub(crate) fn strings((bytes, ends): (&[u8], &[usize])) -> Result<StringArray, KernelError> {
    let too_long = || KernelError::Output("a batch of tokens is longer than 2 GiB".to_owned());
    i32::try_from(bytes.len()).map_err(|_| too_long())?;
    let offsets: Vec<i32> = std::iter::once(0).chain(ends.iter().map(|end| *end as i32)).collect();
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    StringArray::try_new(offsets, Buffer::from(bytes), None).map_err(|error| KernelError::Output(error.to_string()))
}

fn text_array(batch: &RecordBatch, position: usize) -> Result<StringArray, KernelError> {
    let column = batch.column(position);
    let text = arrow_cast::cast(column, &DataType::Utf8);
    let text = text.map_err(|_| KernelError::Spec(format!("the column {position} of the records holds no text")))?;
    let array = text.as_any().downcast_ref::<StringArray>().cloned();
    array.ok_or_else(|| KernelError::Output("a text column is not one".to_owned()))
}
