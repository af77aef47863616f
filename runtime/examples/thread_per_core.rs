//! A server on several cores that share nothing. Each core counts its visitors in a
//! `Cell`, without a lock or an atomic.
//!
//! `cargo run -p wakeful --example thread_per_core` serves six visitors with each of
//! two ways to spread connections over the cores, and ends. With an address, it
//! serves on all cores of the machine until Ctrl-C. Try it with `nc`:
//!
//! ```text
//! cargo run -p wakeful --example thread_per_core -- 127.0.0.1:7000
//! nc 127.0.0.1 7000
//! ```

use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{cell::Cell, io, net::SocketAddr};
use wakeful::{
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::{Builder, Handle},
};

thread_local! {
    /// How many visitors this core has greeted.
    static VISITORS: Cell<u32> = const { Cell::new(0) };
}

fn main() -> io::Result<()> {
    if let Some(address) = std::env::args().nth(1) {
        let address = address.parse().map_err(io::Error::other)?;
        let runtime = Builder::new_thread_per_core().build()?;
        return runtime.block_on(async {
            println!(
                "greeting on {}, until Ctrl-C",
                listen_on_each_core(address)?
            );
            wakeful::signal::ctrl_c().await
        });
    }

    let runtime = Builder::new_thread_per_core().worker_threads(2).build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        drop(wakeful::spawn_local(hand_out(listener)));
        println!("one listener hands its connections to the cores in turn:");
        for _ in 0..6 {
            print!("  {}", visit(address).await?);
        }

        let address = listen_on_each_core("127.0.0.1:0".parse().map_err(io::Error::other)?)?;
        println!("each core has a listener, and the kernel chooses one:");
        let mut greeted = 0;
        for _ in 0..6 {
            greeted += usize::from(visit(address).await?.starts_with("core "));
        }
        println!("  {greeted} visitors were greeted");
        Ok(())
    })
}

/// Accepts on core 0, and hands each connection to the next core.
async fn hand_out(listener: TcpListener) {
    let cores = Handle::current();
    loop {
        let handed_out = async {
            let (stream, _) = listener.accept().await?;
            let stream = stream.into_std()?;
            let core = cores.next_core();
            let task = cores.spawn_on(core, move || async move {
                greet(TcpStream::from_std(stream)?, core).await
            });
            drop(task);
            Ok::<(), io::Error>(())
        };
        if let Err(error) = handed_out.await {
            eprintln!("accept: {error}");
        }
    }
}

/// Starts a listener on each core, all with the same address. The kernel chooses one by
/// the address of the visitor.
fn listen_on_each_core(address: SocketAddr) -> io::Result<SocketAddr> {
    let cores = Handle::current();
    let first = listen(address)?;
    let address = first.local_addr()?;
    drop(wakeful::spawn_local(serve(first, 0)));
    for core in 1..cores.metrics().num_workers() {
        let task = cores.spawn_on(core, move || async move {
            match listen(address) {
                Ok(listener) => serve(listener, core).await,
                Err(error) => eprintln!("core {core}: {error}"),
            }
        });
        drop(task);
    }
    Ok(address)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

async fn serve(listener: TcpListener, core: usize) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(wakeful::spawn_local(greet(stream, core))),
            Err(error) => eprintln!("accept: {error}"),
        }
    }
}

/// Greets a visitor on the core that serves it.
async fn greet(mut stream: TcpStream, core: usize) -> io::Result<()> {
    let number = VISITORS.get() + 1;
    VISITORS.set(number);
    let word = format!("core {core} greets its visitor {number}\n");
    stream.write_all(word.as_bytes()).await?;
    stream.close().await
}

async fn visit(address: SocketAddr) -> io::Result<String> {
    let mut word = String::new();
    let mut stream = TcpStream::connect(address).await?;
    stream.read_to_string(&mut word).await?;
    Ok(word)
}
