//! A server that may have 20 open files, and 24 meters that connect.
//! `-- threads` or `-- loop` chooses the server.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use waiting::Message;

/// The server's process: lowers its own limit of open files, then serves.
#[cfg(unix)]
fn server(name: &str) -> io::Result<()> {
    use rustix::process::{Resource, getrlimit, setrlimit};
    use std::net::{Ipv4Addr, TcpListener};
    use waiting::{EventLoop, Rules, threads};

    const RULES: Rules =
        Rules { deadline: Duration::from_mins(1), heartbeat: Duration::from_mins(1) };
    const FILES: u64 = 20;
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        rustix::process::Rlimit { current: Some(FILES), ..limit },
    )?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?);
    if name == "threads" {
        threads::run(&listener, RULES, 64 * 1024);
    }
    let mut event_loop = EventLoop::new(listener, RULES)?;
    loop {
        event_loop.turn()?;
    }
}

#[cfg(not(unix))]
fn server(_: &str) -> io::Result<()> {
    Err(io::Error::other("this example needs a Unix system"))
}

/// Sends a reading, and says whether the answer comes within `patience`.
fn answered(meter: &mut TcpStream, patience: Duration) -> io::Result<bool> {
    let mut reading = Vec::new();
    Message::Reading(1).encode(&mut reading);
    meter.write_all(&reading)?;
    hears(meter, patience)
}

fn hears(meter: &mut TcpStream, patience: Duration) -> io::Result<bool> {
    meter.set_read_timeout(Some(patience))?;
    Ok(meter.read_exact(&mut [0; 6]).is_ok())
}

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    if !["threads", "loop"].contains(&&*name) {
        return Err(io::Error::other("say which server: `-- threads` or `-- loop`"));
    }
    if arguments.next().as_deref() == Some("serve") {
        return server(&name);
    }
    let mut child = Command::new(env::current_exe()?)
        .args([&*name, "serve"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut address = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut address)?;
    }
    let result = meters(address.trim().parse().map_err(io::Error::other)?);
    child.kill()?;
    child.wait()?;
    result
}

fn meters(address: SocketAddr) -> io::Result<()> {
    let mut meters = Vec::new();
    for _ in 0..24 {
        meters.push(TcpStream::connect(address)?);
    }
    let (mut served, mut waiting) = (Vec::new(), Vec::new());
    for mut meter in meters {
        if answered(&mut meter, Duration::from_millis(200))? {
            served.push(meter);
        } else {
            waiting.push(meter);
        }
    }
    match (served.is_empty(), waiting.is_empty()) {
        (false, false) => println!("some of 24 meters are served, the others wait"),
        _ => println!("{} served, {} waiting", served.len(), waiting.len()),
    }
    drop(served);
    println!("the served meters disconnect");
    let mut late = 0;
    for meter in &mut waiting {
        late += usize::from(hears(meter, Duration::from_secs(10))?);
    }
    if late == waiting.len() {
        println!("now every waiting meter has its answer");
    } else {
        println!("{late} of {} waiting meters have an answer", waiting.len());
    }
    Ok(())
}
