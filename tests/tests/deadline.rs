//! F22: time. However slow the bot, the table or the wake-up, the answer leaves in time and is valid; with a callback the work is
//! finished by callback.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use shared::app::App;
use shared::clock::{Clock, Millis};
use tests::faults::{ALWAYS, Dice, Fault, scaled};
use tests::parameters::{Mood, Parameters};
use tests::platform::bots::{Forgetful, Obedient};
use tests::platform::{Call, World, ask, ask_check, wake};
use tests::table::{SWEEP, Table, env, stream_event};

const NOW: Millis = Millis(1_760_000_000_000);

/// What the page promises: 3.5 s after the gateway received the request the answer has left; 4.0 s is the hard goal.
const SOFT: u64 = 3_500;
const HARD: u64 = 4_000;

/// Requests in waves of 250 at once, because each sleeps for seconds: milliseconds from the gateway to the answer, for each.
async fn in_waves<T>(requests: u64, seed: u64, ask: impl AsyncFn(&App<Forgetful>, Case) -> T) -> Vec<(Case, u64, T)> {
    let app = App::new(Forgetful, env("http://127.0.0.1:1", &[]), Clock::System);
    let mut dice = Dice::new(seed);
    let cases: Vec<Case> =
        (0..requests).map(|_| Case { sleep: sleep_of(&mut dice), cold: dice.below(2_501) }).collect();
    let mut ended = Vec::new();
    for wave in cases.chunks(250) {
        let answers = wave.iter().map(async |case| {
            let began = Instant::now();
            let answer = ask(&app, *case).await;
            let took = began.elapsed().as_millis() as u64 + case.cold;
            assert!(took <= HARD, "{case:?}: answered after {took} ms");
            (*case, took, answer)
        });
        ended.extend(join_all(answers).await);
    }
    // Of a whole wave on a busy machine some may leave late by the machine's fault; the soft stop holds for nearly all.
    let late = ended.iter().filter(|(_, took, _)| *took > SOFT).count();
    assert!(late * 50 <= ended.len(), "{late} of {} after the soft stop", ended.len());
    ended
}

/// How long a bot sleeps and how long the function took to wake up, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Case {
    sleep: u64,
    cold: u64,
}

impl Case {
    /// Whether there was clearly time, or clearly none; what lies between may end either way.
    fn fits(self) -> Option<bool> {
        match self.sleep + self.cold {
            ..3_200 => Some(true),
            3_400.. => Some(false),
            _ => None,
        }
    }

    fn received(self, now: Millis) -> Millis {
        now.minus(Duration::from_millis(self.cold))
    }
}

/// The slept time of a case: often around the limits, sometimes anything up to a minute.
fn sleep_of(dice: &mut Dice) -> u64 {
    match dice.below(4) {
        0 => dice.below(60_001),
        1 => 3_300 + dice.below(300),
        2 => dice.below(3_400),
        _ => *dice.pick(&[0, 1, 2_399, 2_400, 2_401, 3_399, 3_400, 3_401, 3_500, 5_000]),
    }
}

#[tokio::test]
async fn f22_sleepy_skills_with_cold_starts_are_never_late() {
    // The page says 10,000; the build makes 1,000, nightly ten times as many.
    let ended = in_waves(scaled(1_000), 22, async |app, case| {
        ask(app, &Call::says("u", &format!("sleep {}", case.sleep)).received_at(case.received(app.clock.now()))).await
    })
    .await;
    for (case, took, answer) in ended {
        assert!(answer.is_valid(), "{case:?}: {answer:?}");
        assert_ne!(
            (case.fits(), answer.text()),
            (Some(true), shared::bot::SORRY),
            "{case:?}: there was time; took {took} ms"
        );
        assert_ne!((case.fits(), answer.text()), (Some(false), "slept"), "{case:?}: there was no time");
    }
}

#[tokio::test]
async fn f22_sleepy_checks_are_never_late() {
    let ended = in_waves(scaled(250), 23, async |app, case| {
        let body = serde_json::json!({ "value": { "origin": case.sleep.to_string() }, "user": { "id": "u" } });
        let call =
            Call::with_body(body.to_string()).to("/skill-check/sleep").received_at(case.received(app.clock.now()));
        ask_check(app, &call).await
    })
    .await;
    for (case, _, answer) in ended {
        assert_eq!(answer.status, 200);
        let word = answer.body["status"].as_str().unwrap_or_default();
        assert!(["SUCCESS", "ERROR"].contains(&word), "{answer:?}");
        assert_ne!((case.fits(), word), (Some(true), "ERROR"), "{case:?}: there was time");
        assert_ne!((case.fits(), word), (Some(false), "SUCCESS"), "{case:?}: there was no time");
    }
}

#[tokio::test]
async fn f22_work_that_cannot_be_delivered_later_ends_with_the_turn() {
    let ended = in_waves(scaled(250), 24, async |app, case| {
        let words = format!("later sleep {}", case.sleep);
        ask(app, &Call::says("u", &words).received_at(case.received(app.clock.now()))).await
    })
    .await;
    for (case, _, answer) in ended {
        assert!(answer.is_valid(), "{case:?}: {answer:?}");
        assert_ne!((case.fits(), answer.text()), (Some(true), shared::bot::TOO_LATE), "{case:?}: there was time");
        assert_ne!((case.fits(), answer.text()), (Some(false), "slept"), "{case:?}: there was no time");
    }
}

#[tokio::test]
async fn f22_with_a_callback_what_was_too_slow_is_finished_by_callback() {
    // Real time, because the turn is written down: people whose turns take from nothing to a minute, all at once.
    let world = World::new();
    let sleeps = [0, 500, 2_000, 2_600, 2_700, 2_800, 3_300, 3_400, 4_000, 6_000];
    let cold = [0, 1_000, 2_500];
    let cases: Vec<(u64, u64)> = sleeps.iter().flat_map(|sleep| cold.iter().map(move |cold| (*sleep, *cold))).collect();
    let ended = join_all(cases.iter().map(|(sleep, cold)| {
        let world = &world;
        async move {
            let url = world.platform.callback_url();
            let began = Instant::now();
            let received = world.app.clock.now().minus(Duration::from_millis(*cold));
            let user = format!("u-{sleep}-{cold}");
            let call = Call::says_with_callback(&user, &format!("sleep {sleep}"), &url).received_at(received);
            let answer = ask(&world.app, &call).await;
            let took = began.elapsed().as_millis() as u64 + cold;
            assert!(took < HARD, "slept {sleep} ms after a cold start of {cold} ms: answered after {took} ms");
            assert!(answer.is_valid(), "{sleep} {cold}: {answer:?}");
            assert!(
                answer.is_promise() || answer.text() == "slept",
                "{sleep} {cold}: an apology although a callback was offered"
            );
            (*sleep, *cold, url, answer)
        }
    }))
    .await;
    let entries: Vec<String> = ended.iter().filter_map(|(_, _, url, _)| world.entry_of(url)).collect();
    wake(&world.app, &stream_event(&entries), "o").await;
    wake(&world.app, SWEEP, "p").await;
    for (sleep, cold, url, answer) in &ended {
        let posts = world.platform.deliveries_to(url);
        assert_eq!(posts.len(), usize::from(answer.is_promise()), "{sleep} {cold}");
        for post in posts {
            assert!(post.accepted);
            // The outbox has ten seconds of its own, less what it keeps for sending.
            let text = &post.body["template"]["outputs"][0]["simpleText"]["text"];
            assert_eq!(text, if *sleep <= 6_000 { "slept" } else { shared::bot::TOO_LATE }, "{sleep} {cold}");
        }
    }
}

#[tokio::test]
async fn f22_work_that_takes_longer_than_the_outbox_has_ends_with_a_word() {
    let world = World::new();
    let (url, entry) = world.is_promised("u", "later sleep 60000").await;
    let began = Instant::now();
    wake(&world.app, &stream_event([&entry]), "o").await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let posts = world.platform.deliveries_to(&url);
    assert_eq!(posts.len(), 1);
    assert_eq!(posts[0].body["template"]["outputs"][0]["simpleText"]["text"], shared::bot::TOO_LATE);
}

#[tokio::test]
async fn f22_a_slow_bot_at_a_slow_table_is_in_time() {
    // Both at once, with and without a callback, and after a cold start.
    let faults = [Fault::Slow(Duration::from_millis(300)), Fault::SlowAnswer(Duration::from_secs(1)), Fault::Never];
    join_all(faults.into_iter().flat_map(|fault| [0, 1_000, 3_000].map(|sleep| (fault, sleep))).map(
        |(fault, sleep)| async move {
            let world = World::new();
            world.faults.on("*", ALWAYS, fault);
            let url = world.platform.callback_url();
            let words = format!("sleep {sleep}");
            let cold = Duration::from_millis(2_500);
            let received = world.app.clock.now().minus(cold);
            let calls = [
                (Call::says("a", &words), Duration::ZERO),
                (Call::says("b", &words).received_at(received), cold),
                (Call::says_with_callback("c", &words, &url), Duration::ZERO),
                (Call::says_with_callback("d", &words, &world.platform.callback_url()).received_at(received), cold),
            ];
            join_all(calls.iter().map(async |(call, cold)| {
                let began = Instant::now();
                let answer = ask(&world.app, call).await;
                let took = began.elapsed() + *cold;
                assert!(took < Duration::from_millis(HARD), "{fault:?}, slept {sleep}, cold {cold:?}: {took:?}");
                assert!(answer.is_valid(), "{fault:?}, slept {sleep}: {answer:?}");
            }))
            .await;
        },
    ))
    .await;
}

#[tokio::test]
async fn f22_a_silent_parameter_store_after_a_cold_start_is_in_time() {
    let (table, parameters) = (Table::start(), Parameters::start());
    parameters.feel(Mood::Silent);
    let more = [("SKILL_SECRET", ""), ("SECRETS_PREFIX", "/p"), ("AWS_ENDPOINT_URL_SSM", &parameters.url())];
    let app = App::new(Obedient::default(), env(&table.url(), &more), Clock::System);
    for cold in [0, 1_000, 2_500] {
        let began = Instant::now();
        let received = app.clock.now().minus(Duration::from_millis(cold));
        let answer = ask(&app, &Call::says("u", "count").received_at(received)).await;
        let took = began.elapsed().as_millis() as u64 + cold;
        assert!(took < HARD && answer.is_valid(), "cold {cold} ms: {took} ms");
    }
}

#[tokio::test]
async fn f22_a_function_that_is_about_to_be_stopped_answers_before() {
    // A deadline of Lambda's nearer than our own: 300 ms are kept.
    let app = App::new(Forgetful, env("http://127.0.0.1:1", &[]), Clock::at(NOW));
    let began = Instant::now();
    let event = Call::says("u", "sleep 60000").event(NOW);
    let deadline = NOW.plus(Duration::from_millis(1_000));
    let reply = shared::lambda::answer::<skill::Skill, _>(&app, &event, deadline).await;
    assert_eq!(reply.status_code, 200);
    assert!(began.elapsed() <= Duration::from_millis(800), "{:?}", began.elapsed());
    // One that has passed: at once, and valid.
    let reply = shared::lambda::answer::<skill::Skill, _>(&app, &event, NOW.minus(Duration::from_secs(1))).await;
    assert_eq!(reply.status_code, 200);
}
