//! How every row is sampled, and what its figures say.
//!
//! A row is one piece of work and a list of entries. Each entry is the same work
//! done by another contender. Each round takes one sample of each entry, so
//! everything else that the machine does affects all of them. The table shows
//! each entry's median. It also shows whether our quartiles and those of the peers
//! are far enough apart to say who won.

pub mod callgrind;
pub mod clock;
pub mod heap;
pub mod instructions;
pub mod markdown;
pub mod stats;
pub mod table;

use stats::{Spread, median};

/// The amount of work in a sample.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Divides the counts of the full run.
    pub divisor: u32,
}

impl Scale {
    pub fn of(self, count: u32) -> u32 {
        (count / self.divisor).max(1)
    }
}

/// The role of an entry in the ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The same work by hand, without a runtime.
    Floor,
    /// `wakeful`.
    Ours,
    /// The ratio compares ours with the best of these.
    Peer,
    /// Shown, but not in the ratio, because it is another design: `io_uring`
    /// beside epoll, or threads that share nothing beside a pool.
    Beside,
}

/// The result of a sample.
#[derive(Clone, Copy)]
pub struct Sample {
    pub figure: f64,
    /// For a server: how often its threads went to sleep, per request.
    pub switches: Option<f64>,
}

impl From<f64> for Sample {
    fn from(figure: f64) -> Self {
        Self {
            figure,
            switches: None,
        }
    }
}

pub struct Entry {
    pub name: &'static str,
    pub role: Role,
    pub sample: Box<dyn Fn(Scale) -> Sample>,
}

impl Entry {
    pub fn of<S: Into<Sample>>(
        name: &'static str,
        role: Role,
        sample: impl Fn(Scale) -> S + 'static,
    ) -> Self {
        Self {
            name,
            role,
            sample: Box::new(move |scale| sample(scale).into()),
        }
    }
}

/// The goal of a row.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this many times the best peer's figure.
    Ratio(f64),
    /// At most this figure.
    Figure(f64),
}

pub struct Row {
    /// Its name on the command line.
    pub key: String,
    pub title: String,
    pub unit: &'static str,
    pub goal: Goal,
    pub entries: Vec<Entry>,
}

/// Rows that are printed as one table.
pub struct Table {
    pub title: &'static str,
    pub rows: Vec<Row>,
}

/// The samples of an entry, summarised.
pub struct Measured {
    pub spread: Spread,
    /// The median of the samples' switches.
    pub switches: Option<f64>,
}

/// The results of a row, in the order of its entries.
pub struct Outcome<'a> {
    pub row: &'a Row,
    pub measured: Vec<Measured>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Won,
    Lost,
    /// The samples lie on both sides of the goal. Another run may decide
    /// otherwise.
    Open,
}

/// The unit of the rows whose instructions can be counted. The other rows measure a
/// server, which is another process, or memory, or how late something happens.
pub const COUNTABLE: &str = "ns";

impl Row {
    /// Takes `rounds` samples of each entry.
    pub fn run(&self, scale: Scale, rounds: usize) -> Outcome<'_> {
        let entries = self.entries.len();
        let mut samples = vec![Vec::with_capacity(rounds); entries];
        for round in 0..rounds {
            // Each round starts with another entry. So an entry does not always
            // find the caches and the heap of the same predecessor.
            for turn in 0..entries {
                let next = (round + turn) % entries;
                samples[next].push((self.entries[next].sample)(scale));
            }
        }
        Outcome {
            row: self,
            measured: samples.iter().map(|of| Measured::of(of)).collect(),
        }
    }
}

impl Measured {
    fn of(samples: &[Sample]) -> Self {
        let mut figures: Vec<f64> = samples.iter().map(|it| it.figure).collect();
        let mut switches: Vec<f64> = samples.iter().filter_map(|it| it.switches).collect();
        Self {
            spread: Spread::of(&mut figures),
            switches: (!switches.is_empty()).then(|| median(&mut switches)),
        }
    }
}

/// Rounds to hundredths. Smaller differences are noise and decide no row.
fn hundredths(ratio: f64) -> f64 {
    (ratio * 100.0).round() / 100.0
}

impl Outcome<'_> {
    fn of(&self, role: Role) -> impl Iterator<Item = Spread> {
        let entries = self.row.entries.iter().zip(&self.measured);
        entries
            .filter(move |(entry, _)| entry.role == role)
            .map(|(_, measured)| measured.spread)
    }

    pub fn named(&self, name: &str) -> Option<&Measured> {
        let place = self.row.entries.iter().position(|it| it.name == name)?;
        Some(&self.measured[place])
    }

    /// The ratio of ours to the best peer, if the row has both.
    pub fn ratio(&self) -> Option<f64> {
        let peers = self.of(Role::Peer).map(|peer| peer.median);
        stats::ratio(self.of(Role::Ours).next()?.median, peers).map(hundredths)
    }

    /// The range that is compared with the goal. For a ratio, it goes from our
    /// lower quartile over the smallest upper quartile of a peer to our upper
    /// quartile over the smallest lower quartile of a peer. `None` if the row has
    /// nothing to compare, or too few samples for quartiles.
    pub fn range(&self) -> Option<(f64, f64)> {
        let ours = self.of(Role::Ours).next().filter(Spread::is_known)?;
        match self.row.goal {
            Goal::Figure(_) => Some((ours.lower, ours.upper)),
            Goal::Ratio(_) => {
                let best = stats::ratio(ours.lower, self.of(Role::Peer).map(|peer| peer.upper))?;
                let worst = stats::ratio(ours.upper, self.of(Role::Peer).map(|peer| peer.lower))?;
                Some((hundredths(best), hundredths(worst)))
            }
        }
    }

    /// Whether the goal is met. `None` if [`range`](Self::range) is `None`.
    pub fn verdict(&self) -> Option<Verdict> {
        let (best, worst) = self.range()?;
        let (Goal::Ratio(most) | Goal::Figure(most)) = self.row.goal;
        Some(match () {
            () if worst <= most => Verdict::Won,
            () if best > most => Verdict::Lost,
            () => Verdict::Open,
        })
    }
}
