//! `/sync/failure`: what somebody reads who was not signed up, and how it goes on from there.

use std::time::Duration;

use futures_util::future::join_all;
use shared::bot::{Applicant, Decision, SignUp, Trouble, Words};
use shared::sign_up::{Pass, Purpose};
use shared::store::SagaId;
use shared::store::sign_up::ASK_LEASE;
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use tests::faults::{ALWAYS, scaled};
use tests::payloads::payloads;
use tests::sync::{Ask, CONTINUE, GA, NOW, Rule, Seen, World, encoded, world};
use tests::table::text;

const PATH: &str = "/sync/failure";

/// The page behind a 302 to it.
fn query(seen: &Seen) -> String {
    let url = seen.location().expect("a 302");
    let (page, query) = url.split_once('?').expect("a query");
    assert_eq!(page, "https://service.example/sync/failure");
    query.to_owned()
}

async fn look<B: SignUp>(world: &World<B>, query: &str) -> Seen {
    world.ask::<SyncFailure>(&Ask::get(PATH, query)).await
}

async fn press<B: SignUp>(world: &World<B>, query: &str, way: &str) -> Seen {
    world.ask::<SyncFailure>(&Ask::post(PATH, query, &format!("way={way}"))).await
}

/// Somebody was turned away, and Kakao would not undo the link at first.
async fn linked_still() -> (World<Rule>, String) {
    let world = world(Rule::No).await;
    world.kakao.plan(Endpoint::Unlink, Fault::Status(503), Some(2));
    let query = query(&world.get(&world.query()).await);
    world.kakao.heal();
    world.kakao.forget_calls();
    assert!(world.kakao.is_linked("ga"));
    (world, query)
}

#[tokio::test]
async fn the_page_says_why_in_the_bots_words_and_has_ways_on() {
    let world = world(Rule::No).await;
    let seen = look(&world, &query(&world.get(&world.query()).await)).await;
    assert_eq!(seen.status, 200);
    assert!(seen.body.contains("오늘은 쉬어요.") && seen.body.contains("Closed &lt;today&gt;."), "{}", seen.body);
    assert!(seen.body.contains(">refused<") && !seen.body.contains("canary"), "{}", seen.body);
    assert!(seen.body.contains("value=\"AGAIN\"") && seen.leads_back());
    assert!(!seen.body.contains("value=\"PERSON\""), "nobody is there to talk to");
    let policy = seen.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://talk-plugin.kakao.com;"), "{policy}");
    assert!(!world.kakao.is_linked("ga"));
}

/// A bot with words and people of its own.
struct Polite;

impl SignUp for Polite {
    async fn decide(&self, _who: &Applicant) -> Decision {
        panic!("broken")
    }

    fn trouble(&self, why: Trouble) -> Words {
        assert_eq!(why, Trouble::Ours);
        Words { ko: "저희 잘못이에요.", en: "Our fault." }
    }

    fn talk_to_a_person(&self) -> Option<Words> {
        Some(Words { ko: "사람을 불러 주세요", en: "A person, please" })
    }
}

#[tokio::test]
async fn a_bot_has_words_for_every_trouble_and_may_offer_a_person() {
    let world = World::of(Polite, NOW).await;
    let seen = look(&world, &query(&world.get(&world.query()).await)).await;
    assert!(seen.body.contains("저희 잘못이에요.") && seen.body.contains(">ours<"), "{}", seen.body);
    assert!(seen.body.contains("사람을 불러 주세요") && seen.body.contains("value=\"PERSON\""));
}

#[tokio::test]
async fn the_wish_is_kept_for_the_chat_and_goes_with_the_next_attempt() {
    let mut world = world(Rule::No).await;
    let first = query(&world.get(&world.query()).await);
    for (way, wish) in
        [("AGAIN", Some("AGAIN")), ("PERSON", Some("PERSON")), ("BACK", Some("PERSON")), ("", Some("PERSON"))]
    {
        let seen = press(&world, &first, way).await;
        assert_eq!((seen.status, seen.location()), (303, Some(CONTINUE)), "{way}");
        let flow = world.table.item(GA, "FLOW").expect("how it went");
        assert_eq!((text(&flow, "st"), text(&flow, "wish")), ("FAILED", wish.unwrap_or_default()), "{way}");
    }
    world.restart(Rule::Yes, &[]);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    assert!(world.table.item(GA, "FLOW").expect("how it went")["wish"].is_null());
    // The page of the first attempt is still open somewhere: it says nothing about the second.
    assert_eq!(press(&world, &first, "AGAIN").await.status, 303);
    assert!(world.table.item(GA, "FLOW").expect("how it went")["wish"].is_null());
    assert!(world.is_member() && world.kakao.is_linked("ga"), "and ends no membership");
}

#[tokio::test]
async fn the_wish_of_somebody_whom_kakao_did_not_name_in_time_is_kept_as_well() {
    for at in [Endpoint::Me, Endpoint::ServiceTerms] {
        let world = world(Rule::Yes).await;
        world.kakao.plan(at, Fault::Status(503), None);
        let query = query(&world.get(&world.query()).await);
        assert_eq!(press(&world, &query, "PERSON").await.location(), Some(CONTINUE));
        // Whoever undoes the link has found out whose it is.
        let flow = world.table.item(GA, "FLOW").expect("how it went");
        let told = ["st", "why", "wish"].map(|name| text(&flow, name));
        assert_eq!(told, ["FAILED", "KAKAO", "PERSON"], "{at:?}");
        world.kakao.heal();
        world.later(120);
        world.sweep().await;
        assert!(!world.kakao.is_linked("ga") && world.entries_are_done(), "{at:?}");
        assert_eq!(text(&world.table.item(GA, "FLOW").expect("how it went"), "wish"), "PERSON", "{at:?}");
    }
}

#[tokio::test]
async fn t15_looking_undoes_nothing_and_a_press_undoes_once() {
    let (world, query) = linked_still().await;
    world.later(31);
    for _ in 0..3 {
        assert_eq!(look(&world, &query).await.status, 200);
    }
    assert_eq!((world.kakao.calls().len(), world.kakao.is_linked("ga")), (0, true), "a preview is no press");
    assert_eq!(press(&world, &query, "AGAIN").await.location(), Some(CONTINUE));
    assert_eq!((world.kakao.called(Endpoint::Unlink), world.kakao.is_linked("ga")), (1, false));
    world.kakao.forget_calls();
    for _ in 0..3 {
        assert_eq!(press(&world, &query, "AGAIN").await.status, 303);
    }
    assert!(world.kakao.calls().is_empty(), "a second press undoes nothing more");
    world.sweep().await;
    assert!(world.entries_are_done() && world.kakao.calls().is_empty());
}

#[tokio::test]
async fn f02_64_presses_at_once_of_20_pages_undo_once_each() {
    for _ in 0..scaled(20) {
        let (world, query) = linked_still().await;
        world.later(31);
        let seen = join_all((0..64).map(|_| press(&world, &query, "PERSON"))).await;
        assert!(seen.iter().all(|seen| seen.location() == Some(CONTINUE)), "{seen:?}");
        assert_eq!(text(&world.table.item(GA, "FLOW").expect("how it went"), "wish"), "PERSON");
        // Whoever is at it may run out of their time, on a machine with too much to do. The outbox goes on.
        world.later(31);
        world.sweep().await;
        assert_eq!((world.kakao.called(Endpoint::Unlink), world.kakao.is_linked("ga")), (1, false));
        assert!(world.entries_are_done());
    }
}

#[tokio::test]
async fn t15_a_press_waits_for_nobody_who_is_at_it() {
    let (world, query) = linked_still().await;
    // The failing request may still be at it, for all anybody knows: its lease has not run out.
    assert_eq!(press(&world, &query, "AGAIN").await.location(), Some(CONTINUE));
    assert!(world.kakao.calls().is_empty());
    world.later(40);
    world.sweep().await;
    assert!(!world.kakao.is_linked("ga"), "the outbox had it anyway");
}

#[tokio::test]
async fn t15_without_a_pass_of_its_own_nothing_happens() {
    let (world, query) = linked_still().await;
    world.later(31);
    let keys = shared::sign_up::Keys::of(&world.app).await.expect("keys");
    let pass = Pass { saga: SagaId::of_code("x"), back: None };
    let foreign = shared::secret::Seal::derive(&shared::secret::Secret::new("another"), "pass").expect("a key");
    let forged = [
        String::new(),
        "pass=".to_owned(),
        "pass=x".to_owned(),
        format!("saga={}", SagaId::of_code("x")),
        format!("{query}&{query}"),
        query[..query.len() - 3].to_owned(),
        query.replace("pass=", "pass=A"),
        pass.query(&keys.passes, Purpose::Match, world.app.clock.now()).expect("a pass"),
        pass.query(&foreign, Purpose::Failure, world.app.clock.now()).expect("a pass"),
        pass.query(&keys.seal, Purpose::Failure, world.app.clock.now()).expect("a pass"),
    ];
    let before = world.table.items();
    for query in &forged {
        for seen in [look(&world, query).await, press(&world, query, "AGAIN").await] {
            assert_eq!((seen.status, seen.location()), (400, None), "{query}");
        }
    }
    world.app.clock.set(world.app.clock.now().plus(ASK_LEASE));
    for seen in [look(&world, &query).await, press(&world, &query, "AGAIN").await] {
        assert_eq!((seen.status, seen.location()), (200, None));
        assert!(seen.body.contains("시간이 지났어요"), "{}", seen.body);
    }
    assert!(world.kakao.calls().is_empty());
    assert_eq!(world.table.items(), before);
}

#[tokio::test]
async fn t26_only_the_form_of_the_page_is_read() {
    let (world, query) = linked_still().await;
    world.later(31);
    for (kind, body) in [
        ("application/json", "{\"way\":\"AGAIN\"}".to_owned()),
        ("text/plain", "way=AGAIN".to_owned()),
        ("multipart/form-data; boundary=x", "--x--".to_owned()),
        ("application/x-www-form-urlencoded", format!("way={}", "A".repeat(2_000))),
    ] {
        let seen = world.ask::<SyncFailure>(&Ask::post(PATH, &query, &body).header("content-type", kind)).await;
        assert_eq!(seen.status, 400, "{kind}");
        assert!(seen.leads_back(), "{kind}");
    }
    assert!(world.kakao.calls().is_empty());
}

#[tokio::test]
async fn t14_nothing_that_is_sent_becomes_part_of_the_page() {
    let world = world(Rule::No).await;
    let query = query(&world.get(&world.query()).await);
    let clean = look(&world, &query).await;
    let tags = |seen: &Seen| seen.body.matches('<').count();
    let payloads = payloads();
    assert!(payloads.len() >= 200);
    for payload in payloads {
        for value in [payload.clone(), encoded(&payload)] {
            let names = ["x", "why", "nickname", "continue", "way", "error", "state", "code", "\"x", value.as_str()];
            let pairs = names.map(|name| format!("{name}={value}")).join("&");
            for with in [format!("{query}&{pairs}"), format!("{pairs}&{query}")] {
                let seen = look(&world, &with).await;
                assert!(seen.status == 200 && tags(&seen) == tags(&clean), "{with}\n{}", seen.body);
            }
        }
        let seen = press(&world, &query, &encoded(&payload)).await;
        assert_eq!((seen.status, seen.location()), (303, Some(CONTINUE)), "{payload}");
    }
}

#[tokio::test]
async fn f11_f12_without_the_table_there_is_a_page_and_a_way_back() {
    let (world, query) = linked_still().await;
    world.later(31);
    world.faults.on(tests::faults::ANY, ALWAYS, tests::faults::Fault::Error("InternalServerError"));
    let seen = look(&world, &query).await;
    assert!(seen.status == 200 && seen.leads_back() && seen.body.contains("value=\"AGAIN\""), "{seen:?}");
    assert_eq!(press(&world, &query, "PERSON").await.location(), Some(CONTINUE));
    assert!(world.kakao.calls().is_empty(), "nothing is undone that cannot be written down");
}

#[tokio::test]
async fn f17_a_press_ends_in_the_chat_however_slow_kakao_is() {
    let (world, query) = linked_still().await;
    world.later(31);
    world.kakao.plan(Endpoint::Unlink, Fault::Slow(60_000), None);
    let began = std::time::Instant::now();
    assert_eq!(press(&world, &query, "AGAIN").await.location(), Some(CONTINUE));
    assert!(began.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn who_became_a_member_meanwhile_is_not_told_of_a_failure() {
    let world = world(Rule::Yes).await;
    let code = world.code();
    world.get(&tests::sync::with_continue(&code, CONTINUE)).await;
    let query = world.page_of(&code, Purpose::Failure).await;
    assert_eq!(look(&world, &query).await.location(), Some(CONTINUE));
    assert_eq!(press(&world, &query, "AGAIN").await.location(), Some(CONTINUE));
    assert!(world.is_member() && world.kakao.is_linked("ga") && world.kakao.called(Endpoint::Unlink) == 0);
}

#[tokio::test]
async fn a_link_of_another_time_or_service_is_not_ours_to_undo() {
    let world = world(Rule::No).await;
    world.kakao.link("ga"); // long a user of another service of the same app
    world.later(3_600);
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await);
    world.later(120);
    world.sweep().await;
    assert!(world.kakao.is_linked("ga") && world.kakao.called(Endpoint::Unlink) == 0);
    assert!(world.entries_are_done() && text(&world.table.items_under("SAGA#")[0], "st") == "DEAD");
    assert_eq!(text(&world.table.item(GA, "LINK").expect("a lock"), "st"), "FREE");
}

#[tokio::test]
async fn who_linked_again_meanwhile_is_not_unlinked_by_an_old_failure() {
    let (world, _) = linked_still().await;
    world.later(60);
    assert!(world.kakao.unlink("ga"));
    world.kakao.link("ga"); // and is on the way to us
    world.later(60);
    world.sweep().await;
    assert!(world.kakao.is_linked("ga") && world.kakao.called(Endpoint::Unlink) == 0);
    assert!(world.entries_are_done());
}

#[tokio::test]
async fn outside_the_chat_it_begins_again_where_it_began() {
    let world = world(Rule::No).await;
    let keys = shared::sign_up::Keys::of(&world.app).await.expect("keys");
    let pass = Pass { saga: SagaId::of_code("x"), back: None };
    let query = pass.query(&keys.passes, Purpose::Failure, NOW).expect("a pass");
    let seen = look(&world, &query).await;
    assert!(
        seen.body.contains("href=\"https://service.example/sync/login\"") && !seen.body.contains("<form"),
        "{}",
        seen.body
    );
    assert_eq!(press(&world, &query, "AGAIN").await.status, 200);
}

#[tokio::test]
async fn without_an_address_the_page_is_off() {
    let mut world = world(Rule::Yes).await;
    world.restart(Rule::Yes, &[("SYNC_REDIRECT_URI", "")]);
    assert_eq!(look(&world, "pass=x").await.status, 404);
}

#[tokio::test]
async fn of_who_was_refused_nothing_is_left_after_a_week() {
    let world = world(Rule::No).await;
    let seen = world.get(&world.query()).await;
    assert!(world.has_failed(&seen).await && !world.kakao.is_linked("ga"), "{seen:?}");
    world.sweep().await;
    assert!(world.table.item(GA, "LINK").is_some(), "the fence, against what was under way");
    world.later(6 * 86_400);
    world.table.expire(world.app.clock.now().secs());
    assert!(world.table.item(GA, "LINK").is_some());
    world.later(86_400);
    world.table.expire(world.app.clock.now().secs());
    assert_eq!(world.table.items_under(GA), Vec::<serde_json::Value>::new());
}
