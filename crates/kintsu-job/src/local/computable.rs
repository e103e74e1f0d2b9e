//! Whether what a job computes can be computed on the types that the headers of its files tell, before any record is read.
//!
//! Not for values: a text that is no date, or a division by zero, shows when the records are looked at.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field};
use kintsu_link::LinkError;
use kintsu_link::compare::Witness;
use kintsu_link::model::{BlockingRule, Parity};
use kintsu_table::Column;

use super::load::{Sources, column_types};
use super::model_source::{SourcedModel, Spot, read_rule, read_rules};
use super::step_data::parse_expressions;
use crate::spec::{JobSpec, Problem, StepSpec, TrainingStep};

/// The columns of several inputs with their types.
#[derive(Debug, Default)]
pub(super) struct HeaderTypes {
    /// The type of each column in every row; none where only the rows tell, or inputs differ.
    known: BTreeMap<String, Option<DataType>>,
    /// Why a column cannot be compared.
    unfit: BTreeMap<String, Problem>,
}

impl HeaderTypes {
    /// Takes a column of one more input.
    pub(super) fn add(&mut self, field: &Field, data_type: Option<&DataType>) {
        let name = field.name();
        let united = match self.known.get(name) {
            Some(known) => known.as_ref().zip(data_type).and_then(|(known, more)| united(known, more)),
            None => data_type.cloned(),
        };
        self.known.insert(name.clone(), united);
        if let Err(error) = Column::check_type(name, field.data_type()) {
            self.unfit.insert(name.clone(), Problem::of(&error));
        }
    }

    /// Why the column called `name` cannot be compared, whatever it holds.
    pub(super) fn unfit(&self, name: &str) -> Option<&Problem> {
        self.unfit.get(name)
    }
}

/// The type of the values of both, as far as expressions tell types apart.
fn united(known: &DataType, more: &DataType) -> Option<DataType> {
    if known == more {
        return Some(known.clone());
    }
    (known.is_numeric() && more.is_numeric()).then_some(DataType::Float64)
}

/// Tells of the conditions of the model, of training and of steps that cannot be computed on columns of the types that the headers
/// tell.
pub(super) fn uncomputable(job: &JobSpec, sourced: Option<&SourcedModel>, sources: &Sources, problems: &mut Vec<Problem>) {
    let parity = sourced.map_or(Parity::Characters, |sourced| sourced.model.parity);
    Checked { witness: witness(job, sources, parity), problems }.all(job, sourced);
}

/// A record as far as its types are known.
fn witness(job: &JobSpec, sources: &Sources, parity: Parity) -> Witness {
    let mut types = sources.types.known.clone();
    // The ids of text files are read as integers where all of them are.
    let ids = sources.unique_id.as_ref().and_then(|id| types.get_mut(id));
    if let Some(id) = ids.filter(|id| **id == Some(DataType::Utf8)) {
        *id = None;
    }
    for (column, data_type) in column_types(&job.types, &sources.columns) {
        if let Some(known) = types.get_mut(&column).filter(|known| **known == Some(DataType::Utf8)) {
            *known = Some(data_type);
        }
    }
    if let Some(column) = &sources.source_dataset {
        types.entry(column.clone()).or_insert(Some(DataType::Utf8));
    }
    Witness::new(types.iter().map(|(name, data_type)| (name.as_str(), data_type.as_ref())), parity)
}

struct Checked<'a> {
    witness: Witness,
    problems: &'a mut Vec<Problem>,
}

impl Checked<'_> {
    fn all(mut self, job: &JobSpec, sourced: Option<&SourcedModel>) {
        if let Some(sourced) = sourced {
            self.model(sourced);
        }
        for (position, step) in job.training.iter().enumerate() {
            self.training(step, &format!("training[{position}]"));
        }
        for (position, step) in job.steps.iter().enumerate() {
            self.step(step, &format!("steps[{position}]"));
        }
    }

    fn model(&mut self, SourcedModel { model, spots, .. }: &SourcedModel) {
        for (position, comparison) in model.comparisons.iter().enumerate() {
            let spot = spots.comparisons.get(position).cloned().unwrap_or_default();
            // The levels of a comparison of the library have one place, and mostly one mistake.
            let told_max = if spot.file.is_none() && !spot.has_levels { 1 } else { usize::MAX };
            for (level, error) in self.witness.check_levels(comparison).into_iter().take(told_max) {
                let below = format!(".comparison_levels[{level}].sql_condition");
                let spot = if spot.has_levels { spot.below(&below) } else { spot.clone() };
                self.tell(&error, &spot);
            }
        }
        let rules = model.blocking_rules.iter().enumerate();
        let rules = rules.map(|(at, rule)| (rule.clone(), spots.rules.get(at).cloned().unwrap_or_default()));
        self.rules(&rules.collect::<Vec<_>>());
    }

    fn training(&mut self, step: &TrainingStep, path: &str) {
        match step {
            TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules: rules, .. } => {
                self.rules(&read_rules(rules, &format!("{path}.deterministic_matching_rules"), &mut Vec::new()));
            }
            TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule: rule, .. } => {
                // No rule of a session may explode arrays, which is told elsewhere.
                let rule = read_rule(rule, &format!("{path}.blocking_rule"), &mut Vec::new());
                self.rules(rule.filter(|(rule, _)| rule.arrays_to_explode.is_empty()).as_slice());
            }
            TrainingStep::EstimateUUsingRandomSampling { .. }
            | TrainingStep::EstimateMFromLabelColumn { .. }
            | TrainingStep::EstimateMFromPairwiseLabels { .. } => {}
        }
    }

    fn step(&mut self, step: &StepSpec, path: &str) {
        match step {
            StepSpec::FindMatchesToNewRecords { blocking_rules: Some(rules), .. }
            | StepSpec::PredictBetween { blocking_rules: Some(rules), .. }
            | StepSpec::CountComparisons { blocking_rules: Some(rules), .. } => {
                self.rules(&read_rules(rules, &format!("{path}.blocking_rules"), &mut Vec::new()));
            }
            StepSpec::LargestBlocks { blocking_rule: rule, .. } => {
                self.rules(read_rule(rule, &format!("{path}.blocking_rule"), &mut Vec::new()).as_slice());
            }
            StepSpec::ProfileColumns { column_expressions: Some(texts), .. } => {
                let path = format!("{path}.column_expressions");
                for (position, text) in texts.iter().enumerate() {
                    let parsed = parse_expressions(std::slice::from_ref(text), "", &mut Vec::new());
                    if let Some((expression, _)) = parsed.first()
                        && let Err(error) = self.witness.check_value(expression, text)
                    {
                        self.tell(&error, &Spot::of_job(format!("{path}[{position}]")));
                    }
                }
            }
            _ => {}
        }
    }

    fn rules(&mut self, rules: &[(BlockingRule, Spot)]) {
        for (rule, spot) in rules {
            if let Err(error) = self.witness.check_rule(rule, 0) {
                self.tell(&error, spot);
            }
        }
    }

    fn tell(&mut self, error: &LinkError, spot: &Spot) {
        let problem = Problem::of(error);
        let problem = match error {
            LinkError::Explode { column, reason, .. } => {
                Problem { message: format!("the blocking rule cannot explode `{column}`: {reason}"), ..problem }
            }
            LinkError::Expression { .. } => {
                let hint = "compare values, as in `l.name = r.name`, whose types fit: columns of text files hold text unless `[types]` names another type, and cast() converts them";
                problem.hint(hint)
            }
            _ => problem,
        };
        self.problems.push(spot.of(problem));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn types_of_inputs_are_united_and_those_that_cannot_be_compared_are_told() {
        let mut types = HeaderTypes::default();
        let mut add = |name: &str, data_type: &DataType| {
            types.add(&Field::new(name, data_type.clone(), true), Some(data_type));
        };
        add("age", &DataType::Int32);
        add("age", &DataType::Float32);
        add("name", &DataType::Utf8);
        add("name", &DataType::Int64);
        add("home", &DataType::Struct([Field::new("town", DataType::Utf8, true)].into_iter().collect()));
        assert_eq!(types.known["age"], Some(DataType::Float64));
        assert_eq!(types.known["name"], None);
        assert_eq!(types.unfit("home").unwrap().code, "KN-TABLE-012");
        assert!(types.unfit("age").is_none());
    }
}
