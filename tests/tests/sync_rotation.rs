//! F37: a key is replaced while people sign up, in three phases as `docs/operating.md` tells them. Many sandboxes, each of which has read its
//! secrets at another time; some have just started. A hundred requests a second, by the clock of the test, and nobody who is in good order
//! is refused.

use futures_util::future::join_all;
use shared::sign_up::{Keys, Pass, Purpose};
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use sync_redirect::SyncRedirect;
use tests::faults::scaled;
use tests::parameters::Parameters;
use tests::sync::{Ask, Away, CONTINUE, REDIRECT_URI, Rule, World, with_continue, world};

const SECRETS: [&str; 4] = ["KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "KAKAO_ADMIN_KEYS", "TOKEN_SIGNING_KEY"];

/// Sandboxes at work, each with a table and a Kakao of its own, and all with one parameter store.
const SANDBOXES: u64 = 10;

/// What each of them is asked in a second: a hundred in all.
const A_SECOND: usize = 10;

/// Seconds of each phase in which people come.
const SECONDS: u64 = 3;

/// Who comes, one after the other.
const PEOPLE: [&str; 5] = ["ga", "na", "da", "ra", "ma"];

/// Kakao's and our keys in the three phases of a rotation: one is added there and then here, and the old one is removed here and there.
const PHASES: [(&str, &[&str]); 3] = [("old", &["old"]), ("new,old", &["old", "new"]), ("new", &["new"])];

/// A sandbox whose secrets are in the parameter store.
async fn with_parameters(rule: Rule) -> (World<Rule>, Parameters) {
    let store = a_store();
    (a_world(rule).await, store)
}

/// A parameter store that knows the old keys.
fn a_store() -> Parameters {
    let store = Parameters::start();
    set(&store, "KAKAO_REST_API_KEY", simulator::login::LOCAL_REST_API_KEY);
    for name in &SECRETS[1..] {
        set(&store, name, "old");
    }
    store
}

/// A Kakao that knows the old keys.
async fn a_world(rule: Rule) -> World<Rule> {
    let world = world(rule).await;
    world.kakao.configure(|app| {
        app.client_secrets = vec!["old".to_owned()];
        app.admin_keys = vec!["old".to_owned()];
    });
    world
}

/// All sandboxes. They started six seconds after each other.
async fn sandboxes(rule: Rule, store: &Parameters) -> Vec<World<Rule>> {
    let mut worlds = Vec::new();
    for number in 0..SANDBOXES {
        let mut world = a_world(rule).await;
        restart(&mut world, store, rule);
        world.get(&world.query()).await;
        world.later(6 * number);
        worlds.push(world);
    }
    worlds
}

/// A second of a phase: everybody comes to each sandbox, and it goes for all of them as it must.
async fn a_second(worlds: &[World<Rule>], goes_well: impl AsyncFn(&World<Rule>, &str) -> bool) {
    let each = worlds.iter().map(async |world| {
        for who in PEOPLE.iter().cycle().take(A_SECOND) {
            let query = with_continue(&world.kakao.code(who, REDIRECT_URI), CONTINUE);
            assert!(goes_well(world, &query).await, "{who} at {:?}", world.app.clock.now());
        }
        world.later(1);
    });
    join_all(each).await;
}

fn set(store: &Parameters, name: &str, value: &str) {
    store.set(&format!("/kakao/{name}"), value);
}

/// Another sandbox in the place of the one there is: it reads everything anew.
fn restart(world: &mut World<Rule>, store: &Parameters, rule: Rule) {
    let url = store.url();
    let settings = [("SECRETS_PREFIX", "/kakao"), ("AWS_ENDPOINT_URL_SSM", &url)];
    let settings: Vec<(&str, &str)> = settings.into_iter().chain(SECRETS.map(|name| (name, ""))).collect();
    world.restart(rule, &settings);
}

#[tokio::test]
async fn f37_the_client_secret_is_replaced_and_nobody_is_refused() {
    let store = a_store();
    let mut worlds = sandboxes(Rule::Yes, &store).await;
    for (at, (ours, kakaos)) in PHASES.into_iter().enumerate() {
        set(&store, "KAKAO_CLIENT_SECRET", ours);
        for world in &worlds {
            world.kakao.configure(|app| app.client_secrets = kakaos.iter().map(|key| (*key).to_owned()).collect());
        }
        restart(&mut worlds[at], &store, Rule::Yes);
        for _ in 0..scaled(SECONDS) {
            a_second(&worlds, async |world, query| world.get(query).await.location() == Some(CONTINUE)).await;
        }
    }
}

#[tokio::test]
async fn f37_the_client_secret_is_replaced_at_one_blow() {
    let (mut world, store) = with_parameters(Rule::Yes).await;
    restart(&mut world, &store, Rule::Yes);
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    world.later(10);
    set(&store, "KAKAO_CLIENT_SECRET", "new");
    world.kakao.configure(|app| app.client_secrets = vec!["new".to_owned()]);
    world.wire.forget();
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    assert_eq!(world.wire.sent("/oauth/token"), 2, "refused, read again, taken");
}

#[tokio::test]
async fn f37_the_admin_key_is_replaced_and_every_link_is_undone() {
    let store = a_store();
    let mut worlds = sandboxes(Rule::No, &store).await;
    for (at, (ours, kakaos)) in PHASES.into_iter().enumerate() {
        set(&store, "KAKAO_ADMIN_KEYS", ours);
        for world in &worlds {
            world.kakao.configure(|app| app.admin_keys = kakaos.iter().map(|key| (*key).to_owned()).collect());
        }
        restart(&mut worlds[at], &store, Rule::No);
        for _ in 0..scaled(SECONDS) {
            a_second(&worlds, async |world, query| {
                // The person's own token is no good any more: the admin key it is.
                world.kakao.plan(Endpoint::Unlink, Fault::Kapi(-401), Some(1));
                let seen = world.get(query).await;
                world.has_failed(&seen).await && PEOPLE.iter().all(|who| !world.kakao.is_linked(who))
            })
            .await;
        }
    }
}

#[tokio::test]
async fn f37_the_signing_key_is_replaced_and_every_login_comes_back() {
    let store = a_store();
    let mut worlds = sandboxes(Rule::Yes, &store).await;
    for (at, value) in ["old", "old,new", "new,old", "new"].into_iter().enumerate() {
        set(&store, "TOKEN_SIGNING_KEY", value);
        for second in 0..scaled(SECONDS) as usize {
            // A browser begins in one sandbox and comes back to another.
            for (from, to) in (0..worlds.len()).map(|from| (from, (from + 1 + second) % worlds.len())) {
                for who in PEOPLE.iter().cycle().take(A_SECOND) {
                    let away = worlds[from].log_in().await;
                    let seen = worlds[to].ask::<SyncRedirect>(&back(&worlds[to], who, &away)).await;
                    assert!(seen.body.contains("You are signed up"), "{value} {who} {from} {to}: {seen:?}");
                }
                assert!(passes_open(&worlds[from], &worlds[to]).await, "{value} {from} {to}");
            }
            // A phase lasts a quarter of an hour. Sandboxes come and go in it, each with the value of its own start.
            for world in &worlds {
                world.later(900 / SECONDS);
            }
            for old in 0..2 {
                restart(&mut worlds[(4 * at + 2 * second + old) % SANDBOXES as usize], &store, Rule::Yes);
            }
        }
    }
}

/// Somebody comes back from Kakao.
fn back(world: &World<Rule>, who: &str, away: &Away) -> Ask {
    let (nonce, challenge) = (away.asks_for("nonce"), away.asks_for("code_challenge"));
    away.back_with(&world.kakao.code_with(who, REDIRECT_URI, nonce, challenge))
}

/// Whether what `from` hands to a page opens in `to`.
async fn passes_open(from: &World<Rule>, to: &World<Rule>) -> bool {
    let pass = Pass { saga: shared::store::SagaId::of_code("c"), back: None };
    let now = from.app.clock.now();
    let (sealed, opened) = (Keys::of(&from.app).await.expect("keys"), Keys::of(&to.app).await.expect("keys"));
    let query = pass.query(&sealed.passes, Purpose::Failure, now).expect("a query");
    Pass::read(&query, &opened.passes, Purpose::Failure, &to.app.env.continue_rules(), now) == Ok(pass)
}

/// Who skips the phases is saved by the second look, once a minute.
#[tokio::test]
async fn f37_a_login_under_a_key_that_is_new_makes_a_sandbox_look_again() {
    let (mut one, store) = with_parameters(Rule::Yes).await;
    let (mut two, _) = with_parameters(Rule::Yes).await;
    restart(&mut two, &store, Rule::Yes);
    two.log_in().await;
    set(&store, "TOKEN_SIGNING_KEY", "new,old");
    two.later(61);
    restart(&mut one, &store, Rule::Yes);
    one.later(61);
    let away = one.log_in().await;
    let seen = two.ask::<SyncRedirect>(&away.back_with(&two.code_for(&away))).await;
    assert!(seen.body.contains("You are signed up"), "{seen:?}");
    let (calls, forged) =
        (store.calls(), tests::sync::Ask::get("/sync/redirect", "code=a&state=b").cookie("__Host-sign-up=x.1.y"));
    for _ in 0..20 {
        assert_eq!(two.ask::<SyncRedirect>(&forged).await.status, 400);
    }
    assert!(store.calls() <= calls + 1, "a stranger cannot make us read secrets all the time");
}

#[tokio::test]
async fn f37_a_page_under_a_key_that_is_new_makes_a_sandbox_look_again() {
    let (mut one, store) = with_parameters(Rule::No).await;
    let (mut two, _) = with_parameters(Rule::No).await;
    restart(&mut two, &store, Rule::No);
    two.get(&two.query()).await;
    set(&store, "TOKEN_SIGNING_KEY", "new,old");
    two.later(61);
    restart(&mut one, &store, Rule::No);
    one.later(61);
    let failed = one.get(&one.query()).await;
    let query = failed.location().and_then(|url| url.split_once('?')).expect("a pass").1.to_owned();
    let look = |query: &str| Ask::get("/sync/failure", query);
    assert_eq!(two.ask::<SyncFailure>(&look(&query)).await.status, 200);
    let calls = store.calls();
    for _ in 0..20 {
        assert_eq!(two.ask::<SyncFailure>(&look("pass=made-up")).await.status, 400);
    }
    assert!(store.calls() <= calls + 1, "a stranger cannot make us read secrets all the time");
}
