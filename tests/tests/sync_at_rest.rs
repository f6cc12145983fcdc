//! T21: what somebody finds who reads the table, or a backup of it.

use std::collections::BTreeSet;

use shared::bot::{Applicant, Decision, Field, Form, SignUp, Words};
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use sync_match::SyncMatch;
use tests::sync::{Ask, GA, NOW, REDIRECT_URI, World, with_continue};

/// Keeps one thing of whom it accepts, asks everybody, and turns 나은 away.
struct Curious;

impl SignUp for Curious {
    async fn decide(&self, who: &Applicant) -> Decision {
        let ci = who.user().account().and_then(|account| account.ci());
        assert_eq!(ci.is_some(), who.user().nickname() == Some("가람"), "the rule sees who it is");
        match (who.user().nickname(), who.answer("secret")) {
            (Some("나은"), _) => Decision::Refuse("no".to_owned()),
            (_, Some(_)) => Decision::Accept([("agreed".to_owned(), "kept-by-the-rule".into())].into_iter().collect()),
            (_, None) => {
                let words = Words { ko: "비밀", en: "Secret" };
                Decision::AskMore(Form::new(words).field(Field::text("secret", words, 40)))
            }
        }
    }
}

/// Everything in the table that is not to be there in the clear. Each must have been seen by us, or it proves nothing.
struct Canaries(BTreeSet<String>);

impl Canaries {
    /// Codes, tokens and everything that Kakao was told, besides what people are called and what they wrote.
    fn of(world: &World<Curious>, codes: &[String]) -> Self {
        // The number of a person is the key under which everything of theirs lies.
        let secrets = world.secrets().into_iter().filter(|secret| !GA.ends_with(secret.as_str()));
        let fixed = [
            "나은",
            "김가람",
            "0131",
            "canary-answer",
            "canary-continue",
            "talk-plugin",
            "local-admin-key",
            "profile_image",
        ];
        let all: BTreeSet<String> =
            fixed.into_iter().map(str::to_owned).chain(secrets).chain(codes.iter().cloned()).collect();
        assert!(all.len() >= 18, "no code, no token, no key was ever used: {all:?}");
        Self(all)
    }

    fn are_not_in(&self, world: &World<Curious>, when: &str) {
        let dump = serde_json::Value::from(world.table.items()).to_string();
        for canary in &self.0 {
            assert!(!dump.contains(canary.as_str()), "{when}: {canary} is in the table\n{dump}");
        }
    }
}

#[tokio::test]
async fn t21_the_table_holds_nothing_in_the_clear_but_what_the_rule_keeps() {
    let world = World::of(Curious, NOW).await;
    world.may_see_the_ci();
    let back = "https://talk-plugin.kakao.com/canary-continue?x=1";
    let codes = [world.kakao.code("ga", REDIRECT_URI), world.kakao.code("na", REDIRECT_URI)];

    // In the middle of things: one is being asked, one's link could not be undone yet. Both tokens are in the table, sealed.
    world.kakao.plan(Endpoint::Unlink, Fault::Status(503), None);
    let asked = world.get(&with_continue(&codes[0], back)).await;
    let failed = world.get(&with_continue(&codes[1], back)).await;
    let sealed = world.table.items_under("SAGA#").iter().filter(|saga| !saga["tok"].is_null()).count();
    assert_eq!(sealed, 2, "{asked:?} {failed:?}");
    let canaries = Canaries::of(&world, &codes);
    canaries.are_not_in(&world, "in the middle");

    // And at the end.
    let query =
        |seen: &tests::sync::Seen| seen.location().and_then(|url| url.split_once('?')).expect("a pass").1.to_owned();
    let form = Ask::post("/sync/match", &query(&asked), ".form=1&secret=canary-answer");
    assert_eq!(world.ask::<SyncMatch>(&form).await.location(), Some(back));
    world.ask::<SyncFailure>(&Ask::post("/sync/failure", &query(&failed), "way=PERSON")).await;
    world.kakao.heal();
    world.later(120);
    world.sweep().await;
    assert!(world.is_member() && !world.kakao.is_linked("na") && world.entries_are_done());
    Canaries::of(&world, &codes).are_not_in(&world, "at the end");
    let dump = serde_json::Value::from(world.table.items()).to_string();
    assert!(dump.contains("kept-by-the-rule"), "the rule's own is kept as it is");
    assert!(world.table.items_under("SAGA#").iter().all(|saga| saga["tok"].is_null()), "no token outlives its attempt");
}
