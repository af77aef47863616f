//! The printed table: one line a row, one column a contender.

use super::{Goal, Outcome, Role};
use std::fmt::Write;

/// The table of `outcomes`, as Markdown. Its columns are the floor, ours, and
/// then the others in the order in which they first appear.
pub fn render(title: &str, outcomes: &[Outcome<'_>]) -> String {
    let columns = columns(outcomes);
    let mut lines = vec![heads(title, &columns)];
    lines.extend(outcomes.iter().map(|outcome| line(outcome, &columns)));
    align(&lines)
}

fn columns(outcomes: &[Outcome<'_>]) -> Vec<&'static str> {
    let mut columns = Vec::new();
    for role in [Role::Floor, Role::Ours, Role::Peer, Role::Beside] {
        for entry in outcomes.iter().flat_map(|outcome| &outcome.row.entries) {
            if entry.role == role && !columns.contains(&entry.name) {
                columns.push(entry.name);
            }
        }
    }
    columns
}

fn heads(title: &str, columns: &[&str]) -> Vec<String> {
    let heads = [title, "unit"].into_iter().chain(columns.iter().copied());
    let heads = heads.chain(["ratio", "goal", ""]);
    heads.map(String::from).collect()
}

fn line(outcome: &Outcome<'_>, columns: &[&str]) -> Vec<String> {
    let row = outcome.row;
    let figures = columns.iter().map(|name| outcome.named(name));
    let ratio = outcome.ratio().map(|ratio| format!("{ratio:.2}"));
    let goal = match row.goal {
        Goal::Ratio(most) => format!("≤ {most:.2}"),
        Goal::Figure(most) => format!("≤ {most} {}", row.unit),
    };
    let verdict = outcome.won().map(|won| if won { "won" } else { "lost" });
    let mut line = vec![format!("{} ({})", row.title, row.key), row.unit.into()];
    line.extend(figures.map(|it| it.map_or_else(|| "–".into(), figure)));
    line.push(ratio.unwrap_or_else(|| "–".into()));
    line.push(goal);
    line.push(verdict.unwrap_or("–").into());
    line
}

/// Three digits that mean something.
fn figure(figure: f64) -> String {
    match figure.abs() {
        size if size >= 99.95 => format!("{figure:.0}"),
        size if size >= 9.995 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

fn align(lines: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let mut table = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            // Words to the left, figures to the right.
            let _ = match column {
                0 | 1 => write!(table, "| {cell:<width$} "),
                _ => write!(table, "| {cell:>width$} "),
            };
        }
        table.push_str("|\n");
        if number == 0 {
            for (column, width) in widths.iter().enumerate() {
                let end = if column < 2 { '-' } else { ':' };
                let _ = write!(table, "|{}{end}", "-".repeat(width + 1));
            }
            table.push_str("|\n");
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::{Entry, Row};
    use super::*;

    fn row(goal: Goal, names: &[(&'static str, Role)]) -> Row {
        let entries = names.iter().map(|&(name, role)| Entry {
            name,
            role,
            sample: Box::new(|_| unreachable!("not sampled here")),
        });
        Row {
            key: "key".into(),
            title: "title".into(),
            unit: "ns",
            goal,
            entries: entries.collect(),
        }
    }

    const ALL: [(&str, Role); 5] = [
        ("tokio", Role::Peer),
        ("smol", Role::Peer),
        ("uring", Role::Beside),
        ("wakeful", Role::Ours),
        ("floor", Role::Floor),
    ];

    fn rendered(goal: Goal, names: &[(&'static str, Role)], figures: &[f64]) -> String {
        let row = row(goal, names);
        let outcome = Outcome {
            row: &row,
            figures: figures.to_vec(),
        };
        let table = render("one thread", &[outcome]);
        table.lines().nth(2).expect("a line").to_owned()
    }

    #[test]
    fn a_row_is_won_against_the_best_peer_and_no_other() {
        let line = rendered(Goal::Ratio(0.5), &ALL, &[100.0, 200.0, 1.0, 50.0, 2.0]);
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
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
                "≤ 0.50",
                "won",
                ""
            ]
        );
    }

    #[test]
    fn a_ratio_above_the_goal_is_lost() {
        let line = rendered(Goal::Ratio(0.5), &ALL, &[100.0, 200.0, 1.0, 51.0, 2.0]);
        assert!(line.contains("lost"), "{line}");
    }

    #[test]
    fn a_goal_that_is_a_figure_asks_no_peer() {
        let line = rendered(Goal::Figure(64.0), &ALL, &[1.0, 1.0, 1.0, 64.0, 1.0]);
        assert!(line.contains("won"), "{line}");
    }

    #[test]
    fn without_us_a_row_is_neither_won_nor_lost() {
        let line = rendered(Goal::Ratio(0.5), &ALL[..2], &[100.0, 200.0]);
        assert!(!line.contains("won") && !line.contains("lost"), "{line}");
    }
}
