//! Which of the types may cross threads and panics, as in tokio.

use crate::sync::{
    Barrier, CancellationToken, Notify, Semaphore, broadcast, futures::OwnedNotified, mpsc,
    oneshot, watch,
};
use std::{
    cell::Cell,
    collections::HashSet,
    panic::{RefUnwindSafe, UnwindSafe},
};

type SendOnly = Cell<u8>;

#[test]
fn channels_of_values_that_are_only_send_are_send_and_sync() {
    fn crosses<T: Send + Sync>() {}
    crosses::<broadcast::Sender<SendOnly>>();
    crosses::<broadcast::WeakSender<SendOnly>>();
    crosses::<broadcast::Receiver<SendOnly>>();
    crosses::<mpsc::Sender<SendOnly>>();
    crosses::<mpsc::WeakSender<SendOnly>>();
    crosses::<mpsc::Receiver<SendOnly>>();
    crosses::<mpsc::OwnedPermit<SendOnly>>();
    crosses::<mpsc::UnboundedSender<SendOnly>>();
    crosses::<mpsc::UnboundedReceiver<SendOnly>>();
    crosses::<oneshot::Sender<SendOnly>>();
    crosses::<oneshot::Receiver<SendOnly>>();
    crosses::<watch::Sender<u8>>();
    crosses::<watch::Receiver<u8>>();
    crosses::<OwnedNotified>();
    crosses::<CancellationToken>();
}

#[test]
fn channels_and_signals_are_unwind_safe() {
    fn survives<T: UnwindSafe + RefUnwindSafe>() {}
    survives::<mpsc::Sender<SendOnly>>();
    survives::<mpsc::WeakSender<SendOnly>>();
    survives::<mpsc::Receiver<SendOnly>>();
    survives::<mpsc::UnboundedSender<SendOnly>>();
    survives::<mpsc::WeakUnboundedSender<SendOnly>>();
    survives::<mpsc::UnboundedReceiver<SendOnly>>();
    survives::<oneshot::Sender<SendOnly>>();
    survives::<oneshot::Receiver<SendOnly>>();
    survives::<broadcast::Sender<SendOnly>>();
    survives::<broadcast::Receiver<SendOnly>>();
    survives::<watch::Sender<u8>>();
    survives::<watch::Receiver<u8>>();
    survives::<Notify>();
    survives::<Semaphore>();
    survives::<Barrier>();
    survives::<CancellationToken>();
}

#[test]
#[expect(
    clippy::mutable_key_type,
    reason = "the hash depends on the address of the token only"
)]
fn a_cloned_token_is_equal_and_every_other_token_is_not() {
    let token = CancellationToken::new();
    let child = token.child_token();
    assert_eq!(token, token.clone());
    assert_ne!(token, child);
    assert_ne!(token, CancellationToken::new());
    let tokens = HashSet::from([token.clone(), child.clone()]);
    assert!(tokens.contains(&token) && tokens.contains(&child));
    assert!(!tokens.contains(&token.child_token()));
    token.cancel();
    assert!(
        tokens.contains(&token),
        "cancelling does not change the hash"
    );
}
