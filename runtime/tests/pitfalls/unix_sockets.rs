//! Pitfalls 14 and 22, where Unix sockets differ from TCP sockets, and signals.

use crate::support::{assert_waits, run, settle_reactor, watched};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{
    io, mem,
    net::Shutdown,
    os::fd::{AsRawFd, RawFd},
    ptr, thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    net::{UnixDatagram, UnixListener, UnixStream},
    spawn_local,
};

/// Sends a byte together with a descriptor.
fn send_with_descriptor(stream: &UnixStream, byte: u8, descriptor: RawFd) {
    let mut data = [byte];
    let mut part = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: 1,
    };
    let mut control = [0_u64; 8];
    // SAFETY: an all-zero `msghdr` is a valid, empty one.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    let length = u32::try_from(size_of::<RawFd>()).unwrap();
    // SAFETY: `CMSG_SPACE` only computes a length.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(length) } as _;
    // SAFETY: the buffer is aligned and large enough for the one header.
    unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(length) as _;
        ptr::write_unaligned(libc::CMSG_DATA(header).cast::<RawFd>(), descriptor);
    }
    // SAFETY: the message and its parts live until the call returns.
    let sent = unsafe { libc::sendmsg(stream.as_raw_fd(), &raw const message, 0) };
    assert_eq!(sent, 1, "{}", io::Error::last_os_error());
}

#[test]
fn pitfall_14_a_read_cut_short_by_a_passed_descriptor_does_not_hide_the_rest() {
    run("the bytes after the descriptor", async {
        let (here, mut there) = UnixStream::pair().unwrap();
        send_with_descriptor(&here, b'a', here.as_raw_fd());
        (&here).write_all(b"b").await.unwrap();
        settle_reactor().await;
        // A read ends at the byte that carries the descriptor, even if more
        // bytes follow. No event comes for those.
        let mut all = Vec::new();
        let mut buffer = [0; 64];
        while all.len() < 2 {
            let count = there.read(&mut buffer).await.unwrap();
            all.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(all, b"ab");
    });
}

#[test]
fn pitfall_22_a_refused_connection_returns_the_error() {
    run("the refusals", async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let error = UnixStream::connect(&path).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        drop(UnixListener::bind(&path).unwrap());
        let error = UnixStream::connect(&path).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        let error = UnixListener::bind(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    });
}

#[test]
fn pitfall_22_a_connect_waits_while_the_listeners_queue_is_full() {
    run("a place in the listener's queue", async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        socket
            .bind(&socket2::SockAddr::unix(&path).unwrap())
            .unwrap();
        socket.listen(0).unwrap();
        let listener = UnixListener::from_std(socket.into()).unwrap();
        // The queue holds at most a few connections.
        let mut waiting = Vec::new();
        for _ in 0..4 {
            let path = path.clone();
            waiting.push(spawn_local(async move { UnixStream::connect(path).await }));
        }
        settle_reactor().await;
        assert!(waiting.iter().any(|connect| !connect.is_finished()));
        for _ in 0..4 {
            listener.accept().await.unwrap();
        }
        for connect in waiting {
            connect.await.unwrap().unwrap();
        }
    });
}

#[cfg_attr(not(target_os = "linux"), ignore = "only Linux promises this")]
#[test]
fn pitfall_14_a_datagram_socket_that_was_shut_down_for_reading_waits() {
    run("a wait that lets the thread go on", async {
        let (here, _there) = UnixDatagram::pair().unwrap();
        here.shutdown(Shutdown::Read).unwrap();
        settle_reactor().await;
        // The socket stays readable for ever, and never has a datagram.
        assert_waits(here.recv(&mut [0]), "no datagram will come").await;
    });
}

#[cfg(target_os = "linux")]
#[test]
fn an_abstract_name_is_an_address() {
    use std::os::{linux::net::SocketAddrExt, unix::net::SocketAddr};
    run("the connection", async {
        let name = format!("wakeful-stream-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(name).unwrap();
        let listener = UnixListener::bind_addr(&address).unwrap();
        let mut client = UnixStream::connect_addr(&address).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"x").await.unwrap();
        client.read_exact(&mut [0]).await.unwrap();
    });
}

#[test]
fn pitfall_22_signals_that_interrupt_the_reactors_wait_do_no_harm() {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    };
    let runtime = Runtime::new().unwrap();
    watched("a sleep under many signals", || {
        // The handler does nothing. Without SA_RESTART, the signal interrupts system
        // calls.
        extern "C" fn nothing(_: libc::c_int) {}
        // SAFETY: an all-zero `sigaction` has no flags and an empty mask.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = nothing as *const () as usize;
        // SAFETY: the handler is async-signal-safe, and `action` is initialized.
        let set = unsafe { libc::sigaction(libc::SIGURG, &raw const action, ptr::null_mut()) };
        assert_eq!(set, 0);
        let done = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&done);
        // SAFETY: the call has no preconditions.
        let sleeper = unsafe { libc::pthread_self() };
        let hail = thread::spawn(move || {
            while !seen.load(SeqCst) {
                // SAFETY: the thread is alive, because it joins this one.
                unsafe { libc::pthread_kill(sleeper, libc::SIGURG) };
                thread::yield_now();
            }
        });
        runtime.block_on(async { wakeful::time::sleep(Duration::from_millis(20)).await });
        done.store(true, SeqCst);
        hail.join().unwrap();
    });
}
