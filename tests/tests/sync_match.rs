//! `/sync/match`: somebody is asked for more before they are signed up.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Map, json};
use shared::bot::{Applicant, Decision, Field, Form, MAX_ANSWER, SignUp, Words};
use shared::clock::Millis;
use shared::sign_up::{Pass, Purpose};
use shared::store::sign_up::ASK_LEASE;
use simulator::login::{Endpoint, Fault};
use sync_failure::SyncFailure;
use sync_match::SyncMatch;
use tests::faults::{ALWAYS, scaled};
use tests::payloads::{payloads, tame};
use tests::sync::{Ask, CONTINUE, GA, NOW, Seen, World, encoded, with_continue};
use tests::table::text;

const PATH: &str = "/sync/match";

/// A rule that asks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asks {
    /// For a phone number and a way of being told.
    Once,
    /// And for the number of a member, which must be 7.
    Twice,
    /// And says no then.
    AndRefuses,
    /// And breaks down then.
    AndPanics,
    /// For the same again and again, without saying why.
    ForEver,
}

const fn words(ko: &'static str, en: &'static str) -> Words {
    Words { ko, en }
}

fn phone() -> Form {
    Form::new(words("전화번호를 알려 주세요", "Your phone number"))
        .field(Field::phone("phone", words("전화번호", "Phone")).hint(words("숫자만", "digits")))
        .field(Field::choice(
            "by",
            words("방법", "How"),
            vec![("sms", words("문자", "Text")), ("call", words("전화", "Call"))],
        ))
        .field(Field::text("note", words("남길 말", "Note"), 10).optional())
}

fn number(notice: bool) -> Form {
    let form = Form::new(words("회원 번호", "Member number")).field(Field::text("number", words("번호", "Number"), 5));
    if notice { form.notice(words("그런 번호는 없어요.", "There is no such number.")) } else { form }
}

impl SignUp for Asks {
    async fn decide(&self, who: &Applicant) -> Decision {
        let Some(phone_number) = who.answer("phone") else { return Decision::AskMore(phone()) };
        let profile: Map<_, _> = ["phone", "by", "note", "number"]
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), who.answer(name)?.into())))
            .collect();
        assert!(phone_number.starts_with("+82 "), "in the field's one spelling");
        match self {
            Self::Once => Decision::Accept(profile),
            Self::Twice => match who.answer("number") {
                None => Decision::AskMore(number(false)),
                Some("7") => Decision::Accept(profile),
                Some(_) => Decision::AskMore(number(true)),
            },
            Self::AndRefuses => Decision::Refuse("no".to_owned()),
            Self::AndPanics => panic!("broken"),
            Self::ForEver => Decision::AskMore(phone()),
        }
    }
}

/// The query of the page behind a 302 to it.
fn query(seen: &Seen) -> String {
    let url = seen.location().expect("a 302");
    url.strip_prefix("https://service.example/sync/match?").expect("the form").to_owned()
}

/// Our form's query, wherever the plugin or the browser is told of it.
fn form_in(seen: &Seen) -> String {
    let told =
        percent_encoding::percent_decode_str(seen.location().unwrap_or(&seen.body)).decode_utf8().expect("UTF-8");
    let (_, query) = told.split_once("https://service.example/sync/match?").expect("the form");
    query.split('"').next().unwrap_or_default().to_owned()
}

/// Somebody who has come as far as the form.
async fn asked(rule: Asks) -> (World<Asks>, String) {
    let world = World::of(rule, NOW).await;
    let query = query(&world.get(&world.query()).await);
    (world, query)
}

async fn look(world: &World<Asks>, query: &str) -> Seen {
    world.ask::<SyncMatch>(&Ask::get(PATH, query)).await
}

async fn post(world: &World<Asks>, query: &str, fields: &[(&str, &str)]) -> Seen {
    let form: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    world.ask::<SyncMatch>(&Ask::post(PATH, query, &form.join("&"))).await
}

const GOOD: [(&str, &str); 4] = [(".form", "1"), ("phone", "010-1234-5678"), ("by", "sms"), ("note", "")];

/// The fields of a page with what stands in them, as a browser would post them.
fn filled(seen: &Seen) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.to_owned())
    };
    let inputs =
        seen.body.split("<input ").skip(1).filter(|tag| !tag.contains("type=\"radio\"") || tag.contains(" checked"));
    inputs.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?))).collect()
}

#[tokio::test]
async fn the_form_is_asked_answered_and_ends_in_the_chat() {
    let (world, query) = asked(Asks::Once).await;
    assert!(!world.is_member());
    let seen = look(&world, &query).await;
    assert_eq!(seen.status, 200);
    for part in [
        "<h1>전화번호를 알려 주세요</h1>",
        "<label for=\"phone\">전화번호",
        "type=\"tel\"",
        "autocomplete=\"tel\"",
        "<fieldset>",
        "<legend>방법",
        "aria-describedby=\"phone-hint\"",
        "(선택",
    ] {
        assert!(seen.body.contains(part), "{part}\n{}", seen.body);
    }
    assert!(seen.leads_back());
    assert!(seen.header("content-security-policy").contains("form-action 'self' https://talk-plugin.kakao.com;"));
    // Looked at as often as one likes, also through the redirect.
    assert_eq!(look(&world, &query).await.body, seen.body);
    world.later(5);
    let seen = post(&world, &query, &GOOD).await;
    assert_eq!((seen.status, seen.location()), (302, Some(CONTINUE)));
    let member = world.table.item(GA, "MEMBER").expect("a member");
    assert_eq!(text(&member, "profile"), json!({ "by": "sms", "phone": "+82 10-1234-5678" }).to_string());
    assert_eq!(text(&world.table.item(GA, "FLOW").expect("how it went"), "st"), "SIGNED-UP");
    world.sweep().await;
    assert!(world.entries_are_done() && world.kakao.is_linked("ga"));
    // F01: whoever posts or looks once more is sent back as well.
    for seen in [post(&world, &query, &GOOD).await, look(&world, &query).await] {
        assert_eq!(seen.location(), Some(CONTINUE));
    }
    assert_eq!(world.kakao.called(Endpoint::Token), 1);
}

#[tokio::test]
async fn a_repeated_redirect_leads_to_the_form_again() {
    let world = World::of(Asks::Once, NOW).await;
    let redirect = world.query();
    let (first, second) = (world.get(&redirect).await, world.get(&redirect).await);
    assert!(world.pass(&first, Purpose::Match).await.is_some());
    assert_eq!(world.pass(&first, Purpose::Match).await, world.pass(&second, Purpose::Match).await);
    assert_eq!(post(&world, &query(&second), &GOOD).await.location(), Some(CONTINUE));
    assert_eq!(world.get(&redirect).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn what_will_not_do_is_said_at_its_field_and_nothing_is_lost() {
    let (world, query) = asked(Asks::Once).await;
    let evil = "\"><script>alert(1)</script>";
    let seen =
        post(&world, &query, &[(".form", "1"), ("phone", evil), ("by", "pigeon"), ("note", "가나다라마바사아자차카")])
            .await;
    assert_eq!(seen.status, 200);
    for part in
        ["id=\"phone-error\"", "id=\"by-error\"", "id=\"note-error\"", "10자까지", "aria-invalid=\"true\" autofocus"]
    {
        assert!(seen.body.contains(part), "{part}\n{}", seen.body);
    }
    assert!(seen.body.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""), "{}", seen.body);
    assert!(seen.body.contains("value=\"가나다라마바사아자차카\""));
    let seen = post(&world, &query, &[(".form", "1"), ("phone", ""), ("note", "")]).await;
    assert!(seen.body.matches("여기를 채워 주세요.").count() == 2, "{}", seen.body);
    assert!(!world.is_member() && world.kakao.is_linked("ga"), "and nothing is undone meanwhile");
    assert_eq!(post(&world, &query, &GOOD).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn the_rule_may_ask_more_and_dislike_an_answer() {
    let (world, query) = asked(Asks::Twice).await;
    let seen = post(&world, &query, &GOOD).await;
    assert!(seen.body.contains("<h1>회원 번호</h1>") && !seen.body.contains("id=\"number-error\""), "{}", seen.body);
    let mut fields = filled(&seen);
    for (number, notice) in [("8", true), ("9", true), ("7", false)] {
        for (name, value) in &mut fields {
            if name == "number" {
                number.clone_into(value);
            }
        }
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let seen = post(&world, &query, &pairs).await;
        if notice {
            assert!(
                seen.body.contains("그런 번호는 없어요.") && seen.body.contains(&format!("value=\"{number}\"")),
                "{}",
                seen.body
            );
            fields = filled(&seen);
        } else {
            assert_eq!(seen.location(), Some(CONTINUE));
        }
    }
    let member = world.table.item(GA, "MEMBER").expect("a member");
    let profile = json!({ "by": "sms", "number": "7", "phone": "+82 10-1234-5678" });
    assert_eq!(text(&member, "profile"), profile.to_string(), "with the answers to both");
}

#[tokio::test]
async fn an_answer_to_a_form_that_was_not_asked_is_not_believed() {
    let (world, query) = asked(Asks::Twice).await;
    // What goes along unseen is checked like everything else.
    let seen = post(&world, &query, &[(".form", "2"), ("phone", "not-a-phone"), ("by", "sms"), ("number", "7")]).await;
    assert!(seen.body.contains("id=\"phone-error\""), "{}", seen.body);
    assert!(!world.is_member());
    for depth in ["0", "-1", "x", "99999999999999999999", ""] {
        let seen = post(&world, &query, &[(".form", depth), ("phone", "010-1234-5678"), ("by", "sms")]).await;
        assert!(seen.body.contains("<h1>전화번호를"), "{depth}: {}", seen.body);
    }
}

#[tokio::test]
async fn who_is_refused_after_all_reads_why_and_is_unlinked() {
    for rule in [Asks::AndRefuses, Asks::AndPanics] {
        let (world, query) = asked(rule).await;
        let seen = post(&world, &query, &GOOD).await;
        assert!(world.has_failed(&seen).await, "{seen:?}");
        assert!(!world.is_member() && !world.kakao.is_linked("ga"), "{rule:?}");
        // The form of an attempt that is over leads to the same page.
        assert!(world.has_failed(&look(&world, &query).await).await);
        assert!(world.has_failed(&post(&world, &query, &GOOD).await).await);
    }
}

#[tokio::test]
async fn a_rule_that_goes_round_in_circles_asks_again_and_never_hangs() {
    let (world, query) = asked(Asks::ForEver).await;
    let mut seen = post(&world, &query, &GOOD).await;
    for _ in 0..12 {
        assert!(seen.status == 200 && seen.body.contains("value=\"+82 10-1234-5678\""), "{seen:?}");
        let fields = filled(&seen);
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        seen = post(&world, &query, &pairs).await;
    }
}

/// Calls its fields as our own parts of the form might be called, and asks as much as a form can.
struct Namesakes;

const NAMES: [&str; 24] = [
    "form", "go", "pass", "way", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q",
    "r", "s", "t",
];

impl SignUp for Namesakes {
    async fn decide(&self, who: &Applicant) -> Decision {
        let answer = |name: &&str| Some(((*name).to_owned(), who.answer(name)?.chars().count().into()));
        let profile: Map<_, _> = NAMES.iter().filter_map(answer).collect();
        if profile.len() == NAMES.len() {
            return Decision::Accept(profile);
        }
        let fields = NAMES.iter().map(|name| Field::text(name, words("칸", "Field"), MAX_ANSWER));
        Decision::AskMore(fields.fold(Form::new(words("모두", "All")), Form::field))
    }
}

#[tokio::test]
async fn a_form_may_call_its_fields_what_it_likes_and_ask_for_much() {
    let world = World::of(Namesakes, NOW).await;
    let query = query(&world.get(&world.query()).await);
    let page = world.ask::<SyncMatch>(&Ask::get(PATH, &query)).await;
    let long = encoded(&"가".repeat(MAX_ANSWER));
    let posted = filled(&page)
        .into_iter()
        .map(|(name, value)| if value.is_empty() { (name, long.clone()) } else { (name, value) });
    let mut form: Vec<String> = posted.map(|(name, value)| format!("{name}={value}")).collect();
    form.push(".go=on".to_owned()); // the button that was pressed
    assert!(page.body.contains("<button name=\".go\" value=\"on\">") && form.join("&").len() > 40_000);
    assert_eq!(world.ask::<SyncMatch>(&Ask::post(PATH, &query, &form.join("&"))).await.location(), Some(CONTINUE));
    let member = world.table.item(GA, "MEMBER").expect("a member");
    assert_eq!(text(&member, "profile").matches(":200").count(), NAMES.len());
}

#[tokio::test]
async fn f02_64_presses_at_once_of_20_forms_are_one_member_each() {
    for _ in 0..scaled(20) {
        let (world, query) = asked(Asks::Once).await;
        let seen = join_all((0..64).map(|_| post(&world, &query, &GOOD))).await;
        let back = seen.iter().filter(|seen| seen.location() == Some(CONTINUE)).count();
        let again = seen.iter().filter(|seen| seen.status == 200 && seen.body.contains("다시 확인하기")).count();
        assert_eq!(back + again, 64, "{back} {again}");
        if back == 0 {
            // Whoever was at it ran out of their time, on a machine with too much to do. The next one goes on.
            world.later(31);
            assert_eq!(post(&world, &query, &GOOD).await.location(), Some(CONTINUE));
        }
        assert!(world.is_member() && world.kakao.is_linked("ga"));
        assert_eq!(world.table.items_under("OUT#").len(), 1, "one welcome");
        assert_eq!(look(&world, &query).await.location(), Some(CONTINUE));
    }
}

#[tokio::test]
async fn t14_nothing_that_is_sent_becomes_part_of_the_form() {
    let (world, query) = asked(Asks::Once).await;
    let tags = |seen: &Seen| seen.body.matches('<').count();
    let clean = tags(&look(&world, &query).await);
    let fields = |value: &str| ["phone", "by", "note"].map(|name| format!("{name}={}", encoded(value))).join("&");
    for payload in payloads() {
        let value = encoded(&payload);
        let pairs =
            ["x", "name", "continue", "code", "state", ".form", value.as_str()].map(|name| format!("{name}={value}"));
        let seen = look(&world, &format!("{}&{query}", pairs.join("&"))).await;
        assert!(seen.status == 200 && tags(&seen) == clean, "{payload}\n{}", seen.body);
        // In every field; the hidden one, too. What is written comes back with as many errors as something tame.
        let post = async |value: &str| {
            let form = format!(".form=1&{}", fields(value));
            world.ask::<SyncMatch>(&Ask::post(PATH, &query, &form)).await
        };
        let (seen, tamed) = (post(&payload).await, post(&tame(&payload)).await);
        assert!(seen.status == 200 && tags(&seen) == tags(&tamed), "{payload}\n{}", seen.body);
        let hidden = world.ask::<SyncMatch>(&Ask::post(PATH, &query, &format!(".form={value}&x={value}"))).await;
        assert!(hidden.status == 200 && tags(&hidden) == clean, "{payload}\n{}", hidden.body);
    }
    assert!(!world.is_member());
}

#[tokio::test]
async fn t15_without_a_pass_of_its_own_nobody_is_listened_to() {
    let (world, query) = asked(Asks::Once).await;
    let keys = shared::sign_up::Keys::of(&world.app).await.expect("keys");
    let pass = Pass { saga: shared::store::SagaId::of_code("x"), back: None };
    let other = pass.query(&keys.passes, Purpose::Failure, NOW).expect("a pass");
    world.kakao.forget_calls();
    let before = world.table.items();
    for query in ["", "pass=", "pass=x", &other, &format!("{query}&{query}"), &query[..query.len() - 2]] {
        for seen in [look(&world, query).await, post(&world, query, &GOOD).await] {
            assert_eq!((seen.status, seen.location()), (400, None), "{query}");
        }
    }
    for (kind, body) in [
        ("application/json", "{}".to_owned()),
        ("text/plain", ".form=1".to_owned()),
        ("application/x-www-form-urlencoded", "phone=1&phone=2".to_owned()),
        ("application/x-www-form-urlencoded", format!("note={}", "가".repeat(22_000))),
        ("application/x-www-form-urlencoded", (0..65).map(|at| format!("f{at}=&")).collect()),
    ] {
        let seen = world.ask::<SyncMatch>(&Ask::post(PATH, &query, &body).header("content-type", kind)).await;
        assert_eq!(seen.status, 400, "{kind}");
    }
    assert!(world.kakao.calls().is_empty());
    assert_eq!(world.table.items(), before);
}

#[tokio::test]
async fn who_takes_longer_than_a_quarter_of_an_hour_is_not_signed_up() {
    let (world, query) = asked(Asks::Once).await;
    world.app.clock.set(NOW.plus(ASK_LEASE).plus(Duration::from_secs(1)));
    for seen in [look(&world, &query).await, post(&world, &query, &GOOD).await] {
        assert!(seen.status == 200 && seen.body.contains("시간이 지났어요"), "{seen:?}");
    }
    world.sweep().await;
    assert!(!world.is_member() && !world.kakao.is_linked("ga"), "and the link is undone");
    assert_eq!(world.table.items_under("SAGA#")[0]["tok"], serde_json::Value::Null);
    let flow = world.table.item(GA, "FLOW").expect("the chat is told");
    assert_eq!((text(&flow, "st"), text(&flow, "why")), ("FAILED", "ABANDONED"));
}

#[tokio::test]
async fn who_unlinks_while_the_form_is_open_does_not_become_a_member() {
    let (world, query) = asked(Asks::Once).await;
    assert!(world.kakao.unlink("ga"));
    let seen = post(&world, &query, &GOOD).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    assert!(!world.is_member());
}

#[tokio::test]
async fn who_became_a_member_in_another_window_still_is() {
    let (mut world, query) = asked(Asks::Once).await;
    world.restart(Asks::Once, &[]);
    let other = tests_query(&world).await;
    assert_eq!(post(&world, &other, &GOOD).await.location(), Some(CONTINUE));
    let seen = post(&world, &query, &GOOD).await;
    assert!(seen.location() == Some(CONTINUE) || world.has_failed(&seen).await, "{seen:?}");
    world.later(120);
    world.sweep().await;
    assert!(world.is_member() && world.kakao.is_linked("ga") && world.kakao.called(Endpoint::Unlink) == 0);
}

#[tokio::test]
async fn row_7_the_form_of_a_superseded_attempt_ends_as_for_a_member_in_every_mode() {
    let told = format!("{CONTINUE}&complete=true");
    for (mode, back, plugin) in [
        ("redirect", CONTINUE, Some(CONTINUE)),
        ("redirect_with_complete", &*told, Some(&*told)),
        ("json", CONTINUE, None),
    ] {
        let settings = [("SYNC_COMPLETION", mode), ("SYNC_COMPLETE_FALSE", "on")];
        let world = World::with(Asks::Once, NOW, &settings).await;
        let code = world.code();
        let redirect = with_continue(&code, CONTINUE);
        world.get(&redirect).await;
        // Looked at once more after ten minutes, the form is good for longer than the attempt.
        world.later(10 * 60);
        let form = form_in(&world.get(&redirect).await);
        let other = form_in(&world.get(&world.query()).await);
        assert_eq!(post(&world, &other, &GOOD).await.location(), Some(back), "{mode}");
        world.later(5 * 60 + 1);
        world.sweep().await;
        let sagas = world.table.items_under("SAGA#");
        let mut states: Vec<&str> = sagas.iter().map(|saga| text(saga, "st")).collect();
        states.sort_unstable();
        assert_eq!(states, ["DONE", "SUPERSEDED"], "{sagas:?}");
        for seen in [look(&world, &form).await, post(&world, &form, &GOOD).await] {
            assert_eq!((seen.status, seen.location()), (302, Some(back)), "{mode}: {seen:?}");
        }
        let failure = world.page_of(&code, Purpose::Failure).await;
        let failure = world.ask::<SyncFailure>(&Ask::get("/sync/failure", &failure)).await;
        assert_eq!((failure.status, failure.location()), (302, Some(back)), "{mode}: {failure:?}");
        // The plugin hears the same of the redirect.
        let seen = world.get(&redirect).await;
        assert_eq!(seen.location(), plugin, "{mode}: {seen:?}");
        assert!(plugin.is_some() || seen.body.contains("\"complete\":true"), "{mode}: {seen:?}");
        assert!(world.is_member() && world.kakao.is_linked("ga"), "{mode}");
        assert_eq!(world.kakao.called(Endpoint::Unlink), 0, "{mode}");
        assert_eq!(text(&world.table.item(GA, "FLOW").expect("how it went"), "st"), "SIGNED-UP", "{mode}");
    }
}

async fn tests_query(world: &World<Asks>) -> String {
    query(&world.get(&world.query()).await)
}

#[tokio::test]
async fn while_kakao_or_the_table_is_away_the_page_can_be_looked_at_again() {
    let (world, query) = asked(Asks::Once).await;
    world.kakao.plan(Endpoint::Me, Fault::Status(503), None);
    let seen = look(&world, &query).await;
    assert!(seen.status == 200 && seen.body.contains("다시 확인하기") && seen.leads_back(), "{seen:?}");
    world.kakao.heal();
    assert!(look(&world, &query).await.body.contains("<form"));
    world.faults.on(tests::faults::ANY, ALWAYS, tests::faults::Fault::Error("InternalServerError"));
    for seen in [look(&world, &query).await, post(&world, &query, &GOOD).await] {
        assert!(seen.status == 200 && seen.body.contains("다시 확인하기"), "{seen:?}");
    }
    world.faults.clear();
    assert_eq!(post(&world, &query, &GOOD).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn f05_answers_that_somebody_died_with_can_be_given_once_more() {
    let (world, query) = asked(Asks::Once).await;
    // The attempt is taken up again, and then the table is away.
    world.faults.after(tests::faults::ANY, 1, ALWAYS, tests::faults::Fault::Error("InternalServerError"));
    assert!(post(&world, &query, &GOOD).await.body.contains("다시 확인하기"));
    world.faults.clear();
    assert!(look(&world, &query).await.body.contains("다시 확인하기"), "it may still be at it");
    world.later(31);
    assert!(look(&world, &query).await.body.contains("<form"));
    assert_eq!(post(&world, &query, &GOOD).await.location(), Some(CONTINUE));
    assert!(world.is_member() && world.kakao.is_linked("ga"));
}

#[tokio::test]
async fn f17_kakao_failing_at_the_last_step_ends_on_the_failure_page() {
    let (world, query) = asked(Asks::Once).await;
    world.kakao.plan(Endpoint::AccessTokenInfo, Fault::DropBefore, None);
    let seen = post(&world, &query, &GOOD).await;
    assert!(world.has_failed(&seen).await, "{seen:?}");
    world.kakao.heal();
    world.later(60);
    world.sweep().await;
    assert!(!world.is_member() && !world.kakao.is_linked("ga"));
}

#[tokio::test]
async fn t13_the_answers_stay_between_the_person_and_the_rule() {
    let (world, query) = asked(Asks::AndRefuses).await;
    post(&world, &query, &GOOD).await;
    world.sweep().await;
    let table = serde_json::Value::from(world.table.items()).to_string();
    assert!(!table.contains("1234-5678"), "what the rule does not keep, nobody keeps");
}

#[tokio::test]
async fn the_other_modes_tell_the_plugin_where_to_ask() {
    let back = |more: &str| format!("{CONTINUE}&{more}");
    let mut world = World::with(Asks::Once, NOW, &[("SYNC_COMPLETION", "redirect_with_complete")]).await;
    let seen = world.get(&world.query()).await;
    let url = seen.location().expect("a 302").to_owned();
    let form = url.strip_prefix(&back("complete=false&user_match_url=")).expect("the plugin is told");
    let form = percent_encoding::percent_decode_str(form).decode_utf8().expect("UTF-8").into_owned();
    let query = form.strip_prefix("https://service.example/sync/match?").expect("our form").to_owned();
    assert!(look(&world, &query).await.body.contains("<form"));
    assert_eq!(post(&world, &query, &GOOD).await.location(), Some(back("complete=true").as_str()));

    world.restart(Asks::Once, &[("SYNC_COMPLETION", "json")]);
    let code = world.kakao.code("na", tests::sync::REDIRECT_URI);
    let seen = world.get(&tests::sync::with_continue(&code, CONTINUE)).await;
    let told: serde_json::Value = serde_json::from_str(&seen.body).expect("JSON");
    let url = told["user_match_url"].as_str().expect("where to ask");
    assert_eq!((seen.status, &told["complete"]), (200, &json!(false)));
    let query = url.strip_prefix("https://service.example/sync/match?").expect("our form").to_owned();
    // It was a person who filled in the form: they go back to the chat, and read no JSON.
    assert_eq!(post(&world, &query, &GOOD).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn t14_the_form_of_a_web_login_may_lead_home() {
    let home = [("SYNC_HOME_URL", "https://shop.example/welcome?x=1")];
    let world = World::with(Asks::Once, NOW, &home).await;
    let away = world.log_in().await;
    let asked = world.ask::<sync_redirect::SyncRedirect>(&away.back_with(&world.code_for(&away))).await;
    let query = query(&asked);
    let seen = look(&world, &query).await;
    assert!(seen.header("content-security-policy").contains("form-action 'self' https://shop.example;"), "{seen:?}");
    assert_eq!(post(&world, &query, &GOOD).await.location(), Some("https://shop.example/welcome?x=1"));
}

#[tokio::test]
async fn every_form_has_a_quarter_of_an_hour_and_the_last_page_a_way_back() {
    let (world, query) = asked(Asks::Twice).await;
    world.later(14 * 60);
    let second = post(&world, &query, &GOOD).await;
    let fresh =
        second.body.split("action=\"?").nth(1).and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
    assert_ne!(fresh, query);
    world.later(14 * 60);
    let late = look(&world, &query).await;
    assert!(late.body.contains("시간이 지났어요") && late.leads_back(), "{late:?}");
    let mut fields = filled(&second);
    fields.iter_mut().filter(|(name, _)| name == "number").for_each(|(_, value)| "7".clone_into(value));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(post(&world, &fresh, &fields).await.location(), Some(CONTINUE));
}

#[tokio::test]
async fn without_an_address_the_form_is_off() {
    let mut world = World::of(Asks::Once, Millis(NOW.0)).await;
    world.restart(Asks::Once, &[("SYNC_REDIRECT_URI", "")]);
    assert_eq!(look(&world, "pass=x").await.status, 404);
}
