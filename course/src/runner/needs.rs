//! The tests of a module run the code of earlier modules. If one of those is unfinished, a failing
//! test says which one it is and what to do.

use crate::catalog::{Catalog, Exercise, Layout};
use crate::runner::{TestStatus, Verdict};
use crate::skeleton;

/// What to do about unfinished modules.
fn advice(modules: &[&Exercise]) -> String {
    let ids: Vec<&str> = modules.iter().map(|module| &*module.id).collect();
    let named: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    let (needed, solve, solution) = match &named[..] {
        [others @ .., last] if !others.is_empty() => {
            let needed = format!("{} and {last}", others.join(", "));
            (needed, "solve them", "our solutions")
        }
        _ => (named.concat(), "solve it", "our solution"),
    };
    format!(
        "needs {needed}: {solve}, or put {solution} in place with `cargo course fill {}`",
        ids.join(" ")
    )
}

/// Adds to a failed verdict which modules its tests need.
pub(super) fn tell(layout: &Layout, exercise: &Exercise, verdict: &mut Verdict) {
    if exercise.uses.is_empty() || verdict.passed() || verdict.tests.is_empty() {
        return;
    }
    let Ok(catalog) = Catalog::load(layout) else {
        return;
    };
    let open = skeleton::open(layout, &catalog, &exercise.uses);
    if open.is_empty() {
        return;
    }
    let mut needed = vec![false; open.len()];
    let failed = verdict
        .tests
        .iter_mut()
        .filter(|test| test.status == TestStatus::Failed);
    for test in failed {
        let said = test.message.take().unwrap_or_default();
        // The work that is missing first is in the exercise itself.
        if panicked_in(&said, exercise) && said.contains("not yet implemented") {
            test.message = Some(said);
            continue;
        }
        // The module whose code panicked. If the test failed in another way, it may be any of them.
        let any = !open.iter().any(|module| panicked_in(&said, module));
        let blamed: Vec<usize> = (0..open.len())
            .filter(|at| any || panicked_in(&said, open[*at]))
            .collect();
        let modules: Vec<&Exercise> = blamed.iter().map(|at| open[*at]).collect();
        let said = if any {
            &said
        } else {
            first_panic(&said, modules[0])
        };
        let message = format!("{}\n\n{said}", advice(&modules));
        test.message = Some(message.trim_end().to_owned());
        for at in blamed {
            needed[at] = true;
        }
    }
    let modules: Vec<&Exercise> = open
        .iter()
        .zip(needed)
        .filter_map(|(module, needed)| needed.then_some(*module))
        .collect();
    if !modules.is_empty() {
        verdict.advice.get_or_insert(advice(&modules));
        verdict.needs = modules.iter().map(|module| module.id.clone()).collect();
    }
}

/// Whether a test's message names a panic in the reader's file of this exercise.
fn panicked_in(said: &str, exercise: &Exercise) -> bool {
    said.contains(&place(exercise))
}

/// How a panic in the reader's file of this exercise begins.
fn place(exercise: &Exercise) -> String {
    let file = exercise.file.display();
    let place = format!("panicked at work/{}/{file}:", exercise.folder);
    place.replace('\\', "/")
}

/// The first panic in this module, without the panics that it caused in other places. So tests that
/// stop at the same hole have the same message.
fn first_panic<'a>(said: &'a str, module: &Exercise) -> &'a str {
    let begin = said.find(&place(module)).unwrap_or(0);
    let said = &said[begin..];
    let next = ["\npanicked at ", "\nthread '"].map(|next| said.find(next));
    &said[..next.into_iter().flatten().min().unwrap_or(said.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Kind, Settings};

    fn module(id: &str) -> Exercise {
        Exercise {
            id: id.into(),
            chapter: "02-fix".into(),
            folder: "my-runtime".into(),
            package: "my-runtime".into(),
            title: String::new(),
            kind: Kind::Build,
            minutes: 1,
            file: "src/a.rs".into(),
            test: "tests/a.rs".into(),
            summary: String::new(),
            hints: Default::default(),
            mutants: Vec::new(),
            module: None,
            can: None,
            uses: Vec::new(),
            fails: None,
            formerly: Vec::new(),
            formerly_at: Vec::new(),
            settings: Settings::default(),
        }
    }

    #[test]
    fn only_the_first_panic_in_an_unfinished_module_is_shown() {
        let said = "killed by signal 6\npanicked at work/my-runtime/src/a.rs:3:5:\nnot yet \
                    implemented: forget\nthread 'x' panicked at work/my-runtime/src/a.rs:3:5:\nagain";
        assert_eq!(
            first_panic(said, &module("a/b")),
            "panicked at work/my-runtime/src/a.rs:3:5:\nnot yet implemented: forget"
        );
    }

    #[test]
    fn several_modules_are_filled_by_one_command() {
        let modules = ["a/b", "a/c", "a/d"].map(module);
        let all: Vec<&Exercise> = modules.iter().collect();
        assert_eq!(
            advice(&all[..1]),
            "needs `a/b`: solve it, or put our solution in place with `cargo course fill a/b`"
        );
        assert_eq!(
            advice(&all),
            "needs `a/b`, `a/c` and `a/d`: solve them, or put our solutions in place with \
             `cargo course fill a/b a/c a/d`"
        );
    }
}
