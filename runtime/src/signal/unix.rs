//! The self-pipe.

use super::{SignalKind, count::Count};
use crate::{
    reactor::{Interest, Ready, Registered},
    runtime::Handle,
    trace,
};
use mio::unix::pipe;
use signal_hook::{SigId, consts::FORBIDDEN, low_level};
use std::{fmt, io, io::Read};

/// Listens for a signal, by its name ([`SignalKind`]) or by its number
/// (`libc::SIGTERM`).
///
/// From now on the signal no longer does what it does by default, also when
/// the listener is gone. Listening for `SIGKILL`, `SIGSTOP`, `SIGILL`, `SIGFPE`
/// and `SIGSEGV` is not possible.
///
/// # Errors
/// When the handler cannot be installed, or there are no descriptors left for
/// the pipe.
///
/// # Panics
/// Outside a runtime, and for a signal that cannot be listened for.
///
/// ```
/// use wakeful::signal::unix::{SignalKind, signal};
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let mut reload = signal(SignalKind::hangup())?;
///     # let kill = std::process::Command::new("kill");
///     # { kill }.args(["-HUP", &std::process::id().to_string()]).status()?;
///     reload.recv().await?;
///     println!("the settings are to be read anew");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn signal(kind: impl Into<SignalKind>) -> io::Result<Signal> {
    let number = kind.into().as_raw_value();
    assert!(
        !FORBIDDEN.contains(&number),
        "signal {number} cannot be listened for: the system does not allow it, or to go on after \
         it is undefined"
    );
    // Before the pipe: a signal is counted before a listener is woken for it.
    let count = Count::of(number)?;
    let seen = count.arrived();
    let (sender, receiver) = pipe::new()?;
    let pipe = Registered::new(
        Handle::current().reactor(),
        receiver,
        "signal",
        Interest::READABLE,
        Ready::EMPTY,
    )?;
    let id = low_level::pipe::register(number, sender)?;
    Ok(Signal {
        pipe,
        id,
        number,
        count,
        seen,
    })
}

/// Listens for a signal; see [`signal`].
pub struct Signal {
    pipe: Registered<pipe::Receiver>,
    id: SigId,
    number: i32,
    count: &'static Count,
    /// The count that it has returned for.
    seen: usize,
}

impl Signal {
    /// Waits for the signal. Those that came since the last call count as one.
    ///
    /// # Cancel safety
    /// Dropped, no signal is lost.
    pub async fn recv(&mut self) -> io::Result<()> {
        let drain = |mut pipe: &pipe::Receiver| {
            let mut bytes = [0; 64];
            let mut read = pipe.read(&mut bytes)?;
            while read == bytes.len() {
                read = match pipe.read(&mut bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
                    more => more?,
                };
            }
            Ok(())
        };
        loop {
            let arrived = self.count.arrived();
            if arrived != self.seen {
                self.seen = arrived;
                return Ok(());
            }
            trace::as_signal(self.number, self.pipe.io(Interest::READABLE, drain)).await?;
        }
    }

    /// Also returns for what came since the last wait for Ctrl-C.
    pub(super) fn go_on_from_last(&mut self) {
        self.seen = self.count.handed_out();
    }

    pub(super) fn hand_out(&self) {
        self.count.hand_out(self.seen);
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        low_level::unregister(self.id);
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
