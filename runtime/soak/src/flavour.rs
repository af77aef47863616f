//! The flavours of runtime.

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

    /// Runs `root` on a runtime of this flavour, on a new thread, and drops both. A
    /// runtime caches memory for the next one by thread, so the thread must end, too.
    ///
    /// # Errors
    /// If the runtime cannot be made, or if the root panics.
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

    /// Spawns a future on the runtime of this thread. With a thread per core, this
    /// spawns it on the next core.
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
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

    /// Counts what the runtime of this thread holds, on all its threads. With a thread per
    /// core, each inspection covers only its own core.
    pub async fn held(self) -> Held {
        let inspect = |observers| {
            let snapshot = wakeful::inspect().expect("the caller is inside a runtime");
            Held::of_runtime(&snapshot, observers)
        };
        if self != Self::ThreadPerCore {
            return inspect(0);
        }
        let handle = Handle::current();
        let mut held = Held::default();
        for core in 0..handle.metrics().num_workers() {
            let there = handle.spawn_on(core, move || async move {
                // A task is listed after its first wait. Then it lists itself.
                yield_now().await;
                inspect(1)
            });
            held = held.plus(there.await.expect("an inspection does not panic"));
        }
        held
    }
}
