//! What loading and resolving a plan costs, as a ratio to what parsing it costs at least.
//!
//! `cargo bench --bench plan [-- FILE]`. Without a file, a plan of 10,000 resources is made from the
//! bundled example. The floor (`floor.rs`) is one pass of `serde_json` over the same bytes into borrowed
//! values of the parts that matter; it shares no code with the library. Both read the file, one after
//! the other in one process, and the medians of the paired ratios are told; memory is that of a process
//! of its own for each.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails; a bench prints"
)]

mod floor;
mod generate;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use plangate::load::plan::{View, load};
use plangate::load::{Input, What};
use plangate::model::source::SourceMap;
use plangate::resolve::resolve;

const PAIRS: usize = 15;

/// Runs in one measurement: some systems count CPU time in steps of milliseconds.
const RUNS: u32 = 3;

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    args.retain(|arg| arg != "--bench");
    match args.as_slice() {
        [work, file] if work == "--floor" => run_floor(Path::new(file)),
        [work, file] if work == "--plangate" => run_plangate(Path::new(file)),
        [file] => measure(Path::new(file)),
        _ => measure(&made_from_the_example()),
    }
    if args.len() == 2 {
        println!("{}", peak_memory().unwrap_or(0));
    }
}

fn made_from_the_example() -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("10000-resources.json");
    std::fs::write(&file, generate::plan(10_000)).expect("the plan can be written");
    file
}

fn run_floor(file: &Path) {
    let text = std::fs::read(file).expect("the plan can be read");
    let text = String::from_utf8(text).expect("the plan is UTF-8");
    let plan: floor::Plan<'_> = serde_json::from_str(&text).expect("the plan is JSON");
    black_box(plan.kept());
}

fn run_plangate(file: &Path) {
    let input = Input {
        name: file.to_string_lossy().into_owned(),
        searched: None,
        what: What::Text,
    };
    let text = input.read().expect("the plan can be read");
    let mut sources = SourceMap::default();
    let id = sources.add("plan", text);
    let plan = load(&sources, id, View::Planned).expect("the plan loads");
    let graph = resolve(plan.draft);
    black_box(graph.iter().len());
}

fn measure(file: &Path) {
    let bytes = std::fs::metadata(file).expect("the plan is there").len();
    let (mut floors, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let floor = cost(|| run_floor(file));
        let own = cost(|| run_plangate(file));
        floors.push(floor);
        ours.push(own);
        ratios.push(own / floor);
    }
    println!("plan            {:.1} MB", bytes as f64 / 1e6);
    println!(
        "floor           {:.1} ms (median of {PAIRS})",
        median(floors) * 1e3
    );
    println!("load + resolve  {:.1} ms", median(ours) * 1e3);
    println!("ratio           {:.2} (goal: at most 1.5)", median(ratios));
    for (work, name) in [("--floor", "floor"), ("--plangate", "load + resolve")] {
        if let Some(peak) = peak_of_child(work, file) {
            let ratio = peak as f64 / bytes as f64;
            let goal = if work == "--plangate" {
                " (goal: at most 1.6)"
            } else {
                ""
            };
            println!("peak memory     {name}: {ratio:.2} x the file{goal}");
        }
    }
}

/// Seconds of CPU time where the system tells, else of the clock.
fn cost(work: impl Fn()) -> f64 {
    let (cpu, clock) = (cpu_seconds(), Instant::now());
    for _ in 0..RUNS {
        work();
    }
    let total = match (cpu, cpu_seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => clock.elapsed().as_secs_f64(),
    };
    total / f64::from(RUNS)
}

/// What this thread has run, in seconds. Linux: `/proc/thread-self/schedstat`, in nanoseconds.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = stat.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// The most memory this process has had, in bytes. Linux only.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn peak_of_child(work: &str, file: &Path) -> Option<u64> {
    let own = std::env::current_exe().ok()?;
    let output = Command::new(own).arg(work).arg(file).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
