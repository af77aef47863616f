//! Compares two texts: which lines are equal, which are similar, and which words differ in them.

use diffy::{DiffOptions, Line};

/// Lines that are equal in both texts, or rows of lines that differ.
#[derive(Debug, PartialEq, Eq)]
pub enum Run {
    Same(String),
    Changed(Vec<Row>),
}

/// Lines to show side by side: two similar lines, or any number of different ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub old: String,
    pub new: String,
    pub alike: bool,
}

/// Compares two texts and groups their lines into runs.
pub fn runs(old: &str, new: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut same = String::new();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    compare(old, new, &mut |line| match line {
        Line::Context(line) => {
            change(&mut gone, &mut come, &mut runs);
            same.push_str(line);
        }
        Line::Delete(line) => {
            keep(&mut same, &mut runs);
            gone.push(line.to_owned());
        }
        Line::Insert(line) => {
            keep(&mut same, &mut runs);
            come.push(line.to_owned());
        }
    });
    keep(&mut same, &mut runs);
    change(&mut gone, &mut come, &mut runs);
    runs
}

fn keep(same: &mut String, runs: &mut Vec<Run>) {
    if !same.is_empty() {
        runs.push(Run::Same(std::mem::take(same)));
    }
}

fn change(old: &mut Vec<String>, new: &mut Vec<String>, runs: &mut Vec<Run>) {
    if !(old.is_empty() && new.is_empty()) {
        runs.push(Run::Changed(rows(old, new)));
        old.clear();
        new.clear();
    }
}

/// Arranges changed lines in rows. Similar lines share a row, in the order of both texts, so that
/// the rows have as many words in common as possible.
fn rows(old: &[String], new: &[String]) -> Vec<Row> {
    let words =
        |lines: &[String]| -> Vec<Vec<String>> { lines.iter().map(|line| said(line)).collect() };
    let (before, after) = (words(old), words(new));
    let likeness = |a: usize, b: usize| alike(&before[a], &after[b]);
    // best[a][b]: the largest number of common words in the lines from `a` and from `b` on.
    let mut best = vec![vec![0; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            let pair = likeness(a, b).map_or(0, |common| common + best[a + 1][b + 1]);
            best[a][b] = pair.max(best[a + 1][b]).max(best[a][b + 1]);
        }
    }
    let mut rows = Vec::new();
    let mut apart = Row::default();
    let (mut a, mut b) = (0, 0);
    while a < old.len() || b < new.len() {
        let pair = (a < old.len() && b < new.len())
            .then(|| likeness(a, b))
            .flatten();
        if pair.is_some_and(|common| best[a][b] == common + best[a + 1][b + 1]) {
            rows.extend(Some(std::mem::take(&mut apart)).filter(|row| *row != Row::default()));
            rows.push(Row {
                old: old[a].clone(),
                new: new[b].clone(),
                alike: true,
            });
            (a, b) = (a + 1, b + 1);
        } else if a < old.len() && best[a][b] == best[a + 1][b] {
            apart.old.push_str(&old[a]);
            a += 1;
        } else {
            apart.new.push_str(&new[b]);
            b += 1;
        }
    }
    rows.extend(Some(apart).filter(|row| *row != Row::default()));
    rows
}

/// The words of a line. Punctuation does not count, because all code has it.
fn said(line: &str) -> Vec<String> {
    let words = pieces(line).filter(|piece| piece.starts_with(is_of_word));
    words.map(str::to_owned).collect()
}

/// The number of words that two lines have in common, if that is at least half of all their words.
fn alike(old: &[String], new: &[String]) -> Option<usize> {
    let mut left = new.to_vec();
    let common = old.iter().filter(|word| {
        let at = left.iter().position(|other| other == *word);
        at.map(|at| left.swap_remove(at)).is_some()
    });
    let common = common.count();
    (common > 0 && 4 * common >= old.len() + new.len()).then_some(common)
}

/// For each piece of two lines: whether the other line lacks it.
pub fn changed_words(old: &str, new: &str) -> (Vec<bool>, Vec<bool>) {
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let apart = |text: &str| -> String {
        pieces(text.trim_end())
            .flat_map(|piece| [piece, "\n"])
            .collect()
    };
    compare(&apart(old), &apart(new), &mut |line| match line {
        Line::Context(_) => {
            gone.push(false);
            come.push(false);
        }
        Line::Delete(_) => gone.push(true),
        Line::Insert(_) => come.push(true),
    });
    (gone, come)
}

/// Splits a text into words, runs of spaces, and single other characters.
pub fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = if is_of_word(first) {
            rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())
        } else if first == ' ' {
            rest.find(|c| c != ' ').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Calls `each` with every line of both texts, in the order of a diff.
fn compare(old: &str, new: &str, each: &mut dyn FnMut(Line<'_, str>)) {
    let all = old.lines().count() + new.lines().count();
    let patch = DiffOptions::new()
        .set_context_len(all)
        .create_patch(old, new);
    if patch.hunks().is_empty() {
        // Without a change there is no hunk.
        old.split_inclusive('\n')
            .for_each(|line| each(Line::Context(line)));
    }
    for hunk in patch.hunks() {
        hunk.lines().iter().for_each(|line| each(*line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(old: &str, new: &str, alike: bool) -> Row {
        Row {
            old: old.into(),
            new: new.into(),
            alike,
        }
    }

    #[test]
    fn similar_lines_share_a_row_and_others_stand_side_by_side() {
        let old = "fn f() {\n    let len = byte(1)?;\n    one();\n}\n";
        let new = "fn f() {\n    let a = b;\n    let len = byte(2);\n    (two + three) / four\n}\n";
        let changed = vec![
            row("", "    let a = b;\n", false),
            row(
                "    let len = byte(1)?;\n",
                "    let len = byte(2);\n",
                true,
            ),
            row("    one();\n", "    (two + three) / four\n", false),
        ];
        assert_eq!(
            runs(old, new),
            [
                Run::Same("fn f() {\n".into()),
                Run::Changed(changed),
                Run::Same("}\n".into()),
            ]
        );
    }
}
