//! `TcpStream` and `UnixStream`.

/// The tests that hold for both. `pair` creates two connected streams.
macro_rules! tests {
    ($Stream:ty, $Std:ty) => {
        use crate::{assert_would_block, run, settle};
        use futures_util::{AsyncReadExt, AsyncWriteExt, FutureExt, poll};
        use std::{
            io::{IoSlice, IoSliceMut, Read, Write},
            net::Shutdown,
            pin::pin,
        };
        use wakeful::{
            io::{Interest, Ready},
            spawn_local,
            task::yield_now,
        };

        #[test]
        fn a_new_stream_is_writable_and_becomes_readable_with_the_first_byte() {
            run(async {
                let (here, there) = pair().await;
                assert_would_block(there.try_read(&mut [0; 4]));
                let both = Interest::READABLE | Interest::WRITABLE;
                let ready = there.ready(both).await.unwrap();
                assert!(ready.is_writable() && !ready.is_readable(), "{ready:?}");
                here.try_write(b"x").unwrap();
                let ready = there.ready(Interest::READABLE).await.unwrap();
                assert_eq!(ready, Ready::READABLE, "only what was asked for");
            });
        }

        #[test]
        fn ready_reports_the_end_of_a_closed_stream() {
            run(async {
                let (here, there) = pair().await;
                there.try_read(&mut [0; 4]).unwrap_err();
                drop(here);
                let ready = there.ready(Interest::READABLE).await.unwrap();
                assert!(ready.is_read_closed() && ready.is_readable(), "{ready:?}");
                assert_eq!(there.try_read(&mut [0; 4]).unwrap(), 0);
                // The end stays ready.
                there.readable().await.unwrap();
                assert_eq!(there.try_read(&mut [0; 4]).unwrap(), 0);
            });
        }

        #[test]
        fn try_io_runs_the_operation_only_if_the_stream_is_ready() {
            run(async {
                let (here, there) = pair().await;
                there.try_read(&mut [0; 4]).unwrap_err();
                let result = there.try_io(Interest::READABLE, || -> std::io::Result<()> {
                    panic!("the stream is not readable")
                });
                assert_would_block(result);
                here.try_write(b"x").unwrap();
                there.readable().await.unwrap();
                let result = there.try_io(Interest::READABLE, || Ok(7));
                assert_eq!(result.unwrap(), 7);
            });
        }

        #[test]
        fn try_io_clears_the_readiness_when_the_operation_would_block() {
            run(async {
                let (here, there) = pair().await;
                here.try_write(b"x").unwrap();
                settle().await;
                there.readable().await.unwrap();
                let refuse = || Err::<(), _>(std::io::ErrorKind::WouldBlock.into());
                assert_would_block(there.try_io(Interest::READABLE, refuse));
                assert!(poll!(pin!(there.readable())).is_pending());
                // The next event makes it readable again.
                here.try_write(b"y").unwrap();
                there.readable().await.unwrap();
                assert_eq!(there.try_read(&mut [0; 4]).unwrap(), 2);
            });
        }

        #[test]
        fn async_io_waits_until_the_operation_succeeds() {
            run(async {
                let (here, there) = pair().await;
                let attempts = std::cell::Cell::new(0);
                let mut read = pin!(there.async_io(Interest::READABLE, || {
                    attempts.set(attempts.get() + 1);
                    let mut bytes = [std::mem::MaybeUninit::uninit(); 4];
                    socket2::SockRef::from(&there).recv(&mut bytes)
                }));
                assert!(poll!(read.as_mut()).is_pending());
                here.try_write(b"abc").unwrap();
                assert_eq!(read.await.unwrap(), 3);
                assert!(attempts.get() >= 2, "the first attempt found nothing");
            });
        }

        #[test]
        fn async_io_returns_the_errors_of_the_operation() {
            run(async {
                let (_here, there) = pair().await;
                let fail = || Err::<(), _>(std::io::Error::other("refused"));
                let error = there.async_io(Interest::WRITABLE, fail).await.unwrap_err();
                assert_eq!(error.to_string(), "refused");
            });
        }

        #[test]
        fn several_tasks_wait_for_one_stream() {
            run(async {
                let (here, there) = pair().await;
                there.try_read(&mut [0; 4]).unwrap_err();
                let there = std::rc::Rc::new(there);
                let waits = [(); 3].map(|()| {
                    let there = std::rc::Rc::clone(&there);
                    spawn_local(async move { there.readable().await.unwrap() })
                });
                yield_now().await;
                here.try_write(b"x").unwrap();
                for wait in waits {
                    wait.await.unwrap();
                }
            });
        }

        #[test]
        fn vectored_transfers_use_several_buffers() {
            run(async {
                let (here, there) = pair().await;
                let parts = [
                    IoSlice::new(b"one "),
                    IoSlice::new(b""),
                    IoSlice::new(b"two"),
                ];
                assert_eq!(here.try_write_vectored(&parts).unwrap(), 7);
                there.readable().await.unwrap();
                let (mut first, mut second) = ([0; 3], [0; 8]);
                let mut parts = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
                assert_eq!(there.try_read_vectored(&mut parts).unwrap(), 7);
                assert_eq!(&first, b"one");
                assert_eq!(&second[..4], b" two");
                let mut parts = [IoSliceMut::new(&mut first)];
                assert_would_block(there.try_read_vectored(&mut parts));
            });
        }

        #[test]
        fn try_write_would_block_when_the_kernel_has_no_room() {
            run(async {
                let (here, mut there) = pair().await;
                let chunk = vec![7; 64 * 1024];
                let mut written = 0;
                loop {
                    match here.try_write(&chunk) {
                        Ok(count) => written += count,
                        blocked => break assert_would_block(blocked),
                    }
                }
                assert!(poll!(pin!(here.writable())).is_pending());
                let mut read = vec![0; written];
                there.read_exact(&mut read).await.unwrap();
                here.writable().await.unwrap();
                assert!(here.try_write(&chunk).unwrap() > 0);
            });
        }

        #[cfg(feature = "bytes")]
        #[test]
        fn try_read_buf_appends_to_the_buffer() {
            run(async {
                let (here, there) = pair().await;
                let mut buffer = b"head ".to_vec();
                assert_would_block(there.try_read_buf(&mut buffer));
                assert_eq!(buffer, b"head ", "nothing was read");
                here.try_write(b"body").unwrap();
                there.readable().await.unwrap();
                assert_eq!(there.try_read_buf(&mut buffer).unwrap(), 4);
                assert_eq!(buffer, b"head body");
                drop(here);
                there.readable().await.unwrap();
                assert_eq!(there.try_read_buf(&mut buffer).unwrap(), 0, "the end");
            });
        }

        #[cfg(feature = "bytes")]
        #[test]
        fn try_read_buf_reads_no_more_than_a_slice_has_room_for() {
            run(async {
                let (here, there) = pair().await;
                here.try_write(b"hello").unwrap();
                there.readable().await.unwrap();
                let mut bytes = [0; 3];
                assert_eq!(there.try_read_buf(&mut &mut bytes[..]).unwrap(), 3);
                assert_eq!(&bytes, b"hel");
                assert_eq!(there.try_read(&mut bytes).unwrap(), 2);
            });
        }

        #[test]
        fn poll_ready_wakes_the_task_that_polled_last() {
            run(async {
                let (here, there) = pair().await;
                there.try_read(&mut [0; 4]).unwrap_err();
                let there = std::rc::Rc::new(there);
                let poller = std::rc::Rc::clone(&there);
                let task = spawn_local(std::future::poll_fn(move |context| {
                    poller.poll_read_ready(context)
                }));
                yield_now().await;
                here.try_write(b"x").unwrap();
                task.await.unwrap().unwrap();
                std::future::poll_fn(|context| there.poll_write_ready(context))
                    .await
                    .unwrap();
            });
        }

        #[test]
        fn a_stream_of_std_is_taken_over_and_given_back() {
            run(async {
                let (here, there) = pair().await;
                let mut std: $Std = here.into_std().unwrap();
                std.set_nonblocking(false).unwrap();
                std.write_all(b"blocking").unwrap();
                let mut again = <$Stream>::try_from(std).unwrap();
                again.write_all(b" and not").await.unwrap();
                drop(again);
                let mut there: $Std = there.into_std().unwrap();
                there.set_nonblocking(false).unwrap();
                let mut text = String::new();
                there.read_to_string(&mut text).unwrap();
                assert_eq!(text, "blocking and not");
            });
        }

        #[test]
        fn owned_halves_have_the_streams_methods() {
            run(async {
                let (here, there) = pair().await;
                let (_reader, writer) = here.into_split();
                let (reader, _writer) = there.into_split();
                assert!(
                    writer
                        .ready(Interest::WRITABLE)
                        .await
                        .unwrap()
                        .is_writable()
                );
                let parts = [IoSlice::new(b"ab"), IoSlice::new(b"cd")];
                assert_eq!(writer.try_write_vectored(&parts).unwrap(), 4);
                assert!(
                    reader
                        .ready(Interest::READABLE)
                        .await
                        .unwrap()
                        .is_readable()
                );
                let mut bytes = [0; 2];
                let mut parts = [IoSliceMut::new(&mut bytes)];
                assert_eq!(reader.try_read_vectored(&mut parts).unwrap(), 2);
                assert_eq!(&bytes, b"ab");
                #[cfg(feature = "bytes")]
                {
                    let mut rest = Vec::new();
                    assert_eq!(reader.try_read_buf(&mut rest).unwrap(), 2);
                    assert_eq!(rest, b"cd");
                }
                assert!(reader.as_ref().take_error().unwrap().is_none());
            });
        }

        #[test]
        fn shutting_down_the_writing_direction_leaves_the_other_open() {
            run(async {
                let (here, mut there) = pair().await;
                here.shutdown(Shutdown::Write).unwrap();
                assert_eq!(there.read(&mut [0; 4]).await.unwrap(), 0);
                there.write_all(b"still").await.unwrap();
                here.readable().await.unwrap();
                assert_eq!(here.try_read(&mut [0; 8]).unwrap(), 5);
                here.try_write(b"x").unwrap_err();
            });
        }

        #[test]
        fn a_wait_on_a_stream_whose_runtime_is_gone_returns_an_error() {
            let (_here, there) = run(pair());
            run(async {
                let error = there.ready(Interest::READABLE).await.unwrap_err();
                assert!(error.to_string().contains("has shut down"), "{error}");
                let error = there.try_io(Interest::READABLE, || Ok(())).unwrap_err();
                assert!(error.to_string().contains("has shut down"), "{error}");
                assert!(
                    there
                        .async_io(Interest::WRITABLE, || Ok(()))
                        .now_or_never()
                        .is_some()
                );
            });
        }
    };
}

mod tcp {
    use wakeful::net::{TcpListener, TcpStream};

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (there, _) = listener.accept().await.unwrap();
        (here.unwrap(), there)
    }

    tests!(TcpStream, std::net::TcpStream);

    #[test]
    fn peek_leaves_the_bytes_to_be_read() {
        run(async {
            let (here, there) = pair().await;
            let mut bytes = [0; 8];
            assert!(poll!(pin!(there.peek(&mut bytes))).is_pending());
            here.try_write(b"hello").unwrap();
            let polled = std::future::poll_fn(|context| there.poll_peek(context, &mut bytes));
            assert_eq!(polled.await.unwrap(), 5);
            assert_eq!(there.peek(&mut bytes).await.unwrap(), 5);
            let (reader, _writer) = there.into_split();
            assert_eq!(reader.peek(&mut bytes[..2]).await.unwrap(), 2);
            let polled = std::future::poll_fn(|context| reader.poll_peek(context, &mut bytes));
            assert_eq!(polled.await.unwrap(), 5);
            assert_eq!(reader.try_read(&mut bytes).unwrap(), 5);
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn priority_data_is_waited_for_on_its_own() {
        use std::os::fd::AsRawFd;
        run(async {
            let (here, there) = pair().await;
            here.try_write(b"plain").unwrap();
            settle().await;
            assert!(poll!(pin!(there.ready(Interest::PRIORITY))).is_pending());
            let urgent = b"!";
            // SAFETY: the descriptor is open, and the buffer has one byte.
            let sent =
                unsafe { libc::send(here.as_raw_fd(), urgent.as_ptr().cast(), 1, libc::MSG_OOB) };
            assert_eq!(sent, 1);
            assert!(there.ready(Interest::PRIORITY).await.unwrap().is_priority());
        });
    }
}

#[cfg(unix)]
mod unix {
    use wakeful::net::UnixStream;

    #[expect(clippy::unused_async, reason = "the tests await it, as for TCP")]
    async fn pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().unwrap()
    }

    tests!(UnixStream, std::os::unix::net::UnixStream);
}
