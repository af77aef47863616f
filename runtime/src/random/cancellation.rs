//! `CancellationToken`: a cancellation reaches every token below, also if the tree
//! changes at the same time.

use super::{Crew, Dice, attempt, explore, glance, linger, run};
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
    explore(|dice| {
        let (root, other) = (CancellationToken::new(), CancellationToken::new());
        let cancelled = Arc::new(AtomicBool::new(false));
        let mut crew = Crew::default();
        for _ in 0..dice.up_to(3) {
            let (token, cancelled) = (root.child_token(), Arc::clone(&cancelled));
            crew.spawn(dice, move |dice| grow(dice, token, &cancelled));
        }
        {
            let token = other.child_token();
            crew.spawn(dice, move |dice| {
                linger(dice);
                token.cancel();
            });
        }
        linger(dice);
        assert!(!root.is_cancelled(), "cancelled from below");
        cancelled.store(true, SeqCst);
        if dice.one_in(2) {
            drop(root.drop_guard());
        } else {
            root.cancel();
        }
        crew.join();
        assert!(!other.is_cancelled(), "cancelled from below");
    });
}

/// Makes tokens below, drops some in between, and waits for the cancellation.
fn grow(dice: &Dice, token: CancellationToken, cancelled: &AtomicBool) {
    let mut tokens = vec![token];
    for _ in 0..dice.below(5) {
        let at = dice.below(tokens.len());
        match dice.below(6) {
            0 | 1 => tokens.push(tokens[at].child_token()),
            2 => tokens.push(tokens[at].clone()),
            3 if tokens.len() > 1 => drop(tokens.swap_remove(at)),
            4 => {
                // Another subtree: cancelled from here, and not from above.
                let below = tokens[at].child_token();
                let lower = below.child_token();
                below.cancel();
                run(dice, lower.cancelled());
            }
            _ => {
                if glance(dice, tokens[at].cancelled()).is_some() {
                    assert!(cancelled.load(SeqCst), "cancelled from nowhere");
                }
            }
        }
    }
    for token in tokens {
        let _ = attempt(dice, token.cancelled());
        if dice.one_in(2) {
            assert!(run(dice, token.run_until_cancelled(pending::<()>())).is_none());
        } else {
            run(dice, token.cancelled_owned());
        }
        assert!(cancelled.load(SeqCst), "cancelled from nowhere");
    }
}
