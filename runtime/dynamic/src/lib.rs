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
//! // This function knows neither the type of the meter nor where its futures live.
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
//! An *adapter* holds a value and chooses the memory for the futures of its calls. Begin with
//! [`Cached`], or with [`Pool`] if most methods take `&self`. If the cost matters, or if you have no
//! heap, choose from this table. All adapters serve methods with `&mut self`, and all serve traits
//! with `#[dyn_async(Send)]`.
//!
//! | adapter | the future lives in | allocations | async `&self` methods | needs | use it |
//! |---|---|---|---|---|---|
//! | [`Cached`] | a box that the adapter keeps | one, at the first call. One more for a larger future | yes, with a box for each call | `alloc` | for `&mut self` methods |
//! | [`Pool`] | a block of the thread's pool | none after the first calls | yes | `std` | for `&self` methods, and for many or short-lived adapters |
//! | [`Inline<N>`](Inline) | the adapter, `N` bytes | none | no | pinning | for `&mut self` methods that must not allocate, or that must be fast |
//! | [`Scratch<N>`](Scratch) | the caller's future, `N` bytes | none | yes | callers with [`Space`] | for `&self` methods without a heap |
//! | [`ScratchOrBox`] | the caller's future if it fits, or a box | none, or one for each call | yes | `alloc`, callers with [`Space`] | if sizes vary |
//! | [`ScratchOrBox`] with [`CachedSpace`] | a box that the caller keeps | one for each caller | yes, with a box for each call | `alloc`, callers with [`CachedSpace`] | for short-lived adapters without `std` |
//! | [`SideStack`] | the side stack of the task | one for each task | yes | `std`, [`with_side_stack`] around the task | for deep chains of calls in one task |
//! | [`BoxingIn`] | memory of your allocator | one for each call, in your allocator | yes | a [`FutureAllocator`] | for arenas |
//! | [`Boxing`] | a box | one for each call | yes | `alloc` | for rare calls, and in tests |
//! | [`CachedIf`] | as [`Cached`] or as [`Boxing`] | as there | yes | `alloc` | to choose by a `bool` when the program runs |
//! | [`NoAlloc<A>`](NoAlloc) | as with `A` | panics instead | as with `A` | | to find calls that allocate |
//!
//! `N` is a number of bytes. A future that needs more does not compile, and the message says how many
//! bytes it needs. An adapter is as large as its value. [`Cached`] adds one word, [`CachedIf`] two,
//! [`Inline`] `N` bytes and a flag, and [`BoxingIn`] its allocator.
//!
//! Three examples:
//!
//! ```
//! # use std::{pin::pin, sync::Arc};
//! # use wakeful_dynamic::{Cached, Inline, Pool, dyn_async};
//! # #[dyn_async] trait Sensor { async fn read(&mut self) -> u16; }
//! # struct Thermometer; impl Sensor for Thermometer { async fn read(&mut self) -> u16 { 20 } }
//! # struct Barometer; impl Sensor for Barometer { async fn read(&mut self) -> u16 { 1013 } }
//! # #[dyn_async(Send)] trait Store: Send + Sync { async fn get(&self, key: &str) -> Option<u32>; }
//! # struct Memory; impl Store for Memory { async fn get(&self, key: &str) -> Option<u32> { key.parse().ok() } }
//! // Without a heap: the sensors are pinned in the function that uses them.
//! let thermometer = pin!(Inline::<64, _>::new(Thermometer));
//! let barometer = pin!(Inline::<64, _>::new(Barometer));
//! let mut sensors = [SensorMut::pin(thermometer), SensorMut::pin(barometer)];
//!
//! // In a loop that must not allocate. A box pins its adapter, so it needs no `pin!`.
//! let mut fast = SensorBox::new(Inline::<64, _>::new(Thermometer));
//!
//! // Shared by all threads. The trait is `#[dyn_async(Send)] trait Store: Send + Sync`.
//! let store: Arc<StoreBox<'static>> = Arc::new(StoreBox::new(Pool::new(Memory)));
//! # let shared = store.clone();
//! # let thread = std::thread::spawn(move || futures_executor::block_on(shared.get("7")));
//! # assert_eq!(thread.join().unwrap(), Some(7));
//! # futures_executor::block_on(async {
//! #     assert_eq!(sensors[1].read().await, 1013);
//! #     assert_eq!(fast.read().await + sensors[0].read().await, 40);
//! # });
//! ```
//!
//! If you pass a value without an adapter, the compiler refuses it and says which adapters there are.
//! Write `SensorMut::new(&mut Cached::new(value))`.
//!
//! The cost of one call, in instructions, with the loop around it. The program is the example
//! `calls`, counted with callgrind and glibc's allocator:
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
//! The last parameter of these types is what callers offer. `new` and `pin` make an object whose callers offer
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
//!   `Send`, and `Sync` for `&self`. An object that threads share, as in an `Arc`, needs both too.
//! - `#[dyn_async(once)]` on a method says that it is called once, such as `connect`. The adapter
//!   [`Cached`] keeps no memory for it.
//! - `#[dyn_async(fused)]` on a method is for chains of objects, where one calls the next. A call
//!   then starts when it is polled for the first time, and this start and the poll are one `dyn`
//!   call. In a build with `lto` and `codegen-units = 1`, a call of such a chain takes about half of
//!   the time. In cargo's usual release profile, a chain gains little, and a call through one object
//!   becomes slower. The calls offer no memory of the caller, so [`Scratch`] does not serve such a
//!   trait. Each implementation is compiled twice: for the first poll and for the others.
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
//! promises (in AL2) that a leaked block is never used again.
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
//! # Why no stack of the caller?
//! A strategy that some languages have is impossible here: the caller cannot make room on its
//! stack when it makes the call (`alloca`). The caller is a future as well, and a future has one
//! size, which the compiler computes. Its variables have to be there after a pause, when the
//! stack of the thread has other contents.
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
