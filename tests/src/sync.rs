//! The sign-up as a browser sees it: a gateway event, a function, the table's emulator, and a stand-in Kakao behind a wire.
#![allow(clippy::expect_used, reason = "a harness that cannot stand falls over at once and says where")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};
use shared::app::App;
use shared::bot::{Applicant, Decision, Field, Form, SignUp, Words};
use shared::clock::{Clock, Millis};
use shared::endpoint::Endpoint;
use shared::env::Env;
use shared::kakao::sync::ContinueUrl;
use shared::lambda;
use shared::sign_up::{self, Clerk, KakaoLogin, Keys, Pass, Purpose, Repair};
use shared::store::SagaId;
use simulator::login::{self as stand_in, Kakao};
use sync_redirect::SyncRedirect;

use crate::faults::Faults;
use crate::kakao_wire::KakaoWire;
use crate::login::pairs;
use crate::platform::bots::Forgetful;
use crate::platform::wake;
use crate::table::{SWEEP, Table, env, stream_event, text};

/// 2025-10-09.
pub const NOW: Millis = Millis(1_760_000_000_000);

/// Where our functions are.
pub const SERVICE: &str = "https://service.example";

/// The address that the console has.
pub const REDIRECT_URI: &str = "https://service.example/sync/redirect";

/// Where the chat goes on.
pub const CONTINUE: &str = "https://talk-plugin.kakao.com/x?a=1&b=2";

/// The partition of the person `ga`.
pub const GA: &str = "U#app#1376016924426879191";

/// The CI of the person `ga`: Kakao tells it to an app that [`World::may_see_the_ci`].
pub const CI: &str = "KbN7pnACBFNsrlPlaeX5+lukWTZEEZNT4exdRlKqApJ1u+AsHZGU3OY6Nl9e8yoIE6I9F/DkBDtflXkKimeRMQ==";

/// So many of the last tokens are looked for in each answer: those of one attempt and its neighbours. All of them in every answer of a
/// thousand attempts would take longer than the attempts.
const TOKENS_LOOKED_FOR: usize = 64;

/// What tokens are sealed with, and passes are signed with.
const SIGNING_KEY: &str = "canary-signing-key";

/// A bot that says what the test wants.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Everybody may.
    Yes,
    /// Nobody may.
    No,
    /// Keeps more of a member than the table takes.
    TooMuch,
    /// Breaks down.
    Panics,
    /// Wants to know more.
    Asks,
}

impl SignUp for Rule {
    async fn decide(&self, who: &Applicant) -> Decision {
        assert!(who.agreed("tos_2025") && who.user().nickname().is_some(), "the rule sees who it is");
        match self {
            Self::Yes => Decision::Accept(Map::new()),
            Self::No => Decision::Refuse("canary-word".to_owned()),
            Self::TooMuch => {
                Decision::Accept([("all".to_owned(), Value::from("x".repeat(9_000)))].into_iter().collect())
            }
            Self::Panics => panic!("canary-panic"),
            Self::Asks => {
                let words = Words { ko: "이름", en: "Name" };
                Decision::AskMore(Form::new(words).field(Field::text("name", words, 10)))
            }
        }
    }

    fn refusal(&self, _word: &str) -> Words {
        Words { ko: "오늘은 쉬어요.", en: "Closed <today>." }
    }
}

/// What a sign-up stands on.
#[derive(Debug)]
pub struct World<B> {
    /// The table, past all faults.
    pub table: Table,
    /// The way to the table.
    pub faults: Faults,
    /// Kakao.
    pub kakao: Kakao,
    /// The way to Kakao.
    pub wire: KakaoWire,
    /// A sandbox of one of our functions.
    pub app: App<B>,
    /// The outbox's sandbox.
    pub outbox: App<Forgetful>,
}

/// What a browser asks for.
#[derive(Clone, Debug)]
pub struct Ask {
    method: &'static str,
    path: String,
    query: String,
    headers: Map<String, Value>,
    cookies: Vec<String>,
    body: String,
}

impl Ask {
    /// `GET`.
    pub fn get(path: &str, query: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Map::new(),
            cookies: Vec::new(),
            body: String::new(),
        }
    }

    /// `HEAD`.
    pub fn head(path: &str, query: &str) -> Self {
        Self { method: "HEAD", ..Self::get(path, query) }
    }

    /// `POST` of a form, already encoded.
    pub fn post(path: &str, query: &str, form: &str) -> Self {
        let ask = Self { method: "POST", body: form.to_owned(), ..Self::get(path, query) };
        ask.header("content-type", "application/x-www-form-urlencoded")
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// With a cookie, `name=value`. The gateway hands each on by itself.
    pub fn cookie(mut self, cookie: &str) -> Self {
        self.cookies.push(cookie.to_owned());
        self
    }

    /// As the gateway hands it on.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
    fn event(&self, now: Millis) -> String {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let Self { method, path, query, headers, cookies, body } = self;
        let mut event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": headers, "body": body,
            "requestContext": {
                "http": { "method": method, "path": path }, "requestId": format!("request-{number:08}"), "timeEpoch": now.0
            },
            "isBase64Encoded": false
        });
        if !cookies.is_empty() {
            event["cookies"] = json!(cookies);
        }
        event.to_string()
    }
}

/// A browser that we have sent to Kakao to log in.
#[derive(Clone, Debug)]
pub struct Away {
    /// What it got.
    pub seen: Seen,
    /// What it asks Kakao for.
    pub asks: BTreeMap<String, String>,
    /// Its cookie, `name=value`.
    pub cookie: String,
}

impl Away {
    /// A parameter of what it asks Kakao for.
    pub fn asks_for(&self, name: &str) -> Option<&str> {
        self.asks.get(name).map(String::as_str)
    }

    /// It comes back with this code, as Kakao sends it.
    pub fn back_with(&self, code: &str) -> Ask {
        let state = self.asks_for("state").unwrap_or_default();
        Ask::get("/sync/redirect", &format!("code={code}&state={}", encoded(state))).cookie(&self.cookie)
    }
}

/// What the browser got.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// HTTP status.
    pub status: i64,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Each `Set-Cookie`.
    pub cookies: Vec<String>,
    /// The page, or a document.
    pub body: String,
}

impl Seen {
    fn of(reply: &Value) -> Self {
        let headers = reply["headers"].as_object().into_iter().flatten();
        let cookies = reply["cookies"].as_array().into_iter().flatten();
        Self {
            status: reply["statusCode"].as_i64().expect("a status"),
            headers: headers
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            cookies: cookies.filter_map(|cookie| cookie.as_str().map(str::to_owned)).collect(),
            body: reply["body"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// A header; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Where it is sent on to.
    pub fn location(&self) -> Option<&str> {
        self.headers.get("location").map(String::as_str)
    }

    /// Whether it is a page with a link to [`CONTINUE`].
    pub fn leads_back(&self) -> bool {
        self.body.contains("<a href=\"https://talk-plugin.kakao.com/x?a=1&amp;b=2\">")
    }

    /// Whether it is a page that looks again by itself.
    pub fn looks_again(&self) -> bool {
        self.body.contains("http-equiv=\"refresh\"")
    }

    /// Threats T13 and T14, whatever the answer is: 403 to whoever looks ahead, 404 while the sign-up is off.
    fn is_safe(&self) -> bool {
        let confidential =
            self.header("cache-control") == "no-store" && self.header("referrer-policy") == "no-referrer";
        let policy = self.header("content-security-policy");
        let strict = ["default-src 'none'", "style-src 'sha256-", "base-uri 'none'", "form-action '"];
        let page =
            strict.iter().all(|rule| policy.contains(rule)) && self.header("x-content-type-options") == "nosniff";
        let document = self.header("content-type").starts_with("application/json");
        match self.status {
            302 | 303 | 403 | 404 => confidential && self.body.is_empty(),
            200 | 400 => confidential && (document || page && !self.body.contains("<script")),
            _ => false,
        }
    }
}

impl<B: SignUp> World<B> {
    /// A world at this time.
    pub async fn of(bot: B, now: Millis) -> Self {
        Self::with(bot, now, &[]).await
    }

    /// A world at this time with these settings besides the usual ones.
    pub async fn with(bot: B, now: Millis, settings: &[(&str, &str)]) -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let clock = Clock::at(now);
        let app = stand_in::App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..stand_in::App::default() };
        let (wire, kakao) = KakaoWire::start(app, clock.clone()).await;
        let env = usual(&faults, &kakao, settings);
        let app = App::new(bot, env.clone(), clock.clone());
        Self { app, outbox: App::new(Forgetful, env, clock), table, faults, kakao, wire }
    }

    /// Another sandbox: with this bot and these settings, and nothing in its memory.
    pub fn restart(&mut self, bot: B, settings: &[(&str, &str)]) {
        let env = usual(&self.faults, &self.kakao, settings);
        self.app = App::new(bot, env, self.app.clock.clone());
    }

    /// From now on the app has the consent item for what identifies a person across services.
    pub fn may_see_the_ci(&self) {
        let ci = stand_in::Scope { id: "account_ci", name: "CI(연계정보)", required: false, private: true };
        self.kakao.configure(|app| app.scopes.push(ci));
    }

    /// What we know and must tell nobody: every key, code and token on the wire to Kakao so far, and what Kakao says of the person `ga`.
    pub fn secrets(&self) -> Vec<String> {
        let asked = self.wire.asked("");
        let fixed = ["1376016924426879191", "가람", "garam@example.com", "10-0000-0001", CI, SIGNING_KEY];
        let forms = asked.iter().flat_map(|asked| pairs(&String::from_utf8_lossy(&asked.body)));
        let named = ["client_id", "client_secret", "code", "code_verifier", "refresh_token"];
        let sent = forms.filter(|(name, _)| named.contains(&name.as_str())).map(|(_, value)| value);
        fixed.map(str::to_owned).into_iter().chain(self.wire.bearers(usize::MAX)).chain(sent).collect()
    }

    /// What a function answers.
    ///
    /// # Panics
    /// If the answer is not safe to be shown: threats T13 and T14.
    pub async fn ask<E: Endpoint<B>>(&self, ask: &Ask) -> Seen {
        let now = self.app.clock.now();
        let deadline = now.plus(Duration::from_secs(10));
        let reply = Box::pin(lambda::answer::<E, B>(&self.app, &ask.event(now), deadline)).await;
        let seen = Seen::of(&serde_json::to_value(reply).expect("a reply is JSON"));
        assert!(seen.is_safe(), "{seen:?}");
        assert!(!self.are_keys_told_by(&seen), "a key or a token: {seen:?}");
        seen
    }

    /// Threat T13: whether a browser gets to see a key of ours, or a token that was used lately. A code is not one: the page that looks
    /// again has it in its own address.
    fn are_keys_told_by(&self, seen: &Seen) -> bool {
        let ours = [stand_in::LOCAL_CLIENT_SECRET, stand_in::LOCAL_ADMIN_KEY, SIGNING_KEY].map(str::to_owned);
        let told = [seen.location().unwrap_or_default(), &seen.body, &seen.cookies.concat()].concat();
        let shown = self.wire.bearers(TOKENS_LOOKED_FOR);
        // A sealed pass has any three letters in it by chance: a key that a test calls `new` is not looked for.
        shown.iter().chain(&ours).filter(|key| key.len() > 8).any(|key| told.contains(key))
    }

    /// The query under which the attempt with this code has this page, as the redirect would have handed it out now.
    pub async fn page_of(&self, code: &str, purpose: Purpose) -> String {
        let keys = Keys::of(&self.app).await.expect("keys");
        let back = ContinueUrl::parse(CONTINUE, &self.app.env.continue_rules()).ok();
        let pass = Pass { saga: SagaId::of_code(code), back };
        pass.query(&keys.passes, purpose, self.app.clock.now()).expect("a pass")
    }

    /// `GET /sync/redirect`.
    pub async fn get(&self, query: &str) -> Seen {
        self.ask::<SyncRedirect>(&Ask::get("/sync/redirect", query)).await
    }

    /// `GET /sync/login`: a browser is sent to Kakao.
    pub async fn log_in(&self) -> Away {
        let seen = self.ask::<SyncRedirect>(&Ask::get("/sync/login", "")).await;
        let authorize = format!("{}/oauth/authorize?", self.kakao.kauth_url());
        let query = seen.location().and_then(|url| url.strip_prefix(&authorize)).expect("it is sent to Kakao");
        let asks = pairs(query).into_iter().collect();
        let cookie = seen.cookies.first().and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
        Away { seen, asks, cookie }
    }

    /// The code with which Kakao sends the browser back, once the person `ga` agreed.
    pub fn code_for(&self, away: &Away) -> String {
        self.kakao.code_with("ga", REDIRECT_URI, away.asks_for("nonce"), away.asks_for("code_challenge"))
    }

    /// The whole web login of the person `ga`.
    pub async fn come_back(&self, away: &Away) -> Seen {
        self.ask::<SyncRedirect>(&away.back_with(&self.code_for(away))).await
    }

    /// A code of the person `ga`.
    pub fn code(&self) -> String {
        self.kakao.code("ga", REDIRECT_URI)
    }

    /// A query with a new code of the person `ga`.
    pub fn query(&self) -> String {
        with_continue(&self.code(), CONTINUE)
    }

    /// Whether `ga` is a member.
    pub fn is_member(&self) -> bool {
        self.table.item(GA, "MEMBER").is_some()
    }

    /// The pass with which a page of ours is opened: where the browser was sent on to.
    pub async fn pass(&self, seen: &Seen, purpose: Purpose) -> Option<Pass> {
        let page = format!("{SERVICE}/sync/{}?", purpose.as_str());
        let query = seen.location()?.strip_prefix(&page)?;
        let keys = Keys::of(&self.app).await.ok()?;
        Pass::read(query, &keys.passes, purpose, &self.app.env.continue_rules(), self.app.clock.now()).ok()
    }

    /// Whether the browser was sent on to the failure page, which knows the way back to [`CONTINUE`].
    pub async fn has_failed(&self, seen: &Seen) -> bool {
        let pass = self.pass(seen, Purpose::Failure).await;
        pass.and_then(|pass| pass.back).is_some_and(|back| back.as_str() == CONTINUE)
    }

    /// Time goes by.
    pub fn later(&self, seconds: u64) {
        self.app.clock.set(self.app.clock.now().plus(Duration::from_secs(seconds)));
    }

    /// What the stream and the schedule do.
    pub async fn sweep(&self) {
        let entries = self.table.items_under("OUT#").into_iter().map(|entry| text(&entry, "PK").to_owned());
        let entries: Vec<String> = entries.collect();
        wake(&self.outbox, &stream_event(&entries), &format!("stream-{}", self.app.clock.now().0)).await;
        wake(&self.outbox, SWEEP, &format!("sweep-{}", self.app.clock.now().0)).await;
    }

    /// One pass of the reconciler over everybody.
    pub async fn reconcile(&self) {
        let now = self.app.clock.now();
        let until = now.plus(Duration::from_secs(60));
        let keys = Keys::of(&self.app).await.expect("a signing key");
        let kakao = KakaoLogin::new(&self.app, until);
        let clerk = Clerk {
            store: self.app.store(),
            kakao: &kakao,
            seal: &keys.seal,
            ledger: &keys.ledger,
            clock: &self.app.clock,
            me: &format!("pass-{}", now.0),
            until,
        };
        let mut after = None;
        loop {
            let page = sign_up::reconcile_page(&clerk, after.as_ref(), Repair::Mend).await.expect("a page");
            assert!(!page.unread, "Kakao has no list");
            if page.next.is_none() {
                return;
            }
            after = page.next;
        }
    }

    /// Whether nothing is left to the outbox.
    pub fn entries_are_done(&self) -> bool {
        self.table.items_under("OUT#").iter().all(|entry| text(entry, "st") == "DONE")
    }
}

fn usual(faults: &Faults, kakao: &Kakao, more: &[(&str, &str)]) -> Env {
    let (kauth, kapi) = (kakao.kauth_url(), kakao.kapi_url());
    let settings = [
        ("KAUTH_URL", kauth.as_str()),
        ("KAPI_URL", &kapi),
        ("KAKAO_REST_API_KEY", stand_in::LOCAL_REST_API_KEY),
        ("KAKAO_CLIENT_SECRET", stand_in::LOCAL_CLIENT_SECRET),
        ("KAKAO_ADMIN_KEYS", stand_in::LOCAL_ADMIN_KEY),
        ("TOKEN_SIGNING_KEY", SIGNING_KEY),
        ("SYNC_REDIRECT_URI", REDIRECT_URI),
    ];
    let settings: Vec<(&str, &str)> = settings.into_iter().chain(more.iter().copied()).collect();
    env(&faults.url(), &settings)
}

/// A value of a query.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The query with which the plugin sends a browser.
pub fn with_continue(code: &str, url: &str) -> String {
    format!("code={code}&continue={}", encoded(url))
}

/// A world with this rule.
pub async fn world(rule: Rule) -> World<Rule> {
    World::of(rule, NOW).await
}
