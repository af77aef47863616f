//! `AsyncFd`: interests, guards and the ways in and out.

use crate::{assert_would_block, run, settle};
use futures_util::poll;
use std::{
    future::poll_fn,
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    pin::pin,
};
use wakeful::io::{AsyncFd, Interest, Ready};

fn pair() -> (AsyncFd<UnixStream>, UnixStream) {
    let (here, there) = UnixStream::pair().unwrap();
    here.set_nonblocking(true).unwrap();
    (AsyncFd::new(here).unwrap(), there)
}

#[test]
fn into_inner_returns_the_value_and_frees_its_registration() {
    run(async {
        let (here, mut there) = pair();
        let here = here.into_inner();
        // A descriptor that is registered still cannot be registered again.
        let here = AsyncFd::new(here).unwrap();
        there.write_all(b"x").unwrap();
        here.readable().await.unwrap().retain_ready();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_refused_value_comes_back_with_the_error() {
    run(async {
        let file = tempfile::tempfile().unwrap();
        let error = AsyncFd::try_new(file).unwrap_err();
        assert!(format!("{error:?}").contains("AsyncFdRegisterError"));
        let (file, cause): (std::fs::File, _) = error.into_parts();
        assert_eq!(cause.raw_os_error(), Some(libc::EPERM));
        let error = AsyncFd::try_with_interest(file, Interest::READABLE).unwrap_err();
        assert_eq!(io::Error::from(error).raw_os_error(), Some(libc::EPERM));
    });
}

#[test]
fn a_guard_tells_what_was_ready() {
    run(async {
        let (here, mut there) = pair();
        there.write_all(b"x").unwrap();
        settle().await;
        let both = Interest::READABLE | Interest::WRITABLE;
        let guard = here.ready(both).await.unwrap();
        assert_eq!(guard.ready(), Ready::READABLE | Ready::WRITABLE);
        let guard = here.ready(Interest::WRITABLE).await.unwrap();
        assert_eq!(guard.ready(), Ready::WRITABLE, "only the guard's interest");
        assert!(std::ptr::eq(guard.get_ref(), &raw const here));
        assert!(std::ptr::eq(guard.get_inner(), here.get_ref()));
    });
}

#[test]
fn clear_ready_matching_keeps_the_other_flags() {
    run(async {
        let (here, mut there) = pair();
        there.write_all(b"x").unwrap();
        settle().await;
        let both = Interest::READABLE | Interest::WRITABLE;
        let mut guard = here.ready(both).await.unwrap();
        guard.clear_ready_matching(Ready::READABLE);
        let ready = here.ready(both).await.unwrap().ready();
        assert_eq!(ready, Ready::WRITABLE);
        assert!(poll!(pin!(here.readable())).is_pending());
    });
}

#[test]
fn clear_ready_keeps_the_end() {
    run(async {
        let (here, there) = pair();
        drop(there);
        let mut guard = here.readable().await.unwrap();
        guard.clear_ready();
        let ready = here.readable().await.unwrap().ready();
        assert!(ready.is_read_closed(), "{ready:?}");
    });
}

#[test]
fn a_guard_that_retains_leaves_the_readiness() {
    run(async {
        let (here, mut there) = pair();
        there.write_all(b"x").unwrap();
        here.readable().await.unwrap().retain_ready();
        let mut again = pin!(here.readable());
        assert!(poll!(again.as_mut()).is_ready());
    });
}

#[test]
fn mutable_guards_reach_the_value() {
    run(async {
        let (mut here, mut there) = pair();
        there.write_all(b"hello").unwrap();
        let mut bytes = [0; 8];
        let mut guard = here.readable_mut().await.unwrap();
        assert!(guard.ready().is_readable());
        let read = guard.try_io(|here| here.get_mut().read(&mut bytes));
        assert_eq!(read.unwrap().unwrap(), 5);
        let error = guard.try_io(|here| here.get_mut().read(&mut bytes));
        let error = io::Error::from(error.unwrap_err());
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert!(guard.get_inner().peer_addr().is_ok());
        guard.get_inner_mut().set_nonblocking(true).unwrap();
        guard.get_mut().get_mut().set_nonblocking(true).unwrap();
        assert!(guard.get_ref().get_ref().local_addr().is_ok());

        let mut guard = here.writable_mut().await.unwrap();
        let written = guard.try_io(|here| here.get_mut().write(b"x"));
        assert_eq!(written.unwrap().unwrap(), 1);
    });
}

#[test]
fn mutable_waits_can_be_polled_by_hand() {
    run(async {
        let (mut here, mut there) = pair();
        let pending = poll_fn(|context| {
            std::task::Poll::Ready(here.poll_read_ready_mut(context).is_pending())
        });
        assert!(pending.await);
        there.write_all(b"x").unwrap();
        settle().await;
        poll_fn(|context| {
            let ready = std::task::ready!(here.poll_read_ready_mut(context));
            assert!(ready.unwrap().ready().is_readable());
            let ready = std::task::ready!(here.poll_write_ready_mut(context));
            assert!(ready.unwrap().ready().is_writable());
            std::task::Poll::Ready(())
        })
        .await;
    });
}

#[test]
fn own_operations_run_with_and_without_waiting() {
    run(async {
        let (mut here, mut there) = pair();
        settle().await;
        let mut bytes = [0; 8];
        assert_would_block(here.try_io(Interest::READABLE, |mut here| here.read(&mut bytes)));
        let written = here.try_io_mut(Interest::WRITABLE, |here| here.write(b"hello"));
        assert_eq!(written.unwrap(), 5);
        there.read_exact(&mut bytes[..5]).unwrap();
        {
            let mut read =
                pin!(here.async_io_mut(Interest::READABLE, |here| here.read(&mut bytes)));
            assert!(poll!(read.as_mut()).is_pending());
            there.write_all(b"abc").unwrap();
            assert_eq!(read.await.unwrap(), 3);
        }
        let again = here.try_io_mut(Interest::READABLE, |here| here.read(&mut bytes));
        assert_would_block(again);
        assert_would_block(here.try_io(Interest::READABLE, |_| Ok(())));
    });
}

#[test]
fn an_operation_may_wait_for_either_direction() {
    run(async {
        let (here, _there) = pair();
        let both = Interest::READABLE | Interest::WRITABLE;
        here.async_io(both, |_| Ok(())).await.unwrap();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn an_error_alone_can_be_waited_for() {
    run(async {
        let (receiver, sender) = io::pipe().unwrap();
        let sender = AsyncFd::with_interest(sender, Interest::ERROR).unwrap();
        let mut wait = pin!(sender.ready(Interest::ERROR));
        assert!(poll!(wait.as_mut()).is_pending());
        drop(receiver);
        assert!(wait.await.unwrap().ready().is_error());
    });
}

#[test]
fn an_interest_shows_its_parts() {
    let both = Interest::READABLE.add(Interest::ERROR);
    assert_eq!(format!("{both:?}"), "READABLE | ERROR");
    assert!(both.is_error() && !both.is_writable());
    assert_eq!(format!("{:?}", Ready::EMPTY), "Ready(none)");
    let ready = Ready::READABLE | Ready::READ_CLOSED;
    assert_eq!(format!("{ready:?}"), "Ready(readable read-closed)");
    assert!((ready & Ready::WRITABLE).is_empty());
    assert!(Ready::ALL.is_error());
}
