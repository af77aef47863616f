//! [`Inline`]: the future lives in the object.

use core::{
    alloc::Layout,
    cell::UnsafeCell,
    marker::{PhantomData, PhantomPinned},
    mem::offset_of,
    pin::Pin,
    ptr::NonNull,
};

use crate::{
    Adapter, AnyThread, DynFuture, Kind, OneCall, Place, Request,
    buffer::{Buffer, Fits},
};

/// Keeps the future of a call in a field of the object: `N` bytes that are aligned as `A` is.
///
/// Nothing allocates. A method whose future needs more than `N` bytes does not compile, and the
/// message says how many bytes it needs. The object must be pinned, for example with
/// [`pin!`](core::pin::pin), because the future must not move.
///
/// ```compile_fail,E0080
/// use wakeful_dynamic::{Inline, dyn_async};
///
/// #[dyn_async]
/// trait Meter {
///     async fn read(&mut self) -> u32;
/// }
///
/// struct Water(u32);
///
/// impl Meter for Water {
///     async fn read(&mut self) -> u32 {
///         self.0
///     }
/// }
///
/// // The future of `read` does not fit into 4 bytes.
/// let mut meter = MeterBox::new(Inline::<4, _>::new(Water(7)));
/// let _ = meter.read();
/// ```
///
/// There is room for one future, so this adapter serves methods with `&mut self` only.
///
/// # Panics
/// If an earlier call was leaked with [`mem::forget`](core::mem::forget), the next call panics,
/// because the leaked future may be pinned in the field for ever.
///
/// # Aborts
/// If the object is dropped after a call was leaked, the process ends. Other code may still hold
/// pointers into the leaked future, and dropping it late would be unsound, because it may borrow
/// values that no longer exist.
#[derive(Debug)]
pub struct Inline<const N: usize, T, A = u64> {
    inner: T,
    slot: UnsafeCell<Slot<N, A>>,
    _pinned: PhantomPinned,
}

/// Invariants:
/// - **IN1** While `busy` is true, `buffer` belongs to the future of one call.
/// - **IN2** The slot does not move after the first call, because the adapter is pinned.
#[repr(C)]
struct Slot<const N: usize, A> {
    busy: bool,
    buffer: Buffer<N, A>,
}

impl<const N: usize, A> core::fmt::Debug for Slot<N, A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Slot")
            .field("busy", &self.busy)
            .finish_non_exhaustive()
    }
}

// SAFETY: the bytes of the slot are a future only while a `DynFuture` borrows the adapter, and
// that one is `Send` only if the future is. `A` is never present.
unsafe impl<const N: usize, T: Send, A> Send for Inline<N, T, A> {}
// SAFETY: a shared reference gives access to `inner` only.
unsafe impl<const N: usize, T: Sync, A> Sync for Inline<N, T, A> {}

impl<const N: usize, T> Inline<N, T> {
    /// Wraps a value, with room for futures that are aligned to 8 bytes or less.
    pub const fn new(inner: T) -> Self {
        Self::aligned(inner)
    }
}

impl<const N: usize, T, A> Inline<N, T, A> {
    /// Wraps a value. The room for futures is aligned as the type `A` is.
    ///
    /// ```
    /// use wakeful_dynamic::Inline;
    ///
    /// #[repr(align(64))]
    /// struct CacheLine;
    ///
    /// let aligned = Inline::<128, _, CacheLine>::aligned("a value");
    /// assert_eq!(align_of_val(&aligned), 64);
    /// ```
    pub const fn aligned(inner: T) -> Self {
        Self {
            inner,
            slot: UnsafeCell::new(Slot {
                busy: false,
                buffer: Buffer::new(),
            }),
            _pinned: PhantomPinned,
        }
    }
}

// SAFETY: AD1 and AD3 as written. AD2: the caller's memory is not used. AD4: while the `DynFuture`
// exists it borrows the adapter, so only one thread touches `busy`.
unsafe impl<const N: usize, T, A> Adapter for Inline<N, T, A> {
    type Inner = T;
    type Calls = OneCall;
    type Threads = AnyThread;

    const ALLOCATES: bool = false;

    fn inner(self: Pin<&Self>) -> &T {
        &self.get_ref().inner
    }

    fn inner_mut(self: Pin<&mut Self>) -> &mut T {
        // SAFETY: `slot` stays where it is, and `inner` is not pinned.
        unsafe { &mut self.get_unchecked_mut().inner }
    }

    #[inline]
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
        const { Fits::<N, A, F>::CHECK };
        // SAFETY: nothing is moved out of the slot.
        let this = unsafe { self.get_unchecked_mut() };
        let inner = &mut this.inner;
        let slot = this.slot.get();
        // SAFETY: the adapter is borrowed for `'s`, so no other code uses the slot now.
        let busy = unsafe { &mut (*slot).busy };
        assert!(
            !*busy,
            "an earlier call of this object was leaked, and its future still occupies the object"
        );
        *busy = true;
        // SAFETY: EM1: the future fits, as the check above says, because the place is empty. The
        // buffer belongs to it (IN1) for as long as it borrows the adapter, and does not move
        // (IN2). EM2: a leaked future leaves `busy` set, so `call_mut` panics and `drop` aborts.
        // EM3: the place is empty.
        unsafe {
            let memory = NonNull::new_unchecked(&raw mut (*slot).buffer).cast();
            DynFuture::emplace(memory, InSlot::<N, A>(PhantomData), || make(inner))
        }
    }
}

/// The place of a future in the buffer of a slot. It finds `busy` from the buffer's address.
struct InSlot<const N: usize, A>(PhantomData<A>);

// SAFETY: PL1: AD4 of `Inline`. PL2: only `busy` is written, which is next to the memory.
unsafe impl<const N: usize, A> Place for InSlot<N, A> {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, _layout: Layout) {
        // SAFETY: `memory` is the buffer of a slot, and its pointer was made from a pointer to
        // the whole slot. The future borrows the adapter, so the slot still exists.
        unsafe {
            let slot = memory
                .byte_sub(offset_of!(Slot<N, A>, buffer))
                .cast::<Slot<N, A>>();
            (*slot.as_ptr()).busy = false;
        }
    }
}

// ANCHOR: drop
impl<const N: usize, T, A> Drop for Inline<N, T, A> {
    fn drop(&mut self) {
        if self.slot.get_mut().busy {
            abort();
        }
    }
}

/// A panic that cannot unwind ends the process, also without `std`.
#[cold]
extern "C" fn abort() -> ! {
    panic!("an object is dropped while the future of a leaked call is pinned inside")
}
// ANCHOR_END: drop
