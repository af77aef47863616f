//! The command line.

use crate::{
    contenders::{self, Contender},
    program::ALLOCATORS,
    rows::{ROWS, Row},
};

pub const HELP: &str = "\
dynamic-benchmarks [ROW…] [--quick] [--rounds N] [--with ALLOCATOR] [--only CONTENDER] [--count]

  ROW               run only the rows whose name contains this, such as d4 or d8-ready
  --quick           do a tenth of the work in three rounds, as a test
  --rounds N        take N samples of each contender. The tables show the median
  --with ALLOCATOR  run only with this allocator: glibc, jemalloc or mimalloc
  --only CONTENDER  run only the contenders whose name contains this
  --count           count instructions, loads, stores and mispredicted branches with
                    callgrind instead of time, with glibc's allocator";

#[derive(Debug, PartialEq)]
pub struct Options {
    /// Divides the passes of a sample.
    pub divisor: u32,
    pub rounds: usize,
    pub count: bool,
    pub rows: Vec<&'static Row>,
    pub contenders: Vec<&'static str>,
    pub allocators: Vec<&'static str>,
}

impl Options {
    /// # Errors
    /// The help text, if an argument is unknown or incomplete, or if no row or contender fits.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, &'static str> {
        let (mut divisor, mut rounds, mut count) = (1, None, false);
        let (mut rows, mut only, mut with) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => divisor = 10,
                "--rounds" => {
                    let number = arguments.next().and_then(|number| number.parse().ok());
                    rounds = Some(number.filter(|rounds| *rounds > 0).ok_or(HELP)?);
                }
                "--only" => only.push(arguments.next().ok_or(HELP)?),
                "--with" => with.push(arguments.next().ok_or(HELP)?),
                "--count" => count = true,
                option if option.starts_with('-') => return Err(HELP),
                row => rows.push(row.into()),
            }
        }
        let options = Self {
            divisor,
            rounds: rounds.unwrap_or(if divisor == 1 { 15 } else { 3 }),
            count,
            rows: chosen(ROWS.iter(), |row| row.key, &rows),
            contenders: chosen(contenders::all().into_iter(), name, &only)
                .iter()
                .map(name)
                .collect(),
            allocators: chosen(ALLOCATORS.into_iter(), |name| name, &with),
        };
        let is_empty = options.rows.is_empty()
            || options.contenders.is_empty()
            || options.allocators.is_empty();
        if is_empty { Err(HELP) } else { Ok(options) }
    }
}

fn name(contender: &Contender) -> &'static str {
    contender.name
}

/// The values whose name contains one of the words, or all values if there are no words.
fn chosen<T>(
    all: impl Iterator<Item = T>,
    name: impl Fn(&T) -> &'static str,
    words: &[String],
) -> Vec<T> {
    let fits = |value: &T| words.iter().any(|word| name(value).contains(word.as_str()));
    all.filter(|value| words.is_empty() || fits(value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, &'static str> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn without_arguments_everything_runs() {
        let options = parse("").unwrap();
        assert_eq!(options.rows.len(), ROWS.len());
        assert_eq!(options.contenders.len(), contenders::all().len());
        assert_eq!(options.allocators, ALLOCATORS);
    }

    #[test]
    fn a_part_of_a_name_chooses_what_contains_it() {
        let options = parse("d4 d1-ready --only dynify --with mi").unwrap();
        let keys: Vec<_> = options.rows.iter().map(|row| row.key).collect();
        assert_eq!(keys, ["d1-ready", "d4-ready", "d4-yield"]);
        assert_eq!(options.contenders.len(), 2);
        assert_eq!(options.allocators, ["mimalloc"]);
    }

    #[test]
    fn a_quick_run_takes_as_many_rounds_as_the_option_says() {
        let rounds = |line| parse(line).map(|options| options.rounds);
        assert_eq!(rounds("--quick"), Ok(3));
        assert_eq!(rounds("--quick --rounds 7"), Ok(7));
        assert_eq!(rounds("--rounds 7 --quick"), Ok(7));
    }

    #[test]
    fn an_unknown_or_incomplete_option_is_answered_with_the_help_text() {
        for line in [
            "--fast",
            "--rounds",
            "--rounds 0",
            "--rounds many",
            "--only",
            "--only nothing",
            "--with",
            "d9",
        ] {
            assert_eq!(parse(line), Err(HELP), "{line}");
        }
    }
}
