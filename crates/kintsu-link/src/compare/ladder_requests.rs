//! Collects what the levels ask of measures, so that each measure is computed once for all thresholds.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kintsu_table::EncodedColumn;
use kintsu_text::{Ladder, Measure, Operator, PreparedValues, Semantics, Step};
use rayon::prelude::*;

use super::condition::{Node, SidedCodes};
use super::ladder::{LadderPlan, Operand};
use crate::model::Parity;
use crate::sql::{CompareOp, Function};

/// The semantics of string measures under `parity`.
pub(crate) fn semantics(parity: Parity) -> Semantics {
    match parity {
        Parity::Characters => Semantics::CHARACTERS,
        Parity::DuckDb1_5 => Semantics::DUCKDB_1_5,
        Parity::DuckDb2_0 => Semantics::DUCKDB_2_0,
        Parity::SparkJar => Semantics::SPARK_JAR,
    }
}

/// Measures by their arguments, with the thresholds asked about so far.
pub(crate) struct LadderRequests {
    semantics: Semantics,
    /// The values that some measure compares, each once.
    values: Vec<ArrayRef>,
    requests: Vec<LadderRequest>,
    undefined: Vec<String>,
}

struct LadderRequest {
    measure: Measure,
    /// The codes of each side and the place of their values.
    first: (SidedCodes, usize),
    second: (SidedCodes, usize),
    upwards: bool,
    steps: Vec<(Operator, f64)>,
}

impl LadderRequests {
    pub(crate) fn new(parity: Parity) -> Self {
        Self { semantics: semantics(parity), values: Vec::new(), requests: Vec::new(), undefined: Vec::new() }
    }

    /// A node that tells whether `function(first, second) op bound`; none when that is no threshold on a measure of text.
    pub(crate) fn request(
        &mut self,
        function: Function,
        op: CompareOp,
        bound: f64,
        name: &str,
        (first, first_column): (SidedCodes, &EncodedColumn),
        (second, second_column): (SidedCodes, &EncodedColumn),
    ) -> Option<Node> {
        let measure = measure_of(function)?;
        let op = step_op(op)?;
        let first = (first, self.place(&first_column.values)?);
        let second = (second, self.place(&second_column.values)?);
        let upwards = matches!(op, Operator::AtLeast | Operator::Above);
        if measure == Measure::Jaccard && !self.defined_on_empty() {
            let empty = [&first_column.values, &second_column.values].into_iter().any(holds_empty_text);
            self.undefined.extend(empty.then(|| name.to_owned()).filter(|name| !self.undefined.contains(name)));
        }
        let known = self.requests.iter().position(|request| {
            request.measure == measure
                && request.upwards == upwards
                && (request.first, request.second) == (first, second)
                && request.steps.len() < 200
        });
        let ladder = known.unwrap_or_else(|| {
            self.requests.push(LadderRequest { measure, first, second, upwards, steps: Vec::new() });
            self.requests.len() - 1
        });
        let steps = &mut self.requests[ladder].steps;
        let request = steps.iter().position(|&step| step == (op, bound)).unwrap_or_else(|| {
            steps.push((op, bound));
            steps.len() - 1
        });
        Some(Node::Step { ladder, request })
    }

    /// The place of `values`, which are added unless they are there; none when they are no text.
    fn place(&mut self, values: &ArrayRef) -> Option<usize> {
        if values.data_type() != &DataType::Utf8 {
            return None;
        }
        let known = self.values.iter().position(|other| Arc::ptr_eq(other, values));
        Some(known.unwrap_or_else(|| {
            self.values.push(Arc::clone(values));
            self.values.len() - 1
        }))
    }

    /// What is compared by a measure that is not defined for some of its values.
    pub(crate) fn undefined(&self) -> &[String] {
        &self.undefined
    }

    fn defined_on_empty(&self) -> bool {
        kintsu_text::jaccard("", "a", self.semantics).is_some()
    }

    /// The ladders, each with its strictest step first, over values that are prepared here.
    pub(crate) fn finish(self) -> Vec<LadderPlan> {
        let semantics = self.semantics;
        let prepare = |values: &ArrayRef| {
            let text = values.as_string::<i32>();
            Arc::new(PreparedValues::from_offsets(semantics.unit, text.value_data(), text.value_offsets()))
        };
        let prepared: Vec<Arc<PreparedValues>> = self.values.par_iter().with_max_len(1).map(prepare).collect();
        self.requests.into_iter().map(|request| request.finish(semantics, &prepared)).collect()
    }
}

impl LadderRequest {
    fn finish(self, semantics: Semantics, prepared: &[Arc<PreparedValues>]) -> LadderPlan {
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        let strict = |op: Operator| matches!(op, Operator::Above | Operator::Below);
        order.sort_by(|&a, &b| {
            let ((a_op, a), (b_op, b)) = (self.steps[a], self.steps[b]);
            let by_bound = if self.upwards { b.total_cmp(&a) } else { a.total_cmp(&b) };
            by_bound.then_with(|| strict(b_op).cmp(&strict(a_op)))
        });
        let mut limits = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &request)| limits[request] = place as u8 + 1);
        let step = |request: &usize| Step { operator: self.steps[*request].0, threshold: self.steps[*request].1 };
        let steps: Vec<Step> = order.iter().map(step).collect();
        let operand = |(codes, place): (SidedCodes, usize)| Operand { codes, values: Arc::clone(&prepared[place]) };
        let (first, second) = (operand(self.first), operand(self.second));
        LadderPlan { ladder: Ladder::new(self.measure, semantics, &steps), first, second, limits }
    }
}

fn holds_empty_text(values: &ArrayRef) -> bool {
    values.as_string_opt::<i32>().is_some_and(|text| text.value_offsets().windows(2).any(|pair| pair[0] == pair[1]))
}

fn measure_of(function: Function) -> Option<Measure> {
    Some(match function {
        Function::Levenshtein => Measure::Levenshtein,
        Function::DamerauLevenshtein => Measure::DamerauLevenshtein,
        Function::Jaro => Measure::Jaro,
        Function::JaroWinkler => Measure::JaroWinkler,
        Function::Jaccard => Measure::Jaccard,
        _ => return None,
    })
}

fn step_op(op: CompareOp) -> Option<Operator> {
    Some(match op {
        CompareOp::Less => Operator::Below,
        CompareOp::LessOrEqual => Operator::AtMost,
        CompareOp::Greater => Operator::Above,
        CompareOp::GreaterOrEqual => Operator::AtLeast,
        _ => return None,
    })
}
