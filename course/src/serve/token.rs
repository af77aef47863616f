//! The secret that our pages carry. Every request that does something must show it.

use std::fmt::Write;

/// 128 random bits, new at every start.
pub struct Token(String);

impl Token {
    /// A new token, from the system's random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        let mut text = String::with_capacity(32);
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// The token as text, for pages.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Compares `shown` with the token, in constant time. The time does not reveal how much is
    /// right.
    pub fn is(&self, shown: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), shown.as_bytes());
        let difference = ours.iter().zip(theirs).fold(0, |sum, (a, b)| sum | (a ^ b));
        // Without `black_box` the compiler could return at the first difference.
        ours.len() == theirs.len() && std::hint::black_box(difference) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_complete_token_is_accepted() {
        let token = Token::random().unwrap();
        assert_eq!(token.text().len(), 32);
        assert!(token.is(token.text()));
        assert!(!token.is(&token.text()[..31]) && !token.is("") && !token.is(&"0".repeat(33)));
        assert_ne!(token.text(), Token::random().unwrap().text());
    }
}
