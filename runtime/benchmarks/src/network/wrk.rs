//! `wrk`, an HTTP load generator that many other benchmarks use.

use super::Report;
use std::{
    io,
    net::SocketAddr,
    process::{Command, Stdio},
};

/// The number of connections.
const CONNECTIONS: &str = "-c64";

pub fn is_there() -> bool {
    let asked = Command::new("wrk")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // `wrk --version` prints the version and reports failure.
    asked.is_ok()
}

/// Runs `wrk` for a second.
pub fn run(address: SocketAddr) -> io::Result<Report> {
    let output = Command::new("wrk")
        .args(["-t1", CONNECTIONS, "-d1s", "--latency"])
        .arg(format!("http://{address}/"))
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Report::parse(&text)
        .ok_or_else(|| io::Error::other(format!("unexpected output of wrk: {text}")))
}

impl Report {
    /// Parses the report. `None` if it contains errors.
    fn parse(text: &str) -> Option<Self> {
        if text.contains("Socket errors") || text.contains("Non-2xx") {
            return None;
        }
        let requests = text.lines().find(|line| line.contains(" requests in "))?;
        let p99 = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("99%"))?;
        Some(Self {
            requests: requests.split_whitespace().next()?.parse().ok()?,
            p99: micros(p99.trim())?,
        })
    }
}

/// Parses a duration of `wrk`, in microseconds.
fn micros(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6)];
    let (number, unit) = units
        .into_iter()
        .find_map(|(unit, micros)| Some((text.strip_suffix(unit)?, micros)))?;
    Some(number.parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
Running 1s test @ http://127.0.0.1:8000/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   402.93us  124.78us   3.98ms   91.16%
  Latency Distribution
     50%  402.00us
     99%    1.25ms
  118230 requests in 1.00s, 5.86MB read
Requests/sec: 117922.33
";

    #[test]
    fn the_figures_are_parsed_from_the_report() {
        let figures = Report {
            requests: 118_230,
            p99: 1250.0,
        };
        assert_eq!(Report::parse(REPORT), Some(figures));
    }

    #[test]
    fn a_report_with_errors_has_no_figures() {
        let errors = "  Socket errors: connect 0, read 12, write 0, timeout 0\n";
        assert_eq!(Report::parse(&format!("{REPORT}{errors}")), None);
        assert_eq!(Report::parse("unable to connect"), None);
    }

    #[test]
    fn durations_have_three_units() {
        assert_eq!(micros("402.00us"), Some(402.0));
        assert_eq!(micros("3.98ms"), Some(3980.0));
        assert_eq!(micros("1.01s"), Some(1_010_000.0));
        assert_eq!(micros("nan"), None);
    }
}
