//! Many futures in one task, of which only those that were woken are polled.
//!
//! [`join!`](crate::join!) polls all its futures when one of them is woken,
//! which is the cheaper way for a handful. Past that, each future needs a waker
//! of its own, which says who it was. The idea, and the name of
//! [`FuturesUnordered`], are from the crate `futures-util`; its intrusive lists
//! are here a slab of members and a list of keys, which need no `unsafe`.
//!
//! Inside: `Group` is the core, of which [`FuturesUnordered`] is made,
//! [`JoinSet`](crate::task::JoinSet) and the [scopes](crate::scope); `ready` is
//! the list through which wakers say whose turn it is.

mod futures_unordered;
mod ready;

#[cfg(all(test, loom))]
mod models;
#[cfg(all(test, not(loom)))]
mod tests;

pub use futures_unordered::FuturesUnordered;

pub(crate) use ready::ReadyList;

use crate::{
    budget,
    trace::{self, Parts},
};
use ready::Bell;
use slab::Slab;
use std::{
    collections::VecDeque,
    mem,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
};

/// Members of whatever kind, each with a waker of its own. How a member is
/// polled is the business of who polls the group.
pub(crate) struct Group<M> {
    members: Slab<M>,
    /// The bell of each place, used or not, and the same bell as a waker.
    bells: Vec<(Arc<Bell>, Waker)>,
    /// Who is to be polled, first come first.
    batch: VecDeque<usize>,
    list: Arc<ReadyList>,
    /// The number of the poll of the group, from 1 on. It may wrap: a member is
    /// then polled a poll later, in the worst case.
    poll: u32,
    /// What each waits for, for who traces the task.
    parts: Parts,
}

impl<M> Group<M> {
    pub(crate) fn new() -> Self {
        Self::with_list(ReadyList::new())
    }

    /// A group whose waiter is woken through this list, by others too.
    pub(crate) fn with_list(list: Arc<ReadyList>) -> Self {
        Self {
            members: Slab::new(),
            bells: Vec::new(),
            batch: VecDeque::new(),
            list,
            poll: 0,
            parts: Parts::new(),
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

    /// Adds a member, which will be polled first when those who are ready now
    /// have been. Wakes nobody: who has the group is here, and polls it next, or
    /// says so by [`wake_waiter`](Self::wake_waiter).
    pub(crate) fn insert(&mut self, member: M) {
        let key = self.members.insert(member);
        match self.bells.get_mut(key) {
            // Nobody but us has the bell that hangs there; it is rung.
            Some((bell, _)) if Arc::strong_count(bell) == 2 => {}
            // A waker of the member that had this place lives on.
            Some(place) => *place = new_bell(&self.list, key),
            None => self.bells.push(new_bell(&self.list, key)),
        }
        self.batch.push_back(key);
    }

    /// Has who waits for the group poll it again, which hears of a new member by
    /// that alone.
    pub(crate) fn wake_waiter(&self) {
        self.list.wake_waiter();
    }

    /// Says of the task what it waits for, or has: one of the members, each of
    /// which waits for something of its own.
    pub(crate) fn note_all<T>(&self, polled: &Poll<T>, what: &'static str) {
        self.note(polled, what);
        if polled.is_pending() {
            self.parts.note();
        }
    }

    /// [`note_all`](Self::note_all), where it is enough to say of what kind the
    /// members are.
    pub(crate) fn note<T>(&self, polled: &Poll<T>, what: &'static str) {
        trace::note_any(polled, Arc::as_ptr(&self.list).addr(), self.len(), what);
    }

    /// Takes all members out. Wakes that come for them later wake nobody.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = M> {
        for (bell, _) in &self.bells {
            bell.retire();
        }
        self.batch.clear();
        self.parts = Parts::new();
        self.members.drain()
    }

    /// Lets those who were woken have their turn, and `waiter`, if given, be
    /// woken for those who will be.
    pub(crate) fn gather(&mut self, waiter: Option<&Waker>) {
        self.list.gather(&mut self.batch, waiter);
    }

    /// Polls whose turn it is, until one is ready; it leaves the group. `None`
    /// when all had their turn. Also when the task's budget is spent; then the
    /// task is woken, and the rest keep their turn.
    ///
    /// Constant time for each poll. A poll that panics leaves its member in.
    pub(crate) fn step<R>(
        &mut self,
        context: &Context<'_>,
        poll: impl FnMut(&mut M, &mut Context<'_>) -> Poll<R>,
    ) -> Option<(M, R)> {
        self.step_over(self.batch.len(), context, poll)
    }

    /// [`step`](Self::step), for the first so many of the batch.
    fn step_over<R>(
        &mut self,
        keys: usize,
        context: &Context<'_>,
        mut poll: impl FnMut(&mut M, &mut Context<'_>) -> Poll<R>,
    ) -> Option<(M, R)> {
        for _ in 0..keys {
            // With the budget spent, all who are ready would say that they are
            // not, and each would be polled in vain.
            if budget::poll_proceed(context).is_pending() {
                return None;
            }
            let key = self.batch.pop_front()?;
            let Some(member) = self.members.get_mut(key) else {
                continue;
            };
            let (bell, waker) = &self.bells[key];
            if !bell.silence(self.poll) {
                continue;
            }
            let look = || poll(member, &mut Context::from_waker(waker));
            if let Poll::Ready(result) = self.parts.poll(key, look) {
                let member = self.members.remove(key);
                self.bells[key].0.retire();
                return Some((member, result));
            }
        }
        None
    }

    /// Moves those to the end of the batch that have been polled in this poll
    /// of the group and were woken since. Returns how many they are.
    fn put_polled_last(&mut self) -> usize {
        let bells = &self.bells;
        let polled = |key: &usize| bells[*key].0.was_polled_in(self.poll);
        // Most often there are none, and nothing moves.
        if !self.batch.iter().any(polled) {
            return 0;
        }
        let keys = mem::take(&mut self.batch);
        let (last, first): (VecDeque<_>, _) = keys.into_iter().partition(polled);
        self.batch = first;
        self.batch.extend(&last);
        last.len()
    }

    /// Waits for the next that is ready. `Ready(None)` when there are no
    /// members. Each member is polled once at most. One that was woken by its
    /// own poll has its turn when the whole task has had its next.
    pub(crate) fn poll_next<R>(
        &mut self,
        context: &Context<'_>,
        mut poll: impl FnMut(&mut M, &mut Context<'_>) -> Poll<R>,
    ) -> Poll<Option<(M, R)>> {
        self.poll = self.poll.wrapping_add(1);
        let polled_some = !self.batch.is_empty();
        if let Some(ready) = self.step(context, &mut poll) {
            return Poll::Ready(Some(ready));
        }
        if self.members.is_empty() {
            // An empty group is ready for ever, so this spends as well.
            ready!(budget::poll_proceed(context));
            budget::spend();
            return Poll::Ready(None);
        }
        self.gather(Some(context.waker()));
        let polled = if polled_some {
            self.put_polled_last()
        } else {
            0
        };
        let ready = self.step_over(self.batch.len() - polled, context, &mut poll);
        if ready.is_none() && polled > 0 {
            // They are in no list whose waker would say so.
            context.waker().wake_by_ref();
        }
        ready.map_or(Poll::Pending, |ready| Poll::Ready(Some(ready)))
    }
}

fn new_bell(list: &Arc<ReadyList>, key: usize) -> (Arc<Bell>, Waker) {
    let bell = Bell::new(list, key);
    let waker = Waker::from(Arc::clone(&bell));
    (bell, waker)
}
