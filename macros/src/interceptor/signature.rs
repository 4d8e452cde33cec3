//! The check of an interceptor's signature, by the names of its types: it reports one error, where the compiler would report
//! one for each event. Types with other names are left to the compiler.

use quote::ToTokens;
use syn::{
    FnArg, GenericArgument, GenericParam, Ident, PatType, PathArguments, PathSegment, ReturnType, Signature, Type, TypeParam,
};

use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::signature::{check_boxed_error, check_modifiers, typed};

/// The event of the interceptor, as messages write it.
struct Form {
    /// `Rpc`, or the name of the generic.
    event: String,
    reply: String,
    /// `<E: Event>`.
    generics: String,
}

impl Form {
    fn of(events: &[Kind], generic: Option<&TypeParam>) -> Self {
        match (events, generic) {
            ([kind], None) => {
                let (event, reply) = (kind.event_name().to_owned(), kind.reply().to_owned());
                Self { event, reply, generics: String::new() }
            }
            (_, generic) => {
                let event = generic.map_or_else(|| "E".to_owned(), |generic| generic.ident.to_string());
                Self { reply: format!("{event}::Reply"), generics: format!("<{event}: Event>"), event }
            }
        }
    }

    fn result(&self) -> String {
        format!("Result<{}, Reject>", self.reply)
    }

    fn whole(&self) -> String {
        let Self { event, generics, .. } = self;
        format!("`async fn timed{generics}(call: Call<{event}>, next: Next<{event}>) -> {}`", self.result())
    }
}

/// Checks the function. The events are unknown if the attribute has a mistake.
pub(super) fn check(events: Option<&[Kind]>, signature: &Signature, errors: &mut Errors) {
    check_modifiers("an interceptor", signature, errors);
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.at(receiver, "an interceptor has no `self`: write a function outside of `impl`");
        return;
    }
    let Some(events) = events else { return };
    let mut generics = signature.generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_)));
    let generic = match (generics.next(), generics.next()) {
        (_, Some(second)) => return errors.at(second, "an interceptor has one generic: the event"),
        (Some(GenericParam::Type(event)), _) => Some(event),
        (Some(other), _) => return errors.at(other, "an interceptor has one generic: the event"),
        (None, None) => None,
    };
    let form = Form::of(events, generic);
    match generic {
        None if events.len() != 1 => return errors.at(&signature.ident, not_generic(events, &form)),
        Some(event) if event.bounds.is_empty() && signature.generics.where_clause.is_none() => {
            return errors.at(event, format!("the generic is the event: write `{0}: Event`", event.ident));
        }
        _ => {}
    }
    let mut found = Errors::default();
    check_arguments(&form, signature, &mut found);
    if found.is_empty() {
        check_output(&form, signature, &mut found);
        check_boxed_error(&signature.output, &mut found);
    }
    errors.keep(found.finish(()));
}

fn not_generic(events: &[Kind], form: &Form) -> String {
    let events = if events.is_empty() { "every event" } else { "several events" };
    let form = form.whole();
    format!(
        "an interceptor of {events} is generic: write {form}, or name one event in the attribute, such as `interceptor(rpc)`"
    )
}

/// The role of an argument, by its type's name, with or without a `&` before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Call,
    Next,
    Other,
}

fn role(argument: &PatType) -> Role {
    match last(&argument.ty) {
        Some(last) if last.ident == "Call" => Role::Call,
        Some(last) if last.ident == "Next" => Role::Next,
        _ => Role::Other,
    }
}

/// The name of a type, and its arguments.
fn last(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Reference(reference) => last(&reference.elem),
        Type::Group(group) => last(&group.elem),
        Type::Paren(paren) => last(&paren.elem),
        _ => None,
    }
}

fn check_arguments(form: &Form, signature: &Signature, errors: &mut Errors) {
    let arguments: Vec<_> = signature.inputs.iter().filter_map(typed).collect();
    let roles: Vec<_> = arguments.iter().map(|argument| role(argument)).collect();
    check_order(form, signature, &arguments, &roles, errors);
    // The call and the `Next` have the same event, so a wrong one is one mistake.
    let faults = arguments.iter().zip(&roles).filter_map(|(argument, role)| match role {
        Role::Call => wrong_event(form, "call", "Call", &argument.ty),
        Role::Next => wrong_event(form, "next", "Next", &argument.ty),
        Role::Other => None,
    });
    if let Some(error) = faults.into_iter().next() {
        errors.push(error);
    }
}

fn check_order(form: &Form, signature: &Signature, arguments: &[&PatType], roles: &[Role], errors: &mut Errors) {
    let event = &form.event;
    let find = |role| roles.iter().position(|other| *other == role);
    match (find(Role::Call), find(Role::Next)) {
        (Some(call), Some(next)) if next < call => {
            let message = format!("the call comes before what is next: write `call: Call<{event}>, next: Next<{event}>`");
            errors.at(arguments[next], message);
        }
        (Some(call), Some(_)) => {
            for extractor in arguments[call..].iter().filter(|argument| role(argument) == Role::Other) {
                errors.at(extractor, "extractors come before the call: move this to the front");
            }
        }
        (Some(call), None) if call + 1 == arguments.len() => {
            errors.at(arguments[call], format!("what comes next is missing: add `next: Next<{event}>` after the call"));
        }
        (None, Some(0)) if arguments.len() == 1 => {
            errors.at(arguments[0], format!("the call is missing: add `call: Call<{event}>` before this"));
        }
        (None, Some(next)) if next > 0 && is_event(&arguments[next - 1].ty, event) => {
            errors.at(&arguments[next - 1].ty, format!("the event comes in its call: write `Call<{event}>`"));
        }
        (None, next) if arguments.len() < 2 || next == Some(0) => {
            let form = form.whole();
            errors.at(&signature.ident, format!("the last two arguments are the call and what comes next: write {form}"));
        }
        _ => {}
    }
}

/// Whether the type is the interceptor's event.
fn is_event(ty: &Type, event: &str) -> bool {
    last(ty).is_some_and(|last| last.ident == event && last.arguments.is_none())
}

/// Reports `&Call<E>` and `Call<Publish>` where `Call<E>` is expected.
fn wrong_event(form: &Form, what: &str, name: &str, ty: &Type) -> Option<syn::Error> {
    let event = &form.event;
    if let Type::Reference(_) = ty {
        let message = format!("`{what}` belongs to the interceptor: write `{name}<{event}>`");
        return Some(syn::Error::new_spanned(ty, message));
    }
    match &last(ty)?.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(other) if is_another(other, event) => {
                let message = format!("this is an interceptor of `{event}`: write {}", form.whole());
                Some(syn::Error::new_spanned(other, message))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether the type is an event, and not this one.
fn is_another(ty: &Type, event: &str) -> bool {
    let name = last(ty).map(|last| &last.ident);
    let is_named = |kind: Kind| name.is_some_and(|name: &Ident| name == kind.event_name());
    name.is_some_and(|name| name != event) && Kind::ALL.into_iter().any(is_named)
}

fn check_output(form: &Form, signature: &Signature, errors: &mut Errors) {
    let result = form.result();
    match &signature.output {
        ReturnType::Default => errors.at(&signature.ident, format!("an interceptor returns the reply: write `-> {result}`")),
        ReturnType::Type(_, ty) => match ok(ty) {
            Some(reply) if is_other_reply(reply, form) => {
                let message = format!("an interceptor of `{}` returns the event's reply: write `{result}`", form.event);
                errors.at(reply, message);
            }
            None if is_reply(ty) => {
                errors.at(ty, format!("what comes next may refuse, and so may an interceptor: write `{result}`"));
            }
            _ => {}
        },
    }
}

/// The first argument of a `Result`.
fn ok(ty: &Type) -> Option<&Type> {
    match &last(ty).filter(|last| last.ident == "Result")?.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(ok) => Some(ok),
            _ => None,
        },
        _ => None,
    }
}

/// The name of a type, or its text.
fn name(ty: &Type) -> String {
    last(ty).map_or_else(|| ty.to_token_stream().to_string(), |last| last.ident.to_string())
}

fn is_reply(ty: &Type) -> bool {
    let name = name(ty);
    name == "Reply" || Kind::ALL.into_iter().any(|kind| kind.reply() == name)
}

/// Whether it is the reply of one event, and not of this one.
fn is_other_reply(ty: &Type, form: &Form) -> bool {
    let name = name(ty);
    is_reply(ty) && name != "Reply" && name != form.reply
}
