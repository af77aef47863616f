//! The contenders. Each does the same work with the types of one crate, as the documentation of
//! that crate shows it.

mod async_trait;
mod by_hand;
mod dynify;
mod dynosaur;
mod ours;
mod reusable;
mod smallbox;
mod stackfuture;

use crate::{harness::Role, work::Work};

/// A way to call an async method through `dyn`.
#[derive(Clone, Copy)]
pub struct Contender {
    pub name: &'static str,
    pub role: Role,
    /// Does the work with this number of items, and returns their sum. `None` if this contender
    /// cannot do such work.
    pub run: fn(Work, u32) -> Option<u64>,
}

impl Contender {
    pub fn can(&self, work: Work) -> bool {
        (self.run)(work, 4).is_some()
    }
}

/// All contenders in the order of the tables.
pub fn all() -> Vec<Contender> {
    let mut all = vec![by_hand::STATIC, by_hand::POLL_NEXT];
    all.extend(ours::ADAPTERS);
    let boxing = all.pop();
    all.extend([ours::SCRATCH, ours::SIDE_STACK]);
    all.extend(boxing);
    all.extend([async_trait::ASYNC_TRAIT, dynosaur::DYNOSAUR]);
    all.extend([stackfuture::STACKFUTURE, smallbox::SMALLBOX]);
    all.extend([dynify::STACK, dynify::VEC, reusable::REUSABLE]);
    all
}
