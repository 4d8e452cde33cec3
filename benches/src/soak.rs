//! An app under load for minutes: its memory, tasks and file descriptors have to stay the same.

use std::time::Duration;

use crate::cores::Cores;
use crate::drive::Order;
use crate::drive::pace::Pace;
use crate::drive::soak::{Soak, Window};
use crate::driver::Driver;
use crate::peers::Peer;
use crate::process::{descriptors, memory};
use crate::{Result, progress};

/// The number of calls in flight when the capacity is measured.
const IN_FLIGHT: usize = 64;
/// The length of a window, after each of which a line is printed.
const WINDOW: Duration = Duration::from_secs(30);
/// A window that takes so much longer has more calls than the machine manages.
const LATEST: f64 = 1.2;
/// The part of the windows in which the app may still take memory: the allocator and the streams reach their size.
const WARM_UP: f64 = 0.2;
/// The growth that is allowed after the warm-up, as the straight line through all windows has it.
const BOUNDS: [(&str, f64); 3] = [("MiB of memory", 2.0), ("tasks", 10.0), ("file descriptors", 2.0)];

/// The options of `soak`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The time for which it runs
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// The load, as a percentage of the calls a second that the app manages
    #[arg(long, default_value_t = 70)]
    load: u32,
}

/// What the app uses at the end of a window: memory in MiB, tasks, and file descriptors.
pub(crate) type Used = [f64; 3];

pub(crate) fn run(args: &Args) -> Result<()> {
    let server = Peer::Soak.start(Cores::Free)?;
    let windows = 2 * args.minutes;
    let soak = |pace, window, windows| Order::Soak(Soak { address: server.address, pace, window, windows });
    let capacity = {
        let mut driver = Driver::start(Cores::Free, &soak(Pace::Saturated(IN_FLIGHT), WINDOW / 3, 2))?;
        next(&mut driver)?;
        let Window { outcome, .. } = next(&mut driver)?;
        outcome.calls as f64 / outcome.seconds
    };
    let rate = (capacity * f64::from(args.load) / 100.0) as u32;
    progress(&format!("{capacity:.0} calls a second at most; {rate} a second for {} minutes", args.minutes));
    let mut driver = Driver::start(Cores::Free, &soak(Pace::PerSecond(rate), WINDOW, windows))?;
    let mut used = Vec::new();
    for window in 1..=windows {
        let found = next(&mut driver)?;
        let now = [memory(server.id())? as f64 / f64::from(1 << 20), found.tasks, descriptors(server.id())? as f64];
        progress(&line(window, &found, now));
        if found.outcome.seconds > LATEST * WINDOW.as_secs_f64() {
            return Err(
                format!("{rate} calls a second are too many: state a lower --load on a machine with other work").into()
            );
        }
        used.push(now);
    }
    judge(&used, BOUNDS)
}

fn next(driver: &mut Driver) -> Result<Window> {
    driver.ready()?;
    driver.go()
}

fn line(window: u32, Window { outcome, .. }: &Window, [memory, tasks, descriptors]: Used) -> String {
    let seconds = u64::from(window) * WINDOW.as_secs();
    let [p50, p99, max] = [outcome.p50, outcome.p99, outcome.max].map(|micros| micros as f64 / 1000.0);
    let rate = outcome.calls as f64 / outcome.seconds;
    format!(
        "{seconds:>4} s: {rate:.0} calls/s, p50 {p50:.2} ms, p99 {p99:.2} ms, longest {max:.0} ms; \
         {memory:.1} MiB, {tasks} tasks, {descriptors} file descriptors"
    )
}

/// Fails if the app uses more and more after the warm-up.
pub(crate) fn judge(used: &[Used], bounds: [(&str, f64); 3]) -> Result<()> {
    let warm = &used[(used.len() as f64 * WARM_UP) as usize..];
    let mut grown = Vec::new();
    for (at, (what, bound)) in bounds.into_iter().enumerate() {
        let growth = growth(&warm.iter().map(|used| used[at]).collect::<Vec<_>>());
        progress(&format!("growth after the warm-up: {growth:.2} {what}; {bound} are allowed"));
        if growth > bound {
            grown.push(what);
        }
    }
    if grown.is_empty() { Ok(()) } else { Err(format!("the app grows: {}", grown.join(", ")).into()) }
}

/// The rise from the first to the last of equidistant values, of the straight line that fits all best.
fn growth(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let (middle, mean) = ((count - 1.0) / 2.0, values.iter().sum::<f64>() / count);
    let offsets = || (0..values.len()).map(|at| at as f64 - middle);
    let spread: f64 = offsets().map(|offset| offset * offset).sum();
    let slope = offsets().zip(values).map(|(offset, value)| offset * (value - mean)).sum::<f64>() / spread.max(1.0);
    slope * (count - 1.0)
}

#[cfg(test)]
mod tests {
    use super::growth;

    #[test]
    fn growth_is_that_of_the_straight_line() {
        assert_eq!(growth(&[1.0, 2.0, 3.0, 4.0]), 3.0);
        assert_eq!(growth(&[5.0, 5.0, 5.0]), 0.0);
        assert_eq!(growth(&[1.0, 3.0, 1.0]), 0.0);
        assert_eq!(growth(&[7.0]), 0.0);
    }
}
