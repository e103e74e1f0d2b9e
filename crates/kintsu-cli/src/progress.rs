//! Progress on standard error: a bar on a terminal, plain lines elsewhere.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use kintsu_core::{Progress, Warning};

use crate::printer::{Printer, print_error};

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

/// A line as each stage ends.
pub(crate) struct Lines {
    printer: Printer,
    stage: Mutex<Option<(String, Instant)>>,
}

impl Lines {
    pub(crate) fn new(printer: Printer) -> Self {
        Self { printer, stage: Mutex::new(None) }
    }
}

impl Progress for Lines {
    fn begin(&self, stage: &str, _: Option<u64>, _: &'static str) {
        self.finish();
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = Some((stage.to_owned(), Instant::now()));
    }

    fn advance(&self, _: u64) {}

    fn finish(&self) {
        if let Some((stage, began)) = self.stage.lock().unwrap_or_else(PoisonError::into_inner).take() {
            print_error(&format!("{stage}: {:.2} s", began.elapsed().as_secs_f64()));
        }
    }

    fn warn(&self, warning: &Warning) {
        self.printer.warning(warning);
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
