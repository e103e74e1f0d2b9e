//! The kernel that opens encrypted tokens, so that they can be compared.

use std::sync::Arc;

use arrow_array::builder::{StringBuilder, UInt32Builder};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use kintsu_token::{BLANK_TOKEN, Cipher, Profile};

use crate::error::KernelError;
use crate::token_rows::is_text;

const KERNEL: &str = "decrypt_tokens";

/// Opens tokens. It holds a key and prints nothing of it.
pub struct DecryptTokens {
    cipher: Cipher,
    profile: Profile,
}

impl std::fmt::Debug for DecryptTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptTokens").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl DecryptTokens {
    /// Opens tokens with `cipher` as `profile` does.
    pub fn new(cipher: Cipher, profile: Profile) -> Self {
        Self { cipher, profile }
    }

    /// The rows of a batch (`RecordId`, `RuleId`, `Token`) with the content of their tokens: what the key does not open stays as it
    /// is, and rows with null, empty or blank tokens are left out. `RecordId` keeps its type, unless it is text, which becomes `Utf8`.
    ///
    /// # Errors
    /// [`KernelError::NoColumn`], and [`KernelError::Column`] where rules or tokens are no text.
    pub fn apply(&self, batch: &RecordBatch) -> Result<RecordBatch, KernelError> {
        let column = |name: &str| {
            batch.column_by_name(name).ok_or_else(|| KernelError::NoColumn { kernel: KERNEL, column: name.to_owned() })
        };
        let ids = column("RecordId")?;
        let ids = if is_text(ids.data_type()) { text_of(ids, "RecordId")? as ArrayRef } else { Arc::clone(ids) };
        let rules = text_of(column("RuleId")?, "RuleId")?;
        let tokens = text_of(column("Token")?, "Token")?;
        let mut kept = UInt32Builder::with_capacity(tokens.len());
        let mut contents = StringBuilder::with_capacity(tokens.len(), tokens.len() * 44);
        let mut buffer = Vec::new();
        for (row, token) in tokens.iter().enumerate() {
            let Some(token) = token.filter(|token| !token.is_empty() && *token != BLANK_TOKEN) else { continue };
            let content = self.cipher.decrypt_within(token.as_bytes(), self.profile, &mut buffer).unwrap_or(token);
            if content != BLANK_TOKEN {
                kept.append_value(row as u32);
                contents.append_value(content);
            }
        }
        let kept = kept.finish();
        let failed = |error: arrow_schema::ArrowError| KernelError::Output(error.to_string());
        let ids = arrow_select::take::take(&ids, &kept, None).map_err(failed)?;
        let rules = arrow_select::take::take(rules.as_ref(), &kept, None).map_err(failed)?;
        let schema = Schema::new(vec![
            Field::new("RecordId", ids.data_type().clone(), true),
            Field::new("RuleId", DataType::Utf8, true),
            Field::new("Token", DataType::Utf8, true),
        ]);
        RecordBatch::try_new(Arc::new(schema), vec![ids, rules, Arc::new(contents.finish())]).map_err(failed)
    }
}

fn text_of(column: &ArrayRef, name: &str) -> Result<Arc<StringArray>, KernelError> {
    let refused = || KernelError::Column { kernel: KERNEL, column: name.to_owned(), kind: column.data_type().to_string() };
    if !is_text(column.data_type()) && *column.data_type() != DataType::Null {
        return Err(refused());
    }
    let text = arrow_cast::cast(column, &DataType::Utf8).map_err(|_| refused())?;
    text.as_string_opt::<i32>().cloned().map(Arc::new).ok_or_else(refused)
}
