//! What is asked of each function, as whoever calls it would ask: where it runs, with what in its environment, event by event.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use shared::bot::work::{Signer, Ticket};
use shared::clock::{Clock, Millis};
use shared::kakao::id::WorkUserId;
use shared::secret::Secret;
use simulator::login::{self, Kakao};
use simulator::webhook::{Account, Proof};
use tests::events;
use tests::runtime_api::{Bootstrap, Ended, binary};
use tests::sync::{CONTINUE, REDIRECT_URI, with_continue};
use tests::table::{SWEEP, Table, text};
use tests::webhooks::{APP_ID, Knock};

use crate::ROLE;
use crate::lambda_support::front::{Authority, Front};
use crate::lambda_support::{self, TIMEOUT, env, event, now, seeded_table};

/// Under which everything is signed; the passes of `events/` are.
const SIGNING_KEY: &str = "local-token-signing-key";

/// The secret in the paths of Kakao Work.
const WORK_SECRET: &str = "local-work-secret";

/// A table, and a Kakao in the clear; in AWS the calls to Kakao are TLS.
pub(crate) struct Place {
    pub(crate) name: &'static str,
    env: Vec<(String, String)>,
    table: Rc<Table>,
    kakao: Kakao,
    _front: Option<(Front, Authority)>,
}

impl Place {
    pub(crate) async fn plain() -> Self {
        let table = seeded_table();
        let own = owned(&env(&table.url()));
        Self { name: "http", env: own, table: Rc::new(table), kakao: stand_in().await, _front: None }
    }

    /// Behind TLS 1.3 with a certificate of an authority that only the system knows, so a start includes one refused handshake and
    /// the reading of the system's roots: more than it ever costs in AWS, where the five built-in roots do.
    pub(crate) async fn tls() -> Self {
        let (table, authority) = (seeded_table(), Authority::new());
        let front = Front::tls(&table.url(), authority.server("127.0.0.1"));
        let (url, file) = (front.url(), authority.file());
        let mut own = env(&url);
        let file = file.to_string_lossy().into_owned();
        own.push(("SSL_CERT_FILE", &file));
        let own = owned(&own);
        let (table, kakao) = (Rc::new(table), stand_in().await);
        Self { name: "TLS, fallback", env: own, table, kakao, _front: Some((front, authority)) }
    }

    /// What a function is to know beside the table.
    fn settings(&self) -> Vec<(String, String)> {
        let (kauth, kapi) = (self.kakao.kauth_url(), self.kakao.kapi_url());
        owned(&[
            ("KAUTH_URL", &kauth),
            ("KAPI_URL", &kapi),
            ("KAKAO_REST_API_KEY", login::LOCAL_REST_API_KEY),
            ("KAKAO_CLIENT_SECRET", login::LOCAL_CLIENT_SECRET),
            ("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY),
            ("KAKAO_APP_ID", APP_ID),
            ("TOKEN_SIGNING_KEY", SIGNING_KEY),
            ("SYNC_REDIRECT_URI", REDIRECT_URI),
            ("WORK_PATH_SECRET", WORK_SECRET),
        ])
    }

    /// A browser comes from the consent screen: who was never here before.
    fn comes_back(&self, who: &str) -> String {
        self.kakao.unlink(who);
        for item in self.table.items_under("U#app#") {
            self.table.remove(text(&item, "PK"), text(&item, "SK"));
        }
        with_continue(&self.kakao.code(who, REDIRECT_URI), CONTINUE)
    }

    /// What other errands have left for the outbox falls due while this takes its minutes.
    fn clear_what_is_due(&self) {
        for item in self.table.items().iter().filter(|item| !item["DPK"].is_null()) {
            self.table.remove(text(item, "PK"), text(item, "SK"));
        }
    }

    fn by_kakao(&self, path: &str) -> Knock {
        Knock::post(path).header("authorization", Some(&format!("KakaoAK {}", login::LOCAL_ADMIN_KEY)))
    }
}

async fn stand_in() -> Kakao {
    let app_id = APP_ID.parse().expect("the app's number");
    let app = login::App { app_id, redirect_uris: vec![REDIRECT_URI.to_owned()], ..login::App::default() };
    Kakao::start(app, Clock::System).await.expect("a free port")
}

fn owned(env: &[(&str, &str)]) -> Vec<(String, String)> {
    env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// What is asked of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// An event of `events/`.
    Written(&'static str, &'static str),
    /// The schedule wakes the outbox, and nothing is due.
    Sweep,
    /// Somebody new is signed up: five calls to Kakao, and the writes of the saga.
    SignUp,
    /// Somebody who is to be asked for more sees the form.
    Form,
    /// Somebody whom the channel does not know yet has added it.
    Added,
    /// Kakao says that somebody has ended their link.
    Unlinked,
    /// The same, signed, as an account event.
    AccountEvent,
    /// A member of the workspace presses a button, and a modal opens.
    Modal,
    /// The modal is filled in: a request for an approval, and a message to the room.
    Submission,
}

impl Errand {
    /// The function.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::Written(function, _) => function,
            Self::Sweep => "outbox",
            Self::SignUp => "sync-redirect",
            Self::Form => "sync-match",
            Self::Added => "channel-callback",
            Self::Unlinked => "unlink-callback",
            Self::AccountEvent => "account-callback",
            Self::Modal => "work-request",
            Self::Submission => "work-callback",
        }
    }

    /// What the table calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Written(_, name) => name,
            Self::Sweep => "sweep",
            Self::SignUp => "sign-up",
            Self::Form => "form",
            Self::Added => "added",
            Self::Unlinked => "unlinked",
            Self::AccountEvent => "user-unlinked",
            Self::Modal => "modal",
            Self::Submission => "submission",
        }
    }

    /// What must be there first: the query of the page that the person was sent on to.
    async fn prepared(self, place: &Place) -> String {
        if self != Self::Form {
            return String::new();
        }
        // Nobody knows how old 마루 is.
        let redirect = Subject::at(Self::SignUp, place).await;
        let asked =
            redirect.bootstrap(&redirect.binary).await.invoke(&redirect.visit(&place.comes_back("ma"), 0)).await;
        let Ended::Answer(answer) = asked else { panic!("{asked:?}") };
        let page = answer["headers"]["location"].as_str().unwrap_or_default();
        page.split_once("/sync/match?").unwrap_or_else(|| panic!("not asked: {answer}")).1.to_owned()
    }
}

/// A function to be measured: its binary, the environment that makes it what it is, and what is asked of it.
pub(crate) struct Subject<'a> {
    pub(crate) errand: Errand,
    pub(crate) binary: PathBuf,
    env: Vec<(String, String)>,
    place: &'a Place,
    prepared: String,
}

impl<'a> Subject<'a> {
    /// The deployed function.
    pub(crate) async fn at(errand: Errand, place: &'a Place) -> Self {
        let mut env = place.env.clone();
        if !matches!(errand.function(), "skill" | "skill-check" | "outbox") {
            env.extend(place.settings());
        }
        let prepared = Box::pin(errand.prepared(place)).await;
        Self { errand, binary: binary(errand.function()), env, place, prepared }
    }

    /// A copy of this program in another role, asked for help as `skill` is.
    pub(crate) fn role(role: &str, place: &'a Place) -> Self {
        let mut env = place.env.clone();
        env.push((ROLE.to_owned(), role.to_owned()));
        let binary = std::env::current_exe().expect("this program");
        Self { errand: Errand::Written("skill", "help"), binary, env, place, prepared: String::new() }
    }

    /// A running one; `binary` may be a wrapper around its own.
    pub(crate) async fn bootstrap(&self, binary: &std::path::Path) -> Bootstrap {
        let env: Vec<(&str, &str)> = self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let bootstrap = Bootstrap::start_binary(binary, self.errand.function(), TIMEOUT, &env).await;
        bootstrap.ready().await.expect("it starts");
        bootstrap
    }

    /// The `number`-th event, as it would come now, with an id that was not there before: a repeated request would be recognised.
    fn event(&self, number: usize) -> String {
        let (place, at) = (self.place, Millis(now()));
        match self.errand {
            Errand::Written(function, name) => written(function, name, number),
            Errand::Sweep => {
                place.clear_what_is_due();
                SWEEP.to_owned()
            }
            Errand::SignUp => self.visit(&place.comes_back("ga"), number),
            Errand::Form => self.visit(&self.prepared, number),
            Errand::Added => {
                let body = json!({
                    "event": "added", "id": (2_200_000_000 + at.0 % 1_000_000_000 + number as u64).to_string(),
                    "id_type": "app_user_id", "channel_public_id": "_LocaL", "channel_uuid": "@local",
                    "updated_at": at.to_rfc3339(),
                });
                let resource = format!("bench-{}-{number}", at.0);
                let knock = place.by_kakao("/channel/callback").json(&body);
                knock.header("x-kakao-resource-id", Some(&resource)).event(at)
            }
            Errand::Unlinked => {
                let form = format!("app_id={APP_ID}&user_id=2100000001&referrer_type=UNLINK_FROM_APPS");
                let form = place.by_kakao("/account/unlink").body("application/x-www-form-urlencoded", form);
                form.event(at)
            }
            Errand::AccountEvent => {
                let token = Account {
                    issuer: &place.kakao.kauth_url(),
                    audience: login::LOCAL_REST_API_KEY,
                    user: "2100000001",
                    event: "https://schemas.openid.net/secevent/oauth/event-type/user-unlinked",
                    scopes: &[],
                    reason: None,
                    at,
                };
                let body = token.request("", &Proof::new(login::LOCAL_ADMIN_KEY, None)).expect("a token").into_body();
                let knock = Knock::post("/account/events").header("authorization", None);
                knock.body("application/secevent+jwt", body).event(at)
            }
            Errand::Modal => Knock::post(&format!("/work/request/{WORK_SECRET}"))
                .header("authorization", None)
                .json(&pressed("request_modal", at, json!({ "value": bot::approval::VACATION })))
                .event(at),
            Errand::Submission => {
                let key = Secret::new(SIGNING_KEY);
                let signer = Signer::derive(&[key]).expect("a key");
                let form = Ticket::new(format!("bench-{}-{number}", at.0), at.plus(Duration::from_secs(600)));
                let ticket = signer.sign("apply", &form.only_for([WorkUserId::from(MEMBER)])).expect("a ticket");
                let filled_in = json!({ "value": ticket, "actions": { "when": "3월 2일", "why": null } });
                Knock::post(&format!("/work/callback/{WORK_SECRET}"))
                    .header("authorization", None)
                    .json(&pressed("submission", at, filled_in))
                    .event(at)
            }
        }
    }

    /// A browser with this query.
    fn visit(&self, query: &str, number: usize) -> String {
        let function = self.errand.function();
        let name = if function == "sync-match" { "forged" } else { "code-missing" };
        let mut event: Value = serde_json::from_str(&written(function, name, number)).expect("JSON");
        event["rawQueryString"] = query.into();
        event.to_string()
    }

    /// Whether that is the answer of a healthy function with a healthy table.
    fn is_well(&self, answer: &Value) -> bool {
        let plain = events::plain(answer.clone());
        let status = answer["statusCode"].as_u64();
        match self.errand {
            Errand::SignUp => plain["headers"]["location"] == json!(CONTINUE),
            Errand::Form => {
                status == Some(200) && answer["body"].as_str().is_some_and(|page| page.contains("birth_date"))
            }
            Errand::Modal => plain["body"]["view"]["title"] == json!("휴가 신청"),
            Errand::AccountEvent => status == Some(202),
            Errand::Added | Errand::Unlinked | Errand::Submission => status == Some(200),
            Errand::Written(..) | Errand::Sweep => !lambda_support::is_apology(&plain) && status != Some(401),
        }
    }

    /// Gives the function one event. `Err` if it could not answer it as it should.
    pub(crate) async fn invoke(&self, bootstrap: &Bootstrap, number: usize) -> Result<(), String> {
        let (function, name) = (self.errand.function(), self.errand.name());
        match bootstrap.invoke(&self.event(number)).await {
            Ended::Answer(answer) if self.is_well(&answer) => Ok(()),
            Ended::Answer(answer) => Err(format!("{function}/{name}: {answer} {:?}", bootstrap.log().await)),
            Ended::Error(error) => Err(format!("{function}/{name}: {error}")),
        }
    }
}

/// Who presses.
const MEMBER: u64 = 2_147_483_650;

fn pressed(kind: &str, at: Millis, more: Value) -> Value {
    let mut body = json!({
        "type": kind, "action_time": at.secs(), "react_user_id": MEMBER,
        "message": { "id": 757_617_552_587_034_624_u64, "text": "-", "user_id": 1, "conversation_id": 1_006_710_354_409_588_u64 }
    });
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    body
}

fn written(function: &str, name: &str, number: usize) -> String {
    let mut event: Value = serde_json::from_str(&event(function, name, Duration::ZERO)).expect("JSON");
    event["requestContext"]["requestId"] = format!("bench-{}-{number}=", now()).into();
    event.to_string()
}
