//! The methods of an open file that take `&self`, and the ways from and to
//! `std`'s files, with real files.
#![cfg(not(any(loom, miri)))]

use futures_util::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, future::join, poll};
use std::{
    io::{Read, Seek, SeekFrom, Write},
    pin::pin,
    sync::{Arc, mpsc},
    time::{Duration, UNIX_EPOCH},
};
use tempfile::TempDir;
use wakeful::{
    fs::{self, DirBuilder, File, FileTimes, OpenOptions},
    runtime::Builder,
    spawn_blocking,
    time::timeout,
};

/// Runs a test on a runtime with one blocking thread, and with a time limit.
fn run<F: Future>(test: impl FnOnce(TempDir) -> F) {
    let builder = Builder::new_current_thread().max_blocking_threads(1);
    let runtime = builder.build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), test(folder)).await });
    limited.expect("files do not take long");
}

/// A file with this text, open for reading and writing.
async fn file(folder: &TempDir, text: &str) -> File {
    let path = folder.path().join("file");
    fs::write(&path, text).await.unwrap();
    let mut options = File::options();
    options.read(true).write(true).open(path).await.unwrap()
}

#[test]
fn a_shared_file_can_be_synced_measured_and_cut_by_several_tasks() {
    run(async |folder| {
        let file = Arc::new(file(&folder, "0123456789").await);
        let (cut, len) = join(file.set_len(4), async {
            file.sync_all().await.unwrap();
            file.metadata().await.unwrap().len()
        })
        .await;
        cut.unwrap();
        assert_eq!(
            len, 4,
            "the operations run in the order of their first polls"
        );
    });
}

#[test]
fn an_operation_that_is_dropped_does_not_block_the_next_one() {
    run(async |folder| {
        let mut file = file(&folder, "hello").await;
        let (release, held) = mpsc::channel::<()>();
        drop(spawn_blocking(move || held.recv()));
        assert!(poll!(pin!(file.metadata())).is_pending());
        drop(release);
        let mut text = String::new();
        file.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "hello");
        // The dropped operation shares the file, and into_std waits for it.
        assert_eq!(file.into_std().await.metadata().unwrap().len(), 5);
    });
}

#[test]
fn a_failed_write_fails_the_next_operation_by_reference() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "").await.unwrap();
        let mut read_only = File::open(&path).await.unwrap();
        read_only.write_all(b"refused").await.unwrap();
        read_only.metadata().await.unwrap_err();
        assert_eq!(read_only.metadata().await.unwrap().len(), 0);
    });
}

#[test]
fn into_std_waits_for_the_last_write_and_keeps_the_position() {
    run(async |folder| {
        let mut file = file(&folder, "0123456789").await;
        file.write_all(b"ab").await.unwrap();
        let mut std = file.into_std().await;
        let mut rest = String::new();
        std.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "23456789");
        std.rewind().unwrap();
        std.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "23456789ab23456789");
    });
}

#[test]
fn into_std_returns_the_file_even_after_a_failed_write() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "hello").await.unwrap();
        let mut read_only = File::open(&path).await.unwrap();
        read_only.write_all(b"refused").await.unwrap();
        let mut text = String::new();
        read_only
            .into_std()
            .await
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "hello");
    });
}

#[test]
fn try_into_std_refuses_a_file_that_has_read_ahead() {
    run(async |folder| {
        let mut file = file(&folder, "hello").await;
        file.read_exact(&mut [0; 2]).await.unwrap();
        let mut file = file.try_into_std().unwrap_err();
        let mut rest = String::new();
        file.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "llo", "the refused file is intact");
        let mut std = file.try_into_std().unwrap();
        assert_eq!(std.stream_position().unwrap(), 5);
    });
}

#[test]
fn try_into_std_refuses_a_file_with_a_running_write() {
    run(async |folder| {
        let mut file = file(&folder, "").await;
        file.write_all(b"hello").await.unwrap();
        let mut file = file.try_into_std().unwrap_err();
        file.flush().await.unwrap();
        file.try_into_std().unwrap();
    });
}

#[test]
fn a_file_of_std_goes_on_where_it_was() {
    run(async |folder: TempDir| {
        let mut std = std::fs::File::create_new(folder.path().join("new")).unwrap();
        std.write_all(b"0123456789").unwrap();
        std.seek(SeekFrom::Start(4)).unwrap();
        let mut file = File::from(std);
        assert_eq!(file.stream_position().await.unwrap(), 4);
        file.write_all(b"x").await.unwrap();
        file.flush().await.unwrap();
        let text = fs::read_to_string(folder.path().join("new")).await.unwrap();
        assert_eq!(text, "0123x56789");
    });
}

#[test]
fn one_write_takes_at_most_the_size_of_the_buffer() {
    run(async |folder| {
        let mut file = file(&folder, "").await;
        assert_eq!(file.max_buf_size(), 256 * 1024);
        file.set_max_buf_size(3);
        assert_eq!(file.max_buf_size(), 3);
        assert_eq!(file.write(b"hello").await.unwrap(), 3);
        file.write_all(b"lo").await.unwrap();
        file.seek(SeekFrom::Start(0)).await.unwrap();
        let mut buffer = [0; 5];
        assert_eq!(file.read(&mut buffer).await.unwrap(), 3);
        file.read_exact(&mut buffer[3..]).await.unwrap();
        assert_eq!(&buffer, b"hello");
    });
}

#[test]
fn times_are_set_after_earlier_writes() {
    run(async |folder| {
        let mut file = file(&folder, "").await;
        let (first, second) = (
            UNIX_EPOCH + Duration::from_secs(1_000_000_000),
            UNIX_EPOCH + Duration::from_secs(1_100_000_000),
        );
        file.write_all(b"hello").await.unwrap();
        let times = FileTimes::new().set_accessed(second).set_modified(first);
        file.set_times(times).await.unwrap();
        let metadata = file.metadata().await.unwrap();
        assert_eq!(metadata.modified().unwrap(), first);
        assert_eq!(metadata.accessed().unwrap(), second);
        file.set_modified(second).await.unwrap();
        assert_eq!(file.metadata().await.unwrap().modified().unwrap(), second);
    });
}

#[test]
fn permissions_are_set_through_the_handle() {
    run(async |folder| {
        let file = file(&folder, "").await;
        let mut permissions = file.metadata().await.unwrap().permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions).await.unwrap();
        assert!(file.metadata().await.unwrap().permissions().readonly());
    });
}

#[test]
fn write_takes_any_bytes_and_replaces_the_file() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        let text = String::from("a longer text");
        fs::write(&path, &text).await.unwrap();
        fs::write(&path, &vec![b'a', b'b']).await.unwrap();
        fs::write(&path, b"abc").await.unwrap();
        assert_eq!(fs::read(&path).await.unwrap(), b"abc");
    });
}

#[test]
fn options_have_defaults_that_open_nothing() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        OpenOptions::default().open(&path).await.unwrap_err();
        DirBuilder::default().create(&path).await.unwrap();
        assert!(fs::try_exists(&path).await.unwrap());
    });
}

#[cfg(unix)]
#[test]
fn an_entry_has_the_number_of_its_file() {
    use std::os::unix::fs::MetadataExt;
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "").await.unwrap();
        let mut entries = fs::read_dir(folder.path()).await.unwrap();
        let entry = entries.next_entry().await.unwrap().unwrap();
        assert_eq!(entry.ino(), fs::metadata(&path).await.unwrap().ino());
    });
}

#[cfg(unix)]
#[test]
fn a_descriptor_becomes_a_file() {
    use std::os::fd::OwnedFd;
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        std::fs::write(&path, "hello").unwrap();
        let descriptor = OwnedFd::from(std::fs::File::open(&path).unwrap());
        let mut text = String::new();
        File::from(descriptor)
            .read_to_string(&mut text)
            .await
            .unwrap();
        assert_eq!(text, "hello");
    });
}
