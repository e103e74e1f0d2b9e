//! How right a model is at every threshold: true and false positives and negatives, and what is made of them.
//!
//! Pairs are binned by their match weight, rounded to steps of 0.1; a row of the table says what taking every pair at or above
//! that weight would give. Precision and recall after van Rijsbergen 1979 (F with beta 1, 2 and 0.5), P4 after Sitarz 2023
//! ("Extending F1 metric, probabilistic approach"), phi after Matthews 1975.
//!
//! What surprises: the steps are multiples of 0.1 in single precision, as the reference writes them, so a row reads
//! -27.200000405311584; and a pair that no blocking rule finds lies below every threshold unless that is asked otherwise.

use std::collections::BTreeMap;

use serde::Serialize;

/// How pairs are binned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruthOptions {
    /// The step of the thresholds, in bits; none, and what is not above 0, makes every distinct weight a threshold.
    pub weight_step: Option<f32>,
    /// Whether pairs that no blocking rule finds count as below every threshold, whatever they score. True tells how right the
    /// whole pipeline is; false how right the model is by itself.
    pub unfound_pairs_below_all: bool,
}

impl Default for TruthOptions {
    fn default() -> Self {
        Self { weight_step: Some(0.1), unfound_pairs_below_all: true }
    }
}

/// Labelled pairs, counted by weight. Counts of parts may be added up in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthCounts {
    options: TruthOptions,
    /// Positives and negatives by threshold, in the order of the weights.
    bins: BTreeMap<i64, Bin>,
    unfound: Bin,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Bin {
    threshold: f64,
    positives: u64,
    negatives: u64,
}

/// One threshold of a truth table. Shares without a whole are none.
#[derive(Debug, Clone, Default, Copy, PartialEq, Serialize)]
pub struct TruthRow {
    /// Pairs with at least this weight are predicted matches; in bits.
    pub truth_threshold: f64,
    /// The same as a probability.
    pub match_probability: f64,
    /// All labelled pairs, those counted in bulk included.
    pub total_clerical_labels: u64,
    /// Labelled matches.
    pub p: u64,
    /// Labelled non-matches.
    pub n: u64,
    /// Matches predicted.
    pub tp: u64,
    /// Non-matches not predicted.
    pub tn: u64,
    /// Non-matches predicted.
    pub fp: u64,
    /// Matches not predicted.
    #[serde(rename = "fn")]
    pub fn_: u64,
    /// p / labels.
    #[serde(rename = "P_rate")]
    pub p_rate: Option<f64>,
    /// n / labels.
    #[serde(rename = "N_rate")]
    pub n_rate: Option<f64>,
    /// tp / p.
    pub tp_rate: Option<f64>,
    /// tn / n.
    pub tn_rate: Option<f64>,
    /// fp / n.
    pub fp_rate: Option<f64>,
    /// fn / p.
    pub fn_rate: Option<f64>,
    /// tp / (tp + fp); 1 when nothing is predicted.
    pub precision: f64,
    /// tp / p.
    pub recall: Option<f64>,
    /// tn / n.
    pub specificity: Option<f64>,
    /// tn / (tn + fn), the negative predictive value; 1 when everything is predicted.
    pub npv: f64,
    /// (tp + tn) / labels.
    pub accuracy: Option<f64>,
    /// 2 tp / (2 tp + fn + fp).
    pub f1: Option<f64>,
    /// 5 tp / (5 tp + 4 fn + fp): recall weighs twice as much.
    pub f2: Option<f64>,
    /// 1.25 tp / (1.25 tp + 0.25 fn + fp): precision weighs twice as much.
    pub f0_5: Option<f64>,
    /// 4 tp tn / (4 tp tn + (tp + tn)(fp + fn)).
    pub p4: Option<f64>,
    /// (tp tn - fp fn) / sqrt((tp + fp) p n (tn + fn)); 0 when a factor is 0.
    pub phi: f64,
}

/// The columns of a truth table, in order.
pub const TRUTH_COLUMNS: [&str; 25] = [
    "truth_threshold",
    "match_probability",
    "total_clerical_labels",
    "p",
    "n",
    "tp",
    "tn",
    "fp",
    "fn",
    "P_rate",
    "N_rate",
    "tp_rate",
    "tn_rate",
    "fp_rate",
    "fn_rate",
    "precision",
    "recall",
    "specificity",
    "npv",
    "accuracy",
    "f1",
    "f2",
    "f0_5",
    "p4",
    "phi",
];

impl TruthCounts {
    /// No pairs yet.
    pub fn new(options: TruthOptions) -> Self {
        Self { options, bins: BTreeMap::new(), unfound: Bin::default() }
    }

    /// Counts one labelled pair.
    ///
    /// `weight` is its match weight in bits, `is_match` its label, `found` whether a blocking rule finds it.
    pub fn add(&mut self, weight: f64, is_match: bool, found: bool) {
        let bin = if !found && self.options.unfound_pairs_below_all {
            &mut self.unfound
        } else {
            let threshold = self.threshold_of(weight);
            let bin = self.bins.entry(ascending_key(threshold)).or_default();
            bin.threshold = threshold;
            bin
        };
        bin.positives += u64::from(is_match);
        bin.negatives += u64::from(!is_match);
    }

    /// Adds the counts of another part of the pairs, made with the same options.
    pub fn merge(&mut self, other: &Self) {
        for (&key, theirs) in &other.bins {
            let mine = self.bins.entry(key).or_default();
            mine.threshold = theirs.threshold;
            mine.add(theirs);
        }
        self.unfound.add(&other.unfound);
    }

    /// A row for each threshold that occurs, from the lowest to the highest.
    ///
    /// `pairs_possible` is the number of pairs there are altogether, where labels cover all of them (a label column): what was
    /// never counted is then a non-match that was not predicted. None where only the counted pairs are labelled.
    pub fn table(&self, pairs_possible: Option<u64>) -> Vec<TruthRow> {
        let positives: u64 = self.unfound.positives + self.bins.values().map(|bin| bin.positives).sum::<u64>();
        let negatives: u64 = self.unfound.negatives + self.bins.values().map(|bin| bin.negatives).sum::<u64>();
        let negatives = pairs_possible.map_or(negatives, |all| all.saturating_sub(positives));
        let (mut tp, mut fp) = (0, 0);
        let mut rows: Vec<TruthRow> = Vec::with_capacity(self.bins.len());
        for bin in self.bins.values().rev() {
            tp += bin.positives;
            fp += bin.negatives;
            rows.push(TruthRow::new(bin.threshold, tp, fp, positives, negatives));
        }
        rows.reverse();
        rows
    }

    fn threshold_of(&self, weight: f64) -> f64 {
        // Adding zero makes the two zeros one threshold.
        0.0 + match self.options.weight_step.filter(|&step| step > 0.0) {
            Some(step) => f64::from(step) * (weight / decimal(step)).round(),
            None => weight,
        }
    }
}

impl Bin {
    fn add(&mut self, other: &Self) {
        self.positives += other.positives;
        self.negatives += other.negatives;
    }
}

/// The double nearest to the decimal that `step` was written as: 0.1 and not 0.10000000149.
fn decimal(step: f32) -> f64 {
    step.to_string().parse().unwrap_or_else(|_| f64::from(step))
}

/// An integer that orders as the number does.
fn ascending_key(number: f64) -> i64 {
    let bits = number.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole != 0.0).then(|| part / whole)
}

impl TruthRow {
    /// The row of a threshold at which `tp` of `p` matches and `fp` of `n` non-matches are predicted.
    pub fn new(truth_threshold: f64, tp: u64, fp: u64, p: u64, n: u64) -> Self {
        let (tn, fn_) = (n.saturating_sub(fp), p.saturating_sub(tp));
        let labels = p + n;
        let [tpf, fpf, tnf, fnf, pf, nf, all] = [tp, fp, tn, fn_, p, n, labels].map(|count| count as f64);
        let both = 4.0 * tpf * tnf;
        Self {
            truth_threshold,
            match_probability: kintsu_core::MatchWeight::new(truth_threshold).probability().value(),
            total_clerical_labels: labels,
            p,
            n,
            tp,
            tn,
            fp,
            fn_,
            p_rate: share(pf, all),
            n_rate: share(nf, all),
            tp_rate: share(tpf, pf),
            tn_rate: share(tnf, nf),
            fp_rate: share(fpf, nf),
            fn_rate: share(fnf, pf),
            precision: share(tpf, tpf + fpf).unwrap_or(1.0),
            recall: share(tpf, pf),
            specificity: share(tnf, nf),
            npv: share(tnf, tnf + fnf).unwrap_or(1.0),
            accuracy: share(tpf + tnf, all),
            f1: share(2.0 * tpf, 2.0 * tpf + fnf + fpf),
            f2: share(5.0 * tpf, 5.0 * tpf + 4.0 * fnf + fpf),
            f0_5: share(1.25 * tpf, 1.25 * tpf + 0.25 * fnf + fpf),
            p4: share(both, both + (tpf + tnf) * (fpf + fnf)),
            phi: share(tpf * tnf - fpf * fnf, ((tpf + fpf) * pf * nf * (tnf + fnf)).sqrt()).unwrap_or(0.0),
        }
    }

    /// The numbers of the row in the order of [`TRUTH_COLUMNS`].
    pub fn values(&self) -> [Option<f64>; 25] {
        let count = |number: u64| Some(number as f64);
        [
            Some(self.truth_threshold),
            Some(self.match_probability),
            count(self.total_clerical_labels),
            count(self.p),
            count(self.n),
            count(self.tp),
            count(self.tn),
            count(self.fp),
            count(self.fn_),
            self.p_rate,
            self.n_rate,
            self.tp_rate,
            self.tn_rate,
            self.fp_rate,
            self.fn_rate,
            Some(self.precision),
            self.recall,
            self.specificity,
            Some(self.npv),
            self.accuracy,
            self.f1,
            self.f2,
            self.f0_5,
            self.p4,
            Some(self.phi),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(pairs: &[(f64, bool, bool)], options: TruthOptions) -> TruthCounts {
        let mut counts = TruthCounts::new(options);
        for &(weight, is_match, found) in pairs {
            counts.add(weight, is_match, found);
        }
        counts
    }

    #[test]
    fn thresholds_are_steps_in_single_precision() {
        let rows =
            counted(&[(-27.16, true, true), (0.04, false, true), (-0.04, true, true)], TruthOptions::default()).table(None);
        let thresholds: Vec<f64> = rows.iter().map(|row| row.truth_threshold).collect();
        assert_eq!(thresholds, vec![-27.200000405311584, 0.0]);
        assert_eq!((rows[1].tp, rows[1].fp, rows[1].fn_, rows[1].tn), (1, 1, 1, 0));
    }

    #[test]
    fn pairs_that_blocking_misses_lie_below_everything() {
        let pairs = [(9.0, true, true), (12.0, true, false), (3.0, false, false)];
        let rows = counted(&pairs, TruthOptions::default()).table(None);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].p, rows[0].n, rows[0].tp, rows[0].fn_, rows[0].tn), (2, 1, 1, 1, 1));
        let by_itself = TruthOptions { unfound_pairs_below_all: false, ..TruthOptions::default() };
        assert_eq!(counted(&pairs, by_itself).table(None).len(), 3);
    }

    #[test]
    fn pairs_never_counted_are_true_negatives() {
        let rows = counted(&[(1.0, true, true), (1.0, false, true)], TruthOptions::default()).table(Some(10));
        assert_eq!((rows[0].total_clerical_labels, rows[0].n, rows[0].tn), (10, 9, 8));
    }

    #[test]
    fn every_weight_is_a_threshold_without_a_step() {
        let exact = TruthOptions { weight_step: None, ..TruthOptions::default() };
        let rows = counted(&[(1.01, true, true), (1.02, true, true), (f64::INFINITY, true, true), (-3.5, true, true)], exact)
            .table(None);
        let thresholds: Vec<f64> = rows.iter().map(|row| row.truth_threshold).collect();
        assert_eq!(thresholds, vec![-3.5, 1.01, 1.02, f64::INFINITY]);
        assert_eq!(rows[3].match_probability, 1.0);
    }

    #[test]
    fn parts_add_up_to_the_whole() {
        let pairs: Vec<(f64, bool, bool)> = (0..200).map(|i| (f64::from(i % 37) - 12.3, i % 3 == 0, i % 5 != 0)).collect();
        let whole = counted(&pairs, TruthOptions::default());
        let mut parts = counted(&pairs[150..], TruthOptions::default());
        parts.merge(&counted(&pairs[..150], TruthOptions::default()));
        assert_eq!(parts, whole);
    }

    #[test]
    fn shares_without_a_whole_are_none() {
        let row = TruthRow::new(0.0, 0, 0, 0, 0);
        assert_eq!((row.precision, row.npv, row.phi), (1.0, 1.0, 0.0));
        assert_eq!((row.recall, row.specificity, row.accuracy, row.f1, row.p4), (None, None, None, None, None));
        assert_eq!(row.values().len(), TRUTH_COLUMNS.len());
    }
}
