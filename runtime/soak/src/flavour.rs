//! The kinds of runtime.

use crate::ledger::Held;
use std::{io, thread};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    spawn,
    task::{JoinHandle, yield_now},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    CurrentThread,
    MultiThread,
    ThreadPerCore,
}

impl Flavour {
    pub const ALL: [Self; 3] = [Self::CurrentThread, Self::MultiThread, Self::ThreadPerCore];

    pub fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current_thread",
            Self::MultiThread => "multi_thread",
            Self::ThreadPerCore => "thread_per_core",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flavour| flavour.name() == name)
    }

    fn build(self) -> io::Result<Runtime> {
        match self {
            Self::CurrentThread => Builder::new_current_thread().build(),
            Self::MultiThread => Builder::new_multi_thread().build(),
            Self::ThreadPerCore => Builder::new_thread_per_core().build(),
        }
    }

    /// Runs `root` on a runtime of this kind that is gone afterwards, and on a
    /// thread that is gone as well: what a runtime keeps for the next one, it
    /// keeps by thread.
    ///
    /// # Errors
    /// When the runtime cannot be made, or the root panics.
    pub fn run<F>(self, root: F) -> Result<F::Output, String>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        let thread = thread::spawn(move || {
            let runtime = self
                .build()
                .map_err(|error| format!("cannot make a runtime: {error}"))?;
            Ok(runtime.block_on(root))
        });
        thread
            .join()
            .map_err(|_| "the root of the runtime panicked")?
    }

    /// Hands a future to the runtime that this thread is in: to the next core,
    /// where the program says who runs what.
    pub fn deal<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        match self {
            Self::CurrentThread | Self::MultiThread => spawn(future),
            Self::ThreadPerCore => {
                let handle = Handle::current();
                handle.spawn_on(handle.next_core(), || future)
            }
        }
    }

    /// What the runtime that this thread is in holds, on all of its threads.
    /// Every inspection is of its core alone, if there are cores.
    pub async fn held(self) -> Held {
        let inspect = |observers| {
            let snapshot = wakeful::inspect().expect("inside of a runtime");
            Held::of_runtime(&snapshot, observers)
        };
        if self != Self::ThreadPerCore {
            return inspect(0);
        }
        let handle = Handle::current();
        let mut held = Held::default();
        for core in 0..handle.metrics().num_workers() {
            let there = handle.spawn_on(core, move || async move {
                // A task is listed from its first wait on; then it is the one.
                yield_now().await;
                inspect(1)
            });
            held = held.plus(there.await.expect("an inspection does not panic"));
        }
        held
    }
}
