//! The results of `load`, as tables and a chart.

use serde_json::json;

use super::{Args, Counted, Measured, Mode, PEERS};
use crate::drive::answers::Call;
use crate::drive::pace::Pace;
use crate::peers::Peer;
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;

pub(super) fn report(args: &Args, measured: &[Measured], counted: &[Counted]) -> Report {
    let mut tables: Vec<_> = args.modes().into_iter().map(|mode| (mode.caption(), table(mode, measured, counted))).collect();
    tables.push(("The most memory that a server ever had, MiB:".to_owned(), memory(args, measured)));
    Report {
        name: "load",
        title: format!("Quick calls: median of {} rounds (least–most)", args.rounds),
        tables,
        chart: chart(args, measured),
        rounds: json!({ "measured": measured, "counted": counted }),
    }
}

impl Mode {
    fn caption(self) -> String {
        let cores = match self.cores {
            crate::cores::Cores::Pinned => "the server has core 0, the driver core 1",
            crate::cores::Cores::Free => "server and driver share all cores",
        };
        match self.pace {
            Pace::Saturated(calls) => format!("**{calls} calls in flight**; {cores}:"),
            Pace::PerSecond(calls) => format!("**{calls} calls a second**; {cores}:"),
        }
    }

    fn name(self) -> String {
        match self.pace {
            Pace::Saturated(calls) => format!("{calls} in flight, {}", self.cores.name()),
            Pace::PerSecond(calls) => format!("{calls} a second, {}", self.cores.name()),
        }
    }
}

/// The rounds of one cell.
fn rounds(measured: &[Measured], mode: Mode, peer: Peer, call: Call) -> impl Iterator<Item = &Measured> {
    measured.iter().filter(move |one| (one.mode, one.peer, one.call) == (mode, peer, call))
}

/// The ratio of the CPU time to tonic's in the same round: a slow machine slows down both.
fn ratio(measured: &[Measured], mode: Mode, peer: Peer, call: Call) -> Spread {
    let pairs = rounds(measured, mode, peer, call).zip(rounds(measured, mode, Peer::Tonic, call));
    Spread::of(pairs.map(|(one, tonic)| one.cpu / tonic.cpu))
}

fn table(mode: Mode, measured: &[Measured], counted: &[Counted]) -> Table {
    let head = [
        "call",
        "peer",
        "CPU µs/call",
        "of tonic's",
        "calls/s",
        "p50 µs",
        "p99 µs",
        "system calls/call",
        "waited",
        "driver busy",
    ];
    let mut table = Table::new(head);
    for call in Call::QUICK {
        for peer in PEERS {
            let of = |what: fn(&Measured) -> f64| Spread::of(rounds(measured, mode, peer, call).map(what));
            let counted = counted.iter().find(|one| (one.mode, one.peer, one.call) == (mode, peer, call));
            let system_calls = counted.and_then(|counted| counted.system_calls);
            table.row([
                call.name().to_owned(),
                peer.name().to_owned(),
                of(|one| one.cpu).to_string(),
                format!("{:.2}", ratio(measured, mode, peer, call)),
                format!("{:.0}", of(|one| one.outcome.calls as f64 / one.outcome.seconds)),
                format!("{:.0}", of(|one| one.outcome.p50 as f64)),
                format!("{:.0}", of(|one| one.outcome.p99 as f64)),
                system_calls.map_or_else(|| "n/a".to_owned(), |calls| format!("{calls:.2}")),
                format!("{:.0} %", of(|one| one.waited * 100.0).median),
                format!("{:.0} %", of(|one| one.outcome.cpu * 100.0 / one.outcome.seconds).median),
            ]);
        }
    }
    table
}

fn memory(args: &Args, measured: &[Measured]) -> Table {
    let mut table = Table::new(["peer", "in flight, pinned", "paced, pinned", "in flight, unpinned", "paced, unpinned"]);
    for peer in PEERS {
        let [a, b, c, d] = args.modes().map(|mode| {
            let memory = rounds(measured, mode, peer, Call::Rpc).map(|one| one.memory);
            Spread::of(memory).to_string()
        });
        table.row([peer.name().to_owned(), a, b, c, d]);
    }
    table
}

fn chart(args: &Args, measured: &[Measured]) -> Chart {
    let mut groups = Vec::new();
    for mode in args.modes() {
        for call in Call::QUICK {
            let bars = PEERS.map(|peer| (peer.name(), Spread::of(rounds(measured, mode, peer, call).map(|one| one.cpu))));
            groups.push(Group { name: format!("{}: {}", call.name(), mode.name()), bars: bars.to_vec() });
        }
    }
    Chart { title: "CPU time of the server for a call, µs (less is better)".to_owned(), groups }
}
