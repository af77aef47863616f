//! The counts of one end, and the first fault that it finds.

use crate::{
    flavour::Flavour,
    ledger::{Held, Ledger},
};
use std::{
    panic,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};
use wakeful::{spawn, sync::CancellationToken, time::sleep};

#[derive(Clone, Copy)]
pub enum Count {
    Connections,
    Exchanges,
    Bytes,
    HalfCloses,
    CutOff,
    Resets,
    Timeouts,
    Aborts,
    Panics,
}

impl Count {
    pub const NAMES: [&str; 9] = [
        "connections",
        "exchanges",
        "bytes checked",
        "half-closes",
        "cut off",
        "resets",
        "timeouts",
        "aborts",
        "panics",
    ];
}

pub type Counts = [u64; Count::NAMES.len()];

/// The state of one end in one round.
pub struct EndState {
    pub seed: u64,
    /// Cancelled when the round is over. Then no new connections are made.
    pub stop: CancellationToken,
    counts: [AtomicU64; Count::NAMES.len()],
    open: AtomicU64,
    fault: OnceLock<String>,
    most: Mutex<Held>,
}

/// Counts as an open connection until dropped.
pub struct Open(Arc<EndState>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

// All accesses are Relaxed, because these numbers order no other access.
impl EndState {
    pub fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self {
            seed,
            stop: CancellationToken::new(),
            counts: Default::default(),
            open: AtomicU64::new(0),
            fault: OnceLock::new(),
            most: Mutex::default(),
        })
    }

    pub fn count(&self, what: Count) {
        self.add(what, 1);
    }

    pub fn add(&self, what: Count, number: u64) {
        self.counts[what as usize].fetch_add(number, Relaxed);
    }

    pub fn counts(&self) -> Counts {
        self.counts.each_ref().map(|count| count.load(Relaxed))
    }

    pub fn opened(self: &Arc<Self>) -> Open {
        self.count(Count::Connections);
        self.open.fetch_add(1, Relaxed);
        Open(Arc::clone(self))
    }

    pub fn open(&self) -> u64 {
        self.open.load(Relaxed)
    }

    /// Records a fault and ends the round. Only the first fault is kept.
    pub fn fault(&self, what: String) {
        let _ = self.fault.set(what);
        self.stop.cancel();
    }

    pub fn first_fault(&self) -> Option<&str> {
        self.fault.get().map(String::as_str)
    }

    async fn sample(&self, flavour: Flavour) {
        let held = flavour.held().await.plus(Held::of_process());
        let mut most = self.most.lock().unwrap_or_else(PoisonError::into_inner);
        *most = most.most(held);
    }
}

/// How long the traces of a round may stay after its end. The kernel lists a joined
/// thread for a moment longer.
const SETTLING: Duration = Duration::from_secs(10);

/// What this process held when its first real round began.
static BEGINNING: OnceLock<Held> = OnceLock::new();

/// Runs one end of a round on a runtime of its own, and returns its ledger. Calls
/// `progress` every second.
///
/// # Errors
/// With the first fault.
pub fn run<F>(
    flavour: Flavour,
    state: &Arc<EndState>,
    warming_up: bool,
    progress: impl Fn(&EndState) + Send + 'static,
    end: F,
) -> Result<Ledger, String>
where
    F: Future<Output = ()> + Send + 'static,
{
    let outside = Held::of_process();
    let shared = Arc::clone(state);
    let (before, after) = flavour.run(async move {
        let before = flavour.held().await;
        let state = Arc::clone(&shared);
        let sampler = spawn(async move {
            loop {
                state.sample(flavour).await;
                progress(&state);
                sleep(Duration::from_secs(1)).await;
            }
        });
        end.await;
        sampler.abort();
        let _ = sampler.await;
        // Wait for tasks that were aborted, or that still wait for a peer.
        let deadline = wakeful::time::Instant::now() + SETTLING;
        let mut after = flavour.held().await;
        while after != before && wakeful::time::Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
            after = flavour.held().await;
        }
        (before, after)
    })?;
    if let Some(fault) = state.first_fault() {
        return Err(fault.to_owned());
    }
    let mut ledger = Ledger {
        before: before.plus(outside),
        most: *state.most.lock().unwrap_or_else(PoisonError::into_inner),
        after: after.plus(Held::of_process()),
    };
    if !warming_up {
        ledger.before = *BEGINNING.get_or_init(|| ledger.before);
    }
    let deadline = Instant::now() + SETTLING;
    while !ledger.is_balanced() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
        ledger.after = after.plus(Held::of_process());
    }
    ledger.most = ledger.most.most(ledger.after);
    Ok(ledger)
}

/// The payload of a panic that the client asked for.
pub struct RequestedPanic;

/// Keeps the panic hook from reporting these panics, because there are thousands.
pub fn silence_requested_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !info.payload().is::<RequestedPanic>() {
            usual(info);
        }
    }));
}
