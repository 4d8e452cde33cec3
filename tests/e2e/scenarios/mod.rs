//! Scenarios of the client protocol and the server API, played with two servers: both must give the same transcripts.
//! `README.md` describes how scenarios are written.

mod app;
mod connection;
mod format;
mod http;
mod names;
mod play;
mod script;
mod servers;
mod signing;
mod transcript;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use futures_util::future::{join, join_all};
use tokio::sync::Semaphore;

use self::play::{Played, play};
use self::script::Scenario;
use self::servers::{RunningServer, Start};

/// The scenarios in which the engine differs from Centrifugo on purpose, and why. `docs/standalone.md` of the runtime tells users.
const DEVIATIONS: [(&str, &str); 13] = [
    ("The API needs a channel and data", "an unsubscribe without a channel ends no subscription, so it is a bad request"),
    (
        "The API reads history in both directions, without a limit of its own",
        "what the caller can mend is a bad request, not an internal error",
    ),
    ("The API lists the channels that match", "a pattern that is incomplete is a bad request, not an internal error"),
    (
        "A client unsubscribes from a stream",
        "Centrifugo pushes 2500 to a client that has left a stream, upon which SDKs subscribe again",
    ),
    ("A publication that isn't JSON, to clients whose filter drops it", "they receive nothing of it, so they can go on"),
    ("Info that isn't JSON, to clients that don't see joins", "they receive nothing of it, so they can go on"),
    ("A string that isn't UTF-8", "Centrifugo breaks the connection, as text of WebSocket is UTF-8"),
    ("A subscription of the API that fails, of a client that is subscribed", "an error means that nothing has happened"),
    ("Data of a subscription that isn't JSON, and what is left of it", "an error means that nothing has happened"),
    (
        "The API subscribes a client that is subscribed already, without presence",
        "Centrifugo's memory engine shows the client as long as it runs",
    ),
    (
        "A refresh of the API without an expiry ends the connection's one",
        "Centrifugo's timers end when the connection would have expired",
    ),
    (
        "A client that has opened its connection in time connects beyond the limit of connections",
        "clients that open many connections and connect them all at once would pass the limit",
    ),
    ("A health check is always there", "an app without a server of its own has no other one, so it needs no option"),
];

/// How many scenarios play with a server at the same time: few enough that the app answers within Centrifugo's second.
const AT_ONCE: usize = 24;

/// How much of a transcript's line a report shows.
const LONGEST: usize = 400;

// Scenarios that aren't stable with the real Centrifugo prove nothing of another server.
#[tokio::test]
async fn every_scenario_has_the_same_transcript_with_two_centrifugos() {
    compare(servers::centrifugo, servers::centrifugo, &[]).await;
}

#[tokio::test]
async fn every_scenario_has_the_same_transcript_with_centrifugo_and_with_the_standalone_engine() {
    compare(servers::centrifugo, servers::standalone, &DEVIATIONS).await;
}

#[test]
fn there_are_at_least_120_scenarios_with_different_titles() {
    let scenarios = scenarios();
    let titles: BTreeMap<_, _> = scenarios.iter().map(|scenario| (&scenario.title, &scenario.place)).collect();
    assert_eq!(titles.len(), scenarios.len());
    assert!(titles.len() >= 120, "{}", titles.len());
}

/// Plays the scenarios, or those whose title contains the text of the variable `SCENARIO`, with two servers.
///
/// # Panics
///
/// With the transcripts that differ twice without being deviations, with what didn't happen, and with deviations that don't
/// differ.
async fn compare(first: Start, second: Start, deviations: &[(&str, &str)]) {
    let wanted = env::var("SCENARIO").unwrap_or_default();
    let mut scenarios: Vec<_> = scenarios().into_iter().filter(|scenario| scenario.title.contains(&wanted)).collect();
    let mut reports = differences(&scenarios, first, second, deviations).await;
    if !reports.is_empty() {
        // A busy machine may be too late for a scenario. What differs between servers does so again, among few others.
        scenarios.retain(|scenario| reports.contains_key(&scenario.title));
        reports = differences(&scenarios, first, second, deviations).await;
    }
    let texts: Vec<_> = reports.into_values().collect();
    assert!(texts.is_empty(), "{} scenarios:\n\n{}", texts.len(), texts.join("\n"));
}

/// The reports of what differs without being a deviation, and of deviations that don't, by the titles of their scenarios.
async fn differences(
    scenarios: &[Scenario],
    first: Start,
    second: Start,
    deviations: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let (first, second) = join(all(scenarios, first), all(scenarios, second)).await;
    let mut reports = BTreeMap::new();
    for (scenario, (first, second)) in scenarios.iter().zip(first.iter().zip(&second)) {
        let title = &scenario.title;
        let report = match difference(scenario, first, second) {
            Some(report) if !is_deviation(title, deviations) => report,
            None if is_deviation(title, deviations) => format!("== {title}: no deviation any more\n"),
            _ => continue,
        };
        reports.insert(title.clone(), report);
    }
    reports
}

fn is_deviation(title: &str, deviations: &[(&str, &str)]) -> bool {
    deviations.iter().any(|(deviation, _)| *deviation == title)
}

/// The scenarios of all groups.
fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/scenarios/groups");
    let mut files: Vec<_> = fs::read_dir(folder).expect("the groups").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        script::parse(&name, &fs::read_to_string(file).expect("a group"))
    };
    files.iter().flat_map(read).collect()
}

/// What happens in each scenario with the servers that are started so.
async fn all(scenarios: &[Scenario], start: Start) -> Vec<Played> {
    let (servers, turns) = (servers::start_all(start).await, Semaphore::new(AT_ONCE));
    let one = |(number, scenario): (usize, _)| {
        let (server, turn) = (server(&servers, scenario), turns.acquire());
        async move {
            let _turn = turn.await;
            play(scenario, server, number).await
        }
    };
    join_all(scenarios.iter().enumerate().map(one)).await
}

fn server<'s>(servers: &'s BTreeMap<String, RunningServer>, scenario: &Scenario) -> &'s RunningServer {
    let (name, place) = (&scenario.server, &scenario.place);
    servers.get(name).unwrap_or_else(|| panic!("{place}: no server `{name}`"))
}

/// The report of a scenario that failed, or whose transcripts differ. All of them with the variable `TRANSCRIPTS`.
fn difference(scenario: &Scenario, first: &Played, second: &Played) -> Option<String> {
    let is_same = first.transcript == second.transcript && first.fault.is_none() && second.fault.is_none();
    if is_same && env::var_os("TRANSCRIPTS").is_none() {
        return None;
    }
    let mut report = format!("== {} ({})\n", scenario.title, scenario.place);
    for (name, fault) in [("first", &first.fault), ("second", &second.fault)] {
        if let Some(fault) = fault {
            report.push_str(&format!("{name} server: {fault}\n"));
        }
    }
    for line in lines(&first.transcript, &second.transcript) {
        report.extend(line.chars().take(LONGEST).chain(['\n']));
    }
    Some(report)
}

/// The lines of both transcripts: those of the first alone with `-`, those of the second alone with `+`.
fn lines(first: &str, second: &str) -> Vec<String> {
    let (first, second): (Vec<_>, Vec<_>) = (first.lines().collect(), second.lines().collect());
    let same = first.iter().zip(&second).take_while(|(first, second)| first == second).count();
    let rest = |lines: &[&str], sign: char| lines[same..].iter().map(|line| format!("{sign} {line}")).collect::<Vec<_>>();
    let shared = first[..same].iter().map(|line| format!("  {line}"));
    shared.chain(rest(&first, '-')).chain(rest(&second, '+')).collect()
}
