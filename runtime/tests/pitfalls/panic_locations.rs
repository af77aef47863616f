//! A panic about a wrong argument names the line of the caller.

use std::{
    cell::RefCell,
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::Once,
    time::Duration,
};

/// The file that the panic of `code` names as its location.
fn panic_file(code: impl FnOnce()) -> String {
    thread_local! {
        static FILE: RefCell<String> = const { RefCell::new(String::new()) };
    }
    static LISTEN: Once = Once::new();
    LISTEN.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let file = info.location().map_or("", |location| location.file());
            FILE.set(file.to_owned());
            before(info);
        }));
    });
    let rejected = catch_unwind(AssertUnwindSafe(code));
    assert!(rejected.is_err());
    FILE.take()
}

#[test]
fn a_panic_about_a_wrong_argument_names_the_callers_file() {
    use wakeful::sync::{RwLock, Semaphore, broadcast, local, mpsc};

    let too_many = Semaphore::MAX_PERMITS + 1;
    let rejected: [fn(); 9] = [
        || drop(mpsc::channel::<()>(0)),
        || drop(mpsc::channel::<()>(Semaphore::MAX_PERMITS + 1)),
        || drop(broadcast::channel::<()>(0)),
        || drop(broadcast::Sender::<()>::new(0)),
        || drop(local::mpsc::channel::<()>(0)),
        || _ = RwLock::with_max_readers((), 0),
        || _ = RwLock::with_max_readers((), u32::MAX),
        || _ = Semaphore::new(Semaphore::MAX_PERMITS + 1),
        || drop(wakeful::time::interval(Duration::ZERO)),
    ];
    for (number, rejected) in rejected.into_iter().enumerate() {
        assert_eq!(panic_file(rejected), file!(), "number {number}");
    }
    assert_eq!(
        panic_file(|| Semaphore::new(1).add_permits(too_many)),
        file!()
    );
}
