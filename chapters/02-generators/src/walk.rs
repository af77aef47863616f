// ANCHOR: state
//! A generator that drives copies of itself: the walk of a tree.

use std::pin::Pin;
use std::slice;

use crate::CoroutineState::{self, Complete, Yielded};
use crate::{Coroutine, Folder, Line};

/// Walks a folder. Yields its lines, children before parents, and returns its
/// total.
#[allow(missing_docs)]
pub enum Walk<'t> {
    /// Not resumed yet, or stopped inside one of the children.
    Children {
        folder: &'t Folder,
        rest: slice::Iter<'t, Folder>,
        total: u64,
        child: Option<Box<Walk<'t>>>,
    },
    /// Stopped at the yield of the folder's own line.
    Last { total: u64 },
    /// Completed.
    Done,
}
// ANCHOR_END: state

// ANCHOR: new
impl<'t> Walk<'t> {
    /// A walk of `folder` that has not begun.
    pub fn new(folder: &'t Folder) -> Walk<'t> {
        let rest = folder.children.iter();
        Walk::Children { folder, rest, total: folder.size, child: None }
    }
}

// ANCHOR_END: new

// ANCHOR: resume
impl<'t> Coroutine for Walk<'t> {
    type Yield = Line<'t>;
    type Return = u64;

    fn resume(self: Pin<&mut Self>, (): ()) -> CoroutineState<Line<'t>, u64> {
        let this = self.get_mut();
        match this {
            Walk::Children { folder, rest, total, child } => loop {
                if let Some(walk) = child {
                    match Pin::new(&mut **walk).resume(()) {
                        Yielded(line) => return Yielded(line),
                        Complete(part) => *total += part,
                    }
                }
                *child = rest.next().map(|next| Box::new(Walk::new(next)));
                if child.is_none() {
                    let line = Line { name: &folder.name, total: *total };
                    *this = Walk::Last { total: line.total };
                    return Yielded(line);
                }
            },
            Walk::Last { total } => {
                let total = *total;
                *this = Walk::Done;
                Complete(total)
            }
            Walk::Done => panic!("`Walk` resumed after completion"),
        }
    }
}
// ANCHOR_END: resume
