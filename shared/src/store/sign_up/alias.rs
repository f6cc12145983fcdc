//! `ALIAS` and `ID#`: the other names that Kakao has for a member, as a pair, so that each side finds the other by primary key.
//!
//! A pair is written only from one authenticated message that names both. A name that belongs to somebody else stays theirs.

use super::{AppUser, Identity, Member, SagaId, change, known};
use crate::clock::Millis;
use crate::store::item::Attributes;
use crate::store::keys::Key;
use crate::store::write::Write;
use crate::store::{Store, StoreError, hash};

/// Whose a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The app user.
    pub app: AppUser,
    /// The membership it was written for. If the user's membership is another one by now, the alias says nothing.
    pub mg: SagaId,
}

/// What joining a name to a member came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It is the member's, now or before.
    Theirs,
    /// It is somebody else's, and stays theirs: for the log, and for a person to look at.
    Conflict,
    /// There is no such membership any more.
    NoMember,
}

impl Store {
    /// Joins a name to the membership `mg` of `app`.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn join(
        &self,
        app: &AppUser,
        mg: &SagaId,
        identity: &Identity,
        now: Millis,
    ) -> Result<Joined, StoreError> {
        let member = Write::check(Key::app_user(app, "MEMBER"), "mg = :mg").text(":mg", mg.as_str());
        let [alias, own] = pair(app, mg, identity, now);
        let token = hash(&["join", app.as_str(), mg.as_str(), &identity.to_string(), &now.0.to_string()]);
        let refused = self.write_all(&token, vec![member, alias, own]).await?.err().unwrap_or_default();
        Ok(match refused.iter().position(Option::is_some) {
            None => Joined::Theirs,
            Some(0) => Joined::NoMember,
            Some(_) => Joined::Conflict,
        })
    }

    /// Whose a name is, by one strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn alias(&self, identity: &Identity) -> Result<Option<Alias>, StoreError> {
        let Some(item) = self.get(&Key::alias(identity)).await? else { return Ok(None) };
        let app = AppUser::parse(item.text("app")?);
        let mg = SagaId::from_text(item.text("mg")?);
        Ok(app.map(|app| Alias { app, mg }))
    }

    /// The member that a name belongs to: two strong reads. An alias of an earlier membership does not count.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn member_by(&self, identity: &Identity) -> Result<Option<(AppUser, Member)>, StoreError> {
        let Some(alias) = self.alias(identity).await? else { return Ok(None) };
        let member = self.member(&alias.app).await?.filter(|member| member.mg == alias.mg);
        Ok(member.map(|member| (alias.app, member)))
    }
}

/// Conditions: the name is nobody's, or theirs; and nothing a newer release has written. Repeats set what they set.
pub(super) fn pair(app: &AppUser, mg: &SagaId, identity: &Identity, now: Millis) -> [Write; 2] {
    let alias = change(
        Key::alias(identity),
        "ALIAS",
        "app = :app, mg = :mg",
        "",
        known!("attribute_not_exists(PK) OR app = :app"),
        now,
    )
    .text(":app", app.as_str())
    .text(":mg", mg.as_str());
    let own = change(Key::own_alias(app, identity), "ID", "mg = :mg", "", "NOT v > :v", now).text(":mg", mg.as_str());
    [alias, own]
}
