//! The truth that a run is measured against: a column, a file of entities, or a file of matching pairs.

use std::path::Path;

use kintsu_core::RunContext;
use kintsu_entity::Clusters;
use kintsu_entity::evaluate::{TruePair, UNKNOWN, Unlisted, evaluate_clusters, evaluate_listed_pairs};
use kintsu_link::diagnose::LabelledPair;
use kintsu_link::model::LinkType;
use kintsu_link::records::Records;
use kintsu_table::{Column, ColumnData, NULL_CODE};

use super::foreign_table::{ForeignTable, ROWS_AT_ONCE};
use super::load::find;
use super::preflight::{missing_truth, no_entities};
use super::row_lookup::RowLookup;
use crate::card::Evaluation;
use crate::codes::code_note;
use crate::error::JobError;
use crate::held::Held;
use crate::spec::{ColumnOrFile, Problem};

/// The names that the ids in a file of entities may have, where those of the records are in a column called `own`.
pub(super) fn id_names(own: &str) -> [&str; 4] {
    [own, "unique_id", "id", "record_id"]
}

/// What is known to be true.
#[derive(Debug, Clone)]
pub(crate) enum Truth {
    /// A label for each record; [`UNKNOWN`] where there is none.
    Labels(Vec<u32>),
    /// Matching pairs; what is not listed does not match.
    Pairs(Vec<TruePair>),
}

impl Truth {
    /// Reads the truth: a column of the input where there is one of that name, else a file.
    pub(crate) fn read(
        truth: &ColumnOrFile,
        records: &Records,
        columns: &[String],
        held: &Held,
        ctx: &RunContext,
    ) -> Result<Self, JobError> {
        let path = Path::new(&truth.0);
        let read = match find(&truth.0, columns) {
            Some(column) => Self::Labels(column_labels(records, column)?),
            None if held.is_file(path) => Self::from_file(path, records, held, ctx)?,
            None => return Err(JobError::problem(missing_truth(&truth.0, columns))),
        };
        match &read {
            Self::Labels(labels) if labels.iter().all(|label| *label == UNKNOWN) => {
                let message = format!("the truth `{}` says of no record to which entity it belongs", truth.0);
                Err(JobError::problem(Problem::new("KN-JOB-047", message)))
            }
            _ => Ok(read),
        }
    }

    fn from_file(path: &Path, records: &Records, held: &Held, ctx: &RunContext) -> Result<Self, JobError> {
        let lookup = RowLookup::new(records);
        let table = ForeignTable::open(path, held, ctx)?;
        let id = table.first_of(&id_names(records.id_column()));
        let Some(id) = id else {
            let pairs = lookup.pairs(&table, &[], ctx)?.labelled();
            let pair =
                |pair: &LabelledPair| TruePair { rows: (pair.left, pair.right), is_match: pair.clerical_match_score >= 0.5 };
            return Ok(Self::Pairs(pairs.iter().map(pair).collect()));
        };
        let source = table.first_of(&[records.source_column(), "source_dataset"]);
        let is_entity = |name: &&String| **name != id && Some(*name) != source.as_ref();
        // The truth of made-up data names its entities so, beside the system that each record is of.
        let made_up = table.names().iter().find(|name| *name == "customer_id").filter(is_entity);
        let Some(entity) = made_up.or_else(|| table.names().iter().find(is_entity)) else {
            return Err(JobError::problem(no_entities(path)));
        };
        let labels = entity_labels(&lookup, &table, [&id, entity], source.as_deref(), "the truth", ctx)?;
        Ok(Self::Labels(labels))
    }
}

/// A label for each record from a table of ids and entities, which messages call `what`; [`UNKNOWN`] for records that it does not
/// name.
pub(super) fn entity_labels(
    lookup: &RowLookup<'_>,
    table: &ForeignTable,
    [id, entity]: [&str; 2],
    source: Option<&str>,
    what: &str,
    ctx: &RunContext,
) -> Result<Vec<u32>, JobError> {
    let columns = table.read(&[&[id, entity], source.as_slice()].concat(), &[], ctx)?;
    let sources = source.map(|source| columns.distinct(source)).transpose()?;
    let named = lookup.named(&columns.ids(id, lookup.has_whole_ids())?, sources.as_ref(), None, ctx)?;
    let entities = columns.distinct(entity)?;
    let mut labels = vec![UNKNOWN; lookup.records()];
    let mut label_of = vec![UNKNOWN; entities.values.len()];
    let (mut labels_given, mut strangers, mut contradictions) = (0, 0_usize, 0_usize);
    for (place, &entity) in entities.codes.iter().enumerate() {
        if place % ROWS_AT_ONCE == 0 {
            ctx.check()?;
        }
        if entity == NULL_CODE || !named.has_id(place) {
            continue;
        }
        let Some(record) = named.at(place) else {
            strangers += 1;
            continue;
        };
        let label = &mut label_of[entity as usize];
        if *label == UNKNOWN {
            (*label, labels_given) = (labels_given, labels_given + 1);
        }
        let known = std::mem::replace(&mut labels[record as usize], *label);
        contradictions += usize::from(known != UNKNOWN && known != *label);
    }
    if contradictions > 0 {
        let message = format!("{contradictions} rows of {what} put a record into another entity than a row before them");
        return Err(JobError::problem(Problem::new("KN-JOB-050", message)));
    }
    if strangers > 0 {
        let message = format!("{strangers} of the {} rows of {what} are of no record of the input", columns.rows());
        ctx.warn("KN-W-JOB-006", message, code_note("KN-W-JOB-006").map(|note| note.hint.to_owned()));
    }
    Ok(labels)
}

/// A label for each record from a column, whether it was encoded or carried.
pub(crate) fn column_labels(records: &Records, name: &str) -> Result<Vec<u32>, JobError> {
    let column = records.find(name).map_err(JobError::part)?;
    let unknown = |code: u32| if code == NULL_CODE { UNKNOWN } else { code };
    match &column.data {
        ColumnData::Encoded(encoded) => Ok(encoded.codes.iter().copied().map(unknown).collect()),
        ColumnData::Plain(array) => {
            let encoded = Column::encode(name, array).map_err(JobError::part)?;
            let codes = encoded.encoded().map(|encoded| encoded.codes.clone()).unwrap_or_default();
            Ok((0..records.rows()).map(|row| unknown(codes[records.input_row(row) as usize])).collect())
        }
    }
}

/// How right the clusters are. For links, only pairs across tables count.
pub(crate) fn evaluate(
    truth: &Truth,
    clusters: &Clusters,
    records: &Records,
    link_type: LinkType,
) -> Result<Evaluation, JobError> {
    let across = records.source_codes().filter(|_| link_type == LinkType::LinkOnly);
    let mut measures = Evaluation::default();
    match truth {
        Truth::Labels(labels) => {
            let found = evaluate_clusters(clusters, labels, across).map_err(JobError::part)?;
            measures.put("precision", found.pairs.precision());
            measures.put("recall", found.pairs.recall());
            measures.put("f1", found.pairs.f1());
            measures.put("b_cubed_precision", found.b_cubed.precision);
            measures.put("b_cubed_recall", found.b_cubed.recall);
            measures.put("b_cubed_f1", found.b_cubed.f1);
            measures.put("exact_cluster_precision", found.clusters.precision());
            measures.put("exact_cluster_recall", found.clusters.recall());
        }
        Truth::Pairs(pairs) => {
            let found = evaluate_listed_pairs(clusters, pairs, Unlisted::NoMatch, across).map_err(JobError::part)?;
            measures.put("precision", found.precision());
            measures.put("recall", found.recall());
            measures.put("f1", found.f1());
        }
    }
    Ok(measures)
}
