//! Traps 14 and 22, where Unix sockets differ from TCP's, and the signals of
//! Unix.

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

/// Sends a byte, and a descriptor with it.
fn send_with_descriptor(stream: &UnixStream, byte: u8, descriptor: RawFd) {
    let mut data = [byte];
    let mut part = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: 1,
    };
    let mut control = [0_u64; 8];
    // SAFETY: an all-zero header is an empty one.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    let length = u32::try_from(size_of::<RawFd>()).unwrap();
    // SAFETY: a computation of lengths.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(length) } as _;
    // SAFETY: the buffer is large enough for the one header, and aligned.
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
fn trap_14_a_read_that_a_passed_descriptor_cut_short_does_not_hide_the_rest() {
    run("what was sent behind the descriptor", async {
        let (here, mut there) = UnixStream::pair().unwrap();
        send_with_descriptor(&here, b'a', here.as_raw_fd());
        (&here).write_all(b"b").await.unwrap();
        settle_reactor().await;
        // The read ends with the byte that has the descriptor, however much
        // is behind it; and no event comes for that.
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
fn trap_22_a_connection_that_is_refused_says_so() {
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
fn trap_22_a_listener_without_room_is_waited_for() {
    run("room for one more", async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None);
        let socket = socket.unwrap();
        socket
            .bind(&socket2::SockAddr::unix(&path).unwrap())
            .unwrap();
        socket.listen(0).unwrap();
        let listener = UnixListener::from_std(socket.into()).unwrap();
        // The queue fills up, at most at a handful.
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
fn trap_14_a_datagram_socket_that_was_shut_down_here_is_waited_for() {
    run("a wait that the thread can leave", async {
        let (here, _there) = UnixDatagram::pair().unwrap();
        here.shutdown(Shutdown::Read).unwrap();
        settle_reactor().await;
        // It is readable, and has nothing to read: for ever.
        assert_waits(here.recv(&mut [0]), "nothing will come").await;
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_without_a_file_is_an_address() {
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
fn trap_22_signals_that_interrupt_the_wait_disturb_nothing() {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    };
    let runtime = Runtime::new().unwrap();
    watched("a sleep under a hail of signals", || {
        // SIGURG has a handler, without SA_RESTART, that does nothing.
        extern "C" fn nothing(_: libc::c_int) {}
        // SAFETY: an all-zero `sigaction` is one without flags or mask.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = nothing as *const () as usize;
        // SAFETY: the handler does nothing, and the structure is whole.
        let set = unsafe { libc::sigaction(libc::SIGURG, &raw const action, ptr::null_mut()) };
        assert_eq!(set, 0);
        let done = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&done);
        // SAFETY: no arguments, no failure.
        let sleeper = unsafe { libc::pthread_self() };
        let hail = thread::spawn(move || {
            while !seen.load(SeqCst) {
                // SAFETY: the thread lives: it waits for this one.
                unsafe { libc::pthread_kill(sleeper, libc::SIGURG) };
                thread::yield_now();
            }
        });
        runtime.block_on(async { wakeful::time::sleep(Duration::from_millis(20)).await });
        done.store(true, SeqCst);
        hail.join().unwrap();
    });
}
