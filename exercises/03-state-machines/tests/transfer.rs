//! What `transfer` promises.

use std::pin::pin;
use std::task::Poll;

use state_machines::poll;
use state_machines_exercises::transfer::{Account, Refused, transfer};

fn account(balance: u32) -> Account {
    let account = Account::default();
    account.balance.set(balance);
    account
}

/// Both balances.
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
    assert_eq!(balances(&from, &to), (70, 30));
}

#[test]
fn under_way_it_can_be_spent_by_nobody() {
    let (from, to) = (account(100), account(0));
    let mut first = pin!(transfer(&from, &to, 100));
    assert!(poll(first.as_mut()).is_pending());
    assert_eq!(balances(&from, &to), (0, 0));
    let mut second = pin!(transfer(&from, &to, 100));
    assert_eq!(poll(second.as_mut()), Poll::Ready(Err(Refused::Poor)));
}

#[test]
fn dropped_before_it_arrives_it_goes_back() {
    let (from, to) = (account(100), account(0));
    {
        let mut transfer = pin!(transfer(&from, &to, 30));
        assert!(poll(transfer.as_mut()).is_pending());
    }
    assert_eq!(balances(&from, &to), (100, 0));
}

#[test]
fn dropped_after_it_arrived_it_stays_there() {
    let (from, to) = (account(100), account(0));
    {
        let mut transfer = pin!(transfer(&from, &to, 30));
        assert!(poll(transfer.as_mut()).is_pending());
        assert!(poll(transfer.as_mut()).is_pending());
        assert_eq!(balances(&from, &to), (70, 30));
    }
    assert_eq!(balances(&from, &to), (70, 30));
}

#[test]
fn a_closed_account_refuses_and_it_goes_back() {
    let (from, to) = (account(100), account(0));
    to.closed.set(true);
    let mut transfer = pin!(transfer(&from, &to, 30));
    assert!(poll(transfer.as_mut()).is_pending());
    assert_eq!(poll(transfer.as_mut()), Poll::Ready(Err(Refused::Closed)));
    assert_eq!(balances(&from, &to), (100, 0));
}

#[test]
fn what_comes_in_meanwhile_is_not_lost() {
    let (from, to) = (account(100), account(0));
    {
        let mut transfer = pin!(transfer(&from, &to, 30));
        assert!(poll(transfer.as_mut()).is_pending());
        from.balance.set(from.balance.get() + 5);
    }
    assert_eq!(balances(&from, &to), (105, 0));
}
