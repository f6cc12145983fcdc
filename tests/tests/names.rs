//! The names of a member: joined by the first skill call that says them together (protocol `sync` 1.7), and by nothing else (threat T11).

mod chat_support;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use shared::effect::{Effect, Read};
use shared::sign_up;
use shared::store::{AppUser, SagaId};
use tests::faults::{ALWAYS, ANY, Fault, WRITES};
use tests::platform::{BOT, Call, ask};
use tests::table::text;

use chat_support::{Chat, ID, bot_name, linked, says};

const CHANNEL: &str = "U#pf#Ab12Cd34Ef56";

fn app() -> AppUser {
    AppUser::new(ID)
}

/// A turn that asks for nothing, and says who it is.
fn call() -> Call {
    linked(says("nothing"), ID.to_string())
}

impl Chat {
    fn written(&self) -> u64 {
        WRITES.iter().map(|write| self.faults.count(write)).sum()
    }

    /// Whose a name is, as app user and membership.
    fn whose(&self, name: &str) -> Option<(AppUser, SagaId)> {
        let alias = self.table.item(name, "ALIAS")?;
        Some((AppUser::parse(text(&alias, "app"))?, SagaId::from_text(text(&alias, "mg"))))
    }

    /// The names that the member's own rows list.
    fn names(&self) -> Vec<String> {
        let own = self.table.items_under(&format!("U#app#{ID}"));
        own.iter().filter_map(|item| text(item, "SK").strip_prefix("ID#").map(str::to_owned)).collect()
    }
}

#[tokio::test]
async fn names_are_joined_on_first_sight_and_a_steady_state_costs_nothing() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    chat.faults.reset_counts();
    chat.hears(call()).await;
    for name in [bot_name("u"), CHANNEL.to_owned()] {
        assert_eq!(chat.whose(&name), Some((app(), mg.clone())), "{name}");
    }
    assert_eq!(chat.names(), [format!("bot#{BOT}#u"), "pf#Ab12Cd34Ef56".to_owned()]);
    assert_eq!((chat.written(), chat.faults.count(ANY)), (2, 5));
    // This process knows it now, for ten minutes.
    chat.faults.reset_counts();
    for _ in 0..5 {
        chat.hears(call()).await;
    }
    assert_eq!(chat.faults.count(ANY), 0);
    // Afterwards, and in another process, it reads; so does a bot that asks.
    chat.world.pass(Duration::from_secs(600));
    chat.hears(call()).await;
    assert!(ask(&chat.sandbox(), &call()).await.is_valid());
    chat.hears(linked(says("how"), ID.to_string())).await;
    assert_eq!((chat.written(), chat.faults.count("GetItem")), (0, 3 + 3 + 4));
}

#[tokio::test]
async fn two_bots_and_two_channels_are_one_member_with_all_their_names() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    let other = "5fe45a6ddbb01f3cb9d4a1b3";
    let in_channel = |call: Call, bot: &str, key: &str| {
        call.change(|payload| {
            payload["bot"]["id"] = bot.into();
            payload["userRequest"]["user"]["properties"]["plusfriendUserKey"] = key.into();
        })
    };
    for (user, bot, key) in
        [("u", BOT, "one"), ("v", other, "two"), ("u", &format!("{BOT}!"), "one"), ("w", other, "two")]
    {
        let call = in_channel(linked(Call::says(user, "how"), ID.to_string()), bot, key);
        assert_eq!(chat.hears(call).await["member"], mg.as_str(), "{user} {bot}");
    }
    let bots = [format!("bot#{BOT}!#u"), format!("bot#{BOT}#u"), format!("bot#{other}#v"), format!("bot#{other}#w")];
    assert_eq!(chat.names(), [&bots[..], &["pf#one".to_owned(), "pf#two".to_owned()]].concat());
    // Each of them finds the member by itself.
    for (user, bot, key) in [("u", BOT, "nobody"), ("nobody", BOT, "two")] {
        let call = in_channel(Call::says(user, "how"), bot, key);
        assert_eq!(chat.hears(call).await["member"], mg.as_str(), "{user} {key}");
    }
    assert_eq!(chat.table.items().iter().filter(|item| text(item, "t") == "MEMBER").count(), 1);
}

#[tokio::test]
async fn a_name_that_is_somebody_elses_stays_theirs() {
    let chat = Chat::new();
    let first = chat.signs_up(&app()).await;
    let second = chat.signs_up(&AppUser::new(7)).await;
    chat.hears(call()).await;
    chat.faults.reset_counts();
    for _ in 0..3 {
        // The sender is believed as far as who it is; the names are not given away.
        let heard = chat.hears(linked(says("how"), "7")).await;
        assert_eq!(heard["member"], second.as_str());
    }
    assert_eq!(chat.written(), 0);
    assert_eq!((chat.whose(&bot_name("u")), chat.whose(CHANNEL)), (Some((app(), first.clone())), Some((app(), first))));
    // A name of their own beside it is joined all the same.
    chat.hears(linked(Call::says("v", "how"), "7")).await;
    assert_eq!(chat.whose(&bot_name("v")), Some((AppUser::new(7), second)));
}

#[tokio::test]
async fn of_two_spellings_that_differ_the_one_without_underscores_counts() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    chat.signs_up(&AppUser::new(7)).await;
    let both = linked(says("how"), ID.to_string()).change(|payload| {
        payload["userRequest"]["user"]["properties"]["app_user_id"] = "7".into();
    });
    assert_eq!(chat.hears(both).await["member"], mg.as_str());
    assert_eq!(chat.whose(CHANNEL), Some((app(), mg)));
}

#[tokio::test]
async fn who_left_and_came_back_is_joined_to_the_new_membership() {
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    chat.hears(call()).await;
    chat.leaves(&app()).await;
    // Not erased yet, and no member: the names say nothing.
    let heard = chat.hears(says("how")).await;
    assert_eq!((&heard["who"], &heard["member"]), (&json!(null), &json!(null)));
    chat.world.pass(Duration::from_secs(60));
    let next = chat.signs_up(&app()).await;
    // This process believes for ten minutes that there is nothing to do; a bot that asks is told the truth, and it is put right.
    chat.hears(call()).await;
    assert_ne!(chat.whose(CHANNEL).map(|(_, mg)| mg), Some(next.clone()));
    assert_eq!(chat.hears(linked(says("how"), ID.to_string())).await["member"], next.as_str());
    for name in [bot_name("u"), CHANNEL.to_owned()] {
        assert_eq!(chat.whose(&name), Some((app(), next.clone())), "{name}");
    }
}

#[tokio::test]
async fn t22_an_erasure_takes_the_names_along_and_one_in_between_leaves_none() {
    let chat = Chat::new();
    chat.signs_up(&app()).await;
    chat.hears(call()).await;
    chat.leaves(&app()).await;
    for entry in chat.table.items_under("OUT#") {
        if let Read::Known(Effect::Erase(erase)) = Effect::read(text(&entry, "body")) {
            sign_up::erase(&chat.clerk("erase"), &erase.app, &erase.mg, erase.at).await.unwrap();
        }
    }
    assert_eq!((chat.names().len(), chat.whose(&bot_name("u")), chat.whose(CHANNEL)), (0, None, None));
    // A turn that read the member before they left, and writes after it.
    chat.world.pass(Duration::from_secs(1_200));
    chat.signs_up(&app()).await;
    chat.faults.on("TransactWriteItems", 1, Fault::Slow(Duration::from_millis(400)));
    let asks = linked(says("how"), ID.to_string());
    let (heard, ()) = tokio::join!(chat.hears(asks), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        chat.leaves(&app()).await;
    });
    assert_eq!((&heard["member"], chat.faults.injected()), (&json!(null), 1));
    assert_eq!((chat.names().len(), chat.whose(&bot_name("u")), chat.whose(CHANNEL)), (0, None, None));
}

#[tokio::test]
async fn t11_only_a_call_that_can_be_believed_joins_anything() {
    let member = async |chat: Chat| {
        chat.signs_up(&app()).await;
        chat
    };
    let off = member(Chat::with(&[("SKILL_SECRET_CHECK", "off")])).await;
    let no_sign_up = member(Chat::with(&[("SYNC_REDIRECT_URI", "")])).await;
    let on = member(Chat::new()).await;
    let made_up = call().change(|payload| {
        payload["userRequest"]["user"]["type"] = "accountId".into();
        payload["userRequest"]["block"]["id"] = "".into();
        payload["intent"]["id"] = "skill-test-id".into();
        payload["bot"]["id"] = "".into();
    });
    let odd_id = linked(says("nothing"), "21000x");
    let stranger = linked(says("nothing"), "2100000002");
    for (chat, call) in [(&off, call()), (&no_sign_up, call()), (&on, odd_id), (&on, stranger), (&on, says("nothing"))]
    {
        let before = chat.table.items();
        chat.hears(call).await;
        assert_eq!(chat.table.items(), before);
    }
    // The admin centre's test makes people up, and names no bot.
    let before = on.table.items().len();
    assert!(ask(&on.app, &made_up).await.is_valid());
    assert_eq!(on.table.items().len(), before);
}

#[tokio::test]
async fn a_table_in_trouble_neither_fails_nor_holds_up_the_answer() {
    for fault in [Fault::Never, Fault::Error("AccessDeniedException"), Fault::Garbage, Fault::CutBefore] {
        let chat = Chat::new();
        chat.signs_up(&app()).await;
        chat.faults.on(ANY, ALWAYS, fault);
        let started = Instant::now();
        chat.hears(call()).await;
        assert!(started.elapsed() < Duration::from_millis(600), "{fault:?} took {:?}", started.elapsed());
        // Once the table is well, the next turn makes up for it.
        chat.faults.clear();
        chat.hears(call()).await;
        assert!(chat.whose(CHANNEL).is_some(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_joined_just_now_costs_nobody_the_membership() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    chat.faults.on("TransactWriteItems", ALWAYS, Fault::Error("AccessDeniedException"));
    for _ in 0..2 {
        let heard = chat.hears(linked(says("how"), ID.to_string())).await;
        assert_eq!((&heard["outcome"], &heard["member"]), (&json!("signedup"), &json!(mg.as_str())));
    }
    assert_eq!((chat.names().len(), chat.faults.injected()), (0, 4));
    chat.faults.clear();
    chat.hears(call()).await;
    assert_eq!(chat.names().len(), 2, "the next turn makes up for it");
}

#[tokio::test]
async fn an_answer_that_got_lost_joins_nothing_twice() {
    for fault in [Fault::CutAfter, Fault::CutBefore, Fault::Cancelled(&["TransactionConflict", "None", "None"])] {
        let chat = Chat::new();
        let mg = chat.signs_up(&app()).await;
        chat.faults.on("TransactWriteItems", 1, fault);
        chat.hears(linked(says("how"), ID.to_string())).await;
        assert_eq!((chat.whose(&bot_name("u")), chat.faults.injected()), (Some((app(), mg)), 1), "{fault:?}");
        assert_eq!(chat.names().len(), 2);
    }
}

#[tokio::test]
async fn many_turns_at_once_join_the_same_names() {
    let chat = Chat::new();
    let mg = chat.signs_up(&app()).await;
    let sandboxes: Vec<_> = (0..8).map(|_| chat.sandbox()).collect();
    let asks = linked(says("how"), ID.to_string());
    let calls = (0..16).map(|at| ask(&sandboxes[at % 8], &asks));
    for answer in join_all(calls).await {
        assert!(answer.text().contains(mg.as_str()), "{answer:?}");
    }
    assert_eq!((chat.whose(&bot_name("u")), chat.names().len()), (Some((app(), mg)), 2));
}
