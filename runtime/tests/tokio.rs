//! The streams of this crate through tokio's traits, as in a program that was written
//! for tokio.
#![cfg(all(feature = "tokio", not(any(loom, miri))))]

use futures_util::future::join;
use std::{io, process::Stdio, time::Duration};
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt, BufReader,
    BufWriter,
};
use wakeful::{
    Runtime, fs,
    net::{TcpListener, TcpStream},
    process::Command,
    spawn_local,
    time::timeout,
};

/// Runs `future` with a time limit. Each of these tests takes a moment.
fn run<F: Future>(awaited: &str, future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), future).await });
    limited.unwrap_or_else(|_| panic!("waited without success for {awaited}"))
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = TcpStream::connect(listener.local_addr().unwrap());
    let here = here.await.unwrap();
    (here, listener.accept().await.unwrap().0)
}

/// Sends numbers, lines and more bytes than the kernel buffers, through buffers.
async fn exchange(here: impl AsyncRead + AsyncWrite + Unpin, there: impl AsyncRead + Unpin) {
    const MANY: u32 = 1 << 20;
    let writes = async {
        let mut here = BufWriter::new(here);
        here.write_u32(MANY).await?;
        here.write_all(b"a line\nand another\n").await?;
        here.write_all(&vec![7; MANY as usize]).await?;
        here.shutdown().await
    };
    let reads = async {
        let mut there = BufReader::new(there);
        assert_eq!(there.read_u32().await?, MANY);
        let mut lines = String::new();
        there.read_line(&mut lines).await?;
        there.read_line(&mut lines).await?;
        assert_eq!(lines, "a line\nand another\n");
        there.read_to_end(&mut Vec::new()).await
    };
    let (written, read) = join(writes, reads).await;
    written.unwrap();
    assert_eq!(read.unwrap(), MANY as usize);
}

#[test]
fn tcp_streams_and_their_halves_work_with_tokios_traits() {
    run("the end of the exchange", async {
        let (here, there) = pair().await;
        exchange(here, there).await;
        let (mut here, mut there) = pair().await;
        let ((reader, writer), (other, _)) = (here.split(), there.split());
        exchange(tokio::io::join(reader, writer), other).await;
    });
}

#[cfg(unix)]
#[test]
fn unix_streams_work_with_tokios_traits() {
    run("the end of the exchange", async {
        let (here, there) = wakeful::net::UnixStream::pair().unwrap();
        exchange(here, there).await;
    });
}

#[test]
fn owned_halves_and_copy_bidirectional_work_with_tokios_traits() {
    run("an answer through a proxy", async {
        let (mut client, mut one) = pair().await;
        let (mut other, server) = pair().await;
        let proxy = spawn_local(async move {
            tokio::io::copy_bidirectional(&mut one, &mut other)
                .await
                .unwrap()
        });
        let (mut reader, mut writer) = server.into_split();
        client.write_all(b"question").await.unwrap();
        let mut question = [0; 8];
        reader.read_exact(&mut question).await.unwrap();
        writer.write_all(b"answer").await.unwrap();
        // Closes the direction, like dropping the half.
        writer.shutdown().await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer");
        drop(client);
        assert_eq!(proxy.await.unwrap(), (8, 6));
    });
}

#[test]
fn files_and_pipes_work_with_tokios_traits() {
    run("the bytes of a file and of a child", async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = fs::File::create(&path).await.unwrap();
        file.write_all(b"hello").await.unwrap();
        file.flush().await.unwrap();
        let mut file = fs::File::open(&path).await.unwrap();
        let mut bytes = Vec::with_capacity(3);
        // Reads only as much as the vector has capacity for.
        assert_eq!(file.read_buf(&mut bytes).await.unwrap(), 3);
        assert_eq!(bytes, b"hel");
        assert_eq!(file.stream_position().await.unwrap(), 3);
        file.seek(io::SeekFrom::End(-1)).await.unwrap();
        assert_eq!(file.read_u8().await.unwrap(), b'o');
        file.rewind().await.unwrap();
        assert_eq!(file.read_u8().await.unwrap(), b'h');

        let child = Command::new("rustc")
            .arg("-")
            .arg("--crate-type=lib")
            .arg("--emit=metadata")
            .arg("-o")
            .arg(folder.path().join("out"))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin
            .write_all(b"compile_error!(\"heard\");")
            .await
            .unwrap();
        drop(stdin);
        let mut errors = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut errors).await.unwrap();
        assert!(errors.contains("heard"), "{errors}");
    });
}
