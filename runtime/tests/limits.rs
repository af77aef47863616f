//! Trap 22, `EMFILE`: a process that has no descriptors left; and a bell that
//! has been rung too often. In a process of its own, for the limit is the
//! process's.
#![cfg(all(target_os = "linux", not(loom), not(miri)))]

use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{fs::File, future::poll_fn, io::Read, time::Duration};
use wakeful::{Runtime, net::TcpListener, runtime::Builder, time::Instant};

/// Takes every descriptor but `spare`.
fn exhaust(spare: usize) -> Vec<File> {
    let mut hoard = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        hoard.push(file);
    }
    hoard.truncate(hoard.len() - spare);
    hoard
}

fn lower_the_limit() {
    let limit = libc::rlimit {
        rlim_cur: 64,
        rlim_max: 64,
    };
    // SAFETY: a whole structure, for reading.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!(set, 0);
}

#[test]
fn trap_22_without_descriptors_accept_pauses_fails_and_recovers() {
    a_bell_that_has_been_rung_too_often_rings_again();
    lower_the_limit();
    accept_pauses_fails_and_recovers();
    a_runtime_that_cannot_be_made_is_an_error();
}

/// Trap 22, a saturated eventfd. Nobody rings 2^64 times; here it is written.
fn a_bell_that_has_been_rung_too_often_rings_again() {
    let runtime = Runtime::new().unwrap();
    let mut bells = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let target = std::fs::read_link(path).unwrap_or_default();
            target.to_string_lossy().contains("[eventfd]")
        });
    let bell = bells.next().expect("a runtime has a bell");
    assert!(bells.next().is_none(), "and no more than one");
    let bell: i32 = bell.file_name().unwrap().to_str().unwrap().parse().unwrap();
    let most = (u64::MAX - 1).to_ne_bytes();
    for _ in 0..3 {
        // SAFETY: a descriptor that is open, and bytes for reading.
        let written = unsafe { libc::write(bell, most.as_ptr().cast(), most.len()) };
        // Full, or it was full before.
        assert!(written == 8 || written == -1);
        runtime.block_on(async {
            let rung = wakeful::spawn_blocking(|| ());
            let rung = wakeful::time::timeout(Duration::from_secs(30), rung).await;
            rung.expect("the bell rings").unwrap();
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
        // One descriptor is left, which the client takes.
        let hoard = exhaust(1);
        let mut client = std::net::TcpStream::connect(address).unwrap();

        // Every failure takes longer to come than the last: nothing spins.
        let mut last = Duration::ZERO;
        for _ in 0..8 {
            let start = Instant::now();
            let error = listener.accept().await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
            let took = start.elapsed();
            assert!(took > last, "{took:?} after {last:?}");
            last = took;
        }
        // But never longer than a second.
        for _ in 0..8 {
            let start = Instant::now();
            listener.accept().await.unwrap_err();
            last = start.elapsed();
        }
        assert!(last <= Duration::from_millis(1001), "{last:?}");

        // By hand it is the same: the error comes after the pause, and once.
        for _ in 0..2 {
            let start = Instant::now();
            let accepted = poll_fn(|context| listener.poll_accept(context)).await;
            assert_eq!(accepted.unwrap_err().raw_os_error(), Some(libc::EMFILE));
            assert!(start.elapsed() >= Duration::from_millis(999));
        }

        // With room again, the connection that waited is served.
        drop(hoard);
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
    let _hoard = exhaust(0);
    let error = Runtime::new().unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
}
