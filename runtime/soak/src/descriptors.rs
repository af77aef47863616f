//! Raises the limit of descriptors.

use std::io;

/// Descriptors that a process needs in addition to its connections: those of the
/// runtime, listeners, pipes, and connections that close while their successors open.
const OVERHEAD: u64 = 256;

/// Raises the limit of this process until `connections` fit.
///
/// # Errors
/// If the limit cannot be raised so far. The error says what you can do.
pub fn raise_limit_for(connections: usize) -> Result<(), String> {
    let needed = connections as u64 + OVERHEAD;
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is a valid `rlimit` to write to.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } < 0 {
        let error = io::Error::last_os_error();
        return Err(format!("cannot read the limit of descriptors: {error}"));
    }
    if limit.rlim_cur >= needed {
        return Ok(());
    }
    let raised = libc::rlimit {
        rlim_cur: needed,
        // Only a privileged process may raise the hard limit.
        rlim_max: limit.rlim_max.max(needed),
    };
    // SAFETY: `raised` is initialized and is only read.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } < 0 {
        return Err(format!(
            "{connections} connections need {needed} descriptors at each end, and this process \
 may have at most {}: raise the hard limit (`ulimit -Hn`), or use `--connections {}`",
            limit.rlim_max,
            limit.rlim_max.saturating_sub(OVERHEAD),
        ));
    }
    Ok(())
}
