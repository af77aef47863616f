//! Prints the tables. A table has a line for each contender and a column for each row of `rows`.

use crate::{
    contenders,
    harness::{
        Role,
        callgrind::Events,
        markdown::{align, figure},
        stats::Spread,
    },
    options::Options,
    rows::Row,
};
use std::collections::HashMap;

/// Explains the tables.
pub const LEGEND: &str = "\
The figures are medians in nanoseconds of processor time for one item. A number in parentheses says how many times an item
allocates. The ratio compares the best adapter of wakeful-dynamic that does not allocate with the best published crate. A goal is won
or lost if the quartiles of both say so, and open if they do not.";

/// The figures of one contender in one row.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub time: Spread,
    pub allocations: f64,
}

/// By the row's key and the contender's name.
pub type Figures = HashMap<(String, String), Cell>;

/// The events that callgrind counted, by the same keys.
pub type Counts = HashMap<(String, String), Events>;

/// The best of ours and the best peer in one row.
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    ours: (&'static str, Spread),
    peer: (&'static str, Spread),
}

impl Ratio {
    fn median(self) -> f64 {
        self.ours.1.median / self.peer.1.median
    }

    /// Whether a goal is met. Ratios are compared in hundredths.
    fn verdict(self, goal: f64) -> &'static str {
        let hundredths = |ratio: f64| (ratio * 100.0).round() / 100.0;
        let best = hundredths(self.ours.1.lower / self.peer.1.upper);
        let worst = hundredths(self.ours.1.upper / self.peer.1.lower);
        match () {
            () if !self.ours.1.is_known() => "–",
            () if worst <= goal => "won",
            () if best > goal => "lost",
            () => "open",
        }
    }
}

fn place(row: &Row, name: &str) -> (String, String) {
    (row.key.into(), name.into())
}

fn head(title: &str, options: &Options) -> Vec<String> {
    let keys = options.rows.iter().map(|row| row.key);
    std::iter::once(title)
        .chain(keys)
        .map(String::from)
        .collect()
}

/// A line for each contender with a cell for each row.
fn lines(
    title: &str,
    options: &Options,
    cell: impl Fn(&Row, &str) -> Option<String>,
) -> Vec<Vec<String>> {
    let mut lines = vec![head(title, options)];
    for name in &options.contenders {
        let cells = options.rows.iter().map(|row| cell(row, name));
        let cells = cells.map(|cell| cell.unwrap_or_else(nothing));
        lines.push(std::iter::once((*name).into()).chain(cells).collect());
    }
    lines
}

fn nothing() -> String {
    "–".into()
}

/// The table of one allocator, with the winners below.
pub fn times(allocator: &str, options: &Options, figures: &Figures) -> String {
    let title = format!("ns per item, {allocator}");
    let mut lines = lines(&title, options, |row, name| {
        let cell = figures.get(&place(row, name))?;
        let time = figure(cell.time.median);
        Some(match cell.allocations {
            none if none < 0.005 => time,
            some => format!("{time} ({})", (some * 100.0).round() / 100.0),
        })
    });
    let ratios = ratios(options, figures);
    let mut line = |title: &str, cell: &dyn Fn(Ratio) -> String| {
        let cells = ratios.iter().map(|ratio| ratio.map_or_else(nothing, cell));
        lines.push(std::iter::once(title.into()).chain(cells).collect());
    };
    line("best of ours that does not allocate", &|ratio| {
        ratio.ours.0.into()
    });
    line("best published crate", &|ratio| ratio.peer.0.into());
    align(&lines, 1)
}

/// The ratio in each row, if it has both.
pub fn ratios(options: &Options, figures: &Figures) -> Vec<Option<Ratio>> {
    let contenders = contenders::all();
    let best = |row: &Row, role, most_allocations| {
        let of = contenders.iter().filter(|contender| contender.role == role);
        let cells = of.filter_map(|contender| {
            let cell = figures.get(&place(row, contender.name))?;
            (cell.allocations <= most_allocations).then_some((contender.name, cell.time))
        });
        cells.min_by(|a, b| a.1.median.total_cmp(&b.1.median))
    };
    let ratio = |row: &&Row| {
        Some(Ratio {
            ours: best(row, Role::Ours, 0.0)?,
            peer: best(row, Role::Peer, f64::INFINITY)?,
        })
    };
    options.rows.iter().map(ratio).collect()
}

/// The ratios with all allocators, and the goals.
pub fn summary(options: &Options, ratios: &[(&str, Vec<Option<Ratio>>)]) -> String {
    let mut lines = vec![head("ours / best published crate", options)];
    let goals = options
        .rows
        .iter()
        .map(|row| row.goal.map_or_else(nothing, |goal| format!("≤ {goal:.2}")));
    lines.push(std::iter::once("goal".into()).chain(goals).collect());
    for (allocator, ratios) in ratios {
        let cells = options.rows.iter().zip(ratios).map(|(row, ratio)| {
            let Some(ratio) = ratio else {
                return nothing();
            };
            let verdict = row.goal.map(|goal| format!(" {}", ratio.verdict(goal)));
            format!("{:.2}{}", ratio.median(), verdict.unwrap_or_default())
        });
        lines.push(std::iter::once((*allocator).into()).chain(cells).collect());
    }
    align(&lines, 1)
}

/// One of the tables of callgrind's counts.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    title: &'static str,
    /// The events whose sum it shows, by their number in callgrind's order: `Ir Dr Dw I1mr D1mr
    /// D1mw ILmr DLmr DLmw Bc Bcm Bi Bim`.
    sum: &'static [usize],
}

pub const EVENTS: [Event; 5] = [
    Event {
        title: "instructions per item",
        sum: &[0],
    },
    Event {
        title: "loads per item",
        sum: &[1],
    },
    Event {
        title: "stores per item",
        sum: &[2],
    },
    Event {
        title: "indirect jumps per item",
        sum: &[11],
    },
    Event {
        title: "mispredictions per item",
        sum: &[10, 12],
    },
];

pub fn counts(event: Event, options: &Options, counts: &Counts) -> String {
    let lines = lines(event.title, options, |row, name| {
        let events = counts.get(&place(row, name))?;
        let sum: Option<f64> = event.sum.iter().map(|at| events.get(*at)).sum();
        Some(format!("{:.1}", sum?))
    });
    align(&lines, 1)
}
