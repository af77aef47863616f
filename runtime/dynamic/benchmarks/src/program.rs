//! The program that builds and starts those of `sampling`, and prints their figures.

use crate::{
    harness::{callgrind, stats::Spread},
    options::Options,
    sampling::{ALLOCATIONS, INSTRUCTIONS, ROUND, TAB},
    table::{self, Cell, Counts, Figures},
};
use std::{
    collections::HashMap,
    env, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The names of the allocators. Each has a program `with-NAME`.
pub const ALLOCATORS: [&str; 3] = ["glibc", "jemalloc", "mimalloc"];

/// # Errors
/// If a program cannot be built or started, or fails.
pub fn run(options: &Options) -> io::Result<()> {
    let programs = build()?;
    if options.count {
        return count(options, &programs);
    }
    let mut figures = vec![HashMap::<(String, String), Vec<f64>>::new(); options.allocators.len()];
    for round in 0..options.rounds {
        // The allocators take turns too.
        for (allocator, figures) in options.allocators.iter().zip(&mut figures) {
            eprintln!("round {} of {}, {allocator}", round + 1, options.rounds);
            let arguments = [ROUND, &round.to_string(), &options.divisor.to_string()];
            for (row, contender, figure) in sample(&programs, allocator, &arguments, options)? {
                figures.entry((row, contender)).or_default().push(figure);
            }
        }
    }
    let allocations = sample(&programs, "counter", &[ALLOCATIONS], options)?;
    let allocations: HashMap<_, _> = allocations
        .into_iter()
        .map(|(row, contender, figure)| ((row, contender), figure))
        .collect();
    let mut ratios = Vec::new();
    for (allocator, samples) in options.allocators.iter().zip(figures) {
        let cells = samples.into_iter().map(|(place, mut samples)| {
            let cell = Cell {
                time: Spread::of(&mut samples),
                allocations: allocations.get(&place).copied().unwrap_or(0.0),
            };
            (place, cell)
        });
        let figures: Figures = cells.collect();
        println!("{}", table::times(allocator, options, &figures));
        ratios.push((*allocator, table::ratios(options, &figures)));
    }
    println!("{}", table::summary(options, &ratios));
    println!("{}", table::LEGEND);
    Ok(())
}

/// Builds the programs with the cargo that runs this one, and returns their folder.
fn build() -> io::Result<PathBuf> {
    let this = env::current_exe()?;
    let folder = this.parent().ok_or_else(|| no("its folder"))?;
    let target = folder.parent().ok_or_else(|| no("the target folder"))?;
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let status = Command::new(cargo)
        .args(["build", "--release", "--bins", "--locked"])
        .args(["--features", "jemalloc,mimalloc"])
        .args(["--manifest-path", manifest, "--target-dir"])
        .arg(target)
        .status()?;
    if status.success() {
        Ok(target.join("release"))
    } else {
        Err(io::Error::other("the programs could not be built"))
    }
}

fn no(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no {what}"))
}

fn program(folder: &Path, allocator: &str) -> PathBuf {
    folder.join(format!("with-{allocator}"))
}

/// Starts a program, and reads its lines: a row, a contender and a figure.
fn sample(
    folder: &Path,
    allocator: &str,
    arguments: &[&str],
    options: &Options,
) -> io::Result<Vec<(String, String, f64)>> {
    let tab = TAB.to_string();
    let rows: Vec<_> = options.rows.iter().map(|row| row.key).collect();
    let child = Command::new(program(folder, allocator))
        .args(arguments)
        .args([rows.join(&tab), options.contenders.join(&tab)])
        .stderr(Stdio::inherit())
        .output()?;
    if !child.status.success() {
        return Err(io::Error::other(format!("{allocator}: {}", child.status)));
    }
    let lines = String::from_utf8_lossy(&child.stdout);
    let parse = |line: &str| {
        let (row, rest) = line.split_once(TAB)?;
        let (contender, figure) = rest.split_once(TAB)?;
        Some((row.into(), contender.into(), figure.parse().ok()?))
    };
    let parsed = lines
        .lines()
        .map(|line| parse(line).ok_or_else(|| io::Error::other(format!("what is {line:?}?"))));
    parsed.collect()
}

/// Prints what callgrind counts. The programs run with glibc's allocator.
fn count(options: &Options, folder: &Path) -> io::Result<()> {
    let program = program(folder, ALLOCATORS[0]);
    let mut counts = Counts::new();
    for row in &options.rows {
        eprintln!("{} …", row.key);
        for name in &options.contenders {
            let arguments = [INSTRUCTIONS, row.key, name];
            let simulate = ["--cache-sim=yes", "--branch-sim=yes"];
            if let Some(events) = callgrind::count(&program, &simulate, &arguments)? {
                counts.insert((row.key.to_owned(), (*name).to_owned()), events);
            }
        }
    }
    for event in table::EVENTS {
        println!("{}", table::counts(event, options, &counts));
    }
    Ok(())
}
