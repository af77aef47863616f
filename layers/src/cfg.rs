//! Tells whether only tests compile an item: whether its `#[cfg(…)]` is false in every other build.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The flags that only a test sets.
const TESTS: [&str; 3] = ["test", "fuzzing", "doctest"];

/// Whether the contents of an attribute's brackets are a `cfg` that is false outside of tests.
pub fn only_tests(attribute: TokenStream) -> bool {
    let mut tokens = attribute.into_iter();
    let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(group))) =
        (tokens.next(), tokens.next())
    else {
        return false;
    };
    name == "cfg" && value(&group.stream().into_iter().collect::<Vec<_>>()) == Some(false)
}

/// The value of a predicate outside of tests. `None` if it depends on the build.
fn value(predicate: &[TokenTree]) -> Option<bool> {
    let Some(TokenTree::Ident(name)) = predicate.first() else {
        return None;
    };
    let Some(TokenTree::Group(group)) = predicate.get(1) else {
        return (predicate.len() == 1 && TESTS.iter().any(|test| name == test)).then_some(false);
    };
    if group.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
    let mut values = inner
        .split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','))
        .filter(|part| !part.is_empty())
        .map(value);
    match name.to_string().as_str() {
        "not" => values.next().flatten().map(|value| !value),
        "all" => combine(values, false),
        "any" => combine(values, true),
        _ => None,
    }
}

/// `all` and `any`: one value of `strong` decides, and otherwise each value has to be known.
fn combine(values: impl Iterator<Item = Option<bool>>, strong: bool) -> Option<bool> {
    let values: Vec<Option<bool>> = values.collect();
    if values.contains(&Some(strong)) {
        Some(strong)
    } else if values.contains(&None) {
        None
    } else {
        Some(!strong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(attribute: &str) -> bool {
        only_tests(attribute.parse().unwrap())
    }

    #[test]
    fn a_flag_of_tests_leaves_the_item_out() {
        assert!(only("cfg(test)"));
        assert!(only("cfg(all(test, loom))"));
        assert!(only("cfg(all(any(test, fuzzing), not(loom)))"));
    }

    #[test]
    fn an_item_that_another_build_may_have_stays() {
        assert!(!only("cfg(loom)"));
        assert!(!only("cfg(not(test))"));
        assert!(!only("cfg(any(test, unix))"));
        assert!(!only("cfg(feature = \"test\")"));
        assert!(!only("cfg_attr(test, derive(Debug))"));
        assert!(!only("doc = \"cfg(test)\""));
    }
}
