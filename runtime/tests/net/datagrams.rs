//! `UdpSocket` and `UnixDatagram`.

/// The tests that hold for both. `pair` creates two connected sockets.
macro_rules! tests {
    () => {
        use crate::{assert_would_block, run};
        use futures_util::poll;
        use std::{future::poll_fn, pin::pin};
        use wakeful::io::Interest;

        #[test]
        fn ready_reports_a_datagram_and_room() {
            run(async {
                let (here, there) = pair().await;
                assert_would_block(there.try_recv(&mut [0; 4]));
                let both = Interest::READABLE | Interest::WRITABLE;
                let ready = there.ready(both).await.unwrap();
                assert!(ready.is_writable() && !ready.is_readable(), "{ready:?}");
                here.try_send(b"x").unwrap();
                assert!(there.ready(Interest::READABLE).await.unwrap().is_readable());
                there.writable().await.unwrap();
            });
        }

        #[test]
        fn own_operations_are_tried_when_the_socket_is_ready() {
            run(async {
                let (here, there) = pair().await;
                there.try_recv(&mut [0; 4]).unwrap_err();
                assert_would_block(there.try_io(Interest::READABLE, || Ok(())));
                let mut bytes = [std::mem::MaybeUninit::uninit(); 8];
                let recv = || socket2::SockRef::from(&there).recv(&mut bytes);
                let mut receive = pin!(there.async_io(Interest::READABLE, recv));
                assert!(poll!(receive.as_mut()).is_pending());
                here.try_send(b"hello").unwrap();
                assert_eq!(receive.await.unwrap(), 5);
            });
        }

        #[test]
        fn the_poll_methods_send_and_receive() {
            run(async {
                let (here, there) = pair().await;
                let sent = poll_fn(|context| here.poll_send(context, b"hello"));
                assert_eq!(sent.await.unwrap(), 5);
                let mut bytes = [0; 8];
                poll_fn(|context| there.poll_recv_ready(context))
                    .await
                    .unwrap();
                let received = poll_fn(|context| there.poll_recv(context, &mut bytes));
                assert_eq!(received.await.unwrap(), 5);
                poll_fn(|context| here.poll_send_ready(context))
                    .await
                    .unwrap();
                here.try_send(b"again").unwrap();
                let received = poll_fn(|context| there.poll_recv_from(context, &mut bytes));
                assert_eq!(received.await.unwrap().0, 5);
            });
        }

        #[test]
        fn a_long_datagram_is_cut_to_the_buffer() {
            run(async {
                let (here, there) = pair().await;
                here.try_send(b"hello").unwrap();
                here.try_send(b"next").unwrap();
                let mut bytes = [0; 3];
                there.readable().await.unwrap();
                assert_eq!(there.recv(&mut bytes).await.unwrap(), 3);
                assert_eq!(&bytes, b"hel");
                assert_eq!(there.recv(&mut bytes).await.unwrap(), 3);
                assert_eq!(&bytes, b"nex", "the rest of the first is lost");
            });
        }

        #[cfg(feature = "bytes")]
        #[test]
        fn datagrams_are_received_into_the_spare_room_of_a_buffer() {
            run(async {
                let (here, there) = pair().await;
                let mut buffer = Vec::with_capacity(64);
                assert_would_block(there.try_recv_buf(&mut buffer));
                {
                    let mut receive = pin!(there.recv_buf(&mut buffer));
                    assert!(poll!(receive.as_mut()).is_pending());
                    here.try_send(b"one ").unwrap();
                    assert_eq!(receive.await.unwrap(), 4);
                }
                here.try_send(b"two ").unwrap();
                there.readable().await.unwrap();
                assert_eq!(there.try_recv_buf(&mut buffer).unwrap(), 4);
                here.try_send(b"three ").unwrap();
                assert_eq!(there.recv_buf_from(&mut buffer).await.unwrap().0, 6);
                assert_would_block(there.try_recv_buf_from(&mut buffer));
                assert_eq!(buffer, b"one two three ");
            });
        }

        #[test]
        fn a_socket_has_no_error_at_first() {
            run(async {
                let (here, _there) = pair().await;
                assert!(here.take_error().unwrap().is_none());
            });
        }
    };
}

mod udp {
    use wakeful::net::UdpSocket;

    async fn pair() -> (UdpSocket, UdpSocket) {
        let here = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let there = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        here.connect(there.local_addr().unwrap()).await.unwrap();
        there.connect(here.local_addr().unwrap()).await.unwrap();
        (here, there)
    }

    tests!();

    #[test]
    fn peeking_leaves_the_datagram_and_tells_its_sender() {
        run(async {
            let (here, there) = pair().await;
            let sender = here.local_addr().unwrap();
            let mut bytes = [0; 8];
            assert_would_block(there.try_peek(&mut bytes));
            assert_would_block(there.try_peek_from(&mut bytes));
            assert_would_block(there.try_peek_sender());
            let mut peek = pin!(there.peek_sender());
            assert!(poll!(peek.as_mut()).is_pending());
            here.send(b"hello").await.unwrap();
            assert_eq!(peek.await.unwrap(), sender);
            assert_eq!(there.try_peek_sender().unwrap(), sender);
            assert_eq!(there.try_peek(&mut bytes).unwrap(), 5);
            assert_eq!(there.try_peek_from(&mut bytes).unwrap(), (5, sender));
            let peeked = poll_fn(|context| there.poll_peek(context, &mut bytes)).await;
            assert_eq!(peeked.unwrap(), 5);
            let peeked = poll_fn(|context| there.poll_peek_from(context, &mut bytes)).await;
            assert_eq!(peeked.unwrap(), (5, sender));
            let peeked = poll_fn(|context| there.poll_peek_sender(context)).await;
            assert_eq!(peeked.unwrap(), sender);
            assert_eq!(there.try_recv_from(&mut bytes).unwrap(), (5, sender));
        });
    }

    #[cfg(feature = "bytes")]
    #[test]
    fn recv_buf_from_returns_the_sender() {
        run(async {
            let (here, there) = pair().await;
            here.send(b"hello").await.unwrap();
            let mut buffer = Vec::with_capacity(16);
            let (length, sender) = there.recv_buf_from(&mut buffer).await.unwrap();
            assert_eq!((length, sender), (5, here.local_addr().unwrap()));
        });
    }

    #[test]
    fn a_socket_of_std_is_taken_over_and_given_back() {
        run(async {
            let std = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let address = std.local_addr().unwrap();
            let socket = UdpSocket::try_from(std).unwrap();
            let (here, _there) = pair().await;
            let here = here.into_std().unwrap();
            drop(here);
            assert_eq!(socket.into_std().unwrap().local_addr().unwrap(), address);
        });
    }
}

#[cfg(unix)]
mod unix {
    use wakeful::net::UnixDatagram;

    #[expect(clippy::unused_async, reason = "the tests await it, as for UDP")]
    async fn pair() -> (UnixDatagram, UnixDatagram) {
        UnixDatagram::pair().unwrap()
    }

    tests!();

    #[test]
    fn poll_send_to_reaches_a_path() {
        run(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("socket");
            let there = UnixDatagram::bind(&path).unwrap();
            let here = UnixDatagram::unbound().unwrap();
            let sent = poll_fn(|context| here.poll_send_to(context, b"hello", &path));
            assert_eq!(sent.await.unwrap(), 5);
            assert_eq!(there.recv(&mut [0; 8]).await.unwrap(), 5);
        });
    }

    #[cfg(feature = "bytes")]
    #[test]
    fn recv_buf_from_tells_a_named_sender_from_an_unnamed_one() {
        run(async {
            let folder = tempfile::tempdir().unwrap();
            let (server, client) = (folder.path().join("server"), folder.path().join("client"));
            let there = UnixDatagram::bind(&server).unwrap();
            let mut buffer = Vec::with_capacity(16);
            let named = UnixDatagram::bind(&client).unwrap();
            named.send_to(b"named", &server).await.unwrap();
            let (_, sender) = there.recv_buf_from(&mut buffer).await.unwrap();
            assert_eq!(sender.as_pathname(), Some(&*client));
            let unnamed = UnixDatagram::unbound().unwrap();
            unnamed.send_to(b"unnamed", &server).await.unwrap();
            let (_, sender) = there.recv_buf_from(&mut buffer).await.unwrap();
            assert!(sender.is_unnamed());
        });
    }

    #[test]
    fn a_socket_of_std_is_taken_over() {
        run(async {
            let (here, there) = std::os::unix::net::UnixDatagram::pair().unwrap();
            let there = UnixDatagram::try_from(there).unwrap();
            here.send(b"hello").unwrap();
            assert_eq!(there.recv(&mut [0; 8]).await.unwrap(), 5);
        });
    }
}
