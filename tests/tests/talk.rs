//! F01, F02, F08, F14, F24 for conversations: no turn is lost beyond the documented rule, none is doubled, time is compared and
//! not left to the table's clean-up.
//!
//! The rule (state design, section 7): a turn that meets a faster one is asked again with what that one left; if it happens again
//! the person is answered and the talk left as it is.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::clock::{Clock, Millis};
use tests::faults::{ANY, Dice, Fault, WRITES, scaled};
use tests::platform::bots::{Forgetful, Obedient};
use tests::platform::{BOT, Call, World, ask, wake};
use tests::table::{SWEEP, number, stream_event};

const NOW: Millis = Millis(1_760_000_000_000);

#[tokio::test]
async fn f02_64_parallel_turns_of_one_person_lose_nothing_but_by_the_rule() {
    for round in 0..scaled(5) {
        let world = World::new();
        let user = format!("u{round}");
        let answers = join_all((0..64).map(|_| world.says(&user, "count"))).await;
        assert!(answers.iter().all(|answer| answer.is_valid() && !answer.is_sorry()), "an error reached the person");
        let mut said: Vec<u64> = answers.iter().map(|answer| answer.text().parse().unwrap()).collect();
        said.sort_unstable();
        let kept = world.count(&user);
        // Each number that was kept was said by the turn that kept it; nobody overwrote it with the same or a smaller one.
        assert!(kept >= 1 && (1..=kept).all(|number| said.contains(&number)), "kept {kept}, said {said:?}");
        // The first wins the first round, and one of those who are asked again wins the second.
        assert!(kept >= 2, "kept {kept}, said {said:?}");
        assert!(said.iter().all(|number| *number <= kept + 1), "kept {kept}, said {said:?}");
        let talk = world.table.item(&format!("U#bot#{BOT}#{user}"), "SESS").unwrap();
        assert_eq!(number(&talk, "rev"), Some(kept), "one revision for each kept turn");
    }
}

#[tokio::test]
async fn f02_of_two_parallel_turns_both_are_kept() {
    let world = World::new();
    for round in 0..scaled(40) {
        let user = format!("u{round}");
        let (one, two) = tokio::join!(world.says(&user, "count"), world.says(&user, "count"));
        let mut said = [one.text(), two.text()];
        said.sort_unstable();
        assert_eq!((said, world.count(&user)), (["1", "2"], 2));
    }
}

#[tokio::test]
async fn f02_turns_of_different_people_do_not_touch_each_other() {
    let world = World::new();
    let users: Vec<String> = (0..32).map(|number| format!("u{number}")).collect();
    for turn in 1..=3 {
        let answers = join_all(users.iter().map(|user| world.says(user, "count"))).await;
        assert!(answers.iter().all(|answer| answer.text() == turn.to_string()));
    }
    // The same key on the development channel and on another bot is somebody else.
    for bot in [format!("{BOT}!"), "another".to_owned()] {
        let call = Call::says("u0", "count").change(|payload| payload["bot"]["id"] = bot.into());
        assert_eq!(ask(&world.app, &call).await.text(), "1");
    }
}

#[tokio::test]
async fn f02_what_is_promised_to_one_of_many_parallel_turns_is_queued() {
    // 16 taps of one person on slow things, each with its own callback URL: whoever reads "one moment" gets an answer.
    for round in 0..scaled(5) {
        let world = World::new();
        let user = format!("u{round}");
        let urls: Vec<String> = (0..16).map(|_| world.platform.callback_url()).collect();
        let calls: Vec<Call> =
            urls.iter().map(|url| Call::says_with_callback(&user, "count-later soup", url)).collect();
        let answers = join_all(calls.iter().map(|call| ask(&world.app, call))).await;
        let mut broken = 0;
        for (url, answer) in urls.iter().zip(&answers) {
            assert!(answer.is_valid());
            broken += usize::from(answer.is_promise() && world.entry_of(url).is_none());
        }
        assert_eq!(broken, 0, "of 16 promises so many have nothing behind them");
    }
}

#[tokio::test]
async fn f01_a_promise_asked_for_five_times_is_one_promise() {
    let world = World::at(NOW);
    for utterance in ["later soup", "count-later soup"] {
        let url = world.platform.callback_url();
        let call = Call::says_with_callback("u", utterance, &url);
        assert!(ask(&world.app, &call).await.is_promise());
        let after_one = world.state();
        for _ in 0..4 {
            assert!(ask(&world.app, &call.again()).await.is_promise());
        }
        let entry = world.entry_of(&url).unwrap();
        assert_eq!(world.state(), after_one, "{utterance}");
        wake(&world.app, &stream_event([&entry]), "o").await;
        let delivered = world.state();
        // And after the delivery it is not begun anew.
        assert!(ask(&world.app, &call.again()).await.is_valid());
        wake(&world.app, &stream_event([&entry]), "p").await;
        assert_eq!(world.state(), delivered, "{utterance}");
        assert_eq!(world.platform.deliveries_to(&url).len(), 1, "{utterance}");
    }
}

#[tokio::test]
async fn f02_64_copies_of_a_promise_at_once_are_one_promise() {
    for round in 0..scaled(20) {
        let world = World::new();
        let url = world.platform.callback_url();
        let call = Call::says_with_callback("u", "later soup", &url);
        let calls: Vec<Call> = (0..64).map(|_| call.again()).collect();
        let answers = join_all(calls.iter().map(|call| ask(&world.app, call))).await;
        assert!(answers.iter().all(tests::platform::Answer::is_promise), "round {round}");
        assert_eq!(world.table.items_under("OUT#").len(), 1);
        wake(&world.app, SWEEP, "o").await;
        wake(&world.app, &stream_event([world.entry_of(&url).unwrap()]), "p").await;
        assert_eq!(world.platform.deliveries_to(&url).len(), 1);
    }
}

#[tokio::test]
async fn f08_lost_responses_lose_and_double_no_turn() {
    // 12 % of all writes are applied and not answered. The page says 500 runs: here 50 people with 10 turns each, one after
    // another, half of them with a promise; nightly ten times as many.
    let world = World::new();
    world.faults.randomly(8, 12, Fault::CutAfter);
    let people: Vec<String> = (0..scaled(50)).map(|number| format!("u{number}")).collect();
    for chunk in people.chunks(10) {
        join_all(chunk.iter().map(async |user| {
            let mut certain = 0;
            let mut doubtful = 0;
            for turn in 0..10 {
                let (answer, promised) = if turn % 2 == 0 {
                    (world.says(user, "count").await, None)
                } else {
                    let url = world.platform.callback_url();
                    (ask(&world.app, &Call::says_with_callback(user, "count-later soup", &url)).await, Some(url))
                };
                assert!(answer.is_valid());
                if answer.is_sorry() {
                    doubtful += 1; // every try lost its answer: applied or not, and the person was told to try again
                } else {
                    certain += 1;
                }
                if let Some(url) = promised.filter(|_| answer.is_promise()) {
                    let entry = world.entry_of(&url).expect("what is promised is queued");
                    let told = wake(&world.app, &stream_event([&entry]), &format!("o-{user}-{turn}")).await;
                    // An entry whose claim was lost three times comes again.
                    if told["batchItemFailures"] == json!([]) {
                        let posts = world.platform.deliveries_to(&url).len();
                        assert!(posts <= 1, "{user}: {posts} posts");
                    }
                }
                let kept = world.count(user);
                assert!(
                    (certain..=certain + doubtful).contains(&kept),
                    "{user}, turn {turn}: said {certain} times, perhaps {doubtful} more, kept {kept}"
                );
            }
        }))
        .await;
    }
    assert!(world.faults.injected() >= people.len() as u64, "only {} responses were lost", world.faults.injected());
    let twice = world.platform.deliveries().iter().filter(|delivery| !delivery.accepted).count();
    assert_eq!(twice, 0, "posts to a spent URL");
}

#[tokio::test]
async fn f08_every_write_says_its_condition() {
    // The lint of state design, rule 2: `Faults` looks at every write of every test, and these turns make each kind that a turn can.
    let world = World::new();
    for word in [
        "count",
        "look",
        "group found ABCDEFGH23",
        "group join ABCDEFGH23",
        "group place soup",
        "group vote soup",
        "group result",
    ] {
        assert!(world.says("u", word).await.is_valid(), "{word}");
    }
    let (_, entry) = world.is_promised("u", "count-later soup").await;
    wake(&world.app, &stream_event([&entry]), "o").await;
    let seen = world.faults.writes();
    assert!(seen.len() >= 9, "{}", seen.len());
    assert!(seen.iter().all(|(operation, _)| WRITES.contains(&operation.as_str())));
}

// ---- time

#[tokio::test]
async fn f14_a_talk_is_forgotten_after_thirty_minutes_whether_or_not_the_table_cleans_up() {
    for (after, remembered) in [(0, true), (1_799, true), (1_800, false), (1_801, false), (86_400, false)] {
        for cleaned in [false, true] {
            let world = World::at(NOW);
            world.says("u", "count").await;
            world.says("u", "count").await;
            world.pass(Duration::from_secs(after));
            if cleaned {
                world.table.expire(world.app.clock.now().secs());
            }
            let next = world.says("u", "count").await;
            assert_eq!(next.text(), if remembered { "3" } else { "1" }, "{after} s, cleaned: {cleaned}");
            assert_eq!(world.says("u", "count").await.text(), if remembered { "4" } else { "2" });
        }
    }
}

#[tokio::test]
async fn f14_a_talk_lives_on_while_the_person_talks_even_if_it_does_not_change() {
    let world = World::at(NOW);
    world.says("u", "count").await;
    for _ in 0..6 {
        world.pass(Duration::from_secs(29 * 60));
        assert_eq!(world.says("u", "look").await.text(), "1");
    }
    // And costs a write only when half its time is over.
    world.faults.reset_counts();
    world.says("u", "look").await;
    assert_eq!((world.faults.count("GetItem"), world.faults.count(ANY)), (1, 1));
}

#[tokio::test]
async fn f14_expired_items_kept_for_ever_or_removed_at_once_change_no_answer() {
    // 1,000 random moments in two worlds, of which one never cleans up and the other does so at once.
    for seed in 0..scaled(4) {
        let (kept, cleaned) = (World::at(NOW), World::at(NOW));
        let mut dice = Dice::new(seed);
        for step in 0..250 {
            let pause = Duration::from_secs(
                *dice.pick(&[0, 1, 59, 60, 599, 600, 601, 1_799, 1_800, 1_801, 3_599, 3_600, 7_200, 90_000]),
            );
            for world in [&kept, &cleaned] {
                world.pass(pause);
            }
            cleaned.table.expire(cleaned.app.clock.now().secs());
            let user = format!("u{}", dice.below(3));
            let code = if dice.below(2) == 0 { "ABCDEFGH23" } else { "ABCDEFGH24" };
            let words = [
                "count".to_owned(),
                "look".to_owned(),
                format!("group found {code}"),
                format!("group join {code}"),
                "group place soup".to_owned(),
                format!("group vote {}", dice.pick(&["soup", "rice"])),
                "group result".to_owned(),
                "count-later soup".to_owned(),
            ];
            let word = dice.pick(&words);
            let mut answers = Vec::new();
            for world in [&kept, &cleaned] {
                let answer = if word == "count-later soup" {
                    let (url, entry) = world.is_promised(&user, word).await;
                    wake(&world.app, &stream_event([&entry, &entry]), &format!("o{step}")).await;
                    json!(world.platform.deliveries_to(&url).len())
                } else {
                    world.says(&user, word).await.body
                };
                answers.push(answer);
            }
            assert_eq!(answers[0], answers[1], "seed {seed}, step {step}: {user} says {word}");
        }
        assert!(cleaned.table.items().len() < kept.table.items().len(), "nothing ever expired");
    }
}

#[tokio::test]
async fn f24_sandboxes_whose_clocks_differ_by_five_seconds_share_one_talk() {
    let world = World::at(NOW);
    let ahead = world.sandbox(Obedient::default(), Clock::at(NOW.plus(Duration::from_secs(5))));
    let behind = world.sandbox(Obedient::default(), Clock::at(NOW.minus(Duration::from_secs(5))));
    for turn in 1..=30_u64 {
        let app = [&world.app, &ahead, &behind][turn as usize % 3];
        assert_eq!(ask(app, &Call::says("u", "count")).await.text(), turn.to_string());
    }
}

// ---- costs

#[tokio::test]
async fn a_turn_costs_what_the_state_design_says() {
    let world = World::new();
    let cost = async |utterance: &str| {
        world.faults.reset_counts();
        assert!(world.says("u", utterance).await.is_valid());
        let names = ["GetItem", "UpdateItem", "PutItem", "TransactWriteItems", "Query"];
        (names.map(|name| world.faults.count(name)), world.faults.count(ANY))
    };
    assert_eq!(cost("count").await, ([1, 1, 0, 0, 0], 2));
    assert_eq!(cost("look").await, ([1, 0, 0, 0, 0], 1));
    // A bot that remembers nothing never touches the table.
    let forgetful = world.sandbox(Forgetful, Clock::System);
    world.faults.reset_counts();
    assert!(ask(&forgetful, &Call::says("u", "hello")).await.is_valid());
    assert_eq!(world.faults.count(ANY), 0);
}

#[tokio::test]
async fn a_person_without_a_usable_key_is_answered_and_not_remembered() {
    let world = World::new();
    let odd = [
        json!(null),
        json!({}),
        json!({ "id": "" }),
        json!({ "id": "a#b" }),
        json!({ "id": "가" }),
        json!({ "id": "x".repeat(10_000) }),
    ];
    for user in odd {
        let call = Call::says("u", "count").change(|payload| payload["userRequest"]["user"] = user.clone());
        for _ in 0..2 {
            assert_eq!(ask(&world.app, &call.again()).await.text(), "1", "{user}");
        }
    }
    assert_eq!(world.table.items(), Vec::<Value>::new());
    assert_eq!(world.faults.count(ANY), 0);
}
