//! This crate's streams by tokio's traits, as a program uses them that was
//! written for tokio.
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

/// Everything here is over in a moment; what is not has hung.
fn run<F: Future>(awaited: &str, future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), future).await });
    limited.unwrap_or_else(|_| panic!("waited in vain for {awaited}"))
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = TcpStream::connect(listener.local_addr().unwrap());
    let here = here.await.unwrap();
    (here, listener.accept().await.unwrap().0)
}

/// Numbers, lines, and more than the kernel has room for, each through a buffer.
async fn talk(here: impl AsyncRead + AsyncWrite + Unpin, there: impl AsyncRead + Unpin) {
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
fn connections_talk_by_tokios_traits() {
    run("the end of the talk", async {
        let (here, there) = pair().await;
        talk(here, there).await;
        let (mut here, mut there) = pair().await;
        let ((reader, writer), (other, _)) = (here.split(), there.split());
        talk(tokio::io::join(reader, writer), other).await;
    });
}

#[cfg(unix)]
#[test]
fn sockets_of_the_file_system_talk_by_tokios_traits() {
    run("the end of the talk", async {
        let (here, there) = wakeful::net::UnixStream::pair().unwrap();
        talk(here, there).await;
    });
}

#[test]
fn halves_are_joined_and_streams_are_copied_by_tokios_means() {
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
        // Closes as its drop would.
        writer.shutdown().await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer");
        drop(client);
        assert_eq!(proxy.await.unwrap(), (8, 6));
    });
}

#[test]
fn files_and_pipes_are_read_and_written_by_tokios_traits() {
    run("the words of a file and of a child", async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut file = fs::File::create(&path).await.unwrap();
        file.write_all(b"hello").await.unwrap();
        file.flush().await.unwrap();
        let mut file = fs::File::open(&path).await.unwrap();
        let mut bytes = Vec::with_capacity(3);
        // Into what room there is.
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
        let mut said = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut said).await.unwrap();
        assert!(said.contains("heard"), "{said}");
    });
}
