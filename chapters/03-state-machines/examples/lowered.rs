//! `async` as the compiler translated it from 2020 to 2022, to coroutines. Needs
//! nightly: `cargo +nightly run -p state-machines --example lowered --features nightly`.

#![feature(coroutines, coroutine_trait)]

use std::ops::{Coroutine, CoroutineState};
use std::pin::{Pin, pin};
use std::ptr::NonNull;
use std::task::{Context, Poll};

use state_machines::{Disk, Full, poll};

// ANCHOR: wrapper
/// The resume argument of a future's coroutine. It is a pointer, because the
/// context lives only as long as one `poll`, and the argument's type is fixed.
#[derive(Clone, Copy)]
struct ResumeTy(NonNull<Context<'static>>);

/// Makes a future of a coroutine that yields `()`.
struct GenFuture<C>(C);

impl<C: Coroutine<ResumeTy, Yield = ()>> Future for GenFuture<C> {
    type Output = C::Return;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<C::Return> {
        // SAFETY: the wrapper is pinned, has no `Drop`, and never moves its
        // coroutine.
        let coroutine = unsafe { self.map_unchecked_mut(|this| &mut this.0) };
        match coroutine.resume(ResumeTy(NonNull::from(cx).cast())) {
            CoroutineState::Yielded(()) => Poll::Pending,
            CoroutineState::Complete(output) => Poll::Ready(output),
        }
    }
}
// ANCHOR_END: wrapper

// ANCHOR: await
/// `$future.await`. `$cx` is the last resume argument.
macro_rules! awaited {
    ($cx:ident, $future:expr) => {{
        let mut awaitee = $future.into_future();
        loop {
            // SAFETY: `awaitee` is a local of a `static` coroutine, and that is
            // pinned.
            let awaitee = unsafe { Pin::new_unchecked(&mut awaitee) };
            // SAFETY: the pointer comes from the context of the current `poll`.
            let cx = unsafe { $cx.0.as_mut() };
            match awaitee.poll(cx) {
                Poll::Ready(output) => break output,
                Poll::Pending => $cx = yield,
            }
        }
    }};
}
// ANCHOR_END: await

// ANCHOR: save
fn save(disk: Disk, text: String) -> impl Future<Output = Result<usize, Full>> {
    GenFuture(
        #[coroutine]
        static move |mut cx: ResumeTy| {
            let _lock = disk.lock();
            let draft = disk.draft();
            awaited!(cx, disk.write(text.len()))?;
            if !text.is_empty() {
                draft.keep();
            }
            awaited!(cx, disk.sync())?;
            Ok(text.len())
        },
    )
}
// ANCHOR_END: save

/// The diary when `future` is polled `polls` times and then dropped.
fn seen(polls: usize, disk: &Disk, future: impl Future) -> Vec<Vec<&'static str>> {
    let mut seen = Vec::new();
    {
        let mut future = pin!(future);
        for _ in 0..polls {
            let _ = poll(future.as_mut());
            seen.push(disk.diary());
        }
    }
    seen.push(disk.diary());
    seen
}

fn main() {
    for polls in 0..4 {
        let (one, other) = (Disk::new(100), Disk::new(100));
        let lowered = save(one.clone(), "to do".into());
        let compiled = state_machines::save(other.clone(), "to do".into());
        assert_eq!(seen(polls, &one, lowered), seen(polls, &other, compiled));
    }
    println!("both do the same, wherever they are dropped. Their sizes in bytes:");
    let disk = Disk::new(100);
    let compiled = state_machines::save(disk.clone(), String::new());
    println!("{:4}  async fn", size_of_val(&compiled));
    println!("{:4}  coroutine in a wrapper", size_of_val(&save(disk, String::new())));
}

#[test]
fn the_wrapper_resumes_its_coroutine() {
    let disk = Disk::new(3);
    let mut future = pin!(save(disk.clone(), "to do".into()));
    assert_eq!(poll(future.as_mut()), Poll::Pending);
    assert_eq!(poll(future.as_mut()), Poll::Ready(Err(Full)));
    let seen = ["locked", "draft made", "no space left", "draft deleted", "unlocked"];
    assert_eq!(disk.diary(), seen);
}
