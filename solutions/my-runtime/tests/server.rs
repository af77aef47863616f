//! The whole server on your runtime, over real sockets.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

type Result = std::result::Result<(), Box<dyn Error>>;

/// The program, and a way to connect to it.
struct Program {
    process: Child,
    output: BufReader<ChildStdout>,
    address: SocketAddr,
}

impl Program {
    fn start() -> std::result::Result<Program, Box<dyn Error>> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_server"))
            .arg("--serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.trim().parse()?;
        Ok(Program { process, output, address })
    }

    fn meter(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(stream)
    }

    /// Ends its input, and returns what it prints at its end.
    fn stop(mut self) -> std::result::Result<String, Box<dyn Error>> {
        drop(self.process.stdin.take());
        let mut text = String::new();
        self.output.read_to_string(&mut text)?;
        if !self.process.wait()?.success() {
            return Err("the program has failed".into());
        }
        Ok(text)
    }
}

/// The next total. If the machine was slow, a ping comes first, and wants an answer.
fn answer(meter: &mut TcpStream) -> std::io::Result<[u8; 6]> {
    let mut message = [0; 6];
    loop {
        meter.read_exact(&mut message[..2])?;
        if message[..2] != [3, 0] {
            meter.read_exact(&mut message[2..])?;
            return Ok(message);
        }
        meter.write_all(&[4, 0])?;
    }
}

#[test]
fn each_reading_is_answered_with_the_total_of_its_meter() -> Result {
    let program = Program::start()?;
    let mut meters = [program.meter()?, program.meter()?];
    for round in 1..=3 {
        for (meter, litres) in meters.iter_mut().zip([5, 7]) {
            meter.write_all(&[1, 4, 0, 0, 0, litres])?;
            assert_eq!(
                answer(meter)?,
                [2, 4, 0, 0, 0, round * litres],
                "the answer in round {round}: a total of {litres} litres for each"
            );
        }
    }
    let text = program.stop()?;
    assert!(text.contains("drained: 2\n") && text.ends_with("36 litres\n"), "{text}");
    Ok(())
}

#[test]
fn a_bad_meter_is_disconnected_and_a_half_closed_one_is_answered() -> Result {
    let program = Program::start()?;
    let mut nonsense = program.meter()?;
    nonsense.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    // The end may be a reset, because the server has not read all of it.
    assert_eq!(
        nonsense.read(&mut [0; 6]).unwrap_or(0),
        0,
        "bytes that came after nonsense: the server must hang up"
    );
    let mut unfinished = program.meter()?;
    unfinished.write_all(&[1, 4, 0])?;
    assert_eq!(
        unfinished.read(&mut [0; 6])?,
        0,
        "bytes that came after half a message: the server must hang up"
    );
    let mut half_closed = program.meter()?;
    half_closed.write_all(&[1, 4, 0, 0, 0, 9])?;
    half_closed.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    half_closed.read_to_end(&mut answer)?;
    assert_eq!(answer, [2, 4, 0, 0, 0, 9], "the answer to a reading of 9 litres");
    let text = program.stop()?;
    for end in ["nonsense: 1\n", "late: 1\n", "closed: 1\n"] {
        assert!(text.contains(end), "{text}");
    }
    Ok(())
}

#[test]
fn a_silent_meter_gets_a_ping_and_then_the_end() -> Result {
    let program = Program::start()?;
    let mut silent = program.meter()?;
    let mut received = Vec::new();
    silent.read_to_end(&mut received)?;
    assert_eq!(received, [3, 0], "all that a silent meter receives: a ping");
    assert!(program.stop()?.contains("late: 1\n"));
    Ok(())
}

#[test]
fn no_good_meter_loses_an_answer_beside_the_bad_ones() -> Result {
    let output = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["--meters", "20", "--seconds", "2", "--bad"])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    assert!(output.status.success(), "{text}");
    assert!(text.contains("good meters                      20, 0 failed\n"), "{text}");
    Ok(())
}

#[test]
fn a_server_of_objects_loses_no_answer() -> Result {
    let output = Command::new(env!("CARGO_BIN_EXE_server"))
        .args(["--meters", "20", "--seconds", "1", "--objects"])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    assert!(output.status.success(), "{text}");
    assert!(text.contains("good meters                      20, 0 failed\n"), "{text}");
    Ok(())
}

#[test]
fn a_wrong_argument_prints_what_is_wrong_and_the_usage() -> Result {
    let usage =
        "usage: cargo course meters [--meters N] [--seconds S] [--bad] [--objects]\n";
    let run = |arguments: &[&str]| {
        let ran = Command::new(env!("CARGO_BIN_EXE_server")).args(arguments).output()?;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (out, error) = (text(&ran.stdout), text(&ran.stderr));
        std::io::Result::Ok((ran.status.code(), out, error))
    };
    assert_eq!(run(&["--help"])?, (Some(0), usage.into(), String::new()));
    let said = format!("there is no argument --many\n{usage}");
    assert_eq!(run(&["--many"])?, (Some(1), String::new(), said));
    for arguments in [&["--meters"][..], &["--meters", "0"], &["--meters", "many"]] {
        let said = format!("--meters needs a number from 1 to 20000\n{usage}");
        assert_eq!(run(arguments)?, (Some(1), String::new(), said));
    }
    Ok(())
}

#[test]
fn a_pipe_that_is_closed_early_is_no_error() -> Result {
    let server = (env!("CARGO_BIN_EXE_server"), &["--meters", "2", "--seconds", "1"][..]);
    let meters = (env!("CARGO_BIN_EXE_meters"), &["--meters", "3"][..]);
    for (program, arguments) in [server, meters, (server.0, &["--help"])] {
        let mut running = Command::new(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        drop(running.stdout.take());
        let output = running.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {said}");
        assert_eq!(said, "", "{program} {arguments:?}");
    }
    Ok(())
}
