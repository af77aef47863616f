//! `wakeful-dynamic` with each of its adapters.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use std::hint::black_box;
use wakeful_dynamic::{
    Boxing, Cached, CachedIf, CachedSpace, Inline, Pool, Scratch, ScratchOrBox, SideStack, Space,
    dyn_async, with_side_stack,
};

#[dyn_async]
pub trait Source {
    async fn next(&mut self) -> Option<u64>;
}

/// As `Source`, but a call starts with its first poll.
#[dyn_async]
pub trait FusedSource {
    #[dyn_async(fused)]
    async fn next(&mut self) -> Option<u64>;
}

#[dyn_async]
pub trait Shared {
    async fn read(&self, number: u64) -> u64;
}

#[dyn_async]
pub trait FusedShared {
    #[dyn_async(fused)]
    async fn read(&self, number: u64) -> u64;
}

/// Types for one contender alone. With common types, several contenders would have the same
/// functions, and the compiler does not inline a function that has several callers so readily. The
/// other crates have such types too, because each has traits of its own.
macro_rules! own_types {
    ($source:ident, $shared:ident) => {
        struct Own<T>(T);

        impl $source for Own<Leaf> {
            async fn next(&mut self) -> Option<u64> {
                self.0.pause().await;
                self.0.item()
            }
        }

        impl $source for Own<Large> {
            async fn next(&mut self) -> Option<u64> {
                let state = self.0.state();
                self.0.0.pause().await;
                self.0.item(&state)
            }
        }

        impl $shared for Own<Meter> {
            async fn read(&self, number: u64) -> u64 {
                self.0.pause().await;
                self.0.add(number)
            }
        }

        struct Forward<S>(S);

        impl<S: $source> $source for Forward<S> {
            async fn next(&mut self) -> Option<u64> {
                self.0.next().await.map(|item| item + 1)
            }
        }
    };
}

/// A contender for each adapter. `source` makes an object for a small future, `large` for a large
/// one, and `shared` for a method with `&self`.
macro_rules! adapters {
    ($(
        $name:literal: $source_trait:ident, $shared_trait:ident;
        source |$value:ident| $source:expr,
        large |$big:ident| $large:expr,
        $(shared |$meter:ident| $shared:expr,)?
    )*) => {
        pub const ADAPTERS: &[Contender] = &[$(
            Contender {
                name: $name,
                role: Role::Ours,
                run: {
                    own_types!($source_trait, $shared_trait);
                    fn run(work: Work, items: u32) -> Option<u64> {
                        match work {
                            Work::Nested { levels, waits } => {
                                let source = nested!(
                                    levels, Own(Leaf::new(items, waits)), Forward, |$value| $source
                                );
                                Some(block_on(drain!(source, source.next())))
                            }
                            Work::Large { waits } => {
                                let $big = Own(Large(Leaf::new(items, waits)));
                                let source = $large;
                                Some(block_on(drain!(source, source.next())))
                            }
                            Work::Shared => adapters!(@shared items Own $(|$meter| $shared)?),
                        }
                    }
                    run
                },
            },
        )*];
    };
    (@shared $items:ident $own:ident |$meter:ident| $shared:expr) => {{
        let $meter = $own(Meter(0));
        let meter = black_box($shared);
        Some(block_on(four_at_once!($items, |numbers| numbers.map(|number| meter.read(number)))))
    }};
    (@shared $items:ident $own:ident) => { None };
}

adapters! {
    "Inline, fused": FusedSource, FusedShared;
        source |value| FusedSourceBox::new(Inline::<64, _>::new(value)),
        large |value| FusedSourceBox::new(Inline::<576, _>::new(value)),
    "Cached, fused": FusedSource, FusedShared;
        source |value| FusedSourceBox::new(Cached::new(value)),
        large |value| FusedSourceBox::new(Cached::new(value)),
        shared |meter| FusedSharedBox::new(Cached::new(meter)),
    "Pool, fused": FusedSource, FusedShared;
        source |value| FusedSourceBox::new(Pool::new(value)),
        large |value| FusedSourceBox::new(Pool::new(value)),
        shared |meter| FusedSharedBox::new(Pool::new(meter)),
    "Boxing, fused": FusedSource, FusedShared;
        source |value| FusedSourceBox::new(Boxing::new(value)),
        large |value| FusedSourceBox::new(Boxing::new(value)),
        shared |meter| FusedSharedBox::new(Boxing::new(meter)),
    "Inline": Source, Shared;
        source |value| SourceBox::new(Inline::<64, _>::new(value)),
        large |value| SourceBox::new(Inline::<576, _>::new(value)),
    "Cached": Source, Shared;
        source |value| SourceBox::new(Cached::new(value)),
        large |value| SourceBox::new(Cached::new(value)),
        shared |meter| SharedBox::new(Cached::new(meter)),
    "CachedIf": Source, Shared;
        source |value| SourceBox::new(CachedIf::new(value, black_box(true))),
        large |value| SourceBox::new(CachedIf::new(value, black_box(true))),
        shared |meter| SharedBox::new(CachedIf::new(meter, black_box(true))),
    "Pool": Source, Shared;
        source |value| SourceBox::new(Pool::new(value)),
        large |value| SourceBox::new(Pool::new(value)),
        shared |meter| SharedBox::new(Pool::new(meter)),
    "ScratchOrBox, 64 B": Source, Shared;
        source |value| SourceBox::new_with(ScratchOrBox::new(value), Space::<64>::new()),
        large |value| SourceBox::new_with(ScratchOrBox::new(value), Space::<576>::new()),
        shared |meter| SharedBox::new_with(ScratchOrBox::new(meter), Space::<64>::new()),
    "CachedSpace": Source, Shared;
        source |value| SourceBox::new_with(ScratchOrBox::new(value), CachedSpace::new()),
        large |value| SourceBox::new_with(ScratchOrBox::new(value), CachedSpace::new()),
        shared |meter| SharedBox::new_with(ScratchOrBox::new(meter), CachedSpace::new()),
    "Boxing": Source, Shared;
        source |value| SourceBox::new(Boxing::new(value)),
        large |value| SourceBox::new(Boxing::new(value)),
        shared |meter| SharedBox::new(Boxing::new(meter)),
}

pub const SIDE_STACK: Contender = Contender {
    name: "SideStack",
    role: Role::Ours,
    run: side_stack,
};

#[expect(clippy::unnecessary_wraps, reason = "the type of all contenders")]
fn side_stack(work: Work, items: u32) -> Option<u64> {
    own_types!(Source, Shared);
    Some(match work {
        Work::Nested { levels, waits } => {
            let leaf = Own(Leaf::new(items, waits));
            let source = nested!(levels, leaf, Forward, |value| SourceBox::new(
                SideStack::new(value)
            ));
            drain_on_stack(source)
        }
        Work::Large { waits } => {
            let large = Own(Large(Leaf::new(items, waits)));
            drain_on_stack(SourceBox::new(SideStack::new(large)))
        }
        Work::Shared => {
            let meter = black_box(SharedBox::new(SideStack::new(Own(Meter(0)))));
            block_on(with_side_stack(
                four_at_once!(items, |numbers| numbers.map(|number| meter.read(number)))
            ))
        }
    })
}

fn drain_on_stack(source: SourceBox<'_>) -> u64 {
    block_on(with_side_stack(drain!(source, source.next())))
}

pub const SCRATCH: Contender = Contender {
    name: "Scratch",
    role: Role::Ours,
    run: scratch,
};

/// The space of an object is a part of its type, and each level needs more of it.
fn scratch(work: Work, items: u32) -> Option<u64> {
    own_types!(Source, Shared);
    macro_rules! at {
        ($bytes:literal, $value:expr) => {
            SourceBox::new_with(Scratch::<$bytes, _>::new($value), Space::<$bytes>::new())
        };
    }
    Some(match work {
        Work::Nested { levels, waits } => {
            let one = at!(32, Own(Leaf::new(items, waits)));
            if levels == 1 {
                return Some(block_on(drain!(one, one.next())));
            }
            let two = at!(96, Forward(one));
            if levels == 2 {
                return Some(block_on(drain!(two, two.next())));
            }
            let four = at!(224, Forward(at!(160, Forward(two))));
            if levels == 4 {
                return Some(block_on(drain!(four, four.next())));
            }
            let six = at!(352, Forward(at!(288, Forward(four))));
            let eight = at!(480, Forward(at!(416, Forward(six))));
            assert_eq!(levels, 8, "the objects of this contender are 1, 2, 4 or 8");
            block_on(drain!(eight, eight.next()))
        }
        Work::Large { waits } => {
            let source = at!(576, Own(Large(Leaf::new(items, waits))));
            block_on(drain!(source, source.next()))
        }
        Work::Shared => {
            let meter = Scratch::<64, _>::new(Own(Meter(0)));
            let meter = black_box(SharedBox::new_with(meter, Space::<64>::new()));
            block_on(four_at_once!(items, |numbers| numbers.map(|number| meter.read(number))))
        }
    })
}
