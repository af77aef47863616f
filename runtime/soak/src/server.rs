//! The server: the end that does what the client asks for.

use crate::{
    flavour::Flavour,
    random::Random,
    state::{Count, EndState, RequestedPanic},
    wire::{Frame, HEADER, Kind, LOST_AFTER, Trouble, receive, receive_some, send, within},
};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{
    io,
    net::{self, SocketAddr},
    panic::panic_any,
    sync::{Arc, mpsc as std_mpsc},
    time::Duration,
};
use wakeful::{
    net::{TcpListener, TcpStream},
    spawn, spawn_blocking,
    sync::{mpsc, oneshot},
    task::AbortHandle,
    time::{Instant, sleep},
};

/// The number of ports. Each can have 28,000 connections that are open, or that were
/// open until a minute ago.
const LISTENERS: usize = 16;

/// Serves until the round is over and every connection has ended. Sends its addresses.
pub async fn serve(
    state: Arc<EndState>,
    flavour: Flavour,
    sender: std_mpsc::Sender<Vec<SocketAddr>>,
) {
    let listeners = (0..LISTENERS).map(|_| {
        let listener = net::TcpListener::bind("127.0.0.1:0")?;
        Ok((listener.local_addr()?, listener))
    });
    let (addresses, listeners): (Vec<_>, Vec<_>) = match listeners.collect::<io::Result<Vec<_>>>() {
        Ok(both) => both.into_iter().unzip(),
        Err(error) => return state.fault(format!("cannot listen: {error}")),
    };
    // If the round has failed already, no thread receives this.
    let _ = sender.send(addresses);
    let acceptors: Vec<_> = listeners
        .into_iter()
        .map(|listener| flavour.spawn(accept(listener, Arc::clone(&state))))
        .collect();
    state.stop.cancelled().await;
    let deadline = Instant::now() + LOST_AFTER;
    while state.open() > 0 {
        if Instant::now() > deadline {
            let open = state.open();
            state.fault(format!("{open} connections did not end"));
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    for acceptor in acceptors {
        acceptor.abort();
        let _ = acceptor.await;
    }
}

async fn accept(listener: net::TcpListener, state: Arc<EndState>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return state.fault(format!("cannot listen: {error}")),
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let (send_handle, own_handle) = oneshot::channel();
                let task = spawn(connection(stream, own_handle, Arc::clone(&state)));
                let _ = send_handle.send(task.abort_handle());
            }
            Err(error) => state.fault(format!("accept failed: {error}")),
        }
    }
}

async fn connection(
    stream: TcpStream,
    own_handle: oneshot::Receiver<AbortHandle>,
    state: Arc<EndState>,
) {
    let _open = state.opened();
    let Ok(own) = own_handle.await else {
        return state.fault("a task did not receive its own handle".to_owned());
    };
    match converse(stream, &own, &state).await {
        Ok(()) => {}
        Err(Trouble::CutOff) => state.count(Count::CutOff),
        Err(Trouble::Reset) => state.count(Count::Resets),
        Err(Trouble::Silence) => state.fault("a connection was silent for too long".to_owned()),
        Err(Trouble::Fault(what)) => state.fault(format!("server: {what}")),
    }
}

async fn converse(
    stream: TcpStream,
    own: &AbortHandle,
    state: &Arc<EndState>,
) -> Result<(), Trouble> {
    let stream = Arc::new(stream);
    let mut frames = 0_u64;
    while let Some(frame) = within(LOST_AFTER, next(&stream)).await? {
        frames += 1;
        let mut random = Random::new(frame.seed);
        match frame.kind {
            Kind::Slow => sleep(frame.wait()).await,
            Kind::Compute => compute(&frame).await?,
            Kind::Relay => {
                within(LOST_AFTER, relay(&stream, frame)).await?;
                state.add(Count::Bytes, frame.up.into());
                continue;
            }
            Kind::Impatient => {
                let payload = receive(&stream, frame.payload(), frame.up);
                match within(frame.wait(), payload).await {
                    Err(Trouble::Silence) => state.count(Count::Timeouts),
                    ended => ended?,
                }
                return Ok(());
            }
            Kind::Panic => {
                state.count(Count::Panics);
                panic_any(RequestedPanic);
            }
            Kind::Abort => {
                let (own, state) = (own.clone(), Arc::clone(state));
                drop(spawn(async move {
                    sleep(frame.wait()).await;
                    if !own.is_finished() {
                        state.count(Count::Aborts);
                    }
                    own.abort();
                }));
                continue;
            }
            Kind::Exchange | Kind::Goodbye | Kind::Reset => {}
        }
        within(LOST_AFTER, receive(&stream, frame.payload(), frame.up)).await?;
        state.add(Count::Bytes, frame.up.into());
        if frame.kind == Kind::Reset {
            let half = send(&stream, frame.answer(), frame.down / 2, &mut random);
            within(LOST_AFTER, half).await?;
            stream.set_linger(Some(Duration::ZERO))?;
            state.count(Count::Resets);
            return Ok(());
        }
        let answer = send(&stream, frame.answer(), frame.down, &mut random);
        within(LOST_AFTER, answer).await?;
        state.count(Count::Exchanges);
        if frame.kind == Kind::Goodbye {
            (&*stream).close().await?;
            within(LOST_AFTER, receive_some(&stream, frame.payload(), 0)).await?;
            state.count(Count::HalfCloses);
            return Ok(());
        }
    }
    // The client has ended its direction properly, and gets the number of frames.
    (&*stream).write_all(&frames.to_le_bytes()).await?;
    state.count(Count::HalfCloses);
    Ok(())
}

/// The next header, or `None` at the end of the stream.
async fn next(mut stream: &TcpStream) -> Result<Option<Frame>, Trouble> {
    let mut header = [0; HEADER];
    let mut received = 0;
    while received < HEADER {
        match stream.read(&mut header[received..]).await? {
            0 if received == 0 => return Ok(None),
            0 => return Err(Trouble::CutOff),
            count => received += count,
        }
    }
    match Frame::decode(&header) {
        Some(frame) => Ok(Some(frame)),
        None => Err(Trouble::Fault(format!("{header:?} is not a header"))),
    }
}

async fn compute(frame: &Frame) -> Result<(), Trouble> {
    let seed = frame.seed;
    let expected = (0..1000).fold(seed, |sum, n| crate::random::mix(sum ^ n));
    let work = spawn_blocking(move || (0..1000).fold(seed, |sum, n| crate::random::mix(sum ^ n)));
    match work.await {
        Ok(sum) if sum == expected => Ok(()),
        answer => Err(Trouble::Fault(format!(
            "the blocking pool returned {answer:?}"
        ))),
    }
}

/// This task reads and another writes. The channel between them is often full.
async fn relay(stream: &Arc<TcpStream>, frame: Frame) -> Result<(), Trouble> {
    let (pieces, mut due) = mpsc::channel::<u32>(4);
    let writer = {
        let stream = Arc::clone(stream);
        spawn(async move {
            let mut keys = frame.answer();
            let mut piece = [0; 1024];
            while let Some(length) = due.recv().await {
                let piece = &mut piece[..length as usize];
                keys.fill(piece);
                (&*stream).write_all(piece).await?;
            }
            Ok::<(), Trouble>(())
        })
    };
    let mut keys = frame.payload();
    let mut piece = [0; 1024];
    let mut left = frame.up as usize;
    while left > 0 {
        let most = left.min(piece.len());
        let count = (&**stream).read(&mut piece[..most]).await?;
        if count == 0 {
            return Err(Trouble::CutOff);
        }
        keys.check(&piece[..count])?;
        left -= count;
        let length = u32::try_from(count).expect("a piece is short");
        if pieces.send(length).await.is_err() {
            break;
        }
    }
    drop(pieces);
    match writer.await {
        Ok(wrote) => wrote,
        Err(error) => Err(Trouble::Fault(error.to_string())),
    }
}
