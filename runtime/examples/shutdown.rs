//! A server with a graceful shutdown. On Ctrl-C it accepts no more connections, says
//! goodbye to idle clients, lets busy ones finish, and aborts the rest after a while.
//!
//! `cargo run -p wakeful --example shutdown` shows it and ends. With an address, it
//! serves until Ctrl-C. Try it with `nc`. Each line is a number of milliseconds for
//! which the server works:
//!
//! ```text
//! cargo run -p wakeful --example shutdown -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! 3000
//! ```

use futures_util::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt,
    future::{Either, select},
    io::BufReader,
};
use std::{env, io, net::SocketAddr, pin::pin, time::Duration};
use wakeful::{
    net::{TcpListener, TcpStream},
    signal::ctrl_c,
    spawn_local,
    sync::{CancellationToken, oneshot},
    task::JoinHandle,
    time::{Instant, sleep, timeout, timeout_at},
};

/// How long connections that are busy at shutdown may go on.
const GRACE: Duration = Duration::from_secs(10);

/// The longest line that is read.
const MAX_LINE: u64 = 64;

fn main() -> io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        let Some(address) = env::args().nth(1) else {
            return demo().await;
        };
        let listener = TcpListener::bind(address).await?;
        println!("working on {}, until Ctrl-C", listener.local_addr()?);
        serve(listener, ctrl_c(), GRACE).await
    })
}

/// Serves until `end`, and then for at most `grace`.
async fn serve(
    listener: TcpListener,
    end: impl Future<Output = io::Result<()>>,
    grace: Duration,
) -> io::Result<()> {
    let closing = CancellationToken::new();
    let mut connections: Vec<JoinHandle<io::Result<()>>> = Vec::new();
    let mut end = pin!(end);
    loop {
        match select(end.as_mut(), pin!(listener.accept())).await {
            Either::Left((ended, _)) => break ended?,
            Either::Right((Ok((stream, _)), _)) => {
                connections.retain(|connection| !connection.is_finished());
                connections.push(spawn_local(serve_one(stream, closing.clone())));
            }
            // If the system has no descriptors left, `accept` has waited already.
            Either::Right((Err(error), _)) => eprintln!("accept: {error}"),
        }
    }

    drop(listener);
    closing.cancel();
    let deadline = Instant::now() + grace;
    let mut aborted = 0;
    for mut connection in connections {
        if timeout_at(deadline, &mut connection).await.is_err() {
            connection.abort();
            aborted += 1;
        }
    }
    println!("server: stopped, connections aborted: {aborted}");
    Ok(())
}

/// Works as long as each line says. The shutdown ends a wait for a line, but not the
/// work.
async fn serve_one(stream: TcpStream, closing: CancellationToken) -> io::Result<()> {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    loop {
        line.clear();
        let mut next = (&mut reader).take(MAX_LINE);
        let asked = match select(pin!(closing.cancelled()), pin!(next.read_line(&mut line))).await {
            Either::Left(_cancelled) => break (&stream).write_all(b"goodbye\n").await?,
            Either::Right((asked, _)) => asked?,
        };
        if asked == 0 {
            break;
        }
        let Ok(milliseconds) = line.trim().parse() else {
            (&stream).write_all(b"how many milliseconds?\n").await?;
            continue;
        };
        let begun = format!("working {milliseconds} ms\n");
        (&stream).write_all(begun.as_bytes()).await?;
        sleep(Duration::from_millis(milliseconds)).await;
        (&stream).write_all(b"done\n").await?;
    }
    (&stream).close().await
}

/// Three clients: one idle, one with a little work, and one with endless work.
async fn demo() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (end, ended) = oneshot::channel::<()>();
    let server = spawn_local(async move {
        let end = async {
            let _ended = ended.await;
            Ok(())
        };
        serve(listener, end, Duration::from_millis(600)).await
    });

    let idle = client(address, 0).await?;
    let busy = client(address, 100).await?;
    let endless = client(address, 99_999_999).await?;
    println!("client: asks the server to stop");
    let _ = end.send(());
    for (name, client) in [("idle", idle), ("busy", busy), ("endless", endless)] {
        println!("{name} client: received {:?}", rest_of(client).await);
    }
    server.await?
}

/// A client whose work the server has begun.
async fn client(address: SocketAddr, milliseconds: u64) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let ask = format!("{milliseconds}\n");
    stream.write_all(ask.as_bytes()).await?;
    let mut begun = format!("working {milliseconds} ms\n").into_bytes();
    stream.read_exact(&mut begun).await?;
    Ok(stream)
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut received = Vec::new();
    // The server may cut the connection off. The bytes received so far show that.
    let _ = timeout(GRACE, stream.read_to_end(&mut received)).await;
    String::from_utf8_lossy(&received).into_owned()
}
