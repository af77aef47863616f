//! A module's tests run the code of earlier modules. Where one of those is not solved yet, a
//! failing test says which one it is and what to do.

use crate::catalog::{Catalog, Exercise, Layout};
use crate::runner::{TestStatus, Verdict};
use crate::skeleton;

/// What to do about an unsolved module.
pub fn advice(id: &str) -> String {
    format!("needs `{id}`: solve it, or put our solution in place with `cargo course fill {id}`")
}

/// Adds to a verdict that is not green which modules it waits for.
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
    let file = |exercise: &Exercise| {
        let file = format!(
            "panicked at work/{}/{}:",
            exercise.folder,
            exercise.file.display()
        );
        file.replace('\\', "/")
    };
    for test in &mut verdict.tests {
        let said = test.message.take().unwrap_or_default();
        let own = said.contains(&file(exercise));
        test.message = if test.status != TestStatus::Failed || own {
            Some(said).filter(|said| !said.is_empty())
        } else {
            // The module whose code panicked, if it is one of them.
            let blamed: Vec<&&Exercise> = open
                .iter()
                .filter(|module| said.contains(&file(module)))
                .collect();
            let blamed = if blamed.is_empty() {
                open.iter().collect()
            } else {
                blamed
            };
            let needs: Vec<String> = blamed.iter().map(|module| advice(&module.id)).collect();
            Some(
                format!("{}\n\n{said}", needs.join("\n"))
                    .trim_end()
                    .to_owned(),
            )
        };
    }
    verdict.needs = open.iter().map(|module| module.id.clone()).collect();
    let all: Vec<String> = verdict.needs.iter().map(|id| advice(id)).collect();
    verdict.advice.get_or_insert(all.join("; "));
}
