//! The report of `standalone`.

use serde_json::json;

use super::{Args, Measured, Phase, Server};
use crate::drive::live::MISSED;
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;

/// A value that is compared; less is better.
struct Row {
    name: String,
    phase: Phase,
    value: fn(&Measured) -> f64,
}

fn row(name: impl Into<String>, phase: Phase, value: fn(&Measured) -> f64) -> Row {
    Row { name: name.into(), phase, value }
}

fn per_call(measured: &Measured) -> f64 {
    (measured.cpu + measured.app) * 1e6 / measured.outcome.calls as f64
}

fn p50(measured: &Measured) -> f64 {
    measured.outcome.p50 as f64 / 1000.0
}

fn p99(measured: &Measured) -> f64 {
    measured.outcome.p99 as f64 / 1000.0
}

fn rows(args: &Args) -> Vec<Row> {
    let Args { idle, clients, rate, .. } = args;
    vec![
        row(format!("memory of each of {idle} connections with a channel, kB"), Phase::Subscribe, |one| {
            one.memory / one.outcome.calls as f64 / 1000.0
        }),
        row("a connect: CPU µs, with the app", Phase::Connect, per_call),
        row(format!("{idle} connects, 100 at a time: s"), Phase::Connect, |one| one.outcome.seconds),
        row("a subscription: CPU µs, with the app", Phase::Subscribe, per_call),
        row(format!("a message to {clients}: CPU µs for each"), Phase::ToAll, per_call),
        row(format!("a message to {clients}: p50 ms"), Phase::ToAll, p50),
        row(format!("a message to {clients}: p99 ms"), Phase::ToAll, p99),
        row(format!("{rate} publications a second to two each: cores"), Phase::ToPairs, |one| one.cpu / one.outcome.seconds),
        row(format!("{rate} publications a second to two each: p50 ms"), Phase::ToPairs, p50),
        row(format!("{rate} publications a second to two each: p99 ms"), Phase::ToPairs, p99),
        row(format!("{clients} at once recover {MISSED} each: ms until the last"), Phase::Recover, |one| {
            one.outcome.seconds * 1000.0
        }),
        row(format!("{clients} at once recover {MISSED} each: CPU µs for each, with the app"), Phase::Recover, per_call),
    ]
}

pub(super) fn report(args: &Args, measured: &[Measured]) -> Report {
    let of = |row: &Row, server| values(measured, row, server).collect::<Vec<_>>();
    let mut table = Table::new(["less is better", "engine", "Centrifugo", "engine of Centrifugo's"]);
    let mut groups = Vec::new();
    for row in rows(args) {
        let [engine, centrifugo] = [Server::Engine, Server::Centrifugo].map(|server| of(&row, server));
        let ratios = Spread::of(engine.iter().zip(&centrifugo).map(|(engine, centrifugo)| engine / centrifugo));
        let percent = |ratio: f64| ratio * 100.0;
        let bar = Spread { min: percent(ratios.min), median: percent(ratios.median), max: percent(ratios.max) };
        groups.push(Group { name: row.name.clone(), bars: vec![("engine", bar)] });
        let [engine, centrifugo] = [engine, centrifugo].map(|values| Spread::of(values).to_string());
        table.row([row.name, engine, centrifugo, format!("{ratios:.2}")]);
    }
    Report {
        name: "standalone",
        title: format!("The engine beside Centrifugo: median of {} rounds (least–most)", args.rounds),
        tables: vec![("The servers and all clients share the cores:".to_owned(), table)],
        chart: Chart { title: "The engine, in per cent of Centrifugo v6.9.1 (less is better)".to_owned(), groups },
        rounds: json!(measured),
    }
}

/// The values of a server, round by round.
fn values(measured: &[Measured], row: &Row, server: Server) -> impl Iterator<Item = f64> {
    measured.iter().filter(move |one| (one.server, one.phase) == (server, row.phase)).map(row.value)
}
