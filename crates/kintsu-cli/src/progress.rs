//! Progress on standard error: a bar on a terminal, plain lines elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use kintsu_core::{Progress, Warning};

use crate::commands::linkage::grouped;
use crate::printer::{Printer, print_error};

/// A part of a stage under this goes without a line, unless `-v` asks for it.
const WORTH_A_LINE: Duration = Duration::from_millis(200);
/// How often a long stage says how far it is.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// How often a bar is redrawn.
const REDRAW: Duration = Duration::from_millis(120);

/// A bar for each stage; warnings are printed above it.
pub(crate) struct Bars {
    printer: Printer,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub(crate) fn new(printer: Printer) -> Self {
        Self { printer, bar: Mutex::new(None) }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Option<ProgressBar>) -> T) -> T {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Progress for Bars {
    fn begin(&self, stage: &str, total: Option<u64>, unit: &'static str) {
        let bar = match total {
            Some(total) => ProgressBar::new(total).with_style(style(&format!(
                "{{prefix:<28}} {{bar:24}} {{percent:>3}} %  {{human_pos}} {unit}  {{per_sec}}  {{eta}} left"
            ))),
            None => ProgressBar::new_spinner().with_style(style(&format!("{{prefix:<28}} {{spinner}} {{human_pos}} {unit}"))),
        };
        bar.set_prefix(stage.to_owned());
        bar.enable_steady_tick(REDRAW);
        self.with(|current| {
            if let Some(earlier) = current.replace(bar) {
                earlier.finish_and_clear();
            }
        });
    }

    fn advance(&self, amount: u64) {
        self.with(|bar| {
            if let Some(bar) = bar {
                bar.inc(amount);
            }
        });
    }

    fn finish(&self) {
        self.with(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
    }

    fn stage_over(&self, stage: &str, took: Duration) {
        self.with(|bar| match bar {
            Some(bar) => bar.suspend(|| say_over(self.printer, stage, took)),
            None => say_over(self.printer, stage, took),
        });
    }

    fn warn(&self, warning: &Warning) {
        self.with(|bar| match bar {
            Some(bar) => bar.suspend(|| self.printer.warning(warning)),
            None => self.printer.warning(warning),
        });
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Plain lines: one as a stage ends, and one now and then inside a long stage.
pub(crate) struct Lines {
    printer: Printer,
    stage: Mutex<Option<Stage>>,
    /// Whether a part of the run's stage under way had a line, so that the stage needs none.
    part_told: AtomicBool,
}

/// A stage under way.
struct Stage {
    name: String,
    unit: &'static str,
    total: Option<u64>,
    done: u64,
    began: Instant,
    said: Instant,
}

impl Lines {
    pub(crate) fn new(printer: Printer) -> Self {
        Self { printer, stage: Mutex::new(None), part_told: AtomicBool::new(false) }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Option<Stage>) -> T) -> T {
        act(&mut self.stage.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Progress for Lines {
    fn begin(&self, stage: &str, total: Option<u64>, unit: &'static str) {
        self.finish();
        let now = Instant::now();
        let begun = Stage { name: stage.to_owned(), unit, total, done: 0, began: now, said: now };
        self.with(|stage| *stage = Some(begun));
    }

    fn advance(&self, amount: u64) {
        self.with(|stage| {
            let Some(stage) = stage else { return };
            stage.done += amount;
            if stage.said.elapsed() >= BETWEEN_LINES {
                stage.said = Instant::now();
                print_error(&stage.under_way());
            }
        });
    }

    fn finish(&self) {
        if let Some(stage) = self.with(Option::take)
            && (stage.began.elapsed() >= WORTH_A_LINE || self.printer.is_verbose())
        {
            print_error(&stage.over());
            self.part_told.store(true, Ordering::Relaxed);
        }
    }

    fn run_stage_begins(&self) {
        self.part_told.store(false, Ordering::Relaxed);
    }

    fn stage_over(&self, stage: &str, took: Duration) {
        if !self.part_told.load(Ordering::Relaxed) {
            say_over(self.printer, stage, took);
        }
    }

    fn warn(&self, warning: &Warning) {
        self.printer.warning(warning);
    }
}

/// With `-v`, a line for a stage of a run.
fn say_over(printer: Printer, stage: &str, took: Duration) {
    if printer.is_verbose() {
        print_error(&format!("{}: {:.2} s", stage.replace('_', " "), took.as_secs_f64()));
    }
}

impl Stage {
    fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// How far the stage is, at which rate, and how long it will take, where its size is known.
    fn under_way(&self) -> String {
        let Self { name, unit, done, .. } = self;
        let rate = *done as f64 / self.seconds();
        match self.total.filter(|total| *total >= *done && *done > 0) {
            Some(total) => {
                let share = 100.0 * *done as f64 / total as f64;
                let left = (total - done) as f64 / rate;
                format!("{name}: {share:.0} % of {} {unit}, {} a second, {left:.0} s left", grouped(total), grouped(rate as u64))
            }
            None => format!("{name}: {} {unit}, {} a second", grouped(*done), grouped(rate as u64)),
        }
    }

    fn over(&self) -> String {
        let Self { name, unit, done, .. } = self;
        if *done > 0 {
            format!("{name}: {} {unit} in {:.2} s", grouped(*done), self.seconds())
        } else {
            format!("{name}: {:.2} s", self.seconds())
        }
    }
}

/// Warnings only.
pub(crate) struct Silent(pub(crate) Printer);

impl Progress for Silent {
    fn begin(&self, _: &str, _: Option<u64>, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
    fn warn(&self, warning: &Warning) {
        self.0.warning(warning);
    }
}
