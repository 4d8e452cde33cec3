//! The model of a handler: checks the function and its attribute, and holds what is registered.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Ident, Item, PathArguments, ReturnType, Safety, Signature, Type,
    TypeImplTrait, TypeParamBound,
};

use crate::handler::args::{Args, Options};
use crate::handler::params::{Param, params, text, typed};
use crate::handler::pattern::{MaybeConstant, Source};
use crate::handler::unique;
use crate::kind::Kind;
use crate::syntax::errors::Errors;
use crate::syntax::function::Function;
use crate::syntax::groups::flat;

/// The message for `lenient` without a placeholder.
pub(crate) const NO_VALUE: &str = "`lenient` needs a placeholder: without one no value is read";

/// A function that answers an event.
pub(crate) struct Handler {
    pub(crate) kind: Kind,
    pub(crate) options: Options,
    pub(crate) source: Source,
    pub(crate) constant: Option<MaybeConstant>,
    pub(crate) params: Vec<Param>,
    pub(crate) claims: Vec<String>,
    pub(crate) ident: Ident,
    pub(crate) output: ReturnType,
}

impl Handler {
    pub(super) fn read(kind: Kind, args: TokenStream, function: &Function) -> syn::Result<Self> {
        let mut errors = Errors::default();
        attributes(kind, &function.attrs, &mut errors);
        signature(kind, &function.sig, &mut errors);
        let args = errors.keep(Args::read(kind, args));
        let source = args.as_ref().and_then(|args| errors.keep(Source::check(kind, args.pattern.as_ref())));
        let (Some(args), Some(source)) = (args, source) else {
            return errors.finish(()).and_then(|()| Err(syn::Error::new(function.span(), "this is no handler")));
        };
        lenient(&args.options, &source, &mut errors);
        let params = params(Some(kind), &function.sig, &source, &mut errors);
        let claims = if args.options.uncollected { Vec::new() } else { unique::names(kind, &source, &args.options) };
        let (source, constant) = source.import();
        let handler = Self {
            kind,
            options: args.options,
            source,
            constant,
            params,
            claims,
            ident: function.sig.ident.clone(),
            output: function.sig.output.clone(),
        };
        errors.finish(handler)
    }
}

/// The function that the attribute stands on.
pub(super) fn function(kind: Kind, item: &TokenStream) -> syn::Result<Function> {
    if let Some(function) = Function::read(item) {
        return Ok(function);
    }
    let (name, item) = (kind.name(), flat(item.clone()));
    let (what, span) = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) if kind.takes_type() => {
            let message = format!("`{name}` goes on an `async fn`: a struct that names channels has `#[channel(\"..\")]`");
            return Err(syn::Error::new(item.struct_token.span, message));
        }
        Ok(Item::Struct(item)) => ("a struct", item.struct_token.span),
        Ok(Item::Enum(item)) => ("an enum", item.enum_token.span),
        Ok(Item::Impl(item)) => ("an `impl` block", item.impl_token.span),
        Ok(Item::Mod(item)) => ("a module", item.mod_token.span),
        Ok(Item::Trait(item)) => ("a trait", item.trait_token.span),
        Ok(Item::Static(item)) => ("a static", item.static_token.span),
        Ok(Item::Const(item)) => ("a const", item.const_token.span),
        _ if syn::parse2::<syn::TraitItemFn>(item.clone()).is_ok() => ("a function without a body", item.span()),
        Ok(other) => ("something else", other.span()),
        Err(_) => ("something else", item.span()),
    };
    Err(syn::Error::new(span, format!("`{name}` goes on an `async fn`, and this is {what}")))
}

/// Checks that there are values that `lenient` applies to.
fn lenient(options: &Options, source: &Source, errors: &mut Errors) {
    let Some(option) = &options.lenient else { return };
    match source {
        Source::Pattern(written) if written.named().next().is_some() => {}
        Source::Pattern(_) | Source::Any => errors.at(option, NO_VALUE),
        Source::Type(path) => {
            let name = path.to_token_stream();
            errors.at(
                option,
                format!("`lenient` belongs to the typed channel: write `#[channel(\"..\", lenient)]` on `{name}`"),
            );
        }
    }
}

/// Reports attributes that a handler can't have.
fn attributes(kind: Kind, attrs: &[Attribute], errors: &mut Errors) {
    for attribute in attrs {
        if let Some(other) = Kind::of(attribute) {
            let message = format!(
                "a handler has one attribute, and this function is a `{}` handler already: write a second function for `{}`",
                kind.name(),
                other.name()
            );
            errors.at(attribute, message);
        }
        let last = attribute.path().segments.last().map(|last| last.ident.to_string());
        match last.as_deref() {
            Some("main") => {
                errors.at(
                    attribute,
                    "a handler is called by Centrifugo: `main` is another function, with `centrifugo::run().await` in it",
                );
            }
            Some("test") => {
                errors.at(attribute, "a handler can't be a test: write the test beside it, and call the handler there");
            }
            _ => {}
        }
    }
}

fn signature(kind: Kind, signature: &Signature, errors: &mut Errors) {
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.at(
            receiver,
            "a handler has no `self`: write a function outside of `impl`, and take what it needs as `State<..>`",
        );
    }
    modifiers("a handler", signature, errors);
    generics(signature, errors);
    if kind == Kind::Stream {
        borrows(signature, errors);
    }
    boxed(&signature.output, errors);
    if let (Some(answer), ReturnType::Default) = (kind.answer(), &signature.output) {
        errors.at(&signature.ident, format!("a {} handler answers `{answer}`: write `-> {answer}`", kind.name()));
    }
}

/// Reports a boxed error: a trait object is no `std::error::Error` itself, so `Reject` has no conversion from it.
pub(crate) fn boxed(output: &ReturnType, errors: &mut Errors) {
    let mut output = output.clone();
    let Some((ok, error)) = boxed_error(&mut output) else { return };
    let ok = text(ok);
    let message = format!("an error is a `Reject`, which `?` makes from every error: write `Result<{ok}, Reject>`");
    errors.at(error, message + ", and `map_err(Reject::internal)` for a boxed one");
}

/// The value and the error of a `Result<.., Box<dyn ..>>`.
pub(crate) fn boxed_error(output: &mut ReturnType) -> Option<(&mut Type, &mut Type)> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = &mut **ty else { return None };
    let result = path.path.segments.last_mut().filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &mut result.arguments else { return None };
    let mut arguments = arguments.args.iter_mut();
    match (arguments.next()?, arguments.next()?) {
        (GenericArgument::Type(ok), GenericArgument::Type(error)) if is_boxed(error) => Some((ok, error)),
        _ => None,
    }
}

fn is_boxed(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Box" && text(&last.arguments).contains("dyn "))
}

/// Reports borrowed arguments: a stream that is returned as `impl Stream` borrows from all of them, but for one with a
/// `use<..>`.
fn borrows(signature: &Signature, errors: &mut Errors) {
    #[derive(Default)]
    struct Capturing(bool);
    impl<'ast> Visit<'ast> for Capturing {
        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            self.0 |= !ty.bounds.iter().any(|bound| matches!(bound, TypeParamBound::PreciseCapture(_)));
            visit::visit_type_impl_trait(self, ty);
        }
    }
    let mut capturing = Capturing::default();
    capturing.visit_return_type(&signature.output);
    if !capturing.0 {
        return;
    }
    for argument in signature.inputs.iter().filter_map(typed) {
        if let Type::Reference(reference) = &*argument.ty {
            let owned = reference.elem.to_token_stream();
            let message = format!("a stream goes on when its call is over, and can't borrow from that: write `{owned}`");
            errors.at(&argument.ty, message);
        }
    }
}

/// Reports the modifiers that a function for Centrifugo's events can't have. `one` names the function in messages.
pub(crate) fn modifiers(one: &str, signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(token, format!("{one} is called with whatever a client sends, so it can't be `unsafe`"));
    } else if let Some(abi) = &signature.abi {
        errors.at(abi, format!("{one} is called from Rust: leave out `extern`"));
    } else if let Some(token) = &signature.constness {
        errors.at(token, format!("{one} is an `async fn`: leave out `const`"));
    } else if let Some(variadic) = &signature.variadic {
        errors.at(variadic, format!("{one} has as many arguments as it names"));
    } else if signature.asyncness.is_none() {
        errors.at(signature.fn_token, format!("{one} is asynchronous: write `async fn {}`", signature.ident));
    }
}

fn generics(signature: &Signature, errors: &mut Errors) {
    let generic = signature.generics.params.iter().find(|param| !matches!(param, GenericParam::Lifetime(_)));
    if let Some(param) = generic {
        errors.at(param, "a handler can't be generic: no caller chooses the type, so write it out");
        return;
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause, "a handler has no `where`: all of its types are written out");
    }
    struct Implied<'e>(&'e mut Errors);
    impl<'ast> Visit<'ast> for Implied<'_> {
        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            let message = format!("an argument can't be `{}`: write the type out", ty.to_token_stream());
            self.0.at(ty, message);
            visit::visit_type_impl_trait(self, ty);
        }
    }
    for argument in &signature.inputs {
        Implied(errors).visit_fn_arg(argument);
    }
}
