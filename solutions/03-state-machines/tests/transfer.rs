//! The promises of `transfer`.

use std::pin::pin;
use std::task::Poll;

use state_machines::poll;
use state_machines_exercises::transfer::{Account, Refused, transfer};

fn account(balance: u32) -> Account {
    let account = Account::default();
    account.balance.set(balance);
    account
}

/// The balances of both accounts.
fn balances(from: &Account, to: &Account) -> (u32, u32) {
    (from.balance.get(), to.balance.get())
}

#[test]
fn the_money_arrives_once() {
    let (from, to) = (account(100), account(0));
    let mut transfer = pin!(transfer(&from, &to, 30));
    assert_eq!(poll(transfer.as_mut()), Poll::Pending);
    assert_eq!(poll(transfer.as_mut()), Poll::Pending);
    assert_eq!(poll(transfer.as_mut()), Poll::Ready(Ok(())));
    assert_eq!(balances(&from, &to), (70, 30), "the balances of both accounts");
}

#[test]
fn money_in_flight_cannot_be_spent() {
    let (from, to) = (account(100), account(0));
    let mut first = pin!(transfer(&from, &to, 100));
    assert!(poll(first.as_mut()).is_pending());
    assert_eq!(balances(&from, &to), (0, 0), "the balances of both accounts");
    let mut second = pin!(transfer(&from, &to, 100));
    assert_eq!(poll(second.as_mut()), Poll::Ready(Err(Refused::Poor)));
}

#[test]
fn a_drop_before_the_arrival_returns_the_money() {
    let (from, to) = (account(100), account(0));
    {
        let mut transfer = pin!(transfer(&from, &to, 30));
        assert!(poll(transfer.as_mut()).is_pending());
    }
    assert_eq!(balances(&from, &to), (100, 0), "the balances of both accounts");
}

#[test]
fn a_drop_after_the_arrival_leaves_the_money_there() {
    let (from, to) = (account(100), account(0));
    {
        let mut transfer = pin!(transfer(&from, &to, 30));
        assert!(poll(transfer.as_mut()).is_pending());
        assert!(poll(transfer.as_mut()).is_pending());
        assert_eq!(balances(&from, &to), (70, 30), "the balances of both accounts");
    }
    assert_eq!(balances(&from, &to), (70, 30), "the balances of both accounts");
}

#[test]
fn a_refusal_returns_the_money() {
    let (from, to) = (account(100), account(0));
    to.closed.set(true);
    let mut transfer = pin!(transfer(&from, &to, 30));
    assert!(poll(transfer.as_mut()).is_pending());
    assert_eq!(poll(transfer.as_mut()), Poll::Ready(Err(Refused::Closed)));
    assert_eq!(balances(&from, &to), (100, 0), "the balances of both accounts");
}

#[test]
fn a_deposit_during_the_transfer_is_kept() {
    let (from, to) = (account(100), account(0));
    {
        let mut transfer = pin!(transfer(&from, &to, 30));
        assert!(poll(transfer.as_mut()).is_pending());
        from.balance.set(from.balance.get() + 5);
    }
    assert_eq!(balances(&from, &to), (105, 0), "the balances of both accounts");
}
