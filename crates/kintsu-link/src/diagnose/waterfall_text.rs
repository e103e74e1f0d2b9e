//! A waterfall as text: one line a step, a bar for its weight, the running weight at the end.

use std::fmt::{self, Display, Formatter};

use super::waterfall::{Waterfall, WaterfallStep};

/// Bits of weight that one character of a bar stands for.
const BITS_PER_BAR: f64 = 1.0;
const BAR_MAX: usize = 16;

/// One line: what it is, what was seen, what it adds, what stands after it.
struct Line {
    name: String,
    label: String,
    added: f64,
    running: Option<f64>,
    detail: String,
}

impl Display for Waterfall {
    /// Prior, steps and result in columns; weights in bits. Values of records appear only where the evidence held them.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let prior = format!("1 in {}", one_in(self.prior_probability));
        let mut lines =
            vec![Line { name: "prior".to_owned(), label: prior, added: self.prior_weight, running: None, detail: String::new() }];
        self.steps.iter().for_each(|step| add_lines(step, &mut lines));
        let width = |text: fn(&Line) -> &str| lines.iter().map(|line| text(line).chars().count()).max().unwrap_or(0);
        let (names, labels) = (width(|line| &line.name), width(|line| &line.label));
        for line in &lines {
            write_line(f, line, names, labels)?;
        }
        let total =
            format!("match weight {:.4} bits, match probability {}", self.match_weight, probability(self.match_probability));
        writeln!(f, "{total}")
    }
}

fn add_lines(step: &WaterfallStep, lines: &mut Vec<Line>) {
    let parameters = match (step.m_probability, step.u_probability) {
        (Some(m), Some(u)) => format!("m {} u {}", significant(m), significant(u)),
        _ => String::new(),
    };
    let values = values(step);
    let gap = if parameters.is_empty() || values.is_empty() { "" } else { "  " };
    lines.push(Line {
        name: step.comparison.clone(),
        label: step.label.clone(),
        added: step.log2_bayes_factor,
        running: Some(step.running_weight - step.term_frequency.as_ref().map_or(0.0, |adjusted| adjusted.adjustment)),
        detail: format!("{parameters}{gap}{values}"),
    });
    if let Some(adjusted) = &step.term_frequency {
        let share = |frequency: Option<f64>| frequency.map_or_else(|| "unknown".to_owned(), significant);
        lines.push(Line {
            name: String::new(),
            label: format!("how common: {}", adjusted.column),
            added: adjusted.adjustment,
            running: Some(step.running_weight),
            detail: format!("frequency {} and {}", share(adjusted.frequency_left), share(adjusted.frequency_right)),
        });
    }
}

fn write_line(f: &mut Formatter<'_>, line: &Line, names: usize, labels: usize) -> fmt::Result {
    let length = ((line.added.abs() / BITS_PER_BAR).round() as usize).min(BAR_MAX);
    let bar = if line.added < 0.0 { "-" } else { "+" }.repeat(length);
    let running = line.running.map_or_else(|| format!("{:9.3}", line.added), |running| format!("{running:9.3}"));
    let text =
        format!("{:names$}  {:labels$}  {:+9.3}  {bar:BAR_MAX$}  {running}  {}", line.name, line.label, line.added, line.detail);
    writeln!(f, "{}", text.trim_end())
}

/// `left | right` for each compared column; empty where values are kept out.
fn values(step: &WaterfallStep) -> String {
    let shown = |value: &Option<String>| value.as_ref().map_or_else(|| "null".to_owned(), |value| format!("{value:?}"));
    let pairs = step.values_left.iter().zip(&step.values_right);
    pairs.map(|(left, right)| format!("{} | {}", shown(left), shown(right))).collect::<Vec<_>>().join(", ")
}

/// Four significant digits; powers of ten below a ten-thousandth and from a quadrillion on.
fn significant(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.abs() < 1e-4 || number.abs() >= 1e15 {
        return format!("{number:.3e}");
    }
    let decimals = (3 - number.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A probability with as many decimals as tell it from 1.
fn probability(number: f64) -> String {
    if number > 0.999 && number < 1.0 { format!("1 - {:.2e}", 1.0 - number) } else { significant(number) }
}

fn one_in(probability: f64) -> String {
    if probability > 0.0 { significant(1.0 / probability) } else { "never".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{probability, significant};

    #[test]
    fn numbers_keep_four_digits() {
        let shown = [0.0, 0.00407, 0.5, 170.14, 12_345.6, 0.000_082_71, 7.98e-10, 1e308].map(significant);
        assert_eq!(shown, ["0", "0.00407", "0.5", "170.1", "12346", "8.271e-5", "7.980e-10", "1.000e308"]);
        assert_eq!([0.25, 0.9995, 1.0].map(probability), ["0.25", "1 - 5.00e-4", "1"]);
    }
}
