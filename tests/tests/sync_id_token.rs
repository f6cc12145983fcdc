//! T17: a token must be of our own exchange, of our own app, and about the person that Kakao names. Every other is refused, and the link
//! that exists by then is undone.

use simulator::login::{Endpoint, Fault, Flaw};
use sync_redirect::SyncRedirect;
use tests::faults;
use tests::sync::{Away, CONTINUE, NOW, REDIRECT_URI, Rule, Seen, World, with_continue};

const OIDC: [(&str, &str); 1] = [("SYNC_OIDC", "on")];

async fn world() -> World<Rule> {
    World::with(Rule::Yes, NOW, &OIDC).await
}

fn has_failed(seen: &Seen) -> bool {
    seen.location().is_some_and(|url| url.starts_with("https://service.example/sync/failure?pass="))
}

/// How an ID token can be bad on its way through the function. What is inside of it: `tests/id_token.rs`.
#[derive(Clone, Copy, Debug)]
enum Bad {
    Token(Flaw),
    /// There is none, as if `openid` had not been asked for.
    Missing,
    /// A good one of another login.
    OfAnotherLogin,
    /// Kakao's keys cannot be had.
    Keys(Fault),
}

impl Bad {
    fn all() -> Vec<Self> {
        let keys = [Fault::Status(503), Fault::Html, Fault::DropAfter].map(Self::Keys);
        Flaw::ALL.map(Self::Token).into_iter().chain([Self::Missing, Self::OfAnotherLogin]).chain(keys).collect()
    }

    /// What goes wrong, and the code that the browser comes back with.
    fn happens(self, world: &World<Rule>, away: &Away) -> String {
        match self {
            Self::Token(flaw) => world.kakao.plan(Endpoint::Token, Fault::IdToken(flaw), None),
            Self::Keys(fault) => world.kakao.plan(Endpoint::Jwks, fault, None),
            Self::Missing => return world.code(),
            Self::OfAnotherLogin => {
                return world.kakao.code_with("ga", REDIRECT_URI, Some("of-another-login"), None);
            }
        }
        world.code_for(away)
    }
}

#[tokio::test]
async fn t17_a_person_who_is_proven_is_signed_up() {
    let world = world().await;
    assert!(world.come_back(&world.log_in().await).await.body.contains("You are signed up"));
    // The plugin asks Kakao itself, so no nonce of ours is in its token.
    let code = world.kakao.code_with("ga", REDIRECT_URI, Some("of-the-plugin"), None);
    assert_eq!(world.get(&with_continue(&code, CONTINUE)).await.location(), Some(CONTINUE));
    world.kakao.rotate_keys();
    world.later(400);
    assert!(world.come_back(&world.log_in().await).await.body.contains("You are signed up"));
    assert_eq!(world.wire.sent("/jwks.json"), 2, "the keys are kept, and fetched again for a key that is new");
}

#[tokio::test]
async fn t17_f19_twelve_bad_id_tokens_and_one_more_sign_nobody_up() {
    let all = Bad::all();
    assert!(all.len() >= 12, "{all:?}");
    for bad in all {
        let world = world().await;
        let away = world.log_in().await;
        let ask = away.back_with(&bad.happens(&world, &away));
        for _ in 0..2 {
            let seen = world.ask::<SyncRedirect>(&ask).await;
            assert!(has_failed(&seen), "{bad:?}: {seen:?}");
        }
        assert!(!world.is_member() && !world.kakao.is_linked("ga"), "{bad:?}: the link is undone");
        assert_eq!((world.wire.sent("/oauth/token"), world.wire.sent("/v1/user/unlink")), (1, 1), "{bad:?}");
        world.kakao.heal();
        world.later(10);
        assert!(world.come_back(&world.log_in().await).await.body.contains("You are signed up"), "{bad:?}");
    }
}

#[tokio::test]
async fn t17_a_member_with_a_bad_id_token_stays_a_member() {
    for bad in Bad::all() {
        let world = world().await;
        // Without their keys Kakao's own tokens were never believed before.
        if !matches!(bad, Bad::Keys(_)) {
            assert_eq!(world.come_back(&world.log_in().await).await.status, 200);
        } else {
            let mut plain = World::with(Rule::Yes, NOW, &[]).await;
            assert_eq!(plain.come_back(&plain.log_in().await).await.status, 200);
            plain.restart(Rule::Yes, &OIDC);
            assert_stays(bad, &plain).await;
            continue;
        }
        assert_stays(bad, &world).await;
    }
}

async fn assert_stays(bad: Bad, world: &World<Rule>) {
    let away = world.log_in().await;
    let ask = away.back_with(&bad.happens(world, &away));
    let seen = world.ask::<SyncRedirect>(&ask).await;
    assert!(has_failed(&seen), "{bad:?}: {seen:?}");
    world.sweep().await;
    assert!(world.is_member() && world.kakao.is_linked("ga"), "{bad:?}");
    assert_eq!(world.wire.sent("/v1/user/unlink"), 0, "{bad:?}");
}

#[tokio::test]
async fn t17_whoever_goes_on_with_an_attempt_believes_the_token_anew() {
    let world = world().await;
    let away = world.log_in().await;
    let ask = away.back_with(&Bad::OfAnotherLogin.happens(&world, &away));
    // The first one dies between keeping the tokens and writing down that they prove nothing.
    world.faults.on("TransactWriteItems", 1, faults::Fault::Error("AccessDeniedException"));
    assert!(world.ask::<SyncRedirect>(&ask).await.looks_again());
    world.later(31);
    let seen = world.ask::<SyncRedirect>(&ask).await;
    assert!(has_failed(&seen) && !world.is_member() && !world.kakao.is_linked("ga"), "{seen:?}");
    assert_eq!(world.wire.sent("/oauth/token"), 1);
}

#[tokio::test]
async fn t17_a_good_token_is_still_good_to_whoever_goes_on() {
    let world = world().await;
    let away = world.log_in().await;
    let ask = away.back_with(&world.code_for(&away));
    // Neither the member nor the failure can be written.
    world.faults.on("TransactWriteItems", 2, faults::Fault::Error("AccessDeniedException"));
    assert!(world.ask::<SyncRedirect>(&ask).await.looks_again());
    world.later(31);
    let seen = world.ask::<SyncRedirect>(&ask).await;
    assert!(seen.body.contains("You are signed up") && world.is_member(), "{seen:?}");
    assert_eq!(world.wire.sent("/oauth/token"), 1);
}

#[tokio::test]
async fn t17_nothing_is_done_with_a_token_of_another_app() {
    let mut world = World::with(Rule::Yes, NOW, &[("KAKAO_APP_ID", "1234567")]).await;
    assert_eq!(world.get(&world.query()).await.location(), Some(CONTINUE), "ours");
    world.restart(Rule::Yes, &[("KAKAO_APP_ID", "7654321")]);
    let stranger = with_continue(&world.kakao.code("na", REDIRECT_URI), CONTINUE);
    for query in [stranger, world.query()] {
        let seen = world.get(&query).await;
        assert!(has_failed(&seen), "{seen:?}");
    }
    world.later(120);
    world.sweep().await;
    assert!(world.is_member() && world.kakao.is_linked("ga") && world.kakao.is_linked("na"), "nobody is unlinked");
    assert_eq!(world.wire.sent("/v1/user/unlink"), 0);
    assert_eq!(
        world.table.items_under("U#app#").iter().filter(|item| tests::table::text(item, "SK") == "MEMBER").count(),
        1
    );
}
