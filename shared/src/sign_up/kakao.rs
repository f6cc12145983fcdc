//! What Kakao is asked in the course of a sign-up, and what it can say.

use crate::clock::Millis;
use crate::secret::{NotSealed, Seal, Sealed, Secret};
use crate::store::AppUser;
use crate::store::sign_up::{Consent, SagaId};

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<T> {
    /// The answer.
    Yes(T),
    /// Kakao says no, and will say so again: a used code, a token that is no longer good. The word is for the log.
    No(&'static str),
    /// The question never left this machine.
    NotSent,
    /// It may have arrived or not: no answer, or one that makes no sense, or an error of Kakao's own.
    Unknown,
}

/// What bringing a code came to.
#[derive(Clone, Debug)]
pub enum Brought {
    /// The person's tokens.
    Tokens(Tokens),
    /// The code was used before, is too old, or was never given out.
    Spent,
    /// Kakao refuses us, whatever the code: everybody meets it until somebody sees to the deployment.
    Refused,
    /// The code never left this machine.
    NotSent,
    /// Nobody knows what became of the code, or Kakao has a trouble that passes.
    Unknown,
}

/// What a code is exchanged for.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Opens the REST API in the person's name.
    pub access: Secret,
    /// Says who the person is, signed by Kakao. Kept as long as the other: whoever goes on with an attempt must believe it anew.
    pub id: Option<Secret>,
}

/// Stands between the two at rest. No token has a line end in it.
const BETWEEN: char = '\n';

impl Tokens {
    /// For the table, bound to the attempt.
    ///
    /// # Errors
    /// [`NotSealed`] without randomness.
    pub(super) fn seal(&self, seal: &Seal, saga: &SagaId) -> Result<Sealed, NotSealed> {
        match &self.id {
            Some(id) => {
                seal.seal(&Secret::new(format!("{}{BETWEEN}{}", self.access.reveal(), id.reveal())), saga.as_str())
            }
            None => seal.seal(&self.access, saga.as_str()),
        }
    }

    /// From the table.
    pub(super) fn open(seal: &Seal, sealed: &Sealed, saga: &SagaId) -> Option<Self> {
        let text = seal.open(sealed, saga.as_str())?;
        Some(match text.reveal().split_once(BETWEEN) {
            Some((access, id)) => Self { access: Secret::new(access), id: Some(Secret::new(id)) },
            None => Self { access: text, id: None },
        })
    }
}

/// The person behind a token.
#[derive(Clone, Debug)]
pub struct Who<A> {
    /// As the app knows them.
    pub app: AppUser,
    /// What they said to the service's terms.
    pub consents: Vec<Consent>,
    /// What else the author's rule may look at.
    pub applicant: A,
}

/// Whether a person is linked to the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// No.
    No,
    /// Yes; since when, if Kakao says so.
    Yes {
        /// Since when.
        since: Option<Millis>,
    },
}

/// One page of the people who are linked to the app, in the order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedPage {
    /// The people.
    pub users: Vec<AppUser>,
    /// Whether there are more.
    pub more: bool,
}

/// Kakao, as far as a sign-up needs it. Each question is asked once and answered in a bounded time; nothing here repeats anything.
pub trait Kakao {
    /// What [`Who::applicant`] is.
    type Applicant;

    /// `POST /oauth/token`: the person's tokens for a code. A second try of a request that may have arrived is a mistake.
    fn exchange(&self, code: &str) -> impl Future<Output = Brought>;

    /// `GET /v2/user/me`, the terms and what else the deployment asks for, with the person's token; and the proof that it is the
    /// person whom the ID token names, if that is asked for. Without it: [`Told::Unknown`].
    fn who(&self, tokens: &Tokens) -> impl Future<Output = Told<Who<Self::Applicant>>>;

    /// `GET /v1/user/access_token_info`: whose token it is, while it is good.
    fn token_info(&self, token: &Secret) -> impl Future<Output = Told<AppUser>>;

    /// `POST /v1/user/unlink` with the token of `app`, if that is known: it cannot hit a later link. Not linked is as good as
    /// unlinked; that somebody else was unlinked is not.
    fn unlink_own(&self, token: &Secret, app: Option<&AppUser>) -> impl Future<Output = Told<()>>;

    /// `POST /v1/user/unlink` with the admin key. Not linked is as good as unlinked.
    fn unlink(&self, app: &AppUser) -> impl Future<Output = Told<()>>;

    /// `GET /v2/user/me` with the admin key: whether the person is linked now.
    fn linked(&self, app: &AppUser) -> impl Future<Output = Told<Linked>>;

    /// `GET /v1/user/ids`: at most a hundred linked people after `after`.
    fn linked_page(&self, after: Option<&AppUser>) -> impl Future<Output = Told<LinkedPage>>;
}

impl Brought {
    /// A word for logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Tokens(_) => "yes",
            Self::Spent => "spent",
            Self::Refused => "refused",
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
        }
    }
}

impl<T> Told<T> {
    /// A word for logs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Yes(_) => "yes",
            Self::No(word) => word,
            Self::NotSent => "not-sent",
            Self::Unknown => "unknown",
        }
    }
}
