//! Pipes with and without a name.

use crate::{assert_would_block, run, settle};
use futures_util::{AsyncReadExt, AsyncWriteExt, poll};
use std::{
    fs::File,
    future::poll_fn,
    io::{self, IoSlice, IoSliceMut, Read, Write},
    os::fd::{AsFd, AsRawFd, OwnedFd},
    path::PathBuf,
    pin::pin,
};
use tempfile::TempDir;
use wakeful::{
    io::Interest,
    net::unix::pipe::{self, OpenOptions},
};

fn fifo() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    (folder, path)
}

#[test]
fn bytes_go_through_a_pipe_until_its_sender_is_dropped() {
    run(async {
        let (mut sender, mut receiver) = pipe::pipe().unwrap();
        assert_would_block(receiver.try_read(&mut [0; 4]));
        assert!(poll!(pin!(receiver.readable())).is_pending());
        sender.write_all(b"hello").await.unwrap();
        receiver.readable().await.unwrap();
        sender.close().await.unwrap();
        sender.write_all(b" again").await.unwrap();
        drop(sender);
        let mut text = String::new();
        receiver.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "hello again", "close does not close a sender");
    });
}

#[test]
fn a_full_pipe_is_waited_for() {
    run(async {
        let (sender, mut receiver) = pipe::pipe().unwrap();
        let chunk = [7; 4096];
        let mut written = 0;
        loop {
            match sender.try_write(&chunk) {
                Ok(count) => written += count,
                blocked => break assert_would_block(blocked),
            }
        }
        let mut wait = pin!(sender.writable());
        assert!(poll!(wait.as_mut()).is_pending());
        let mut read = vec![0; written];
        receiver.read_exact(&mut read).await.unwrap();
        wait.await.unwrap();
        assert!(sender.try_write(&chunk).unwrap() > 0);
    });
}

#[test]
fn a_pipe_without_a_receiver_is_broken() {
    run(async {
        let (sender, receiver) = pipe::pipe().unwrap();
        drop(receiver);
        let ready = sender.ready(Interest::WRITABLE).await.unwrap();
        assert!(ready.is_writable());
        let error = sender.try_write(b"x").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        settle().await;
        let ready = sender.ready(Interest::WRITABLE).await.unwrap();
        assert!(ready.is_write_closed(), "{ready:?}");
    });
}

#[test]
fn vectored_transfers_and_own_operations_go_through_a_pipe() {
    run(async {
        let (sender, receiver) = pipe::pipe().unwrap();
        let parts = [IoSlice::new(b"one "), IoSlice::new(b"two")];
        assert_eq!(sender.try_write_vectored(&parts).unwrap(), 7);
        receiver.readable().await.unwrap();
        let (mut first, mut second) = ([0; 4], [0; 4]);
        let mut parts = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        assert_eq!(receiver.try_read_vectored(&mut parts).unwrap(), 7);
        assert_would_block(receiver.try_read(&mut first));
        let unready = receiver.try_io(|| -> io::Result<()> { panic!("it is not readable") });
        assert_would_block(unready);
        assert_eq!(sender.try_io(|| Ok(7)).unwrap(), 7);
        poll_fn(|context| sender.poll_write_ready(context))
            .await
            .unwrap();
        sender.try_write(b"x").unwrap();
        poll_fn(|context| receiver.poll_read_ready(context))
            .await
            .unwrap();
    });
}

#[cfg(feature = "bytes")]
#[test]
fn try_read_buf_appends_to_the_buffer() {
    run(async {
        let (sender, receiver) = pipe::pipe().unwrap();
        let mut buffer = b"head ".to_vec();
        assert_would_block(receiver.try_read_buf(&mut buffer));
        sender.try_write(b"body").unwrap();
        receiver.readable().await.unwrap();
        assert_eq!(receiver.try_read_buf(&mut buffer).unwrap(), 4);
        assert_eq!(buffer, b"head body");
    });
}

#[test]
fn both_ends_of_a_fifo_are_opened() {
    run(async {
        let (_folder, path) = fifo();
        let error = OpenOptions::new().open_sender(&path).unwrap_err();
        assert_eq!(
            error.raw_os_error(),
            Some(libc::ENXIO),
            "no process reads it"
        );
        let mut receiver = OpenOptions::new().open_receiver(&path).unwrap();
        let mut sender = OpenOptions::new().open_sender(&path).unwrap();
        sender.write_all(b"hello").await.unwrap();
        drop(sender);
        let mut text = String::new();
        receiver.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "hello");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_fifo_that_is_opened_both_ways_has_no_end() {
    run(async {
        let (_folder, path) = fifo();
        let mut options = OpenOptions::new();
        options.read_write(true);
        let sender = options.open_sender(&path).unwrap();
        let receiver = options.open_receiver(&path).unwrap();
        sender.try_write(b"hello").unwrap();
        drop(sender);
        receiver.readable().await.unwrap();
        assert_eq!(receiver.try_read(&mut [0; 8]).unwrap(), 5);
        assert_would_block(receiver.try_read(&mut [0; 8]));
    });
}

#[test]
fn a_file_that_is_no_fifo_is_refused() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "text").unwrap();
        for error in [
            OpenOptions::new().open_receiver(&path).unwrap_err(),
            OpenOptions::new().open_sender(&path).unwrap_err(),
            pipe::Receiver::from_file(File::open(&path).unwrap()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{error}");
            assert!(error.to_string().contains("not a pipe"), "{error}");
        }
    });
}

#[test]
fn an_end_of_the_wrong_direction_is_refused() {
    run(async {
        let (receiver, sender) = io::pipe().unwrap();
        let error = pipe::Receiver::from_owned_fd(sender.into()).unwrap_err();
        assert!(
            error.to_string().contains("not open for reading"),
            "{error}"
        );
        let error = pipe::Sender::from_owned_fd(receiver.into()).unwrap_err();
        assert!(
            error.to_string().contains("not open for writing"),
            "{error}"
        );
    });
}

#[test]
fn a_pipe_of_std_is_taken_over_and_given_back() {
    run(async {
        let (receiver, mut sender) = io::pipe().unwrap();
        sender.write_all(b"hello").unwrap();
        // The pipe blocks so far. Taking it over makes it non-blocking.
        let receiver = pipe::Receiver::from_owned_fd(receiver.into()).unwrap();
        receiver.readable().await.unwrap();
        assert_eq!(receiver.try_read(&mut [0; 8]).unwrap(), 5);
        assert_would_block(receiver.try_read(&mut [0; 8]));
        let number = receiver.as_raw_fd();
        assert_eq!(receiver.as_fd().as_raw_fd(), number);
        let descriptor: OwnedFd = receiver.into_blocking_fd().unwrap();
        assert_eq!(descriptor.as_raw_fd(), number, "it is the same descriptor");
        sender.write_all(b"bye").unwrap();
        drop(sender);
        let mut text = String::new();
        File::from(descriptor).read_to_string(&mut text).unwrap();
        assert_eq!(text, "bye");
    });
}

#[test]
fn a_nonblocking_descriptor_stays_so() {
    run(async {
        let (sender, receiver) = pipe::pipe().unwrap();
        let descriptor = receiver.into_nonblocking_fd().unwrap();
        let error = File::from(descriptor).read(&mut [0; 4]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        drop(sender);
    });
}
