//! What every row shares: how it is sampled, and what its figures say.
//!
//! A row is one piece of work and a list of entries, each the same work done
//! by another contender. Samples are taken in turns, one of each entry per
//! round, so that whatever else the machine does in the meantime falls on all
//! of them; what is reported is each entry's median, and whether the quartiles of
//! ours and the best peer's are far enough apart to say who won.

pub mod clock;
pub mod heap;
pub mod instructions;
pub mod stats;
pub mod table;

use stats::{Spread, median};

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
    /// Shown, but another kind of thing: `io_uring` beside epoll, threads that
    /// share nothing beside a pool.
    Beside,
}

/// What a sample came to.
#[derive(Clone, Copy)]
pub struct Sample {
    pub figure: f64,
    /// Of a server: how often one of its threads went to sleep, per request.
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

/// An entry's samples, all together.
pub struct Measured {
    pub spread: Spread,
    /// The median of the samples'.
    pub switches: Option<f64>,
}

/// What came of a row, in the order of its entries.
pub struct Outcome<'a> {
    pub row: &'a Row,
    pub measured: Vec<Measured>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Won,
    Lost,
    /// The samples scatter about the goal: another run may say otherwise.
    Open,
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

/// In hundredths: what is less is noise, and neither wins nor loses a row.
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

    /// Ours to the best peer's, if both are there.
    pub fn ratio(&self) -> Option<f64> {
        let peers = self.of(Role::Peer).map(|peer| peer.median);
        stats::ratio(self.of(Role::Ours).next()?.median, peers).map(hundredths)
    }

    /// What the goal is held against, from the side of the quartiles that is
    /// best for us to the one that is worst: of a ratio, from our lower quartile
    /// to the best peer's upper one, and the other way about. `None` where there
    /// is nothing to compare, or too few samples to have quartiles.
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

    /// Whether the goal is met; `None` where [`range`](Self::range) is.
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
