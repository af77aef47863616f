//! The limit of open files.

/// No process of this chapter needs more.
pub const LIMIT: usize = 12_000;

/// Raises the limit of open files, as far as the process may.
#[cfg(unix)]
pub fn raise() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = LIMIT as u64;
    if limit.current.is_some_and(|soft| soft < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |hard| hard.min(wanted)));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            eprintln!("cannot raise the limit of open files: {error}");
        }
    }
}

#[cfg(not(unix))]
pub fn raise() {}

/// As many connections as the limit allows, but not more than `wanted`.
#[cfg(unix)]
pub fn at_most(wanted: usize) -> usize {
    use rustix::process::{Resource, getrlimit};
    /// Open files besides the connections.
    const OTHERS: usize = 100;
    let files = getrlimit(Resource::Nofile).current.unwrap_or(LIMIT as u64);
    let most = usize::try_from(files).unwrap_or(LIMIT).saturating_sub(OTHERS);
    if most < wanted {
        eprintln!("This process may have {files} open files, so it takes {most} meters.");
    }
    most.min(wanted)
}

#[cfg(not(unix))]
pub fn at_most(wanted: usize) -> usize {
    wanted.min(LIMIT)
}
