//! The rows of the tables.

use crate::work::Work;

/// A row of a table: some work, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// The head of its column, and its name on the command line.
    pub key: &'static str,
    pub work: Work,
    /// How many items one pass has. Each pass makes its objects and drops them.
    pub items: u32,
    /// By how many the time of a pass is divided.
    pub calls: u32,
    /// How many passes one sample has.
    pub passes: u32,
    /// The ratio of ours to the best published crate should be at most this.
    pub goal: Option<f64>,
}

const fn nested(key: &'static str, levels: u32, waits: bool, goal: f64) -> Row {
    Row {
        key,
        work: Work::Nested { levels, waits },
        items: 1000,
        calls: 1000,
        passes: 40,
        goal: Some(goal),
    }
}

const fn large(key: &'static str, waits: bool) -> Row {
    Row {
        key,
        work: Work::Large { waits },
        items: 1000,
        calls: 1000,
        passes: 40,
        goal: None,
    }
}

pub const ROWS: [Row; 10] = [
    nested("d1-ready", 1, false, 0.50),
    nested("d1-yield", 1, true, 0.85),
    nested("d4-ready", 4, false, 0.50),
    nested("d4-yield", 4, true, 0.70),
    nested("d8-ready", 8, false, 0.55),
    nested("d8-yield", 8, true, 0.70),
    // A source of 50 items behind one wrapper, as in the first publication of the idea. The last
    // of the 51 calls returns `None`.
    Row {
        key: "leaf-51",
        work: Work::Nested {
            levels: 2,
            waits: false,
        },
        items: 50,
        calls: 51,
        passes: 800,
        goal: Some(0.50),
    },
    large("512B-ready", false),
    large("512B-yield", true),
    Row {
        key: "shared-4",
        work: Work::Shared,
        items: 1000,
        calls: 1000,
        passes: 40,
        goal: None,
    },
];
