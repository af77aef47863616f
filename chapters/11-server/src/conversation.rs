// ANCHOR: head
//! The conversation with one meter.

use waiting::Message;

use crate::connection::Connection;
use crate::totals::Totals;
use crate::{Error, Signal};
// ANCHOR_END: head

// ANCHOR: talk
/// Talks to one meter. `Ok` means that the server stops, and that the meter has an
/// answer to each of its messages.
pub(crate) async fn talk(
    mut meter: Connection,
    number: u64,
    totals: Totals,
    drain: &Signal,
) -> Result<(), Error> {
    let mut total: u32 = 0;
    while let Some(message) = meter.message(drain).await? {
        match message {
            Message::Reading(litres) => {
                totals.add(number, litres).await?;
                total = total.wrapping_add(litres);
                meter.send(Message::Total(total)).await?;
            }
            Message::Pong => {}
            other => return Err(Error::Unexpected(other)),
        }
    }
    Ok(())
}
// ANCHOR_END: talk
