//! Pitfalls 12, 13, 14 and 16 for foreign descriptors in an `AsyncFd`.

use crate::support::{assert_waits, run, settle, settle_reactor, watched};
use std::{
    future::poll_fn,
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    rc::Rc,
    thread,
};
use wakeful::{
    Runtime,
    io::{AsyncFd, Interest},
    spawn_local,
};

fn pair() -> (AsyncFd<UnixStream>, UnixStream) {
    let (here, there) = UnixStream::pair().unwrap();
    here.set_nonblocking(true).unwrap();
    (AsyncFd::new(here).unwrap(), there)
}

fn read(mut from: &UnixStream) -> io::Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte).map(|()| byte[0])
}

#[test]
fn pitfall_12_dropping_an_async_fd_leaves_a_borrowed_descriptor_open() {
    run("a byte", async {
        let (here, mut there) = UnixStream::pair().unwrap();
        here.set_nonblocking(true).unwrap();
        drop(AsyncFd::new(&here).unwrap());
        // A second registration fails while the first exists, and works after it.
        let registered = AsyncFd::new(&here).unwrap();
        assert!(AsyncFd::new(&here).is_err());
        there.write_all(b"x").unwrap();
        let byte = registered.async_io(Interest::READABLE, |stream| read(stream));
        assert_eq!(byte.await.unwrap(), b'x');
    });
}

#[test]
fn pitfall_13_a_guard_clears_the_readiness_it_saw_and_no_later_one() {
    run("the second byte", async {
        let (here, mut there) = pair();
        there.write_all(b"1").unwrap();
        let mut guard = here.readable().await.unwrap();
        assert_eq!(
            guard.try_io(|fd| read(fd.get_ref())).unwrap().unwrap(),
            b'1'
        );
        let emptied = guard.try_io(|_| Err::<(), _>(io::ErrorKind::WouldBlock.into()));
        emptied.unwrap_err();
        let mut guard = {
            there.write_all(b"2").unwrap();
            here.readable().await.unwrap()
        };
        there.write_all(b"3").unwrap();
        settle_reactor().await;
        // This guard saw the event of byte 2. It must not clear the event of byte 3.
        guard.clear_ready();
        let mut guard = here.readable().await.unwrap();
        assert_eq!(
            guard.try_io(|fd| read(fd.get_ref())).unwrap().unwrap(),
            b'2'
        );
        assert_eq!(
            guard.try_io(|fd| read(fd.get_ref())).unwrap().unwrap(),
            b'3'
        );
    });
}

#[test]
fn pitfall_14_readiness_stays_until_an_operation_would_block() {
    run("readiness", async {
        let (here, mut there) = pair();
        assert_waits(here.readable(), "nothing was sent").await;
        there.write_all(b"x").unwrap();
        for _ in 0..3 {
            drop(here.readable().await.unwrap());
        }
        let mut guard = here.readable().await.unwrap();
        assert_eq!(
            guard.try_io(|fd| read(fd.get_ref())).unwrap().unwrap(),
            b'x'
        );
        guard.try_io(|fd| read(fd.get_ref())).unwrap_err();
        assert_waits(here.readable(), "no further byte was sent").await;
        // The end of the stream is an event, too.
        drop(there);
        let mut guard = poll_fn(|context| here.poll_read_ready(context).map_ok(Some))
            .await
            .unwrap()
            .unwrap();
        let end = guard.try_io(|fd| read(fd.get_ref())).unwrap().unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    });
}

#[test]
fn pitfall_14_a_write_waits_for_space_in_the_buffer() {
    run("space in the buffer", async {
        let (here, mut there) = pair();
        let fill = |mut to: &UnixStream| to.write(&[7; 4096]);
        while let Ok(written) = here
            .writable()
            .await
            .unwrap()
            .try_io(|fd| fill(fd.get_ref()))
        {
            written.unwrap();
        }
        assert_waits(here.writable(), "nothing was read").await;
        there.set_nonblocking(true).unwrap();
        while there.read(&mut [0; 4096]).is_ok() {}
        here.async_io(Interest::WRITABLE, fill).await.unwrap();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn pitfall_14_a_pipe_whose_writer_was_replaced_waits_for_the_new_one() {
    use std::{ffi::CString, fs, os::unix::fs::OpenOptionsExt};

    let path = std::env::temp_dir().join(format!("wakeful-fifo-{}", std::process::id()));
    let name = CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: `name` is a C string.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    run("a byte of the second writer", async {
        let mut options = fs::File::options();
        options.read(true).custom_flags(libc::O_NONBLOCK);
        let pipe = AsyncFd::new(options.open(&path).unwrap()).unwrap();
        let next = async || {
            let byte = |mut pipe: &fs::File| {
                let mut byte = [0];
                pipe.read(&mut byte)
                    .map(|count| (count == 1).then_some(byte[0]))
            };
            pipe.async_io(Interest::READABLE, byte).await.unwrap()
        };
        let open = || fs::File::options().write(true).open(&path).unwrap();
        let mut first = open();
        first.write_all(&[1]).unwrap();
        drop(first);
        assert_eq!(next().await, Some(1));
        assert_eq!(next().await, None, "there is no writer");
        // The pipe has a writer again, so it has no end, whatever the reactor said before.
        let mut second = open();
        assert_waits(next(), "nothing was written").await;
        second.write_all(&[2]).unwrap();
        assert_eq!(next().await, Some(2));
    });
    fs::remove_file(path).unwrap();
}

#[test]
fn pitfall_16_a_descriptor_that_outlives_its_runtime_returns_an_error() {
    let runtime = Runtime::new().unwrap();
    let (here, _there) = runtime.block_on(async { pair() });
    let waiting = thread::spawn(move || {
        watched("the error", || {
            wakeful::block_on(async { here.readable().await.map(drop) })
        })
    });
    drop(runtime);
    let error = waiting.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
}

#[test]
fn several_tasks_may_wait_for_a_descriptor_and_a_file_is_rejected() {
    run("three bytes for three tasks", async {
        let (here, mut there) = pair();
        let here = Rc::new(here);
        let tasks = [(); 3].map(|()| {
            let here = Rc::clone(&here);
            spawn_local(async move { here.async_io(Interest::READABLE, read).await })
        });
        settle().await;
        there.write_all(b"abc").unwrap();
        let mut received = Vec::new();
        for task in tasks {
            received.push(task.await.unwrap().unwrap());
        }
        received.sort_unstable();
        assert_eq!(received, b"abc");
        if cfg!(target_os = "linux") {
            AsyncFd::new(tempfile::tempfile().unwrap()).unwrap_err();
        }
    });
}
