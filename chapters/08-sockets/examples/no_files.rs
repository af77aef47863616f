//! A listener in a process that may not open another file, with and without a pause
//! after each error.

use std::io;

#[cfg(unix)]
mod unix {
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::io;
    use std::net::Ipv4Addr;
    use std::rc::Rc;
    use std::task::Poll;
    use std::time::Duration;

    use reactor::{Runtime, spawn};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use sockets::{TcpListener, pause};

    /// Counts how often it is polled. It wakes itself each time.
    fn neighbour(polls: &Rc<Cell<u64>>) -> impl Future<Output = ()> + use<> {
        let polls = Rc::clone(polls);
        poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            cx.waker().wake_by_ref();
            Poll::Pending
        })
    }

    // ANCHOR: accept_loop
    /// Accepts until this many calls have failed.
    async fn accept_loop(listener: &TcpListener, errors: u32, wait: bool) {
        let mut failed = 0;
        while failed < errors {
            if listener.accept().await.is_err() {
                failed += 1;
                if wait {
                    pause(Duration::from_millis(10)).await;
                }
            }
        }
    }
    // ANCHOR_END: accept_loop

    pub fn main() -> io::Result<()> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let meter = std::net::TcpStream::connect(listener.local_addr()?)?;
        let runtime = Runtime::new()?;
        let polls = Rc::new(Cell::new(0));
        let neighbour = neighbour(&polls);
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            let limit = getrlimit(Resource::Nofile);
            setrlimit(Resource::Nofile, Rlimit { current: Some(3), ..limit })?;
            let neighbour = spawn(neighbour);
            // Let the first event of the listener come.
            pause(Duration::from_millis(10)).await;
            for (name, errors, wait) in
                [("no pause", 100_000, false), ("a pause", 3, true)]
            {
                polls.set(0);
                accept_loop(&listener, errors, wait).await;
                let ran = if polls.get() == 0 { "never polled" } else { "polled" };
                println!("{name:<9} {errors:>6} errors, the other task was {ran}");
            }
            neighbour.abort();
            drop(meter);
            Ok(())
        })
    }
}

#[cfg(unix)]
fn main() -> io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() -> io::Result<()> {
    Err(io::Error::other("this example needs a Unix system"))
}
