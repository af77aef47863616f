//! The command line.

use crate::harness::{Scale, Table};
use std::collections::HashSet;

const HELP: &str = "\
wakeful-benchmarks [ROW…] [--quick] [--rounds N] [--only CONTENDER] [--detail | --count]

  ROW               only these rows (part of a name is enough)
  --quick           a tenth of the work, three rounds: to see that it runs
  --rounds N        samples per contender; their median is reported
  --only CONTENDER  only this contender, to look at it with a profiler
  --detail          where each contender's samples lie, and how often a server's
                    threads slept per request
  --count           instructions per item, counted by callgrind, instead of time;
                    only rows that are in nanoseconds, which have no network";

pub struct Options {
    pub scale: Scale,
    pub rounds: usize,
    pub detail: bool,
    pub count: bool,
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
            detail: false,
            count: false,
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
                "--detail" => options.detail = true,
                "--count" => options.count = true,
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

    /// What was asked for of `tables`, with the contender that was.
    pub fn chosen(&self, mut tables: Vec<Table>) -> Vec<Table> {
        let rows = tables.iter().flat_map(|table| &table.rows);
        // A whole name means that row alone, though it be part of others'.
        let whole = rows.map(|row| row.key.clone()).collect::<HashSet<_>>();
        let means = |word: &String, key: &String| {
            if whole.contains(word) {
                word == key
            } else {
                key.contains(word)
            }
        };
        for table in &mut tables {
            table.rows.retain(|row| {
                self.rows.is_empty() || self.rows.iter().any(|word| means(word, &row.key))
            });
            if let Some(only) = &self.only {
                for row in &mut table.rows {
                    row.entries.retain(|entry| entry.name == only);
                }
                table.rows.retain(|row| !row.entries.is_empty());
            }
            if self.count {
                // Who serves does not compute in this process.
                table.rows.retain(|row| row.unit == "ns");
            }
        }
        tables.retain(|table| !table.rows.is_empty());
        tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{harness::Row, rows};

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(String::from))
    }

    fn chosen(line: &str) -> Vec<Row> {
        let tables = parse(line).expect("options").chosen(rows::tables());
        tables.into_iter().flat_map(|table| table.rows).collect()
    }

    #[test]
    fn part_of_a_name_chooses_rows() {
        let rows = chosen("sleep");
        assert!(rows.iter().all(|row| row.key.contains("sleep")));
        assert!(rows.len() > 1);
    }

    #[test]
    fn a_whole_name_chooses_that_row_alone() {
        assert_eq!(chosen("spawn").len(), 1);
    }

    #[test]
    fn without_a_name_all_rows_are_chosen() {
        let all = rows::tables().into_iter().map(|table| table.rows.len());
        assert_eq!(chosen("").len(), all.sum::<usize>());
    }

    #[test]
    fn one_contender_can_run_alone() {
        let rows = chosen("spawn --only wakeful --rounds 1");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].entries.len(), 1);
        assert!(chosen("spawn --only nobody").is_empty());
    }

    #[test]
    fn a_quick_run_still_takes_as_many_rounds_as_it_is_told() {
        let rounds = |line| parse(line).map(|options| options.rounds);
        assert_eq!(rounds("--quick --rounds 7"), Ok(7));
        assert_eq!(rounds("--rounds 7 --quick"), Ok(7));
        assert_eq!(rounds("--quick"), Ok(3));
    }

    #[test]
    fn what_is_counted_has_no_network() {
        let rows = chosen("--count");
        assert!(rows.iter().any(|row| row.key == "spawn"));
        assert!(!rows.iter().any(|row| row.key.contains("echo")));
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
