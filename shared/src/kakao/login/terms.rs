//! The answer of `GET /v2/user/service_terms`: the terms of the app, and whether a person agreed to each.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#get-service-terms>

use serde_json::Value;

use super::message::message;
use crate::clock::Millis;
use crate::kakao::field::Loose;
use crate::kakao::id::AppUserId;
use crate::kakao::skill::open::open_enum;

message! {
    /// The terms of one person.
    ServiceTerms {
        /// Whose.
        id: AppUserId,
        /// The terms. Read them with [`ServiceTerms::terms`].
        service_terms: Loose<Vec<Loose<Term>>>,
    }
}

message! {
    /// One of the app's terms, and what the person said to it.
    Term {
        /// Its name in the console.
        tag: Value,
        /// Whether nobody can link without it. Read it with [`Term::is_required`].
        required: Value,
        /// Whether the person agreed. Read it with [`Term::is_agreed`].
        agreed: Value,
        /// Whether the person can take it back. Read it with [`Term::is_revocable`].
        revocable: Value,
        /// When. Read it with [`Term::agreed_at`].
        agreed_at: Value,
        /// Where. Read it with [`Term::agreed_by`].
        agreed_by: Value,
    }
}

open_enum! {
    /// Where somebody agreed.
    AgreedBy {
        /// On the consent screen.
        ConsentScreen = "KAUTH",
        /// Inside the service, which told Kakao.
        Service = "KAPI",
    }
}

impl ServiceTerms {
    /// Whose.
    pub fn id(&self) -> Option<&AppUserId> {
        self.id.get()
    }

    /// The terms that can be read; `None` if there is no list at all, which is not the same as an empty one.
    pub fn terms(&self) -> Option<impl Iterator<Item = &Term>> {
        Some(self.service_terms.get()?.fits()?.iter().filter_map(Loose::fits))
    }
}

impl Term {
    /// Its name in the console.
    pub fn tag(&self) -> Option<&str> {
        self.tag.words()
    }

    /// Whether nobody can link without it.
    pub fn is_required(&self) -> bool {
        self.required.flag() == Some(true)
    }

    /// Whether the person agreed. No answer is no.
    pub fn is_agreed(&self) -> bool {
        self.agreed.flag() == Some(true)
    }

    /// Whether the person can take it back.
    pub fn is_revocable(&self) -> bool {
        self.revocable.flag() == Some(true)
    }

    /// When the person agreed.
    pub fn agreed_at(&self) -> Option<Millis> {
        self.agreed_at.moment()
    }

    /// Where the person agreed.
    pub fn agreed_by(&self) -> Option<AgreedBy> {
        self.agreed_by.words().map(AgreedBy::from)
    }
}
