//! Patterns are parsed from any text.

use centrifugo_pattern::{Error, Namespace, Pattern, Place, Segment};

pub(crate) fn check(text: &str) {
    match Pattern::parse(text) {
        Ok(pattern) => check_pattern(&pattern, text),
        Err(error) => check_error(&error, text),
    }
}

fn check_pattern(pattern: &Pattern, text: &str) {
    assert_eq!(pattern.as_str(), text);
    let printed = printed(pattern);
    assert_eq!(printed, text, "the segments are not those of the pattern");
    assert_eq!(Pattern::parse(&printed).as_ref(), Ok(pattern));
    check_placeholders(pattern, text);
    let shapes = pattern.shapes(false);
    assert_eq!(shapes.len(), 1 + usize::from(pattern.tail().is_some()));
    let example = example(pattern);
    if let (Namespace::Literal(name), Ok(())) = (pattern.namespace(), pattern.check(Place::Method)) {
        let channel = example.strip_prefix('$').unwrap_or(&example);
        assert!(channel.starts_with(&format!("{name}:")), "{example:?} of {text:?} is not in the namespace {name:?}");
    }
    let values: Option<Vec<_>> = pattern.matches(&example).map(Iterator::collect);
    let named = pattern.placeholders().filter(|placeholder| placeholder.name().is_some()).count();
    assert_eq!(values, Some(vec!["x"; named]), "{text:?} doesn't match {example:?}");
    for place in [Place::Subscribe, Place::Publish, Place::Method] {
        if let Err(error) = pattern.check(place) {
            check_error(&error, text);
        }
    }
}

fn check_placeholders(pattern: &Pattern, text: &str) {
    let mut names: Vec<_> = pattern.placeholders().filter_map(|placeholder| placeholder.name()).collect();
    for placeholder in pattern.placeholders() {
        let written = &text[placeholder.span()];
        assert!(written.starts_with('<') && written.ends_with('>'), "{written:?} is no placeholder of {text:?}");
    }
    names.sort_unstable();
    assert!(names.windows(2).all(|two| two[0] != two[1]), "{text:?} names two placeholders alike");
}

/// A mistake lies within the pattern, and its message is one line.
fn check_error(error: &Error, text: &str) {
    assert!(text.get(error.span()).is_some(), "{:?} is no part of {text:?}", error.span());
    assert!(!error.message().is_empty() && !error.message().contains('\n'), "{:?}", error.message());
    assert_eq!(error.to_string().lines().count(), 4, "{error}");
}

/// The pattern, written from its segments.
fn printed(pattern: &Pattern) -> String {
    let tail = pattern.tail().map(|tail| format!("[{}]", of(tail, placeholder))).unwrap_or_default();
    of(pattern.head(), placeholder) + &tail
}

/// A name that the pattern matches.
fn example(pattern: &Pattern) -> String {
    let value = |_: &_| "x".to_owned();
    of(pattern.head(), value) + &of(pattern.tail().unwrap_or_default(), value)
}

fn of(segments: &[Segment], written: impl Fn(&centrifugo_pattern::Placeholder) -> String) -> String {
    let segments = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => text.clone(),
        Segment::Placeholder(placeholder) => written(placeholder),
    });
    segments.collect()
}

fn placeholder(placeholder: &centrifugo_pattern::Placeholder) -> String {
    let dots = if placeholder.is_rest() { ".." } else { "" };
    format!("<{}{dots}>", placeholder.name().unwrap_or("_"))
}
