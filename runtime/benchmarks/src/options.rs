//! The command line.

use crate::harness::{COUNTABLE, Entry, Scale, Table};
use std::collections::HashSet;

const HELP: &str = "\
wakeful-benchmarks [ROW…] [--quick] [--rounds N] [--only CONTENDER] [--detail | --count]

  ROW               run only these rows (a whole name means that row, a part of a
                    name means each row that contains it)
  --quick           do a tenth of the work in three rounds, as a test
  --rounds N        take N samples of each contender; the tables show the median
  --only CONTENDER  run only this contender, for example under a profiler
  --detail          also print the quartiles of the samples, and how often a
                    server's threads slept per request
  --count           count instructions per item with callgrind instead of time
                    (only the rows whose unit is ns)";

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
    /// The help text, if an argument is unknown or incomplete.
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

    /// Keeps the rows and the contender that the options ask for.
    /// Leaves out every contender for which `is_there` returns false.
    pub fn chosen(&self, mut tables: Vec<Table>, is_there: impl Fn(&str) -> bool) -> Vec<Table> {
        let rows = tables.iter().flat_map(|table| &table.rows);
        // A whole name means that row alone, even if it is a part of other names.
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
            for row in &mut table.rows {
                let is_chosen = |name| self.only.as_ref().is_none_or(|only| only == name);
                let keep = |entry: &Entry| is_there(entry.name) && is_chosen(entry.name);
                row.entries.retain(keep);
            }
            table.rows.retain(|row| !row.entries.is_empty());
            if self.count {
                table.rows.retain(|row| row.unit == COUNTABLE);
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
        let tables = parse(line)
            .expect("options")
            .chosen(rows::tables(), |_| true);
        tables.into_iter().flat_map(|table| table.rows).collect()
    }

    #[test]
    fn a_part_of_a_name_chooses_every_row_that_contains_it() {
        let rows = chosen("sleep");
        assert!(rows.iter().all(|row| row.key.contains("sleep")));
        assert!(rows.len() > 1);
    }

    #[test]
    fn a_whole_name_chooses_only_that_row() {
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
        assert!(chosen("spawn --only nothing").is_empty());
    }

    #[test]
    fn a_contender_that_cannot_run_is_left_out() {
        let tables = parse("spawn").expect("options");
        let tables = tables.chosen(rows::tables(), |name| name != "glommio");
        let entries = tables.iter().flat_map(|table| &table.rows);
        let mut names = entries.flat_map(|row| row.entries.iter().map(|entry| entry.name));
        assert!(names.all(|name| name != "glommio"));
    }

    #[test]
    fn a_quick_run_takes_as_many_rounds_as_the_option_says() {
        let rounds = |line| parse(line).map(|options| options.rounds);
        assert_eq!(rounds("--quick --rounds 7"), Ok(7));
        assert_eq!(rounds("--rounds 7 --quick"), Ok(7));
        assert_eq!(rounds("--quick"), Ok(3));
    }

    #[test]
    fn rows_with_a_network_are_not_counted() {
        let rows = chosen("--count");
        assert!(rows.iter().any(|row| row.key == "spawn"));
        assert!(!rows.iter().any(|row| row.key.contains("echo")));
    }

    #[test]
    fn an_unknown_or_incomplete_option_is_answered_with_the_help_text() {
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
