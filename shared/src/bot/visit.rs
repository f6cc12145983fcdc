//! What a turn has found out about its person: once, however often the bot is asked.

use tokio::sync::OnceCell;

use super::plugin::Told;
use crate::app::Services;
use crate::clock::Millis;
use crate::kakao::skill::{SkillRequest, User};
use crate::kapi::otp::OtpUrl;
use crate::log::Log;
use crate::sign_up::{Names, Redeemed, redeem_once};
use crate::store::sign_up::Member;
use crate::store::{AppUser, Person, StoreError};

/// One turn's look at the person.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    services: &'a Services,
    request: &'a SkillRequest,
    person: Option<&'a Person>,
    /// Whose turn it is, for claims and the log.
    owner: &'a str,
    /// Whether the sender showed the secret: else nothing in the request says who somebody is.
    vouched: bool,
    /// The names to be joined; `None` if nobody vouched for them or there is no sign-up.
    names: Option<Names>,
    joined: OnceCell<Option<Member>>,
    redeemed: OnceCell<Redeemed>,
}

impl<'a> Visit<'a> {
    pub(crate) fn new(
        services: &'a Services,
        request: &'a SkillRequest,
        person: Option<&'a Person>,
        owner: &'a str,
        vouched: bool,
    ) -> Self {
        let vouched = vouched && services.env.sync.redirect_uri.is_some();
        let names = Names::of(request, person).filter(|_| vouched);
        let (joined, redeemed) = (OnceCell::new(), OnceCell::new());
        Self { services, request, person, owner, vouched, names, joined, redeemed }
    }

    /// Joins the person's names, unless this process has done so lately. Beside the bot's own work: it fails nothing.
    pub(crate) async fn look_after_names(&self) {
        let Some(names) = &self.names else { return };
        if self.services.seen.has(names, self.now()) {
            return;
        }
        let user = self.request.user_request.get().and_then(|said| said.user.get());
        if user.is_some_and(User::names_two_people) {
            Log::warn("identity.mismatch").request(self.owner).why("spelling").write();
        }
        if let Err(error) = self.join(names).await {
            Log::warn("identity.not-joined").request(self.owner).kind(error.kind()).write();
        }
    }

    /// The member that the names belong to, freshly read, and joined to it.
    async fn join(&self, names: &Names) -> Result<Option<Member>, StoreError> {
        let join = async {
            let known = Box::pin(names.join(self.services.store(), self.now(), self.owner)).await?;
            if known.settled {
                self.services.seen.note(names, self.now());
            }
            Ok(known.member)
        };
        self.joined.get_or_try_init(|| join).await.cloned()
    }

    /// What a one-time address stands for.
    pub(crate) async fn redeem(&self, url: &OtpUrl) -> &Redeemed {
        // On the heap: few turns need it, and a call outside is large.
        let redeem = || Box::pin(redeem_once(self.services, url, self.request.bot_key(), self.owner));
        self.redeemed.get_or_init(redeem).await
    }

    /// What a one-time address stood for, if this turn has redeemed it.
    pub(crate) fn redeemed(&self) -> Option<&Redeemed> {
        self.redeemed.get()
    }

    /// Who it is, and their membership. In this order: what the request says, whose its other keys are, what the plugin says in a
    /// parameter that nothing else fills, and whose the one-time address is.
    pub(crate) async fn who(&self, told: &Told) -> Result<Option<(AppUser, Option<Member>)>, StoreError> {
        let store = self.services.store();
        if let Some(names) = &self.names {
            self.compare(&names.app, told);
            return Ok(Some((names.app.clone(), self.join(names).await?)));
        }
        if self.vouched {
            for name in Names::others(self.request, self.person).into_iter().flatten() {
                if let Some((app, member)) = store.member_by(&name).await? {
                    self.compare(&app, told);
                    return Ok(Some((app, Some(member))));
                }
            }
        }
        let app = match (told.app.as_ref().filter(|_| self.vouched && told.pinned), &told.url) {
            (Some(app), _) => Some(app.clone()),
            (None, Some(url)) => self.redeem(url).await.app.clone(),
            (None, None) => None,
        };
        let Some(app) = app else { return Ok(None) };
        let member = store.member(&app).await?;
        Ok(Some((app, member)))
    }

    /// The plugin names somebody else: the sender of the request is believed, and it is written down.
    fn compare(&self, app: &AppUser, told: &Told) {
        if told.app.as_ref().is_some_and(|other| other != app) {
            Log::warn("identity.mismatch").request(self.owner).why("plugin").write();
        }
    }

    fn now(&self) -> Millis {
        self.services.clock.now()
    }
}
