//! What stands in the parentheses: events, and options.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprLit, Ident, Lit, LitStr};

use crate::handler::args::{collect, split};
use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::suggest::nearest;

const OPTIONS: [&str; 3] = ["order", "name", "collect"];

/// The arguments, as far as they could be read.
#[derive(Default)]
pub(crate) struct Args {
    /// One kind for each event. None: all events.
    pub(crate) events: Vec<Kind>,
    pub(crate) order: Option<Expr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) uncollected: bool,
}

impl Args {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        let (mut args, mut errors) = (Self::default(), Errors::default());
        let mut names = Vec::new();
        for argument in split(tokens) {
            let name = match argument.first() {
                Some(TokenTree::Ident(name)) => name.clone(),
                _ => {
                    errors.push(no_name(&argument));
                    continue;
                }
            };
            let text = name.to_string();
            if names.contains(&text) {
                errors.at(&name, format!("`{text}` is given twice"));
                continue;
            }
            errors.keep(args.argument(&name, &argument[1..]));
            names.push(text);
        }
        errors.finish(args)
    }

    fn argument(&mut self, name: &Ident, rest: &[TokenTree]) -> syn::Result<()> {
        let is_option = OPTIONS.iter().any(|option| name == option);
        match rest {
            [] if !is_option => self.event(name, &name.to_string()),
            [] => self.option(name, None),
            [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
                self.option(name, syn::parse2(collect(value)).ok())
            }
            [TokenTree::Punct(colon), value @ ..] if is_option && colon.as_char() == ':' => {
                fault_in(colon, format!("write `{name} = {}`", text(value)))
            }
            [TokenTree::Group(value)] if is_option => {
                fault_in(value, format!("write `{name} = {}`", text(&[TokenTree::Group(value.clone())])))
            }
            [TokenTree::Group(pattern)] if is_event(name) => fault_in(
                pattern,
                format!("an interceptor stands around all calls of an event: write `{name}`, and look at its call"),
            ),
            [second, ..] => fault_in(second, "write `,` before this"),
        }
    }

    fn option(&mut self, name: &Ident, value: Option<Expr>) -> syn::Result<()> {
        let text = name.to_string();
        match (text.as_str(), value) {
            ("order", Some(order)) => self.order = Some(integer(order)?),
            ("name", Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))) => self.name = Some(text),
            ("collect", Some(Expr::Lit(ExprLit { lit: Lit::Bool(collect), .. }))) => self.uncollected = !collect.value,
            ("order", None) => return fault(name, "write `order = -1`: lower ones are further outside"),
            ("name", _) => return fault(name, "write `name = \"..\"`: the interceptor's name in logs"),
            ("collect", _) => return fault(name, "write `collect = false`; without it the interceptor is collected"),
            _ => return fault(name, unknown(&text)),
        }
        Ok(())
    }

    /// `topic` and `subscribe` are attributes for one event.
    fn event(&mut self, name: &Ident, text: &str) -> syn::Result<()> {
        match Kind::ALL.into_iter().find(|kind| kind.name() == text) {
            Some(kind) if self.events.iter().any(|known| known.event() == kind.event()) => {
                fault(name, "`topic` and `subscribe` are one event: name one of them")
            }
            Some(kind) => {
                self.events.push(kind);
                Ok(())
            }
            None => fault(name, unknown(text)),
        }
    }
}

/// The order, with or without a minus.
fn integer(order: Expr) -> syn::Result<Expr> {
    let digits = match &order {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => &unary.expr,
        other => other,
    };
    match digits {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) if number.base10_parse::<i32>().is_ok() => Ok(order),
        _ => Err(syn::Error::new_spanned(order, "the order is a whole number, such as `order = -1`")),
    }
}

/// What is wrong with an argument that doesn't begin with a name.
fn no_name(argument: &[TokenTree]) -> syn::Error {
    let quoted = syn::parse2::<LitStr>(collect(argument)).map(|text| text.value());
    let message = match quoted {
        Ok(event) if Kind::ALL.into_iter().any(|kind| kind.name() == event) => {
            format!("an event is named without quotes: write `{event}`")
        }
        _ => "write events, such as `rpc, publish`, or options, such as `order = -1`".to_owned(),
    };
    syn::Error::new_spanned(collect(argument), message)
}

fn is_event(name: &Ident) -> bool {
    Kind::ALL.into_iter().any(|kind| name == kind.name())
}

/// A value as people write it, without the parentheses around it.
fn text(value: &[TokenTree]) -> String {
    match value {
        [TokenTree::Group(group)] => group.stream().to_string(),
        value => collect(value).to_string(),
    }
    .replace("- ", "-")
}

fn unknown(name: &str) -> String {
    let events = Kind::ALL.map(Kind::name);
    match nearest(name, events.into_iter().chain(OPTIONS)) {
        Some(meant) => format!("no event or option is named `{name}`: did you mean `{meant}`?"),
        None => {
            let list: Vec<_> = events.iter().map(|event| format!("`{event}`")).collect();
            format!("no event or option is named `{name}`: events are {}", list.join(", "))
        }
    }
}

fn fault(at: &Ident, message: impl std::fmt::Display) -> syn::Result<()> {
    Err(syn::Error::new(at.span(), message))
}

fn fault_in(at: impl ToTokens, message: impl std::fmt::Display) -> syn::Result<()> {
    Err(syn::Error::new_spanned(at, message))
}
