//! What must hold of a job beyond its schema. Everything is looked at and every problem reported.

use std::collections::BTreeSet;
use std::path::Path;

use kintsu_core::{MatchWeight, Probability};
use kintsu_link::block::Chunk;

use super::document::Step;
use super::load::Places;
use super::problem::Problem;
use super::{
    BlockingRuleSpec, CLUSTER_THRESHOLD_DEFAULT, ChunkSpec, InputSpec, JobSpec, PREDICT_THRESHOLD_DEFAULT, StepSpec, TrainingStep,
};
use crate::held::is_held;
use crate::memory::parse_bytes;

/// Everything that is wrong with `spec` as it stands in its file; what a command may still add is not asked for.
pub(crate) fn check_job(spec: &JobSpec, places: &Places) -> Vec<Problem> {
    let mut checks = Checks { places, problems: Vec::new() };
    checks.thresholds(spec);
    checks.model_source(spec);
    checks.settings_of_the_run(spec);
    checks.training(spec);
    checks.steps(spec);
    for (position, rule) in spec.blocking_rules.iter().flatten().enumerate() {
        checks.rule(rule, &[Step::Key("blocking_rules"), Step::Item(position)]);
    }
    checks.problems
}

/// Everything that is wrong with `spec` when it is about to run: inputs and model must be named, and files be there.
pub fn check_ready(spec: &JobSpec, places: &Places) -> Vec<Problem> {
    let mut checks = Checks { places, problems: check_job(spec, places) };
    checks.inputs(spec);
    checks.needs_model(spec);
    checks.files(spec);
    checks.problems
}

/// Everything that is wrong with `spec` when a session of it is opened, whose model may come later: files must be there.
pub(crate) fn check_opened(spec: &JobSpec, places: &Places) -> Vec<Problem> {
    let mut checks = Checks { places, problems: check_job(spec, places) };
    checks.inputs(spec);
    checks.files(spec);
    checks.problems
}

/// Everything that is wrong with the steps and training methods of `spec`, which add to a job that was checked before.
pub(crate) fn check_added(spec: &JobSpec, places: &Places) -> Vec<Problem> {
    let mut checks = Checks { places, problems: check_job(spec, places) };
    checks.files(spec);
    checks.problems
}

struct Checks<'a> {
    places: &'a Places,
    problems: Vec<Problem>,
}

impl Checks<'_> {
    fn report(&mut self, problem: Problem, at: &[Step<'_>]) {
        self.problems.push(self.places.locate(problem, at));
    }

    fn thresholds(&mut self, spec: &JobSpec) {
        let predict = spec.predict_threshold.unwrap_or(PREDICT_THRESHOLD_DEFAULT);
        let cluster = spec.cluster_threshold.unwrap_or(CLUSTER_THRESHOLD_DEFAULT);
        for (name, value) in [("predict_threshold", predict), ("cluster_threshold", cluster)] {
            if !(0.0..=1.0).contains(&value) {
                self.report(
                    Problem::new("KN-JOB-004", format!("`{name}` is {value} but must be from 0 to 1")),
                    &[Step::Key(name)],
                );
            }
        }
        if spec.steps.is_empty() && predict > cluster {
            self.missing_edges(&PredictThreshold::Probability(predict), cluster, &[Step::Key("predict_threshold")]);
        }
        self.thresholds_of_steps(spec, predict, cluster);
    }

    /// Goes through the steps in order: none may join at a threshold below that of the prediction before it, whose edges are all
    /// there is. A step that comes before every prediction predicts at the job's own threshold.
    fn thresholds_of_steps(&mut self, spec: &JobSpec, predict: f64, cluster: f64) {
        let mut current = PredictThreshold::Probability(predict);
        for (position, step) in spec.steps.iter().enumerate() {
            if let StepSpec::Predict { threshold_match_probability, threshold_match_weight, .. } = step {
                let probability = threshold_match_probability.unwrap_or(predict);
                current = threshold_match_weight.map_or(PredictThreshold::Probability(probability), PredictThreshold::Weight);
            } else if let Some(lowest) = lowest_threshold(step, cluster)
                && current.weight() > weight_of(lowest)
            {
                self.missing_edges(&current, lowest, &[Step::Key("steps"), Step::Item(position)]);
            }
        }
    }

    fn missing_edges(&mut self, predict: &PredictThreshold, cluster: f64, at: &[Step<'_>]) {
        let shown = predict.shown();
        let message = format!(
            "the predict threshold {shown} is above the cluster threshold {cluster}: edges that clustering needs would be missing"
        );
        let hint = format!("lower the predict threshold to {cluster} or below, or raise the cluster threshold");
        self.report(Problem::new("KN-JOB-014", message).hint(hint), at);
    }

    fn model_source(&mut self, spec: &JobSpec) {
        let given: Vec<&str> = [
            ("settings", spec.settings.is_some()),
            ("model", spec.model.is_some()),
            ("comparisons", !spec.comparisons.is_empty()),
        ]
        .into_iter()
        .filter_map(|(name, given)| given.then_some(name))
        .collect();
        if let [first, others @ ..] = &given[..]
            && let [.., second] = others
        {
            let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
            let message = format!("both `{first}` and {} are given", others.join(" and "));
            let hint = "give one of them: `settings` are trained first, a `model` is scored as it is, `comparisons` stand in the job itself";
            self.report(Problem::new("KN-JOB-012", message).hint(hint), &[Step::Key(second)]);
        }
    }

    fn settings_of_the_run(&mut self, spec: &JobSpec) {
        if let Some(memory) = &spec.memory
            && parse_bytes(memory).is_none()
        {
            let problem = Problem::new("KN-JOB-016", format!("`{memory}` is no amount of memory"));
            self.report(problem.hint("write a number with a unit, such as `4GiB` or `800MB`"), &[Step::Key("memory")]);
        }
        if spec.threads == Some(0) {
            self.report(Problem::new("KN-JOB-004", "`threads` must be at least 1"), &[Step::Key("threads")]);
        }
        let mut names = BTreeSet::new();
        for (position, input) in spec.inputs.iter().enumerate() {
            if let (_, Some(name), _) = input.parts()
                && !names.insert(name.to_owned())
            {
                let problem = Problem::new("KN-JOB-018", format!("two inputs are called `{name}`"));
                self.report(problem.hint("give each table a name of its own"), &[Step::Key("inputs"), Step::Item(position)]);
            }
        }
    }

    fn training(&mut self, spec: &JobSpec) {
        for (position, step) in spec.training.iter().enumerate() {
            let at = [Step::Key("training"), Step::Item(position)];
            match step {
                TrainingStep::EstimateProbabilityTwoRandomRecordsMatch { deterministic_matching_rules: rules, recall } => {
                    if rules.is_empty() {
                        self.report(Problem::new("KN-JOB-005", "`deterministic_matching_rules` holds no rule"), &at);
                    }
                    if !(*recall > 0.0 && *recall <= 1.0) {
                        self.report(Problem::new("KN-JOB-004", "`recall` must be above 0 and at most 1"), &at);
                    }
                    for rule in rules {
                        self.rule(rule, &at);
                    }
                }
                TrainingStep::EstimateUUsingRandomSampling { max_pairs, .. } => self.max_pairs(*max_pairs, &at),
                TrainingStep::EstimateParametersUsingExpectationMaximisation { blocking_rule, max_pairs, .. } => {
                    self.rule(blocking_rule, &at);
                    if let Some(max_pairs) = max_pairs {
                        self.max_pairs(*max_pairs, &at);
                    }
                }
                TrainingStep::EstimateMFromLabelColumn { .. } | TrainingStep::EstimateMFromPairwiseLabels { .. } => {}
            }
        }
    }

    fn max_pairs(&mut self, max_pairs: f64, at: &[Step<'_>]) {
        if max_pairs.is_nan() || max_pairs < 1.0 {
            self.report(Problem::new("KN-JOB-004", "`max_pairs` must be at least 1"), at);
        }
    }

    fn rule(&mut self, rule: &BlockingRuleSpec, at: &[Step<'_>]) {
        let BlockingRuleSpec::Full(table) = rule else { return };
        if table.columns.is_empty() == table.blocking_rule.is_none() {
            self.report(no_condition(), at);
        }
    }

    fn steps(&mut self, spec: &JobSpec) {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for (position, step) in spec.steps.iter().enumerate() {
            let at = [Step::Key("steps"), Step::Item(position)];
            self.step(step, &at);
            if step.needs_edges() {
                names.insert("edges".to_owned());
            }
            for name in step.files() {
                if !is_file_name(&name) {
                    let hint = "letters, digits, `_` and `-`, beginning with a letter or digit";
                    self.report(Problem::new("KN-JOB-020", format!("`{name}` cannot be the name of a file")).hint(hint), &at);
                } else if !names.insert(name.clone()) {
                    let problem = Problem::new("KN-JOB-021", format!("two steps write the file `{name}`"));
                    self.report(problem.hint("give one of them another `name`, or leave one out"), &at);
                }
            }
        }
    }

    fn step(&mut self, step: &StepSpec, at: &[Step<'_>]) {
        if let StepSpec::Predict { left_chunk, right_chunk, .. } | StepSpec::DeterministicLink { left_chunk, right_chunk, .. } =
            step
        {
            self.chunks([left_chunk, right_chunk].into_iter().flatten(), at);
        }
        match step {
            StepSpec::Predict { left_chunk, right_chunk, pairs: Some(_), .. } if left_chunk.or(*right_chunk).is_some() => {
                let problem = Problem::new("KN-JOB-015", "both a chunk and `pairs` are given");
                self.report(problem.hint("give one of them: pairs of a file are scored all together"), at);
            }
            StepSpec::Predict { threshold_match_probability: Some(_), threshold_match_weight: Some(_), .. }
            | StepSpec::PredictBetween { threshold_match_probability: Some(_), threshold_match_weight: Some(_), .. }
            | StepSpec::ScoreMissingClusterEdges {
                threshold_match_probability: Some(_), threshold_match_weight: Some(_), ..
            } => {
                let problem =
                    Problem::new("KN-JOB-015", "both `threshold_match_probability` and `threshold_match_weight` are given");
                self.report(problem.hint("give one of them"), at);
            }
            StepSpec::Cluster { threshold_match_probability: given, thresholds, .. } => {
                if given.is_some() && !thresholds.is_empty() {
                    let problem = Problem::new("KN-JOB-015", "both `threshold_match_probability` and `thresholds` are given");
                    self.report(problem.hint("give one of them"), at);
                }
                if thresholds.iter().any(|threshold| !(0.0..=1.0).contains(threshold)) {
                    self.report(Problem::new("KN-JOB-004", "`thresholds` must be from 0 to 1"), at);
                }
            }
            StepSpec::FindMatchesToNewRecords { blocking_rules: Some(rules), .. }
            | StepSpec::PredictBetween { blocking_rules: Some(rules), .. }
            | StepSpec::CountComparisons { blocking_rules: Some(rules), .. } => {
                for rule in rules {
                    self.rule(rule, at);
                }
            }
            StepSpec::LargestBlocks { blocking_rule, .. } => self.rule(blocking_rule, at),
            _ => {}
        }
    }

    fn chunks<'c>(&mut self, chunks: impl Iterator<Item = &'c ChunkSpec>, at: &[Step<'_>]) {
        for chunk in chunks.filter(|chunk| Chunk::new(chunk.number, chunk.of).is_none()) {
            let message = format!("there is no chunk {} of {}", chunk.number, chunk.of);
            self.report(Problem::new("KN-JOB-004", message).hint("chunks are counted from 1"), at);
        }
    }

    fn inputs(&mut self, spec: &JobSpec) {
        if spec.inputs.is_empty() && spec.generate.is_none() {
            let problem = Problem::new("KN-JOB-010", "no input is named");
            self.report(problem.hint("name one under `inputs`, or give files on the command line"), &[]);
        }
        for (position, input) in spec.inputs.iter().enumerate() {
            self.input(input, &[Step::Key("inputs"), Step::Item(position)]);
        }
        self.standard_input(spec);
    }

    /// Standard input can be read by one of the inputs and files of records only.
    fn standard_input(&mut self, spec: &JobSpec) {
        let of_steps = spec.steps.iter().flat_map(|step| match step {
            StepSpec::FindMatchesToNewRecords { records, .. } => vec![records],
            StepSpec::CompareTwoRecords { left, right, .. } => vec![left, right],
            StepSpec::PredictBetween { left, right, .. } => left.iter().chain(right).collect(),
            _ => Vec::new(),
        });
        let readers = spec.inputs.iter().chain(of_steps).filter(|input| input.parts().0.as_os_str() == "-").count();
        if readers > 1 {
            let problem =
                Problem::new("KN-JOB-026", format!("standard input is to be read {readers} times but can be read once"));
            self.report(problem.hint("write the records into a file and name that"), &[]);
        }
    }

    fn input(&mut self, input: &InputSpec, at: &[Step<'_>]) {
        let (path, _, _) = input.parts();
        if path.as_os_str() != "-" {
            self.exists(path, "the input", at);
        }
    }

    fn needs_model(&mut self, spec: &JobSpec) {
        if spec.tokenize.is_some() || spec.generate.is_some() {
            return;
        }
        if spec.settings.is_none() && spec.model.is_none() && spec.comparisons.is_empty() && needs_model(spec) {
            let problem = Problem::new("KN-JOB-011", "there are neither settings nor a model to compare records with");
            let hint = "give --settings FILE (trained first) or --model FILE (scored as it is); finding settings by itself is not there yet";
            self.report(problem.hint(hint), &[]);
        }
    }

    fn files(&mut self, spec: &JobSpec) {
        for (key, path) in [("settings", &spec.settings), ("model", &spec.model)] {
            if let Some(path) = path {
                self.file(path, &format!("the {key} file"), &[Step::Key(key)]);
            }
        }
        for (column, path) in &spec.term_frequencies {
            self.exists(path, "the term-frequency table", &[Step::Key("term_frequencies"), Step::Key(column)]);
        }
        for (position, step) in spec.training.iter().enumerate() {
            if let TrainingStep::EstimateMFromPairwiseLabels { labels } = step {
                self.file(labels, "the file of labels", &[Step::Key("training"), Step::Item(position), Step::Key("labels")]);
            }
        }
        for (position, step) in spec.steps.iter().enumerate() {
            let at = [Step::Key("steps"), Step::Item(position)];
            match step {
                StepSpec::ScorePairs { pairs, .. } | StepSpec::Predict { pairs: Some(pairs), .. } => {
                    self.file(pairs, "the file of pairs", &at);
                }
                StepSpec::ScoreMissingClusterEdges { clusters: Some(clusters), .. } => {
                    self.file(clusters, "the file of clusters", &at);
                }
                StepSpec::PredictBetween { left, right, .. } => {
                    left.iter().chain(right).for_each(|input| self.input(input, &at));
                }
                StepSpec::AccuracyFromLabelsTable { labels, .. } => self.file(labels, "the file of labels", &at),
                StepSpec::FindMatchesToNewRecords { records, .. } => self.input(records, &at),
                StepSpec::CompareTwoRecords { left, right, .. } => {
                    self.input(left, &at);
                    self.input(right, &at);
                }
                _ => {}
            }
        }
    }

    /// A file that must be there and be no folder.
    fn file(&mut self, path: &Path, what: &str, at: &[Step<'_>]) {
        if path.is_dir() {
            self.report(Problem::new("KN-JOB-027", format!("{what} `{}` is a folder", path.display())), at);
        } else {
            self.exists(path, what, at);
        }
    }

    fn exists(&mut self, path: &Path, what: &str, at: &[Step<'_>]) {
        if !is_held(path) && !path.exists() {
            let problem = Problem::new("KN-JOB-013", format!("{what} `{}` does not exist", path.display()));
            self.report(problem.hint("check the path; paths in a job file are relative to it"), at);
        }
    }
}

/// A rule that says nothing, or says it twice.
pub(crate) fn no_condition() -> Problem {
    let problem = Problem::new("KN-JOB-019", "a blocking rule must have either `columns` or `blocking_rule`");
    problem.hint("write `columns = [\"surname\"]` or `blocking_rule = \"l.surname = r.surname\"`")
}

/// What a prediction keeps, as it was given.
enum PredictThreshold {
    Probability(f64),
    Weight(f64),
}

impl PredictThreshold {
    fn weight(&self) -> f64 {
        match self {
            Self::Probability(probability) => weight_of(*probability),
            Self::Weight(weight) => *weight,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Probability(probability) => probability.to_string(),
            Self::Weight(weight) => format!("of {weight} bits"),
        }
    }
}

/// The weight of a probability. One out of range is refused elsewhere and compares with nothing here.
fn weight_of(probability: f64) -> f64 {
    Probability::new(probability).map_or(f64::NAN, |probability| MatchWeight::from_probability(probability).value())
}

/// The lowest probability at which a step joins the edges of `predict`; none where it reads no edges. `cluster` is the default.
fn lowest_threshold(step: &StepSpec, cluster: f64) -> Option<f64> {
    match step {
        StepSpec::Cluster { deterministic: true, .. } => None,
        StepSpec::Cluster { thresholds, .. } if !thresholds.is_empty() => thresholds.iter().copied().reduce(f64::min),
        StepSpec::Cluster { threshold_match_probability: given, .. }
        | StepSpec::SingleBestLinks { threshold_match_probability: given, .. }
        | StepSpec::GraphMetrics { threshold_match_probability: given } => Some(given.unwrap_or(cluster)),
        _ => None,
    }
}

/// Whether a job compares records at all; profiles and counts do without.
fn needs_model(spec: &JobSpec) -> bool {
    let looks_only = |step: &StepSpec| {
        matches!(
            step,
            StepSpec::ProfileColumns { .. }
                | StepSpec::Completeness { .. }
                | StepSpec::LargestBlocks { .. }
                | StepSpec::TermFrequencies { .. }
                | StepSpec::CountComparisons { blocking_rules: Some(_), .. }
        )
    };
    spec.steps.is_empty() || !spec.steps.iter().all(looks_only)
}

fn is_file_name(name: &str) -> bool {
    name.len() <= 100
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-')
}

impl StepSpec {
    /// The names of the data files that the step writes, without their endings.
    pub fn files(&self) -> Vec<String> {
        let named = |name: &Option<String>, default: &str| vec![name.clone().unwrap_or_else(|| default.to_owned())];
        match self {
            Self::Predict { .. } => vec!["edges".to_owned()],
            Self::Cluster { thresholds, .. } if !thresholds.is_empty() => vec!["clusters_at_thresholds".to_owned()],
            Self::Cluster { .. } | Self::SingleBestLinks { .. } => vec!["clusters".to_owned()],
            Self::GraphMetrics { .. } => ["graph_nodes", "graph_edges", "graph_clusters"].map(str::to_owned).to_vec(),
            Self::DeterministicLink { name, .. } => named(name, "deterministic_link"),
            Self::ScoreMissingClusterEdges { name, .. } => named(name, "missing_cluster_edges"),
            Self::PredictBetween { name, .. } => named(name, "pairs_between"),
            Self::ScorePairs { name, .. } => named(name, "scored_pairs"),
            Self::FindMatchesToNewRecords { name, .. } => named(name, "new_record_matches"),
            Self::CompareTwoRecords { name, .. } => named(name, "compared_records"),
            Self::AccuracyFromLabelsTable { name, .. } | Self::AccuracyFromLabelsColumn { name, .. } => {
                named(name, "truth_table")
            }
            Self::PredictionErrors { name, .. } => named(name, "prediction_errors"),
            Self::Unlinkables { name } => named(name, "unlinkables"),
            Self::ProfileColumns { name, .. } => named(name, "profile_columns"),
            Self::Completeness { name, .. } => named(name, "completeness"),
            Self::CountComparisons { name, .. } => named(name, "count_comparisons"),
            Self::LargestBlocks { name, .. } => named(name, "largest_blocks"),
            Self::TermFrequencies { .. } => Vec::new(),
        }
    }
}

impl StepSpec {
    /// Whether the step works on the edges of a prediction, which is made for it where none stands before it.
    pub fn needs_edges(&self) -> bool {
        matches!(
            self,
            Self::Cluster { deterministic: false, .. }
                | Self::SingleBestLinks { .. }
                | Self::GraphMetrics { .. }
                | Self::ScoreMissingClusterEdges { leave_out_edges: true, .. }
        )
    }

    /// Whether the step looks at the records only, so that no model needs to be trained for it. Term frequencies are not of these:
    /// those of columns that the model adjusts for are written with the model.
    pub fn looks_at_data_alone(&self) -> bool {
        matches!(
            self,
            Self::ProfileColumns { .. } | Self::Completeness { .. } | Self::CountComparisons { .. } | Self::LargestBlocks { .. }
        )
    }

    /// The name of the step, as a job file writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Predict { .. } => "predict",
            Self::DeterministicLink { .. } => "deterministic_link",
            Self::Cluster { .. } => "cluster",
            Self::SingleBestLinks { .. } => "single_best_links",
            Self::GraphMetrics { .. } => "graph_metrics",
            Self::ScorePairs { .. } => "score_pairs",
            Self::ScoreMissingClusterEdges { .. } => "score_missing_cluster_edges",
            Self::PredictBetween { .. } => "predict_between",
            Self::FindMatchesToNewRecords { .. } => "find_matches_to_new_records",
            Self::CompareTwoRecords { .. } => "compare_two_records",
            Self::AccuracyFromLabelsTable { .. } => "accuracy_from_labels_table",
            Self::AccuracyFromLabelsColumn { .. } => "accuracy_from_labels_column",
            Self::PredictionErrors { .. } => "prediction_errors",
            Self::Unlinkables { .. } => "unlinkables",
            Self::ProfileColumns { .. } => "profile_columns",
            Self::Completeness { .. } => "completeness",
            Self::CountComparisons { .. } => "count_comparisons",
            Self::LargestBlocks { .. } => "largest_blocks",
            Self::TermFrequencies { .. } => "term_frequencies",
        }
    }
}
