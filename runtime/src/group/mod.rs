//! Many futures in one task. A poll polls only the futures that were woken.
//!
//! [`join!`](crate::join!) polls all its futures whenever one of them is woken.
//! That is cheaper for a handful of futures. For more, each future needs a waker of
//! its own that tells which future it belongs to. The idea, and the name
//! [`FuturesUnordered`], come from the crate `futures-util`. That crate uses
//! intrusive lists. Here, a slab of members and a list of keys do the work without
//! `unsafe`.
//!
//! Inside: `Group` is the core of [`FuturesUnordered`], of
//! [`JoinSet`](crate::task::JoinSet) and of the [scopes](crate::scope). Its wakers
//! and their list are in `ready`.

mod futures_unordered;
mod iter;
pub(crate) mod join_set;
mod ready;
pub(crate) mod tracker;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub use futures_unordered::FuturesUnordered;
pub use iter::{IntoIter, Iter, IterMut, IterPinMut, IterPinRef};

pub(crate) use ready::ReadyList;

use crate::{
    budget,
    taskdump::{self, MemberWaits},
};
use ready::MemberWaker;
use slab::Slab;
use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

/// Members of any type, each with a waker of its own. The caller of `step` says how
/// a member is polled.
pub(crate) struct Group<M> {
    // Dropped first, so that the destructors of members wake no task in vain.
    wakers: Wakers,
    members: Slab<M>,
    /// The keys of the members to poll next, in this order.
    batch: VecDeque<usize>,
    /// The number of the current call of `poll_next`, or of the last one.
    poll_number: u32,
    /// The futures that each member waits for, if the runtime has task dumps.
    member_waits: MemberWaits,
}

struct Wakers {
    /// One for each key of the slab that was ever used.
    slots: Vec<Slot>,
    list: Arc<ReadyList>,
}

impl Wakers {
    /// Makes later wakes of all members do nothing.
    fn disarm_all(&self) {
        for slot in &self.slots {
            slot.member.disarm();
        }
    }
}

impl Drop for Wakers {
    fn drop(&mut self) {
        self.disarm_all();
        // A member's waker can outlive the group, and must not keep the task alive
        // that waited.
        drop(self.list.take_waiter());
    }
}

/// The waker of one key, as an `Arc` and as a `Waker` of the same `Arc`.
struct Slot {
    member: Arc<MemberWaker>,
    waker: Waker,
    /// The number of the `poll_next` that polled the key's member last.
    polled_in: u32,
}

impl Slot {
    fn new(list: &Arc<ReadyList>, key: usize, poll_number: u32) -> Self {
        let member = MemberWaker::queued(list, key);
        let waker = Waker::from(Arc::clone(&member));
        Self {
            member,
            waker,
            // The next `poll_next` has another number. So it sees that it has not
            // polled this member yet.
            polled_in: poll_number,
        }
    }
}

impl<M> Group<M> {
    pub(crate) fn new() -> Self {
        Self::with_list(ReadyList::new())
    }

    /// A group with a list that others can use too, to wake the group's waiter.
    pub(crate) fn with_list(list: Arc<ReadyList>) -> Self {
        Self {
            wakers: Wakers {
                slots: Vec::new(),
                list,
            },
            members: Slab::new(),
            batch: VecDeque::new(),
            poll_number: 0,
            member_waits: MemberWaits::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &M> {
        self.members.iter().map(|(_, member)| member)
    }

    fn keyed(&self) -> slab::Iter<'_, M> {
        self.members.iter()
    }

    fn keyed_mut(&mut self) -> slab::IterMut<'_, M> {
        self.members.iter_mut()
    }

    /// Adds a member. It is polled after the members that are in the batch now.
    /// This wakes no task. The caller polls the group next, or calls
    /// [`wake_waiter`](Self::wake_waiter).
    pub(crate) fn insert(&mut self, member: M) {
        let key = self.members.insert(member);
        let Wakers { slots, list } = &mut self.wakers;
        match slots.get_mut(key) {
            Some(slot) if slot.member.is_unshared() => {}
            // The previous member with this key has left a waker that still exists. It
            // must not wake the new member, so the key gets a new waker.
            Some(slot) => *slot = Slot::new(list, key, self.poll_number),
            None => slots.push(Slot::new(list, key, self.poll_number)),
        }
        self.batch.push_back(key);
    }

    /// Wakes the task that waits for the group, so that it polls a new member.
    pub(crate) fn wake_waiter(&self) {
        self.wakers.list.wake_waiter();
    }

    /// Records that the task waits for one of the members, and what each of
    /// them waits for.
    pub(crate) fn record_all<T>(&self, polled: &Poll<T>, what: &'static str) {
        self.record(polled, what);
        if polled.is_pending() {
            self.member_waits.record();
        }
    }

    /// Records that the task waits for one of the members, whose kind is
    /// `what`.
    pub(crate) fn record<T>(&self, polled: &Poll<T>, what: &'static str) {
        taskdump::record_any(
            polled,
            Arc::as_ptr(&self.wakers.list).addr(),
            self.len(),
            what,
        );
    }

    /// Takes all members out. Later wakes for them do nothing.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = M> {
        self.wakers.disarm_all();
        self.batch.clear();
        self.member_waits = MemberWaits::new();
        self.members.drain()
    }

    /// Takes all members out of a group that is not used again.
    fn into_members(self) -> slab::IntoIter<M> {
        self.members.into_iter()
    }

    /// Puts the woken members into the batch. The next wake of a member wakes
    /// `waiter`, if given.
    pub(crate) fn take_woken(&mut self, waiter: Option<&Waker>) {
        self.wakers.list.take_woken(&mut self.batch, waiter);
    }

    /// Polls the members in the batch until one is ready, and takes that one out.
    /// `None` when the batch is empty. Also `None` when the task's budget is spent:
    /// then the task is woken, and the other members stay in the batch.
    ///
    /// Each poll takes constant time. If a poll panics, its member stays.
    pub(crate) fn step<R>(
        &mut self,
        context: &Context<'_>,
        poll: impl FnMut(&mut M, &mut Context<'_>) -> Poll<R>,
    ) -> Option<(M, R)> {
        self.step_until(context, |_| false, poll)
    }

    /// [`step`](Self::step) that also ends before the first member for which `stop`
    /// returns true.
    fn step_until<R>(
        &mut self,
        context: &Context<'_>,
        stop: impl Fn(&Slot) -> bool,
        mut poll: impl FnMut(&mut M, &mut Context<'_>) -> Poll<R>,
    ) -> Option<(M, R)> {
        while let Some(&key) = self.batch.front() {
            let slot = &mut self.wakers.slots[key];
            // Without budget, the members' own futures would return `Pending`, and
            // these polls would be wasted.
            if stop(slot) || budget::poll_proceed(context).is_pending() {
                return None;
            }
            self.batch.pop_front();
            let Some(member) = self.members.get_mut(key) else {
                continue;
            };
            if !slot.member.begin_poll() {
                continue;
            }
            slot.polled_in = self.poll_number;
            let look = || poll(member, &mut Context::from_waker(&slot.waker));
            if let Poll::Ready(result) = self.member_waits.poll(key, look) {
                let member = self.members.remove(key);
                slot.member.disarm();
                return Some((member, result));
            }
        }
        None
    }

    /// Waits until a member is ready. `Ready(None)` if there are no members.
    ///
    /// A member is polled at most once in a call. If it is woken again in between,
    /// the task is woken, and the next call polls it. The members that come after it in
    /// the batch wait for the next call too.
    pub(crate) fn poll_next<R>(
        &mut self,
        context: &Context<'_>,
        mut poll: impl FnMut(&mut M, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<Option<(M, R)>> {
        self.poll_number = self.poll_number.wrapping_add(1);
        // The batch of the last call comes first. If one of these is ready, the call
        // does not touch the list at all.
        if let Some(ready) = self.step(context, &mut poll) {
            return Poll::Ready(Some(ready));
        }
        if self.members.is_empty() {
            // An empty group is always ready, so it has to spend budget too.
            ready!(budget::poll_proceed(context));
            budget::spend();
            return Poll::Ready(None);
        }
        self.take_woken(Some(context.waker()));
        let this_poll = self.poll_number;
        let ready = self.step_until(context, |slot| slot.polled_in == this_poll, poll);
        if ready.is_none() && !self.batch.is_empty() {
            context.waker().wake_by_ref();
        }
        ready.map_or(Poll::Pending, |ready| Poll::Ready(Some(ready)))
    }
}
