//! Chromium with a window as wide as a test wants it, and what a test looks for in a page.
#![allow(clippy::expect_used, clippy::panic, reason = "a harness that cannot stand falls over at once and says where")]

use std::process::Stdio;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use simulator::{Laptop, Options};
use tokio::process::{Child, Command};

/// `kakao dev` with the sample bot and an empty folder; its data are gone when it is dropped.
#[derive(Debug)]
pub struct Dev {
    /// Where it is.
    pub url: String,
    _data: tempfile::TempDir,
}

impl Dev {
    /// A new one, ready.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let options = Options { port: 0, data: Some(data.path().to_owned()), ..Options::default() };
        let laptop = Laptop::start(bot::Bot, &options, |_| None).await.expect("kakao dev starts");
        let url = laptop.url.clone();
        tokio::spawn(async move { laptop.serve(std::future::pending()).await.expect("it serves") });
        Self { url, _data: data }
    }
}

/// A browser; gone when dropped.
#[derive(Debug)]
pub struct Browser {
    /// Its one window.
    pub page: Client,
    address: String,
    _driver: Child,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A new one, with nothing in its memory.
    ///
    /// # Panics
    /// If there is no Chromium and no ChromeDriver: `scripts/browser` installs them.
    pub async fn open(width: u32, dark: bool) -> Self {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver is installed: scripts/browser does it");
        let profile = tempfile::tempdir().expect("a folder");
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            format!("--window-size={width},900"),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        if dark {
            arguments.push("--force-dark-mode".to_owned());
        }
        let mut options = json!({ "args": arguments });
        if width < 500 {
            // No window of Chromium's is that narrow; a phone is.
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": width, "height": 640, "pixelRatio": 2.0 } });
        }
        let wanted = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let wanted = wanted.as_object().expect("an object").clone();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted);
        let address = format!("http://127.0.0.1:{port}");
        let mut tries = 0;
        let page = loop {
            match builder.connect(&address).await {
                Ok(page) => break page,
                Err(error) if tries == 60 => panic!("the browser does not start: {error}"),
                Err(_) => tries += 1,
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        };
        let browser = Self { page, address, _driver: driver, _profile: profile };
        assert_eq!(browser.is_dark().await, dark, "the browser is in the light that the test wants");
        browser
    }

    /// Whether pages are asked to be dark.
    async fn is_dark(&self) -> bool {
        self.script("return matchMedia('(prefers-color-scheme: dark)').matches").await == json!(true)
    }

    /// Of what colour the page's background really is.
    pub async fn background(&self) -> Value {
        self.script("return getComputedStyle(document.body).backgroundColor").await
    }

    /// What the page's policy kept from happening, and nobody may have wanted (threat T14): the browser's console says so.
    /// <https://github.com/SeleniumHQ/selenium/wiki/JsonWireProtocol#sessionsessionidlog>
    ///
    /// # Panics
    /// If the driver has no console.
    pub async fn violations(&self) -> Vec<String> {
        let session = self.page.session_id().await.expect("a session").expect("a session");
        let ask = hyper::Request::post(format!("{}/session/{session}/se/log", self.address))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(r#"{"type":"browser"}"#)))
            .expect("a request");
        let client: legacy::Client<HttpConnector, Full<Bytes>> =
            legacy::Client::builder(TokioExecutor::new()).build_http();
        let told =
            client.request(ask).await.expect("the driver answers").into_body().collect().await.expect("all of it");
        let log: Value = serde_json::from_slice(&told.to_bytes()).expect("JSON");
        let lines = log["value"].as_array().unwrap_or_else(|| panic!("no console: {log}"));
        let words = lines.iter().filter_map(|line| line["message"].as_str());
        words.filter(|line| line.contains("Content Security Policy")).map(str::to_owned).collect()
    }

    /// What a script in the page returns.
    pub async fn script(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.expect("a script")
    }

    /// One click.
    pub async fn click(&self, css: &str) {
        self.page.find(Locator::Css(css)).await.expect(css).click().await.expect("a click");
    }

    /// Waits until there is one.
    pub async fn waits_for(&self, css: &str) {
        let found = self.page.wait().at_most(Duration::from_secs(8)).for_element(Locator::Css(css)).await;
        if let Err(error) = found {
            panic!("no {css}: {error}\n{}", self.page.source().await.unwrap_or_default());
        }
    }

    /// Waits until the window shows a page of this path, whole. An element may be there on the page before it, too.
    ///
    /// # Panics
    /// If it does not get there.
    pub async fn arrives_at(&self, path: &str) {
        let there = format!("return location.pathname === '{path}' && document.readyState === 'complete'");
        for _ in 0..160 {
            // Between two pages there is nothing that could answer.
            if self.page.execute(&there, Vec::new()).await.is_ok_and(|answer| answer == json!(true)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not at {path}: {:?}\n{}", self.page.current_url().await, self.page.source().await.unwrap_or_default());
    }

    /// Whether everything fits into a window of this width, and comes from where the page comes from.
    ///
    /// # Panics
    /// If not.
    pub async fn fits(&self, width: u32) {
        let widths = self.script("return [innerWidth, document.documentElement.scrollWidth]").await;
        assert_eq!(widths, json!([width, width]));
        let foreign = "return performance.getEntriesByType('resource').map(r => r.name).filter(n => !n.startsWith(location.origin))";
        assert_eq!(self.script(foreign).await, json!([]));
    }

    /// Lets axe-core look at the page; what it calls serious or critical keeps somebody out.
    /// <https://github.com/dequelabs/axe-core/blob/develop/doc/API.md>
    ///
    /// # Panics
    /// If it finds something, or is not there and nobody has said so: `scripts/browser` installs it.
    pub async fn is_accessible(&self) {
        let path = std::env::var("KAKAO_AXE").expect("KAKAO_AXE, where axe.min.js is: run scripts/browser");
        if path == "skip" {
            return; // scripts/browser has counted it
        }
        let axe = std::fs::read_to_string(&path).expect("axe.min.js");
        let run = "const done = arguments[arguments.length - 1]; \
                   axe.run(document).then(r => done([r.passes.length, ...r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html)])]));";
        let found = self.page.execute_async(&format!("{axe};{run}"), Vec::new()).await.expect("axe runs");
        let found = found.as_array().expect("findings").clone();
        assert!(found[0].as_u64().is_some_and(|passes| passes > 5), "axe has not really looked: {found:?}");
        let bad: Vec<_> = found.iter().filter(|one| one[0] == "serious" || one[0] == "critical").collect();
        assert!(bad.is_empty(), "{bad:#?}");
    }

    /// Saves a picture into the folder `KAKAO_SCREENSHOTS`, if that is set.
    pub async fn screenshot(&self, name: &str) {
        if let Ok(folder) = std::env::var("KAKAO_SCREENSHOTS") {
            let picture = self.page.screenshot().await.expect("a picture");
            std::fs::write(format!("{folder}/{name}.png"), picture).expect("a writable folder");
        }
    }

    /// Closes it.
    ///
    /// # Panics
    /// If a policy of ours kept one of our own pages from something.
    pub async fn close(self) {
        assert_eq!(self.violations().await, Vec::<String>::new());
        let _ = self.page.close().await;
    }
}
