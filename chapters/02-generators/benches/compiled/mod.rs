//! The walk as a generator that the compiler builds. It needs nightly.

use std::hint::black_box;
use std::ops::{Coroutine, CoroutineState};
use std::pin::Pin;

use generators::{Folder, Line};

type Compiled<'t> = Pin<Box<dyn Coroutine<Yield = Line<'t>, Return = u64> + 't>>;

fn walk(folder: &Folder) -> Compiled<'_> {
    Box::pin(
        #[coroutine]
        static move || {
            let mut total = folder.size;
            for child in &folder.children {
                let mut walk = walk(child);
                total += loop {
                    match walk.as_mut().resume(()) {
                        CoroutineState::Yielded(line) => yield line,
                        CoroutineState::Complete(part) => break part,
                    }
                };
            }
            yield Line { name: &folder.name, total };
            total
        },
    )
}

pub(crate) fn count(folder: &Folder) -> usize {
    let (mut walk, mut lines) = (walk(folder), 0);
    while let CoroutineState::Yielded(line) = walk.as_mut().resume(()) {
        lines += usize::from(black_box(line).total > 0);
    }
    lines
}
