//! Collects what the levels ask of measures, so that each measure is computed once for all thresholds.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use kintsu_table::EncodedColumn;
use kintsu_text::{Ladder, Measure, Operator, PreparedValues, Semantics, Step};

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
    prepared: Vec<(ArrayRef, Arc<PreparedValues>)>,
    requests: Vec<LadderRequest>,
}

struct LadderRequest {
    measure: Measure,
    first: Operand,
    second: Operand,
    upwards: bool,
    steps: Vec<(Operator, f64)>,
}

impl LadderRequests {
    pub(crate) fn new(parity: Parity) -> Self {
        Self { semantics: semantics(parity), prepared: Vec::new(), requests: Vec::new() }
    }

    /// A node that tells whether `function(first, second) op bound`; none when that is no threshold on a measure of text.
    pub(crate) fn request(
        &mut self,
        function: Function,
        op: CompareOp,
        bound: f64,
        (first, first_column): (SidedCodes, &EncodedColumn),
        (second, second_column): (SidedCodes, &EncodedColumn),
    ) -> Option<Node> {
        let measure = measure_of(function)?;
        let op = step_op(op)?;
        let first = Operand { codes: first, values: self.prepare(&first_column.values)? };
        let second = Operand { codes: second, values: self.prepare(&second_column.values)? };
        let upwards = matches!(op, Operator::AtLeast | Operator::Above);
        let known = self.requests.iter().position(|request| {
            request.measure == measure
                && request.upwards == upwards
                && same(&request.first, &first)
                && same(&request.second, &second)
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

    fn prepare(&mut self, values: &ArrayRef) -> Option<Arc<PreparedValues>> {
        if values.data_type() != &DataType::Utf8 {
            return None;
        }
        if let Some((_, known)) = self.prepared.iter().find(|(other, _)| Arc::ptr_eq(other, values)) {
            return Some(Arc::clone(known));
        }
        let text = values.as_string::<i32>();
        let prepared = Arc::new(PreparedValues::from_offsets(self.semantics.unit, text.value_data(), text.value_offsets()));
        self.prepared.push((values.clone(), Arc::clone(&prepared)));
        Some(prepared)
    }

    /// The ladders, each with its strictest step first.
    pub(crate) fn finish(self) -> Vec<LadderPlan> {
        let semantics = self.semantics;
        self.requests.into_iter().map(|request| request.finish(semantics)).collect()
    }
}

impl LadderRequest {
    fn finish(self, semantics: Semantics) -> LadderPlan {
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
        LadderPlan { ladder: Ladder::new(self.measure, semantics, &steps), first: self.first, second: self.second, limits }
    }
}

fn same(a: &Operand, b: &Operand) -> bool {
    a.codes == b.codes && Arc::ptr_eq(&a.values, &b.values)
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
