//! A chat with people who sign up: what `sync_in_chat` and `names` share.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each of the two uses its part of it; a test falls over by panicking"
)]

use std::ops::Deref;

use serde_json::{Value, json};
use shared::app::App;
use shared::bot::work::WorkModals;
use shared::bot::{Desk, Oops, Relation, Reply, Skills, SyncOutcome, Turn, Wish};
use shared::kakao::skill::SkillResponse;
use shared::sign_up::{self, Accepted, Decision, Left, Redirected};
use shared::store::{AppUser, SagaId};
use tests::faults::wire::Told;
use tests::login::Login;
use tests::platform::{BOT, Call, ask};
use tests::sign_up::World;
use tests::table::env;

/// Where the plugin's one-time addresses lead, below [`Login::url`].
pub(crate) const OTP: &str = "/plugin/otp/0123456789abcdef01234567/profile";

/// Somebody.
pub(crate) const ID: u64 = 2_100_000_001;

/// Says what it is told of a sign-up; remembers nothing.
#[derive(Debug)]
pub(crate) struct Teller;

fn word(outcome: &SyncOutcome) -> String {
    match outcome {
        SyncOutcome::Refused(word) => format!("refused {word}"),
        SyncOutcome::Failed(trouble) => format!("failed {}", trouble.word()),
        other => format!("{other:?}").to_lowercase(),
    }
}

impl WorkModals for Teller {}

impl Skills for Teller {
    type Talk = ();
    type Job = ();

    async fn reply(&self, turn: &Turn<'_, ()>) -> Result<Reply<(), ()>, Oops> {
        let profile = match turn.utterance() {
            "profile" => turn.one_time_profile().await,
            _ => None,
        };
        if turn.utterance() == "too late" && turn.can_wait() {
            tokio::time::sleep(turn.time_left() * 2).await; // only the outbox gets an answer out of it
        }
        if turn.utterance() == "nothing" {
            return Ok(Reply::text("{}"));
        }
        if turn.utterance() == "channels" {
            let channels = turn.channels().await;
            let told = channels.map(|all| {
                let one = |one: Relation| json!([one.channel.as_str(), one.blocked, one.at.0]);
                all.into_iter().map(one).collect::<Vec<_>>()
            });
            return Ok(Reply::text(json!(told).to_string()));
        }
        let synced = turn.sync().await;
        let profile = profile.or(synced.one_time_profile);
        Ok(Reply::text(
            json!({
                "outcome": word(&synced.outcome),
                "wish": synced.wish.map(Wish::as_str),
                "who": synced.app_user_id,
                "member": synced.member.map(|member| member.mg.as_str().to_owned()),
                "profile": profile.and_then(|profile| Some(profile.nickname()?.to_owned())),
            })
            .to_string(),
        ))
    }

    async fn work(&self, (): (), _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
        Ok(SkillResponse::text("none"))
    }
}

/// A skill, a table behind a bad day, and a plugin server.
pub(crate) struct Chat {
    pub(crate) world: World,
    pub(crate) plugin: Login,
    pub(crate) app: App<Teller>,
}

impl Deref for Chat {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Chat {
    /// A deployment with a sign-up whose parameter has a name.
    pub(crate) fn new() -> Self {
        Self::with(&[("SYNC_PARAM", "profile")])
    }

    pub(crate) fn with(more: &[(&str, &str)]) -> Self {
        let (world, plugin) = (World::default(), Login::default());
        let app = sandbox(&world, &plugin, more);
        Self { world, plugin, app }
    }

    /// Another process of the same deployment.
    pub(crate) fn sandbox(&self) -> App<Teller> {
        sandbox(&self.world, &self.plugin, &[("SYNC_PARAM", "profile")])
    }

    /// Another process, with other settings.
    pub(crate) fn app_with(&self, more: &[(&str, &str)]) -> App<Teller> {
        let settings: Vec<_> = [("SYNC_PARAM", "profile")].into_iter().chain(more.iter().copied()).collect();
        sandbox(&self.world, &self.plugin, &settings)
    }

    /// A one-time address of the plugin server, which answers it so.
    pub(crate) fn otp(&self, status: u16, body: Value) -> String {
        self.plugin.json(OTP, status, body);
        format!("{}{OTP}", self.plugin.url())
    }

    /// Answers it in another way.
    pub(crate) fn otp_told(&self, told: Told) -> String {
        self.plugin.tell(OTP, told);
        format!("{}{OTP}", self.plugin.url())
    }

    pub(crate) async fn redirect(&self, app: &AppUser, decision: Decision<()>) -> Redirected<()> {
        let code = self.kakao.consent(app);
        let me = format!("{code}-{}", self.clock.now().0);
        sign_up::redirect(&self.clerk(&me), &code, async |_| decision.clone()).await.unwrap()
    }

    pub(crate) async fn signs_up(&self, app: &AppUser) -> SagaId {
        let redirected = self.redirect(app, Decision::Accept(Accepted::default())).await;
        assert_eq!(redirected, Redirected::SignedUp { app: app.clone() });
        self.store.member(app).await.unwrap().unwrap().mg
    }

    pub(crate) async fn is_refused(&self, app: &AppUser) -> SagaId {
        let redirected = self.redirect(app, Decision::Refuse("too-young".to_owned())).await;
        assert!(matches!(redirected, Redirected::Failed { .. }), "{redirected:?}");
        self.store.flow(app, self.clock.now()).await.unwrap().unwrap().saga.unwrap()
    }

    /// The person leaves, Kakao says so; what is theirs goes later.
    pub(crate) async fn leaves(&self, app: &AppUser) {
        self.kakao.leave(app);
        self.store.store_unlink(app, "message", self.clock.now()).await.unwrap();
        assert_eq!(sign_up::unlink_job(&self.clerk("job"), app).await.unwrap(), Left::Erased);
    }

    /// What the bot is told.
    pub(crate) async fn hears(&self, call: Call) -> Value {
        let answer = ask(&self.app, &call).await;
        assert!(answer.is_valid(), "{answer:?}");
        serde_json::from_str(answer.text()).unwrap_or_else(|_| panic!("{answer:?}"))
    }
}

fn sandbox(world: &World, plugin: &Login, more: &[(&str, &str)]) -> App<Teller> {
    let talk_plugin = format!("{}/plugin", plugin.url());
    let mut settings =
        vec![("SYNC_REDIRECT_URI", "https://a.example/sync/redirect"), ("TALK_PLUGIN_URL", talk_plugin.as_str())];
    settings.extend(more);
    App::new(Teller, env(&world.faults.url(), &settings), world.clock.clone())
}

/// Somebody says `what`.
pub(crate) fn says(what: &str) -> Call {
    Call::says("u", what)
}

/// The platform says who it is for the app, and for the channel.
pub(crate) fn linked(call: Call, id: impl Into<Value>) -> Call {
    let id = id.into();
    call.change(|payload| {
        let properties = &mut payload["userRequest"]["user"]["properties"];
        properties["appUserId"] = id.clone();
        properties["app_user_id"] = id;
        properties["plusfriendUserKey"] = "Ab12Cd34Ef56".into();
    })
}

/// The plugin left this in the parameter `profile`.
pub(crate) fn left(call: Call, value: impl Into<Value>) -> Call {
    left_in(call, "profile", value)
}

pub(crate) fn left_in(call: Call, name: &str, value: impl Into<Value>) -> Call {
    let value = value.into();
    call.change(|payload| payload["action"]["params"][name] = value)
}

/// The partition key of the bot's name for `user`.
pub(crate) fn bot_name(user: &str) -> String {
    format!("U#bot#{BOT}#{user}")
}
