//! The end that decides how everybody behaves.

use crate::{
    dice::Dice,
    flavour::Flavour,
    state::{Asked, Count, Open, State},
    wire::{FOR_EVER, Frame, Kind, Trouble, receive, receive_some, send, within},
};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{io, net::SocketAddr, panic::panic_any, sync::Arc, time::Duration};
use wakeful::{
    net::TcpStream,
    spawn,
    sync::{Barrier, Semaphore},
    time::{sleep, timeout},
};

/// What all lives share.
struct World {
    state: Arc<State>,
    addresses: Vec<SocketAddr>,
    /// Milliseconds between two steps, at most.
    leisure: u32,
    /// The first lives wait here, until all are connected.
    start: Barrier,
    /// So many may be connecting: the listeners' queues are not long.
    connecting: Semaphore,
}

/// Holds `connections` for so long, then ends them all.
pub async fn live(
    state: Arc<State>,
    flavour: Flavour,
    addresses: Vec<SocketAddr>,
    connections: usize,
    time: Duration,
) {
    // Some 5,000 steps a second, whatever their number.
    let leisure = u32::try_from(connections * 2 / 5).unwrap_or(u32::MAX);
    let world = Arc::new(World {
        state: Arc::clone(&state),
        addresses,
        leisure: leisure.clamp(10, 60_000),
        start: Barrier::new(connections + 1),
        connecting: Semaphore::new(256),
    });
    let slots: Vec<_> = (0..connections as u64)
        .map(|slot| flavour.deal(succession(Arc::clone(&world), slot)))
        .collect();
    let all = async {
        world.start.wait().await;
        sleep(time).await;
    };
    state.stop.run_until_cancelled(all).await;
    state.stop.cancel();
    for slot in slots {
        if state.first_fault().is_some() {
            // The others may wait at the barrier for one that will not come.
            slot.abort();
        }
        if slot.await.is_err() && state.first_fault().is_none() {
            state.fault("a slot of the client panicked".to_owned());
        }
    }
}

/// One life after the other, each a task; some are aborted.
async fn succession(world: Arc<World>, slot: u64) {
    let state = &world.state;
    for number in 0.. {
        let mut dice = Dice::of(state.seed, [slot, number]);
        let aborted = (number > 0 && dice.one_in(24)).then(|| dice.millis(0..world.leisure * 4));
        let mut life = spawn(life(Arc::clone(&world), number == 0, dice));
        let ended = match aborted {
            None => life.await,
            Some(after) => {
                if let Ok(ended) = timeout(after, &mut life).await {
                    ended
                } else {
                    life.abort();
                    life.await
                }
            }
        };
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(trouble)) => {
                state.fault(format!("client: {trouble} (life {number} of slot {slot})"));
            }
            Err(error) if error.is_cancelled() => state.count(Count::Aborts),
            Err(error) if error.is_panic() => match error.into_panic().downcast::<Asked>() {
                Ok(_) => state.count(Count::Panics),
                Err(_) => state.fault(format!("life {number} of slot {slot} panicked")),
            },
            Err(error) => state.fault(error.to_string()),
        }
        if state.stop.is_cancelled() {
            return;
        }
    }
}

/// A connection, and who talks on it.
struct Line<'a> {
    stream: TcpStream,
    state: &'a State,
    dice: Dice,
    frames: u64,
    _open: Open,
}

async fn life(world: Arc<World>, is_first: bool, mut dice: Dice) -> Result<(), Trouble> {
    let stream = within(FOR_EVER, connect(&world, &mut dice)).await?;
    let mut line = Line {
        stream,
        state: &world.state,
        dice,
        frames: 0,
        _open: world.state.opened(),
    };
    if is_first {
        world.start.wait().await;
    }
    loop {
        let leisure = line.dice.millis(0..world.leisure);
        let stop = &world.state.stop;
        if stop.run_until_cancelled(sleep(leisure)).await.is_none() {
            return line.half_close().await;
        }
        match line.dice.within(0..64) {
            0..40 => line.exchange(Kind::Exchange, 0).await?,
            40..43 => {
                let wait = line.dice.within(0..200);
                line.exchange(Kind::Slow, wait).await?;
            }
            43..46 => line.exchange(Kind::Compute, 0).await?,
            46..49 => line.exchange(Kind::Relay, 0).await?,
            49 => line.flood().await?,
            50 | 51 => return line.half_close().await,
            52 | 53 => return line.goodbye().await,
            54 => return line.break_off(true).await,
            55 => return line.break_off(false).await,
            56 => return line.be_reset().await,
            57 => return line.be_left(Kind::Panic).await,
            58 => return line.be_left(Kind::Impatient).await,
            59 => return line.outlive_an_abort().await,
            60 | 61 => return line.give_up().await,
            62 => panic_any(Asked),
            _ => {}
        }
    }
}

async fn connect(world: &World, dice: &mut Dice) -> Result<TcpStream, Trouble> {
    loop {
        let place = dice.within(0..u32::try_from(world.addresses.len()).expect("a few"));
        let turn = world.connecting.acquire().await;
        let stream = TcpStream::connect(world.addresses[place as usize]).await;
        drop(turn);
        match stream {
            // Every port is in its waiting time: some will be free soon.
            Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
                sleep(Duration::from_millis(100)).await;
            }
            stream => return Ok(stream?),
        }
    }
}

/// What was asked for may end a stream in any way but a wrong byte.
fn as_asked(ended: Result<u32, Trouble>) -> Result<(), Trouble> {
    match ended {
        Ok(_) | Err(Trouble::CutOff | Trouble::Reset) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

impl Line<'_> {
    fn frame(&mut self, kind: Kind, wait: u32) -> Frame {
        self.frames += 1;
        let most = if self.dice.one_in(4) { 16 * 1024 } else { 512 };
        let up = self.dice.within(0..most);
        let down = match kind {
            Kind::Relay => up,
            _ => self.dice.within(0..most),
        };
        Frame {
            kind,
            up,
            down,
            wait,
            seed: self.dice.number(),
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let mut stream = &self.stream;
        within(FOR_EVER, async { Ok(stream.write_all(bytes).await?) }).await
    }

    /// Sends a header and so much of its payload.
    async fn begin(&mut self, frame: &Frame, payload: u32) -> Result<(), Trouble> {
        self.write(&frame.encode()).await?;
        let sent = send(&self.stream, frame.payload(), payload, &mut self.dice);
        within(FOR_EVER, sent).await
    }

    async fn answer(&mut self, frame: &Frame) -> Result<(), Trouble> {
        within(FOR_EVER, receive(&self.stream, frame.answer(), frame.down)).await?;
        self.state.add(Count::Bytes, frame.down.into());
        self.state.count(Count::Exchanges);
        Ok(())
    }

    async fn exchange(&mut self, kind: Kind, wait: u32) -> Result<(), Trouble> {
        let frame = self.frame(kind, wait);
        self.begin(&frame, frame.up).await?;
        self.answer(&frame).await
    }

    /// Much at once, in both directions, and nobody reads for a while.
    async fn flood(&mut self) -> Result<(), Trouble> {
        let mut frame = self.frame(Kind::Exchange, 0);
        frame.up = self.dice.within(1..256 * 1024);
        frame.down = self.dice.within(1..1024 * 1024);
        self.begin(&frame, frame.up).await?;
        sleep(self.dice.millis(0..100)).await;
        self.answer(&frame).await
    }

    /// Ends its part, and hears that everything came.
    async fn half_close(mut self) -> Result<(), Trouble> {
        self.stream.close().await?;
        let mut farewell = Vec::new();
        let read = async { Ok(self.stream.read_to_end(&mut farewell).await?) };
        within(FOR_EVER, read).await?;
        if farewell != self.frames.to_le_bytes() {
            let frames = self.frames;
            return Err(Trouble::Fault(format!(
                "{frames} frames were sent, and the farewell is {farewell:?}"
            )));
        }
        self.state.count(Count::HalfCloses);
        Ok(())
    }

    /// The server ends its part, and then hears the end of this.
    async fn goodbye(mut self) -> Result<(), Trouble> {
        self.exchange(Kind::Goodbye, 0).await?;
        match within(FOR_EVER, async { Ok(self.stream.read(&mut [0]).await?) }).await? {
            0 => {
                self.state.count(Count::HalfCloses);
                Ok(())
            }
            _ => Err(Trouble::Fault("a byte after the goodbye".to_owned())),
        }
    }

    /// Leaves in the middle of its payload, by a reset or an end.
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

    async fn be_reset(mut self) -> Result<(), Trouble> {
        let frame = self.frame(Kind::Reset, 0);
        self.begin(&frame, frame.up).await?;
        let ended = receive_some(&self.stream, frame.answer(), frame.down);
        match within(FOR_EVER, ended).await {
            Err(Trouble::Reset) => {
                self.state.count(Count::Resets);
                Ok(())
            }
            Ok(came) => Err(Trouble::Fault(format!("an end and no reset, after {came}"))),
            Err(trouble) => Err(trouble),
        }
    }

    /// Sends half, and is left: the server panics, or has no patience.
    async fn be_left(mut self, kind: Kind) -> Result<(), Trouble> {
        let wait = self.dice.within(1..100);
        let frame = self.frame(kind, wait);
        let begun = self.begin(&frame, frame.up / 2).await.map(|()| 0);
        as_asked(begun)?;
        let ended = receive_some(&self.stream, frame.answer(), 0);
        as_asked(within(FOR_EVER, ended).await)
    }

    /// Goes on until the server's task is aborted.
    async fn outlive_an_abort(mut self) -> Result<(), Trouble> {
        let wait = self.dice.within(0..100);
        let mut frame = self.frame(Kind::Abort, wait);
        frame.up = 0;
        let mut ended = self.begin(&frame, 0).await;
        while ended.is_ok() {
            ended = self.exchange(Kind::Exchange, 0).await;
        }
        as_asked(ended.map(|()| 0))
    }

    /// Has no patience with a slow answer.
    async fn give_up(mut self) -> Result<(), Trouble> {
        let wait = self.dice.within(200..1000);
        let frame = self.frame(Kind::Slow, wait);
        self.begin(&frame, frame.up).await?;
        let patience = self.dice.millis(1..50);
        let answer = receive(&self.stream, frame.answer(), frame.down);
        match within(patience, answer).await {
            Err(Trouble::Silence) => self.state.count(Count::Timeouts),
            ended => ended?,
        }
        Ok(())
    }
}
