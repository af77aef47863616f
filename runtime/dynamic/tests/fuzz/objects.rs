//! The trait whose methods the fuzzer calls, and an object of it for each adapter.

use std::{panic::resume_unwind, pin::Pin, sync::Arc};

use crate::{
    common::*,
    leaf::{Expected, Leaf, Script},
};

#[repr(align(64))]
pub struct Line;

#[dyn_async(Send)]
pub trait Device: Send {
    async fn small(&mut self, script: Arc<Script>) -> u32;
    async fn aligned(&mut self, script: Arc<Script>) -> u32;
    /// Has its leaf before the first poll.
    fn large(&mut self, script: Arc<Script>) -> impl Future<Output = u32> + Send;
    /// May panic before there is a future.
    fn eager(&mut self, script: Arc<Script>) -> impl Future<Output = u32> + Send;
    #[dyn_async(once)]
    async fn once(&mut self, script: Arc<Script>) -> u32;
}

#[dyn_async(Send)]
pub trait Shared: Send + Sync {
    async fn small(&self, script: Arc<Script>) -> u32;
    fn large(&self, script: Arc<Script>) -> impl Future<Output = u32> + Send;
}

/// `Device` again, with fused methods.
#[dyn_async(Send)]
pub trait Fused: Send {
    #[dyn_async(fused)]
    async fn small(&mut self, script: Arc<Script>) -> u32;
    #[dyn_async(fused)]
    async fn aligned(&mut self, script: Arc<Script>) -> u32;
    #[dyn_async(fused)]
    async fn large(&mut self, script: Arc<Script>) -> u32;
    #[dyn_async(fused)]
    async fn eager(&mut self, script: Arc<Script>) -> u32;
    #[dyn_async(fused, once)]
    async fn once(&mut self, script: Arc<Script>) -> u32;
}

/// Implements all three traits.
struct Real;

impl Device for Real {
    async fn small(&mut self, script: Arc<Script>) -> u32 {
        Leaf::<16, u8>::new(script).await
    }

    async fn aligned(&mut self, script: Arc<Script>) -> u32 {
        Leaf::<64, Line>::new(script).await
    }

    fn large(&mut self, script: Arc<Script>) -> impl Future<Output = u32> + Send {
        Leaf::<300, u64>::new(script)
    }

    fn eager(&mut self, script: Arc<Script>) -> impl Future<Output = u32> + Send {
        if script.panics_in_call {
            resume_unwind(Box::new(Expected));
        }
        Leaf::<40, u64>::new(script)
    }

    async fn once(&mut self, script: Arc<Script>) -> u32 {
        Leaf::<100, u8>::new(script).await
    }
}

impl Shared for Real {
    async fn small(&self, script: Arc<Script>) -> u32 {
        Leaf::<16, u8>::new(script).await
    }

    fn large(&self, script: Arc<Script>) -> impl Future<Output = u32> + Send {
        Leaf::<1200, u64>::new(script)
    }
}

/// Implements one of the two traits for `&mut self` by the other.
macro_rules! same {
    (impl $this:ident for $type:ty as $other:ident: $($method:ident)*) => {
        impl $this for $type {
            $(
                fn $method(&mut self, script: Arc<Script>) -> impl Future<Output = u32> + Send {
                    $other::$method(self, script)
                }
            )*
        }
    };
}
same!(impl Fused for Real as Device: small aligned large eager once);
same!(impl Device for FusedBox<'static> as Fused: small aligned large eager once);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Small,
    Aligned,
    Large,
    Eager,
    Once,
}

impl Method {
    pub const ALL: [Self; 5] = [
        Self::Small,
        Self::Aligned,
        Self::Large,
        Self::Eager,
        Self::Once,
    ];

    /// Whether the method makes its leaf when it is called, and not in the first poll.
    pub fn makes_leaf_at_once(self) -> bool {
        matches!(self, Self::Large | Self::Eager)
    }
}

pub type Call<'o> = Pin<Box<dyn Future<Output = u32> + Send + 'o>>;

/// An object of any caller's type, for calls with `&mut self`.
pub trait Device1: Send {
    /// Calls a method. Also returns how many times this allocated.
    fn call(&mut self, method: Method, script: Arc<Script>) -> (Call<'_>, usize);
}

/// An object of any caller's type, for calls with `&self`.
pub trait Shared1: Send + Sync {
    fn call(&self, method: Method, script: Arc<Script>) -> Call<'_>;
}

fn counted<'o, F>(make: impl FnOnce() -> F) -> (Call<'o>, usize)
where
    F: Future<Output = u32> + Send + 'o,
{
    let mut call = None;
    let allocated = allocations(|| call = Some(make()));
    (Box::pin(call.unwrap()), allocated)
}

impl<D: Device> Device1 for D {
    fn call(&mut self, method: Method, script: Arc<Script>) -> (Call<'_>, usize) {
        match method {
            Method::Small => counted(|| self.small(script)),
            Method::Aligned => counted(|| self.aligned(script)),
            Method::Large => counted(|| self.large(script)),
            Method::Eager => counted(|| self.eager(script)),
            Method::Once => counted(|| self.once(script)),
        }
    }
}

impl<S: Shared> Shared1 for S {
    fn call(&self, method: Method, script: Arc<Script>) -> Call<'_> {
        if method.makes_leaf_at_once() {
            Box::pin(self.large(script))
        } else {
            Box::pin(self.small(script))
        }
    }
}

/// What the model knows about an adapter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Each call allocates once.
    Box,
    /// A call allocates if the box that waits does not fit.
    Recycled,
    /// A call allocates nothing, and a leaked call blocks the object.
    Object,
    /// As `Object`, behind another adapter that may allocate.
    BehindObject,
    /// The call starts in the first poll.
    InPoll,
    /// As `InPoll`, and a call that is leaked after its first poll blocks the object.
    ObjectInPoll,
    /// Anything else.
    Other,
}

impl Memory {
    pub fn starts_in_poll(self) -> bool {
        matches!(self, Self::InPoll | Self::ObjectInPoll)
    }
}

pub fn device(choice: u8) -> (Box<dyn Device1>, Memory) {
    fn object<S: wakeful_dynamic::Caller + Send + 'static>(
        object: DeviceBox<'static, S>,
        memory: Memory,
    ) -> (Box<dyn Device1>, Memory) {
        (Box::new(object), memory)
    }
    const SPACE: Space<128, Line> = Space::aligned();
    const LARGE: Space<512, Line> = Space::aligned();
    let inline = Inline::<512, _, Line>::aligned(Real);
    let fused = |object: FusedBox<'static>, memory| -> (Box<dyn Device1>, Memory) {
        (Box::new(object), memory)
    };
    match choice % 20 {
        0 => object(DeviceBox::new(Boxing::new(Real)), Memory::Box),
        1 => object(DeviceBox::new(Cached::new(Real)), Memory::Recycled),
        2 => object(DeviceBox::new(CachedIf::new(Real, true)), Memory::Recycled),
        3 => object(DeviceBox::new(CachedIf::new(Real, false)), Memory::Box),
        4 => object(DeviceBox::new(inline), Memory::Object),
        5 => object(DeviceBox::new(Pool::new(Real)), Memory::Other),
        6 => {
            let scratch = Scratch::<512, _, Line>::aligned(Real);
            object(DeviceBox::new_with(scratch, LARGE), Memory::InPoll)
        }
        7 => {
            let either = ScratchOrBox::new(Real);
            object(DeviceBox::new_with(either, SPACE), Memory::InPoll)
        }
        8 => {
            let either = ScratchOrBox::new(Real);
            let space = CachedSpace::new();
            object(DeviceBox::new_with(either, space), Memory::Other)
        }
        9 => object(DeviceBox::new(SideStack::new(Real)), Memory::Other),
        10 => {
            let boxing = BoxingIn::new(Real, &TestAllocator);
            object(DeviceBox::new(boxing), Memory::Box)
        }
        11 => object(DeviceBox::new(NoAlloc::new(inline)), Memory::Object),
        12 => {
            let inner = DeviceBox::new(SideStack::new(Real));
            object(DeviceBox::new(Cached::new(inner)), Memory::Other)
        }
        13 => {
            let inner = DeviceBox::new(inline);
            object(DeviceBox::new(Cached::new(inner)), Memory::BehindObject)
        }
        14 => fused(FusedBox::new(Boxing::new(Real)), Memory::InPoll),
        15 => fused(FusedBox::new(Cached::new(Real)), Memory::InPoll),
        16 => fused(FusedBox::new(Pool::new(Real)), Memory::InPoll),
        17 => fused(FusedBox::new(SideStack::new(Real)), Memory::InPoll),
        18 => fused(
            FusedBox::new(BoxingIn::new(Real, &TestAllocator)),
            Memory::InPoll,
        ),
        _ => fused(FusedBox::new(inline), Memory::ObjectInPoll),
    }
}

pub fn shared(choice: u8) -> Arc<dyn Shared1> {
    const SPACE: Space<512> = Space::new();
    match choice % 7 {
        0 => Arc::new(SharedBox::new(Boxing::new(Real))),
        1 => Arc::new(SharedBox::new(Cached::new(Real))),
        2 => Arc::new(SharedBox::new(Pool::new(Real))),
        3 => Arc::new(SharedBox::new_with(
            Scratch::<1400, _>::new(Real),
            Space::<1400>::new(),
        )),
        4 => Arc::new(SharedBox::new_with(ScratchOrBox::new(Real), SPACE)),
        5 => Arc::new(SharedBox::new(SideStack::new(Real))),
        _ => Arc::new(SharedBox::new_with(
            ScratchOrBox::new(Real),
            CachedSpace::new(),
        )),
    }
}
