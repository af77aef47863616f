//! The kinds of runtime.

use std::{io, thread};
use wakeful::{Runtime, runtime::Builder};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    CurrentThread,
    MultiThread,
}

impl Flavour {
    pub const ALL: [Self; 2] = [Self::CurrentThread, Self::MultiThread];

    pub fn name(self) -> &'static str {
        match self {
            Self::CurrentThread => "current_thread",
            Self::MultiThread => "multi_thread",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flavour| flavour.name() == name)
    }

    fn build(self) -> io::Result<Runtime> {
        match self {
            Self::CurrentThread => Builder::new_current_thread().build(),
            Self::MultiThread => Builder::new_multi_thread().build(),
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
}
