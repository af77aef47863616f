//! The command line.

use crate::flavour::Flavour;
use std::time::Duration;

const HELP: &str = "\
wakeful-soak [--minutes N | --hours N | --seconds N] [--connections N] [--flavor NAME] [--seed N]

  --minutes N      for how long, over all flavours; 6 unless told
  --connections N  how many at a time; 10000 unless told
  --flavor NAME    only this one: current_thread, multi_thread or thread_per_core
  --seed N         the behaviour of an earlier run, which printed this";

/// The longest that one runtime lives before its ledger is drawn up.
const ROUND: Duration = Duration::from_mins(5);

pub struct Options {
    pub seed: u64,
    pub connections: usize,
    pub flavours: Vec<Flavour>,
    pub time: Duration,
}

impl Options {
    /// # Errors
    /// With what can be said, when it is not that.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            seed: fresh_seed(),
            connections: 10_000,
            flavours: Flavour::ALL.to_vec(),
            time: Duration::from_mins(6),
        };
        while let Some(option) = arguments.next() {
            let value = arguments.next().ok_or(HELP)?;
            let number = || value.parse::<u64>().ok().filter(|number| *number > 0);
            match option.as_str() {
                "--seconds" => options.time = Duration::from_secs(number().ok_or(HELP)?),
                "--minutes" => options.time = Duration::from_mins(number().ok_or(HELP)?),
                "--hours" => options.time = Duration::from_hours(number().ok_or(HELP)?),
                "--connections" => {
                    let connections = number().and_then(|number| number.try_into().ok());
                    options.connections = connections.ok_or(HELP)?;
                }
                "--seed" => options.seed = value.parse().map_err(|_| HELP)?,
                "--flavor" => options.flavours = vec![Flavour::named(&value).ok_or(HELP)?],
                _ => return Err(HELP.into()),
            }
        }
        Ok(options)
    }

    /// How many rounds, and how long each: every flavour as often as the
    /// others.
    pub fn rounds(&self) -> (usize, Duration) {
        let flavours = u32::try_from(self.flavours.len()).expect("a few");
        let cycles = self.time.div_duration_f64(ROUND * flavours).ceil().max(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few hundred"
        )]
        let rounds = cycles as u32 * flavours;
        (rounds as usize, self.time / rounds)
    }
}

fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // Short enough to be typed.
    RandomState::new().hash_one(()) % 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn every_flavour_gets_as_many_rounds_as_the_others() {
        let rounds = |line| parse(line).map(|options| options.rounds());
        let minutes = Duration::from_mins;
        assert_eq!(rounds("--minutes 6"), Ok((3, minutes(2))));
        assert_eq!(rounds("--minutes 15"), Ok((3, minutes(5))));
        assert_eq!(rounds("--hours 2"), Ok((24, minutes(5))));
        assert_eq!(
            rounds("--flavor multi_thread --minutes 4"),
            Ok((1, minutes(4)))
        );
    }

    #[test]
    fn what_is_not_understood_is_answered_with_help() {
        for line in [
            "--minutes",
            "--minutes 0",
            "--connections many",
            "--flavor strawberry",
            "--seed x",
            "now",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
