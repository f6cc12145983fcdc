//! F37: a key is replaced while people sign up, in three phases as `docs/operating.md` tells them. Two sandboxes, one of which has just
//! read its secrets and one of which reads them again whenever it must. Nobody who is in good order is refused.

use shared::sign_up::{Keys, Pass, Purpose};
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use sync_redirect::SyncRedirect;
use tests::parameters::Parameters;
use tests::sync::{Ask, CONTINUE, Rule, World, world};

const SECRETS: [&str; 4] = ["KAKAO_REST_API_KEY", "KAKAO_CLIENT_SECRET", "KAKAO_ADMIN_KEYS", "TOKEN_SIGNING_KEY"];

/// Redirects in each phase: more than a hundred in all.
const IN_A_PHASE: u64 = 34;

/// A sandbox whose secrets are in the parameter store.
async fn with_parameters(rule: Rule) -> (World<Rule>, Parameters) {
    let (world, store) = (world(rule).await, Parameters::start());
    set(&store, "KAKAO_REST_API_KEY", simulator::login::LOCAL_REST_API_KEY);
    for name in &SECRETS[1..] {
        set(&store, name, "old");
    }
    world.kakao.configure(|app| {
        app.client_secrets = vec!["old".to_owned()];
        app.admin_keys = vec!["old".to_owned()];
    });
    (world, store)
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
    let (mut world, store) = with_parameters(Rule::Yes).await;
    restart(&mut world, &store, Rule::Yes);
    for (ours, kakaos) in [("old", vec!["old"]), ("new,old", vec!["old", "new"]), ("new", vec!["new"])] {
        set(&store, "KAKAO_CLIENT_SECRET", ours);
        world.kakao.configure(|app| app.client_secrets = kakaos.into_iter().map(str::to_owned).collect());
        // A sandbox that read its secrets a while ago, not long enough to read them again by itself.
        world.later(10);
        for redirect in 0..IN_A_PHASE {
            assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "{ours} {redirect}");
            world.later(1);
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
    let (mut world, store) = with_parameters(Rule::No).await;
    restart(&mut world, &store, Rule::No);
    for (ours, kakaos) in [("old", vec!["old"]), ("new,old", vec!["old", "new"]), ("new", vec!["new"])] {
        set(&store, "KAKAO_ADMIN_KEYS", ours);
        world.kakao.configure(|app| app.admin_keys = kakaos.into_iter().map(str::to_owned).collect());
        world.later(10);
        for redirect in 0..IN_A_PHASE {
            // The person's own token is no good any more: the admin key it is.
            world.kakao.plan(Endpoint::Unlink, Fault::Kapi(-401), Some(1));
            let seen = world.get(&world.query()).await;
            assert!(world.has_failed(&seen).await && !world.kakao.is_linked("ga"), "{ours} {redirect}: {seen:?}");
            world.later(1);
        }
    }
}

#[tokio::test]
async fn f37_the_signing_key_is_replaced_and_every_login_comes_back() {
    let (mut one, store) = with_parameters(Rule::Yes).await;
    let (mut two, _) = with_parameters(Rule::Yes).await;
    // Two sandboxes: a browser begins in one and comes back to the other.
    restart(&mut one, &store, Rule::Yes);
    restart(&mut two, &store, Rule::Yes);
    let mut restarts = 0;
    for value in ["old", "old,new", "new,old", "new"] {
        set(&store, "TOKEN_SIGNING_KEY", value);
        for redirect in 0..IN_A_PHASE {
            let away = one.log_in().await;
            let code = two.code_for(&away);
            let seen = two.ask::<SyncRedirect>(&away.back_with(&code)).await;
            assert!(seen.body.contains("You are signed up"), "{value} {redirect}: {seen:?}");
            assert!(passes_open(&one, &two).await && passes_open(&two, &one).await, "{value} {redirect}");
            // A phase lasts a quarter of an hour. Sandboxes come and go in it, each with the value of its own start.
            for world in [&one, &two] {
                world.later(27);
            }
            if redirect % 5 == 2 {
                restarts += 1;
                restart(if restarts % 2 == 0 { &mut one } else { &mut two }, &store, Rule::Yes);
            }
        }
    }
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
