//! Files of tokens read to be compared or measured.

use std::path::Path;

use arrow_array::{Array, StringArray};
use kintsu_core::RunContext;
use kintsu_table::{CsvDialect, Input, Overwrite, Piece, ReadOptions, StagedDirectory, TableError, TextStream};
use kintsu_token::overlap::{PreparedRows, TokenReader, TokenRow, TokenSide};
use kintsu_token::{Cipher, Profile};

use super::overlap::OverlapSide;
use super::pump;
use super::rekey::token_columns;
use crate::error::JobError;

/// Memory for tokens and links where no limit is given, in bytes.
const BYTES_DEFAULT: u64 = 512 << 20;

/// The memory for tokens and links: what is beside them, ids above all, takes its own.
pub(super) fn bytes_for_tokens(ctx: &RunContext) -> usize {
    ctx.memory_bytes_max.map_or(BYTES_DEFAULT, |limit| limit / 4) as usize
}

/// A folder for what does not fit in memory, gone when this is dropped. What a killed run left there is cleared by the next.
pub(super) struct Scratch(StagedDirectory);

impl Scratch {
    /// A folder beside the output, or in the system's folder for such things where there is none.
    pub(super) fn create(output: Option<&Path>) -> Result<Self, JobError> {
        let target = match output {
            Some(output) => {
                let mut name = output.file_name().unwrap_or_default().to_owned();
                name.push(".spill");
                output.with_file_name(name)
            }
            None => std::env::temp_dir().join(format!("kintsu-{}.spill", std::process::id())),
        };
        StagedDirectory::create(&target, Overwrite::Refuse).map(Self).map_err(JobError::part)
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// How files of tokens are read that are held against one another.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenReading<'a> {
    /// The rules whose tokens are read; none reads all.
    pub(super) rules: Option<&'a [String]>,
    /// How encrypted tokens are read.
    pub(super) profile: Profile,
    /// Take keys that are easily guessed.
    pub(super) allow_weak_secret: bool,
}

impl TokenReading<'_> {
    /// Checks the key and the columns of a file.
    pub(super) fn check(&self, side: &OverlapSide, ctx: &RunContext) -> Result<(), JobError> {
        self.cipher(side, ctx)?;
        match open(&side.input, ctx)? {
            Some(stream) => token_columns(&stream, &side.input.path).map(drop),
            None => Ok(()),
        }
    }

    /// Reads both files; what does not fit in memory goes to `folder`.
    pub(super) fn read_both(
        &self,
        sides: &[OverlapSide; 2],
        folder: &Path,
        bytes_max: usize,
        ctx: &RunContext,
    ) -> Result<[TokenSide; 2], JobError> {
        let read = |side: usize| self.read(&sides[side], &format!("tokens{side}"), folder, bytes_max / 2, ctx);
        Ok([read(0)?, read(1)?])
    }

    fn read(
        &self,
        side: &OverlapSide,
        file: &str,
        folder: &Path,
        bytes_max: usize,
        ctx: &RunContext,
    ) -> Result<TokenSide, JobError> {
        let cipher = self.cipher(side, ctx)?;
        let reader = TokenReader::new(self.rules, cipher.map(|cipher| (cipher, self.profile)));
        let mut tokens = TokenSide::new(&side.input.data_set_name(), file, &reader, folder, bytes_max);
        if let Some(mut stream) = open(&side.input, ctx)? {
            read(&mut stream, &side.input.path, &reader, &mut tokens, ctx)?;
        }
        tokens.check_key().map_err(JobError::part)?;
        tokens.compact();
        warn(&tokens, ctx);
        Ok(tokens)
    }

    fn cipher(&self, side: &OverlapSide, ctx: &RunContext) -> Result<Option<Cipher>, JobError> {
        let Some(key) = &side.key else { return Ok(None) };
        key.require_strong(self.allow_weak_secret, ctx)?;
        key.cipher(side.partner.as_deref(), self.profile).map(Some)
    }
}

/// Opens a file of tokens; none where it is empty to the last byte, as the reference leaves a file without tokens.
pub(super) fn open(input: &Input, ctx: &RunContext) -> Result<Option<TextStream>, JobError> {
    match TextStream::open(input, &ReadOptions::default(), CsvDialect::Strict) {
        Ok(stream) => Ok(Some(stream)),
        Err(TableError::Empty { .. }) => {
            let message = format!("`{}` is empty and taken for a file without tokens", input.path.display());
            ctx.warn("KN-W-TOKEN-012", message, None);
            Ok(None)
        }
        Err(error) => Err(JobError::part(error)),
    }
}

/// Reads all tokens of a stream into `side`.
pub(super) fn read(
    stream: &mut TextStream,
    path: &Path,
    reader: &TokenReader,
    side: &mut TokenSide,
    ctx: &RunContext,
) -> Result<(), JobError> {
    let positions = token_columns(stream, path)?;
    stream.want(&positions).map_err(JobError::part)?;
    ctx.progress().begin("tokens", stream.rows_known(), "tokens");
    let prepare = |piece: Piece| {
        let batch = piece.into_batch().map_err(JobError::part)?;
        let (rules, tokens) = (&batch.columns[0], &batch.columns[1]);
        let rows = (0..batch.rows).map(|row| TokenRow { rule: text(rules, row), token: text(tokens, row) });
        let prepared = reader.prepare(rows);
        ctx.progress().advance(batch.rows as u64);
        Ok((prepared, batch.columns[2].clone()))
    };
    pump::pump(stream, ctx, prepare, |(rows, ids): (PreparedRows, StringArray)| {
        side.add(&rows, ids.iter()).map_err(JobError::part)
    })?;
    ctx.progress().finish();
    Ok(())
}

fn text(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

/// Warns of what is odd about a file of tokens.
pub(super) fn warn(side: &TokenSide, ctx: &RunContext) {
    let sum =
        |count: fn(&kintsu_token::overlap::TokenSideCounts) -> u64| side.counts().map(|(_, counts)| count(counts)).sum::<u64>();
    let (name, closed, seem) = (side.name(), sum(|counts| counts.not_decrypted), sum(|counts| counts.seem_encrypted));
    if closed > 0 {
        let message =
            format!("{closed} tokens of {name} are not encrypted with the key, or are damaged; they are taken as they are");
        ctx.warn("KN-W-TOKEN-008", message, None);
    }
    if seem > 0 {
        let message =
            format!("{seem} tokens of {name} are as long as encrypted ones, of which no two are alike, and there is no key");
        ctx.warn("KN-W-TOKEN-009", message, Some("give the key with --encryption-key-file, or decrypt the tokens".to_owned()));
    }
    if side.rows_without_id() > 0 {
        let message = format!("{} rows of {name} have no RecordId and belong to no record", side.rows_without_id());
        ctx.warn("KN-W-TOKEN-011", message, None);
    }
}
