//! One trait expanded by hand, which shows what `#[dyn_async]` writes. The macro is not used here.

use std::{
    pin::{Pin, pin},
    task::{Context, Waker},
};

use futures_executor::block_on;
use wakeful_dynamic::{
    Adapter, Boxing, Cached, Caller, DynFuture, Inline, NoSpace, Often, Request, Scratch,
    ScratchOrBox, Space,
};

trait AsyncIterator {
    type Item;
    async fn next(&mut self) -> Option<Self::Item>;
}

/// The trait behind `dyn`. Each adapter implements it.
trait ErasedAsyncIterator<Item> {
    fn next<'s, 'd>(self: Pin<&'s mut Self>, request: Request<'_>) -> DynFuture<'d, Option<Item>>
    where
        's: 'd,
        Item: 'd;
}

impl<A, Item> ErasedAsyncIterator<Item> for A
where
    A: Adapter,
    A::Inner: AsyncIterator<Item = Item>,
{
    fn next<'s, 'd>(self: Pin<&'s mut Self>, request: Request<'_>) -> DynFuture<'d, Option<Item>>
    where
        's: 'd,
        Item: 'd,
    {
        self.call_mut::<Often, _, _>(request, AsyncIterator::next)
    }
}

/// The object. It implements the source trait again.
struct AsyncIteratorMut<'o, Item, S = NoSpace> {
    object: Pin<&'o mut (dyn ErasedAsyncIterator<Item> + 'o)>,
    caller: S,
}

impl<'o, Item, S: Caller + Default> AsyncIteratorMut<'o, Item, S> {
    fn pin<A>(adapter: Pin<&'o mut A>) -> Self
    where
        A: Adapter + ErasedAsyncIterator<Item>,
    {
        const { assert!(A::SPACE.0 <= S::SPACE.0 && A::SPACE.1 <= S::SPACE.1) };
        Self {
            object: adapter,
            caller: S::default(),
        }
    }
}

impl<Item, S: Caller> AsyncIterator for AsyncIteratorMut<'_, Item, S> {
    type Item = Item;

    fn next(&mut self) -> impl Future<Output = Option<Item>> {
        let Self { object, caller } = self;
        // SAFETY: CA3: the closure passes the request to one call and returns its future.
        unsafe { caller.call_mut(move |request| object.as_mut().next(request)) }
    }
}

struct Countdown(u32);

impl AsyncIterator for Countdown {
    type Item = u32;

    async fn next(&mut self) -> Option<u32> {
        let text = self.0.to_string();
        yield_now().await;
        self.0 = self.0.checked_sub(1)?;
        text.parse().ok()
    }
}

async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

fn sum<S: Caller + Default, A>(adapter: Pin<&mut A>) -> u32
where
    A: Adapter<Inner = Countdown>,
{
    block_on(async {
        let mut iterator = AsyncIteratorMut::<_, S>::pin(adapter);
        let mut sum = 0;
        while let Some(item) = iterator.next().await {
            sum += item;
        }
        sum
    })
}

#[test]
fn each_adapter_calls_the_same_methods() {
    assert_eq!(sum::<NoSpace, _>(pin!(Boxing::new(Countdown(4)))), 10);
    assert_eq!(sum::<NoSpace, _>(pin!(Cached::new(Countdown(4)))), 10);
    assert_eq!(
        sum::<NoSpace, _>(pin!(Inline::<64, _>::new(Countdown(4)))),
        10
    );
    assert_eq!(
        sum::<Space<64>, _>(pin!(Scratch::<64, _>::new(Countdown(4)))),
        10
    );
    assert_eq!(
        sum::<Space<64>, _>(pin!(ScratchOrBox::new(Countdown(4)))),
        10
    );
    assert_eq!(
        sum::<Space<8>, _>(pin!(ScratchOrBox::new(Countdown(4)))),
        10
    );
}

#[test]
fn a_call_that_is_dropped_half_way_makes_room_for_the_next() {
    fn check<S: Caller + Default>(adapter: Pin<&mut impl Adapter<Inner = Countdown>>) {
        let mut iterator = AsyncIteratorMut::<_, S>::pin(adapter);
        for _ in 0..2 {
            let call = pin!(iterator.next());
            assert!(
                call.poll(&mut Context::from_waker(Waker::noop()))
                    .is_pending()
            );
        }
        assert_eq!(block_on(iterator.next()), Some(4));
    }
    check::<NoSpace>(pin!(Boxing::new(Countdown(4))));
    check::<NoSpace>(pin!(Cached::new(Countdown(4))));
    check::<NoSpace>(pin!(Inline::<64, _>::new(Countdown(4))));
    check::<Space<64>>(pin!(Scratch::<64, _>::new(Countdown(4))));
    check::<Space<8>>(pin!(ScratchOrBox::new(Countdown(4))));
}

#[test]
fn an_object_in_an_adapter_makes_a_chain() {
    block_on(async {
        let leaf = pin!(Inline::<64, _>::new(Countdown(3)));
        let one = pin!(Inline::<64, _>::new(AsyncIteratorMut::<_, NoSpace>::pin(
            leaf
        )));
        let two = pin!(Cached::new(AsyncIteratorMut::<_, NoSpace>::pin(one)));
        let mut chain = AsyncIteratorMut::<_, NoSpace>::pin(two);
        let mut items = Vec::new();
        while let Some(item) = chain.next().await {
            items.push(item);
        }
        assert_eq!(items, [3, 2, 1]);
    });
}
