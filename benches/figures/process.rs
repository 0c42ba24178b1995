//! A server process of its own, on a processor of its own where there are two, with its processor time and memory.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Kernel ticks of processor time in a second (`USER_HZ`, the same on every Linux that Rust runs on).
const TICKS: f64 = 100.0;
/// Bytes of a page of memory.
const PAGE: u64 = 4096;

/// A running server.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("a free port")
        .port()
}

/// Whether processes can be pinned: two processors and `taskset`. Asked once, before this process leaves the first one:
/// from then on it sees one processor only.
pub fn pins() -> bool {
    static PINS: LazyLock<bool> = LazyLock::new(|| {
        let two = std::thread::available_parallelism().is_ok_and(|count| count.get() >= 2);
        two && Command::new("taskset")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    });
    *PINS
}

/// A command that runs on the first processor only. actix then takes one worker.
pub fn on_first(program: &Path) -> Command {
    if !pins() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command
}

/// Leaves the first processor to the servers.
pub fn move_away() {
    if pins() {
        let own = std::process::id().to_string();
        let moved = Command::new("taskset")
            .args(["-a", "-c", "-p", "1", &own])
            .stdout(Stdio::null())
            .status();
        assert!(
            moved.is_ok_and(|status| status.success()),
            "taskset moves this process"
        );
    }
}

impl Process {
    /// Starts it and waits until it takes connections.
    pub fn start(mut command: Command, port: u16, log: &Path) -> Self {
        let log = File::create(log).expect("a log file");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut process = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = process.child.try_wait().expect("a child");
            assert!(
                ended.is_none() && begun.elapsed() < Duration::from_secs(20),
                "the server does not start: {ended:?}"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        process
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Seconds of processor time so far.
    pub fn cpu(&self) -> f64 {
        cpu_of(self.pid())
    }

    /// Bytes of memory that are resident.
    pub fn resident(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/statm", self.pid()))
            .expect("a process of ours");
        text.split(' ')
            .nth(1)
            .and_then(|pages| pages.parse::<u64>().ok())
            .expect("statm")
            * PAGE
    }
}

/// Seconds of processor time of a process, user and system; zero when it is gone.
pub fn cpu_of(pid: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    let ticks: f64 = after_name
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks / TICKS
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
