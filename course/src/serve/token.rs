//! The secret that a page of this server carries and everything that acts must show.

use std::fmt::Write;

/// 128 random bits, made anew at every start.
pub struct Token(String);

impl Token {
    /// A fresh one, from the system's own source.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        let mut text = String::with_capacity(32);
        for byte in bytes {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// As pages carry it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether `shown` is the token, in a time that does not tell how much of it is right.
    pub fn is(&self, shown: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), shown.as_bytes());
        let difference = ours.iter().zip(theirs).fold(0, |sum, (a, b)| sum | (a ^ b));
        // `black_box` keeps the compiler from returning at the first difference.
        ours.len() == theirs.len() && std::hint::black_box(difference) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = Token::random().unwrap();
        assert_eq!(token.text().len(), 32);
        assert!(token.is(token.text()));
        assert!(!token.is(&token.text()[..31]) && !token.is("") && !token.is(&"0".repeat(33)));
        assert_ne!(token.text(), Token::random().unwrap().text());
    }
}
