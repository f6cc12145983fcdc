//! What Kakao is asked in the course of a sign-up, and what it can say.

use crate::clock::Millis;
use crate::secret::Secret;
use crate::store::AppUser;
use crate::store::sign_up::Consent;

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

    /// `POST /oauth/token`: the person's access token for a code. A second try of a request that may have arrived is a mistake.
    fn exchange(&self, code: &str) -> impl Future<Output = Told<Secret>>;

    /// `GET /v2/user/me`, the terms and what else the deployment asks for, with the person's token.
    fn who(&self, token: &Secret) -> impl Future<Output = Told<Who<Self::Applicant>>>;

    /// `GET /v1/user/access_token_info`: whose token it is, while it is good.
    fn token_info(&self, token: &Secret) -> impl Future<Output = Told<AppUser>>;

    /// `POST /v1/user/unlink` with the person's token: it cannot hit a later link. Not linked is as good as unlinked.
    fn unlink_own(&self, token: &Secret) -> impl Future<Output = Told<()>>;

    /// `POST /v1/user/unlink` with the admin key. Not linked is as good as unlinked.
    fn unlink(&self, app: &AppUser) -> impl Future<Output = Told<()>>;

    /// `GET /v2/user/me` with the admin key: whether the person is linked now.
    fn linked(&self, app: &AppUser) -> impl Future<Output = Told<Linked>>;

    /// `GET /v1/user/ids`: at most a hundred linked people after `after`.
    fn linked_page(&self, after: Option<&AppUser>) -> impl Future<Output = Told<LinkedPage>>;
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
