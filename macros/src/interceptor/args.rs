//! What stands in the parentheses: events, and options.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Token};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::near::nearest;

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

struct Argument {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse::<Ident>().map_err(|error| {
            syn::Error::new(error.span(), "write events, such as `rpc, publish`, or options, such as `order = -1`")
        })?;
        let value = if input.parse::<Option<Token![=]>>()?.is_some() { Some(input.parse()?) } else { None };
        Ok(Self { name, value })
    }
}

impl Args {
    pub(crate) fn read(tokens: TokenStream) -> syn::Result<Self> {
        let arguments = Punctuated::<Argument, Token![,]>::parse_terminated.parse2(tokens)?;
        let (mut args, mut errors) = (Self::default(), Errors::default());
        let mut names = Vec::new();
        for Argument { name, value } in arguments {
            let text = name.to_string();
            if names.contains(&text) {
                errors.at(&name, format!("`{text}` is given twice"));
                continue;
            }
            errors.keep(args.argument(&name, value));
            names.push(text);
        }
        errors.finish(args)
    }

    fn argument(&mut self, name: &Ident, value: Option<Expr>) -> syn::Result<()> {
        let text = name.to_string();
        match (text.as_str(), value) {
            ("order", Some(order)) => self.order = Some(integer(order)?),
            ("name", Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. }))) => self.name = Some(text),
            ("collect", Some(Expr::Lit(ExprLit { lit: Lit::Bool(collect), .. }))) => self.uncollected = !collect.value,
            ("order", None) => return fault(name, "write `order = -1`: lower ones are further outside"),
            ("name", _) => return fault(name, "write `name = \"..\"`: the interceptor's name in logs"),
            ("collect", _) => return fault(name, "write `collect = false`; without it the interceptor is collected"),
            (_, None) => self.event(name, &text)?,
            (_, Some(_)) => return fault(name, unknown(&text)),
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
