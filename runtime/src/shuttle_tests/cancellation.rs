//! `CancellationToken`: a cancellation reaches every token below, also if the tree
//! changes at the same time.

use super::{Rng, Threads, attempt, explore, poll_once, run, yield_some};
use crate::sync::CancellationToken;
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

#[test]
fn a_cancellation_reaches_all_below_and_none_above() {
    explore(|rng| {
        let (root, other) = (CancellationToken::new(), CancellationToken::new());
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut threads = Threads::default();
        for _ in 0..rng.up_to(3) {
            let (token, cancelled) = (root.child_token(), Arc::clone(&cancelled));
            threads.spawn(rng, move |rng| grow(rng, token, &cancelled));
        }
        {
            let token = other.child_token();
            threads.spawn(rng, move |rng| {
                yield_some(rng);
                token.cancel();
            });
        }
        yield_some(rng);
        assert!(!root.is_cancelled(), "cancelled from below");
        cancelled.store(true, SeqCst);
        if rng.one_in(2) {
            drop(root.drop_guard());
        } else {
            root.cancel();
        }
        threads.join();
        assert!(!other.is_cancelled(), "cancelled from below");
    });
}

/// Makes tokens below, drops some in between, and waits for the cancellation.
fn grow(rng: &Rng, token: CancellationToken, cancelled: &AtomicBool) {
    let mut tokens = vec![token];
    for _ in 0..rng.below(5) {
        let at = rng.below(tokens.len());
        match rng.below(6) {
            0 | 1 => tokens.push(tokens[at].child_token()),
            2 => tokens.push(tokens[at].clone()),
            3 if tokens.len() > 1 => drop(tokens.swap_remove(at)),
            4 => {
                // Another subtree: cancelled from here, and not from above.
                let below = tokens[at].child_token();
                let lower = below.child_token();
                below.cancel();
                run(rng, lower.cancelled());
            }
            _ => {
                if poll_once(rng, tokens[at].cancelled()).is_some() {
                    assert!(cancelled.load(SeqCst), "cancelled from nowhere");
                }
            }
        }
    }
    for token in tokens {
        let _ = attempt(rng, token.cancelled());
        if rng.one_in(2) {
            assert!(run(rng, token.run_until_cancelled(pending::<()>())).is_none());
        } else {
            run(rng, token.cancelled_owned());
        }
        assert!(cancelled.load(SeqCst), "cancelled from nowhere");
    }
}
