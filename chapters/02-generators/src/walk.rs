// ANCHOR: state
//! A generator that drives itself: the walk of a tree.

use std::pin::Pin;
use std::slice;

use crate::CoroutineState::{self, Complete, Yielded};
use crate::{Coroutine, Folder, Line};

/// Walks a folder: yields its lines, children before parents, and returns its
/// total.
pub enum Walk<'t> {
    /// Left inside one of the children, or not resumed yet.
    Children {
        /// The folder that is walked.
        folder: &'t Folder,
        /// The children not begun.
        rest: slice::Iter<'t, Folder>,
        /// The bytes so far.
        total: u64,
        /// The walk of the child that was begun last.
        child: Option<Box<Walk<'t>>>,
    },
    /// Left at the yield of the folder's own line.
    Said {
        /// The bytes of the folder.
        total: u64,
    },
    /// Returned.
    Done,
}
// ANCHOR_END: state

// ANCHOR: resume
impl<'t> Walk<'t> {
    /// A walk of `folder`, not begun.
    pub fn new(folder: &'t Folder) -> Walk<'t> {
        let rest = folder.children.iter();
        Walk::Children { folder, rest, total: folder.size, child: None }
    }
}

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
                    *this = Walk::Said { total: line.total };
                    return Yielded(line);
                }
            },
            Walk::Said { total } => {
                let total = *total;
                *this = Walk::Done;
                Complete(total)
            }
            Walk::Done => panic!("`Walk` resumed after completion"),
        }
    }
}
// ANCHOR_END: resume
