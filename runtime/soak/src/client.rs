//! The client: the end that decides how both ends behave.

use crate::{
    flavour::Flavour,
    random::Random,
    state::{Count, EndState, Open, RequestedPanic},
    wire::{Frame, Kind, LOST_AFTER, Trouble, receive, receive_some, send, within},
};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{io, net::SocketAddr, panic::panic_any, sync::Arc, time::Duration};
use wakeful::{
    net::TcpStream,
    spawn,
    sync::{Barrier, Semaphore},
    time::{sleep, timeout},
};

/// What all connections share.
struct World {
    state: Arc<EndState>,
    addresses: Vec<SocketAddr>,
    /// The most milliseconds between two steps of a connection.
    pause: u32,
    /// The first connections wait here until all are connected.
    start: Barrier,
    /// Limits how many may be connecting, because the queues of the listeners are short.
    connecting: Semaphore,
}

/// Holds `connections` connections for `time`, and then ends them all.
pub async fn run_connections(
    state: Arc<EndState>,
    flavour: Flavour,
    addresses: Vec<SocketAddr>,
    connections: usize,
    time: Duration,
) {
    // This makes about 5,000 steps a second for any number of connections.
    let pause = u32::try_from(connections * 2 / 5).unwrap_or(u32::MAX);
    let world = Arc::new(World {
        state: Arc::clone(&state),
        addresses,
        pause: pause.clamp(10, 60_000),
        start: Barrier::new(connections + 1),
        connecting: Semaphore::new(256),
    });
    let slots: Vec<_> = (0..connections as u64)
        .map(|slot| flavour.spawn(run_slot(Arc::clone(&world), slot)))
        .collect();
    let all = async {
        world.start.wait().await;
        sleep(time).await;
    };
    state.stop.run_until_cancelled(all).await;
    state.stop.cancel();
    for slot in slots {
        if state.first_fault().is_some() {
            // Other slots may wait at the barrier for one that will not arrive.
            slot.abort();
        }
        if slot.await.is_err() && state.first_fault().is_none() {
            state.fault("a slot of the client panicked".to_owned());
        }
    }
}

/// Runs one connection after another, each in a task. Some are aborted.
async fn run_slot(world: Arc<World>, slot: u64) {
    let state = &world.state;
    for number in 0.. {
        let mut random = Random::of(state.seed, [slot, number]);
        let aborted = (number > 0 && random.one_in(24)).then(|| random.millis(0..world.pause * 4));
        let mut connection = spawn(connection(Arc::clone(&world), number == 0, random));
        let ended = match aborted {
            None => connection.await,
            Some(after) => {
                if let Ok(ended) = timeout(after, &mut connection).await {
                    ended
                } else {
                    connection.abort();
                    connection.await
                }
            }
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(trouble)) => {
                state.fault(format!(
                    "client: {trouble} (connection {number} of slot {slot})"
                ));
            }
            Err(error) if error.is_cancelled() => state.count(Count::Aborts),
            Err(error) if error.is_panic() => match error.into_panic().downcast::<RequestedPanic>()
            {
                Ok(_) => state.count(Count::Panics),
                Err(_) => state.fault(format!("connection {number} of slot {slot} panicked")),
            },
            Err(error) => state.fault(error.to_string()),
        }
        if state.stop.is_cancelled() {
            return;
        }
    }
}

/// A connection and its conversation.
struct Conversation<'a> {
    stream: TcpStream,
    state: &'a EndState,
    random: Random,
    frames: u64,
    _open: Open,
}

async fn connection(world: Arc<World>, is_first: bool, mut random: Random) -> Result<(), Trouble> {
    let stream = within(LOST_AFTER, connect(&world, &mut random)).await?;
    let mut conversation = Conversation {
        stream,
        state: &world.state,
        random,
        frames: 0,
        _open: world.state.opened(),
    };
    if is_first {
        world.start.wait().await;
    }
    loop {
        let pause = conversation.random.millis(0..world.pause);
        let stop = &world.state.stop;
        if stop.run_until_cancelled(sleep(pause)).await.is_none() {
            return conversation.half_close().await;
        }
        match conversation.random.within(0..64) {
            0..40 => conversation.exchange(Kind::Exchange, 0).await?,
            40..43 => {
                let wait = conversation.random.within(0..200);
                conversation.exchange(Kind::Slow, wait).await?;
            }
            43..46 => conversation.exchange(Kind::Compute, 0).await?,
            46..49 => conversation.exchange(Kind::Relay, 0).await?,
            49 => conversation.flood().await?,
            50 | 51 => return conversation.half_close().await,
            52 | 53 => return conversation.goodbye().await,
            54 => return conversation.break_off(true).await,
            55 => return conversation.break_off(false).await,
            56 => return conversation.receive_a_reset().await,
            57 => return conversation.lose_the_server(Kind::Panic).await,
            58 => return conversation.lose_the_server(Kind::Impatient).await,
            59 => return conversation.outlive_an_abort().await,
            60 | 61 => return conversation.time_out().await,
            62 => panic_any(RequestedPanic),
            _ => {}
        }
    }
}

async fn connect(world: &World, random: &mut Random) -> Result<TcpStream, Trouble> {
    loop {
        let index = random.within(0..u32::try_from(world.addresses.len()).expect("a few"));
        let permit = world.connecting.acquire().await;
        let stream = TcpStream::connect(world.addresses[index as usize]).await;
        drop(permit);
        match stream {
            // All ports are in TIME_WAIT. Some will be free soon.
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
                sleep(Duration::from_millis(100)).await;
            }
            stream => return Ok(stream?),
        }
    }
}

/// When the client asked for a failure, a stream may end in any way, but without a
/// wrong byte.
fn as_requested(ended: Result<u32, Trouble>) -> Result<(), Trouble> {
    match ended {
        Ok(_) | Err(Trouble::CutOff | Trouble::Reset) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

impl Conversation<'_> {
    fn frame(&mut self, kind: Kind, wait: u32) -> Frame {
        self.frames += 1;
        let most = if self.random.one_in(4) {
            16 * 1024
        } else {
            512
        };
        let up = self.random.within(0..most);
        let down = match kind {
            Kind::Relay => up,
            _ => self.random.within(0..most),
        };
        Frame {
            kind,
            up,
            down,
            wait,
            seed: self.random.number(),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let mut stream = &self.stream;
        within(LOST_AFTER, async { Ok(stream.write_all(bytes).await?) }).await
    }

    /// Sends a header and the first `payload` bytes of its payload.
    async fn begin(&mut self, frame: &Frame, payload: u32) -> Result<(), Trouble> {
        self.write(&frame.encode()).await?;
        let sent = send(&self.stream, frame.payload(), payload, &mut self.random);
        within(LOST_AFTER, sent).await
    }

    async fn answer(&mut self, frame: &Frame) -> Result<(), Trouble> {
        within(
            LOST_AFTER,
            receive(&self.stream, frame.answer(), frame.down),
        )
        .await?;
        self.state.add(Count::Bytes, frame.down.into());
        self.state.count(Count::Exchanges);
        Ok(())
    }

    async fn exchange(&mut self, kind: Kind, wait: u32) -> Result<(), Trouble> {
        let frame = self.frame(kind, wait);
        self.begin(&frame, frame.up).await?;
        self.answer(&frame).await
    }

    /// Sends many bytes in both directions, while neither end reads for a while.
    async fn flood(&mut self) -> Result<(), Trouble> {
        let mut frame = self.frame(Kind::Exchange, 0);
        frame.up = self.random.within(1..256 * 1024);
        frame.down = self.random.within(1..1024 * 1024);
        self.begin(&frame, frame.up).await?;
        sleep(self.random.millis(0..100)).await;
        self.answer(&frame).await
    }

    /// Ends its own direction, and checks that the server received every frame.
    async fn half_close(mut self) -> Result<(), Trouble> {
        self.stream.close().await?;
        let mut count = Vec::new();
        let read = async { Ok(self.stream.read_to_end(&mut count).await?) };
        within(LOST_AFTER, read).await?;
        if count != self.frames.to_le_bytes() {
            let frames = self.frames;
            return Err(Trouble::Fault(format!(
                "{frames} frames were sent, and the server counted {count:?}"
            )));
        }
        self.state.count(Count::HalfCloses);
        Ok(())
    }

    /// Lets the server end its direction first, and then ends its own.
    async fn goodbye(mut self) -> Result<(), Trouble> {
        self.exchange(Kind::Goodbye, 0).await?;
        match within(LOST_AFTER, async { Ok(self.stream.read(&mut [0]).await?) }).await? {
            0 => {
                self.state.count(Count::HalfCloses);
                Ok(())
            }
            _ => Err(Trouble::Fault(
                "a byte arrived after the goodbye".to_owned(),
            )),
        }
    }

    /// Leaves in the middle of its payload, with a reset or an end.
    async fn break_off(mut self, reset: bool) -> Result<(), Trouble> {
        let frame = self.frame(Kind::Exchange, 0);
        self.begin(&frame, frame.up / 2).await?;
        if reset {
            self.stream.set_linger(Some(Duration::ZERO))?;
            self.state.count(Count::Resets);
        } else {
            self.state.count(Count::CutOff);
        }
        Ok(())
    }

    async fn receive_a_reset(mut self) -> Result<(), Trouble> {
        let frame = self.frame(Kind::Reset, 0);
        self.begin(&frame, frame.up).await?;
        let ended = receive_some(&self.stream, frame.answer(), frame.down);
        match within(LOST_AFTER, ended).await {
            Err(Trouble::Reset) => {
                self.state.count(Count::Resets);
                Ok(())
            }
            Ok(received) => Err(Trouble::Fault(format!(
                "an end instead of a reset after {received} bytes"
            ))),
            Err(trouble) => Err(trouble),
        }
    }

    /// Sends half of its payload. The server panics or times out.
    async fn lose_the_server(mut self, kind: Kind) -> Result<(), Trouble> {
        let wait = self.random.within(1..100);
        let frame = self.frame(kind, wait);
        let begun = self.begin(&frame, frame.up / 2).await.map(|()| 0);
        as_requested(begun)?;
        let ended = receive_some(&self.stream, frame.answer(), 0);
        as_requested(within(LOST_AFTER, ended).await)
    }

    /// Continues until the server's task is aborted.
    async fn outlive_an_abort(mut self) -> Result<(), Trouble> {
        let wait = self.random.within(0..100);
        let mut frame = self.frame(Kind::Abort, wait);
        frame.up = 0;
        let mut ended = self.begin(&frame, 0).await;
        while ended.is_ok() {
            ended = self.exchange(Kind::Exchange, 0).await;
        }
        as_requested(ended.map(|()| 0))
    }

    /// Gives up on a slow answer.
    async fn time_out(mut self) -> Result<(), Trouble> {
        let wait = self.random.within(200..1000);
        let frame = self.frame(Kind::Slow, wait);
        self.begin(&frame, frame.up).await?;
        let patience = self.random.millis(1..50);
        let answer = receive(&self.stream, frame.answer(), frame.down);
        match within(patience, answer).await {
            Err(Trouble::Silence) => self.state.count(Count::Timeouts),
            ended => ended?,
        }
        Ok(())
    }
}
