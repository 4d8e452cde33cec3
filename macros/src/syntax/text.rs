//! The text of tokens in messages.

use quote::ToTokens;

/// A type as people write it.
pub(crate) fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for mark in ["<", ">", "::", "&", "(", ")", "'"] {
        text = text.replace(&format!(" {mark}"), mark).replace(&format!("{mark} "), mark);
    }
    text.replace(" ,", ",")
}
