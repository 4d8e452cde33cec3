//! The reader of `#[reject(403, "not a member", temporary)]`, `#[reject(disconnect(4502, "banned"))]`,
//! `#[reject(internal)]`, and the attribute's other forms.

use centrifugo_pattern::codes::InvalidCode;
use centrifugo_pattern::nearest;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprAssign, ExprCall, ExprLit, ExprPath, Lit, LitInt, LitStr, Meta, Token};

use super::rules;
use crate::syntax::errors::{Errors, error_at};

/// All forms of the attribute.
pub(super) const USAGE: &str = "write `#[reject(403, \"..\")]`, `#[reject(disconnect(4501, \"..\"))]`, \
    `#[reject(internal)]` or `#[reject(transparent)]`";

/// The answer of a value.
pub(super) enum Answer {
    Error {
        code: LitInt,
        message: LitStr,
        temporary: bool,
    },
    Disconnect {
        code: LitInt,
        reason: LitStr,
    },
    Internal,
    /// The answer of the only field.
    Transparent,
}

/// The content of an attribute.
pub(super) enum Content {
    Answer(Answer),
    /// `with = path`: the function that returns the answer.
    With(ExprPath),
}

pub(super) fn is_reject(attribute: &Attribute) -> bool {
    attribute.path().is_ident("reject")
}

impl Content {
    pub(super) fn read(attribute: &Attribute) -> syn::Result<Self> {
        let tokens = match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => list.tokens.clone(),
            meta => return error_at(meta, format!("the answer is missing: {USAGE}")),
        };
        let expressions = Punctuated::<Expr, Token![,]>::parse_terminated
            .parse2(tokens.clone())
            .or_else(|_| error_at(tokens, format!("this is no answer: {USAGE}")))?;
        content(expressions.into_iter().map(bare).collect())
    }
}

/// Reads the content by its first expression: a word, or a code.
fn content(expressions: Vec<Expr>) -> syn::Result<Content> {
    match &expressions[..] {
        [Expr::Path(word), rest @ ..] => complete(word_alone(word)?, rest),
        [Expr::Call(call), rest @ ..] => complete(call_of(call)?, rest),
        [Expr::Assign(assign), rest @ ..] => complete(assignment(assign)?, rest),
        _ => error(Arguments::read(expressions, TokenStream::new(), &Form::ERROR)?).map(Content::Answer),
    }
}

/// Checks that nothing follows the content.
fn complete(content: Content, rest: &[Expr]) -> syn::Result<Content> {
    match rest {
        [] => Ok(content),
        [Expr::Path(word), ..] if word.path.is_ident("temporary") => {
            error_at(word, "`temporary` is for error replies: write `#[reject(403, \"..\", temporary)]`")
        }
        [surplus, ..] => error_at(surplus, "the answer ends before this: remove it"),
    }
}

fn word_alone(word: &ExprPath) -> syn::Result<Content> {
    match word.path.get_ident().map(ToString::to_string).as_deref() {
        Some("internal") => Ok(Content::Answer(Answer::Internal)),
        Some("transparent") => Ok(Content::Answer(Answer::Transparent)),
        Some("disconnect") => error_at(word, "code and reason are missing: write `#[reject(disconnect(4501, \"..\"))]`"),
        Some("with") => error_at(word, "the function is missing: write `#[reject(with = path)]`"),
        name => error_at(word, unknown(name.unwrap_or_default())),
    }
}

fn unknown(name: &str) -> String {
    match nearest(name, ["disconnect", "internal", "transparent", "temporary"]) {
        Some("temporary") => "code and text go first: write `#[reject(403, \"..\", temporary)]`".to_owned(),
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("a code is a number, as it is checked when compiled: {USAGE}"),
    }
}

fn call_of(call: &ExprCall) -> syn::Result<Content> {
    let name = match &*call.func {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string).unwrap_or_default(),
        _ => String::new(),
    };
    let arguments = &call.args;
    match name.as_str() {
        "disconnect" => {
            let arguments = arguments.iter().cloned().map(bare).collect();
            disconnect(Arguments::read(arguments, call, &Form::DISCONNECT)?).map(Content::Answer)
        }
        "internal" => {
            error_at(call, "`internal` has no arguments: the client sees nothing of it, and the log has the cause")
        }
        "error" => error_at(call, format!("an error reply has no name: write `#[reject({})]`", quote!(#arguments))),
        "with" => error_at(call, format!("write `#[reject(with = {})]`", quote!(#arguments))),
        _ => error_at(call, unknown(&name)),
    }
}

fn assignment(assign: &ExprAssign) -> syn::Result<Content> {
    let is_with = matches!(&*assign.left, Expr::Path(name) if name.path.is_ident("with"));
    match bare((*assign.right).clone()) {
        _ if !is_with => error_at(assign, format!("code and text have no names: {USAGE}")),
        Expr::Path(function) => Ok(Content::With(function)),
        other => error_at(other, "`with` takes the path of a function, such as `Self::refusal`"),
    }
}

/// The form of a code and a text, for messages.
struct Form {
    before: &'static str,
    code: u32,
    after: &'static str,
}

impl Form {
    const ERROR: Self = Self { before: "#[reject(", code: 403, after: ")]" };
    const DISCONNECT: Self = Self { before: "#[reject(disconnect(", code: 4501, after: "))]" };

    fn with(&self, code: impl std::fmt::Display, text: impl std::fmt::Display) -> String {
        format!("write `{}{code}, {text}{}`", self.before, self.after)
    }

    fn usage(&self) -> String {
        self.with(self.code, "\"..\"")
    }
}

/// A code, a text, and the arguments after them.
struct Arguments {
    code: LitInt,
    text: LitStr,
    rest: Vec<Expr>,
}

impl Arguments {
    fn read(expressions: Vec<Expr>, around: impl ToTokens, form: &Form) -> syn::Result<Self> {
        let mut expressions = expressions.into_iter();
        let Some(first) = expressions.next() else {
            return error_at(around, format!("code and text are missing: {}", form.usage()));
        };
        let second = expressions.next();
        let Some(code) = integer(&first) else { return error_at(&first, no_code(&first, second.as_ref(), form)) };
        let Some(second) = second else {
            return error_at(&code, format!("the text is missing: {}", form.with(&code, "\"..\"")));
        };
        let Some(text) = string(&second) else {
            return error_at(second, format!("the text is a string: {}", form.with(&code, "\"..\"")));
        };
        Ok(Self { code, text, rest: expressions.collect() })
    }
}

fn no_code(first: &Expr, second: Option<&Expr>, form: &Form) -> String {
    let code = second.and_then(integer);
    match (string(first), code) {
        (Some(text), Some(code)) => format!("the code goes first: {}", form.with(code, text.to_token_stream())),
        (Some(text), None) => format!("the code is missing: {}", form.with(form.code, text.to_token_stream())),
        (None, _) => format!("a code is a number, as it is checked when compiled: {}", form.usage()),
    }
}

fn error(Arguments { code, text, rest }: Arguments) -> syn::Result<Answer> {
    let mut errors = Errors::default();
    check(&code, rules::error_code, &mut errors);
    check_text(&text, rules::message, &mut errors);
    let temporary = rest.first().is_some_and(is_temporary);
    for surplus in rest.iter().skip(usize::from(temporary)) {
        errors.at(surplus, "after the text there may only be `temporary`: the client tries again");
    }
    errors.finish(Answer::Error { code, message: text, temporary })
}

fn disconnect(Arguments { code, text, rest }: Arguments) -> syn::Result<Answer> {
    let mut errors = Errors::default();
    check(&code, rules::disconnect_code, &mut errors);
    check_text(&text, rules::reason, &mut errors);
    for surplus in &rest {
        errors.at(surplus, format!("nothing follows the reason: {}", InvalidCode::DisconnectCode));
    }
    errors.finish(Answer::Disconnect { code, reason: text })
}

fn check(code: &LitInt, rule: fn(u32) -> Result<(), String>, errors: &mut Errors) {
    // A number that is no `u32` is out of every range.
    if let Err(message) = rule(code.base10_parse().unwrap_or(u32::MAX)) {
        errors.at(code, message);
    }
}

fn check_text(text: &LitStr, rule: fn(&str) -> Result<(), String>, errors: &mut Errors) {
    if let Err(message) = rule(&text.value()) {
        errors.at(text, message);
    }
}

/// The expression without the groups that `macro_rules!` puts around its fragments: `$code:expr`.
fn bare(expression: Expr) -> Expr {
    match expression {
        Expr::Group(group) => bare(*group.expr),
        other => other,
    }
}

fn is_temporary(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(ExprPath { path, .. }) if path.is_ident("temporary"))
}

fn integer(expression: &Expr) -> Option<LitInt> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(code), .. }) => Some(code.clone()),
        _ => None,
    }
}

fn string(expression: &Expr) -> Option<LitStr> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}
