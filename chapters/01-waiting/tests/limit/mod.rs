//! Lowers the limit of open files. The tests of chapters 01, 08 and 11 use it, and each of
//! them stands alone in its process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lowers the limit, so that this process can open about `free` more files. A process may
/// inherit any number of open files, so the limit depends on the highest one.
pub fn allow_more_files(free: u64) {
    let open = std::fs::read_dir("/dev/fd").expect("the system lists the open files");
    let number = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.ok()?.file_name().to_str()?.parse().ok()
    };
    let highest: u64 = open.filter_map(number).max().expect("the list itself is open");
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(highest + free), ..limit })
        .expect("a process may lower its own limit");
}
