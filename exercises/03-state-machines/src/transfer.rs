//! Exercise `state-machines/transfer`: a future that loses money when it is
//! dropped, to be mended.

use std::cell::Cell;

use state_machines::shapes::pause;

/// An account. Accounts are shared by all the transfers under way.
#[derive(Debug, Default)]
pub struct Account {
    /// What is in it.
    pub balance: Cell<u32>,
    /// A closed account takes no money.
    pub closed: Cell<bool>,
}

/// Why nothing was transferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is less than that in the account.
    Poor,
    /// The account that should have had it is closed.
    Closed,
}

/// Takes `amount` from one account, asks the other bank, and puts it there.
///
/// Between the two it belongs to nobody, so that it cannot be spent twice. If
/// the transfer is refused or dropped, all is as it was before.
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
