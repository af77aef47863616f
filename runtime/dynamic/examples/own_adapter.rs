//! An adapter of your own: it takes the memory of a future from a static array of slots, and
//! panics if all of them are in use.

use std::{
    alloc::Layout,
    cell::UnsafeCell,
    pin::Pin,
    ptr::NonNull,
    sync::atomic::{AtomicBool, Ordering},
};

use wakeful_dynamic::{
    Adapter, AnyThread, DynFuture, Kind, ManyCalls, Place, Request, ServesShared, dyn_async,
};

/// The bytes of one future.
#[repr(align(16))]
struct Bytes(UnsafeCell<[u8; 128]>);

struct Slot {
    busy: AtomicBool,
    bytes: Bytes,
}

// SAFETY: only the future that set `busy` uses the bytes.
unsafe impl Sync for Slot {}

static SLOTS: [Slot; 4] = [const {
    Slot {
        busy: AtomicBool::new(false),
        bytes: Bytes(UnsafeCell::new([0; 128])),
    }
}; 4];

/// Keeps each future in one of four slots.
struct FromSlots<T>(T);

/// The slot of one future.
struct InSlot(&'static Slot);

// SAFETY: PL1: any thread may clear `busy`. PL2: the bytes are not read.
unsafe impl Place for InSlot {
    unsafe fn release(self, _memory: NonNull<u8>, _layout: Layout) {
        // Pairs with the Acquire in `call`: the next future is written after this one is gone.
        self.0.busy.store(false, Ordering::Release);
    }
}

fn call<'d, F>(make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
where
    F: Future + 'd,
    F::Output: 'd,
{
    const {
        let layout = DynFuture::<F::Output>::layout::<InSlot, F>();
        assert!(layout.size() <= size_of::<Bytes>() && layout.align() <= align_of::<Bytes>());
    }
    // The Acquire pairs with the Release in `release`.
    let free = SLOTS
        .iter()
        .find(|slot| !slot.busy.swap(true, Ordering::Acquire));
    let slot = free.expect("all slots are in use");
    let memory = NonNull::from(&slot.bytes.0).cast();
    // SAFETY: EM1: the assertion above, and this code has set `busy`. EM2: `busy` of a leaked future
    // stays set. EM3: the slot is static.
    unsafe { DynFuture::emplace(memory, InSlot(slot), make) }
}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: `busy` is atomic.
unsafe impl<T> Adapter for FromSlots<T> {
    type Inner = T;
    type Calls = ManyCalls;
    type Threads = AnyThread;

    const ALLOCATES: bool = false;

    fn inner(self: Pin<&Self>) -> &T {
        &self.get_ref().0
    }

    fn inner_mut(self: Pin<&mut Self>) -> &mut T {
        // SAFETY: `T` is not pinned.
        unsafe { &mut self.get_unchecked_mut().0 }
    }

    fn call_mut<'s, 'd, K, M, F>(
        self: Pin<&'s mut Self>,
        _request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s mut T) -> F,
        F: Future + 'd,
        F::Output: 'd,
    {
        let inner = self.inner_mut();
        call(|| make(inner))
    }

    fn call_ref<'s, 'd, K, M, F>(
        self: Pin<&'s Self>,
        _request: Request<'_>,
        make: M,
    ) -> DynFuture<'d, F::Output>
    where
        's: 'd,
        K: Kind,
        M: FnOnce(&'s T) -> F,
        F: Future + 'd,
        F::Output: 'd,
        Self::Calls: ServesShared,
    {
        let inner = self.inner();
        call(|| make(inner))
    }
}

#[dyn_async]
trait Meter {
    async fn read(&self) -> u32;
}

struct Water(u32);

impl Meter for Water {
    async fn read(&self) -> u32 {
        self.0
    }
}

fn main() {
    let adapter = FromSlots(Water(17));
    let meter = MeterRef::new(&adapter);
    let in_use = || {
        SLOTS
            .iter()
            .filter(|slot| slot.busy.load(Ordering::Relaxed))
            .count()
    };
    let (first, second) = (meter.read(), meter.read());
    println!("two calls use {} slots", in_use());
    let sum = futures_executor::block_on(async { first.await + second.await });
    println!("the sum is {sum}, and {} slots are in use", in_use());
}
