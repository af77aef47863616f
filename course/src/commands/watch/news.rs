//! The news of a changed course, in the order in which the reader needs them.

use crate::catalog::{Exercise, Layout};

/// The names of an exercise in the news.
pub(super) struct Names {
    id: String,
    files: [String; 2],
}

impl Names {
    pub fn of(layout: &Layout, exercise: &Exercise) -> Self {
        let test = exercise.dir(layout).join(&exercise.test);
        Self {
            id: exercise.id.clone(),
            files: [exercise.path(layout), test].map(|path| layout.show(&path)),
        }
    }

    fn has_id_in(&self, text: &str) -> bool {
        has(text, &self.id)
    }

    fn has_file_in(&self, text: &str) -> bool {
        self.files.iter().any(|file| has(text, file))
    }
}

/// Puts the news about these exercises first: those with the id of an exercise, and then those with a file
/// of it. A list stays together.
pub(super) fn with_first(news: &str, current: &[Names]) -> String {
    let rank = |text: &str| {
        let ids = current.iter().map(|names| names.has_id_in(text));
        let files = current.iter().map(|names| names.has_file_in(text));
        let mut named = ids.chain(files);
        named.position(|is_named| is_named).unwrap_or(usize::MAX)
    };
    let mut pieces: Vec<Vec<&str>> = Vec::new();
    for line in news.lines() {
        match pieces.last_mut() {
            Some(piece) if line.starts_with([' ', '`']) => piece.push(line),
            _ => pieces.push(vec![line]),
        }
    }
    for piece in &mut pieces {
        let files = piece[1..].iter().take_while(|line| line.contains(" -> "));
        let end = 1 + files.count();
        piece[1..end].sort_by_key(|line| rank(line));
    }
    pieces.sort_by_key(|piece| rank(&piece.join("\n")));
    pieces.concat().join("\n")
}

/// Whether a text has this name as a whole word.
fn has(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(news: &str) -> String {
        let names = Names {
            id: "fix/double".into(),
            files: ["src/double.rs".into(), "tests/double.rs".into()],
        };
        with_first(news, &[names])
    }

    #[test]
    fn the_news_of_the_exercise_before_come_before_those_of_the_next_one() {
        let names = ["fix/double", "fix/count"].map(|id| Names {
            id: id.into(),
            files: [format!("{id}.rs"), format!("{id}-test.rs")],
        });
        let news =
            "fix/count has changed.\nThe exercise fix/double is no longer part of the course.";
        let expected =
            "The exercise fix/double is no longer part of the course.\nfix/count has changed.";
        assert_eq!(with_first(news, &names), expected);
    }

    #[test]
    fn what_names_the_exercise_comes_before_what_names_its_files() {
        let news = "New exercises: fix/doubles.\n\
                    tests/double.rs has changed.\n\
                    The exercise fix/double is now fix/twice.";
        let expected = "The exercise fix/double is now fix/twice.\n\
                        tests/double.rs has changed.\n\
                        New exercises: fix/doubles.";
        assert_eq!(sorted(news), expected);
    }

    #[test]
    fn a_list_keeps_its_head_and_what_is_said_below_it() {
        let news = "First.\n\
                    Your work was copied:\n  src/count.rs -> a\n  src/double.rs -> b\n\
                    `git restore exercises` puts it back.\n\
                    Last.";
        let expected = "Your work was copied:\n  src/double.rs -> b\n  src/count.rs -> a\n\
                        `git restore exercises` puts it back.\n\
                        First.\n\
                        Last.";
        assert_eq!(sorted(news), expected);
    }

    #[test]
    fn the_parts_of_a_warning_stay_in_their_order() {
        let warning = "warning: work/ is old\n  because: no space\n  help: move src/double.rs away";
        assert_eq!(sorted(warning), warning);
    }
}
