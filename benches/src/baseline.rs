//! Compares the cost of a call with the committed baseline.
//!
//! A lower cost is reported as well: otherwise the next change could lose it again unnoticed.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::apps::checkout;
use crate::count::{self, Counted};
use crate::drive::answers::Call;
use crate::peers::Peer;
use crate::{Result, progress};

/// The largest difference from the baseline, in percent, that is no change. Counts of one program differ by a thirtieth of
/// that.
const TOLERANCE: f64 = 3.0;

/// The most that metrics may add to a call's instructions, in percent.
const METRICS: f64 = 10.0;

/// The options of `baseline`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the baseline instead of comparing with it
    #[arg(long)]
    save: bool,
}

/// The committed costs, by the names of the calls.
#[derive(Debug, Serialize, Deserialize)]
struct Baseline(BTreeMap<String, Taken>);

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Taken {
    instructions: f64,
    allocations: f64,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut now = BTreeMap::new();
    for call in Call::QUICK {
        let Counted { instructions, allocations, .. } = count::count(&count::Args::default(), Peer::Ours, call)?;
        let tenth = (allocations * 10.0).round() / 10.0;
        now.insert(call.name().to_owned(), Taken { instructions: instructions.round(), allocations: tenth });
    }
    let now = Baseline(now);
    now.compare_with_metrics(Call::Rpc, count::count(&count::Args::default(), Peer::OursWithMetrics, Call::Rpc)?)?;
    if args.save {
        return Ok(fs::write(file(), format!("{}\n", serde_json::to_string_pretty(&now)?))?);
    }
    let text = fs::read_to_string(file()).map_err(|error| format!("can't read {}: {error}", file().display()))?;
    now.compare(&serde_json::from_str(&text)?)
}

fn file() -> PathBuf {
    checkout().join("benches/baseline.json")
}

impl Baseline {
    fn compare_with_metrics(&self, call: Call, with: Counted) -> Result<()> {
        let name = call.name();
        let without = self.0.get(name).ok_or_else(|| format!("the baseline has no `{name}`"))?;
        let percent = (with.instructions / without.instructions - 1.0) * 100.0;
        let line = format!("{name}, with metrics: {:.0} instructions, {percent:+.1} %", with.instructions);
        progress(&line);
        if percent <= METRICS { Ok(()) } else { Err(format!("more than {METRICS} % for metrics: {line}").into()) }
    }

    fn compare(&self, committed: &Self) -> Result<()> {
        let mut off = Vec::new();
        for (call, now) in &self.0 {
            let was = committed.0.get(call).ok_or_else(|| format!("the baseline has no `{call}`"))?;
            let values =
                [("instructions", was.instructions, now.instructions), ("allocations", was.allocations, now.allocations)];
            for (what, was, now) in values {
                let percent = (now / was - 1.0) * 100.0;
                let line = format!("{call}: {now} {what}, {percent:+.1} % of the baseline's {was}");
                progress(&line);
                if percent.abs() > TOLERANCE {
                    off.push(line);
                }
            }
        }
        if off.is_empty() {
            return Ok(());
        }
        Err(format!(
            "more than {TOLERANCE} % off:\n  {}\nIf that is intended, or the compiler has changed, write the baseline anew: \
             `cargo run --release -p centrifugo-benches baseline --save`",
            off.join("\n  ")
        )
        .into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Baseline, Call, Counted, Taken};

    fn rpc(instructions: f64, allocations: f64) -> Baseline {
        Baseline([("rpc".to_owned(), Taken { instructions, allocations })].into())
    }

    #[test]
    fn a_small_difference_is_no_change() {
        assert!(rpc(102_900.0, 20.0).compare(&rpc(100_000.0, 20.0)).is_ok());
    }

    #[test]
    fn more_and_less_are_reported() {
        for now in [rpc(103_100.0, 20.0), rpc(96_900.0, 20.0), rpc(100_000.0, 21.0)] {
            let error = now.compare(&rpc(100_000.0, 20.0)).unwrap_err().to_string();
            assert!(error.contains("rpc") && error.contains("--save"), "{error}");
        }
    }

    #[test]
    fn metrics_may_add_a_tenth() {
        let with = |instructions| Counted { instructions, allocations: 22.0, bytes: 0.0 };
        assert!(rpc(100_000.0, 20.0).compare_with_metrics(Call::Rpc, with(109_900.0)).is_ok());
        let error = rpc(100_000.0, 20.0).compare_with_metrics(Call::Rpc, with(110_100.0)).unwrap_err().to_string();
        assert!(error.contains("rpc, with metrics: 110100 instructions, +10.1 %"), "{error}");
    }

    #[test]
    fn a_call_without_a_baseline_is_reported() {
        assert!(rpc(1.0, 1.0).compare(&Baseline([].into())).is_err());
    }
}
