//! Measures reading, encoding and writing one file:
//! `cargo run --release -p kintsu-table --example bench_table -- FILE [OUTPUT [FORMAT]]`.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use kintsu_core::RunContext;
use kintsu_table::{FileFormat, Input, ReadOptions, TableError, read, write_file};

/// Rows of the batches that are written.
const ROWS_PER_BATCH: usize = 1 << 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = PathBuf::from(arguments.next().ok_or("usage: bench_table FILE [OUTPUT [FORMAT]]")?);
    let output = arguments.next().map(PathBuf::from);
    let format = arguments.next().map_or(Ok(FileFormat::Parquet), |name| name.parse())?;
    let size = std::fs::metadata(&file)?.len();

    let clock = Clock::start();
    let table = read(&[Input::new(&file)], &ReadOptions::default(), &RunContext::default())?;
    clock.report("read and encode", table.rows(), table.columns().len(), size);
    for column in table.columns() {
        let distinct = column.encoded().map_or(0, |encoded| encoded.values.len());
        println!("  {:20} {:20} {distinct:>10} distinct", column.name, column.data_type().to_string());
    }
    if let Some(output) = output {
        write(&table, &output, format)?;
    }
    println!("peak memory {} MB", status("VmHWM:").unwrap_or(0) / 1024);
    Ok(())
}

fn write(table: &kintsu_table::Table, output: &Path, format: FileFormat) -> Result<(), TableError> {
    let _ = std::fs::remove_file(output);
    let clock = Clock::start();
    let written = write_file(output, format, &table.batch_schema(), table.to_batches(ROWS_PER_BATCH)?.map(Ok))?;
    clock.report("write", table.rows(), table.columns().len(), written.bytes);
    Ok(())
}

struct Clock {
    wall: Instant,
    cpu: f64,
}

impl Clock {
    fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_seconds() }
    }

    fn report(&self, what: &str, rows: usize, columns: usize, bytes: u64) {
        let wall = self.wall.elapsed().as_secs_f64();
        let cpu = cpu_seconds() - self.cpu;
        let values = (rows * columns) as f64 / 1e6;
        println!(
            "{what}: {rows} rows x {columns} columns in {wall:.3} s, {cpu:.3} CPU s; {:.1} MB, {:.0} MB/s, {:.1} M values/s, {:.1} M values per CPU s",
            bytes as f64 / 1e6,
            bytes as f64 / 1e6 / wall,
            values / wall,
            values / cpu
        );
    }
}

/// CPU seconds of this process, where the system tells; clock ticks are hundredths of seconds.
fn cpu_seconds() -> f64 {
    let line = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = line.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    text.lines().find(|line| line.starts_with(name))?.split_whitespace().nth(1)?.parse().ok()
}
