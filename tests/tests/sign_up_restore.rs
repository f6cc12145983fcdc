//! T22, F38: a backup brings erased people back, and the ledger takes them away again: all of theirs, and nothing of anybody who signed
//! up again since.

use std::time::Duration;

use serde_json::{Value, json};
use shared::clock::Millis;
use shared::kakao::skill::SkillRequest;
use shared::secret::{Secret, pseudonym};
use shared::sign_up::{self, ErasedAgain, Forgotten, Left, Redirected};
use shared::store::sign_up::{Joined, Ledger};
use shared::store::{AppUser, Identity, Person, PlaceId, SagaId};
use tests::platform::payload;
use tests::sign_up::{NOW, World, accept};
use tests::table::text;

const DAY: Duration = Duration::from_secs(86_400);

async fn signs_up(world: &World, app: &AppUser) -> SagaId {
    let code = world.kakao.consent(app);
    let signed_up = sign_up::redirect(&world.clerk(&code), &code, async |_| accept::<()>()).await;
    assert_eq!(signed_up, Ok(Redirected::SignedUp { app: app.clone() }));
    SagaId::of_code(&code)
}

fn person(user: &str) -> Person {
    let request: SkillRequest = serde_json::from_value(payload(user, "")).expect("a request");
    Person::of(&request).expect("a person")
}

/// A member with a name in a bot, a group, a vote, a talk and a channel.
async fn settles(world: &World, app: &AppUser, user: &str) -> SagaId {
    let mg = signs_up(world, app).await;
    let (person, bot, now) = (person(user), Identity::bot(&person(user)), world.clock.now());
    assert_eq!(world.store.join(app, &mg, &bot, now).await, Ok(Joined::Theirs));
    let code = format!("CODE-{user}");
    let group = world.store.found_group(&person, "lunch", &code, now).await.expect("a table").expect("a group");
    world.store.vote(&group.id, &person, &PlaceId::of_name("soup"), now).await.expect("a vote");
    world.table.put(&json!({ "PK": { "S": format!("U#{bot}") }, "SK": { "S": "SESS" }, "t": { "S": "SESS" } }));
    world.table.put(&json!({ "PK": { "S": format!("U#app#{app}") }, "SK": { "S": "CH#_abc" }, "t": { "S": "CH" } }));
    mg
}

/// The person leaves, Kakao says so, and everything of theirs goes.
async fn leaves(world: &World, app: &AppUser) {
    world.kakao.leave(app);
    world.store.store_unlink(app, "message", world.clock.now()).await.expect("a table");
    assert_eq!(sign_up::unlink_job(&world.clerk("job"), app).await, Ok(Left::Erased));
    world.sweep_on().await;
}

/// Another table with these items: what a restore makes.
fn restored(items: &[Value], now: Millis) -> World {
    let world = World::default();
    items.iter().for_each(|item| world.table.put(item));
    world.clock.set(now);
    world
}

/// Every item that has anything of them, by the app's name or the bot's.
fn rows_of(world: &World, app: &AppUser, user: &str) -> Vec<String> {
    let theirs = |item: &&Value| {
        let item = item.to_string();
        item.contains(app.as_str()) || item.contains(&format!("#{user}\""))
    };
    let items = world.table.items();
    items.iter().filter(theirs).map(|item| format!("{} {}", text(item, "PK"), text(item, "SK"))).collect()
}

/// After the days for which fences and sagas are kept.
fn expired(world: &World) {
    world.pass(DAY * 8);
    world.table.expire(world.clock.now().secs());
}

async fn ledger(world: &World) -> Ledger {
    world.store.ledger(world.clock.now().minus(DAY * 8), world.clock.now()).await.expect("a table")
}

#[tokio::test]
async fn t22_f38_a_restored_table_loses_the_erased_once_more() {
    let world = World::default();
    let (gone, stays) = (AppUser::new(2_100_000_001), AppUser::new(2_100_000_002));
    settles(&world, &gone, "gone").await;
    settles(&world, &stays, "stays").await;
    world.sweep_on().await;
    let backup = world.table.items();
    let neighbours = rows_of(&world, &stays, "stays");
    leaves(&world, &gone).await;
    let ledger = ledger(&world).await;
    assert_eq!(ledger.len(), 1);

    let world = restored(&backup, world.clock.now().plus(DAY));
    assert!(rows_of(&world, &gone, "gone").len() > 8, "the restore brings everything back");
    let dry = sign_up::erase_again(&world.clerk("dry"), &ledger, true).await;
    assert_eq!((dry, rows_of(&world, &gone, "gone").len() > 8), (Ok(told(2, 1)), true));
    assert_eq!(sign_up::erase_again(&world.clerk("a"), &ledger, false).await, Ok(told(2, 1)));
    assert_eq!(sign_up::erase_again(&world.clerk("b"), &ledger, false).await, Ok(told(1, 0)), "once is enough");
    world.sweep_on().await;
    assert_eq!(world.unfinished(), Vec::<String>::new());
    assert!(world.store.member(&gone).await.expect("a table").is_none());
    assert_eq!(rows_of(&world, &stays, "stays"), neighbours, "a neighbour was touched");
    expired(&world);
    assert_eq!(rows_of(&world, &gone, "gone"), Vec::<String>::new());
}

const fn told(checked: u64, erased: u64) -> ErasedAgain {
    ErasedAgain { checked, erased, open: 0 }
}

#[tokio::test]
async fn t22_f38_who_signed_up_again_keeps_everything() {
    let world = World::default();
    let back = AppUser::new(2_100_000_001);
    settles(&world, &back, "back").await;
    leaves(&world, &back).await;
    let mg = settles(&world, &back, "again").await;
    world.sweep_on().await;
    let backup = world.table.items();
    let ledger = ledger(&world).await;
    assert_eq!(ledger.len(), 1, "the first membership");

    let world = restored(&backup, world.clock.now().plus(DAY));
    assert_eq!(sign_up::erase_again(&world.clerk("a"), &ledger, false).await, Ok(told(1, 0)));
    assert_eq!(world.table.items(), backup);
    assert_eq!(world.store.member(&back).await.expect("a table").expect("a member").mg, mg);
}

#[tokio::test]
async fn f38_a_former_membership_beside_a_member_goes_again_if_it_is_in_the_ledger() {
    let world = World::default();
    let back = AppUser::new(2_100_000_001);
    let erased = settles(&world, &back, "back").await;
    leaves(&world, &back).await;
    settles(&world, &back, "again").await;
    world.sweep_on().await;
    let (backup, ledger) = (world.table.items(), ledger(&world).await);
    for (mg, stays) in [(erased.as_str(), false), ("kept", true)] {
        let world = restored(&backup, world.clock.now().plus(DAY));
        let s = |text: &str| json!({ "S": text });
        world.table.put(&json!({
            "PK": s(&format!("U#app#{back}")), "SK": s("FORMER"), "t": s("FORMER"), "v": { "N": "1" }, "mg": s(mg),
            "consents": s("[]"), "profile": s("{}")
        }));
        for (dry, stays) in [(true, true), (false, stays)] {
            assert_eq!(sign_up::erase_again(&world.clerk("a"), &ledger, dry).await, Ok(told(1, 0)));
            assert_eq!(world.store.former_member(&back).await.expect("a table").is_some(), stays, "{mg} {dry}");
        }
        assert!(world.is_member(&back));
    }
}

#[tokio::test]
async fn f38_a_restore_from_the_middle_of_an_erasure_is_finished_by_the_effect() {
    let world = World::default();
    let gone = AppUser::new(2_100_000_001);
    settles(&world, &gone, "gone").await;
    world.sweep_on().await;
    world.kakao.leave(&gone);
    world.store.store_unlink(&gone, "message", world.clock.now()).await.expect("a table");
    assert_eq!(sign_up::unlink_job(&world.clerk("job"), &gone).await, Ok(Left::Erased));
    let backup = world.table.items(); // the membership is gone, the rest is not
    world.sweep_on().await;
    let ledger = ledger(&world).await;

    let world = restored(&backup, world.clock.now().plus(DAY));
    assert_eq!(sign_up::erase_again(&world.clerk("a"), &ledger, false).await, Ok(told(0, 0)));
    world.sweep_on().await;
    expired(&world);
    assert_eq!(rows_of(&world, &gone, "gone"), Vec::<String>::new());
}

#[tokio::test]
async fn t22_the_ledger_tells_nobody_who_was_erased() {
    let world = World::default();
    let gone = AppUser::new(2_100_000_001);
    let mg = settles(&world, &gone, "gone").await;
    leaves(&world, &gone).await;
    let ledger = ledger(&world).await;
    assert!(ledger.has(&pseudonym(&world.ledger, gone.as_str()), &mg));
    assert!(!ledger.has(&pseudonym(&Secret::new("another key"), gone.as_str()), &mg), "not without the key");
    assert!(!ledger.has(&pseudonym(&world.ledger, gone.as_str()), &SagaId::of_code("another")));
    let far = world.store.ledger(NOW.minus(DAY * 30), NOW.minus(DAY)).await.expect("a table");
    assert!(far.is_empty(), "days before it");
}

#[tokio::test]
async fn t22_who_asks_to_be_forgotten_is_and_may_ask_twice() {
    let world = World::default();
    let gone = AppUser::new(2_100_000_001);
    settles(&world, &gone, "gone").await;
    // An open id of the same number: perhaps it is them.
    world.table.put(&json!({ "PK": { "S": format!("U#oid#{gone}") }, "SK": { "S": "CH#_abc" }, "t": { "S": "CH" } }));
    world.sweep_on().await;
    let before = world.store.dossier(&gone, world.clock.now()).await.expect("a table");
    assert_eq!((before.memberships.len(), before.keys.len()), (1, 10), "{before:?}");
    let shown = before.document.to_string();
    for part in ["CODE-gone", "VOTE#", "U#oid#"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("\"tok\""), "{shown}");
    let clerk = world.clerk("cli");
    let forgotten = sign_up::forget(&clerk, &gone, &before.memberships).await;
    assert!(matches!(forgotten, Ok(Forgotten::Erased(_))), "{forgotten:?}");
    assert!(!world.kakao.is_linked(&gone));
    let after = world.store.dossier(&gone, world.clock.now()).await.expect("a table");
    assert_eq!(after.keys, Vec::<String>::new());
    assert_eq!(sign_up::forget(&clerk, &gone, &after.memberships).await, Ok(Forgotten::Erased(0)));
    world.sweep_on().await;
    assert_eq!(world.unfinished(), Vec::<String>::new());
    expired(&world);
    assert_eq!(rows_of(&world, &gone, "gone"), Vec::<String>::new());
}
