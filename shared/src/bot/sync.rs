//! What became of a sign-up, as the chat hears of it: the last leg of Kakao Sync (protocol `sync` 1.7).
//!
//! | what the table says | the plugin says `saved: false` | it says anything else, or nothing |
//! |---|---|---|
//! | the last attempt failed, and nobody is a member | [`SyncOutcome::Refused`], [`SyncOutcome::Failed`] | the same |
//! | a member, and the last attempt made them one | [`SyncOutcome::Cancelled`] | [`SyncOutcome::SignedUp`] |
//! | a member | [`SyncOutcome::Cancelled`] | [`SyncOutcome::AlreadyMember`] |
//! | nothing | [`SyncOutcome::Cancelled`] | [`SyncOutcome::Unknown`] |
//!
//! Only attempts of the last half hour count. Whose table row that is says an authenticated request: see [`Turn::sync`].

use std::time::Duration;

use super::plugin::Told;
use super::{Trouble, Turn};
use crate::kakao::field::closed_debug;
use crate::kakao::login::OtpProfile;
use crate::log::Log;
use crate::store::sign_up::{Flow, Member, Outcome, Why, Wish};
use crate::store::{AppUser, StoreError};

/// An attempt that ended longer ago is not what the person comes from.
const FRESH: Duration = Duration::from_secs(30 * 60);

/// Kept free for the bot to answer in.
const TO_ANSWER: Duration = Duration::from_millis(400);

/// What is known of the person's sign-up.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Synced {
    /// How it went.
    pub outcome: SyncOutcome,
    /// What the person chose on the page that said that it failed.
    pub wish: Option<Wish>,
    /// Their user id of Kakao Login, if somebody who can be believed has said it.
    pub app_user_id: Option<String>,
    /// The membership: what they consented to, and what [`super::Decision::Accept`] kept. Theirs, and nobody else's.
    pub member: Option<Member>,
    /// What the plugin's one-time address stood for, if finding out who it is took that.
    pub one_time_profile: Option<OtpProfile>,
}

closed_debug!(Synced);

/// How a sign-up went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SyncOutcome {
    /// They have just become a member. It says so for half an hour: greet with [`super::Reply::once`], or where the auth block leads.
    SignedUp,
    /// They were one before.
    AlreadyMember,
    /// The rule refused, with its own word: [`super::SignUp::refusal`] has the words for it.
    Refused(String),
    /// It failed.
    Failed(Trouble),
    /// They are not signed up, and nothing is known to have failed: most likely they turned back on the consent screen.
    Cancelled,
    /// Nothing is known, or could be found out in time.
    #[default]
    Unknown,
}

impl<T> Turn<'_, T> {
    /// How the person's sign-up went. The table decides; what the plugin left in the block's parameter only hints. Never an error, and
    /// it leaves the bot time to answer: [`SyncOutcome::Unknown`] is an answer.
    ///
    /// Who it is says the platform, in a request whose sender showed the secret: the request's `appUserId`, else a key that such a
    /// request joined to a member, else the plugin in the parameter that the setting `SYNC_PARAM` names, because what a person types
    /// into another one can look like it. Failing all of them, the plugin's one-time address is redeemed. With
    /// `SKILL_SECRET_CHECK=off` only that is believed.
    pub async fn sync(&self) -> Synced {
        let told = Told::of(self.request, &self.desk.services.env);
        if told.bad_address {
            Log::warn("sync.one-time").request(self.desk.owner).kind("address").write();
        }
        let kind = match tokio::time::timeout(self.time_to_look(), Box::pin(self.look(&told))).await {
            Ok(Ok(synced)) => return synced,
            Ok(Err(error)) => error.kind().to_owned(),
            Err(_) => "late".to_owned(),
        };
        Log::warn("sync.unknown").request(self.desk.owner).kind(&kind).write();
        Synced {
            outcome: conclude(told.saved, None, None),
            one_time_profile: self.redeemed_profile(), // there is no second time
            ..Synced::default()
        }
    }

    /// What the plugin's one-time address stands for: the person's profile as Kakao has it now. `None` if there is none, if it was
    /// redeemed by another turn, or if it cannot be had: such an address is good once and for a short time. Keep what you need.
    pub async fn one_time_profile(&self) -> Option<OtpProfile> {
        let url = Told::of(self.request, &self.desk.services.env).url?;
        tokio::time::timeout(self.time_to_look(), Box::pin(self.visit.redeem(&url))).await.ok()?.profile.clone()
    }

    /// What is left for finding things out.
    pub(super) fn time_to_look(&self) -> Duration {
        self.time_left().saturating_sub(TO_ANSWER)
    }

    fn redeemed_profile(&self) -> Option<OtpProfile> {
        self.visit.redeemed()?.profile.clone()
    }

    async fn look(&self, told: &Told) -> Result<Synced, StoreError> {
        let services = self.desk.services;
        let who = if services.env.sync.redirect_uri.is_some() { self.visit.who(told).await? } else { None };
        let one_time_profile = self.redeemed_profile();
        let Some((app, member)) = who else {
            return Ok(Synced { outcome: conclude(told.saved, None, None), one_time_profile, ..Synced::default() });
        };
        let now = services.clock.now();
        let flow = services.store().flow(&app, now).await?.filter(|flow| now.since(flow.at) < FRESH);
        Ok(Synced { one_time_profile, ..synced(told.saved, &app, member, flow) })
    }
}

fn synced(saved: Option<bool>, app: &AppUser, member: Option<Member>, flow: Option<Flow>) -> Synced {
    let outcome = conclude(saved, member.as_ref(), flow.as_ref());
    let failed = matches!(outcome, SyncOutcome::Refused(_) | SyncOutcome::Failed(_));
    Synced {
        outcome,
        wish: flow.and_then(|flow| flow.wish).filter(|_| failed),
        app_user_id: Some(app.as_str().to_owned()),
        member,
        one_time_profile: None,
    }
}

fn conclude(saved: Option<bool>, member: Option<&Member>, flow: Option<&Flow>) -> SyncOutcome {
    let outcome = flow.map(|flow| &flow.outcome);
    match (saved, member, outcome) {
        (_, None, Some(Outcome::Failed(why))) => failed(why),
        (Some(false), ..) => SyncOutcome::Cancelled,
        (_, Some(member), Some(Outcome::SignedUp)) if flow.and_then(|flow| flow.saga.as_ref()) == Some(&member.mg) => {
            SyncOutcome::SignedUp
        }
        (_, Some(_), _) => SyncOutcome::AlreadyMember,
        (_, None, _) => SyncOutcome::Unknown,
    }
}

fn failed(why: &Why) -> SyncOutcome {
    match (why, Trouble::of(Some(why))) {
        (Why::Refused(word), _) => SyncOutcome::Refused(word.clone()),
        (_, trouble) => SyncOutcome::Failed(trouble.unwrap_or(Trouble::Ours)),
    }
}
