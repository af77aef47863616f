//! [`yield_now`]: lets other tasks run first.

use crate::budget;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Lets every other task that is ready run before this one goes on.
///
/// The runtime polls the tasks that are ready now, looks at the sockets and the
/// timers, and polls the tasks that these have woken. Then it polls this task
/// again. In a multi-thread runtime, the tasks that are ready now are those in the queue of this
/// task's worker. When many tasks yield together, they share one look.
///
/// ```
/// # use std::{cell::RefCell, rc::Rc};
/// let runtime = wakeful::Runtime::new()?;
/// let order = Rc::new(RefCell::new(Vec::new()));
/// runtime.block_on(async {
///     let seen = Rc::clone(&order);
///     let other = wakeful::spawn_local(async move { seen.borrow_mut().push("other") });
///     wakeful::task::yield_now().await;
///     order.borrow_mut().push("main");
///     other.await
/// })?;
/// assert_eq!(*order.borrow(), ["other", "main"]);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

/// The future of [`yield_now`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct YieldNow {
    yielded: bool,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        budget::defer(context.waker());
        Poll::Pending
    }
}
