//! The heading of a built page, and the first sentence of its text.

use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// What a link preview says about a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// The text of the first `h1`.
    pub heading: String,
    /// The first sentence of the first paragraph.
    pub sentence: String,
}

/// Reads a page.
pub(super) fn of(html: &str) -> Summary {
    let main = html.find("<main>").map_or(html, |at| &html[at..]);
    let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(main.into());
    // A tokenizer stops only for scripts that our reader does not have.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let read = tokenizer.sink.0.into_inner();
    Summary {
        heading: one_line(&read.heading),
        sentence: first_sentence(&one_line(&read.paragraph)).to_owned(),
    }
}

#[derive(Default)]
struct Read {
    heading: String,
    paragraph: String,
    /// The element whose text we collect.
    inside: Option<&'static str>,
}

#[derive(Default)]
struct Reader(RefCell<Read>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut read = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                // Our own paragraphs have attributes: hidden marks, notes.
                let plain = tag.attrs.is_empty();
                match &*tag.name {
                    "h1" if read.heading.is_empty() => read.inside = Some("h1"),
                    "p" if plain && !read.heading.is_empty() && read.paragraph.is_empty() => {
                        read.inside = Some("p");
                    }
                    _ => {}
                }
            }
            Token::TagToken(tag) if read.inside == Some(&*tag.name) => read.inside = None,
            Token::CharacterTokens(text) => match read.inside {
                Some("h1") => read.heading.push_str(&text),
                Some(_) => read.paragraph.push_str(&text),
                None => {}
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text up to the first full stop, question mark or colon that a space follows.
fn first_sentence(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|&(at, c)| matches!(c, '.' | '?' | '!') && text[at + 1..].starts_with(' '));
    end.map_or(text, |(at, _)| &text[..=at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_the_heading_and_the_first_sentence_without_markup() {
        let html = "<p>Not this.</p><main><h1 id=\"x\"><a href=\"#x\">Wakers &amp; more</a></h1>\n<p hidden>No.</p>\n\
                    <p>A <code>Waker</code> costs\n2.5 ns. It does more.</p><p>Later.</p></main>";
        assert_eq!(
            of(html),
            Summary {
                heading: "Wakers & more".into(),
                sentence: "A Waker costs 2.5 ns.".into(),
            }
        );
    }

    #[test]
    fn a_page_without_a_paragraph_has_an_empty_sentence() {
        assert_eq!(of("<main><h1>A</h1></main>").sentence, "");
    }
}
