//! The resources that a process uses, as Linux reports them.

use std::fs;
use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::Result;

/// The processor time of a process since its start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Time on a core, in user space and in the kernel.
    pub(crate) cpu: Duration,
    /// The time for which its threads could have run and had no core.
    pub(crate) waited: Duration,
}

impl Usage {
    /// Sums up the threads' nanoseconds: `stat` has the sum, but in hundredths of a second. Our peers' threads don't end.
    pub(crate) fn of(id: u32) -> Result<Self> {
        let mut all = Self::default();
        for thread in fs::read_dir(format!("/proc/{id}/task"))? {
            // A thread that has just ended used next to nothing.
            let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
            let mut times = text.split_whitespace().map_while(|time| time.parse().ok().map(Duration::from_nanos));
            let (Some(cpu), Some(waited)) = (times.next(), times.next()) else {
                return Err("the kernel keeps no schedstat".into());
            };
            all.cpu += cpu;
            all.waited += waited;
        }
        Ok(all)
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(before.cpu), waited: self.waited.saturating_sub(before.waited) }
    }
}

/// The CPU time that this process has used, with its threads that have ended.
pub(crate) fn own_cpu() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The processor time of all processes that have been waited for, in seconds. Linux counts hundredths.
pub(crate) fn children_cpu() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name, which may hold anything; `cutime` and `cstime` are the 16th and 17th.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: f64 = fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

/// The memory that a process has in RAM now, in bytes.
pub(crate) fn memory(id: u32) -> Result<u64> {
    status(id, "VmRSS:")
}

/// The most memory that it ever had in RAM, in bytes.
pub(crate) fn peak_memory(id: u32) -> Result<u64> {
    status(id, "VmHWM:")
}

/// The number of its open file descriptors.
pub(crate) fn descriptors(id: u32) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{id}/fd"))?.count())
}

fn status(id: u32, field: &str) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|kib| kib.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| format!("process {id} has no {field}").into())
}

/// Counts a process's system calls by `perf`, which costs the process time: not to be used together with [`Usage`].
pub(crate) struct SystemCalls(Child);

impl SystemCalls {
    /// Starts to count; `None` if there is no perf, or it isn't permitted.
    pub(crate) fn count(id: u32) -> Option<Self> {
        let arguments = ["stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p"];
        let mut perf = Command::new("perf");
        perf.args(arguments).arg(id.to_string());
        perf.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut perf = perf.spawn().ok()?;
        // `perf` prints nothing when it is ready.
        thread::sleep(Duration::from_millis(300));
        perf.try_wait().ok()?.is_none().then_some(Self(perf))
    }

    pub(crate) fn finish(self) -> Option<u64> {
        kill_process(Pid::from_child(&self.0), Signal::INT).ok()?;
        let output = self.0.wait_with_output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr);
        text.lines().find(|line| line.contains("raw_syscalls"))?.split(',').next()?.parse().ok()
    }
}

/// Raises this process's limit of open files to this number, also for the processes that it starts.
pub(crate) fn allow_open_files(wanted: u64) -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    // `None` is no limit.
    if limit.current.is_none_or(|current| current >= wanted) {
        return Ok(());
    }
    if limit.maximum.is_some_and(|maximum| maximum < wanted) {
        let maximum = limit.maximum.unwrap_or_default();
        return Err(
            format!("{wanted} open files are needed, and the hard limit is {maximum}: raise it, or ask for less").into()
        );
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum })?;
    Ok(())
}
