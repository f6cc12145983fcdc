//! F01, F02, F13, F23 to F26: promised answers. None is lost, none is delivered twice, and nothing poisonous stops its neighbours.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::bot::TOO_LATE;
use shared::clock::{Clock, Millis};
use shared::effect::{Delivery, Effect, Work};
use shared::store::{Claim, Due, EntryId, MAX_TRIES, Outcome};
use tests::faults::{ALWAYS, Dice, Fault, scaled};
use tests::platform::bots::{Errand, Obedient};
use tests::platform::{Call, Takes, World, ask, until, wake};
use tests::table::{SWEEP, stream_event, text};

const NOW: Millis = Millis(1_760_000_000_000);
const SECOND: Duration = Duration::from_secs(1);

/// An invocation's limit plus the tolerance between clocks: after that somebody else may have the entry.
const LEASE: Duration = Duration::from_secs(15);

/// Queues `errand` for a callback URL that was never used: the URL, and the key of the entry.
async fn queue(world: &World, errand: Errand) -> (String, String) {
    let url = world.platform.callback_url();
    let work = Work::Job(serde_json::to_value(errand).unwrap());
    let entry = Effect::Deliver(Delivery::new(url.clone(), world.app.clock.now(), work)).entry().unwrap();
    assert!(world.app.store().put_entry(&entry, world.app.clock.now()).await.unwrap());
    (url, format!("OUT#{}", entry.id))
}

async fn queue_many(world: &World, number: usize) -> Vec<(String, String)> {
    let mut queued = Vec::new();
    for at in 0..number {
        queued.push(queue(world, Errand::Say(format!("soup {at}"))).await);
    }
    queued
}

fn failures(told: &Value) -> BTreeSet<String> {
    let list = told["batchItemFailures"].as_array().unwrap_or_else(|| panic!("not an answer to a batch: {told}"));
    list.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

// ---- what is delivered

#[tokio::test]
async fn f23_a_promise_is_kept_once_in_the_documented_form() {
    let world = World::new();
    let (url, entry) = world.is_promised("u", "later soup").await;
    let told = wake(&world.app, &stream_event([&entry]), "o").await;
    assert!(failures(&told).is_empty());
    let deliveries = world.platform.deliveries();
    assert_eq!(deliveries.len(), 1);
    assert!(url.ends_with(&deliveries[0].path) && deliveries[0].accepted);
    assert_eq!(deliveries[0].headers["content-type"], "application/json");
    assert_eq!(
        deliveries[0].body,
        json!({ "version": "2.0", "template": { "outputs": [{ "simpleText": { "text": "soup" } }] } })
    );
    let item = world.table.item(&entry, "OUT").unwrap();
    assert_eq!(text(&item, "st"), "DONE");
    assert!(item.get("body").is_none() && item.get("DPK").is_none() && item.get("ttl").is_some(), "{item}");
}

#[tokio::test]
async fn f23_a_job_that_fails_panics_or_says_nonsense_still_ends_with_a_word() {
    let world = World::new();
    for (errand, word) in [
        (Errand::Fail, TOO_LATE),
        (Errand::Panic("canary".to_owned()), TOO_LATE),
        (Errand::Unfit, shared::bot::SORRY),
        (Errand::Say(String::new()), shared::bot::SORRY),
    ] {
        let (url, entry) = queue(&world, errand.clone()).await;
        wake(&world.app, &stream_event([&entry]), "o").await;
        let deliveries = world.platform.deliveries_to(&url);
        assert_eq!(deliveries.len(), 1, "{errand:?}");
        assert_eq!(deliveries[0].body["template"]["outputs"][0]["simpleText"]["text"], word, "{errand:?}");
        assert_eq!(world.state_of(&entry), "DONE");
    }
    // A job that this release cannot even read.
    let (url, entry) = queue(&world, Errand::Fail).await;
    world.table.edit(&entry, "OUT", |item| {
        let body = text(&Value::Object(item.clone()), "body").replace("fail", "unheard-of");
        item.insert("body".to_owned(), json!({ "S": body }));
    });
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert_eq!(world.platform.deliveries_to(&url)[0].body["template"]["outputs"][0]["simpleText"]["text"], TOO_LATE);
}

#[tokio::test]
async fn f23_without_a_callback_the_answer_is_given_in_the_turn() {
    let world = World::new();
    assert_eq!(world.says("u", "later soup").await.text(), "soup");
    let slow = world.says("u", "later sleep 60000").await;
    assert!(slow.is_valid());
    assert_eq!(slow.text(), TOO_LATE);
    assert!(world.table.items_under("OUT#").is_empty());
    assert!(world.platform.deliveries().is_empty());
}

#[tokio::test]
async fn f19_f23_whatever_the_platform_does_it_is_asked_once() {
    let takes = [
        Takes::Status(404),
        Takes::Status(410),
        Takes::Status(401),
        Takes::Status(500),
        Takes::Status(503),
        Takes::Status(200),
        Takes::Status(204),
        Takes::Fails(400, "Invalid callback token. Check your callback token."),
        Takes::Fails(200, "Invalid callback token for testing purposes."),
        Takes::Fails(200, "Internal server error occured. Please contact technical support. 501"),
        Takes::Slowly(Duration::from_millis(2_300)),
        Takes::DiesAfter,
        Takes::Silently,
        Takes::Floods(100 << 20),
        Takes::Drips(Duration::from_millis(200)),
    ];
    join_all(takes.map(|takes| async move {
        let world = World::new();
        world.platform.take_answers(takes.clone());
        let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
        let told = wake(&world.app, &stream_event([&entry]), "o").await;
        assert!(failures(&told).is_empty(), "{takes:?}");
        assert_eq!(world.state_of(&entry), "DROPPED", "{takes:?}");
        world.platform.take_answers(Takes::Well);
        for owner in ["o", "p"] {
            wake(&world.app, &stream_event([&entry]), owner).await;
            wake(&world.app, SWEEP, owner).await;
        }
        assert_eq!(world.platform.deliveries_to(&url).len(), 1, "{takes:?}");
        assert_eq!(world.app.bot.worked(), 1, "{takes:?}");
    }))
    .await;
}

#[tokio::test]
async fn f23_a_platform_that_dies_before_it_reads_is_not_asked_again() {
    // The connection was made and bytes may have been read: nobody knows.
    let world = World::new();
    world.platform.take_answers(Takes::DiesBefore);
    let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
    wake(&world.app, &stream_event([&entry]), "o").await;
    world.platform.take_answers(Takes::Well);
    wake(&world.app, &stream_event([&entry]), "p").await;
    assert!(world.platform.deliveries_to(&url).is_empty());
    assert_eq!(world.state_of(&entry), "DROPPED");
}

#[tokio::test]
async fn f23_late_is_dropped_without_work_and_just_in_time_is_not() {
    // Up to 47 s the work is done, up to 55 s there is a last word, and after that the URL is left alone.
    for (age, worked, delivered) in [
        (0, true, true),
        (40_000, true, true),
        (46_500, true, true),
        (50_000, false, true),
        (54_000, false, true),
        (55_000, false, false),
        (60_000, false, false),
        (3_600_000, false, false),
    ] {
        let world = World::at(NOW);
        let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
        world.pass(Duration::from_millis(age));
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert_eq!(world.platform.deliveries_to(&url).len(), usize::from(delivered), "{age} ms");
        assert_eq!(world.state_of(&entry), if delivered { "DONE" } else { "DROPPED" }, "{age} ms");
        assert_eq!(world.app.bot.worked(), u64::from(worked), "{age} ms");
    }
}

#[tokio::test]
async fn f23_the_minute_begins_when_the_gateway_got_the_question() {
    // A cold start of 2.5 s is part of the minute: the entry says when the question came, not when it was queued.
    let world = World::at(NOW);
    let url = world.platform.callback_url();
    let call = Call::says_with_callback("u", "later soup", &url).received_at(NOW.minus(Duration::from_millis(2_500)));
    assert!(ask(&world.app, &call).await.is_promise());
    let entry = world.entry_of(&url).unwrap();
    let body: Value = serde_json::from_str(text(&world.table.item(&entry, "OUT").unwrap(), "body")).unwrap();
    assert_eq!(body["issued"], NOW.0 - 2_500);
}

// ---- who dies when

/// The points at which the outbox is when it dies, each held there by something that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    BeforeTheClaim,
    AfterTheClaim,
    BeforeTheUrlIsClaimed,
    AfterTheUrlIsClaimed,
    AfterThePost,
    BeforeItIsFinished,
    AfterItIsFinished,
}

#[tokio::test]
async fn f23_an_outbox_that_dies_anywhere_delivers_at_most_once_and_loses_nothing_it_had_not_begun_to_send() {
    use Dies::*;
    // The page says 200 runs a point; the build makes 10, nightly 100 and more.
    for dies in [
        BeforeTheClaim,
        AfterTheClaim,
        BeforeTheUrlIsClaimed,
        AfterTheUrlIsClaimed,
        AfterThePost,
        BeforeItIsFinished,
        AfterItIsFinished,
    ] {
        for _ in 0..scaled(10) {
            let world = World::at(NOW);
            let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
            match dies {
                BeforeTheClaim => world.faults.on("UpdateItem", ALWAYS, Fault::Never),
                AfterTheClaim => world.faults.on("UpdateItem", ALWAYS, Fault::NeverAnswer),
                BeforeTheUrlIsClaimed => world.faults.after("UpdateItem", 1, ALWAYS, Fault::Never),
                AfterTheUrlIsClaimed => world.faults.after("UpdateItem", 1, ALWAYS, Fault::NeverAnswer),
                AfterThePost => world.platform.take_answers(Takes::Silently),
                BeforeItIsFinished => world.faults.after("UpdateItem", 2, ALWAYS, Fault::Never),
                AfterItIsFinished => world.faults.after("UpdateItem", 2, ALWAYS, Fault::NeverAnswer),
            }
            let event = stream_event([&entry]);
            tokio::select! {
                told = wake(&world.app, &event, "first") => panic!("{dies:?}: it lived on and said {told}"),
                () = until(|| world.faults.injected() > 0 || (dies == AfterThePost && !world.platform.deliveries().is_empty())) => {}
            }
            // An applied write is in the table a moment after the fault was counted.
            let applied = |state: &str| world.state_of(&entry) == state;
            match dies {
                AfterTheClaim => until(|| applied("CLAIMED")).await,
                AfterTheUrlIsClaimed => until(|| !world.table.items_under("CB#").is_empty()).await,
                AfterItIsFinished => until(|| applied("DONE")).await,
                _ => {}
            }
            world.faults.clear();
            world.platform.take_answers(Takes::Well);
            // The stream gives the record again at once, and the sweep looks in every minute.
            let second = world.sandbox(Obedient::default(), world.app.clock.clone());
            wake(&second, &stream_event([&entry]), "second").await;
            world.pass(LEASE);
            wake(&second, SWEEP, "third").await;
            world.pass(LEASE);
            wake(&second, SWEEP, "fourth").await;
            let posts = world.platform.deliveries_to(&url);
            let begun = !matches!(dies, BeforeTheClaim | AfterTheClaim | BeforeTheUrlIsClaimed);
            assert!(posts.len() <= 1, "{dies:?}: {} posts", posts.len());
            if begun {
                assert_eq!(posts.len(), usize::from(dies != AfterTheUrlIsClaimed), "{dies:?}");
            } else {
                assert!(posts.len() == 1 && posts[0].accepted, "{dies:?}: lost");
            }
            assert!(
                ["DONE", "DROPPED"].contains(&world.state_of(&entry).as_str()),
                "{dies:?}: {}",
                world.state_of(&entry)
            );
        }
    }
}

#[tokio::test]
async fn f23_the_same_invocation_once_more_does_not_post_once_more() {
    // Lambda gives an asynchronous event (the sweep) again under the same request id: the id alone is no licence to send.
    for fault_after in [1, 2] {
        let world = World::at(NOW);
        let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
        world.faults.after("UpdateItem", fault_after + 1, ALWAYS, Fault::Never);
        if fault_after == 1 {
            world.platform.take_answers(Takes::Silently);
        }
        let event = stream_event([&entry]);
        tokio::select! {
            told = wake(&world.app, &event, "same") => panic!("it lived on and said {told}"),
            () = until(|| !world.platform.deliveries().is_empty()) => {}
        }
        world.faults.clear();
        world.platform.take_answers(Takes::Well);
        wake(&world.app, &stream_event([&entry]), "same").await;
        assert_eq!(world.platform.deliveries_to(&url).len(), 1);
    }
}

#[tokio::test]
async fn f23_two_outboxes_at_once_deliver_once() {
    // The page says 200 runs; the build makes 40.
    for run in 0..scaled(40) {
        let world = World::new();
        let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
        let other = world.sandbox(Obedient::default(), Clock::System);
        let event = stream_event([&entry]);
        let (one, two) = tokio::join!(wake(&world.app, &event, "one"), wake(&other, &event, "two"));
        assert!(failures(&one).is_empty() && failures(&two).is_empty(), "run {run}");
        assert_eq!(world.platform.deliveries_to(&url).len(), 1, "run {run}");
        assert_eq!(world.app.bot.worked() + other.bot.worked(), 1, "run {run}");
    }
}

#[tokio::test]
async fn f24_a_clock_five_seconds_ahead_takes_nothing_from_a_living_holder() {
    let world = World::at(NOW);
    let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
    world.faults.after("UpdateItem", 1, ALWAYS, Fault::Never); // it holds the entry and is about to claim the URL
    let event = stream_event([&entry]);
    tokio::select! {
        told = wake(&world.app, &event, "holder") => panic!("it lived on and said {told}"),
        () = until(|| world.faults.injected() > 0) => {}
    }
    world.faults.clear();
    // The holder lives for at most 9.7 s; the other sandbox's clock is 5 s ahead.
    let other = world.sandbox(Obedient::default(), Clock::at(NOW.plus(Duration::from_millis(9_700 + 4_999))));
    wake(&other, SWEEP, "other").await;
    wake(&other, &stream_event([&entry]), "other").await;
    assert!(world.platform.deliveries_to(&url).is_empty(), "taken from a holder that may still be sending");
    let later = world.sandbox(Obedient::default(), Clock::at(NOW.plus(LEASE + SECOND)));
    wake(&later, SWEEP, "later").await;
    assert_eq!(world.platform.deliveries_to(&url).len(), 1, "a dead holder's entry is found");
}

// ---- duplicates and disorder

#[tokio::test]
async fn f01_an_event_five_times_does_what_it_does_once() {
    let world = World::at(NOW);
    let entries: Vec<String> = queue_many(&world, 5).await.into_iter().map(|(_, entry)| entry).collect();
    let event = stream_event(&entries);
    assert!(failures(&wake(&world.app, &event, "o1").await).is_empty());
    let after_one = world.state();
    for again in 2..=5 {
        assert!(failures(&wake(&world.app, &event, &format!("o{again}")).await).is_empty());
        wake(&world.app, SWEEP, &format!("s{again}")).await;
    }
    assert_eq!(world.state(), after_one);
    assert_eq!(world.platform.deliveries().len(), 5);
    assert_eq!(world.app.bot.worked(), 5);
}

#[tokio::test]
async fn f02_64_copies_of_an_event_at_once_deliver_once() {
    let world = World::new();
    for _ in 0..20 {
        let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
        let event = stream_event([&entry]);
        let told = join_all((0..64).map(|copy| {
            let (event, app) = (&event, &world.app);
            async move { wake(app, event, &format!("o{copy}")).await }
        }))
        .await;
        assert!(told.iter().all(|told| failures(told).is_empty()));
        assert_eq!(world.platform.deliveries_to(&url).len(), 1);
    }
    assert_eq!(world.app.bot.worked(), 20);
}

#[tokio::test]
async fn f13_hidden_entries_delayed_doubled_and_disordered_records_lose_and_double_nothing() {
    for seed in 0..scaled(15) {
        let mut dice = Dice::new(seed);
        let world = World::at(NOW);
        let queued = queue_many(&world, 8).await;
        // Records: each never, once or twice, in any order and in batches of any size; sweeps in between, some of them blind.
        let mut records: Vec<&str> =
            queued.iter().flat_map(|(_, entry)| vec![entry.as_str(); dice.below(3) as usize]).collect();
        dice.shuffle(&mut records);
        while !records.is_empty() {
            let batch = records.split_off(records.len().saturating_sub(1 + dice.below(4) as usize));
            world.faults.hide_index(dice.below(2) == 0);
            let owner = format!("{seed}-{}", records.len());
            if dice.below(2) == 0 {
                wake(&world.app, SWEEP, &format!("sweep-{owner}")).await;
            }
            assert!(failures(&wake(&world.app, &stream_event(&batch), &format!("stream-{owner}")).await).is_empty());
            world.pass(Duration::from_millis(dice.below(900)));
        }
        // The index shows everything within five seconds, and the next sweep finds what no record told of.
        world.faults.hide_index(false);
        world.pass(Duration::from_secs(6));
        wake(&world.app, SWEEP, &format!("{seed}-last")).await;
        for (url, entry) in &queued {
            assert_eq!(world.platform.deliveries_to(url).len(), 1, "seed {seed}");
            assert_eq!(world.state_of(entry), "DONE", "seed {seed}");
        }
    }
}

#[tokio::test]
async fn f13_the_index_decides_nothing() {
    let world = World::at(NOW);
    // An index that still shows a finished entry, and one that was never there.
    let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
    let due = world.table.item(&entry, "OUT").unwrap();
    wake(&world.app, &stream_event([&entry]), "o").await;
    world.table.edit(&entry, "OUT", |item| {
        item.insert("DPK".to_owned(), due["DPK"].clone());
        item.insert("DSK".to_owned(), due["DSK"].clone());
    });
    world.pass(Duration::from_secs(6));
    wake(&world.app, SWEEP, "p").await;
    wake(&world.app, &stream_event(["OUT#never-there", "GRP#x", "", "OUT#"]), "q").await;
    assert_eq!(world.platform.deliveries_to(&url).len(), 1);
    assert_eq!(world.state_of(&entry), "DONE");
    assert!(world.table.items_under("OUT#never-there").is_empty(), "a claim must not make an item");
}

#[tokio::test]
async fn f13_the_sweep_leaves_to_the_stream_what_is_fresh() {
    let world = World::at(NOW);
    let (url, _) = queue(&world, Errand::Say("soup".to_owned())).await;
    wake(&world.app, SWEEP, "o").await;
    assert!(world.platform.deliveries_to(&url).is_empty());
    world.pass(Duration::from_secs(5));
    wake(&world.app, SWEEP, "p").await;
    assert_eq!(world.platform.deliveries_to(&url).len(), 1, "five seconds later the stream has missed it");
}

#[tokio::test]
async fn f13_what_is_found_too_late_is_dropped_and_not_begun() {
    // The stream missed it and the minute's sweep came with the worst luck: nobody waits any more, so nobody works.
    let world = World::at(NOW);
    let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
    world.pass(Duration::from_millis(4_999));
    wake(&world.app, SWEEP, "one").await;
    world.pass(Duration::from_secs(60));
    wake(&world.app, SWEEP, "two").await;
    assert!(world.platform.deliveries_to(&url).is_empty());
    assert_eq!((world.app.bot.worked(), world.state_of(&entry).as_str()), (0, "DROPPED"));
}

// ---- batches

#[tokio::test]
async fn f25_a_hundred_records_with_one_ten_or_only_poison() {
    for poisoned in [1, 10, 100] {
        let world = World::at(NOW);
        let queued = queue_many(&world, 100).await;
        for (_, entry) in &queued[..poisoned] {
            world.table.edit(entry, "OUT", |item| {
                item.insert("body".to_owned(), json!({ "S": "{\"kind\":" }));
            });
        }
        let mut entries: Vec<&String> = queued.iter().map(|(_, entry)| entry).collect();
        Dice::new(poisoned as u64).shuffle(&mut entries);
        // The batch comes twice, each record in it twice.
        let doubled: Vec<&&String> = entries.iter().chain(&entries).collect();
        for owner in ["one", "two"] {
            let told = wake(&world.app, &stream_event(&doubled), owner).await;
            assert!(failures(&told).is_empty(), "{poisoned} poisoned: the batch is repeated for {:?}", failures(&told));
        }
        for (at, (url, entry)) in queued.iter().enumerate() {
            let poison = at < poisoned;
            assert_eq!(
                world.platform.deliveries_to(url).len(),
                usize::from(!poison),
                "{poisoned} poisoned, entry {at}"
            );
            assert_eq!(
                world.state_of(entry),
                if poison { "PARKED" } else { "DONE" },
                "{poisoned} poisoned, entry {at}"
            );
        }
    }
}

#[tokio::test]
async fn f25_a_batch_of_a_hundred_is_not_a_burst_of_a_hundred() {
    // Each attempt at the table has 400 ms, connection and handshake included. A small function that makes a hundred of them at once
    // spends that on its own queue, and a claim that timed out is an answer that comes too late.
    let world = World::at(NOW);
    let entries: Vec<String> = queue_many(&world, 100).await.into_iter().map(|(_, entry)| entry).collect();
    world.faults.reset_counts();
    world.faults.on("UpdateItem", ALWAYS, Fault::Slow(Duration::from_millis(30)));
    wake(&world.app, &stream_event(&entries), "o").await;
    assert!(world.faults.most_at_once() <= 32, "{} requests at once", world.faults.most_at_once());
}

#[tokio::test]
async fn f25_exactly_the_records_whose_state_is_not_known_come_again() {
    let world = World::at(NOW);
    let queued = queue_many(&world, 40).await;
    let entries: Vec<&String> = queued.iter().map(|(_, entry)| entry).collect();
    world.faults.on("UpdateItem", 7, Fault::Error("AccessDeniedException"));
    let failed = failures(&wake(&world.app, &stream_event(&entries), "one").await);
    assert_eq!(failed.len(), 7);
    for (at, (url, entry)) in queued.iter().enumerate() {
        let again = failed.contains(&(at + 1).to_string());
        assert_eq!(world.platform.deliveries_to(url).len(), usize::from(!again), "record {at}");
        assert_eq!(world.state_of(entry), if again { "READY" } else { "DONE" }, "record {at}");
    }
    let rest: Vec<&String> = failed.iter().map(|number| entries[number.parse::<usize>().unwrap() - 1]).collect();
    assert!(failures(&wake(&world.app, &stream_event(&rest), "two").await).is_empty());
    assert!(queued.iter().all(|(url, _)| world.platform.deliveries_to(url).len() == 1));
}

#[tokio::test]
async fn f25_an_odd_record_does_not_take_the_batch_with_it() {
    for odd in [
        json!({}),
        json!({ "dynamodb": null }),
        json!({ "dynamodb": {} }),
        json!({ "dynamodb": { "SequenceNumber": "1" } }),
        json!({ "dynamodb": { "SequenceNumber": "1", "Keys": { "PK": { "N": "7" } } } }),
        json!({ "dynamodb": { "SequenceNumber": "1", "Keys": { "PK": { "S": "OUT#x" }, "SK": { "S": "OUT" } } }, "eventName": "REMOVE" }),
        json!({ "dynamodb": { "SequenceNumber": "1", "Keys": { "PK": { "S": "U#app#1" }, "SK": { "S": "JOB#UNLINK" } } } }),
    ] {
        let world = World::at(NOW);
        let (url, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
        let mut event: Value = serde_json::from_str(&stream_event([&entry])).unwrap();
        event["Records"].as_array_mut().unwrap().insert(0, odd.clone());
        wake(&world.app, &event.to_string(), "o").await;
        assert_eq!(world.platform.deliveries_to(&url).len(), 1, "beside {odd}");
    }
}

#[tokio::test]
async fn f25_an_entry_that_keeps_failing_is_parked_after_eight_tries() {
    let world = World::at(NOW);
    let (_, entry) = queue(&world, Errand::Say("soup".to_owned())).await;
    let id = EntryId::from_pk(&entry).unwrap();
    let store = world.app.store();
    for tried in 1..=MAX_TRIES {
        let now = world.app.clock.now();
        let claimed = store.claim_entry(&id, &format!("o{tried}"), now.plus(LEASE), now).await.unwrap();
        let Claim::Ours(claimed) = claimed else { panic!("its time has come: {claimed:?}") };
        assert_eq!(claimed.tries, tried);
        let outcome = store.finish_entry(&claimed, Outcome::Again, now).await.unwrap();
        assert_eq!(outcome, if tried < MAX_TRIES { Outcome::Again } else { Outcome::Parked });
        let early =
            store.claim_entry(&id, "early", now.plus(LEASE), now.plus(Duration::from_millis(999))).await.unwrap();
        assert_eq!(early, Claim::NotNow, "it waits");
        world.pass(Duration::from_secs(3_600));
        let due = store.due(world.app.clock.now()).await.unwrap();
        assert_eq!(due.contains(&Due::Entry(id.clone())), tried < MAX_TRIES);
    }
    assert_eq!(world.state_of(&entry), "PARKED");
}

#[tokio::test]
async fn f08_two_late_turns_of_one_person_in_one_batch_are_both_counted() {
    // Two slow turns were carried over and come in one batch, to one invocation: each counts.
    let world = World::new();
    assert_eq!(world.says("u", "count").await.text(), "1");
    let mut entries = Vec::new();
    for number in 0..2 {
        let request = serde_json::from_slice(&Call::says("u", "count").body).unwrap();
        let work = Work::Turn { id: format!("late-{number}"), skill: "test".to_owned(), request, vouched: true };
        let callback_url = world.platform.callback_url();
        let entry = Effect::Deliver(Delivery::new(callback_url, world.app.clock.now(), work)).entry().unwrap();
        world.app.store().put_entry(&entry, world.app.clock.now()).await.unwrap();
        entries.push(format!("OUT#{}", entry.id));
    }
    wake(&world.app, &stream_event(&entries), "o").await;
    assert_eq!(world.platform.deliveries().len(), 2);
    assert_eq!(world.count("u"), 3, "both said `count`");
}

// ---- poison

/// Spoils an item.
type Poison = Box<dyn Fn(&mut serde_json::Map<String, Value>)>;

fn poisons() -> Vec<(&'static str, Poison)> {
    fn set(name: &'static str, value: Value) -> Poison {
        Box::new(move |item| {
            item.insert(name.to_owned(), value.clone());
        })
    }
    fn without(name: &'static str) -> Poison {
        Box::new(move |item| {
            item.remove(name);
        })
    }
    let body = |text: &str| set("body", json!({ "S": text }));
    vec![
        ("no body", without("body")),
        ("a number as body", set("body", json!({ "N": "7" }))),
        ("a list as body", set("body", json!({ "L": [] }))),
        ("an empty body", body("")),
        ("a body that is no JSON", body("{\"kind\":\"deliver\"")),
        ("a body of another shape", body("[1,2,3]")),
        ("a body without its members", body("{\"kind\":\"deliver\"}")),
        ("a deep body", body(&"[".repeat(10_000))),
        ("a body of 380 KB", body(&format!("\"{}\"", "x".repeat(380_000)))),
        ("no state", without("st")),
        ("a number as state", set("st", json!({ "N": "1" }))),
        ("an unknown state", set("st", json!({ "S": "WHATEVER" }))),
        ("text as tries", set("tries", json!({ "S": "many" }))),
        ("text as lease", set("lease", json!({ "S": "tomorrow" }))),
        ("text as version", set("v", json!({ "S": "one" }))),
    ]
}

#[tokio::test]
async fn f26_a_poisoned_entry_harms_no_neighbour() {
    let world = World::at(NOW);
    let mut entries = Vec::new();
    for (_, poison) in poisons() {
        let (_, entry) = queue(&world, Errand::Say("poison".to_owned())).await;
        world.table.edit(&entry, "OUT", |item| poison(item));
        entries.push(entry);
    }
    let good = queue_many(&world, 10).await;
    entries.extend(good.iter().map(|(_, entry)| entry.clone()));
    wake(&world.app, &stream_event(&entries), "o").await;
    for (url, _) in &good {
        assert_eq!(world.platform.deliveries_to(url).len(), 1);
    }
    let said_poison = |item: &tests::platform::Delivery| item.body.to_string().contains("poison");
    assert!(!world.platform.deliveries().iter().any(said_poison), "poison was believed");
}

#[tokio::test]
async fn f26_a_poisoned_entry_is_parked_and_not_looked_at_for_ever() {
    let mut stuck = Vec::new();
    for (name, poison) in poisons() {
        let world = World::at(NOW);
        let (_, entry) = queue(&world, Errand::Say("poison".to_owned())).await;
        world.table.edit(&entry, "OUT", |item| poison(item));
        let mut comes_again = false;
        for hour in 0..=MAX_TRIES {
            let told = wake(&world.app, &stream_event([&entry]), &format!("o{hour}")).await;
            comes_again = !failures(&told).is_empty();
            world.pass(Duration::from_secs(3_601));
            wake(&world.app, SWEEP, &format!("s{hour}")).await;
        }
        let still_due = world.table.item(&entry, "OUT").unwrap().get("DPK").is_some();
        if still_due || comes_again {
            stuck.push(format!(
                "{name}: st {:?}, still due: {still_due}, fails the batch: {comes_again}",
                world.state_of(&entry)
            ));
        }
    }
    assert!(stuck.is_empty(), "after {MAX_TRIES} tries and more: {stuck:#?}");
}

#[tokio::test]
async fn f26_entries_that_nobody_can_take_do_not_starve_the_others() {
    // 30 entries of a newer release in each shard, all due before the good ones: the sweep takes 25 of a shard.
    let world = World::at(NOW);
    for (_, entry) in queue_many(&world, 160).await {
        world.table.edit(&entry, "OUT", |item| {
            item.insert("v".to_owned(), json!({ "N": "2" }));
        });
    }
    world.pass(SECOND);
    let good = queue_many(&world, 8).await;
    for sweep in 0..5 {
        world.pass(Duration::from_secs(7));
        wake(&world.app, SWEEP, &format!("sweep-{sweep}")).await;
    }
    let served = good.iter().filter(|(url, _)| world.platform.deliveries_to(url).len() == 1).count();
    assert_eq!(served, good.len(), "in 35 seconds of five sweeps");
}
