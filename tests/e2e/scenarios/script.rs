//! The format of scenarios, which `README.md` beside this file describes.

use std::time::Duration;

use super::signing::Signing;

/// What happens between some clients and a server.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) title: String,
    /// The file, and the line of the title.
    pub(crate) place: String,
    /// The server's name in `servers.rs`.
    pub(crate) server: String,
    pub(crate) steps: Vec<Step>,
}

/// One line of a scenario, or a frame of several.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) line: usize,
    pub(crate) action: Action,
}

#[derive(Debug)]
pub(crate) enum Action {
    /// `open NAME OPTION..`; `connect NAME OPTION..` also sends a connect command and waits for its reply.
    Open { name: String, options: Vec<String>, connects: bool },
    /// `NAME> JSON`, and further lines of the same frame.
    Send { name: String, lines: Vec<String> },
    /// `bytes NAME HEX`.
    Bytes { name: String, hex: String },
    /// `NAME< JSON`: waits for a message that contains it.
    Expect { name: String, pattern: String },
    /// `close NAME`.
    Close { name: String },
    /// `ended NAME HOW`: waits for the end, which begins with `HOW`.
    Ended { name: String, how: String },
    /// `pause NAME` and `resume NAME`: whether it reads.
    Pause { name: String, paused: bool },
    /// `api METHOD JSON`: a call of the server API, with its key.
    Api { method: String, body: String },
    /// `http VERB PATH HEADER=VALUE.. BODY`.
    Http { verb: String, path: String, headers: Vec<(String, String)>, body: String },
    /// `token NAME by KEY as ALGORITHM under HEADER CLAIMS`; all but the name and the claims may be absent.
    Token { name: String, signing: Signing, claims: String },
    /// `stop`: begins to stop the server, which has no other scenario then.
    Stop,
    /// `wait 300ms`.
    Wait(Duration),
    /// `repeat TIMES ..`
    Repeat(usize, Box<Action>),
}

/// The scenarios of a file.
///
/// # Panics
///
/// With the place of a line that isn't understood.
pub(crate) fn parse(file: &str, text: &str) -> Vec<Scenario> {
    let (mut server, mut scenarios) = (String::new(), Vec::<Scenario>::new());
    for (number, line) in (1..).zip(text.lines()) {
        let place = format!("{file}:{number}");
        if let Some(name) = line.strip_prefix("server ") {
            server = name.to_owned();
        } else if let Some(title) = line.strip_prefix("== ") {
            scenarios.push(Scenario { title: title.to_owned(), place, server: server.clone(), steps: Vec::new() });
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            let scenario = scenarios.last_mut().unwrap_or_else(|| panic!("{place}: a line before the first scenario"));
            add(&mut scenario.steps, number, line).unwrap_or_else(|| panic!("{place}: `{line}` isn't understood"));
        }
    }
    scenarios
}

fn add(steps: &mut Vec<Step>, line: usize, text: &str) -> Option<()> {
    if let Some(more) = text.strip_prefix("+") {
        let Action::Send { lines, .. } = &mut steps.last_mut()?.action else { return None };
        lines.push(more.strip_prefix(' ').unwrap_or(more).to_owned());
    } else {
        steps.push(Step { line, action: action(text)? });
    }
    Some(())
}

fn action(text: &str) -> Option<Action> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some(name) = word.strip_suffix('>') {
        return Some(Action::Send { name: name.into(), lines: vec![rest.into()] });
    }
    if let Some(name) = word.strip_suffix('<') {
        return Some(Action::Expect { name: name.into(), pattern: rest.into() });
    }
    let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let name = first.to_owned();
    Some(match word {
        "open" | "connect" => Action::Open { name, options: words(more), connects: word == "connect" },
        "bytes" => Action::Bytes { name, hex: more.into() },
        "close" => Action::Close { name },
        "ended" => Action::Ended { name, how: more.into() },
        "pause" | "resume" => Action::Pause { name, paused: word == "pause" },
        "api" => Action::Api { method: name, body: more.into() },
        "http" => http(name, more),
        "token" => token(name, more)?,
        "stop" => Action::Stop,
        "wait" => Action::Wait(Duration::from_millis(first.strip_suffix("ms")?.parse().ok()?)),
        "repeat" => Action::Repeat(first.parse().ok()?, Box::new(action(more)?)),
        _ => return None,
    })
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A value of a header ends at the next space.
fn http(verb: String, rest: &str) -> Action {
    let (path, mut rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut headers = Vec::new();
    while let Some((name, value)) = rest.split(' ').next().and_then(|word| word.split_once('=')) {
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            break;
        }
        headers.push((name.to_owned(), value.to_owned()));
        rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
    }
    Action::Http { verb, path: path.into(), headers, body: rest.into() }
}

fn token(name: String, rest: &str) -> Option<Action> {
    let (mut signing, mut rest) = (Signing::default(), rest);
    while let Some((word, more)) = rest.split_once(' ').filter(|(word, _)| matches!(*word, "by" | "as" | "under")) {
        let (value, claims) = more.split_once(' ')?;
        let field = match word {
            "by" => &mut signing.secret,
            "as" => &mut signing.algorithm,
            _ => &mut signing.header,
        };
        *field = Some(value.replace('_', " "));
        rest = claims;
    }
    Some(Action::Token { name, signing, claims: rest.into() })
}
