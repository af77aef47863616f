//! The limit that is in the way.

use std::io;

/// What a process needs beside its connections: the runtime's own, listeners,
/// pipes, and a connection that is closed while its successor opens.
const BESIDE: u64 = 256;

/// Raises this process's limit so far that `connections` fit.
///
/// # Errors
/// With what can be done, when it cannot be raised that far.
pub fn make_room_for(connections: usize) -> Result<(), String> {
    let needed = connections as u64 + BESIDE;
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: a whole structure, for writing.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } < 0 {
        let error = io::Error::last_os_error();
        return Err(format!("cannot read the limit of descriptors: {error}"));
    }
    if limit.rlim_cur >= needed {
        return Ok(());
    }
    let raised = libc::rlimit {
        rlim_cur: needed,
        // More than the hard limit is for who may.
        rlim_max: limit.rlim_max.max(needed),
    };
    // SAFETY: a whole structure, for reading.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const raised) } < 0 {
        return Err(format!(
            "{connections} connections need {needed} descriptors at each end, and this process \
             may have {} at most: raise the hard limit (`ulimit -Hn`), or say `--connections {}`",
            limit.rlim_max,
            limit.rlim_max.saturating_sub(BESIDE),
        ));
    }
    Ok(())
}
