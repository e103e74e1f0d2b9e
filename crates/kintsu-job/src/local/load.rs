//! Reads the inputs of a job: which columns are looked at, which are only carried, and the records that come of it.

use std::collections::{BTreeMap, BTreeSet};

use arrow_schema::{DataType, SchemaRef};
use kintsu_core::RunContext;
use kintsu_kernel::RecordsSpec;
use kintsu_link::LinkError;
use kintsu_link::model::{BlockingRule, LinkType, Model};
use kintsu_link::records::{Records, can_be_id};
use kintsu_link::sql::Expr;
use kintsu_table::{ColumnChoice, Input, ReadOptions};

use super::session::prepare_records;
use crate::card::InputCard;
use crate::error::JobError;
use crate::held::Held;
use crate::inputs::input_card;
use crate::spec::{ColumnType, JobSpec, Problem, nearest};

/// What a job reads, before it reads it.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) inputs: Vec<Input>,
    /// The columns of all inputs, each once, in the order of their first appearance.
    pub(super) columns: Vec<String>,
    /// The id column; none numbers the rows.
    pub(super) unique_id: Option<String>,
    /// The source column, where tables are told apart.
    pub(super) source_dataset: Option<String>,
}

/// The records of a job with the cards of its inputs.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) records: Records,
    /// What was read, with the content of standard input, so that steps can read it beside other records; its columns are those of
    /// the table.
    pub(super) sources: Sources,
    /// How the rows were seen as records.
    pub(super) spec: RecordsSpec,
    pub(super) cards: Vec<InputCard>,
}

impl Sources {
    /// Looks at the columns of the inputs and settles which of them are ids and sources.
    ///
    /// None when an input cannot be looked at; what is wrong goes to `problems`.
    pub(super) fn look(
        job: &JobSpec,
        held: &Held,
        model: Option<&Model>,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Self>, JobError> {
        let mut inputs: Vec<Input> = job.inputs.iter().map(|input| held.input(input)).collect();
        let mut columns: Vec<String> = Vec::new();
        let mut schemas = Vec::new();
        let mut whole = true;
        for input in &mut inputs {
            let looked = input.load_standard_input().and_then(|()| kintsu_table::schema_of(input, &ReadOptions::default()));
            let schema = match looked.map_err(JobError::part) {
                Ok(schema) => schema,
                Err(error) => {
                    problems.extend(error.into_problems()?);
                    whole = false;
                    continue;
                }
            };
            for field in schema.fields() {
                if !columns.contains(field.name()) {
                    columns.push(field.name().clone());
                }
            }
            schemas.push(schema);
        }
        let wanted = job.unique_id.as_deref().or(model.map(|model| model.unique_id_column_name.as_str()));
        if !whole {
            return Ok(None);
        }
        let unique_id = id_column(wanted, job.unique_id.is_some(), &columns).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        problems.extend(unique_id.as_deref().and_then(|id| unfit_ids(id, &schemas)));
        let named = job.source_dataset.clone().or_else(|| model.map(|model| model.source_dataset_column_name.clone()));
        let named = named.unwrap_or_else(|| "source_dataset".to_owned());
        let several = inputs.len() > 1 || model.is_some_and(|model| model.link_type != LinkType::DedupeOnly);
        Ok(Some(Self { inputs, columns, unique_id, source_dataset: several.then_some(named) }))
    }

    /// Reads everything. `looked_at` names the columns that are compared, grouped or counted; all others are carried.
    pub(super) fn read(
        self,
        looked_at: &[String],
        types: &BTreeMap<String, ColumnType>,
        link_type: LinkType,
        ctx: &RunContext,
    ) -> Result<Loaded, JobError> {
        let options = ReadOptions {
            encode: ColumnChoice::names(looked_at),
            carry: ColumnChoice::All,
            integers: self.unique_id.iter().cloned().collect(),
            types: column_types(types, &self.columns),
            source_dataset_column: self.source_dataset.clone(),
            ..ReadOptions::default()
        };
        let table = kintsu_table::read(&self.inputs, &options, ctx).map_err(JobError::part)?;
        if table.rows() == 0 {
            return Err(JobError::problem(Problem::new("KN-JOB-024", "the input holds no records")));
        }
        let columns = table.columns().iter().map(|column| column.name.to_string()).collect();
        let spec = RecordsSpec {
            unique_id: self.unique_id.clone(),
            source_dataset: self.source_dataset.clone().unwrap_or_else(|| "source_dataset".to_owned()),
            link_type,
            sources: source_names(&self.inputs)?,
        };
        let records = prepare_records(&table, spec.clone())?;
        let cards = self.inputs.iter().map(input_card).collect::<Result<_, _>>()?;
        Ok(Loaded { records, sources: Self { columns, ..self }, spec, cards })
    }
}

/// The types of columns as the table reader takes them, by their names among `columns`, those of the input.
pub(super) fn column_types(types: &BTreeMap<String, ColumnType>, columns: &[String]) -> Vec<(String, DataType)> {
    types.iter().filter_map(|(column, kind)| Some((find(column, columns)?.to_owned(), DataType::from(*kind)))).collect()
}

/// The names of several inputs in the order in which their records stand. Of two tables, the one whose name comes first is the
/// left one, as in Splink.
fn source_names(inputs: &[Input]) -> Result<Vec<String>, JobError> {
    let mut names = kintsu_table::data_set_names(inputs).map_err(JobError::part)?;
    match names.len() {
        1 => names.clear(),
        2 => names.sort_unstable(),
        _ => {}
    }
    Ok(names)
}

/// The id column: the one that is wanted; where that is nothing but the usual name, not asked for and not there, `id`, or the row number.
fn id_column(wanted: Option<&str>, asked_for: bool, columns: &[String]) -> Result<Option<String>, Problem> {
    const USUAL: &str = "unique_id";
    let wanted = wanted.unwrap_or(USUAL);
    if let Some(found) = find(wanted, columns) {
        return Ok(Some(found.to_owned()));
    }
    if asked_for || wanted != USUAL {
        return Err(missing(wanted, "the id column", columns));
    }
    Ok(columns.iter().find(|name| name.eq_ignore_ascii_case("id")).cloned())
}

/// An id column of a type that cannot hold ids, in the first table where it is one.
fn unfit_ids(id: &str, schemas: &[SchemaRef]) -> Option<Problem> {
    let fields = schemas.iter().filter_map(|schema| schema.column_with_name(id));
    let unfit = fields.map(|(_, field)| field.data_type()).find(|data_type| !can_be_id(data_type))?;
    Some(Problem::of(&LinkError::UnsupportedIdType { column: id.to_owned(), data_type: unfit.to_string() }))
}

/// The column of that name, exactly or up to case.
pub(super) fn find<'a>(name: &str, columns: &'a [String]) -> Option<&'a str> {
    let exact = columns.iter().find(|column| *column == name);
    exact.or_else(|| columns.iter().find(|column| column.to_lowercase() == name.to_lowercase())).map(String::as_str)
}

/// A column that is not in the input.
pub(super) fn missing(name: &str, what: &str, columns: &[String]) -> Problem {
    let hint = nearest(name, columns.iter().map(String::as_str))
        .map_or_else(|| format!("the input has: {}", listed(columns)), |near| format!("did you mean `{near}`?"));
    Problem::new("KN-JOB-023", format!("{what} `{name}` is not in the input")).hint(hint)
}

/// A column that is not in the input, with the first of what `needs` it and the number of the others.
fn missing_for(name: &str, needs: &[&str], columns: &[String]) -> Problem {
    let problem = missing(name, "the column", columns);
    let needed = match needs {
        [] => return problem,
        [only] => format!("{only} needs it"),
        [first, others @ ..] => format!("{first} and {} more need it", others.len()),
    };
    Problem { message: format!("{}; {needed}", problem.message), ..problem }
}

/// The names of columns, of very many only the first.
pub(super) fn listed(columns: &[String]) -> String {
    const LISTED_MAX: usize = 50;
    match columns.get(LISTED_MAX..) {
        Some(rest) if !rest.is_empty() => format!("{} and {} more", columns[..LISTED_MAX].join(", "), rest.len()),
        _ => columns.join(", "),
    }
}

/// Collects the columns that a job looks at, by what looks at them.
#[derive(Debug, Default)]
pub(super) struct LookedAt {
    wanted: Vec<(String, String)>,
    labels: Vec<String>,
}

impl LookedAt {
    /// Adds a column that labels are read from, which may be the truth or ignored otherwise.
    pub(super) fn add_label(&mut self, column: &str) {
        self.labels.push(column.to_owned());
    }

    /// The names of the columns, as what looks at them writes them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(|(name, _)| name.as_str())
    }

    /// Adds a column that `what` needs.
    pub(super) fn add(&mut self, column: &str, what: &str) {
        self.wanted.push((column.to_owned(), what.to_owned()));
    }

    /// Adds the columns of an expression.
    pub(super) fn add_expression(&mut self, expression: &Expr, what: &str) {
        for column in expression.columns() {
            self.add(&column.name, what);
        }
    }

    /// Adds the columns of a blocking rule.
    pub(super) fn add_rule(&mut self, rule: &BlockingRule) {
        let what = format!("the blocking rule `{}`", rule.blocking_rule);
        self.add_expression(&rule.condition, &what);
        for column in &rule.arrays_to_explode {
            self.add(column, &what);
        }
    }

    /// Adds the columns of a model.
    pub(super) fn add_model(&mut self, model: &Model) {
        for comparison in &model.comparisons {
            let what = format!("the comparison `{}`", comparison.output_column_name);
            for level in &comparison.levels {
                if let Some(condition) = &level.condition {
                    self.add_expression(condition, &what);
                }
                if let Some(column) = &level.tf_adjustment_column {
                    self.add(column, &what);
                }
            }
        }
        for rule in &model.blocking_rules {
            self.add_rule(rule);
        }
    }

    /// The columns in the order in which they were first wanted, each with everything that needs it.
    fn needs(&self) -> Vec<(&str, Vec<&str>)> {
        let mut needs: Vec<(&str, Vec<&str>)> = Vec::new();
        for (name, what) in &self.wanted {
            match needs.iter_mut().find(|(known, _)| known == name) {
                Some((_, whats)) if !whats.contains(&what.as_str()) => whats.push(what),
                Some(_) => {}
                None => needs.push((name, vec![what])),
            }
        }
        needs
    }

    /// The columns by their names in the input, each once. Everything that is missing, ignored or the truth goes to `problems`.
    pub(super) fn resolve(&self, sources: &Sources, job: &JobSpec, problems: &mut Vec<Problem>) -> Vec<String> {
        let truth = job.truth.as_ref().and_then(|truth| find(&truth.0, &sources.columns));
        let ignored: Vec<&str> = job.ignore.iter().filter_map(|name| find(name, &sources.columns)).collect();
        for name in &job.ignore {
            if find(name, &sources.columns).is_none() {
                problems.push(missing(name, "the ignored column", &sources.columns));
            }
        }
        let mut resolved = BTreeSet::new();
        for (name, needs) in self.needs() {
            if sources.source_dataset.as_deref() == Some(name) {
                continue;
            }
            let Some(found) = find(name, &sources.columns) else {
                problems.push(missing_for(name, &needs, &sources.columns));
                continue;
            };
            if Some(found) == truth || ignored.contains(&found) {
                let why = if Some(found) == truth { "holds the truth" } else { "is to be ignored" };
                let problem = Problem::new("KN-JOB-025", format!("the column `{found}` {why}, but it would be looked at"));
                problems.push(problem.hint("take it out of the comparisons and blocking rules"));
            }
            resolved.insert(found.to_owned());
        }
        for name in &self.labels {
            match find(name, &sources.columns) {
                Some(found) => {
                    resolved.insert(found.to_owned());
                }
                None if sources.source_dataset.as_deref() == Some(name) => {}
                None => problems.push(missing(name, "the column", &sources.columns)),
            }
        }
        resolved.into_iter().collect()
    }
}
