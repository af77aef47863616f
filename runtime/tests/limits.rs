//! Pitfall 22: a process without free descriptors (`EMFILE`), and a saturated eventfd.
//! These tests have a process of their own, because the limit applies to the process.
#![cfg(all(target_os = "linux", not(loom), not(miri)))]

use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{fs::File, future::poll_fn, io::Read, time::Duration};
use wakeful::{Runtime, net::TcpListener, runtime::Builder, time::Instant};

/// Opens files until only `spare` descriptors are left.
fn exhaust(spare: usize) -> Vec<File> {
    let mut files = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        files.push(file);
    }
    files.truncate(files.len() - spare);
    files
}

fn lower_the_limit() {
    let limit = libc::rlimit {
        rlim_cur: 64,
        rlim_max: 64,
    };
    // SAFETY: `limit` is initialized and is only read.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(set, 0);
}

#[test]
fn pitfall_22_without_descriptors_accept_pauses_fails_and_recovers() {
    a_saturated_eventfd_still_wakes_the_reactor();
    lower_the_limit();
    accept_pauses_fails_and_recovers();
    a_runtime_that_cannot_be_made_is_an_error();
}

/// No program wakes a reactor 2^64 times, so this test writes to the eventfd itself.
fn a_saturated_eventfd_still_wakes_the_reactor() {
    let runtime = Runtime::new().unwrap();
    let mut eventfds = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let target = std::fs::read_link(path).unwrap_or_default();
            target.to_string_lossy().contains("[eventfd]")
        });
    let eventfd = eventfds.next().expect("the runtime has an eventfd");
    assert!(eventfds.next().is_none(), "the runtime has only one");
    let eventfd: i32 = eventfd
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let most = (u64::MAX - 1).to_ne_bytes();
    for _ in 0..3 {
        // SAFETY: the descriptor is open, and the bytes are only read.
        let written = unsafe { libc::write(eventfd, most.as_ptr().cast(), most.len()) };
        // The write fails if the eventfd is full already.
        assert!(written == 8 || written == -1);
        runtime.block_on(async {
            let woken = wakeful::spawn_blocking(|| ());
            let woken = wakeful::time::timeout(Duration::from_secs(30), woken).await;
            woken.expect("the eventfd wakes the reactor").unwrap();
        });
    }
}

fn accept_pauses_fails_and_recovers() {
    let runtime = Builder::new_current_thread()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // The client takes the last descriptor.
        let files = exhaust(1);
        let mut client = std::net::TcpStream::connect(address).unwrap();

        // Each error takes longer than the one before, so no loop spins.
        let mut last = Duration::ZERO;
        for _ in 0..8 {
            let start = Instant::now();
            let error = listener.accept().await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
            let took = start.elapsed();
            assert!(took > last, "{took:?} after {last:?}");
            last = took;
        }
        // The pause is at most one second.
        for _ in 0..8 {
            let start = Instant::now();
            listener.accept().await.unwrap_err();
            last = start.elapsed();
        }
        assert!(last <= Duration::from_millis(1001), "{last:?}");

        // `poll_accept` pauses in the same way before it returns the error.
        for _ in 0..2 {
            let start = Instant::now();
            let accepted = poll_fn(|context| listener.poll_accept(context)).await;
            assert_eq!(accepted.unwrap_err().raw_os_error(), Some(libc::EMFILE));
            assert!(start.elapsed() >= Duration::from_millis(999));
        }

        // With free descriptors, the waiting connection is accepted.
        drop(files);
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"at last").await.unwrap();
        stream.close().await.unwrap();
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        assert_eq!(text, "at last");
        drop(client);
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
    });
}

fn a_runtime_that_cannot_be_made_is_an_error() {
    let _files = exhaust(0);
    let error = Runtime::new().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
}
