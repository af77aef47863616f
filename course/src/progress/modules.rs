//! The reader's runtime: which of its modules are done, and what it can do with them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Progress, State, is_open_again};
use crate::catalog::{Catalog, Exercise, Layout};

/// How far the reader's runtime is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modules {
    /// All its modules, also those that later chapters add.
    pub all: usize,
    /// Those that the reader has solved.
    pub solved: usize,
    /// Those that are filled with our solution.
    pub filled: usize,
    /// The things that it can do already, in the book's order. A module counts if it and all modules that
    /// it uses are done.
    #[serde(default)]
    pub can: Vec<String>,
    /// Its modules that this version of the course has.
    #[serde(default)]
    pub modules: Vec<Module>,
}

/// One module of the reader's runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// The name: `run_queue`.
    pub name: String,
    /// The exercise that builds it.
    pub id: String,
    /// `solved` or `filled` if it is done. Otherwise `todo`.
    pub state: State,
}

impl Modules {
    /// The modules as the progress file has them. `None` if the course has no such runtime.
    pub fn count(layout: &Layout, catalog: &Catalog, progress: &Progress) -> Option<Self> {
        let runtime = catalog.runtime.as_ref()?;
        let modules: Vec<Module> = catalog
            .exercises()
            .filter_map(|one| {
                Some(Module {
                    name: one.module.clone()?,
                    id: one.id.clone(),
                    state: state(layout, one, progress),
                })
            })
            .collect();
        let done = modules.iter().filter(|module| module.state != State::Todo);
        let done: BTreeSet<&str> = done.map(|module| &*module.id).collect();
        let has_all = |uses: &[String]| {
            let mut needed = catalog.needs(uses).into_iter();
            needed.all(|one| done.contains(&*one.id))
        };
        let by_module = catalog
            .exercises()
            .filter(|one| done.contains(&*one.id) && has_all(&one.uses))
            .filter_map(|one| one.can.clone());
        let programs = runtime.programs.iter().filter(|one| has_all(&one.uses));
        let by_program = programs.filter_map(|one| one.can.clone());
        let with = |state| modules.iter().filter(|one| one.state == state).count();
        Some(Self {
            all: runtime.modules.len(),
            solved: with(State::Solved),
            filled: with(State::Filled),
            can: by_module.chain(by_program).collect(),
            modules,
        })
    }

    /// Its abilities on one line: `spawn tasks · sleep`. `None` if it cannot do anything yet.
    pub fn abilities(&self) -> Option<String> {
        (!self.can.is_empty()).then(|| self.can.join(" · "))
    }
}

fn state(layout: &Layout, exercise: &Exercise, progress: &Progress) -> State {
    match progress.state(&exercise.id) {
        // Without the whole folder, the progress is all that we know.
        _ if layout.is_there() && layout.yours().is_dir() && !exercise.path(layout).is_file() => {
            State::Todo
        }
        State::Solved if is_open_again(layout, exercise, progress) => State::Todo,
        state @ (State::Solved | State::Filled) => state,
        _ => State::Todo,
    }
}
