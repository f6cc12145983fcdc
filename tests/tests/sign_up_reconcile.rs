//! F40: many people, some linked without a membership, some members without a link; page by page, with Kakao refusing in between and
//! whoever reconciles dying in the middle.

use std::time::Duration;

use serde_json::{Value, json};
use shared::sign_up::{self, PACE, Redirected, Repair, Walk, Walked};
use shared::store::AppUser;
use shared::store::sign_up::{ROUND_EVERY, ROUND_LEASE, Tally};
use tests::sign_up::{World, accept};
use tests::table::text;
use tests::tiny_kakao::Trouble;

const AT_ONCE: Walk = Walk { at_once: false, repair: Repair::Mend, pace: Duration::ZERO };

/// So many people, one in twenty of them linked without a membership, one in twenty a member without a link.
struct Town {
    world: World,
    good: Vec<AppUser>,
    bad: Vec<AppUser>,
}

impl Town {
    async fn of(people: u64) -> Self {
        let mut town = Self { world: World::default(), good: Vec::new(), bad: Vec::new() };
        let pattern = town.first().await;
        for number in 0..people {
            // Numbers of different lengths: their order as text is another one.
            let app = AppUser::new(if number % 3 == 0 { number + 1 } else { 2_100_000_000 + number });
            town.world.kakao.consent(&app);
            match number % 20 {
                7 => town.bad.push(app), // linked, and we never heard of it
                11 => {
                    town.settle(&pattern, &app);
                    town.world.kakao.leave(&app); // and nobody told us
                    town.bad.push(app);
                }
                _ => {
                    town.settle(&pattern, &app);
                    town.good.push(app);
                }
            }
        }
        town.world.pass(Duration::from_secs(7_200));
        town
    }

    /// What a sign-up leaves in the table for good: that of somebody who signed up, and went away again.
    async fn first(&self) -> [Value; 2] {
        let (world, app) = (&self.world, AppUser::new(9));
        let code = world.kakao.consent(&app);
        let signed_up = sign_up::redirect(&world.clerk("first"), &code, async |_| accept::<()>()).await;
        assert_eq!(signed_up, Ok(Redirected::SignedUp { app: app.clone() }));
        let left = ["MEMBER", "LINK"].map(|sk| world.table.item("U#app#9", sk).expect("a member"));
        world.kakao.leave(&app);
        for item in world.table.items() {
            world.table.remove(text(&item, "PK"), text(&item, "SK"));
        }
        left
    }

    /// As if they had signed up: a thousand times the real thing would take a minute.
    fn settle(&self, pattern: &[Value; 2], app: &AppUser) {
        for item in pattern {
            let mut item = item.clone();
            item["PK"]["S"] = json!(format!("U#app#{app}"));
            if text(&item, "SK") == "MEMBER" {
                item["DSK"]["S"] = json!(format!("{:0>20}", app.as_str()));
            }
            self.world.table.put(&item);
        }
        assert!(self.world.is_member(app));
    }

    async fn walk(&self, me: &str, how: Walk) -> Walked {
        sign_up::walk(&self.world.patient_clerk(me), how, |_, _| ()).await.expect("the table is there")
    }

    fn is_mended(&self) -> bool {
        let Self { world, good, bad } = self;
        assert!(good.iter().all(|app| world.is_member(app) && world.kakao.is_linked(app)), "somebody good was touched");
        bad.iter().all(|app| !world.is_member(app) && !world.kakao.is_linked(app))
    }
}

#[tokio::test]
async fn f40_all_differences_are_mended_and_nobody_else_is_touched() {
    let town = Town::of(1_000).await;
    let world = &town.world;
    assert_eq!(town.bad.len(), 100, "5 % each way");

    // Kakao says that it is too much, after some people of the third page.
    let clerk = world.patient_clerk("first");
    let first = sign_up::walk(&clerk, AT_ONCE, |_, tally| {
        if tally.pages == 3 {
            world.kakao.trouble(0, Trouble::TooMany);
        }
    });
    let Walked::Refused(refused) = first.await.expect("the table is there") else { panic!("it was not refused") };
    assert_eq!(refused.pages, 3);
    let (pages, stopped) =
        (world.kakao.pages(), world.store.last_round::<Tally>().await.expect("a read").expect("a round"));
    assert_eq!((pages.len(), stopped.tally), (3, refused));

    // The next one goes on there at once, and dies on the second page of its own, with somebody half mended.
    let second = async {
        let clerk = world.patient_clerk("second");
        let died = sign_up::walk(&clerk, AT_ONCE, |_, _| world.kakao.trouble(4, Trouble::DiesAfter));
        drop(died.await);
    };
    tokio::select! {
        () = second => panic!("it did not die"),
        () = async { while !world.kakao.is_hung() { tokio::time::sleep(Duration::from_millis(1)).await } } => {}
    }
    let died = world.kakao.pages();
    assert_eq!(died[3], stopped.after, "it resumes where it was");
    assert_eq!(died.len(), 5);
    assert_eq!(town.walk("too-early", AT_ONCE).await, Walked::Busy);

    // When the lease has run out the third goes on, with the page that nobody finished.
    world.pass(ROUND_LEASE + Duration::from_secs(1));
    let Walked::Ended(tally) = town.walk("third", AT_ONCE).await else { panic!("it did not end") };
    let all = world.kakao.pages();
    assert_eq!(all[5], died[4], "it resumes where it was");
    let mut once = all.clone();
    once.dedup();
    assert_eq!(once.len() + 1, all.len(), "only the page in whose middle somebody died was asked for twice");
    assert!(all.len() <= 12, "{} pages of a hundred", all.len());

    // Whoever was half mended when somebody died was left marked: the mark has run out by now, or the next day's round finds them.
    world.sweep_on().await;
    assert_eq!(town.walk("too-early", AT_ONCE).await, Walked::NotDue);
    world.pass(ROUND_EVERY);
    let Walked::Ended(next) = town.walk("next-day", AT_ONCE).await else { panic!("it did not end") };
    world.sweep_on().await;
    assert!(town.is_mended());
    assert_eq!((next.open, next.left), (0, 0));
    assert!(tally.orphans + next.orphans >= 49 && tally.left >= 49, "{tally:?}, then {next:?}");
    assert_eq!(world.unfinished(), Vec::<String>::new());
}

#[tokio::test]
async fn f40_a_look_changes_nothing() {
    let town = Town::of(60).await;
    let before = town.world.table.items();
    let page = sign_up::reconcile_page(&town.world.patient_clerk("look"), None, Repair::Look)
        .await
        .expect("the table is there");
    assert_eq!((page.orphans, page.left, page.next), (3, 3, None));
    assert_eq!(town.world.table.items(), before);
    assert!(town.bad.iter().any(|app| town.world.kakao.is_linked(app)));
}

#[tokio::test]
async fn f40_a_page_of_strangers_is_left_alone_until_a_person_says_so() {
    let town = Town::of(40).await;
    let strangers: Vec<AppUser> = (0..15).map(|number| AppUser::new(3_000_000_000 + number)).collect();
    for stranger in &strangers {
        town.world.kakao.consent(stranger); // users of another service of the same app
    }
    town.world.pass(Duration::from_secs(7_200)); // nobody among them is just signing up
    let Walked::Suspicious(_, people) = town.walk("outbox", AT_ONCE).await else { panic!("nobody was suspicious") };
    assert_eq!(people, 15 + 4);
    assert!(strangers.iter().all(|stranger| town.world.kakao.is_linked(stranger)));
    let many = Walk { repair: Repair::MendMany, ..AT_ONCE };
    let Walked::Ended(tally) = town.walk("cli", many).await else { panic!("it did not end") };
    assert_eq!((tally.orphans, tally.left), (15 + 2, 2));
    assert!(!strangers.iter().any(|stranger| town.world.kakao.is_linked(stranger)));
}

#[tokio::test]
async fn a_wrong_admin_key_erases_nobody() {
    // Of another app: nobody of ours is linked there.
    let town = Town::of(40).await;
    for app in &town.good {
        town.world.kakao.leave(app);
    }
    let Walked::Suspicious(tally, people) = town.walk("outbox", AT_ONCE).await else { panic!("nobody was suspicious") };
    assert_eq!((tally, people), (Tally::default(), 40));
    assert!(town.good.iter().all(|app| town.world.is_member(app)));
}

#[tokio::test]
async fn a_wrong_admin_key_erases_nobody_of_a_small_service_either() {
    let town = Town::of(5).await;
    assert_eq!(town.good.len(), 5);
    for app in &town.good {
        town.world.kakao.leave(app);
    }
    // Nor are the strangers unlinked whom the other app has.
    let strangers = [AppUser::new(3_000_000_001), AppUser::new(3_000_000_002)];
    for stranger in &strangers {
        town.world.kakao.consent(stranger);
    }
    town.world.pass(Duration::from_secs(7_200));
    let Walked::Suspicious(_, people) = town.walk("outbox", AT_ONCE).await else { panic!("nobody was suspicious") };
    assert_eq!(people, 7);
    assert!(town.good.iter().all(|app| town.world.is_member(app)));
    assert!(strangers.iter().all(|stranger| town.world.kakao.is_linked(stranger)));
    // One of five is an accident.
    let town = Town::of(5).await;
    town.world.kakao.leave(&town.good[0]);
    let Walked::Ended(tally) = town.walk("outbox", AT_ONCE).await else { panic!("it did not end") };
    assert_eq!((tally.left, tally.orphans), (1, 0));
}

#[tokio::test]
async fn a_round_keeps_to_kakaos_pace_and_to_its_own_time() {
    let town = Town::of(250).await;
    let began = std::time::Instant::now();
    let Walked::Ended(tally) = town.walk("outbox", Walk { pace: PACE, ..AT_ONCE }).await else {
        panic!("it did not end")
    };
    assert!(began.elapsed() >= PACE * (tally.pages as u32 - 1), "{} pages in {:?}", tally.pages, began.elapsed());
    assert!(60_000 / PACE.as_millis() <= 100, "a hundred pages a minute");
    town.world.pass(ROUND_EVERY);
    let hurried = sign_up::walk(&town.world.clerk("hurried"), AT_ONCE, |_, _| ()).await;
    assert_eq!(hurried, Ok(Walked::OutOfTime(Tally::default())), "eight seconds are not enough for a page");
    let next = town.walk("next", AT_ONCE).await;
    assert!(matches!(next, Walked::Ended(_)), "it was left for whoever comes next: {next:?}");
}
