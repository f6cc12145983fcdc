//! What a sign-up leaves and what an erasure takes: members, names, notes, the ledger; and tokens that nobody can read.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use shared::clock::Millis;
use shared::effect::{Effect, Read};
use shared::kakao::id::PlusfriendUserKey;
use shared::kakao::skill::SkillRequest;
use shared::secret::pseudonym;
use shared::sign_up::{self, Accepted, Decision, Left, Redirected, Who};
use shared::store::sign_up::{Consent, Joined, Outcome, Taken, Tally, Why};
use shared::store::{AccountChange, AppUser, GroupId, Identity, Person, PlaceId, SagaId};
use tests::platform::payload;
use tests::sign_up::{NOW, World};
use tests::table::text;

const CODE: &str = "ABCDEFGH23";

/// People who sign up and leave.
#[derive(Default)]
struct Scene(World);

impl Deref for Scene {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl Scene {
    async fn redirect(&self, code: &str, accepted: Accepted) -> Redirected<()> {
        let me = format!("{code}-{}", self.clock.now().0);
        sign_up::redirect(&self.clerk(&me), code, async |_| Decision::Accept(accepted.clone())).await.unwrap()
    }

    async fn signs_up(&self, app: &AppUser) -> SagaId {
        let code = self.kakao.consent(app);
        assert_eq!(self.redirect(&code, Accepted::default()).await, Redirected::SignedUp { app: app.clone() });
        SagaId::of_code(&code)
    }

    /// The person leaves, Kakao says so, and everything of theirs goes.
    async fn leaves(&self, app: &AppUser) {
        self.kakao.leave(app);
        self.store.store_unlink(app, "message", self.clock.now()).await.unwrap();
        let clerk = self.clerk("job");
        assert_eq!(sign_up::unlink_job(&clerk, app).await.unwrap(), Left::Erased);
        for entry in self.table.items_under("OUT#") {
            if let Read::Known(Effect::Erase(erase)) = Effect::read(text(&entry, "body")) {
                sign_up::erase(&clerk, &erase.app, &erase.mg, erase.at).await.unwrap();
            }
        }
    }
}

fn app() -> AppUser {
    AppUser::new(2_100_000_001)
}

fn person(user: &str) -> Person {
    let request: SkillRequest = serde_json::from_value(payload(user, "")).unwrap();
    Person::of(&request).unwrap()
}

#[tokio::test]
async fn one_code_has_one_outcome_whoever_asks() {
    let world = Scene::default();
    let code = world.kakao.consent(&app());
    assert_eq!(world.redirect(&code, Accepted::default()).await, Redirected::SignedUp { app: app() });
    let before = world.kakao.calls();
    for _ in 0..3 {
        let again = world.redirect(&code, Accepted::default()).await;
        assert_eq!(again, Redirected::AlreadyMember { app: Some(app()) });
    }
    assert_eq!(world.kakao.calls(), before, "a repeat asks Kakao for nothing");
    assert_eq!(world.store.flow(&app(), NOW).await.unwrap().unwrap().outcome, Outcome::SignedUp);
    // Another consent of the same person: nothing is made twice, and the chat is told.
    let code = world.kakao.consent(&app());
    assert_eq!(world.redirect(&code, Accepted::default()).await, Redirected::AlreadyMember { app: Some(app()) });
    assert_eq!(world.store.flow(&app(), NOW).await.unwrap().unwrap().outcome, Outcome::AlreadyMember);
    // A day later nobody remembers, whether or not the table has removed it.
    world.clock.set(NOW.plus(Duration::from_secs(86_401)));
    assert_eq!(world.redirect(&code, Accepted::default()).await, Redirected::StartAgain);
    assert_eq!(world.store.flow(&app(), world.clock.now()).await.unwrap(), None);
}

#[tokio::test]
async fn t05_the_token_is_sealed_while_it_is_kept_and_gone_afterwards() {
    let world = Scene::default();
    let code = world.kakao.consent(&app());
    let clerk = world.clerk("a");
    let asked = sign_up::redirect(&clerk, &code, async |_| Decision::AskMore("how old?")).await.unwrap();
    let id = SagaId::of_code(&code);
    assert_eq!(asked, Redirected::Ask { saga: id.clone(), form: Some("how old?") });
    let kept = text(&world.table.items_under("SAGA#")[0], "tok").to_owned();
    assert!(!kept.is_empty());
    let everything = format!("{:?}", world.table.items());
    assert!(!everything.contains("token-of") && !everything.contains(&code), "a token or a code is in the table");
    assert!(sign_up::question(&clerk, &id).await.unwrap().is_some(), "the form can be shown again");
    let answered = sign_up::answer(&world.clerk("b"), &id, async |_| Decision::<()>::Refuse("TOO-YOUNG".to_owned()))
        .await
        .unwrap();
    let why = Why::Refused("TOO-YOUNG".to_owned());
    assert_eq!(answered, Redirected::Failed { why: Some(why.clone()) });
    assert!(!world.kakao.is_linked(&app()), "the link is undone at once");
    assert!(world.table.items_under("SAGA#")[0].get("tok").is_none());
    assert_eq!(world.store.flow(&app(), NOW).await.unwrap().unwrap().outcome, Outcome::Failed(why));
}

#[tokio::test]
async fn a_name_is_joined_once_and_a_conflict_changes_nothing() {
    let world = Scene::default();
    let (first, second) = (app(), AppUser::new(2_100_000_002));
    let (mg, other) = (world.signs_up(&first).await, world.signs_up(&second).await);
    let bot = Identity::bot(&person("u"));
    let channel = Identity::channel(&PlusfriendUserKey::new("Ab12Cd34Ef56")).unwrap();
    for identity in [&bot, &channel, &bot] {
        assert_eq!(world.store.join(&first, &mg, identity, NOW).await.unwrap(), Joined::Theirs);
    }
    assert_eq!(world.store.join(&second, &other, &bot, NOW).await.unwrap(), Joined::Conflict);
    assert_eq!(world.store.join(&first, &other, &bot, NOW).await.unwrap(), Joined::NoMember);
    let (found, member) = world.store.member_by(&bot).await.unwrap().unwrap();
    assert_eq!((found, member.mg), (first, mg));
    // A conflict costs nobody the membership.
    let third = AppUser::new(2_100_000_003);
    let code = world.kakao.consent(&third);
    let accepted = Accepted { identities: vec![bot.clone()], ..Accepted::default() };
    assert_eq!(world.redirect(&code, accepted).await, Redirected::SignedUp { app: third });
    assert_eq!(world.store.alias(&bot).await.unwrap().unwrap().app, app());
}

#[tokio::test]
async fn t22_an_erasure_takes_everything_of_the_membership_and_nothing_of_the_next() {
    let world = Scene::default();
    let mg = world.signs_up(&app()).await;
    let (bot, other) = (Identity::bot(&person("u")), Identity::bot(&person("v")));
    for identity in [&bot, &other] {
        assert_eq!(world.store.join(&app(), &mg, identity, NOW).await.unwrap(), Joined::Theirs);
    }
    let group = world.store.found_group(&person("u"), "lunch", CODE, NOW).await.unwrap().unwrap();
    world.store.vote(&group.id, &person("u"), &PlaceId::of_name("soup"), NOW).await.unwrap();
    world.table.put(&json!({ "PK": { "S": format!("U#{bot}") }, "SK": { "S": "SESS" }, "t": { "S": "SESS" } }));
    world
        .table
        .put(&json!({ "PK": { "S": format!("U#app#{}", app()) }, "SK": { "S": "CH#_abc" }, "t": { "S": "CH" } }));
    // A neighbour, who stays.
    let neighbour = AppUser::new(2_100_000_002);
    world.signs_up(&neighbour).await;
    world.leaves(&app()).await;
    let left: Vec<String> = world
        .table
        .items()
        .iter()
        .map(|item| format!("{} {}", text(item, "PK"), text(item, "SK")))
        .filter(|key| key.contains(app().as_str()) || key.contains(&bot.to_string()))
        .collect();
    assert_eq!(left, [format!("U#app#{} LINK", app())], "only the fence stays");
    assert!(world.store.member(&neighbour).await.unwrap().is_some());
    let ledger = world.table.items_under("AUD#");
    assert_eq!(ledger.len(), 1);
    assert_eq!(text(&ledger[0], "who"), pseudonym(&world.ledger, app().as_str()));
    assert!(!format!("{ledger:?}").contains(app().as_str()), "the ledger knows who it was");
    // Once more: the same.
    let before = world.table.items();
    sign_up::erase(&world.clerk("again"), &app(), &mg, NOW).await.unwrap();
    assert_eq!(world.table.items(), before);
    assert_eq!(GroupId::of_code(CODE), group.id);
}

#[tokio::test]
async fn who_was_refused_is_told_of_their_attempt() {
    let scene = Scene::default();
    let code = scene.kakao.consent(&app());
    let refused =
        sign_up::redirect(&scene.clerk("one"), &code, async |_| Decision::<()>::Refuse("NO".to_owned())).await;
    assert!(matches!(refused, Ok(Redirected::Failed { .. })), "{refused:?}");
    let told = scene.store.dossier(&app(), scene.clock.now()).await.unwrap();
    assert_eq!(told.memberships, [], "they are no member");
    assert_eq!(told.document["sign_ups"].as_array().map(Vec::len), Some(1), "{}", told.document);
    assert_eq!(told.document["sign_ups"][0]["PK"], json!(format!("SAGA#{}", SagaId::of_code(&code))));
    // Of a member there is one attempt, not the same one twice.
    scene.signs_up(&app()).await;
    let told = scene.store.dossier(&app(), scene.clock.now()).await.unwrap();
    assert_eq!(told.document["sign_ups"].as_array().map(Vec::len), Some(1), "{}", told.document);
}

#[tokio::test]
async fn an_erasure_that_comes_late_touches_nothing_of_who_came_back() {
    let world = Scene::default();
    let mg = world.signs_up(&app()).await;
    let bot = Identity::bot(&person("u"));
    world.store.join(&app(), &mg, &bot, NOW).await.unwrap();
    world.kakao.leave(&app());
    world.store.store_unlink(&app(), "message", NOW).await.unwrap();
    assert_eq!(sign_up::unlink_job(&world.clerk("job"), &app()).await.unwrap(), Left::Erased);
    world.clock.set(NOW.plus(Duration::from_secs(5)));
    // Back before the rest was erased.
    let next = world.signs_up(&app()).await;
    world.store.join(&app(), &next, &bot, NOW).await.unwrap();
    world
        .table
        .put(&json!({ "PK": { "S": format!("U#app#{}", app()) }, "SK": { "S": "CH#_abc" }, "t": { "S": "CH" } }));
    let before = world.table.items();
    sign_up::erase(&world.clerk("late"), &app(), &mg, NOW).await.unwrap();
    let after: Vec<_> = world.table.items().into_iter().filter(|item| !text(item, "PK").starts_with("AUD#")).collect();
    assert_eq!(after, before);
    let (found, member) = world.store.member_by(&bot).await.unwrap().unwrap();
    assert_eq!((found, member.mg), (app(), next));
}

#[tokio::test]
async fn a_profile_that_has_changed_is_asked_for_again_at_the_next_login_and_once() {
    let world = Scene::default();
    world.signs_up(&app()).await;
    let login = async |nick: &str, decision: fn(Accepted) -> Decision<()>| {
        let code = world.kakao.consent(&app());
        let asked = AtomicU64::new(0);
        let profile = serde_json::Map::from_iter([("nick".to_owned(), json!(nick))]);
        let decide = async |_: &Who<()>| {
            asked.fetch_add(1, Ordering::SeqCst);
            decision(Accepted { profile: profile.clone(), ..Accepted::default() })
        };
        let told = sign_up::redirect(&world.clerk(&code), &code, decide).await.unwrap();
        assert_eq!(told, Redirected::AlreadyMember { app: Some(app()) });
        let member = world.store.member(&app()).await.unwrap().unwrap();
        (asked.into_inner(), member.profile.get("nick").and_then(|nick| nick.as_str().map(str::to_owned)))
    };
    let changes = async |token: &str, at: Millis| {
        let change = AccountChange { profile: true, ..AccountChange::at(at) };
        let now = world.clock.now();
        world.store.take_account_change(&app(), token, "me", &change, &|_, _| (), now).await.unwrap();
    };
    assert_eq!(login("one", Decision::Accept).await, (0, None), "nothing has changed");
    changes("of the time before", NOW.minus(Duration::from_secs(60))).await;
    assert_eq!(login("one", Decision::Accept).await, (0, None), "what the sign-up knew already");
    world.pass(Duration::from_secs(60));
    changes("t1", world.clock.now()).await;
    // Who would not be taken today stays a member, with the profile that there is; the next login asks again.
    assert_eq!(login("one", |_| Decision::Refuse("NO".to_owned())).await, (1, None));
    assert_eq!(login("one", |_| Decision::AskMore(())).await, (1, None));
    assert_eq!(login("two", Decision::Accept).await, (1, Some("two".to_owned())));
    assert_eq!(login("three", Decision::Accept).await, (0, Some("two".to_owned())), "once");
    world.pass(Duration::from_secs(60));
    changes("t2", world.clock.now()).await;
    assert_eq!(login("four", Decision::Accept).await, (1, Some("four".to_owned())), "and again for the next change");
    assert!(world.table.items_under("OUT#").len() == 1, "no second welcome, no effects");
}

#[tokio::test]
async fn an_old_message_about_somebody_who_is_linked_again_erases_nobody() {
    let world = Scene::default();
    world.signs_up(&app()).await;
    for _ in 0..5 {
        world.store.store_unlink(&app(), "message", NOW).await.unwrap();
    }
    assert_eq!(sign_up::unlink_job(&world.clerk("job"), &app()).await.unwrap(), Left::StillLinked);
    assert_eq!(sign_up::unlink_job(&world.clerk("job"), &app()).await.unwrap(), Left::Nothing);
    assert!(world.store.member(&app()).await.unwrap().is_some());
}

#[tokio::test]
async fn f27_what_a_newer_release_added_survives_and_what_is_newer_is_left_alone() {
    let world = Scene::default();
    let mg = world.signs_up(&app()).await;
    let pk = format!("U#app#{}", app());
    let added = json!({ "S": "keep me" });
    for sk in ["MEMBER", "LINK", "FLOW"] {
        world.table.edit(&pk, sk, |item| drop(item.insert("from-a-newer-release".to_owned(), added.clone())));
    }
    let consent: Consent =
        serde_json::from_value(json!({ "tag": "tos", "agreed": true, "agreed_by": "KAUTH", "later": null })).unwrap();
    let profile = serde_json::Map::from_iter([("nick".to_owned(), json!("홍"))]);
    assert!(world.store.refresh_member(&app(), &mg, std::slice::from_ref(&consent), &profile, NOW).await.unwrap());
    let code = world.kakao.consent(&app());
    world.redirect(&code, Accepted::default()).await;
    for sk in ["MEMBER", "LINK", "FLOW"] {
        assert_eq!(world.table.item(&pk, sk).unwrap()["from-a-newer-release"], added, "{sk}");
    }
    let member = world.store.member(&app()).await.unwrap().unwrap();
    assert_eq!((member.consents, member.profile), (vec![consent], profile));
    // Of a newer version: read, and not written.
    for sk in ["MEMBER", "LINK", "FLOW"] {
        world.table.edit(&pk, sk, |item| drop(item.insert("v".to_owned(), json!({ "N": "2" }))));
    }
    let before: Vec<_> = ["MEMBER", "LINK", "FLOW"].map(|sk| world.table.item(&pk, sk)).into();
    assert!(world.store.member(&app()).await.unwrap().unwrap().read_only);
    assert!(!world.store.refresh_member(&app(), &mg, &[], &Default::default(), NOW).await.unwrap());
    let code = world.kakao.consent(&app());
    assert!(matches!(world.redirect(&code, Accepted::default()).await, Redirected::Failed { .. }));
    assert!(world.kakao.is_linked(&app()), "a member that only a newer release understands stays linked");
    assert_eq!(before, ["MEMBER", "LINK", "FLOW"].map(|sk| world.table.item(&pk, sk)));
}

/// One item of each kind, as version 1 writes it.
const V1: &str = include_str!("../fixtures/sign_up_v1.json");

/// Everything that leaves an item of the sign-up.
async fn write_one_of_each(world: &Scene) {
    let mg = world.signs_up(&app()).await;
    let bot = Identity::bot(&person("u"));
    assert_eq!(world.store.join(&app(), &mg, &bot, NOW).await.unwrap(), Joined::Theirs);
    world.store.store_unlink(&app(), "message", NOW).await.unwrap();
    let gone = AppUser::new(2_100_000_002);
    let old = world.signs_up(&gone).await;
    world.store.erase_member(&gone, &old, &"0".repeat(64), NOW, NOW).await.unwrap();
    assert!(matches!(world.store.take_round::<Tally>("a", false, NOW).await.unwrap(), Taken::Ours(_)));
    assert!(world.store.step_round("a", &gone, Tally { pages: 1, checked: 2, ..Tally::default() }, NOW).await.unwrap());
}

#[tokio::test]
#[ignore = "prints the fixture of the version that this code writes, for tests/fixtures/sign_up_v<n>.json"]
async fn print_the_fixture() {
    let world = Scene::default();
    write_one_of_each(&world).await;
    let mut items = world.table.items();
    for item in &mut items {
        item["from-a-newer-release"] = json!({ "S": "keep me" });
    }
    println!("{}", serde_json::to_string_pretty(&items).unwrap());
}

#[tokio::test]
async fn f27_items_of_version_1_are_decoded() {
    let world = Scene::default();
    let items: Vec<serde_json::Value> = serde_json::from_str(V1).unwrap();
    for kind in ["SAGA", "LINK", "MEMBER", "FLOW", "JOB", "ALIAS", "ID", "AUD", "OUT", "ROUND"] {
        assert!(items.iter().any(|item| text(item, "t") == kind), "the fixture has no {kind}");
    }
    for item in &items {
        world.table.put(item);
    }
    let (found, member) = world.store.member_by(&Identity::bot(&person("u"))).await.unwrap().unwrap();
    assert_eq!(found, app());
    assert!(!member.read_only);
    assert_eq!(world.store.flow(&app(), NOW).await.unwrap().unwrap().outcome, Outcome::SignedUp);
    assert!(world.store.saga(&member.mg, world.clock.now()).await.unwrap().unwrap().st.is_over());
    let round = world.store.last_round::<Tally>().await.unwrap().unwrap();
    assert_eq!((round.after, round.tally.checked), (Some(AppUser::new(2_100_000_002)), 2));
    // The job is about somebody whom this Kakao does not know: they are erased.
    assert_eq!(sign_up::unlink_job(&world.clerk("job"), &app()).await.unwrap(), Left::Erased);
    let link = world.table.item(&format!("U#app#{}", app()), "LINK").unwrap();
    assert_eq!(link["from-a-newer-release"], json!({ "S": "keep me" }));
}
