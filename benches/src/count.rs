//! Counts the instructions and allocations of a call by valgrind: the same numbers on a busy machine.
//!
//! A server runs twice, for few calls and for many. The difference is the cost of the calls, without the start and the end
//! of the server.

use std::process::Command;

use serde::Serialize;
use serde_json::json;

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::answers::Call;
use crate::drive::pace::Outcome;
use crate::driver::Driver;
use crate::load::{check, protocol};
use crate::peers::Peer;
use crate::report::{Chart, Group, Report, Table};
use crate::spread::Spread;
use crate::{Result, progress};

/// The peers that valgrind can run: Go's runtime isn't made for it.
const PEERS: [Peer; 4] = [Peer::Ours, Peer::OursWithMetrics, Peer::Tonic, Peer::Cent];

/// The options of `count`.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Args {
    /// The number of calls that are counted
    #[arg(long, default_value_t = Self::default().calls)]
    calls: usize,
    /// The number of calls in flight
    #[arg(long, default_value_t = Self::default().concurrency)]
    concurrency: usize,
}

impl Default for Args {
    fn default() -> Self {
        Self { calls: 4000, concurrency: 100 }
    }
}

/// The cost of one call in the server.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Counted {
    pub(crate) instructions: f64,
    pub(crate) allocations: f64,
    /// The bytes of all allocations together.
    pub(crate) bytes: f64,
}

pub(crate) fn run(args: &Args) -> Result<Report> {
    let mut counted = Vec::new();
    for peer in PEERS {
        check(peer)?;
        for call in Call::QUICK {
            progress(&format!("count: {}, {}", peer.name(), call.name()));
            counted.push((peer, call, count(args, peer, call)?));
        }
    }
    Ok(report(args, &counted))
}

/// Counts one call.
pub(crate) fn count(args: &Args, peer: Peer, call: Call) -> Result<Counted> {
    let few = args.calls / 4;
    let each = |tool: Tool| -> Result<Vec<f64>> {
        let (less, more) = (tool.run(args, peer, call, few)?, tool.run(args, peer, call, few + args.calls)?);
        Ok(less.iter().zip(&more).map(|(less, more)| (more - less) / args.calls as f64).collect())
    };
    match (&*each(Tool::Cachegrind)?, &*each(Tool::Dhat)?) {
        (&[instructions], &[bytes, allocations]) => Ok(Counted { instructions, allocations, bytes }),
        _ => Err("valgrind's output differs from that of version 3.19".into()),
    }
}

/// Returns the instructions of a program, as valgrind's cachegrind counts them.
pub(crate) fn instructions(said: &str) -> Result<f64> {
    Tool::Cachegrind.read(said)?.first().copied().ok_or_else(|| "valgrind counted nothing".into())
}

/// A tool of valgrind.
#[derive(Debug, Clone, Copy)]
enum Tool {
    /// Counts instructions.
    Cachegrind,
    /// Counts allocations.
    Dhat,
}

impl Tool {
    /// Returns all that the tool counts while the server handles this many calls.
    fn run(self, args: &Args, peer: Peer, call: Call, calls: usize) -> Result<Vec<f64>> {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(match self {
            Self::Cachegrind => ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"],
            Self::Dhat => ["--tool=dhat", "--mode=heap", "--dhat-out-file=/dev/null"],
        });
        let server = peer.start_by(valgrind)?;
        let (address, protocol, in_flight) = (server.address, protocol(peer), args.concurrency);
        let mut driver = Driver::start(Cores::Free, &Order::Times { address, protocol, call, calls, in_flight })?;
        driver.ready()?;
        let _: Outcome = driver.go()?;
        drop(driver);
        self.read(&server.end()?)
    }

    /// The numbers in the tool's summary line.
    fn read(self, said: &str) -> Result<Vec<f64>> {
        let begins = match self {
            Self::Cachegrind => "I   refs:",
            Self::Dhat => "Total:",
        };
        let line = said.lines().find_map(|line| line.split_once(begins));
        let (_, numbers) = line.ok_or_else(|| format!("valgrind doesn't say {begins:?}:\n{said}"))?;
        let words = numbers.split_whitespace().map(|word| word.replace(',', ""));
        Ok(words.filter_map(|word| word.parse().ok()).collect())
    }
}

fn report(args: &Args, counted: &[(Peer, Call, Counted)]) -> Report {
    let of = |peer, call| counted.iter().find(|one| (one.0, one.1) == (peer, call)).map(|one| one.2);
    let mut table = Table::new(["call", "peer", "instructions", "of tonic's", "allocations", "bytes allocated"]);
    for (peer, call, one) in counted {
        let tonic = of(Peer::Tonic, *call).map_or(f64::NAN, |tonic| tonic.instructions);
        table.row([
            call.name().to_owned(),
            peer.name().to_owned(),
            format!("{:.0}", one.instructions),
            format!("{:.2}", one.instructions / tonic),
            format!("{:.1}", one.allocations),
            format!("{:.0}", one.bytes),
        ]);
    }
    let group = |call: Call| {
        let bar = |peer: Peer| of(peer, call).map(|one| (peer.name(), Spread::of([one.instructions / 1000.0])));
        Group { name: call.name().to_owned(), bars: PEERS.into_iter().filter_map(bar).collect() }
    };
    let Args { calls, concurrency } = args;
    Report {
        name: "count",
        title: "What a call takes in the server".to_owned(),
        tables: vec![(format!("{calls} calls, {concurrency} in flight, one worker, in user space:"), table)],
        chart: Chart {
            title: "Thousand instructions of the server for a call (less is better)".to_owned(),
            groups: Call::QUICK.map(group).into(),
        },
        rounds: json!(counted),
    }
}

#[cfg(test)]
mod tests {
    use super::Tool;

    #[test]
    fn the_summary_lines_are_read() {
        let said = "==7== \n==7== I   refs:      48,106,233\n";
        assert_eq!(Tool::Cachegrind.read(said).unwrap(), [48_106_233.0]);
        let said = "==7== Total:     1,234 bytes in 56 blocks\n==7== At t-gmax: 9 bytes in 1 blocks\n";
        assert_eq!(Tool::Dhat.read(said).unwrap(), [1234.0, 56.0]);
        assert!(Tool::Dhat.read("==7== valgrind: no").is_err());
    }
}
