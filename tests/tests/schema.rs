//! F26, F27: items of every version ever written are read, what a newer release added survives, what is newer is left alone, and an
//! item that nobody can read costs only itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::app::App;
use shared::bot::work::WorkModals;
use shared::bot::{Desk, Oops, Reply, Skills, Turn};
use shared::clock::Millis;
use shared::kakao::skill::{SkillRequest, SkillResponse};
use shared::store::{CallbackClaim, GroupId, Person, PlaceId};
use tests::faults::scaled;
use tests::platform::bots::Count;
use tests::platform::{Answer, BOT, Call, World, ask, payload, until, wake};
use tests::table::{number, stream_event, text};

/// When the fixtures were written.
const NOW: Millis = Millis(1_760_000_000_000);
const CODE: &str = "ABCDEFGH23";

/// One item of each kind, as version 1 wrote it, each with an attribute more.
const V1: &str = include_str!("../fixtures/v1.json");

fn person(user: &str) -> Person {
    let request: SkillRequest = serde_json::from_value(payload(user, "")).unwrap();
    Person::of(&request).unwrap()
}

fn session(user: &str) -> (String, &'static str) {
    (format!("U#bot#{BOT}#{user}"), "SESS")
}

/// Everything that leaves an item, in an order that leaves one of each kind.
async fn write_one_of_each(world: &World) {
    for words in
        ["count", "count", "group found ABCDEFGH23", "group place soup", "group vote soup", "group join 2222222222"]
    {
        assert!(world.says("u", words).await.is_valid(), "{words}");
    }
    let store = world.app.store();
    let group = GroupId::of_code(CODE);
    store.set_closing(&group, Some(23 * 60)).await.unwrap();
    let url = "http://127.0.0.1:4010/callback/fixture";
    assert_eq!(store.claim_callback(url, "owner", NOW).await.unwrap(), CallbackClaim::Ours);
    let (_, _) = world.is_promised("u", "later soup").await;
}

#[tokio::test]
#[ignore = "prints the fixture of the version that this code writes, for tests/fixtures/v<n>.json"]
async fn print_the_fixture() {
    let world = World::at(NOW);
    write_one_of_each(&world).await;
    let mut items = world.table.items();
    for item in &mut items {
        item["from-a-newer-release"] = json!({ "S": "keep me" });
    }
    println!("{}", serde_json::to_string_pretty(&items).unwrap());
}

fn with_v1() -> World {
    let world = World::at(NOW);
    for item in serde_json::from_str::<Vec<Value>>(V1).unwrap() {
        world.table.put(&item);
    }
    world
}

#[tokio::test]
async fn f27_items_of_version_1_are_decoded() {
    let world = with_v1();
    let kinds: Vec<String> = world.table.items().iter().map(|item| text(item, "t").to_owned()).collect();
    for kind in ["SESS", "GRP", "META", "MBR", "PLACE", "VOTE", "OUT", "CB", "RL"] {
        assert!(kinds.iter().any(|known| known == kind), "the fixture has no {kind}");
    }
    assert_eq!(world.says("u", "look").await.text(), "2");
    assert_eq!(world.says("u", "group mine").await.text(), "1");
    assert_eq!(world.says("u", "group place soup").await.text(), "exists");
    assert_eq!(world.says("u", "group result").await.text(), "soup=1 end");
    assert_eq!(world.says("other", &format!("group join {CODE}")).await.text(), "new");
    world.pass(Duration::from_secs(1));
    assert_eq!(world.says("u", &format!("group join {CODE}")).await.text(), "already");
    let group = GroupId::of_code(CODE);
    assert_eq!(world.app.store().menu(&group).await.unwrap().0, Some(23 * 60));
    let again =
        world.app.store().claim_callback("http://127.0.0.1:4010/callback/fixture", "another", NOW).await.unwrap();
    assert_eq!(again, CallbackClaim::Spent);
    // The counter counts on: one try was in the fixture, two were above.
    for _ in 0..7 {
        assert_ne!(world.says("u", "group join 2222222222").await.text(), "too many");
        world.pass(Duration::from_millis(1));
    }
    let entry = world.table.items_under("OUT#").remove(0);
    let body: Value = serde_json::from_str(text(&entry, "body")).unwrap();
    assert_eq!(body["kind"], "deliver", "the effect's own words are part of the format");
    wake(&world.app, &stream_event([text(&entry, "PK")]), "o").await;
    assert_eq!(world.state_of(text(&entry, "PK")), "PARKED", "its URL is of another platform; it was read");
}

#[tokio::test]
async fn f27_an_unknown_attribute_survives_every_change() {
    let world = with_v1();
    let kept = |pk: &str, sk: &str| text(&world.table.item(pk, sk).unwrap(), "from-a-newer-release") == "keep me";
    let group = GroupId::of_code(CODE);
    let store = world.app.store();
    let day = format!("GRP#{group}#D#{}", NOW.kst_day());
    world.pass(Duration::from_secs(1));
    let mut lost = Vec::new();

    assert_eq!(world.says("u", "count").await.text(), "3");
    let (pk, sk) = session("u");
    lost.extend((!kept(&pk, sk)).then_some("SESS"));

    store.set_closing(&group, Some(60)).await.unwrap();
    store.set_closing(&group, None).await.unwrap();
    lost.extend((!kept(&format!("GRP#{group}"), "META")).then_some("META"));

    world.says("u", "group join 2222222222").await;
    let counter = world.table.items_under("RL#").remove(0);
    lost.extend((!kept(text(&counter, "PK"), "-")).then_some("RL"));

    let entry = text(&world.table.items_under("OUT#")[0], "PK").to_owned();
    wake(&world.app, &stream_event([&entry]), "o").await;
    lost.extend((!kept(&entry, "OUT")).then_some("OUT"));

    store.vote(&group, &person("u"), &PlaceId::of_name("rice"), world.app.clock.now()).await.unwrap();
    lost.extend((!kept(&day, &format!("VOTE#{}", person("u")))).then_some("VOTE"));

    assert_eq!(lost, Vec::<&str>::new(), "these lost what a newer release had added");
}

#[tokio::test]
async fn f27_an_item_of_a_newer_version_is_read_and_never_overwritten() {
    let world = with_v1();
    for item in world.table.items() {
        world.table.edit(text(&item, "PK"), text(&item, "SK"), |item| {
            item.insert("v".to_owned(), json!({ "N": "2" }));
        });
    }
    let before: BTreeMap<(String, String), Value> = world
        .table
        .items()
        .into_iter()
        .map(|item| ((text(&item, "PK").into(), text(&item, "SK").into()), item))
        .collect();
    world.pass(Duration::from_secs(6));
    // Read: yes.
    assert_eq!(world.says("u", "look").await.text(), "2");
    assert_eq!(world.says("u", "group mine").await.text(), "1");
    assert_eq!(world.says("u", "group result").await.text(), "soup=1 end");
    // Changed: no, and nobody gets an error for it.
    assert_eq!(world.says("u", "count").await.text(), "3");
    assert!(world.says("u", "group vote rice").await.is_valid());
    assert!(
        world.is_promised("u", "count-later soup").await.0.contains("/callback/"),
        "the promise is kept apart from the talk"
    );
    let entry = text(&before[&before.keys().find(|key| key.0.starts_with("OUT#")).unwrap().clone()], "PK").to_owned();
    wake(&world.app, &stream_event([&entry]), "o").await;
    wake(&world.app, tests::table::SWEEP, "p").await;
    let mut overwritten = Vec::new();
    for ((pk, sk), item) in &before {
        if world.table.item(pk, sk).as_ref() != Some(item) && !pk.starts_with("RL#") {
            overwritten.push(text(item, "t").to_owned());
        }
    }
    assert_eq!(overwritten, Vec::<String>::new(), "these were of version 2");
}

#[tokio::test]
async fn f27_an_effect_that_only_a_newer_release_knows_is_left_for_it() {
    let world = World::at(NOW);
    let (_, entry) = world.is_promised("u", "later soup").await;
    world.table.edit(&entry, "OUT", |item| {
        item.insert("body".to_owned(), json!({ "S": r#"{"kind":"from-a-newer-release","person":"x"}"# }));
    });
    wake(&world.app, &stream_event([&entry]), "o").await;
    let item = world.table.item(&entry, "OUT").unwrap();
    assert_eq!(
        (text(&item, "st"), item.get("DPK").is_some()),
        ("READY", true),
        "it waits for the release that knows it"
    );
}

// ---- the author's own versions

/// Yesterday's bot.
struct Old;

impl WorkModals for Old {}

impl Skills for Old {
    type Talk = Count;
    type Job = ();

    async fn reply(&self, turn: &Turn<'_, Count>) -> Result<Reply<Count, ()>, Oops> {
        let count = turn.talk().count + u64::from(turn.utterance() == "count");
        let reply = Reply::text(count.to_string());
        Ok(if turn.utterance() == "count" { reply.talk(Count { count }) } else { reply })
    }

    async fn work(&self, (): (), _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        Ok(SkillResponse::text("done"))
    }
}

/// Today's: it keeps the count under another name.
struct New;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Total {
    total: u64,
}

impl WorkModals for New {}

impl Skills for New {
    type Talk = Total;
    type Job = ();
    const TALK_VERSION: u32 = 2;

    async fn reply(&self, turn: &Turn<'_, Total>) -> Result<Reply<Total, ()>, Oops> {
        let total = turn.talk().total + u64::from(turn.utterance() == "count");
        let reply = Reply::text(total.to_string());
        Ok(if turn.utterance() == "count" { reply.talk(Total { total }) } else { reply })
    }

    async fn work(&self, (): (), _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        Ok(SkillResponse::text("done"))
    }

    fn upgrade(version: u32, talk: Value) -> Option<Total> {
        (version == 1).then(|| talk["count"].as_u64().map(|total| Total { total }))?
    }
}

async fn says<B: Skills>(app: &App<B>, words: &str) -> Answer {
    ask(app, &Call::says("u", words)).await
}

#[tokio::test]
async fn f27_an_older_talk_is_upgraded_and_stays_so() {
    let world = World::at(NOW);
    let (old, new) = (world.sandbox(Old, world.app.clock.clone()), world.sandbox(New, world.app.clock.clone()));
    for count in 1..=3 {
        assert_eq!(says(&old, "count").await.text(), count.to_string());
    }
    assert_eq!(says(&new, "look").await.text(), "3");
    assert_eq!(says(&new, "count").await.text(), "4");
    assert_eq!(says(&new, "look").await.text(), "4");
}

#[tokio::test]
async fn f27_an_older_talk_that_is_only_kept_alive_stays_readable() {
    // After half its time an unchanged talk is written again: as the version that it is, or upgraded, but not one under the
    // other's name.
    let world = World::at(NOW);
    let (old, new) = (world.sandbox(Old, world.app.clock.clone()), world.sandbox(New, world.app.clock.clone()));
    for _ in 0..3 {
        says(&old, "count").await;
    }
    world.pass(Duration::from_secs(20 * 60));
    assert_eq!(says(&new, "look").await.text(), "3");
    assert_eq!(says(&new, "look").await.text(), "3", "forgotten by looking at it");
}

#[tokio::test]
async fn f27_a_newer_talk_is_not_overwritten_by_an_older_bot() {
    // While a release rolls out, or is rolled back, both answer.
    let world = World::at(NOW);
    let (old, new) = (world.sandbox(Old, world.app.clock.clone()), world.sandbox(New, world.app.clock.clone()));
    for _ in 0..3 {
        says(&new, "count").await;
    }
    assert!(says(&old, "look").await.is_valid());
    assert!(says(&old, "count").await.is_valid());
    world.pass(Duration::from_secs(20 * 60));
    assert!(says(&old, "look").await.is_valid());
    assert_eq!(says(&new, "look").await.text(), "3");
}

#[tokio::test]
async fn f27_old_and_new_take_turns_without_an_error() {
    // The page says 1,000 requests; the build makes 200.
    let world = World::at(NOW);
    let (old, new) = (world.sandbox(Old, world.app.clock.clone()), world.sandbox(New, world.app.clock.clone()));
    for turn in 0..scaled(200) {
        let words = if turn % 3 == 0 { "look" } else { "count" };
        let answer = if turn % 2 == 0 { says(&old, words).await } else { says(&new, words).await };
        assert!(answer.is_valid() && !answer.is_sorry(), "turn {turn}: {answer:?}");
        world.pass(Duration::from_secs(30));
    }
}

// ---- poison

type Poison = (&'static str, fn(&mut serde_json::Map<String, Value>));

fn set(item: &mut serde_json::Map<String, Value>, name: &str, value: Value) {
    item.insert(name.to_owned(), value);
}

const TALK_POISONS: [Poison; 12] = [
    ("no talk", |item| drop(item.remove("ctx"))),
    ("a number as talk", |item| set(item, "ctx", json!({ "N": "7" }))),
    ("a talk that is no JSON", |item| set(item, "ctx", json!({ "S": "{" }))),
    ("a talk of another shape", |item| set(item, "ctx", json!({ "S": "[1]" }))),
    ("a talk nested deeply", |item| set(item, "ctx", json!({ "S": "[".repeat(20_000) }))),
    ("a talk of 300 KB", |item| set(item, "ctx", json!({ "S": format!("\"{}\"", "x".repeat(300_000)) }))),
    ("text as time", |item| set(item, "ttl", json!({ "S": "tomorrow" }))),
    ("no time", |item| drop(item.remove("ttl"))),
    ("no revision", |item| drop(item.remove("rev"))),
    ("text as revision", |item| set(item, "rev", json!({ "S": "x" }))),
    ("a revision without end", |item| set(item, "rev", json!({ "N": "18446744073709551615" }))),
    ("text as version", |item| set(item, "v", json!({ "S": "one" }))),
];

#[tokio::test]
async fn f26_a_talk_that_cannot_be_read_is_forgotten_and_the_person_starts_over() {
    let mut stuck = Vec::new();
    for (name, poison) in TALK_POISONS {
        let world = World::at(NOW);
        assert_eq!(world.says("u", "count").await.text(), "1");
        assert_eq!(world.says("neighbour", "count").await.text(), "1");
        let (pk, sk) = session("u");
        world.table.edit(&pk, sk, poison);
        let first = world.says("u", "count").await;
        assert!(first.is_valid(), "{name}: {first:?}");
        let second = world.says("u", "count").await;
        // Whatever the first said, the second goes on from there: the person is not stuck for ever.
        let count = |answer: &Answer| answer.text().parse::<u64>().ok();
        if count(&first).is_none() || count(&second) != count(&first).map(|count| count + 1) {
            stuck.push(format!("{name}: {} then {}", first.text(), second.text()));
        }
        assert_eq!(world.says("neighbour", "count").await.text(), "2", "{name}");
    }
    assert!(stuck.is_empty(), "{stuck:#?}");
}

#[tokio::test]
async fn f26_a_poisoned_row_of_a_group_harms_no_other_row() {
    let poisons: [(&str, &str, Poison); 12] = [
        ("U#", "GRP#", ("an own row without a name", |item| drop(item.remove("name")))),
        ("U#", "GRP#", ("an own row with a number as group", |item| set(item, "gid", json!({ "N": "1" })))),
        ("U#", "GRP#", ("an own row without a time", |item| drop(item.remove("ca")))),
        ("GRP#", "META", ("a group without a name", |item| drop(item.remove("name")))),
        ("GRP#", "META", ("a group that closes on a list", |item| set(item, "closes", json!({ "L": [] })))),
        (
            "GRP#",
            "META",
            ("a group that closes at minute 10^12", |item| set(item, "closes", json!({ "N": "1000000000000" }))),
        ),
        ("GRP#", "META", ("a group that closes at minute 65535", |item| set(item, "closes", json!({ "N": "65535" })))),
        ("GRP#", "PLACE#", ("a place without a name", |item| drop(item.remove("name")))),
        (
            "GRP#",
            "PLACE#",
            ("a place with a huge name", |item| set(item, "name", json!({ "S": "가".repeat(100_000) }))),
        ),
        ("GRP#", "VOTE#", ("a vote for a list", |item| set(item, "c", json!({ "L": [] })))),
        ("GRP#", "VOTE#", ("a vote at no time", |item| drop(item.remove("at")))),
        ("GRP#", "VOTE#", ("a vote at text", |item| set(item, "at", json!({ "S": "noon" })))),
    ];
    for (pk, sk, (name, poison)) in poisons {
        let world = World::at(NOW);
        world.says("u", &format!("group found {CODE}")).await;
        world.says("v", &format!("group join {CODE}")).await;
        world.says("u", "group place soup").await;
        world.pass(Duration::from_secs(1));
        world.says("u", "group place rice").await;
        world.says("u", "group vote soup").await;
        world.says("v", "group vote rice").await;
        let found = world.table.items();
        let item =
            found.iter().find(|item| text(item, "PK").starts_with(pk) && text(item, "SK").starts_with(sk)).unwrap();
        world.table.edit(text(item, "PK"), text(item, "SK"), poison);
        world.pass(Duration::from_secs(1));
        for user in ["u", "v", "w"] {
            for words in ["group mine", "group result", "group place noodles", "group vote rice", "count"] {
                assert!(world.says(user, words).await.is_valid(), "{name}: {user} says {words}");
            }
        }
        // At least one of the two members still votes and sees a result.
        let mut good = 0;
        for user in ["u", "v"] {
            let (vote, result) = (world.says(user, "group vote rice").await, world.says(user, "group result").await);
            good += u32::from(vote.text() == "Counted" && result.text().contains('='));
        }
        assert!(good >= 1, "{name}: nobody can vote any more");
    }
}

#[tokio::test]
async fn f26_a_poisoned_result_or_snapshot_is_counted_again() {
    let noon = NOW.kst_at_minute(12 * 60);
    for poison in [json!({ "S": "{" }), json!({ "N": "1" }), json!({ "S": "[]" }), json!({ "S": "{\"standings\":7}" })]
    {
        let world = World::at(noon.plus(Duration::from_secs(60)));
        let store = world.app.store();
        let group = store.found_group(&person("u"), "group", CODE, NOW).await.unwrap().unwrap();
        for user in 0..40 {
            store
                .vote(
                    &group.id,
                    &person(&format!("u{user}")),
                    &PlaceId::of_name("soup"),
                    noon.minus(Duration::from_secs(60)),
                )
                .await
                .unwrap();
        }
        let day = format!("GRP#{}#D#{}", group.id, noon.kst_day());
        for (sk, closes) in [("RESULT", Some(noon)), ("COUNT", None)] {
            world.table.put(&json!({
                "PK": { "S": day }, "SK": { "S": sk }, "t": { "S": sk }, "v": { "N": "1" }, "tally": poison,
                "at": { "N": NOW.0.to_string() }, "lease": { "N": "0" }
            }));
            let tally = store.tally(&group.id, closes, "reader", world.app.clock.now()).await.unwrap();
            assert_eq!(tally.votes(), 40, "{sk} {poison}");
        }
    }
}

#[tokio::test]
async fn f26_a_poisoned_counter_or_claim_errs_on_the_safe_side() {
    let world = World::at(NOW);
    world.says("u", "group join 2222222222").await;
    let counter = world.table.items_under("RL#").remove(0);
    world.table.edit(text(&counter, "PK"), "-", |item| set(item, "n", json!({ "S": "many" })));
    assert_eq!(world.says("u", "group join 2222222222").await.text(), "too many");
    world.pass(Duration::from_secs(3_600));
    assert_eq!(world.says("u", "group join 2222222222").await.text(), "unknown", "the next hour is another counter");

    let (url, entry) = world.is_promised("u", "later soup").await;
    world.app.store().claim_callback(&url, "somebody", NOW).await.unwrap();
    let claim = text(&world.table.items_under("CB#")[0], "PK").to_owned();
    world.table.edit(&claim, "-", |item| {
        item.retain(|name, _| ["PK", "SK"].contains(&name.as_str()));
    });
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert!(world.platform.deliveries_to(&url).is_empty(), "a claim that nobody can read is a claim");
    until(|| world.state_of(&entry) == "DROPPED").await;
    assert_eq!(number(&world.table.item(&entry, "OUT").unwrap(), "tries"), Some(1));
}
