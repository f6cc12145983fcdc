//! The seam of what Kakao tells by itself: what a bot does when somebody adds its channel, or blocks it.

use super::consent;
use crate::clock::Millis;
use crate::effect::Effect;
use crate::env::KnownBot;
use crate::kakao::field::closed_debug;
use crate::kakao::id::AppUserId;
use crate::kakao::skill::{EventRequest, EventUser};
use crate::store::AppUser;
use crate::store::sign_up::Profile;

/// `POST /channel/callback` and the other addresses that Kakao calls by itself. Whatever is not written here does nothing.
///
/// Effects are queued together with what happened, and carried out afterwards: at least once, and an event at most once. The bot
/// is asked before the table knows whether this is a copy: every copy of a notice asks again, and one set of effects counts. So
/// whatever is to happen once is an effect, never something done while answering. There is half a second for it: Kakao waits.
pub trait Notices {
    /// Somebody added the channel.
    fn channel_added(&self, _who: &ChannelFriend) -> impl Future<Output = Vec<Effect>> {
        async { Vec::new() }
    }

    /// Somebody took consent back for one of Kakao's items (`phone_number`): takes what came of it out of what is kept of them. The
    /// default knows members of the item's own name and of Kakao's names for it; a bot that calls them otherwise must say so here.
    fn withdrawn(&self, scope: &str, profile: &mut Profile) {
        consent::forget(scope, profile);
    }

    /// Somebody blocked the channel: no advertising from now on.
    fn channel_blocked(&self, _who: &ChannelFriend) -> impl Future<Output = Vec<Effect>> {
        async { Vec::new() }
    }
}

/// Somebody who added or blocked a channel.
#[derive(Clone)]
pub struct ChannelFriend {
    app_user_id: Option<AppUserId>,
    channel: String,
    search_id: String,
    at: Millis,
    bots: Vec<KnownBot>,
    occasion: String,
}

closed_debug!(ChannelFriend);

impl ChannelFriend {
    /// `occasion` makes this event this event: a repeat of it is the same.
    pub fn new(
        app: Option<&AppUser>,
        channel: &str,
        search_id: &str,
        at: Millis,
        bots: &[KnownBot],
        occasion: &str,
    ) -> Self {
        Self {
            app_user_id: app.map(|app| AppUserId::new(app.as_str())),
            channel: channel.to_owned(),
            search_id: search_id.to_owned(),
            at,
            bots: bots.to_vec(),
            occasion: occasion.to_owned(),
        }
    }

    /// Who it is, if they agreed to be known: `None` for an open id, which can be told nothing.
    pub fn app_user_id(&self) -> Option<&AppUserId> {
        self.app_user_id.as_ref()
    }

    /// The channel's id in addresses: `_AbCdE`.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The channel's search id: `@우리가게`.
    pub fn search_id(&self) -> &str {
        &self.search_id
    }

    /// When it happened.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// Runs an event block for this person and this occasion, once: the Event API, which costs money. Nothing if they are not known,
    /// or if `BOT_IDS` does not name exactly one bot; with several, say which in [`ChannelFriend::event_of`].
    pub fn event(&self, name: &str) -> Vec<Effect> {
        match self.bots.as_slice() {
            [bot] => self.event_of(&bot.id, name),
            _ => Vec::new(),
        }
    }

    /// Like [`ChannelFriend::event`], of this bot: an id, or a name of `BOT_IDS`.
    pub fn event_of(&self, bot: &str, name: &str) -> Vec<Effect> {
        let Some(user) = self.app_user_id.clone() else { return Vec::new() };
        let id = self.bots.iter().find(|known| known.is_called(bot)).map_or(bot, |known| known.id.as_str());
        let request = EventRequest::new(name).to(EventUser::app_user_id(user));
        Effect::events(&format!("{} {name}", self.occasion), id, request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Env;

    fn friend(bots: &str, app_user_id: Option<&str>) -> ChannelFriend {
        let bots = Env::read(|name| (name == "BOT_IDS").then(|| bots.to_owned())).bots;
        let app = app_user_id.and_then(AppUser::parse);
        ChannelFriend::new(app.as_ref(), "_AbCdE", "@a", Millis(1), &bots, "o")
    }

    fn bots(effects: &[Effect]) -> Vec<String> {
        let bot = |effect: &Effect| match effect {
            Effect::Event(push) => push.bot_id.clone(),
            _ => String::new(),
        };
        effects.iter().map(bot).collect()
    }

    #[test]
    fn an_event_needs_one_person_and_one_bot() {
        assert_eq!(bots(&friend("b1", Some("7")).event("hi")), ["b1"]);
        assert!(friend("b1", None).event("hi").is_empty(), "an open id can be told nothing");
        assert!(friend("", Some("7")).event("hi").is_empty() && friend("b1,b2", Some("7")).event("hi").is_empty());
        assert_eq!(bots(&friend("lunch=b1,b2", Some("7")).event_of("lunch", "hi")), ["b1"]);
        assert_eq!(bots(&friend("", Some("7")).event_of("b3", "hi")), ["b3"]);
    }
}
