//! The command line.

use crate::harness::{Row, Scale};

const HELP: &str = "\
wakeful-benchmarks [ROW…] [--quick] [--rounds N] [--only CONTENDER]

  ROW               only these rows (part of a name is enough)
  --quick           a tenth of the work, three rounds: to see that it runs
  --rounds N        samples per contender; their median is reported
  --only CONTENDER  only this contender, to look at it with a profiler";

pub struct Options {
    pub scale: Scale,
    pub rounds: usize,
    only: Option<String>,
    rows: Vec<String>,
}

impl Options {
    /// # Errors
    /// With what can be said, when it is not that.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            scale: Scale { divisor: 1 },
            rounds: 0,
            only: None,
            rows: Vec::new(),
        };
        let mut usual = 11;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => {
                    options.scale = Scale { divisor: 10 };
                    usual = 3;
                }
                "--rounds" => {
                    let rounds = arguments.next().and_then(|number| number.parse().ok());
                    options.rounds = rounds.filter(|rounds| *rounds > 0).ok_or(HELP)?;
                }
                "--only" => options.only = Some(arguments.next().ok_or(HELP)?),
                option if option.starts_with('-') => return Err(HELP.into()),
                row => options.rows.push(row.into()),
            }
        }
        if options.rounds == 0 {
            options.rounds = usual;
        }
        Ok(options)
    }

    /// The rows that were asked for, with the contenders that were.
    pub fn chosen(&self, rows: Vec<Row>) -> Vec<Row> {
        let named = |row: &Row| self.rows.iter().any(|part| row.key.contains(part.as_str()));
        let mut rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| self.rows.is_empty() || named(row))
            .collect();
        if let Some(only) = &self.only {
            for row in &mut rows {
                row.entries.retain(|entry| entry.name == only);
            }
            rows.retain(|row| !row.entries.is_empty());
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn part_of_a_name_chooses_rows() {
        let options = parse("sleep").expect("a row");
        let keys = options.chosen(rows::one_thread());
        assert!(keys.iter().all(|row| row.key.contains("sleep")));
        assert!(keys.len() > 1);
    }

    #[test]
    fn one_contender_can_run_alone() {
        let options = parse("spawn --only wakeful --rounds 1").expect("options");
        for row in options.chosen(rows::one_thread()) {
            assert_eq!(row.entries.len(), 1, "{}", row.key);
        }
        assert_eq!(options.rounds, 1);
    }

    #[test]
    fn a_quick_run_still_takes_as_many_rounds_as_it_is_told() {
        let rounds = |line| parse(line).map(|options| options.rounds);
        assert_eq!(rounds("--quick --rounds 7"), Ok(7));
        assert_eq!(rounds("--rounds 7 --quick"), Ok(7));
        assert_eq!(rounds("--quick"), Ok(3));
    }

    #[test]
    fn what_is_not_understood_is_answered_with_help() {
        for line in [
            "--fast",
            "--rounds",
            "--rounds 0",
            "--rounds many",
            "--only",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
