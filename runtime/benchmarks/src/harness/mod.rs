//! What every row shares: how it is sampled, and what its figures say.
//!
//! A row is one piece of work and a list of entries, each the same work done
//! by another contender. Samples are taken in turns, one of each entry per
//! round, so that whatever else the machine does in the meantime falls on all
//! of them; what is reported is each entry's median.

pub mod clock;
pub mod heap;
pub mod stats;
pub mod table;

use stats::median;

/// How much work a sample does.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// What the counts of the full run are divided by.
    pub divisor: u32,
}

impl Scale {
    pub fn of(self, count: u32) -> u32 {
        (count / self.divisor).max(1)
    }
}

/// What an entry's figure means for the ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The same by hand, without a runtime: what is left when nothing is.
    Floor,
    /// `wakeful`.
    Ours,
    /// The best of these is what the ratio is to.
    Peer,
    /// Shown, but another kind of thing: `io_uring` beside epoll.
    Beside,
}

pub struct Entry {
    pub name: &'static str,
    pub role: Role,
    pub sample: Box<dyn Fn(Scale) -> f64>,
}

impl Entry {
    pub fn of(name: &'static str, role: Role, sample: impl Fn(Scale) -> f64 + 'static) -> Self {
        Self {
            name,
            role,
            sample: Box::new(sample),
        }
    }
}

/// What a row is to come to.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this many times the best peer's figure.
    Ratio(f64),
    /// At most this figure.
    Figure(f64),
}

pub struct Row {
    /// What it is called on the command line.
    pub key: String,
    pub title: String,
    pub unit: &'static str,
    pub goal: Goal,
    pub entries: Vec<Entry>,
}

/// Rows that are printed together.
pub struct Table {
    pub title: &'static str,
    pub rows: Vec<Row>,
}

/// A row's medians, in the order of its entries.
pub struct Outcome<'a> {
    pub row: &'a Row,
    pub figures: Vec<f64>,
}

impl Row {
    /// Takes the samples. `rounds` is how many there are of each entry.
    pub fn run(&self, scale: Scale, rounds: usize) -> Outcome<'_> {
        let entries = self.entries.len();
        let mut samples = vec![Vec::with_capacity(rounds); entries];
        for round in 0..rounds {
            // Another entry goes first each time: what the one before leaves
            // behind in caches and heap is then not always the same one's.
            for turn in 0..entries {
                let next = (round + turn) % entries;
                samples[next].push((self.entries[next].sample)(scale));
            }
        }
        Outcome {
            row: self,
            figures: samples.iter_mut().map(|of| median(of)).collect(),
        }
    }
}

impl Outcome<'_> {
    pub fn of(&self, role: Role) -> impl Iterator<Item = f64> {
        let entries = self.row.entries.iter().zip(&self.figures);
        entries
            .filter(move |(entry, _)| entry.role == role)
            .map(|(_, figure)| *figure)
    }

    pub fn named(&self, name: &str) -> Option<f64> {
        let place = self.row.entries.iter().position(|it| it.name == name)?;
        Some(self.figures[place])
    }

    /// Ours to the best peer's, if both are there. In hundredths: what is less
    /// is noise, and neither wins nor loses a row.
    pub fn ratio(&self) -> Option<f64> {
        let ratio = stats::ratio(self.of(Role::Ours).next()?, self.of(Role::Peer))?;
        Some((ratio * 100.0).round() / 100.0)
    }

    /// Whether the goal is met; `None` where there is nothing to compare.
    pub fn won(&self) -> Option<bool> {
        match self.row.goal {
            Goal::Ratio(most) => Some(self.ratio()? <= most),
            Goal::Figure(most) => Some(self.of(Role::Ours).next()? <= most),
        }
    }
}
