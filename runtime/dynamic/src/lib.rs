//! Async methods behind `dyn`, with a choice of where their futures live.
//!
//! A trait with an `async fn` cannot be a `dyn` trait, because each implementation has a future of
//! its own size, and the caller of a `dyn` method does not know this size. So some code has to
//! choose a memory for the future. Other crates make this choice once in the trait. Here the
//! choice is one word at the place that makes the object, and you can change it later without a
//! change to the trait, to its implementations or to its users.
//!
//! ```
//! # futures_executor::block_on(async {
//! use std::pin::pin;
//! use wakeful_dynamic::{Boxing, Cached, Inline, dyn_async};
//!
//! #[dyn_async]
//! trait Meter {
//!     async fn read(&mut self) -> u32;
//! }
//!
//! struct Water(u32);
//!
//! impl Meter for Water {
//!     async fn read(&mut self) -> u32 {
//!         self.0 += 1;
//!         self.0
//!     }
//! }
//!
//! // It does not know the type of the meter, and not where its futures live.
//! async fn sum(mut meter: MeterMut<'_>) -> u32 {
//!     meter.read().await + meter.read().await
//! }
//!
//! let mut boxing = Boxing::new(Water(0)); // a box for each call
//! let mut cached = Cached::new(Water(10)); // one box for all calls
//! let inline = pin!(Inline::<64, _>::new(Water(20))); // 64 bytes in the object, no box
//! assert_eq!(sum(MeterMut::new(&mut boxing)).await, 3);
//! assert_eq!(sum(MeterMut::new(&mut cached)).await, 23);
//! assert_eq!(sum(MeterMut::pin(inline)).await, 43);
//! # });
//! ```
//!
//! This crate is `no_std` and works under every executor.
//!
//! # Which adapter?
//! Begin with [`Cached`], or with [`Pool`] if most methods take `&self`. Look into this table when
//! you measure the cost, or when you have no heap.
//!
//! | adapter | the future lives in | allocations | async `&self` methods | needs | use it |
//! |---|---|---|---|---|---|
//! | [`Cached`] | a box that the object keeps | one for each object | yes, with a box for each call | `alloc` | for `&mut self` methods |
//! | [`Pool`] | a block of the thread's pool | none after the first calls | yes | `std` | for `&self` methods, and for many or short-lived objects |
//! | [`Inline<N>`](Inline) | the object, `N` bytes | none | no | pinning | without a heap, and in hot loops |
//! | [`Scratch<N>`](Scratch) | the caller's future, `N` bytes | none | yes | callers with [`Space`] | without a heap, for `&self` methods |
//! | [`ScratchOrBox`] | the caller's future if it fits, or a box | none, or one for each call | yes | `alloc`, callers with [`Space`] | if sizes vary |
//! | [`ScratchOrBox`] | a box that the caller keeps | one for each caller | yes, with a box for each call | `alloc`, callers with [`CachedSpace`] | for short-lived objects without `std` |
//! | [`SideStack`] | the side stack of the task | one for each task | yes | `std`, [`with_side_stack`] around the task | for deep chains of objects in one task |
//! | [`BoxingIn`] | memory of your allocator | one of its own for each call | yes | a [`FutureAllocator`] | for arenas |
//! | [`Boxing`] | a box | one for each call | yes | `alloc` | for rare calls, and in tests |
//! | [`CachedIf`] | as [`Cached`] or [`Boxing`] | | yes | `alloc` | to let a parameter decide |
//! | [`NoAlloc<A>`](NoAlloc) | as with `A` | panics before it allocates | as with `A` | | to be sure |
//!
//! All of them serve `#[dyn_async(Send)]`. The object is as large as the value, and larger by one
//! word for [`Cached`], by two for [`CachedIf`], by `N` bytes and a flag for [`Inline`], and by the
//! allocator for [`BoxingIn`].
//!
//! This is what one item costs in instructions, with the loop around it. The program is the
//! example `calls`, counted with callgrind and glibc's allocator:
//!
//! | | ready at once | pending once | ready, relative to [`Boxing`] |
//! |---|--:|--:|--:|
//! | static call | 28 | 67 | 0.13 |
//! | [`Inline`] | 63 | 117 | 0.28 |
//! | [`Cached`] | 70 | 125 | 0.31 |
//! | [`CachedIf`] | 75 | 130 | 0.34 |
//! | [`Pool`] | 96 | 163 | 0.43 |
//! | [`Scratch`] | 103 | 157 | 0.46 |
//! | [`ScratchOrBox`] that fits | 107 | 161 | 0.48 |
//! | [`SideStack`] | 108 | 212 | 0.48 |
//! | [`ScratchOrBox`] with [`CachedSpace`] | 136 | 198 | 0.61 |
//! | [`Boxing`] | 223 | 281 | 1 |
//!
//! A strategy that some languages have is impossible here: the caller cannot make room on its
//! stack when it makes the call (`alloca`). The caller is a future as well, and a future has one
//! size, which the compiler computes. Its variables have to be there after a pause, when the
//! stack of the thread has other contents.
//!
//! # Objects
//! `#[dyn_async]` leaves the trait as it is, so a call of a known type costs nothing extra. It
//! generates these types, with the visibility of the trait:
//!
//! | object | made with | if the trait has |
//! |---|---|---|
//! | `MeterBox<'_>` | `MeterBox::new(adapter)` | any methods |
//! | `MeterMut<'_>` | `MeterMut::new(&mut adapter)`, or `MeterMut::pin(pin!(adapter))` | a method with `&mut self` |
//! | `MeterRef<'_>` | `MeterRef::new(&adapter)`, or `MeterRef::pin(pin!(adapter).as_ref())` | no method with `&mut self` |
//!
//! They implement the trait again, so generic code takes values and objects. An object can itself
//! be in an adapter. Each associated type of the trait is a parameter: `SourceBox<'_, Item>`.
//!
//! The last parameter is what callers offer. `new` and `pin` make an object whose callers offer
//! nothing ([`NoSpace`]). `new_with` and `pin_with` take a [`Space`] or a [`CachedSpace`] too. With [`OnlySpace`], an
//! object accepts no adapter that allocates, so a function that takes it cannot allocate either.
//!
//! # What a trait can have
//! Methods with `&self` and `&mut self`, async or not, with any number of lifetimes. Methods that
//! return `impl Future<Output = T>`. Default bodies, associated types, parameters and `where` on
//! the trait, and the supertraits `Send`, `Sync`, `Debug` and `Display`. The macro refuses other supertraits
//! with a message that says what to do.
//!
//! An adapter holds the value. Write `MeterMut::new(&mut Boxing::new(value))`, and not
//! `Boxing::new(&mut value)`: a reference does not implement the trait. `into_inner` returns the value.
//!
//! Objects do not have a method with `where Self: Sized`. Mark a method so if it is generic, takes
//! `self` by value or has no receiver. The macro says so otherwise. Write hidden lifetimes of
//! arguments out: `Cow<'_, str>` instead of `Cow<str>`.
//!
//! - `#[dyn_async(Send)]` on the trait makes the futures of all its methods `Send`. Each
//!   `async fn` becomes a function that returns `impl Future + Send`, and implementations still
//!   write `async fn`. If a default body calls other methods, the trait needs the supertrait
//!   `Send`, and `Sync` for `&self`.
//! - `#[dyn_async(once)]` on a method says that it is called once, such as `connect`. The adapter
//!   [`Cached`] keeps no memory for it.
//! - `#[dyn_async(fused)]` on a method makes calls through several objects faster, by about half in
//!   an optimized build with `lto` and `codegen-units = 1`. A call then starts when it is polled for
//!   the first time, and this start and the poll are one `dyn` call. A call that is ready at once
//!   makes no [`DynFuture`]. The calls offer no memory of the caller, so [`Scratch`] does not serve
//!   such a trait. Each implementation is compiled twice: for the first poll and for the others. In
//!   cargo's usual release profile, a call through one object gains nothing.
//! - `#[dyn_async(crate = "path")]` names this crate, if it is renamed.
//!
//! # Leaks, panics and cancellation
//! Dropping a call drops the future inside and gives its memory back, also if the destructor
//! panics. A call whose future panics is dropped as any other.
//!
//! A call can be leaked with [`mem::forget`](core::mem::forget). Its future may be pinned, and
//! other code may hold pointers into it, so no adapter uses its memory again. A heap box is leaked
//! with it. [`Inline`] cannot leak its memory: the next call panics, and if the object is dropped,
//! the process ends.
//!
//! We ran one test with this crate and with others. Safe code pins a call, polls it once and leaks it. Then
//! it uses the call's memory again, or frees it. The pinned future has left its address in a list, and the
//! test writes through that address. This must be allowed, because pinned memory stays as it is until
//! its value is dropped. Miri (nightly of 2026-05-19) ran the test under Stacked Borrows and Tree Borrows:
//!
//! | crate | memory of the leaked call | Miri's result |
//! |---|---|---|
//! | this one, every adapter | as above | accepted |
//! | `async-trait` 0.1.92, `dynosaur` 0.3.1 | its box is leaked | accepted |
//! | `tokio-util` 0.7.20, `ReusableBoxFuture` | its box is leaked. `set` drops the old future first | accepted |
//! | `stackfuture` 0.3.1, `smallbox` 0.8.9, `stack_dst` 0.8.2 | inside the leaked value | accepted |
//! | `dynify` 0.1.2, `pin_boxed` | its box is leaked | accepted |
//! | `dynify` 0.1.2, `init` with an array or a `Vec` | used again or freed after the borrow ends | undefined behaviour |
//! | `bumpalo` 3.20.4, `boxed::Box::pin_in` | used again after `reset`, freed with the arena | undefined behaviour |
//! | `dyn-future` 3.0.4 | never used again | accepted |
//!
//! The two unsound ones keep the future in memory that the caller has lent. The leak ends the loan, but not
//! the pin. So [`Caller`] is not implemented for a `&mut [u8]`. The memory of a [`Space`] is a part of the
//! pinned call, the box of a [`CachedSpace`] belongs to the call while it runs, and a [`FutureAllocator`]
//! promises AL2.
//!
//! The same test found another error: in `dyn-future` 3.0.4, dropping any future is undefined behaviour, because
//! the crate reads the compiler's vtable as a tuple. A [`DynFuture`] has a table of functions of its own.
//!
//! # Visible allocation
//! Every object says at its construction whether calls allocate. A function refuses such objects
//! with the type [`OnlySpace`]. An object of [`NoAlloc`] panics instead of allocating. With the feature `count`,
//! `allocations` tells how many bytes the calls in a closure have allocated.
//!
//! # Coming from other crates
//! | there | here |
//! |---|---|
//! | `#[async_trait] trait Meter` and `Box<dyn Meter + Send>` | `#[dyn_async(Send)] trait Meter` and `MeterBox::new(Boxing::new(meter))`. Remove `#[async_trait]` from the implementations |
//! | `#[async_trait(?Send)]` | `#[dyn_async]` |
//! | `&mut dyn Meter` of `async_trait` | `MeterMut<'_>` |
//! | `DynMeter::boxed(meter)` of `dynosaur` | `MeterBox::new(Boxing::new(meter))` |
//! | `DynMeter::from_mut(&mut meter)` of `dynosaur` | `MeterMut::new(&mut adapter)` |
//! | `#[trait_variant::make(Send)]` | `#[dyn_async(Send)]` on the trait, which also makes objects |
//!
//! # Features
//! | feature | contents |
//! |---|---|
//! | `std` (default) | `Pool` and `SideStack`, which need the thread-locals of `std`. Turns `alloc` on |
//! | `alloc` | the adapters that use the heap, and the objects in boxes |
//! | `count` | `allocations` |
//!
//! # Your own adapter
//! Implement [`Adapter`], and [`Place`] for the way back of the memory. Their rules have numbers,
//! and the `SAFETY` comments cite them. The example `own_adapter` takes memory from a static array.
//!
//! # Sources
//! The idea to use the memory of one call for the next is Matthias Einwag's. The list of
//! strategies, and adapters as the place of the choice, are Niko Matsakis's ("Dyn async traits").
#![no_std]
#![warn(missing_docs)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod adapter;
mod adapters;
#[cfg(feature = "std")]
mod blocks;
mod buffer;
#[cfg(feature = "alloc")]
mod cached_space;
mod caller;
#[cfg(feature = "alloc")]
mod count;
mod fused;
mod future;
#[cfg(feature = "alloc")]
mod memory;
mod place;
#[doc(hidden)]
pub mod private;
mod request;
#[cfg(feature = "alloc")]
mod slot;
mod space;
#[cfg(feature = "std")]
mod stack;

pub use adapter::{
    Adapter, AnyThread, Kind, ManyCalls, Often, Once, OneCall, OneThread, ServesSend, ServesShared,
    send_call_mut, send_call_ref,
};
pub use adapters::*;
#[cfg(feature = "alloc")]
pub use cached_space::{CachedSpace, InCachedSpace};
pub use caller::{Caller, NoSpace};
#[cfg(feature = "count")]
pub use count::{Allocations, allocations};
pub use future::{DynFuture, SendDynFuture};
pub use place::Place;
pub use request::Request;
pub use space::{InSpace, OnlySpace, Space};
#[cfg(feature = "std")]
pub use stack::{Stack, WithSideStack, with_side_stack};
pub use wakeful_dynamic_macros::dyn_async;
