//! A running `kakao dev`: the real program, a real port, a real file.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub const SECRET: &str = "local-skill-secret";

/// A running `kakao dev`.
pub struct Dev {
    pub process: Child,
    pub port: u16,
    /// Everything it said before it was ready.
    pub said: Vec<String>,
    pub started_in: Duration,
}

impl Dev {
    pub fn start(data: &Path) -> Self {
        Self::start_with(&["--data", data.to_str().unwrap()])
    }

    pub fn start_with(arguments: &[&str]) -> Self {
        let started = Instant::now();
        let mut command = kakao(&["dev", "--port", "0"]);
        let process = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut dev = Self { process, port: 0, said: Vec::new(), started_in: Duration::ZERO };
        let mut lines = BufReader::new(dev.process.stdout.take().unwrap()).lines();
        let (tell, told) = mpsc::channel();
        // Its output must be read for as long as it lives, or it would wait for us.
        std::thread::spawn(move || {
            while let Some(Ok(line)) = lines.next() {
                let _ = tell.send(line);
            }
        });
        loop {
            let line = told.recv_timeout(Duration::from_secs(30)).expect("it becomes ready");
            if let Some(port) = line.strip_prefix("ready http://127.0.0.1:") {
                dev.port = port.parse().unwrap();
                dev.started_in = started.elapsed();
                return dev;
            }
            dev.said.push(line);
        }
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
        request(self.port, method, path, headers, body)
    }

    pub fn skill(&self, body: &[u8]) -> (u16, Vec<u8>) {
        self.request("POST", "/skill/lunch", &[("content-type", "application/json"), ("x-skill-secret", SECRET)], body)
    }

    /// Says something in the room and returns what the platform made of it.
    pub fn say(&self, saying: &Value) -> Value {
        let json = [("content-type", "application/json")];
        let (status, body) = self.request("POST", "/room/say", &json, saying.to_string().as_bytes());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// The bot's words to `text` of a person.
    pub fn hear(&self, person: &str, text: &str) -> String {
        let turn = self.say(&json!({ "person": person, "skill": "lunch", "text": text }));
        assert_eq!(turn["outcome"], "answered", "{turn}");
        turn["answer"]["template"]["outputs"].to_string()
    }

    /// Ends without warning, as a crash or a power cut would.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn kakao(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakao"));
    command.args(arguments);
    for name in [
        "KAKAO_REST_API_KEY",
        "SKILL_SECRET",
        "SKILL_SECRET_CHECK",
        "SKILL_SECRET_HEADER",
        "BOT_IDS",
        "BOT_API_URL",
        "TABLE_NAME",
    ] {
        command.env_remove(name);
    }
    command
}

/// One HTTP request over a connection of its own.
pub fn request(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head and a body");
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer[end + 4..].to_vec())
}

/// Waits until `found` finds something.
pub fn soon<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}
