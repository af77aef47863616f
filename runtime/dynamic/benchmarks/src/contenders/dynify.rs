//! `dynify`: the caller provides the memory of each call. Once it is an array in the caller's
//! future with a `Vec` for larger futures, and once a `Vec` that the caller keeps.

use super::Contender;
use crate::{
    harness::Role,
    work::{AT_ONCE, Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use ::dynify::Dynify;
use std::{hint::black_box, mem::MaybeUninit};

type Bytes<const N: usize> = [MaybeUninit<u8>; N];
type Heap = Vec<MaybeUninit<u8>>;

pub const STACK: Contender = Contender {
    name: "dynify, 64 B + Vec",
    role: Role::Peer,
    run: run_stack,
};

pub const VEC: Contender = Contender {
    name: "dynify, caller's Vec",
    role: Role::Peer,
    run: run_vec,
};

#[::dynify::dynify]
trait Source {
    async fn next(&mut self) -> Option<u64>;
}

impl Source for Leaf {
    async fn next(&mut self) -> Option<u64> {
        self.pause().await;
        self.item()
    }
}

impl Source for Large {
    async fn next(&mut self) -> Option<u64> {
        let state = self.state();
        self.0.pause().await;
        self.item(&state)
    }
}

/// Gives each call an array, and a new `Vec`.
struct OnStack(Box<dyn DynSource>);

impl Source for OnStack {
    async fn next(&mut self) -> Option<u64> {
        let mut stack: Bytes<64> = [MaybeUninit::uninit(); 64];
        let mut heap = Heap::new();
        let next = self.0.next().init2(&mut stack, &mut heap);
        next.await.map(|item| item + 1)
    }
}

/// Gives each call the same `Vec`.
struct InVec {
    source: Box<dyn DynSource>,
    heap: Heap,
}

impl Source for InVec {
    async fn next(&mut self) -> Option<u64> {
        let next = self.source.next().init(&mut self.heap);
        next.await.map(|item| item + 1)
    }
}

#[::dynify::dynify]
trait Shared {
    async fn read(&self, number: u64) -> u64;
}

impl Shared for Meter {
    async fn read(&self, number: u64) -> u64 {
        self.pause().await;
        self.add(number)
    }
}

/// Takes all items with the same array and `Vec`.
fn drain_stack<const N: usize>(source: Box<dyn DynSource>) -> u64 {
    let mut stack: Bytes<N> = [MaybeUninit::uninit(); N];
    let mut heap = Heap::new();
    block_on(drain!(source, source.next().init2(&mut stack, &mut heap)))
}

fn drain_vec(source: Box<dyn DynSource>) -> u64 {
    let mut heap = Heap::new();
    block_on(drain!(source, source.next().init(&mut heap)))
}

fn large(items: u32, waits: bool) -> Box<dyn DynSource> {
    Box::new(Large(Leaf::new(items, waits)))
}

#[expect(clippy::unnecessary_wraps, reason = "the type of all contenders")]
fn run_stack(work: Work, items: u32) -> Option<u64> {
    Some(match work {
        Work::Nested { levels, waits } => {
            let leaf = Leaf::new(items, waits);
            let source = nested!(levels, leaf, OnStack, |value| Box::new(value)
                as Box<dyn DynSource>);
            drain_stack::<64>(source)
        }
        Work::Large { waits } => drain_stack::<576>(large(items, waits)),
        Work::Shared => {
            let meter: Box<dyn DynShared> = black_box(Box::new(Meter(0)));
            let mut stacks: [Bytes<64>; AT_ONCE] = [[MaybeUninit::uninit(); 64]; AT_ONCE];
            block_on(four_at_once!(items, |numbers| {
                let mut numbers = numbers.into_iter();
                stacks.each_mut().map(|stack| {
                    let number = numbers.next().expect("as many numbers as calls");
                    meter.read(number).init(stack)
                })
            }))
        }
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the type of all contenders")]
fn run_vec(work: Work, items: u32) -> Option<u64> {
    Some(match work {
        Work::Nested { levels, waits } => {
            let leaf = Leaf::new(items, waits);
            let forward = |source| InVec {
                source,
                heap: Heap::new(),
            };
            let source = nested!(levels, leaf, forward, |value| Box::new(value)
                as Box<dyn DynSource>);
            drain_vec(source)
        }
        Work::Large { waits } => drain_vec(large(items, waits)),
        Work::Shared => {
            let meter: Box<dyn DynShared> = black_box(Box::new(Meter(0)));
            let mut heaps: [Heap; AT_ONCE] = Default::default();
            block_on(four_at_once!(items, |numbers| {
                let mut numbers = numbers.into_iter();
                heaps.each_mut().map(|heap| {
                    let number = numbers.next().expect("as many numbers as calls");
                    meter.read(number).init(heap)
                })
            }))
        }
    })
}
