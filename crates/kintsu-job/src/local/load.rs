//! Reads the inputs of a job: which columns are looked at, which are only carried, and the records that come of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use arrow_schema::{DataType, Schema, SchemaRef};
use kintsu_core::RunContext;
use kintsu_kernel::RecordsSpec;
use kintsu_link::LinkError;
use kintsu_link::model::{BlockingRule, LinkType, Model};
use kintsu_link::records::{Records, can_be_id};
use kintsu_link::sql::Expr;
use kintsu_table::{ColumnChoice, Header, Input, ReadOptions};

use super::computable::HeaderTypes;
use super::model_source::{Spot, Spots};
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
    /// The types of the columns, as far as the headers tell.
    pub(super) types: HeaderTypes,
    /// Whether every input could be looked at. What is not among the columns may stand in one that could not.
    pub(super) whole: bool,
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
    /// Looks at the columns of the inputs and settles which of them are ids and sources; what is wrong goes to `problems`.
    pub(super) fn look(job: &JobSpec, held: &Held, model: Option<&Model>, problems: &mut Vec<Problem>) -> Result<Self, JobError> {
        let mut inputs: Vec<Input> = job.inputs.iter().map(|input| held.input(input)).collect();
        let mut columns: Vec<String> = Vec::new();
        let mut schemas: Vec<(PathBuf, SchemaRef)> = Vec::new();
        let (mut whole, mut types) = (!inputs.is_empty(), HeaderTypes::default());
        for input in &mut inputs {
            let looked = input.load_standard_input().and_then(|()| kintsu_table::header_of(input, &ReadOptions::default()));
            let Header { schema, types: of_rows } = match looked.map_err(JobError::part) {
                Ok(header) => header,
                Err(error) => {
                    problems.extend(error.into_problems()?);
                    whole = false;
                    continue;
                }
            };
            for (field, data_type) in schema.fields().iter().zip(&of_rows) {
                types.add(field, data_type.as_ref());
                if !columns.contains(field.name()) {
                    columns.push(field.name().clone());
                }
            }
            schemas.push((input.path.clone(), schema));
        }
        let wanted = job.unique_id.as_deref().or(model.map(|model| model.unique_id_column_name.as_str()));
        let unique_id = id_column(wanted, job.unique_id.is_some(), &columns).unwrap_or_else(|problem| {
            problems.extend(whole.then_some(problem));
            None
        });
        problems.extend(unique_id.iter().flat_map(|id| unfit_ids(id, &schemas)));
        let named = job.source_dataset.clone().or_else(|| model.map(|model| model.source_dataset_column_name.clone()));
        let named = named.unwrap_or_else(|| "source_dataset".to_owned());
        let several = inputs.len() > 1 || model.is_some_and(|model| model.link_type != LinkType::DedupeOnly);
        Ok(Self { inputs, columns, unique_id, source_dataset: several.then_some(named), types, whole })
    }

    /// The column of that name, exactly or up to case.
    pub(super) fn find(&self, name: &str) -> Option<&str> {
        find(name, &self.columns)
    }

    /// The column of that name; without it, `what` cannot be there, unless it may stand in an input that cannot be looked at.
    pub(super) fn find_or_tell(&self, name: &str, what: &str, spot: &Spot, problems: &mut Vec<Problem>) -> Option<&str> {
        let found = self.find(name);
        if found.is_none() && self.whole {
            problems.push(spot.of(missing(name, what, &self.columns)));
        }
        found
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
        let place = if asked_for { "unique_id" } else { "" };
        return Err(missing(wanted, "the id column", columns).in_place(place));
    }
    Ok(columns.iter().find(|name| name.eq_ignore_ascii_case("id")).cloned())
}

/// The inputs that lack the id column, and the first where it is of a type that cannot hold ids.
fn unfit_ids(id: &str, schemas: &[(PathBuf, SchemaRef)]) -> Vec<Problem> {
    let lacking = schemas.iter().filter(|(_, schema)| schema.column_with_name(id).is_none());
    let mut problems: Vec<Problem> = lacking.map(|(path, schema)| lacks_ids(id, path, schema)).collect();
    let fields = schemas.iter().filter_map(|(_, schema)| schema.column_with_name(id));
    let unfit = fields.map(|(_, field)| field.data_type()).find(|data_type| !can_be_id(data_type));
    problems.extend(
        unfit.map(|unfit| Problem::of(&LinkError::UnsupportedIdType { column: id.to_owned(), data_type: unfit.to_string() })),
    );
    problems
}

/// A file of records without the id column.
pub(super) fn lacks_ids(id: &str, path: &Path, schema: &Schema) -> Problem {
    let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let problem = missing(id, "the id column", &columns);
    Problem { message: format!("the id column `{id}` is not in `{}`", path.display()), ..problem }
}

/// The column of that name, exactly or up to case.
pub(super) fn find<'a>(name: &str, columns: &'a [String]) -> Option<&'a str> {
    let exact = columns.iter().find(|column| *column == name);
    exact.or_else(|| columns.iter().find(|column| column.to_lowercase() == name.to_lowercase())).map(String::as_str)
}

/// A column that is not in the input.
pub(super) fn missing(name: &str, what: &str, columns: &[String]) -> Problem {
    let names = || columns.iter().map(String::as_str).filter(|_| !seem_a_record(columns));
    let near = || Some(format!("did you mean `{}`?", nearest(name, names())?));
    let hint = other_delimiter(name, columns).or_else(near).unwrap_or_else(|| format!("the input has: {}", listed(columns)));
    Problem::new("KN-JOB-023", format!("{what} `{name}` is not in the input")).hint(hint)
}

/// What to do about a header that holds `name` among others in one cell, because something else than commas parts the columns.
fn other_delimiter(name: &str, columns: &[String]) -> Option<String> {
    const DELIMITERS: [(char, &str); 4] = [(';', "`;`"), ('\t', "tabs"), ('|', "`|`"), (':', "`:`")];
    let within = |delimiter: char, cell: &String| cell.split(delimiter).any(|part| part.trim().eq_ignore_ascii_case(name));
    let parted = |delimiter: char| columns.iter().any(|cell| cell.contains(delimiter) && within(delimiter, cell));
    let (delimiter, words) = DELIMITERS.into_iter().find(|(delimiter, _)| parted(*delimiter))?;
    let better = if delimiter == '\t' { "give the file a name that ends in .tsv" } else { "write it with commas" };
    Some(format!("the columns seem to be parted by {words}, and a CSV file is read with commas: {better}"))
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

/// The names of columns, of very many only the first. Those of a file without a header are values, which are not told.
pub(super) fn listed(columns: &[String]) -> String {
    const LISTED_MAX: usize = 50;
    if seem_a_record(columns) {
        return "names that look like the values of a record; the first line has to hold the names of the columns".to_owned();
    }
    match columns.get(LISTED_MAX..) {
        Some(rest) if !rest.is_empty() => format!("{} and {} more", columns[..LISTED_MAX].join(", "), rest.len()),
        _ => columns.join(", "),
    }
}

/// Whether names of columns are more likely a record: a number, a date or a line break is among them.
fn seem_a_record(columns: &[String]) -> bool {
    let is_value = |name: &String| {
        let number = name.chars().any(|letter| letter.is_ascii_digit())
            && name.chars().all(|letter| letter.is_ascii_digit() || "+-/.,: ".contains(letter));
        number || name.chars().any(char::is_control)
    };
    columns.iter().any(is_value)
}

/// Collects the columns that a job looks at, by what looks at them.
#[derive(Debug, Default)]
pub(super) struct LookedAt {
    wanted: Vec<Wanted>,
    labels: Vec<(String, Spot)>,
}

/// A column that something looks at.
#[derive(Debug)]
struct Wanted {
    column: String,
    /// What looks at it, in words.
    what: String,
    /// Where that stands.
    spot: Spot,
}

/// A column with everything that needs it, and the place of the first of them.
struct Needed<'a> {
    column: &'a str,
    needs: Vec<&'a str>,
    spot: &'a Spot,
}

impl LookedAt {
    /// Adds a column that labels are read from, which may be the truth or ignored otherwise.
    pub(super) fn add_label(&mut self, column: &str, spot: Spot) {
        self.labels.push((column.to_owned(), spot));
    }

    /// The names of the columns, as what looks at them writes them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.wanted.iter().map(|wanted| wanted.column.as_str())
    }

    /// Adds a column that `what`, which stands at `spot`, needs.
    pub(super) fn add(&mut self, column: &str, what: &str, spot: Spot) {
        self.wanted.push(Wanted { column: column.to_owned(), what: what.to_owned(), spot });
    }

    /// Adds the columns of an expression.
    pub(super) fn add_expression(&mut self, expression: &Expr, what: &str, spot: &Spot) {
        for column in expression.columns() {
            self.add(&column.name, what, spot.clone());
        }
    }

    /// Adds the columns of a blocking rule.
    pub(super) fn add_rule(&mut self, rule: &BlockingRule, spot: &Spot) {
        let what = format!("the blocking rule `{}`", rule.blocking_rule);
        self.add_expression(&rule.condition, &what, spot);
        for column in &rule.arrays_to_explode {
            self.add(column, &what, spot.clone());
        }
    }

    /// Adds the columns of blocking rules.
    pub(super) fn add_rules(&mut self, rules: &[(BlockingRule, Spot)]) {
        for (rule, spot) in rules {
            self.add_rule(rule, spot);
        }
    }

    /// Adds the columns of a model, whose parts stand at `spots`.
    pub(super) fn add_model(&mut self, model: &Model, spots: &Spots) {
        for (position, comparison) in model.comparisons.iter().enumerate() {
            let what = format!("the comparison `{}`", comparison.output_column_name);
            let spot = spots.comparisons.get(position).cloned().unwrap_or_default();
            for (level, found) in comparison.levels.iter().enumerate() {
                let below = |key: &str| {
                    if spot.has_levels { spot.below(&format!(".comparison_levels[{level}].{key}")) } else { spot.clone() }
                };
                if let Some(condition) = &found.condition {
                    self.add_expression(condition, &what, &below("sql_condition"));
                }
                if let Some(column) = &found.tf_adjustment_column {
                    self.add(column, &what, below("tf_adjustment_column"));
                }
            }
        }
        for (position, rule) in model.blocking_rules.iter().enumerate() {
            self.add_rule(rule, &spots.rules.get(position).cloned().unwrap_or_default());
        }
    }

    /// The columns in the order in which they were first wanted.
    fn needed(&self) -> Vec<Needed<'_>> {
        let mut needed: Vec<Needed<'_>> = Vec::new();
        for Wanted { column, what, spot } in &self.wanted {
            match needed.iter_mut().find(|known| known.column == column) {
                Some(known) if !known.needs.contains(&what.as_str()) => known.needs.push(what),
                Some(_) => {}
                None => needed.push(Needed { column, needs: vec![what], spot }),
            }
        }
        needed
    }

    /// The columns by their names in the input, each once. Everything that is missing, ignored or the truth goes to `problems`.
    pub(super) fn resolve(&self, sources: &Sources, job: &JobSpec, problems: &mut Vec<Problem>) -> Vec<String> {
        let truth = job.truth.as_ref().and_then(|truth| sources.find(&truth.0));
        let ignore = Spot::of_job("ignore");
        let ignored: Vec<&str> =
            job.ignore.iter().filter_map(|name| sources.find_or_tell(name, "the ignored column", &ignore, problems)).collect();
        let mut resolved = BTreeSet::new();
        for Needed { column, needs, spot } in self.needed() {
            if sources.source_dataset.as_deref() == Some(column) {
                continue;
            }
            let Some(found) = sources.find(column) else {
                if sources.whole {
                    problems.push(spot.of(missing_for(column, &needs, &sources.columns)));
                }
                continue;
            };
            if Some(found) == truth || ignored.contains(&found) {
                let why = if Some(found) == truth { "holds the truth" } else { "is to be ignored" };
                let problem = Problem::new("KN-JOB-025", format!("the column `{found}` {why}, but it would be looked at"));
                problems.push(spot.of(problem.hint("take it out of the comparisons and blocking rules")));
            }
            problems.extend(sources.types.unfit(found).map(|problem| spot.of(problem.clone())));
            resolved.insert(found.to_owned());
        }
        for (name, spot) in &self.labels {
            if sources.source_dataset.as_deref() != Some(name) || sources.find(name).is_some() {
                let found = sources.find_or_tell(name, "the column", spot, problems);
                problems.extend(found.and_then(|found| sources.types.unfit(found)).map(|problem| spot.of(problem.clone())));
                resolved.extend(found.map(str::to_owned));
            }
        }
        resolved.into_iter().collect()
    }
}
