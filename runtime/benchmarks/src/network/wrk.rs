//! `wrk`, the HTTP load that others measure with.

use std::{
    io,
    net::SocketAddr,
    process::{Command, Stdio},
};

/// How many connections it keeps busy.
const CONNECTIONS: &str = "-c64";

pub fn is_there() -> bool {
    let asked = Command::new("wrk")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // It answers with its version and a failure.
    asked.is_ok()
}

/// Asks for a page again and again for a second; how often it was served.
pub fn run(address: SocketAddr) -> io::Result<u64> {
    let output = Command::new("wrk")
        .args(["-t1", CONNECTIONS, "-d1s"])
        .arg(format!("http://{address}/"))
        .output()?;
    let report = String::from_utf8_lossy(&output.stdout);
    requests(&report).ok_or_else(|| io::Error::other(format!("wrk says: {report}")))
}

/// The number before "requests in", unless errors are reported too.
fn requests(report: &str) -> Option<u64> {
    if report.contains("Socket errors") || report.contains("Non-2xx") {
        return None;
    }
    let line = report.lines().find(|line| line.contains(" requests in "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::requests;

    const REPORT: &str = "\
Running 1s test @ http://127.0.0.1:8000/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   402.93us  124.78us   3.98ms   91.16%
  118230 requests in 1.00s, 5.86MB read
Requests/sec: 117922.33
";

    #[test]
    fn the_number_of_requests_is_read_from_the_report() {
        assert_eq!(requests(REPORT), Some(118_230));
    }

    #[test]
    fn a_report_of_errors_has_no_figure() {
        let errors = "  Socket errors: connect 0, read 12, write 0, timeout 0\n";
        assert_eq!(requests(&format!("{REPORT}{errors}")), None);
        assert_eq!(requests("unable to connect"), None);
    }
}
