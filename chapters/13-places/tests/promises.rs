//! The promises of the page.

use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use places::dyn_traits::futures_by_hand::Clock;
use places::{DynLine, End, InCaller, Inline, Line, Message, OnSideStack, Room};
use places::{serve, with_side_stack};

#[path = "../../allocations.rs"]
mod counting;
use counting::allocations;

#[path = "../../13-dyn-traits/lent_line.rs"]
mod lent_line;
use lent_line::{Lent, TOTALS, two_readings};

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
    }
}

/// A line whose calls wait once, and note the addresses of their futures. `SIZE` makes
/// these futures larger.
struct Noted<const SIZE: usize>(Rc<RefCell<Vec<usize>>>);

impl<const SIZE: usize> Line for Noted<SIZE> {
    async fn byte(&mut self) -> Result<u8, End> {
        let (log, mark) = (Rc::clone(&self.0), [7_u8; SIZE]);
        let mut waited = false;
        poll_fn(move |_| {
            log.borrow_mut().push((&raw const mark).addr());
            let ready = mem::replace(&mut waited, true);
            if ready { Poll::Ready(Ok(mark[0])) } else { Poll::Pending }
        })
        .await
    }

    async fn send(&mut self, _: Message) -> Result<(), End> {
        Ok(())
    }
}

type Log = Rc<RefCell<Vec<usize>>>;

fn noted<const SIZE: usize>() -> (Log, Noted<SIZE>) {
    let log = Log::default();
    (Rc::clone(&log), Noted(log))
}

/// Where a value lies.
fn range<T>(value: &T) -> std::ops::Range<usize> {
    let start = std::ptr::from_ref(value).addr();
    start..start + size_of::<T>()
}

async fn byte(mut object: Pin<&mut dyn DynLine>) -> Result<u8, End> {
    Line::byte(&mut object).await
}

#[test]
fn the_same_conversation_runs_over_all_three() {
    type Object<'a> = Pin<Box<dyn DynLine + 'a>>;
    let objects: [fn(Lent<'_>) -> Object<'_>; 3] = [
        |line| Box::pin(Inline::<_, 160>::new(line)),
        |line| Box::pin(InCaller(line)),
        |line| Box::pin(OnSideStack(line)),
    ];
    for object in objects {
        let clock = Clock::new();
        let mut line = two_readings(&clock);
        let mut object = object(Lent(&mut line));
        let task = async { serve(&mut object.as_mut()).await };
        let end = clock.run(with_side_stack(task)).expect("the script ends");
        assert!(matches!(end, Err(End::Closed)));
        drop(object);
        assert_eq!(line.sent(), TOTALS);
    }
}

#[test]
fn the_future_of_an_inline_call_lies_in_the_object() {
    let (log, line) = noted::<20>();
    log.borrow_mut().reserve(8);
    let mut object = pin!(Inline::<_, 96>::new(line));
    let made = allocations(|| {
        for _ in 0..3 {
            assert!(matches!(run(byte(object.as_mut())), Ok(7)));
        }
    });
    let inside = range(&*object);
    assert!(log.borrow().iter().all(|at| inside.contains(at)));
    assert_eq!(made, 0, "allocations");
}

#[test]
fn the_future_of_a_call_lies_in_the_future_of_its_caller() {
    let (log, line) = noted::<8>();
    log.borrow_mut().reserve(8);
    let object = pin!(InCaller(line));
    let mut caller = pin!(byte(object));
    let made = allocations(|| while poll(caller.as_mut()).is_pending() {});
    assert_eq!(made, 0, "allocations");
    let inside = range(&*caller);
    assert!(log.borrow().iter().all(|at| inside.contains(at)));
}

#[test]
fn a_future_that_is_too_large_for_the_caller_gets_a_box() {
    let (log, line) = noted::<300>();
    log.borrow_mut().reserve(8);
    let object = pin!(InCaller(line));
    assert_eq!(allocations(|| drop(run(byte(object)))), 1);
}

#[test]
fn a_room_takes_one_future_at_a_time() {
    let room = pin!(Room::<64>::default());
    let room = room.as_ref();
    let Ok(mut first) = room.try_fill(ready(1)) else { panic!("the room is free") };
    assert!(room.try_fill(ready(2)).is_err());
    let panic = catch_unwind(AssertUnwindSafe(|| drop(room.fill(ready(2)))));
    assert!(panic.is_err(), "the room is busy");
    assert_eq!(poll(Pin::new(&mut first)), Poll::Ready(1));
    drop(first);
    assert_eq!(run(room.fill(ready(3))), 3);
}

#[test]
fn a_room_refuses_a_large_future_and_a_large_alignment() {
    #[repr(align(32))]
    struct Wide;

    let room = pin!(Room::<64>::default());
    let (large, wide) = ([1_u8; 64], Wide);
    let large = room.as_ref().try_fill(poll_fn(move |_| Poll::Ready(large[0])));
    assert!(large.is_err());
    let wide =
        room.as_ref().try_fill(poll_fn(move |_| Poll::Ready((&raw const wide).addr())));
    assert!(wide.is_err());
    assert_eq!(run(room.as_ref().fill(ready(3))), 3);
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("boom");
    }
}

#[test]
fn a_destructor_that_panics_leaves_the_room_free() {
    let room = pin!(Room::<64>::default());
    let bomb = Bomb;
    let call = room.as_ref().fill(async move {
        let _bomb = bomb;
        pending::<()>().await;
    });
    assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_err());
    assert_eq!(run(room.as_ref().fill(ready(3))), 3);
}

/// Polls once inside of a task.
async fn once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx))).await
}

#[test]
fn calls_of_a_task_lie_on_its_side_stack() {
    let ((first_log, first), (second_log, second)) = (noted::<16>(), noted::<16>());
    let (mut first, mut second) = (pin!(OnSideStack(first)), pin!(OnSideStack(second)));
    let room = pin!(Room::default());
    let room = room.as_ref();
    first_log.borrow_mut().reserve(8);
    second_log.borrow_mut().reserve(8);
    let mut task = pin!(with_side_stack(async {
        for _ in 0..2 {
            let mut lower = first.as_mut().byte(room);
            let mut upper = second.as_mut().byte(room);
            assert!(
                once(&mut lower).await.is_pending()
                    && once(&mut upper).await.is_pending()
            );
        }
        allocations(|| drop(first.as_mut().byte(room)))
    }));
    assert_eq!(poll(task.as_mut()), Poll::Ready(0), "allocations");
    let (lower, upper) = (first_log.borrow(), second_log.borrow());
    assert!(lower[0] == lower[1] && upper[0] == upper[1], "the room is used again");
    assert!(lower[0] < upper[0] && upper[0] - lower[0] < 200, "one beside the other");
}

#[test]
fn calls_may_end_in_any_order() {
    let ((a_log, first), (b_log, second), (c_log, third)) =
        (noted::<16>(), noted::<16>(), noted::<64>());
    let (mut first, mut second) = (pin!(OnSideStack(first)), pin!(OnSideStack(second)));
    let mut third = pin!(OnSideStack(third));
    let room = pin!(Room::default());
    let room = room.as_ref();
    run(with_side_stack(async {
        for _ in 0..3 {
            let mut a = first.as_mut().byte(room);
            let mut b = second.as_mut().byte(room);
            assert!(once(&mut a).await.is_pending() && once(&mut b).await.is_pending());
            drop(a);
            let mut c = third.as_mut().byte(room);
            assert!(once(&mut c).await.is_pending());
            assert!(matches!(once(&mut b).await, Poll::Ready(Ok(7))));
            drop(b);
            assert!(matches!(once(&mut c).await, Poll::Ready(Ok(7))));
        }
    }));
    let (a, b, c) = (a_log.borrow(), b_log.borrow(), c_log.borrow());
    assert!(a.iter().all(|at| *at == a[0]), "after the last call, the stack is empty");
    assert!(a[0] < b[0] && b[0] < c[0], "the memory of A is not used before B has ended");
}

#[test]
fn a_call_at_the_top_gives_its_memory_back_at_once() {
    let ((_, lower), (log, upper)) = (noted::<16>(), noted::<16>());
    let (mut lower, mut upper) = (pin!(OnSideStack(lower)), pin!(OnSideStack(upper)));
    let room = pin!(Room::default());
    let room = room.as_ref();
    run(with_side_stack(async {
        let _below = lower.as_mut().byte(room);
        for _ in 0..3 {
            assert!(once(&mut upper.as_mut().byte(room)).await.is_pending());
        }
    }));
    let log = log.borrow();
    assert!(log.iter().all(|at| *at == log[0]), "the next call gets the same memory");
}

#[test]
fn a_call_outside_of_a_task_or_on_a_full_stack_gets_a_box() {
    let ((_, small), (_, large)) = (noted::<16>(), noted::<5000>());
    let (mut small, mut large) = (pin!(OnSideStack(small)), pin!(OnSideStack(large)));
    let room = pin!(Room::default());
    let room = room.as_ref();
    assert_eq!(allocations(|| drop(small.as_mut().byte(room))), 1);
    let counted = run(with_side_stack(async {
        let large = allocations(|| drop(large.as_mut().byte(room)));
        (large, allocations(|| drop(small.as_mut().byte(room))))
    }));
    assert_eq!(counted, (1, 0));
    assert_eq!(allocations(|| drop(small.as_mut().byte(room))), 1);
}

#[test]
#[expect(clippy::async_yields_async, reason = "the call leaves its task")]
fn a_call_may_outlive_its_task() {
    let (_, line) = noted::<16>();
    let mut object = pin!(OnSideStack(line));
    let room = pin!(Room::default());
    let mut call = run(with_side_stack(async { object.as_mut().byte(room.as_ref()) }));
    // If the task had freed its stack, these would get the memory.
    let _others: [_; 64] = std::array::from_fn(|_| Box::new([0_u8; 4096]));
    assert!(poll(Pin::new(&mut call)).is_pending());
    assert!(matches!(poll(Pin::new(&mut call)), Poll::Ready(Ok(7))));
}

#[test]
fn a_poll_that_panics_gives_the_thread_its_earlier_stack_back() {
    let (_, line) = noted::<16>();
    let mut object = pin!(OnSideStack(line));
    let room = pin!(Room::default());
    let mut task = pin!(with_side_stack(async { panic!("boom") }));
    let panic = catch_unwind(AssertUnwindSafe(|| poll(task.as_mut()) == Poll::Ready(())));
    assert!(panic.is_err());
    assert_eq!(allocations(|| drop(object.as_mut().byte(room.as_ref()))), 1);
}

#[test]
fn a_task_in_a_task_has_a_stack_of_its_own() {
    let ((outer_log, outer), (inner_log, inner)) = (noted::<16>(), noted::<16>());
    let (mut outer, mut inner) = (pin!(OnSideStack(outer)), pin!(OnSideStack(inner)));
    let room = pin!(Room::default());
    let room = room.as_ref();
    run(with_side_stack(async {
        let mut call = outer.as_mut().byte(room);
        assert!(once(&mut call).await.is_pending());
        let inside = with_side_stack(async { run(inner.as_mut().byte(room)) });
        assert!(matches!(inside.await, Ok(7)));
        // The inner task has ended, so this call lies on the stack of the outer one.
        assert!(once(&mut inner.as_mut().byte(room)).await.is_pending());
    }));
    let (outer, inner) = (outer_log.borrow(), inner_log.borrow());
    assert!(inner[0].abs_diff(outer[0]) > 200, "a stack of its own");
    assert!(inner[2].abs_diff(outer[0]) < 200, "the stack of the outer task");
}

#[test]
fn a_future_with_a_large_alignment_is_at_its_alignment_on_the_stack() {
    #[repr(align(128))]
    struct Wide;

    struct Aligned;

    impl Line for Aligned {
        async fn byte(&mut self) -> Result<u8, End> {
            let wide = Wide;
            poll_fn(move |_| {
                let rest = (&raw const wide).addr() % 128;
                Poll::Ready(Ok(u8::from(rest != 0)))
            })
            .await
        }

        async fn send(&mut self, _: Message) -> Result<(), End> {
            Ok(())
        }
    }

    let ((_, small), room) = (noted::<3>(), pin!(Room::default()));
    let (mut small, mut object) = (pin!(OnSideStack(small)), pin!(OnSideStack(Aligned)));
    let room = room.as_ref();
    run(with_side_stack(async {
        let _below = small.as_mut().byte(room);
        assert_eq!(allocations(|| drop(object.as_mut().byte(room))), 0);
        assert!(matches!(run(object.as_mut().byte(room)), Ok(0)));
    }));
}
