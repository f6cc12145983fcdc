//! The web login, which begins with us and not in the chat: row 8 of protocol `sync` 1.9, threats T11 and T16.

use std::collections::BTreeSet;

use shared::kapi::{Outbound, Patience};
use simulator::login::{Endpoint, Fault, LOCAL_REST_API_KEY};
use sync_redirect::SyncRedirect;
use tests::faults::{self, ALWAYS};
use tests::sync::{Ask, Away, CONTINUE, GA, NOW, REDIRECT_URI, Rule, Seen, World, encoded, with_continue, world};
use tests::table::text;

const DONE: &str = "가입을 마쳤어요";

async fn with(settings: &[(&str, &str)]) -> World<Rule> {
    World::with(Rule::Yes, NOW, settings).await
}

/// A page that says no, and nothing was done.
fn is_turned_away(world: &World<Rule>, seen: &Seen) -> bool {
    let link = "<a href=\"https://service.example/sync/login\">";
    let nothing = world.wire.sent("") == 0 && world.table.items().is_empty();
    seen.status == 400 && seen.body.contains(link) && seen.cookies.is_empty() && nothing
}

#[tokio::test]
async fn row_8_a_web_login_ends_on_a_page_or_at_home() {
    let world = world(Rule::Yes).await;
    let seen = world.come_back(&world.log_in().await).await;
    assert!(seen.status == 200 && seen.body.contains(DONE) && seen.body.contains("You are signed up"), "{seen:?}");
    assert!(world.is_member());
    let again = world.come_back(&world.log_in().await).await;
    assert!(again.status == 200 && again.body.contains(DONE), "a member logs in again");
    let home = "https://service.example/welcome?a=1";
    let world = with(&[("SYNC_HOME_URL", home)]).await;
    assert_eq!(world.come_back(&world.log_in().await).await.location(), Some(home));
}

#[tokio::test]
async fn kakao_is_asked_for_what_is_set_and_no_more() {
    let fixed = ["client_id", "redirect_uri", "response_type", "state"];
    let away = with(&[]).await.log_in().await;
    assert_eq!(away.asks.keys().map(String::as_str).collect::<Vec<_>>(), fixed);
    assert_eq!(away.asks_for("client_id"), Some(LOCAL_REST_API_KEY));
    assert_eq!((away.asks_for("redirect_uri"), away.asks_for("response_type")), (Some(REDIRECT_URI), Some("code")));
    let world = with(&[
        ("SYNC_OIDC", "on"),
        ("SYNC_PKCE", "on"),
        ("SYNC_SCOPES", "gender, birthday"),
        ("SYNC_SERVICE_TERMS", "tos_2025,ads_2025"),
        ("SYNC_CHANNEL_PUBLIC_IDS", "_LocaL"),
    ])
    .await;
    let away = world.log_in().await;
    for (name, value) in [
        ("scope", "openid,gender,birthday"),
        ("service_terms", "tos_2025,ads_2025"),
        ("channel_public_id", "_LocaL"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(away.asks_for(name), Some(value));
    }
    for made in ["state", "nonce", "code_challenge"] {
        assert_eq!(away.asks_for(made).map(str::len), Some(43), "{made}");
    }
    // The stand-in is strict: what it does not understand is an error page with a code.
    let request =
        axum::http::Request::get(away.seen.location().expect("an address")).body(Vec::new()).expect("a request");
    let patience = Patience { time: std::time::Duration::from_secs(5), bytes: 1 << 20 };
    let page = Outbound::new(&world.app.env).send(request, patience).await.expect("a page");
    assert!(page.status == 200 && !String::from_utf8_lossy(&page.body).contains("KOE"));
}

#[tokio::test]
async fn t11_nobody_is_logged_in_by_a_link_of_somebody_elses() {
    let world = world(Rule::Yes).await;
    let (victim, attacker) = (world.log_in().await, world.log_in().await);
    let code = world.code();
    let with_state = |state: &str| Ask::get("/sync/redirect", &format!("code={code}&state={}", encoded(state)));
    let own = attacker.asks_for("state").expect("a state");
    let state = victim.asks_for("state").expect("a state");
    let tampered = format!("{}A", &victim.cookie[..victim.cookie.len() - 1]);
    for (name, ask) in [
        ("a browser that began nothing", with_state(own)),
        ("a browser that began its own", with_state(own).cookie(&victim.cookie)),
        ("no state", Ask::get("/sync/redirect", &format!("code={code}")).cookie(&victim.cookie)),
        ("an empty state", with_state("").cookie(&victim.cookie)),
        ("a made-up state", with_state("x").cookie(&victim.cookie)),
        ("a cookie of another name", with_state(state).cookie(&victim.cookie.replace("__Host-", ""))),
        ("a changed cookie", with_state(state).cookie(&tampered)),
        ("an empty cookie", with_state(state).cookie("__Host-sign-up=")),
        ("two cookies", with_state(state).cookie(&victim.cookie).cookie(&attacker.cookie)),
        ("a cookie in a header that the gateway would not send", with_state(own).header("Cookie", &victim.cookie)),
        ("an endless cookie", with_state(state).cookie(&format!("{}{}", victim.cookie, "A".repeat(9_000)))),
    ] {
        let seen = world.ask::<SyncRedirect>(&ask).await;
        assert!(is_turned_away(&world, &seen), "{name}: {seen:?}");
    }
    world.later(600);
    let late = world.ask::<SyncRedirect>(&victim.back_with(&code)).await;
    assert!(is_turned_away(&world, &late), "ten minutes are over: {late:?}");
}

#[tokio::test]
async fn t11_a_redirect_binds_no_chat() {
    let world = world(Rule::Yes).await;
    let query = format!("{}&botUserKey=b1&plusfriendUserKey=p1&appUserId=7&user.id=b1", world.query());
    assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
    world.sweep().await;
    let partitions: BTreeSet<String> = world.table.items().iter().map(|item| text(item, "PK").to_owned()).collect();
    assert!(partitions.iter().all(|pk| !pk.starts_with("U#bot#") && !pk.starts_with("U#pf#")), "{partitions:?}");
}

#[tokio::test]
async fn t16_the_web_login_has_one_cookie_and_the_plugin_none() {
    let world = world(Rule::Yes).await;
    let away = world.log_in().await;
    let [cookie] = away.seen.cookies.as_slice() else { panic!("{:?}", away.seen.cookies) };
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert!(pair.starts_with("__Host-sign-up="), "{pair}");
    assert_eq!(attributes, "Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
    assert_ne!(world.log_in().await.cookie, away.cookie, "each login is its own");
    for cookie in ["__Host-sign-up=forged", &away.cookie, "a=b"] {
        for state in ["", "&state=of-the-plugin", "&state="] {
            let ask = Ask::get("/sync/redirect", &format!("{}{state}", world.query())).cookie(cookie);
            let seen = world.ask::<SyncRedirect>(&ask).await;
            assert_eq!((seen.location(), seen.cookies.len()), (Some(CONTINUE), 0), "{cookie} {state}");
        }
    }
    let seen = world.come_back(&away).await;
    assert!(seen.body.contains(DONE) && seen.cookies.is_empty(), "{seen:?}");
}

#[tokio::test]
async fn t12_a_web_login_that_is_loaded_again_ends_as_it_did() {
    for (rule, ends_well) in [(Rule::Yes, true), (Rule::No, false)] {
        let world = world(rule).await;
        let away = world.log_in().await;
        let ask = away.back_with(&world.code_for(&away));
        for _ in 0..4 {
            let seen = world.ask::<SyncRedirect>(&ask).await;
            let failed =
                seen.location().is_some_and(|url| url.starts_with("https://service.example/sync/failure?pass="));
            assert_eq!((seen.body.contains(DONE), failed), (ends_well, !ends_well), "{seen:?}");
            world.later(100);
        }
        assert_eq!((world.wire.sent("/oauth/token"), world.is_member()), (1, ends_well));
    }
}

#[tokio::test]
async fn f12_a_page_that_looks_again_is_still_the_same_login() {
    let world = with(&[("SYNC_OIDC", "on"), ("SYNC_PKCE", "on")]).await;
    let away = world.log_in().await;
    world.faults.on("*", ALWAYS, faults::Fault::Error("AccessDeniedException"));
    let seen = world.come_back(&away).await;
    let (_, rest) = seen.body.split_once("content=\"0;url=?").expect("it looks again");
    let next = rest.split_once('"').expect("the end").0.replace("&amp;", "&");
    world.faults.clear();
    let seen = world.ask::<SyncRedirect>(&Ask::get("/sync/redirect", &next).cookie(&away.cookie)).await;
    assert!(seen.body.contains(DONE), "{seen:?}");
}

#[tokio::test]
async fn pkce_is_proven_by_the_browser_that_began() {
    let world = with(&[("SYNC_PKCE", "on")]).await;
    let (away, other) = (world.log_in().await, world.log_in().await);
    let stolen = world.code_for(&other);
    for ask in [away.back_with(&stolen), Ask::get("/sync/redirect", &with_continue(&stolen, CONTINUE))] {
        let seen = world.ask::<SyncRedirect>(&ask).await;
        assert!(seen.location().is_some_and(|url| url.contains("/sync/failure?")), "{seen:?}");
    }
    assert!(!world.is_member(), "a code is of use to nobody else");
    assert!(world.come_back(&away).await.body.contains(DONE));
}

#[tokio::test]
async fn row_9_a_web_login_may_be_cancelled_and_needs_no_cookie_for_it() {
    let world = world(Rule::Yes).await;
    let Away { cookie, .. } = world.log_in().await;
    for ask in [
        Ask::get("/sync/redirect", "error=access_denied&error_description=User%20denied%20access&state=x"),
        Ask::get("/sync/redirect", "error=consent_required").cookie(&cookie),
    ] {
        let seen = world.ask::<SyncRedirect>(&ask).await;
        assert!(seen.status == 200 && seen.body.contains("가입을 취소했어요") && seen.cookies.is_empty(), "{seen:?}");
    }
    assert!(world.wire.sent("") == 0 && world.table.items().is_empty());
}

#[tokio::test]
async fn t12_a_look_ahead_begins_nothing() {
    let world = world(Rule::Yes).await;
    for ask in [
        Ask::head("/sync/login", ""),
        Ask::get("/sync/login", "").header("Sec-Purpose", "prefetch;prerender"),
        Ask::get("/sync/login", "").header("purpose", "prefetch"),
    ] {
        let seen = world.ask::<SyncRedirect>(&ask).await;
        assert_eq!((seen.status, seen.cookies.len()), (403, 0));
    }
    for path in ["/sync/login/", "/prod/sync/login"] {
        assert_eq!(world.ask::<SyncRedirect>(&Ask::get(path, "x=1")).await.status, 302, "{path}");
    }
}

#[tokio::test]
async fn without_an_address_or_a_key_nobody_is_sent_anywhere() {
    let mut world = world(Rule::Yes).await;
    world.restart(Rule::Yes, &[("SYNC_REDIRECT_URI", "")]);
    assert_eq!(world.ask::<SyncRedirect>(&Ask::get("/sync/login", "")).await.status, 404);
    for missing in ["TOKEN_SIGNING_KEY", "KAKAO_REST_API_KEY"] {
        world.restart(Rule::Yes, &[(missing, "")]);
        let seen = world.ask::<SyncRedirect>(&Ask::get("/sync/login", "")).await;
        assert!(
            seen.status == 200 && seen.body.contains("아직 마치지 못했어요") && seen.cookies.is_empty(),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn f17_a_web_login_that_fails_leads_to_the_failure_page_without_a_chat() {
    let world = world(Rule::Yes).await;
    world.kakao.plan(Endpoint::Me, Fault::Status(503), None);
    let seen = world.come_back(&world.log_in().await).await;
    let pass = world.pass(&seen, shared::sign_up::Purpose::Failure).await.expect("a pass");
    assert_eq!(pass.back, None);
    world.kakao.heal();
    world.later(120);
    world.sweep().await;
    assert!(!world.kakao.is_linked("ga") && !world.is_member());
}

#[tokio::test]
async fn who_signed_up_in_the_chat_is_the_same_member_on_the_web() {
    let world = world(Rule::Yes).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE));
    let first = world.table.item(GA, "MEMBER").expect("a member");
    let away = world.log_in().await;
    let seen = world.come_back(&away).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    let members: Vec<_> = world.table.items().into_iter().filter(|item| text(item, "SK") == "MEMBER").collect();
    assert_eq!(members.len(), 1);
    assert_eq!(text(&members[0], "mg"), text(&first, "mg"), "the membership of the chat");
    let flow = world.table.item(GA, "FLOW").expect("how the last attempt went").to_string();
    assert!(flow.contains("MEMBER"), "a member already: {flow}");
}
