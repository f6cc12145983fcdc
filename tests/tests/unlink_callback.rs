//! `GET` and `POST /account/unlink`: a gateway event, the function, the table's emulator; then the job, with a stand-in Kakao. Rows are
//! those of protocol `channel-and-webhooks` 6.4.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::effect::{Effect, Read};
use shared::sign_up::{self, Clerk, Forgotten, KakaoLogin, Keys, Left};
use shared::store::{AppUser, SagaId};
use simulator::login::{self, Kakao};
use tests::faults::{ALWAYS, Fault, Faults, scaled};
use tests::log::Log;
use tests::parameters::{Parameters, secret_from};
use tests::platform::bots::Forgetful;
use tests::platform::wake;
use tests::table::{SWEEP, Table, env, number, text};
use tests::webhooks::{ADMIN_KEY, APP_ID, Answered, Knock, answered, wrong_headers, wrong_keys};
use unlink_callback::UnlinkCallback;

const NOW: Millis = Millis(1_760_000_000_000);
const GA: &str = "1376016924426879191";
const PK: &str = "U#app#1376016924426879191";
const OPEN: &str = "U#oid#1376016924426879191";
const PATH: &str = "/account/unlink";

struct World {
    table: Table,
    faults: Faults,
    kakao: Kakao,
    app: App<()>,
}

impl World {
    async fn with(more: &[(&str, &str)]) -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let clock = Clock::at(NOW);
        let admin_keys = vec![ADMIN_KEY.to_owned(), "canary-key".to_owned()];
        let app = login::App { admin_keys, ..login::App::default() };
        let kakao = Kakao::start(app, clock.clone()).await.expect("a port");
        let (kauth, kapi) = (kakao.kauth_url(), kakao.kapi_url());
        let settings = [
            ("KAKAO_APP_ID", APP_ID),
            ("KAKAO_ADMIN_KEYS", ADMIN_KEY),
            ("TOKEN_SIGNING_KEY", "a-signing-key"),
            ("KAUTH_URL", kauth.as_str()),
            ("KAPI_URL", kapi.as_str()),
        ];
        let settings: Vec<_> = settings.into_iter().chain(more.iter().copied()).collect();
        let app = App::new((), env(&faults.url(), &settings), clock);
        Self { table, faults, kakao, app }
    }

    async fn send(&self, knock: &Knock) -> i64 {
        let answered = knock.at::<UnlinkCallback, ()>(&self.app).await;
        assert_eq!((answered.body.as_str(), answered.headers.len()), ("", 0), "an answer is a status and nothing else");
        answered.status
    }

    fn job(&self) -> Option<Value> {
        self.table.item(PK, "JOB#UNLINK")
    }

    fn jobs(&self) -> usize {
        self.table.items().iter().filter(|item| text(item, "SK") == "JOB#UNLINK").count()
    }

    /// The person becomes a member, linked at Kakao.
    fn signs_up(&self, mg: &str) {
        self.kakao.link("ga");
        let rev = self.table.item(PK, "LINK").and_then(|link| number(&link, "rev")).unwrap_or_default() + 2;
        self.table.put(&json!({ "PK": {"S": PK}, "SK": {"S": "LINK"}, "st": {"S": "ACTIVE"}, "own": {"S": mg}, "rev": {"N": rev.to_string()} }));
        self.table.put(&json!({
            "PK": {"S": PK}, "SK": {"S": "MEMBER"}, "st": {"S": "ACTIVE"}, "mg": {"S": mg}, "consents": {"S": "[]"},
            "profile": {"S": "{\"point\":7}"}, "since": {"N": NOW.0.to_string()}
        }));
    }

    fn is_member(&self) -> bool {
        self.table.item(PK, "MEMBER").is_some()
    }

    /// The job as the outbox carries it out.
    async fn carry_out(&self, me: &str) -> Left {
        let keys = Keys::of(&self.app).await.expect("keys");
        let until = self.app.clock.now().plus(Duration::from_secs(8));
        let kakao = KakaoLogin::new(&self.app, until);
        sign_up::unlink_job(&self.clerk(&keys, &kakao, me), &ga()).await.expect("the table")
    }

    fn clerk<'a>(&'a self, keys: &'a Keys, kakao: &'a KakaoLogin<'a>, me: &'a str) -> Clerk<'a, KakaoLogin<'a>> {
        let until = self.app.clock.now().plus(Duration::from_secs(8));
        Clerk {
            store: self.app.store(),
            kakao,
            seal: &keys.seal,
            ledger: &keys.ledger,
            clock: &self.app.clock,
            me,
            until,
        }
    }

    /// The memberships whose erasure is queued.
    fn erasures(&self) -> Vec<String> {
        let bodies = self.table.items_under("OUT#");
        let bodies = bodies.iter().map(|entry| serde_json::from_str::<Value>(text(entry, "body")).expect("JSON"));
        bodies.map(|body| body["mg"].as_str().expect("an erasure").to_owned()).collect()
    }
}

fn ga() -> AppUser {
    AppUser::parse(GA).expect("a user")
}

async fn world() -> World {
    World::with(&[]).await
}

const FORM: &str = "application/x-www-form-urlencoded;charset=utf-8";

fn pairs() -> String {
    format!("app_id={APP_ID}&user_id={GA}&referrer_type=UNLINK_FROM_APPS")
}

fn get(query: &str) -> Knock {
    Knock { method: "GET", query: query.to_owned(), ..Knock::post(PATH) }
}

fn post(body: &str) -> Knock {
    Knock::post(PATH).body(FORM, body)
}

fn json_body() -> Value {
    json!({"app_id": APP_ID.parse::<u64>().unwrap(), "user_id": GA.parse::<u64>().unwrap(), "referrer_type": "UNLINK_FROM_APPS"})
}

#[tokio::test]
async fn rows_1_and_2_get_form_and_json_are_one_job_however_often() {
    let with_query = Knock { query: pairs(), ..Knock::post(PATH).body(FORM, "") };
    for knock in [
        get(&pairs()),
        post(&pairs()),
        Knock::post(PATH).json(&json_body()),
        with_query,
        post(&pairs()).header("content-type", None),
    ] {
        let world = world().await;
        assert_eq!(world.send(&knock).await, 200, "{knock:?}");
        let job = world.job().expect("a job");
        assert_eq!((text(&job, "why"), number(&job, "seq")), ("UNLINK_FROM_APPS", Some(1)));
        assert!(text(&job, "DPK").starts_with("DUE#"), "it is due");
        for _ in 0..4 {
            assert_eq!(world.send(&knock).await, 200);
        }
        let all = join_all((0..64).map(|_| world.send(&knock))).await;
        assert!(all.iter().all(|status| *status == 200));
        assert_eq!((world.jobs(), world.table.items().len()), (1, 1));
    }
}

#[tokio::test]
async fn f02_64_copies_at_once_of_20_messages_are_one_job_each() {
    for number in 0..scaled(20) {
        let world = world().await;
        let knock = if number % 2 == 0 { get(&pairs()) } else { post(&pairs()) };
        let all = join_all((0..64).map(|_| world.send(&knock))).await;
        assert!(all.iter().all(|status| *status == 200), "{all:?}");
        assert_eq!((world.jobs(), world.table.items().len()), (1, 1));
    }
}

#[tokio::test]
async fn row_3_t01_t02_without_the_key_nothing_is_read() {
    let world = world().await;
    let keys = wrong_keys();
    assert!(keys.len() >= 1_000);
    for (at, header) in wrong_headers().into_iter().chain(keys.into_iter().map(Some)).enumerate() {
        // Bodies that would get another answer each, were they looked at first.
        let knocks = [get(&pairs()), post("user_id=1&user_id=2"), Knock::post(PATH).json(&json!({"app_id": "other"}))];
        let knock = knocks[at % knocks.len()].clone().header("authorization", header.as_deref());
        assert_eq!(world.send(&knock).await, 401, "{header:?}");
    }
    for header in wrong_headers() {
        for knock in [get(&pairs()), post("user_id=1&user_id=2"), Knock::post(PATH).json(&json!({"app_id": "other"}))] {
            assert_eq!(world.send(&knock.header("authorization", header.as_deref())).await, 401, "{header:?}");
        }
    }
    assert!(world.table.items().is_empty() && world.faults.writes().is_empty());
}

#[tokio::test]
async fn f34_after_a_sleep_the_key_is_read_again() {
    let parameters = Parameters::start();
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "old");
    let url = parameters.url();
    let world = World::with(&secret_from("KAKAO_ADMIN_KEYS", &url)).await;
    let with = |key: &str| get(&pairs()).header("authorization", Some(&format!("KakaoAK {key}")));
    for (sleep, calls) in [(0, 1), (59, 1), (1, 2), (300, 3), (600, 4)] {
        world.app.clock.set(world.app.clock.now().plus(Duration::from_secs(sleep)));
        assert_eq!(world.send(&with("old")).await, 200);
        assert_eq!(parameters.calls(), calls, "{sleep} s later");
    }
    // A key that is no longer good is not good after a sleep, though it was when the sandbox fell asleep.
    parameters.set("/kakao/KAKAO_ADMIN_KEYS", "new");
    world.app.clock.set(world.app.clock.now().plus(Duration::from_secs(60)));
    assert_eq!((world.send(&with("old")).await, world.send(&with("new")).await), (401, 200));
}

#[tokio::test]
async fn row_4_another_app_is_403() {
    let world = world().await;
    for app in ["700002", "0700001", "7000010", "x"] {
        assert_eq!(world.send(&get(&pairs().replace(APP_ID, app))).await, 403, "{app}");
    }
    assert_eq!(world.send(&Knock::post(PATH).json(&json!({"app_id": 700_002, "user_id": 1}))).await, 403);
    assert!(world.table.items().is_empty());
}

#[tokio::test]
async fn row_5_a_reason_that_nobody_knows_is_stored() {
    for (reason, kept) in [("SOMETHING_NEW", "SOMETHING_NEW"), ("", "UNLINK_FROM_APPS")] {
        let world = world().await;
        assert_eq!(world.send(&post(&pairs().replace("UNLINK_FROM_APPS", reason))).await, 200);
        assert_eq!(text(&world.job().expect("a job"), "why"), kept);
    }
}

#[tokio::test]
async fn table_2_2_t26_what_cannot_be_used_is_400() {
    let world = world().await;
    for user in ["", "abc", "-1", "1.0", "1e3", "007", "0", "18446744073709551616", "1%232", "%00", "%ff"] {
        assert_eq!(world.send(&post(&pairs().replace(GA, user))).await, 400, "{user}");
    }
    for body in ["", "x", "user_id=1", "app_id=700001", "{}", "[]"] {
        assert_eq!(world.send(&post(body)).await, 400, "{body}");
        assert_eq!(world.send(&get(body)).await, 400, "{body}");
    }
    for (kind, body, status) in [
        ("application/json", pairs(), 400),
        ("application/json; charset=utf-8", json_body().to_string(), 200),
        ("APPLICATION/JSON", json_body().to_string(), 200),
        ("application/json;charset=euc-kr", json_body().to_string(), 400),
        (FORM, json_body().to_string(), 400),
        ("application/x-www-form-urlencoded", pairs(), 200),
        ("application/x-www-form-urlencoded;charset=euc-kr", pairs(), 400),
        ("text/plain", pairs(), 400),
        ("multipart/form-data", pairs(), 400),
        ("application/json", format!("{}{}", "[".repeat(300), "]".repeat(300)), 400),
        ("application/json", "{\"user_id\":1e400}".to_owned(), 400),
    ] {
        assert_eq!(world.send(&Knock::post(PATH).body(kind, body)).await, status, "{kind}");
    }
    let gzip = Knock { base64: true, ..Knock::post(PATH).body(FORM, b"\x1f\x8b\x08\x00\xff".to_vec()) };
    assert_eq!(world.send(&gzip).await, 400);
    let base64 = Knock { base64: true, ..post(&pairs()) };
    assert_eq!(world.send(&base64).await, 200);
    assert_eq!(world.jobs(), 1);
}

#[tokio::test]
async fn row_20_t23_a_large_body_is_refused_fast() {
    let world = world().await;
    for bytes in [64 * 1024, 1024 * 1024, 10 * 1024 * 1024] {
        let event = post(&format!("{}&x={}", pairs(), "y".repeat(bytes))).event(NOW);
        let started = Instant::now();
        let Answered { status, .. } = answered::<UnlinkCallback, ()>(&world.app, &event).await;
        assert_eq!(status, 413);
        assert!(bytes > 1024 * 1024 || started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn a_deployment_without_an_app_takes_nothing() {
    let world = World::with(&[("KAKAO_APP_ID", "")]).await;
    assert_eq!(world.send(&get(&pairs())).await, 404);
    assert!(world.table.items().is_empty());
}

// ---- what becomes of it

#[tokio::test]
async fn a_member_who_left_is_erased() {
    let world = world().await;
    world.signs_up("first");
    world.kakao.unlink("ga");
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("a").await, Left::Erased);
    assert!(!world.is_member() && world.job().is_none() && world.table.item(PK, "FORMER").is_none());
    assert!(world.table.items_under("OUT#").iter().any(|entry| text(entry, "body").contains("\"erase\"")));
    // The echo, and a copy: nothing is left to end.
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("b").await, Left::Erased);
    assert!(world.job().is_none());
}

#[tokio::test]
async fn a_member_who_left_is_kept_as_a_former_one_if_the_service_wants_it() {
    let world = World::with(&[("UNLINK_POLICY", "keep")]).await;
    world.signs_up("first");
    world.kakao.unlink("ga");
    for _ in 0..2 {
        assert_eq!(world.send(&get(&pairs())).await, 200);
        assert_eq!(world.carry_out("a").await, Left::Erased);
        assert!(!world.is_member() && world.table.items_under("OUT#").is_empty());
        let former = world.app.store().former_member(&AppUser::parse(GA).unwrap()).await.unwrap().expect("kept");
        assert_eq!((former.mg.as_str(), former.profile["point"].as_u64()), ("first", Some(7)));
    }
    world.signs_up("second");
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("b").await, Left::StillLinked);
    assert!(world.is_member(), "who came back is a member like any other");
    world.kakao.unlink("ga");
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("c").await, Left::Erased);
    assert_eq!(text(&world.table.item(PK, "FORMER").expect("kept"), "mg"), "second");
}

#[tokio::test]
async fn what_was_withdrawn_while_a_membership_ended_is_not_kept() {
    for (attribute, text) in [("profile", "{}"), ("consents", "[{\"tag\":\"news\",\"agreed\":false}]")] {
        let world = World::with(&[("UNLINK_POLICY", "keep")]).await;
        world.signs_up("first");
        world.kakao.unlink("ga");
        assert_eq!(world.send(&get(&pairs())).await, 200);
        // The membership is read, and before it is written something of it goes.
        world.faults.on("TransactWriteItems", 1, Fault::Slow(Duration::from_millis(200)));
        let changed = async {
            while world.faults.count("TransactWriteItems") == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            world.table.edit(PK, "MEMBER", |member| drop(member.insert(attribute.to_owned(), json!({ "S": text }))));
        };
        let (left, ()) = tokio::join!(world.carry_out("a"), changed);
        assert_eq!((left, world.faults.count("TransactWriteItems")), (Left::Erased, 2), "{attribute}");
        assert!(!world.is_member());
        assert_eq!(self::text(&world.table.item(PK, "FORMER").expect("kept"), attribute), text);
    }
}

#[tokio::test]
async fn whose_account_is_gone_is_erased_whatever_the_service_keeps() {
    for reason in ["ACCOUNT_DELETE", "FORCED_ACCOUNT_DELETE"] {
        let world = World::with(&[("UNLINK_POLICY", "keep")]).await;
        world.signs_up("first");
        world.kakao.unlink("ga");
        assert_eq!(world.send(&get(&pairs().replace("UNLINK_FROM_APPS", reason))).await, 200);
        assert_eq!(world.send(&get(&pairs())).await, 200, "the same by the other way, with a lesser reason");
        assert_eq!(text(&world.job().expect("a job"), "why"), "UNLINK_FROM_APPS");
        assert_eq!(world.carry_out("a").await, Left::Erased);
        assert!(!world.is_member() && world.table.item(PK, "FORMER").is_none(), "{reason}");
        assert_eq!(world.erasures(), ["first"], "{reason}");
    }
}

#[tokio::test]
async fn a_former_member_whose_account_is_gone_later_is_erased_too() {
    let world = World::with(&[("UNLINK_POLICY", "keep")]).await;
    world.signs_up("first");
    world.kakao.unlink("ga");
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("a").await, Left::Erased);
    assert!(world.table.item(PK, "FORMER").is_some() && world.erasures().is_empty());
    assert_eq!(world.send(&get(&pairs().replace("UNLINK_FROM_APPS", "ACCOUNT_DELETE"))).await, 200);
    assert_eq!(world.carry_out("b").await, Left::Erased);
    assert_eq!(world.erasures(), ["first"]);
}

#[tokio::test]
async fn of_a_long_reason_only_the_beginning_is_kept() {
    let world = world().await;
    let mut body = json_body();
    body["referrer_type"] = json!("가".repeat(10_000));
    assert_eq!(world.send(&Knock::post(PATH).json(&body)).await, 200);
    assert_eq!(text(&world.job().expect("a job"), "why"), "가".repeat(21), "63 of 64 bytes");
}

/// What there is of somebody who linked the app, added the channel, and never became a member.
fn never_signed_up(world: &World) {
    world.kakao.link("ga");
    for (pk, sk) in [(PK, "CH#_AbCdE"), (PK, "CH#_other"), (PK, "ACCOUNT"), (OPEN, "CH#_AbCdE")] {
        world.table.put(&json!({ "PK": {"S": pk}, "SK": {"S": sk}, "rel": {"S": "added"}, "at": {"N": "1"} }));
    }
}

/// What the outbox does with the erasures that are queued.
async fn carry_out_erasures(world: &World) {
    let keys = Keys::of(&world.app).await.expect("keys");
    let kakao = KakaoLogin::new(&world.app, world.app.clock.now().plus(Duration::from_secs(8)));
    for entry in world.table.items_under("OUT#") {
        let Read::Known(Effect::Erase(erase)) = Effect::read(text(&entry, "body")) else { panic!("an erasure") };
        sign_up::erase(&world.clerk(&keys, &kakao, "outbox"), &erase.app, &erase.mg, erase.at)
            .await
            .expect("the table");
    }
}

#[tokio::test]
async fn of_somebody_who_never_was_a_member_nothing_is_kept_either() {
    for policy in ["erase", "keep"] {
        let world = World::with(&[("UNLINK_POLICY", policy)]).await;
        for round in 0..2_u64 {
            // The second time within a day: it is another erasure, not the one that is done.
            world.app.clock.set(NOW.plus(Duration::from_secs(round * 3_600)));
            never_signed_up(&world);
            world.kakao.unlink("ga");
            assert_eq!(world.send(&get(&pairs().replace("UNLINK_FROM_APPS", "ACCOUNT_DELETE"))).await, 200);
            assert_eq!(world.carry_out("a").await, Left::Erased);
            assert_eq!(world.erasures().len() as u64, round + 1);
            carry_out_erasures(&world).await;
            assert_eq!(world.table.items_under(PK).len(), 0, "{policy}: {:?}", world.table.items_under(PK));
        }
        assert!(world.table.items_under("AUD#").is_empty(), "no membership came to an end");
        assert_eq!(world.table.items_under(OPEN).len(), 1, "an open id of the same number may be somebody else");
    }
}

#[tokio::test]
async fn who_signs_up_meanwhile_keeps_what_is_theirs() {
    let world = world().await;
    never_signed_up(&world);
    world.kakao.unlink("ga");
    assert_eq!(world.send(&get(&pairs().replace("UNLINK_FROM_APPS", "ACCOUNT_DELETE"))).await, 200);
    assert_eq!(world.carry_out("a").await, Left::Erased);
    world.signs_up("first");
    carry_out_erasures(&world).await;
    assert!(
        world.is_member() && world.table.item(PK, "CH#_AbCdE").is_some() && world.table.item(PK, "ACCOUNT").is_some()
    );
}

#[tokio::test]
async fn who_asks_to_be_forgotten_takes_the_open_id_of_the_same_number_along() {
    for is_member in [false, true] {
        let world = world().await;
        never_signed_up(&world);
        if is_member {
            world.signs_up("first");
        }
        let keys = Keys::of(&world.app).await.expect("keys");
        let kakao = KakaoLogin::new(&world.app, NOW.plus(Duration::from_secs(8)));
        let memberships = if is_member { vec![SagaId::from_text("first")] } else { Vec::new() };
        let forgotten = sign_up::forget(&world.clerk(&keys, &kakao, "cli"), &ga(), &memberships).await;
        assert_eq!(forgotten, Ok(Forgotten::Erased(4)));
        let left = world.table.items().into_iter().map(|item| text(&item, "SK").to_owned());
        let left: Vec<String> =
            left.filter(|sk| !["OUT", "LINK"].contains(&sk.as_str()) && !sk.starts_with("176")).collect();
        assert_eq!(left, Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_erasure_takes_the_former_membership_that_it_is_about_and_no_other() {
    let world = World::with(&[("UNLINK_POLICY", "keep")]).await;
    world.signs_up("second");
    world.kakao.unlink("ga");
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("a").await, Left::Erased);
    let store = world.app.store();
    for (mg, items) in [("first", 0), ("second", 1), ("second", 0)] {
        let erased = store.erase_leftovers(&ga(), &SagaId::from_text(mg), NOW).await.expect("the table");
        assert_eq!((erased.items, world.table.item(PK, "FORMER").is_some()), (items, mg == "first"), "{mg}");
    }
}

#[tokio::test]
async fn who_asks_to_be_forgotten_is_even_if_kakao_does_not_answer_at_first() {
    let world = World::with(&[("UNLINK_POLICY", "keep")]).await;
    world.signs_up("first");
    world.kakao.plan(login::Endpoint::Me, login::Fault::Status(503), None);
    let keys = Keys::of(&world.app).await.expect("keys");
    let kakao = KakaoLogin::new(&world.app, NOW.plus(Duration::from_secs(8)));
    let forgotten = sign_up::forget(&world.clerk(&keys, &kakao, "cli"), &ga(), &[]).await;
    assert_eq!(forgotten, Ok(Forgotten::Later));
    assert!(world.is_member());
    world.kakao.heal();
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.carry_out("outbox").await, Left::Erased);
    assert!(!world.is_member() && world.table.item(PK, "FORMER").is_none());
    assert_eq!(world.erasures(), ["first"]);
}

#[tokio::test]
async fn row_6_t03_a_late_or_replayed_unlink_erases_nobody_who_linked_again() {
    for policy in ["erase", "keep"] {
        let world = World::with(&[("UNLINK_POLICY", policy)]).await;
        world.signs_up("first");
        world.kakao.unlink("ga");
        assert_eq!(world.send(&get(&pairs())).await, 200);
        world.signs_up("second");
        assert_eq!(world.carry_out("late").await, Left::StillLinked, "{policy}");
        for round in 0..5 {
            assert_eq!(world.send(&post(&pairs())).await, 200);
            assert_eq!(world.carry_out(&format!("replay-{round}")).await, Left::StillLinked);
            assert!(world.is_member() && world.job().is_none());
        }
        assert!(world.table.item(PK, "FORMER").is_none() && world.table.items_under("OUT#").is_empty());
    }
}

#[tokio::test]
async fn f15_f17_while_kakao_does_not_say_so_nobody_is_erased() {
    for fault in [
        login::Fault::Status(401),
        login::Fault::Status(403),
        login::Fault::TooMany(1_000_000),
        login::Fault::Status(503),
        login::Fault::Html,
        login::Fault::Empty,
        login::Fault::DropBefore,
        login::Fault::DropAfter,
    ] {
        let world = world().await;
        world.signs_up("first");
        world.kakao.unlink("ga");
        assert_eq!(world.send(&get(&pairs())).await, 200, "the message is taken all the same");
        world.kakao.plan(login::Endpoint::Me, fault, None);
        assert_eq!(world.carry_out("a").await, Left::Later, "{fault:?}");
        assert!(world.is_member() && world.job().is_some());
        world.kakao.heal();
        assert_eq!(world.carry_out("b").await, Left::Erased, "{fault:?}");
    }
}

#[tokio::test]
async fn f09_f11_f12_what_cannot_be_stored_is_503() {
    let world = world().await;
    for fault in [
        Fault::Error("ProvisionedThroughputExceededException"),
        Fault::Error("AccessDeniedException"),
        Fault::Error("InternalServerError"),
        Fault::CutBefore,
        Fault::Never,
    ] {
        world.faults.on("UpdateItem", ALWAYS, fault);
        let started = Instant::now();
        assert_eq!(world.send(&get(&pairs())).await, 503, "{fault:?}");
        assert!(started.elapsed() < Duration::from_millis(2_500), "{fault:?} {:?}", started.elapsed());
        world.faults.clear();
        assert!(world.table.items().is_empty());
    }
    world.faults.on("UpdateItem", 2, Fault::Error("ThrottlingException"));
    assert_eq!(world.send(&get(&pairs())).await, 200);
    world.faults.clear();
    world.faults.on("UpdateItem", 1, Fault::CutAfter);
    assert_eq!(world.send(&get(&pairs())).await, 200);
    assert_eq!(world.jobs(), 1, "an answer that got lost is no second job");
}

// ---- the log

/// Everything that can happen, each time with canaries in it. Runs in a process of its own, so that its output is the log.
#[tokio::test]
#[ignore = "run by t05_t20_the_log_tells_how_it_went_and_of_whom_nothing"]
async fn everything_that_is_logged() {
    shared::log::hide_panics();
    let settings = [("KAKAO_ADMIN_KEYS", "canary-key"), ("CALLBACK_ADDRESSES", "211.249.221.0/24")];
    let world = World::with(&settings).await;
    let with =
        |knock: Knock| knock.header("authorization", Some("KakaoAK canary-key")).header("canary-h", Some("canary"));
    for knock in [
        get(&pairs()),
        get(&pairs().replace("UNLINK_FROM_APPS", "canary-reason&group_user_token=canary-token&canary=1")),
        get(&pairs().replace(APP_ID, "canary-app")),
        get(&pairs().replace(GA, "canary-user")),
        post(&pairs().replace(APP_ID, "canary-app&app_id=canary-2")),
        Knock::post(PATH).body("application/canary", "canary"),
        Knock::post(PATH).json(&json!({"user_id": {"canary": "canary"}})),
    ] {
        let _ = world.send(&with(knock)).await;
    }
    for header in ["KakaoAK canary-wrong", "canary"] {
        let _ = world.send(&get(&pairs()).header("authorization", Some(header))).await;
    }
    for knock in [get(&pairs()), with(get(&pairs()))] {
        assert_eq!(world.send(&Knock { source: "203.0.113.77".to_owned(), ..knock }).await, 401);
    }
    // The jobs that are left are carried out as well.
    world.app.clock.set(NOW.plus(Duration::from_secs(300)));
    let outbox = App::new(Forgetful, world.app.env.clone(), world.app.clock.clone());
    wake(&outbox, SWEEP, "canary-owner").await;
    assert!(world.job().is_none());
    world.faults.on("UpdateItem", ALWAYS, Fault::Error("AccessDeniedException"));
    let _ = world.send(&with(get(&pairs()))).await;
}

#[test]
fn t05_t20_the_log_tells_how_it_went_and_of_whom_nothing() {
    let log = Log::of("everything_that_is_logged").output;
    for secret in ["canary", GA, "203.0.113.77"] {
        assert!(!log.replace("everything_that_is_logged", "").contains(secret), "{secret} is in\n{log}");
    }
    let elsewhere = log.matches("\"why\":\"address\"").count();
    assert_eq!(elsewhere, 1, "who comes from elsewhere is told of if the key is good, and only then\n{log}");
    assert!(log.contains("\"event\":\"outbox.unlink\""), "{log}");
    for outcome in ["stored", "other-app", "unfit", "unreadable", "untrusted", "not-stored"] {
        assert!(log.contains(&format!("\"outcome\":\"{outcome}\"")), "{outcome} is not in\n{log}");
    }
}
