//! Pitfalls 14, 16 and 22, and the promises of halves, for every kind of stream.

use crate::support::{assert_waits, run, settle, settle_reactor, watched};
use futures_util::{AsyncReadExt, AsyncWriteExt, future::join, io::BufWriter};
use std::{
    future::poll_fn,
    io::{self, IoSlice, IoSliceMut},
    thread,
};
use wakeful::{
    Runtime,
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    spawn_local,
};

/// The tests of the kind of stream that the `pair` in scope makes.
macro_rules! promises {
    () => {
        #[test]
        fn pitfall_14_a_short_read_does_not_hide_the_end_that_came_with_it() {
            run("the end of the stream", async {
                let (mut here, mut there) = pair().await;
                there.write_all(b"abc").await.unwrap();
                there.close().await.unwrap();
                settle().await;
                // The read is shorter than the buffer, so it clears the readiness.
                let mut buffer = [0; 64];
                assert_eq!(here.read(&mut buffer).await.unwrap(), 3);
                // No event will come for the end, which is there already.
                assert_eq!(here.read(&mut buffer).await.unwrap(), 0);
                assert_eq!(here.read(&mut buffer).await.unwrap(), 0);
            });
        }

        #[test]
        fn pitfall_14_more_buffers_than_the_system_accepts_lose_no_bytes() {
            run("a byte after many buffers", async {
                let (mut here, mut there) = pair().await;
                settle_reactor().await;
                let bytes = [7; 1500];
                let buffers: Vec<_> = bytes.chunks(1).map(IoSlice::new).collect();
                let written = here.write_vectored(&buffers).await.unwrap();
                assert!(
                    (1..1500).contains(&written),
                    "the system's limit of buffers"
                );
                here.write_all(&bytes[written..]).await.unwrap();
                settle_reactor().await;
                let mut bytes = [0; 2000];
                let mut buffers: Vec<_> = bytes.chunks_mut(1).map(IoSliceMut::new).collect();
                let read = there.read_vectored(&mut buffers).await.unwrap();
                assert!((1..1500).contains(&read), "the system's limit of buffers");
                there.read_exact(&mut bytes[read..1500]).await.unwrap();
            });
        }

        #[test]
        fn poll_read_ready_and_poll_write_ready_wait_for_the_stream() {
            run("something to read", async {
                let (here, there) = pair().await;
                let refused = here.try_read(&mut [0]).unwrap_err();
                assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
                assert_waits(poll_fn(|cx| here.poll_read_ready(cx)), "no byte was sent").await;
                let written = async {
                    poll_fn(|cx| there.poll_write_ready(cx)).await.unwrap();
                    assert_eq!(there.try_write(b"x").unwrap(), 1);
                };
                let (ready, ()) = join(poll_fn(|cx| here.poll_read_ready(cx)), written).await;
                ready.unwrap();
                assert_eq!(here.try_read(&mut [0; 2]).unwrap(), 1);
            });
        }

        #[test]
        fn pitfall_14_an_end_that_comes_later_wakes_the_reader() {
            run("the end of the stream", async {
                let (mut here, there) = pair().await;
                let reader = spawn_local(async move {
                    let mut all = Vec::new();
                    here.read_to_end(&mut all).await.map(|_| all)
                });
                (&there).write_all(b"abc").await.unwrap();
                settle().await;
                there.shutdown(std::net::Shutdown::Write).unwrap();
                assert_eq!(reader.await.unwrap().unwrap(), b"abc");
                drop(there);
            });
        }

        #[test]
        fn pitfall_14_a_half_closed_stream_is_open_in_the_other_direction() {
            run("an answer after the question has ended", async {
                let (mut here, mut there) = pair().await;
                there.write_all(b"question").await.unwrap();
                there.close().await.unwrap();
                let mut question = String::new();
                here.read_to_string(&mut question).await.unwrap();
                here.write_all(b"answer").await.unwrap();
                drop(here);
                let mut answer = String::new();
                there.read_to_string(&mut answer).await.unwrap();
                assert_eq!((question.as_str(), answer.as_str()), ("question", "answer"));
            });
        }

        #[test]
        fn pitfall_14_a_writer_blocked_by_a_full_buffer_is_woken_when_it_drains() {
            run("eight megabytes", async {
                const SIZE: usize = 8 << 20;
                let (here, mut there) = pair().await;
                let writer = spawn_local(async move {
                    let data = vec![7; SIZE];
                    (&here).write_all(&data).await.unwrap();
                });
                // The writer blocks before we read the first byte.
                settle().await;
                assert!(!writer.is_finished());
                let mut all = Vec::new();
                there.read_to_end(&mut all).await.unwrap();
                writer.await.unwrap();
                assert_eq!(all.len(), SIZE);
                assert!(all.iter().all(|byte| *byte == 7));
            });
        }

        #[test]
        fn pitfall_16_a_socket_that_outlives_its_runtime_returns_an_error() {
            let runtime = Runtime::new().unwrap();
            let (mut here, _there) = runtime.block_on(pair());
            runtime.block_on(async {
                let mut byte = [0];
                assert_waits(here.read(&mut byte), "nothing was sent").await;
            });
            // Another thread waits for the socket while the runtime is dropped.
            let waiting = thread::spawn(move || {
                let mut byte = [0];
                watched("the error", || {
                    wakeful::block_on(async { here.read(&mut byte).await })
                })
            });
            drop(runtime);
            let error = waiting.join().unwrap().unwrap_err();
            assert!(error.to_string().contains("shut down"), "{error}");
        }

        #[test]
        fn one_task_reads_while_another_writes() {
            run("an echo through two tasks", async {
                let (here, there) = pair().await;
                let echo = spawn_local(async move {
                    futures_util::io::copy(&there, &mut &there).await.unwrap();
                    (&there).close().await.unwrap();
                });
                let (mut reader, mut writer) = (&here, &here);
                let write = async {
                    for word in ["one ", "two ", "three"] {
                        writer.write_all(word.as_bytes()).await.unwrap();
                        settle().await;
                    }
                    writer.close().await.unwrap();
                };
                let mut received = String::new();
                let (read, ()) = join(reader.read_to_string(&mut received), write).await;
                read.unwrap();
                assert_eq!(received, "one two three");
                echo.await.unwrap();
            });
        }

        #[test]
        fn pitfall_16_a_half_that_outlives_its_runtime_returns_an_error() {
            let runtime = Runtime::new().unwrap();
            let (here, _there) = runtime.block_on(pair());
            let (mut reader, mut writer) = here.into_split();
            runtime.block_on(async {
                assert_waits(reader.read(&mut [0]), "nothing was sent").await;
            });
            drop(runtime);
            let error = wakeful::block_on(reader.read(&mut [0])).unwrap_err();
            assert!(error.to_string().contains("shut down"), "{error}");
            let error = wakeful::block_on(writer.write(b"x")).unwrap_err();
            assert!(error.to_string().contains("shut down"), "{error}");
        }

        #[test]
        fn pitfall_22_writing_to_a_closed_peer_returns_an_error() {
            run("the broken pipe", async {
                let (mut here, there) = pair().await;
                drop(there);
                // The first writes may succeed before the peer's kernel answers that the
                // socket is closed.
                let error = loop {
                    match here.write(b"x").await {
                        Ok(_) => settle_reactor().await,
                        Err(error) => break error,
                    }
                };
                // SIGPIPE would have ended the process.
                assert!(
                    matches!(
                        error.kind(),
                        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
                    ),
                    "{error}"
                );
            });
        }

        #[test]
        fn dropping_the_write_half_ends_the_peers_reads() {
            run("an answer after the question has ended", async {
                let (here, mut there) = pair().await;
                let (mut reader, mut writer) = here.into_split();
                let asks = spawn_local(async move { writer.write_all(b"question").await });
                let mut question = String::new();
                there.read_to_string(&mut question).await.unwrap();
                asks.await.unwrap().unwrap();
                there.write_all(b"answer").await.unwrap();
                drop(there);
                let mut answer = String::new();
                reader.read_to_string(&mut answer).await.unwrap();
                assert_eq!((question.as_str(), answer.as_str()), ("question", "answer"));
            });
        }

        #[test]
        fn dropping_the_read_half_closes_nothing_while_the_write_half_lives() {
            run("the bytes of the write half", async {
                let (here, mut there) = pair().await;
                let (reader, mut writer) = here.into_split();
                drop(reader);
                writer.write_all(b"still here").await.unwrap();
                there.write_all(b"unread").await.unwrap();
                let mut received = [0; 10];
                there.read_exact(&mut received).await.unwrap();
                assert_eq!(&received, b"still here");
            });
        }

        #[test]
        fn forgetting_the_write_half_leaves_its_direction_open() {
            run("a wait that never ends", async {
                let (here, mut there) = pair().await;
                let (_reader, writer) = here.into_split();
                writer.forget();
                assert_waits(there.read(&mut [0]), "no end was sent").await;
            });
        }

        #[test]
        fn only_halves_of_the_same_stream_can_be_reunited() {
            run("the reunion", async {
                let (here, mut there) = pair().await;
                let (other, _end) = pair().await;
                let (reader, writer) = here.into_split();
                let (_, other_writer) = other.into_split();
                let error = reader.reunite(other_writer).unwrap_err();
                let mut here = writer.reunite(error.0).unwrap();
                here.write_all(b"whole").await.unwrap();
                let mut received = [0; 5];
                there.read_exact(&mut received).await.unwrap();
                assert_eq!(&received, b"whole");
            });
        }

        #[test]
        fn halves_have_addresses_and_wait_without_a_buffer() {
            run("one byte each way", async {
                let (here, there) = pair().await;
                // Unix addresses do not implement `PartialEq`.
                let ends = |one, other| format!("{one:?} {other:?}");
                let known = ends(there.peer_addr().unwrap(), there.local_addr().unwrap());
                let (reader, writer) = here.into_split();
                let (here, peer) = (reader.local_addr().unwrap(), reader.peer_addr().unwrap());
                assert_eq!(ends(here, peer), known);
                let (here, peer) = (writer.local_addr().unwrap(), writer.peer_addr().unwrap());
                assert_eq!(ends(here, peer), known);
                writer.writable().await.unwrap();
                assert_eq!(writer.try_write(b"x").unwrap(), 1);
                (&there).read_exact(&mut [0]).await.unwrap();
                (&there).write_all(b"y").await.unwrap();
                reader.readable().await.unwrap();
                assert_eq!(reader.try_read(&mut [0]).unwrap(), 1);
            });
        }

        #[test]
        fn a_stream_continues_as_a_stream_of_std() {
            run("bytes before and after", async {
                let (here, mut there) = pair().await;
                there.write_all(b"before").await.unwrap();
                assert!(here.take_error().unwrap().is_none());
                let mut std = here.into_std().unwrap();
                std.set_nonblocking(false).unwrap();
                there.write_all(b" and after").await.unwrap();
                drop(there);
                let mut received = String::new();
                io::Read::read_to_string(&mut std, &mut received).unwrap();
                assert_eq!(received, "before and after");
            });
        }

        #[test]
        fn copy_bidirectional_copies_every_byte() {
            run("a million bytes each way", async {
                const MANY: usize = 1 << 20;
                let (mut client, mut one) = pair().await;
                let (mut other, mut server) = pair().await;
                let copied =
                    spawn_local(
                        async move { copy_bidirectional(&mut one, &mut other).await.unwrap() },
                    );
                let serves = spawn_local(async move {
                    let mut asked = Vec::new();
                    server.read_to_end(&mut asked).await.unwrap();
                    // The client has closed its direction. The other one is open.
                    asked.reverse();
                    server.write_all(&asked).await.unwrap();
                    server.write_all(b"!").await.unwrap();
                });
                let question: Vec<u8> = (0..=255).cycle().take(MANY).collect();
                client.write_all(&question).await.unwrap();
                client.close().await.unwrap();
                let mut answer = Vec::new();
                client.read_to_end(&mut answer).await.unwrap();
                assert_eq!(answer.pop(), Some(b'!'));
                answer.reverse();
                assert!(answer == question);
                serves.await.unwrap();
                assert_eq!(copied.await.unwrap(), (MANY as u64, MANY as u64 + 1));
            });
        }

        #[test]
        fn copy_bidirectional_flushes_when_no_more_bytes_arrive() {
            run("five bytes through a buffer", async {
                let (mut client, mut one) = pair().await;
                let (other, mut server) = pair().await;
                let mut other = BufWriter::new(other);
                let copies =
                    spawn_local(async move { copy_bidirectional(&mut one, &mut other).await });
                client.write_all(b"hello").await.unwrap();
                let mut received = [0; 5];
                server.read_exact(&mut received).await.unwrap();
                assert_eq!(&received, b"hello");
                copies.abort();
                assert!(copies.await.unwrap_err().is_cancelled());
            });
        }

        #[test]
        fn readable_and_writable_wait_without_a_buffer() {
            run("one byte", async {
                let (here, mut there) = pair().await;
                let mut byte = [0];
                let error = here.try_read(&mut byte).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                assert_waits(here.readable(), "nothing was sent").await;
                there.write_all(b"x").await.unwrap();
                here.readable().await.unwrap();
                assert_eq!(here.try_read(&mut byte).unwrap(), 1);
                here.writable().await.unwrap();
                assert_eq!(here.try_write(b"y").unwrap(), 1);
                there.read_exact(&mut byte).await.unwrap();
                assert_eq!(&byte, b"y");
            });
        }
    };
}

mod tcp {
    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let connect = TcpStream::connect(listener.local_addr().unwrap());
        let (here, there) = join(listener.accept(), connect).await;
        (here.unwrap().0, there.unwrap())
    }

    promises!();
}

#[cfg(unix)]
mod unix {
    use super::*;
    use wakeful::net::UnixStream;

    #[expect(clippy::unused_async, reason = "the TCP version awaits")]
    async fn pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().unwrap()
    }

    promises!();
}
