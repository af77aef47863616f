//! `UnixSocket`, credentials, and listeners of `std`.

use crate::run;
use std::os::fd::{FromRawFd, IntoRawFd};
use wakeful::net::{UnixListener, UnixSocket, UnixStream};

#[test]
fn a_stream_can_be_bound_before_it_connects() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let (server, client) = (folder.path().join("server"), folder.path().join("client"));
        let socket = UnixSocket::new_stream().unwrap();
        socket.bind(&server).unwrap();
        let listener = socket.listen(4).unwrap();
        let socket = UnixSocket::new_stream().unwrap();
        socket.bind(&client).unwrap();
        let stream = socket.connect(&server).await.unwrap();
        let (accepted, peer) = listener.accept().await.unwrap();
        assert_eq!(peer.as_pathname(), Some(&*client));
        stream.try_write(b"hello").unwrap();
        accepted.readable().await.unwrap();
        assert_eq!(accepted.try_read(&mut [0; 8]).unwrap(), 5);
    });
}

#[test]
fn a_socket_of_the_wrong_type_says_how_to_create_the_right_one() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let datagram = UnixSocket::new_datagram().unwrap();
        datagram.bind(folder.path().join("a")).unwrap();
        let error = datagram.listen(4).unwrap_err();
        assert!(error.to_string().contains("new_stream"), "{error}");
        let datagram = UnixSocket::new_datagram().unwrap();
        let error = datagram.connect(folder.path().join("a")).await.unwrap_err();
        assert!(error.to_string().contains("new_stream"), "{error}");
        let stream = UnixSocket::new_stream().unwrap();
        let error = stream.datagram().unwrap_err();
        assert!(error.to_string().contains("new_datagram"), "{error}");
    });
}

#[test]
fn a_datagram_socket_is_made_of_a_bound_one() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let socket = UnixSocket::new_datagram().unwrap();
        socket.bind(&path).unwrap();
        // SAFETY: `into_raw_fd` gives the descriptor to us.
        let socket = unsafe { UnixSocket::from_raw_fd(socket.into_raw_fd()) };
        let there = socket.datagram().unwrap();
        let here = UnixSocket::new_datagram().unwrap().datagram().unwrap();
        here.send_to(b"hello", &path).await.unwrap();
        assert_eq!(there.recv(&mut [0; 8]).await.unwrap(), 5);
    });
}

#[test]
fn connecting_to_a_missing_path_is_an_error() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixSocket::new_stream().unwrap();
        let error = socket
            .connect(folder.path().join("none"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    });
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn the_peer_of_a_pair_is_this_process() {
    run(async {
        let (here, _there) = UnixStream::pair().unwrap();
        let peer = here.peer_cred().unwrap();
        // SAFETY: these calls cannot fail.
        let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
        assert_eq!((peer.uid(), peer.gid()), (user, group));
        assert_eq!(peer.pid(), i32::try_from(std::process::id()).ok());
    });
}

#[test]
fn a_listener_of_std_is_taken_over() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let std = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let listener = UnixListener::try_from(std).unwrap();
        assert!(listener.take_error().unwrap().is_none());
        let _client = UnixStream::connect(&path).await.unwrap();
        listener.accept().await.unwrap();
    });
}
