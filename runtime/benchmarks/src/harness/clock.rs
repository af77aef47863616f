//! Processor time: the cost of a piece of work, not its duration.
//!
//! The clock counts all threads of the process, because a contender may do a part
//! of its work on another thread. While a row that only computes is sampled,
//! nothing else runs in this process.

use super::callgrind::{counting_begins, counting_ends};
use std::{future::Future, io, mem::MaybeUninit, time::Instant};

/// The processor time that a process has used, in nanoseconds.
#[derive(Clone, Copy)]
pub struct Processor(libc::clockid_t);

impl Processor {
    pub const HERE: Self = Self(libc::CLOCK_PROCESS_CPUTIME_ID);

    /// The clock of another process.
    pub fn of(pid: u32) -> io::Result<Self> {
        let pid = pid.try_into().map_err(io::Error::other)?;
        let mut clock = MaybeUninit::uninit();
        // SAFETY: the pointer is valid. The call writes the id if it returns zero.
        match unsafe { libc::clock_getcpuclockid(pid, clock.as_mut_ptr()) } {
            // SAFETY: the call has returned zero, so it has written the id.
            0 => Ok(Self(unsafe { clock.assume_init() })),
            code => Err(io::Error::from_raw_os_error(code)),
        }
    }

    pub fn nanos(self) -> u64 {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the pointer is valid for one `timespec`.
        let code = unsafe { libc::clock_gettime(self.0, &raw mut time) };
        assert_eq!(code, 0, "the process of this clock has ended");
        // No part of a processor clock is negative.
        time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
    }
}

/// The clock that measures a row.
#[derive(Clone, Copy, Debug)]
pub enum Meter {
    /// Processor time, for work on one thread.
    Processor,
    /// Wall time, for work that threads share.
    Wall,
}

impl Meter {
    /// Runs `work` and returns the time of each of its `count` pieces, in
    /// nanoseconds.
    pub async fn each(self, count: u32, work: impl Future<Output = ()>) -> f64 {
        let work = async {
            counting_begins();
            work.await;
            counting_ends(count);
        };
        let nanos = match self {
            Self::Processor => {
                let before = Processor::HERE.nanos();
                work.await;
                Processor::HERE.nanos() - before
            }
            Self::Wall => {
                let start = Instant::now();
                work.await;
                u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
            }
        };
        nanos as f64 / f64::from(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_moves_while_the_thread_computes() {
        let start = Processor::HERE.nanos();
        // This ends because the loop itself uses processor time.
        while Processor::HERE.nanos() < start + 2_000_000 {}
    }

    #[test]
    fn a_process_can_read_its_own_clock_by_its_id() {
        let clock = Processor::of(std::process::id()).expect("this process lives");
        let (before, same) = (Processor::HERE.nanos(), clock.nanos());
        assert!((before..=Processor::HERE.nanos()).contains(&same));
    }
}
