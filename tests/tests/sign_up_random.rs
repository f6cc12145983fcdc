//! F07, F08, F24: two consents, a reload, an unlink whose message comes twice, the outbox and the reconciler, all at once on the real table, in
//! whatever order the machine makes of it; some die in the middle, some answers get lost, no two clocks agree.

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::join_all;
use shared::clock::Clock;
use shared::sign_up;
use shared::store::AppUser;
use tests::faults::{Dice, Fault, scaled};
use tests::sign_up::{World, accept, refuse};

/// What may happen in a run besides what must.
#[derive(Clone, Copy)]
struct Mood {
    deaths: bool,
    lost: bool,
    skew: bool,
}

/// So many people's days at once: they mostly wait for each other.
const LANES: usize = 3;

type Work<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// One person's day. `Err` says what is wrong in the end.
async fn day(world: &World, number: u64, mood: Mood) -> Result<u64, String> {
    let mut dice = Dice::new(number);
    let app = AppUser::new(number);
    let mut deaths = 0;
    let mut pause = |most: u64| Duration::from_millis(dice.below(most));
    let waits: Vec<Duration> = (0..8).map(|_| pause(40)).collect();
    // Each may be stopped at any moment, and its memory is gone.
    let ends: Vec<Duration> = (0..8).map(|_| pause(90)).collect();
    let stopped: Vec<bool> = (0..8).map(|_| mood.deaths && dice.below(5) == 0).collect();
    // Everybody has a clock of their own, and time goes by while they are at work: less than a function may take.
    let mut ahead = || if mood.skew { dice.below(10_001) as i64 - 5_000 } else { 0 };
    let clocks: Vec<Clock> = (0..8).map(|_| world.clock_ahead(ahead())).collect();
    let clocks = &clocks;
    let yes = [dice.below(3) > 0, dice.below(3) > 0];
    let leaves = dice.below(2) == 0;

    let first = world.kakao.consent(&app);
    let redirect = |at: usize, code: String, yes: bool| {
        let (wait, me) = (waits[at], format!("{number}-{at}"));
        async move {
            tokio::time::sleep(wait).await;
            let decide = async |_: &_| if yes { accept::<()>() } else { refuse() };
            drop(sign_up::redirect(&world.clerk_by(&clocks[at], &me), &code, decide).await);
        }
    };
    let second = async {
        tokio::time::sleep(waits[2]).await;
        let code = world.kakao.consent(&app);
        redirect(3, code, yes[1]).await;
    };
    let message = |at: usize| {
        let (wait, me, app) = (waits[at], format!("{number}-{at}"), &app);
        async move {
            tokio::time::sleep(wait).await;
            // Kakao repeats what was not accepted.
            while world.store.store_unlink(app, &me, clocks[at].now()).await.is_err() {}
        }
    };
    let leave = async {
        if leaves {
            tokio::time::sleep(waits[4]).await;
            world.kakao.leave(&app);
            futures_util::future::join(message(5), message(6)).await;
        }
    };
    let outbox = async {
        for turn in 0..3 {
            tokio::time::sleep(waits[7]).await;
            let me = format!("{number}-outbox-{turn}");
            // The stream is faster than the index.
            drop(sign_up::unlink_job(&world.clerk_by(&clocks[2], &me), &app).await);
            world.sweep(&me).await;
        }
    };
    let reconciler = async {
        let me = format!("{number}-reconciler");
        drop(sign_up::reconcile_one(&world.clerk_by(&clocks[7], &me), &app).await);
    };
    let time = async {
        for _ in 0..3 {
            tokio::time::sleep(waits[1]).await;
            world.pass(Duration::from_millis(if mood.skew { 2_500 } else { 0 }));
        }
    };
    let at_work: [(usize, Work<'_>); 5] = [
        (0, Box::pin(redirect(0, first.clone(), yes[0]))),
        (1, Box::pin(redirect(1, first.clone(), yes[0]))),
        (3, Box::pin(second)),
        (5, Box::pin(outbox)),
        (6, Box::pin(reconciler)),
    ];
    let works = at_work.into_iter().map(|(at, work)| {
        let limit = if stopped[at] { ends[at] } else { Duration::from_secs(60) };
        async move { tokio::time::timeout(limit, work).await.is_err() }
    });
    let (died, (), ()) = futures_util::future::join3(join_all(works), leave, time).await;
    deaths += died.into_iter().filter(|died| *died).count() as u64;

    world.faults.clear();
    world.sweep_on().await;
    if deaths > 0 || mood.lost {
        // What nobody can know without asking: once is enough.
        let reconciled = sign_up::reconcile_one(&world.clerk("reconciler"), &app).await;
        reconciled.map_err(|error| error.to_string())?;
        world.sweep_on().await;
    }
    let mut wrong = world.unfinished();
    let (member, linked) = (world.is_member(&app), world.kakao.is_linked(&app));
    if member != linked {
        wrong.push(format!("member {member}, linked {linked}"));
    }
    if wrong.is_empty() { Ok(deaths) } else { Err(format!("{number}: {}", wrong.join("; "))) }
}

/// So many days, shared among the lanes.
async fn days(seed: u64, count: u64, mood: Mood) -> u64 {
    let all: Vec<u64> = (0..count).map(|day| seed * 1_000_000 + day).collect();
    let lanes = all.chunks(all.len().div_ceil(LANES)).map(|numbers| lane(numbers, mood));
    join_all(lanes).await.into_iter().sum()
}

/// One day after the other, on a table of the lane's own.
async fn lane(numbers: &[u64], mood: Mood) -> u64 {
    let (mut deaths, mut lost) = (0, 0);
    for some in numbers.chunks(50) {
        let world = World::default(); // what is finished only slows the look at everything
        for &number in some {
            if mood.lost {
                world.faults.randomly(number, 12, Fault::CutAfter);
            }
            deaths += day(&world, number, mood).await.expect("nothing is wrong in the end");
        }
        lost += world.faults.injected();
    }
    // An eighth of a day's requests, and who dies early sends few.
    assert!(!mood.lost || 2 * lost > numbers.len() as u64, "only {lost} answers got lost in {} days", numbers.len());
    deaths
}

#[tokio::test]
async fn f07_any_order_on_the_real_table() {
    days(1, scaled(750), Mood { deaths: false, lost: false, skew: false }).await;
}

#[tokio::test]
async fn f07_any_order_and_some_die() {
    let deaths = days(2, scaled(750), Mood { deaths: true, lost: false, skew: false }).await;
    assert!(deaths > 10, "only {deaths} died");
}

#[tokio::test]
async fn f08_any_order_and_answers_get_lost() {
    days(3, scaled(500), Mood { deaths: true, lost: true, skew: false }).await;
}

#[tokio::test]
async fn f24_any_order_and_no_two_clocks_agree() {
    let deaths = days(4, scaled(100), Mood { deaths: true, lost: true, skew: true }).await;
    assert!(deaths > 10, "only {deaths} died");
}
