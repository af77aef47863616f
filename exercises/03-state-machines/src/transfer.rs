//! Exercise `state-machines/transfer`: repair a future that loses money when it is
//! dropped.

use std::cell::Cell;

use state_machines::shapes::pause;

/// An account. Several transfers may use it at the same time.
#[derive(Debug, Default)]
pub struct Account {
    /// How much money is in it.
    pub balance: Cell<u32>,
    /// A closed account accepts no money.
    pub closed: Cell<bool>,
}

/// Why a transfer was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The account does not hold enough money.
    Poor,
    /// The receiving account is closed.
    Closed,
}

/// Takes `amount` from one account, asks the other bank, and adds it to the other
/// account.
///
/// In between, the money is in neither account, so it cannot be spent twice. If the
/// transfer is refused, or dropped before the money has arrived, the money returns.
pub async fn transfer(from: &Account, to: &Account, amount: u32) -> Result<(), Refused> {
    let Some(left) = from.balance.get().checked_sub(amount) else {
        return Err(Refused::Poor);
    };
    from.balance.set(left);
    pause().await; // the other bank looks the account up
    if to.closed.get() {
        return Err(Refused::Closed);
    }
    to.balance.set(to.balance.get() + amount);
    pause().await; // and sends a receipt
    Ok(())
}
