//! The machine and the versions behind the numbers.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;

/// Describes the cores, the processor, the kernel and the compilers in a line.
pub(super) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(0, |cores| cores.get());
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.split('-').next().unwrap_or_default().trim().to_owned();
    let (rust, go) = (says("rustc", "--version"), says("go", "version"));
    format!("{cores} cores of {model}, Linux {kernel}, {rust}, {go}")
}

/// The first words of a program's version, without the date and the platform.
fn says(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).stdin(Stdio::null()).output();
    let text = output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned());
    let words: Vec<_> = text.split_whitespace().filter(|word| *word != "version").take(2).collect();
    if words.is_empty() { format!("no {program}") } else { words.join(" ") }
}
