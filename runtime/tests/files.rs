//! Real files, through the blocking pool.
#![cfg(not(any(loom, miri)))]

use futures_util::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use std::{
    collections::HashSet,
    io::{IoSlice, SeekFrom},
    pin::pin,
    sync::mpsc,
    task::{Context, Waker},
    time::Duration,
};
use tempfile::TempDir;
use wakeful::{
    fs::{self, File},
    runtime::Builder,
    spawn_blocking,
    time::timeout,
};

/// Runs `test` with a time limit. Each of these tests takes a moment.
fn run<F: Future>(test: impl FnOnce(TempDir) -> F) {
    let builder = Builder::new_current_thread().max_blocking_threads(1);
    let runtime = builder.build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), test(folder)).await });
    limited.expect("the files to be ready in time");
}

/// Polls a future while the only thread of the blocking pool is busy, and drops it. It
/// must be pending.
fn drop_while_pending<T>(future: impl Future<Output = T>) {
    let (release, held) = mpsc::channel::<()>();
    drop(spawn_blocking(move || held.recv()));
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    drop(release);
}

async fn text_file(folder: &TempDir, text: &str) -> File {
    let path = folder.path().join("file");
    fs::write(&path, text).await.unwrap();
    let mut options = File::options();
    options.read(true).write(true).open(path).await.unwrap()
}

#[test]
fn whole_files_are_written_and_read() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "twelve bytes").await.unwrap();
        assert_eq!(fs::read(&path).await.unwrap(), b"twelve bytes");
        assert_eq!(fs::read_to_string(&path).await.unwrap(), "twelve bytes");
        assert_eq!(fs::metadata(&path).await.unwrap().len(), 12);
        let other = folder.path().join("other");
        assert_eq!(fs::copy(&path, &other).await.unwrap(), 12);
        fs::rename(&other, &path).await.unwrap();
        assert!(!fs::try_exists(&other).await.unwrap());
        fs::remove_file(&path).await.unwrap();
        let gone = fs::read(&path).await.unwrap_err();
        assert_eq!(gone.kind(), std::io::ErrorKind::NotFound);
    });
}

#[test]
fn hard_links_share_a_file_and_symlinks_point_to_it() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "one file").await.unwrap();
        let hard = folder.path().join("hard");
        fs::hard_link(&path, &hard).await.unwrap();
        let not_a_link = fs::read_link(&hard).await.unwrap_err();
        assert_eq!(not_a_link.kind(), std::io::ErrorKind::InvalidInput);
        #[cfg(unix)]
        {
            let soft = folder.path().join("soft");
            fs::symlink(&path, &soft).await.unwrap();
            assert_eq!(fs::read_link(&soft).await.unwrap(), path);
            assert_eq!(fs::read_to_string(&soft).await.unwrap(), "one file");
            fs::remove_file(&path).await.unwrap();
            assert!(!fs::try_exists(&soft).await.unwrap());
        }
        assert_eq!(fs::read_to_string(&hard).await.unwrap(), "one file");
    });
}

#[test]
fn more_bytes_than_one_operation_moves_are_written_and_read() {
    run(async |folder: TempDir| {
        let data: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let path = folder.path().join("file");
        let mut file = File::create(&path).await.unwrap();
        file.write_all(&data).await.unwrap();
        file.flush().await.unwrap();
        let mut all = Vec::new();
        let mut file = File::open(&path).await.unwrap();
        file.read_to_end(&mut all).await.unwrap();
        assert!(all == data, "the bytes read are the bytes written");
    });
}

#[test]
fn the_position_in_a_file_is_that_of_its_reader() {
    run(async |folder: TempDir| {
        let mut file = text_file(&folder, "0123456789").await;
        let mut three = [0; 3];
        // The first read brings all ten bytes into memory.
        file.read_exact(&mut three).await.unwrap();
        assert_eq!(&three, b"012");
        // The position is after the bytes that were returned. A seek starts there ...
        assert_eq!(file.stream_position().await.unwrap(), 3);
        file.seek(SeekFrom::Current(2)).await.unwrap();
        file.read_exact(&mut three).await.unwrap();
        assert_eq!(&three, b"567");
        // ... and so does a write.
        file.write_all(b"X").await.unwrap();
        file.read_exact(&mut three[..1]).await.unwrap();
        assert_eq!(&three[..1], b"9");
        file.seek(SeekFrom::Start(0)).await.unwrap();
        let mut all = String::new();
        file.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "01234567X9");
    });
}

#[test]
fn a_dropped_read_loses_no_bytes() {
    run(async |folder: TempDir| {
        let mut file = text_file(&folder, "hello").await;
        let mut buffer = [0; 8];
        drop_while_pending(file.read(&mut buffer));
        let mut all = String::new();
        file.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "hello");
    });
}

#[test]
fn the_next_operation_returns_the_error_of_a_failed_write() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "").await.unwrap();
        let mut read_only = File::open(&path).await.unwrap();
        read_only.write_all(b"this fails").await.unwrap();
        read_only.flush().await.unwrap_err();
        // The error was returned once, and the file can be used again.
        read_only.flush().await.unwrap();
        read_only.sync_all().await.unwrap();
    });
}

#[test]
fn a_vectored_write_takes_more_than_its_first_buffer() {
    run(async |folder: TempDir| {
        let mut file = text_file(&folder, "").await;
        let buffers = ["one, ", "", "two, ", "three"].map(|text| IoSlice::new(text.as_bytes()));
        assert_eq!(file.write_vectored(&buffers).await.unwrap(), 15);
        file.flush().await.unwrap();
        let written = fs::read_to_string(folder.path().join("file"))
            .await
            .unwrap();
        assert_eq!(written, "one, two, three");
    });
}

#[test]
fn operations_on_a_file_see_the_bytes_written_before() {
    run(async |folder: TempDir| {
        let mut file = text_file(&folder, "").await;
        file.write_all(&[7; 5000]).await.unwrap();
        assert_eq!(file.metadata().await.unwrap().len(), 5000);
        file.set_len(3).await.unwrap();
        file.sync_data().await.unwrap();
        file.seek(SeekFrom::Start(0)).await.unwrap();
        let mut all = Vec::new();
        file.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, [7; 3]);
    });
}

#[test]
fn a_directory_is_listed_completely_even_if_waits_are_dropped() {
    run(async |folder: TempDir| {
        let inner = folder.path().join("some/where");
        fs::create_dir_all(&inner).await.unwrap();
        for name in 0..150 {
            fs::write(inner.join(name.to_string()), "").await.unwrap();
        }
        let mut entries = fs::read_dir(&inner).await.unwrap();
        let mut names = HashSet::new();
        while let Some(entry) = entries.next_entry().await.unwrap() {
            names.insert(entry.file_name());
            // At these points, the next entries must be fetched.
            if names.len() == 64 || names.len() == 128 {
                drop_while_pending(entries.next_entry());
            }
        }
        assert_eq!(names.len(), 150);
        fs::remove_dir_all(folder.path().join("some"))
            .await
            .unwrap();
        assert!(!fs::try_exists(&inner).await.unwrap());
    });
}

#[test]
fn a_directory_entry_has_a_type_and_metadata() {
    run(async |folder: TempDir| {
        fs::create_dir(folder.path().join("inner")).await.unwrap();
        let mut entries = fs::read_dir(folder.path()).await.unwrap();
        let entry = entries.next_entry().await.unwrap().unwrap();
        assert_eq!(entry.file_name(), "inner");
        assert!(entry.file_type().await.unwrap().is_dir());
        assert!(entry.metadata().await.unwrap().is_dir());
        assert!(entries.next_entry().await.unwrap().is_none());
        fs::remove_dir(entry.path()).await.unwrap();
    });
}

#[test]
fn create_new_fails_if_the_file_exists() {
    run(async |folder: TempDir| {
        let path = folder.path().join("new");
        let mut file = File::create_new(&path).await.unwrap();
        file.write_all(b"hello").await.unwrap();
        file.flush().await.unwrap();
        let error = File::create_new(&path).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).await.unwrap(), b"hello");
    });
}

#[test]
fn a_cloned_or_converted_file_continues_at_the_readers_position() {
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        fs::write(&path, "hello, world").await.unwrap();
        let mut file = File::open(&path).await.unwrap();
        let mut word = [0; 5];
        // By now the system has read the whole file.
        file.read_exact(&mut word).await.unwrap();
        let mut twin = file.try_clone().await.unwrap();
        let mut comma = [0; 2];
        twin.read_exact(&mut comma).await.unwrap();
        assert_eq!(&comma, b", ");
        drop(file);
        let std = twin.into_std().await;
        let rest = spawn_blocking(move || std::io::read_to_string(std));
        assert_eq!(rest.await.unwrap().unwrap(), "world");
    });
}

#[cfg(unix)]
#[test]
fn an_open_file_has_a_descriptor_and_metadata() {
    use std::os::{
        fd::{AsFd, AsRawFd},
        unix::fs::MetadataExt,
    };
    run(async |folder: TempDir| {
        let path = folder.path().join("file");
        let file = File::create(&path).await.unwrap();
        let descriptor = file.as_fd();
        assert_eq!(descriptor.as_raw_fd(), file.as_raw_fd());
        let std_file = std::fs::File::from(descriptor.try_clone_to_owned().unwrap());
        let known = file.metadata().await.unwrap();
        assert_eq!(std_file.metadata().unwrap().ino(), known.ino());
    });
}

#[cfg(unix)]
#[test]
fn files_and_folders_are_created_with_their_mode() {
    use std::os::unix::fs::PermissionsExt;
    use wakeful::fs::DirBuilder;

    run(async |folder: TempDir| {
        let (secret, key) = (folder.path().join("a/secret"), folder.path().join("a/key"));
        DirBuilder::new().create(&secret).await.unwrap_err();
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(&secret).await.unwrap();
        builder.create(&secret).await.unwrap();
        let mut options = File::options();
        options.write(true).create(true).mode(0o600);
        drop(options.open(&key).await.unwrap());
        for (path, expected) in [(secret, 0o700), (key, 0o600)] {
            let metadata = fs::metadata(path).await.unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, expected);
        }
    });
}

#[test]
fn a_failed_seek_keeps_the_position() {
    run(async |folder| {
        let mut file = text_file(&folder, "0123456789").await;
        let mut first = [0];
        file.read_exact(&mut first).await.unwrap();
        file.seek(SeekFrom::Current(-5)).await.unwrap_err();
        file.write_all(b"X").await.unwrap();
        file.flush().await.unwrap();
        file.seek(SeekFrom::Current(-5)).await.unwrap_err();
        let mut rest = String::new();
        file.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "23456789");
    });
}

#[test]
fn bytes_that_set_len_cut_off_are_not_read() {
    run(async |folder| {
        let mut file = text_file(&folder, "0123456789").await;
        file.read_exact(&mut [0]).await.unwrap();
        file.set_len(3).await.unwrap();
        let mut rest = String::new();
        file.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "12");
    });
}
