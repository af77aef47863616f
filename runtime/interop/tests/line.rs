//! Plain TCP and TLS behind one object: the client and the server do not know which of them they use.

use std::io;

use futures_rustls::pki_types::ServerName;
use futures_util::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use wakeful::{
    net::{TcpListener, TcpStream},
    spawn,
};
use wakeful_dynamic::{Cached, dyn_async};
use wakeful_interop::{Trust, run};

/// A connection that carries bytes both ways.
#[dyn_async(Send)]
trait Line: Send {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize>;
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Tells the other end that no more bytes follow. A line is closed once.
    #[dyn_async(once)]
    async fn close(&mut self) -> io::Result<()>;
}

/// Any stream of `futures-io` is a line.
struct Io<S>(S);

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Line for Io<S> {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await?;
        self.0.flush().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.0.close().await
    }
}

/// Makes lines of new sockets.
#[dyn_async(Send)]
trait Security: Send + Sync {
    async fn accept(&self, stream: TcpStream) -> io::Result<LineBox<'static>>;
    async fn connect(&self, stream: TcpStream) -> io::Result<LineBox<'static>>;
}

struct Plain;

impl Security for Plain {
    async fn accept(&self, stream: TcpStream) -> io::Result<LineBox<'static>> {
        Ok(LineBox::new(Cached::new(Io(stream))))
    }

    async fn connect(&self, stream: TcpStream) -> io::Result<LineBox<'static>> {
        Ok(LineBox::new(Cached::new(Io(stream))))
    }
}

impl Security for Trust {
    async fn accept(&self, stream: TcpStream) -> io::Result<LineBox<'static>> {
        let stream = self.acceptor.accept(stream).await?;
        Ok(LineBox::new(Cached::new(Io(stream))))
    }

    async fn connect(&self, stream: TcpStream) -> io::Result<LineBox<'static>> {
        let name = ServerName::try_from("localhost").expect("a valid name");
        let stream = self.connector.connect(name, stream).await?;
        Ok(LineBox::new(Cached::new(Io(stream))))
    }
}

/// Sends back what it receives. Returns how many bytes that were.
async fn echo(mut line: LineBox<'static>) -> io::Result<usize> {
    let mut buffer = vec![0; 4096];
    let mut sum = 0;
    loop {
        match line.read(&mut buffer).await? {
            0 => break,
            read => {
                line.write(&buffer[..read]).await?;
                sum += read;
            }
        }
    }
    line.close().await?;
    Ok(sum)
}

async fn talk(mut line: LineBox<'static>) -> io::Result<String> {
    let mut answers = String::new();
    let mut buffer = [0; 64];
    for reading in ["water 17\n", "heat 4\n"] {
        line.write(reading.as_bytes()).await?;
        while !answers.ends_with(reading) {
            let read = line.read(&mut buffer).await?;
            assert!(read > 0, "the server answers before it closes");
            answers += std::str::from_utf8(&buffer[..read]).unwrap();
        }
    }
    line.close().await?;
    assert_eq!(line.read(&mut buffer).await?, 0);
    Ok(answers)
}

/// What the client received, and how many bytes the server sent back.
async fn converse(security: SecurityBox<'static>) -> io::Result<(String, usize)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stream = TcpStream::connect(listener.local_addr()?).await?;
    let (accepted, _) = listener.accept().await?;
    let (client, server) = wakeful::try_join!(security.connect(stream), security.accept(accepted))?;
    let server = spawn(echo(server));
    let answers = talk(client).await?;
    Ok((answers, server.await.expect("the server does not panic")?))
}

#[test]
fn a_conversation_is_the_same_over_tcp_and_tls() {
    run("the conversation", async {
        let plain = SecurityBox::new(Cached::new(Plain));
        let tls = SecurityBox::new(Cached::new(Trust::new()));
        let expected = ("water 17\nheat 4\n".to_owned(), 16);
        assert_eq!(converse(plain).await.unwrap(), expected);
        assert_eq!(converse(tls).await.unwrap(), expected);
    });
}

#[test]
fn only_tls_hides_the_bytes_on_the_wire() {
    /// Whether the first bytes of a client are the text that it sends.
    async fn shows_text(security: SecurityBox<'static>) -> bool {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut wire, _) = listener.accept().await.unwrap();
        let client = async {
            let mut line = security.connect(stream).await?;
            line.write(b"water 17\n").await
        };
        let mut first = [0; 5];
        let listening = async {
            wire.read_exact(&mut first).await.unwrap();
            drop(wire);
        };
        let (_, ()) = wakeful::join!(client, listening);
        &first == b"water"
    }
    run("the first bytes", async {
        assert!(shows_text(SecurityBox::new(Cached::new(Plain))).await);
        assert!(!shows_text(SecurityBox::new(Cached::new(Trust::new()))).await);
    });
}
