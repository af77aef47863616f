//! Prints the tables. A table has a line for each row and a column for each
//! contender. The detailed table has a line for each contender.

use super::{
    Goal, Measured, Outcome, Role, Row, Verdict,
    markdown::{align, figure},
};

/// Explains the columns of [`render`].
pub const LEGEND: &str = "\
The figures are medians. The ratio compares wakeful with the best peer. `quartiles` shows the range of that ratio: from our
lower quartile over the smallest upper quartile of a peer to our upper quartile over the smallest lower one. A row is open if its goal is
inside the range, because another run may decide otherwise. Servers on `io_uring` (`uring`, glommio) are not part of the
ratio. The servers called `cores` are not part of it either. Compare them with each other: their two threads share nothing,
and each thread gets every second connection.";

/// Renders `outcomes` as a Markdown table. Its columns are the floor, ours, and
/// then the others in the order in which they first appear.
pub fn render(title: &str, outcomes: &[Outcome<'_>]) -> String {
    let columns = columns(outcomes.iter().map(|outcome| outcome.row));
    let mut lines = vec![heads(title, &columns)];
    lines.extend(outcomes.iter().map(|outcome| line(outcome, &columns)));
    align(&lines, 2)
}

/// Renders the distribution of the samples and how often the servers slept.
pub fn render_details(outcomes: &[Outcome<'_>]) -> String {
    let heads = ["row", "contender", "unit", "least", "25 %", "median"];
    let heads = heads.into_iter().chain(["75 %", "most", "sleeps/request"]);
    let mut lines = vec![heads.map(String::from).collect()];
    for Outcome { row, measured } in outcomes {
        let entries = row.entries.iter().zip(measured);
        lines.extend(entries.map(|(entry, Measured { spread, switches })| {
            let mut line = vec![row.key.clone(), entry.name.into(), row.unit.into()];
            let figures = [spread.least, spread.lower, spread.median, spread.upper];
            line.extend(figures.into_iter().chain([spread.most]).map(figure));
            line.push(switches.map_or_else(nothing, figure));
            line
        }));
    }
    align(&lines, 3)
}

/// Renders the instructions per item of each row's entries.
pub fn render_counts(title: &str, counted: &[(&Row, Vec<Option<f64>>)]) -> String {
    let columns = columns(counted.iter().map(|(row, _)| *row));
    let heads = std::iter::once(title).chain(columns.iter().copied());
    let mut lines = vec![heads.map(String::from).collect()];
    for (row, counts) in counted {
        let mut line = vec![format!("{} ({})", row.title, row.key)];
        line.extend(columns.iter().map(|name| {
            let place = row.entries.iter().position(|entry| entry.name == *name);
            let count = place.and_then(|place| counts[place]);
            count.map_or_else(nothing, |count| format!("{count:.1}"))
        }));
        lines.push(line);
    }
    align(&lines, 1)
}

fn nothing() -> String {
    "–".into()
}

fn columns<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<&'static str> {
    let entries: Vec<_> = rows.into_iter().flat_map(|row| &row.entries).collect();
    let mut columns = Vec::new();
    for role in [Role::Floor, Role::Ours, Role::Peer, Role::Beside] {
        for entry in &entries {
            if entry.role == role && !columns.contains(&entry.name) {
                columns.push(entry.name);
            }
        }
    }
    columns
}

fn heads(title: &str, columns: &[&str]) -> Vec<String> {
    let heads = [title, "unit"].into_iter().chain(columns.iter().copied());
    let heads = heads.chain(["ratio", "quartiles", "goal", ""]);
    heads.map(String::from).collect()
}

fn line(outcome: &Outcome<'_>, columns: &[&str]) -> Vec<String> {
    let row = outcome.row;
    let figures = columns.iter().map(|name| outcome.named(name));
    let ratio = outcome.ratio().map(|ratio| format!("{ratio:.2}"));
    let range = outcome.range().map(|(best, worst)| match row.goal {
        Goal::Ratio(_) => format!("{best:.2}–{worst:.2}"),
        Goal::Figure(_) => format!("{}–{} {}", figure(best), figure(worst), row.unit),
    });
    let goal = match row.goal {
        Goal::Ratio(most) => format!("≤ {most:.2}"),
        Goal::Figure(most) => format!("≤ {most} {}", row.unit),
    };
    let verdict = outcome.verdict().map(|verdict| match verdict {
        Verdict::Won => "won",
        Verdict::Lost => "lost",
        Verdict::Open => "open",
    });
    let mut line = vec![format!("{} ({})", row.title, row.key), row.unit.into()];
    line.extend(figures.map(|it| it.map_or_else(nothing, |it| figure(it.spread.median))));
    line.push(ratio.unwrap_or_else(nothing));
    line.push(range.unwrap_or_else(nothing));
    line.push(goal);
    line.push(verdict.unwrap_or("–").into());
    line
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, stats::Spread};
    use super::*;

    fn row(goal: Goal, names: &[(&'static str, Role)]) -> Row {
        let entry = |&(name, role)| Entry::of(name, role, |_| -> f64 { unreachable!() });
        Row {
            key: "key".into(),
            title: "title".into(),
            unit: "ns",
            goal,
            entries: names.iter().map(entry).collect(),
        }
    }

    const ALL: [(&str, Role); 5] = [
        ("tokio", Role::Peer),
        ("smol", Role::Peer),
        ("uring", Role::Beside),
        ("wakeful", Role::Ours),
        ("floor", Role::Floor),
    ];

    /// The cells of a row with these samples.
    fn line_of(goal: Goal, names: &[(&'static str, Role)], samples: &[&[f64]]) -> Vec<String> {
        let row = row(goal, names);
        let measured = samples.iter().map(|samples| Measured {
            spread: Spread::of(&mut samples.to_vec()),
            switches: None,
        });
        let outcome = Outcome {
            row: &row,
            measured: measured.collect(),
        };
        let table = render("one thread", &[outcome]);
        let line = table.lines().nth(2).expect("a line");
        line.split('|').map(|cell| cell.trim().into()).collect()
    }

    /// The same, with equal samples for each contender.
    fn rendered(goal: Goal, names: &[(&'static str, Role)], figures: &[f64]) -> Vec<String> {
        let samples: Vec<[f64; 3]> = figures.iter().map(|figure| [*figure; 3]).collect();
        let samples: Vec<&[f64]> = samples.iter().map(<[f64; 3]>::as_slice).collect();
        line_of(goal, names, &samples)
    }

    fn verdict(line: &[String]) -> &str {
        &line[line.len() - 2]
    }

    #[test]
    fn a_row_is_won_against_the_best_peer() {
        let cells = rendered(Goal::Ratio(0.5), &ALL, &[100.0, 200.0, 1.0, 50.0, 2.0]);
        assert_eq!(
            cells,
            [
                "",
                "title (key)",
                "ns",
                "2.00",
                "50.0",
                "100",
                "200",
                "1.00",
                "0.50",
                "0.50–0.50",
                "≤ 0.50",
                "won",
                ""
            ]
        );
    }

    #[test]
    fn a_ratio_above_the_goal_is_lost() {
        let line = rendered(Goal::Ratio(0.5), &ALL, &[100.0, 200.0, 1.0, 51.0, 2.0]);
        assert_eq!(verdict(&line), "lost");
    }

    #[test]
    fn a_row_is_open_while_the_goal_lies_between_the_quartiles() {
        let goal = Goal::Ratio(1.0);
        let peers = [("tokio", Role::Peer), ("wakeful", Role::Ours)];
        let tokio: &[f64] = &[80.0, 100.0, 140.0];
        for (ours, verdict_is) in [
            ([70.0, 75.0, 79.0], "won"),
            ([70.0, 75.0, 90.0], "open"),
            ([90.0, 120.0, 150.0], "open"),
            ([150.0, 160.0, 170.0], "lost"),
        ] {
            let line = line_of(goal, &peers, &[tokio, &ours]);
            assert_eq!(verdict(&line), verdict_is, "{line:?}");
        }
    }

    #[test]
    fn two_samples_are_too_few_to_decide_a_row() {
        let peers = [("tokio", Role::Peer), ("wakeful", Role::Ours)];
        let line = line_of(Goal::Ratio(1.0), &peers, &[&[9.0, 9.0], &[1.0, 1.0]]);
        assert_eq!(verdict(&line), "–");
    }

    #[test]
    fn a_goal_that_is_a_figure_needs_no_peer() {
        let line = rendered(Goal::Figure(64.0), &ALL, &[1.0, 1.0, 1.0, 64.0, 1.0]);
        assert_eq!(verdict(&line), "won");
    }

    #[test]
    fn a_row_without_wakeful_is_neither_won_nor_lost() {
        let line = rendered(Goal::Ratio(0.5), &ALL[..2], &[100.0, 200.0]);
        assert_eq!(verdict(&line), "–");
    }

    #[test]
    fn the_detailed_table_has_a_line_for_each_contender() {
        let row = row(Goal::Ratio(1.0), &ALL[..1]);
        let measured = vec![Measured {
            spread: Spread::of(&mut [4.0, 2.0, 6.0]),
            switches: Some(0.125),
        }];
        let row = &row;
        let table = render_details(&[Outcome { row, measured }]);
        let line = table.lines().nth(2).expect("a line");
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let figures = ["2.00", "2.00", "4.00", "6.00", "6.00"];
        assert_eq!(cells[1..4], ["key", "tokio", "ns"]);
        assert_eq!(cells[4..9], figures);
        assert_eq!(cells[9], "0.12");
    }
}
