//! Options of sockets: what is set can be read again.

use crate::run;
use std::time::Duration;
use wakeful::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};

#[test]
fn a_tcp_socket_returns_the_options_that_were_set() {
    let socket = TcpSocket::new_v4().unwrap();
    for on in [true, false] {
        socket.set_reuseaddr(on).unwrap();
        assert_eq!(socket.reuseaddr().unwrap(), on);
        socket.set_keepalive(on).unwrap();
        assert_eq!(socket.keepalive().unwrap(), on);
        socket.set_nodelay(on).unwrap();
        assert_eq!(socket.nodelay().unwrap(), on);
        #[cfg(unix)]
        {
            socket.set_reuseport(on).unwrap();
            assert_eq!(socket.reuseport().unwrap(), on);
        }
    }
    socket.set_send_buffer_size(32 * 1024).unwrap();
    assert!(socket.send_buffer_size().unwrap() >= 32 * 1024);
    socket.set_recv_buffer_size(32 * 1024).unwrap();
    assert!(socket.recv_buffer_size().unwrap() >= 32 * 1024);
    assert!(socket.take_error().unwrap().is_none());
}

#[test]
fn linger_is_rounded_up_to_seconds() {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .set_linger(Some(Duration::from_millis(1500)))
        .unwrap();
    assert_eq!(socket.linger().unwrap(), Some(Duration::from_secs(2)));
    socket.set_zero_linger().unwrap();
    assert_eq!(socket.linger().unwrap(), Some(Duration::ZERO));
    socket.set_linger(None).unwrap();
    assert_eq!(socket.linger().unwrap(), None);
}

#[test]
fn a_socket_that_std_created_can_listen() {
    run(async {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let socket = TcpSocket::from_std_stream(socket.unwrap().into());
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let listener = socket.listen(8).unwrap();
        let client = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
        let client = TcpSocket::from_std_stream(client.unwrap().into());
        let client = client.connect(address).await.unwrap();
        let (server, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert_eq!(server.local_addr().unwrap(), address);
    });
}

#[cfg(unix)]
#[test]
fn a_tcp_socket_is_its_descriptor() {
    use std::os::fd::{FromRawFd, IntoRawFd};
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let descriptor = socket.into_raw_fd();
    // SAFETY: `into_raw_fd` has given the descriptor to us.
    let again = unsafe { TcpSocket::from_raw_fd(descriptor) };
    assert_eq!(again.local_addr().unwrap(), address);
}

#[test]
fn a_listener_of_std_is_taken_over() {
    run(async {
        let std = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = std.local_addr().unwrap();
        let listener = TcpListener::try_from(std).unwrap();
        let _client = TcpStream::connect(address).await.unwrap();
        listener.accept().await.unwrap();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn options_of_linux_are_read_and_set() {
    run(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_tos_v4(0x10).unwrap();
        assert_eq!(socket.tos_v4().unwrap(), 0x10);
        assert_eq!(socket.device().unwrap(), None);
        if let Ok(socket) = TcpSocket::new_v6() {
            socket.set_tclass_v6(0x20).unwrap();
            assert_eq!(socket.tclass_v6().unwrap(), 0x20);
        }

        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.set_tos_v4(0x08).unwrap();
        assert_eq!(socket.tos_v4().unwrap(), 0x08);
        socket.set_broadcast(true).unwrap();
        assert!(socket.broadcast().unwrap());

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await;
        let stream = stream.unwrap();
        for on in [false, true] {
            stream.set_quickack(on).unwrap();
            assert_eq!(stream.quickack().unwrap(), on);
        }
    });
}

#[test]
fn a_multicast_group_can_be_joined_once() {
    run(async {
        let socket = UdpSocket::bind("0.0.0.0:0").await.unwrap();
        let (group, any) = ([224, 0, 0, 123].into(), [127, 0, 0, 1].into());
        socket.join_multicast_v4(group, any).unwrap();
        socket.join_multicast_v4(group, any).unwrap_err();
        socket.leave_multicast_v4(group, any).unwrap();
        socket.leave_multicast_v4(group, any).unwrap_err();
    });
}
