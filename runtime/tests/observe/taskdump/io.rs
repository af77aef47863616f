//! Sockets, pipes, processes and signals that a task can wait for.

use super::{assert_waits_for, run, waits};
use crate::support::settle_reactor;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use wakeful::net::{TcpListener, TcpStream, UdpSocket};
use wakeful::spawn_local;

#[test]
fn a_dump_names_tcp_and_udp_sockets() {
    run("sockets", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let text = format!("readable: tcp listener {address}");
        let accept = async move { listener.accept().await.unwrap().0 };
        let accepting = assert_waits_for(&text, accept).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        let mut server = accepting.await.unwrap();

        let (here, there) = (server.local_addr().unwrap(), server.peer_addr().unwrap());
        let text = format!("readable: tcp stream {here} → {there}");
        let read = async move {
            server.read_exact(&mut [0]).await.unwrap();
            server
        };
        let reading = assert_waits_for(&text, read).await;
        client.write_all(b"x").await.unwrap();
        let mut server = reading.await.unwrap();

        let text = format!("writable: tcp stream {here} → {there}");
        let write = async move {
            let block = vec![0; 1 << 16];
            loop {
                server.write_all(&block).await.unwrap();
            }
        };
        let task = spawn_local(write);
        while waits(task.id()).is_empty() {
            settle_reactor().await;
        }
        assert_eq!(waits(task.id())[0].0, text);
        task.abort();

        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let here = socket.local_addr().unwrap();
        let text = format!("readable: udp socket {here}");
        let receive = async move { socket.recv(&mut [0; 8]).await };
        assert_waits_for(&text, receive).await.abort();
    });
}

#[cfg(unix)]
#[test]
fn a_dump_names_unix_sockets_and_descriptors() {
    use std::os::fd::AsRawFd;
    use wakeful::{
        io::AsyncFd,
        net::{UnixListener, UnixStream},
    };

    run("unix sockets", async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let text = format!("readable: unix listener {}", path.display());
        let accept = async move { listener.accept().await.map(drop) };
        assert_waits_for(&text, accept).await.abort();

        let (mut one, other) = UnixStream::pair().unwrap();
        let read = async move { one.read(&mut [0; 8]).await };
        assert_waits_for("readable: unix stream", read)
            .await
            .abort();
        drop(other);

        let (reader, writer) = std::io::pipe().unwrap();
        let text = format!("readable: descriptor {}", reader.as_raw_fd());
        let watched = AsyncFd::new(reader).unwrap();
        let readable = async move { watched.readable().await.map(drop) };
        assert_waits_for(&text, readable).await.abort();
        drop(writer);
    });
}

#[cfg(unix)]
#[test]
fn a_dump_names_children_pipes_and_signals() {
    use wakeful::{
        process::{Command, Stdio},
        signal::signal,
    };

    run("a child", async {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let read = async move { stdout.read(&mut [0; 8]).await };
        let reading = assert_waits_for("readable: pipe", read).await;

        // The input stays open, so the child does not exit.
        let stdin = child.stdin.take();
        let text = format!("child process {}", child.id().unwrap());
        let waiting = assert_waits_for(&text, async move { child.wait().await }).await;
        drop(stdin);
        assert!(waiting.await.unwrap().unwrap().success());
        reading.abort();

        let mut signals = signal(libc::SIGUSR1).unwrap();
        let text = format!("signal {}", libc::SIGUSR1);
        assert_waits_for(&text, async move { signals.recv().await })
            .await
            .abort();
    });
}
