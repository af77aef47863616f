//! Guards that cancel a token when they are dropped.

use super::CancellationToken;

/// Cancels a [`CancellationToken`] when it is dropped.
#[derive(Debug)]
#[must_use = "the token is cancelled as soon as the guard is dropped"]
pub struct DropGuard {
    /// `None` once it is disarmed.
    token: Option<CancellationToken>,
}

impl DropGuard {
    pub(super) fn new(token: CancellationToken) -> Self {
        let token = Some(token);
        Self { token }
    }

    /// Returns the token.
    pub fn token(&self) -> &CancellationToken {
        self.token.as_ref().expect("only `disarm` takes it")
    }

    /// Returns the token without cancelling it.
    pub fn disarm(mut self) -> CancellationToken {
        self.token.take().expect("only `disarm` takes it")
    }
}

impl Drop for DropGuard {
    fn drop(&mut self) {
        if let Some(token) = &self.token {
            token.cancel();
        }
    }
}

/// Cancels a borrowed [`CancellationToken`] when it is dropped.
#[derive(Debug)]
#[must_use = "the token is cancelled as soon as the guard is dropped"]
pub struct DropGuardRef<'a> {
    /// `None` once it is disarmed.
    token: Option<&'a CancellationToken>,
}

impl<'a> DropGuardRef<'a> {
    pub(super) fn new(token: &'a CancellationToken) -> Self {
        let token = Some(token);
        Self { token }
    }

    /// Returns the token.
    pub fn token(&self) -> &'a CancellationToken {
        self.token.expect("only `disarm` takes it")
    }

    /// Returns the token without cancelling it.
    pub fn disarm(mut self) -> &'a CancellationToken {
        self.token.take().expect("only `disarm` takes it")
    }
}

impl Drop for DropGuardRef<'_> {
    fn drop(&mut self) {
        if let Some(token) = self.token {
            token.cancel();
        }
    }
}
