//! T03, T22, F40: what the outbox does about members: it verifies what Kakao's messages say, erases, and reconciles. From the gateway's
//! event and the stream's records to the stand-in Kakao and the table's emulator.

use std::time::Duration;

use outbox::Outbox;
use serde_json::{Map, Value, json};
use shared::app::App;
use shared::bot::{Applicant, Decision, SignUp};
use shared::clock::{Clock, Millis};
use shared::kakao::skill::SkillRequest;
use shared::lambda::{self, Consumer as _};
use shared::store::sign_up::Joined;
use shared::store::{AppUser, Identity, Person, PlaceId, SagaId};
use simulator::login::{self, Endpoint, Fault, Kakao};
use sync_redirect::SyncRedirect;
use tests::faults::{self, ALWAYS, Faults};
use tests::platform::bots::Forgetful;
use tests::platform::{payload, wake};
use tests::table::{SWEEP, Table, env, number, stream_event, text};

const NOW: Millis = Millis(1_760_000_000_000);
const REDIRECT_URI: &str = "https://service.example/sync/redirect";
const RECONCILE: &str = r#"{"reconcile":"members"}"#;

/// Takes everybody.
struct Everybody;

impl SignUp for Everybody {
    async fn decide(&self, _who: &Applicant) -> Decision {
        Decision::Accept(Map::new())
    }
}

struct World {
    table: Table,
    faults: Faults,
    kakao: Kakao,
    redirect: App<Everybody>,
    outbox: App<Forgetful>,
}

fn ga() -> AppUser {
    AppUser::parse("1376016924426879191").expect("ga's id")
}

/// The record that a change of the job writes to the stream.
fn record_of(app: &AppUser) -> String {
    let mut event: Value = serde_json::from_str(&stream_event([format!("U#app#{app}")])).expect("JSON");
    event["Records"][0]["eventName"] = json!("MODIFY");
    event["Records"][0]["dynamodb"]["Keys"]["SK"]["S"] = json!("JOB#UNLINK");
    event.to_string()
}

impl World {
    async fn new() -> Self {
        let table = Table::start();
        let faults = Faults::before(&table);
        let clock = Clock::at(NOW);
        let app = login::App { redirect_uris: vec![REDIRECT_URI.to_owned()], ..login::App::default() };
        let kakao = Kakao::start(app, clock.clone()).await.expect("a port");
        let env = env(
            &faults.url(),
            &[
                ("KAUTH_URL", &kakao.kauth_url()),
                ("KAPI_URL", &kakao.kapi_url()),
                ("KAKAO_REST_API_KEY", login::LOCAL_REST_API_KEY),
                ("KAKAO_CLIENT_SECRET", login::LOCAL_CLIENT_SECRET),
                ("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY),
                ("TOKEN_SIGNING_KEY", "a-signing-key-of-the-tests"),
                ("SYNC_REDIRECT_URI", REDIRECT_URI),
            ],
        );
        let redirect = App::new(Everybody, env.clone(), clock.clone());
        Self { table, faults, kakao, redirect, outbox: App::new(Forgetful, env, clock) }
    }

    fn now(&self) -> Millis {
        self.outbox.clock.now()
    }

    fn pass(&self, span: Duration) {
        self.outbox.clock.set(self.now().plus(span));
    }

    /// `ga` signs up, and is a member.
    async fn signs_up(&self) {
        let code = self.kakao.code("ga", REDIRECT_URI);
        let now = self.now();
        let event = json!({
            "version": "2.0", "rawPath": "/sync/redirect",
            "rawQueryString": format!("code={code}&continue=https%3A%2F%2Ftalk-plugin.kakao.com%2Fx"), "headers": {},
            "requestContext": {
                "http": { "method": "GET", "path": "/sync/redirect" }, "requestId": format!("redirect-{code}"), "timeEpoch": now.0
            },
            "isBase64Encoded": false
        });
        let deadline = now.plus(Duration::from_secs(10));
        let reply = Box::pin(lambda::answer::<SyncRedirect, _>(&self.redirect, &event.to_string(), deadline)).await;
        assert_eq!(reply.status_code, 302);
        assert!(self.is_member());
    }

    fn is_member(&self) -> bool {
        self.table.item(&format!("U#app#{}", ga()), "MEMBER").is_some()
    }

    /// Kakao says that `ga` has left, and the stream says so.
    async fn is_told(&self, message: &str) {
        self.outbox.store().store_unlink(&ga(), message, self.now()).await.expect("the table is there");
        self.wake(&record_of(&ga()), message).await;
    }

    /// The schedule wakes the outbox to reconcile; it has its whole minute.
    async fn reconciles(&self, owner: &str) -> Value {
        let until = self.now().plus(Duration::from_secs(60));
        Box::pin(Outbox::consume(&self.outbox, RECONCILE, owner, until)).await
    }

    async fn wake(&self, event: &str, owner: &str) {
        let told = wake(&self.outbox, event, owner).await;
        assert!(told["batchItemFailures"].as_array().is_none_or(Vec::is_empty), "{told}");
    }

    /// The stream's records of all effects that wait.
    async fn streams(&self, owner: &str) {
        let entries: Vec<String> =
            self.table.items_under("OUT#").iter().map(|entry| text(entry, "PK").to_owned()).collect();
        self.wake(&stream_event(&entries), owner).await;
    }

    fn mg(&self) -> SagaId {
        let member = self.table.item(&format!("U#app#{}", ga()), "MEMBER").expect("a member");
        SagaId::from_text(text(&member, "mg"))
    }

    /// Everything that says who somebody is, but for the fence and the sagas of the day.
    fn left_of(&self, name: &str) -> Vec<String> {
        let items = self.table.items();
        let theirs = items.iter().filter(|item| item.to_string().contains(name));
        let kept = |item: &&Value| text(item, "SK") != "LINK" && text(item, "SK") != "SAGA";
        theirs.filter(kept).map(|item| format!("{} {}", text(item, "PK"), text(item, "SK"))).collect()
    }
}

#[tokio::test]
async fn t03_an_old_unlink_that_is_replayed_erases_nobody_who_linked_again() {
    let world = World::new().await;
    world.signs_up().await;
    world.kakao.unlink("ga");
    world.is_told("unlink").await;
    world.streams("effects").await;
    assert!(!world.is_member(), "a message that is true is believed");
    world.signs_up().await;
    let mg = world.mg();
    for replay in ["1", "2", "3", "4", "5"] {
        world.is_told(replay).await;
        world.wake(SWEEP, &format!("sweep-{replay}")).await;
    }
    world.streams("more effects").await;
    assert!(world.is_member() && world.kakao.is_linked("ga") && world.mg() == mg, "somebody was erased by a replay");
    assert!(world.table.item(&format!("U#app#{}", ga()), "JOB#UNLINK").is_none());
}

#[tokio::test]
async fn t22_who_leaves_is_gone_within_seconds_and_the_ledger_knows() {
    let world = World::new().await;
    world.signs_up().await;
    let request: SkillRequest = serde_json::from_value(payload("u-of-ga", "")).expect("a request");
    let person = Person::of(&request).expect("a person");
    let (store, bot) = (world.outbox.store(), Identity::bot(&person));
    assert_eq!(store.join(&ga(), &world.mg(), &bot, NOW).await, Ok(Joined::Theirs));
    let group = store.found_group(&person, "lunch", "ABCDEFGH23", NOW).await.expect("a table").expect("a group");
    for days in [0, 1, 89] {
        let day = NOW.minus(Duration::from_secs(days * 86_400));
        store.vote(&group.id, &person, &PlaceId::of_name("soup"), day).await.expect("a vote");
    }
    world.streams("welcome").await;
    world.kakao.unlink("ga");
    world.is_told("unlink").await;
    world.streams("effects").await;
    assert_eq!(world.left_of(ga().as_str()), Vec::<String>::new());
    assert_eq!(world.left_of(&bot.to_string()), Vec::<String>::new());
    assert!(world.table.item(&format!("GRP#{}", group.id), "META").is_some(), "the group is its members'");
    assert_eq!(world.table.items_under("AUD#").len(), 1);
    // Once more, by the stream and the sweep: nothing happens.
    let before = world.table.items();
    world.streams("effects again").await;
    world.pass(Duration::from_secs(3_600));
    world.wake(SWEEP, "sweep").await;
    assert_eq!(world.table.items(), before);
}

#[tokio::test]
async fn f17_a_job_that_kakao_does_not_answer_is_put_off_and_not_turned_in_circles() {
    let world = World::new().await;
    world.signs_up().await;
    world.kakao.unlink("ga");
    world.kakao.plan(Endpoint::Me, Fault::Status(503), None);
    world.is_told("unlink").await;
    let job = || world.table.item(&format!("U#app#{}", ga()), "JOB#UNLINK").expect("the job waits");
    let (asked, put_off) = (world.kakao.called(Endpoint::Me), job());
    // Putting it off is a change of the job, and the stream tells of it.
    for record in ["1", "2", "3"] {
        world.wake(&record_of(&ga()), record).await;
        world.wake(SWEEP, &format!("sweep-{record}")).await;
    }
    assert_eq!((world.kakao.called(Endpoint::Me), job()), (asked, put_off), "it waits until it is due");
    world.kakao.heal();
    world.pass(Duration::from_secs(61));
    world.wake(SWEEP, "sweep").await;
    world.streams("effects").await;
    assert!(!world.is_member());
}

#[tokio::test]
async fn f25_f26_a_job_beside_a_poisoned_membership_waits_longer_each_time_and_is_parked() {
    for sk in ["MEMBER", "FORMER", "LINK"] {
        let world = World::new().await;
        world.signs_up().await;
        world.streams("welcome").await;
        let pk = format!("U#app#{}", ga());
        world.kakao.unlink("ga");
        let good = world.table.item(&pk, "MEMBER").expect("a member");
        let healthy = world.table.item(&pk, sk);
        let poison =
            json!({ "PK": {"S": pk}, "SK": {"S": sk}, "st": {"N": "7"}, "mg": {"N": "7"}, "profile": {"BOOL": true} });
        world.table.put(&poison);
        world.is_told("unlink").await;
        let job = || world.table.item(&pk, "JOB#UNLINK").expect("the job stays");
        let mut waits = Vec::new();
        for attempt in 1..=8 {
            world.pass(Duration::from_secs(3_601));
            world.wake(SWEEP, &format!("sweep-{attempt}")).await;
            assert_eq!(number(&job(), "tries"), Some(attempt), "{sk}");
            // The stream tells of putting it off, and the next sweep comes within a minute: neither is a try.
            world.wake(&record_of(&ga()), &format!("record-{attempt}")).await;
            world.wake(SWEEP, &format!("sweep-again-{attempt}")).await;
            assert_eq!(number(&job(), "tries"), Some(attempt), "{sk}");
            let due = text(&job(), "DSK").split('#').next().and_then(|due| due.parse::<u64>().ok());
            waits.extend(due.map(|due| (due - world.now().0) / 1_000));
        }
        assert_eq!(waits, [60, 120, 240, 480, 960, 1_920, 3_600], "{sk}");
        assert_eq!(text(&job(), "st"), "PARKED");
        world.pass(Duration::from_secs(7 * 86_400));
        let parked = job();
        world.wake(SWEEP, "sweep later").await;
        assert_eq!(job(), parked, "{sk}: nobody tries it again");
        // A person has looked; the next message opens it again.
        match healthy {
            Some(healthy) => world.table.put(&healthy),
            None => world.table.remove(&pk, sk),
        }
        assert_eq!(world.table.item(&pk, "MEMBER"), Some(good));
        world.is_told("unlink again").await;
        world.streams("effects").await;
        assert_eq!(world.left_of(ga().as_str()), Vec::<String>::new(), "{sk}");
    }
}

#[tokio::test]
async fn f12_a_job_of_which_nobody_knows_what_became_is_given_back_to_the_stream() {
    let world = World::new().await;
    world.signs_up().await;
    world.kakao.unlink("ga");
    world.outbox.store().store_unlink(&ga(), "unlink", world.now()).await.expect("the table is there");
    world.faults.on("TransactWriteItems", ALWAYS, faults::Fault::Error("InternalServerError"));
    let told = wake(&world.outbox, &record_of(&ga()), "first").await;
    assert_eq!(told["batchItemFailures"], json!([{ "itemIdentifier": "1" }]));
    world.faults.clear();
    world.wake(&record_of(&ga()), "second").await;
    assert!(!world.is_member());
}

#[tokio::test]
async fn f40_the_schedule_reconciles_once_a_day() {
    let world = World::new().await;
    world.signs_up().await;
    world.kakao.link_strangers(5_000_000_000, 3); // whose tokens never reached us
    world.kakao.unlink("ga"); // of which nobody told us
    world.pass(Duration::from_secs(3_700));
    let told = world.reconciles("reconcile").await;
    assert_eq!(told["reconcile"], "ended");
    assert_eq!(told["tally"], json!({ "pages": 1, "checked": 4, "orphans": 3, "left": 1, "open": 0 }));
    world.streams("effects").await;
    assert_eq!(world.left_of(ga().as_str()), Vec::<String>::new());
    let asked = world.kakao.called(Endpoint::Ids);
    assert_eq!(world.reconciles("five minutes later").await["reconcile"], "not-due");
    assert_eq!(world.kakao.called(Endpoint::Ids), asked);
    world.pass(Duration::from_secs(86_400));
    assert_eq!(world.reconciles("next day").await["reconcile"], "ended");
}

#[tokio::test]
async fn f16_a_page_that_kakao_refuses_is_asked_for_at_the_next_wake_up() {
    let world = World::new().await;
    world.kakao.link_strangers(5_000_000_000, 3);
    world.pass(Duration::from_secs(3_700));
    for fault in [Fault::TooMany(60), Fault::Status(503), Fault::DropAfter] {
        world.kakao.plan(Endpoint::Ids, fault, Some(2));
        let told = world.reconciles(&format!("refused-{fault}")).await;
        assert_eq!(told["reconcile"], "refused", "{fault}");
        world.kakao.heal();
    }
    let told = world.reconciles("at last").await;
    assert_eq!((&told["reconcile"], &told["tally"]["orphans"]), (&json!("ended"), &json!(3)));
}
