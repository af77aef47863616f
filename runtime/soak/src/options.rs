//! The command line.

use crate::flavour::Flavour;
use std::time::Duration;

const HELP: &str = "\
wakeful-soak [--minutes N | --hours N | --seconds N] [--connections N] [--flavor NAME] [--seed N]

  --minutes N      how long to run, over all flavours (default: 6)
  --connections N  how many connections to hold at once (default: 10000)
  --flavor NAME    run only this flavour: current_thread, multi_thread or thread_per_core
  --seed N         repeat the behaviour of the earlier run that printed this seed";

/// The longest time that one runtime lives before its ledger is checked.
const ROUND: Duration = Duration::from_mins(5);

pub struct Options {
    pub seed: u64,
    pub connections: usize,
    pub flavours: Vec<Flavour>,
    pub time: Duration,
}

impl Options {
    /// # Errors
    /// With the help text, if an argument is wrong.
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

    /// The number of rounds and the length of each. Every flavour gets the same number
    /// of rounds.
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
    // Short enough to type.
    RandomState::new().hash_one(()) % 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn every_flavour_gets_the_same_number_of_rounds() {
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
    fn a_wrong_argument_is_answered_with_the_help_text() {
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
