//! The least Kakao that a sign-up needs, in memory: who is linked, which code and which token belong to which link. It answers at
//! once; if a test wants it, it dies with whoever asks, or says nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use shared::clock::{Clock, Millis};
use shared::secret::Secret;
use shared::sign_up::{Brought, Kakao, Linked, LinkedPage, Tokens, Told, Who};
use shared::store::AppUser;

#[derive(Debug, Default)]
struct State {
    /// Who is linked, by which consent and since when.
    linked: BTreeMap<AppUser, (u64, Millis)>,
    /// What a code or a token stands for; a code is taken when it is used.
    codes: BTreeMap<String, (AppUser, u64)>,
    tokens: BTreeMap<String, (AppUser, u64)>,
    consents: u64,
    trouble: Option<(u64, Trouble)>,
    /// How often each code was brought.
    exchanged: BTreeMap<String, u64>,
    /// After whom each page that was handed out began.
    pages: Vec<Option<AppUser>>,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never ends, and was not done.
    DiesBefore,
    /// It never ends, and was done.
    DiesAfter,
    /// It was not even sent.
    NotSent,
    /// "Too many": an answer that says nothing of what was asked.
    TooMany,
    /// No answer, and not done.
    SilentBefore,
    /// No answer, and done.
    SilentAfter,
}

/// The stand-in.
#[derive(Debug)]
pub struct TinyKakao {
    clock: Clock,
    state: Mutex<State>,
    calls: AtomicU64,
    hung: AtomicBool,
}

impl TinyKakao {
    /// With this clock.
    pub fn at(clock: Clock) -> Self {
        Self { clock, state: Mutex::default(), calls: AtomicU64::default(), hung: AtomicBool::default() }
    }

    /// The person consents; the code that their browser brings.
    pub fn consent(&self, app: &AppUser) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.consents += 1;
        let consent = state.consents;
        let (link, _) = *state.linked.entry(app.clone()).or_insert((consent, self.clock.now()));
        let code = format!("code-{consent}");
        state.codes.insert(code.clone(), (app.clone(), link));
        code
    }

    /// The person unlinks the app.
    pub fn leave(&self, app: &AppUser) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).linked.remove(app);
    }

    /// Whether the person is linked.
    pub fn is_linked(&self, app: &AppUser) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).linked.contains_key(app)
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    /// The `at`-th call from now on goes wrong.
    pub fn trouble(&self, at: u64, trouble: Trouble) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).trouble = Some((self.calls() + at, trouble));
    }

    /// Nothing goes wrong any more, and whoever hung has died.
    pub fn heal(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).trouble = None;
        self.hung.store(false, Ordering::SeqCst);
    }

    /// How often the code that was brought most often was brought.
    pub fn most_exchanged(&self) -> u64 {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.exchanged.values().copied().max().unwrap_or_default()
    }

    /// After whom each page that was handed out began, in order.
    pub fn pages(&self) -> Vec<Option<AppUser>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).pages.clone()
    }

    /// Whether a call hangs.
    pub fn is_hung(&self) -> bool {
        self.hung.load(Ordering::SeqCst)
    }

    async fn call<T>(&self, act: impl FnOnce(&mut State) -> Told<T>) -> Told<T> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let trouble = self.state.lock().unwrap_or_else(PoisonError::into_inner).trouble;
        let trouble = trouble.filter(|(at, _)| *at == number).map(|(_, trouble)| trouble);
        match trouble {
            Some(Trouble::DiesBefore) => self.hang().await,
            Some(Trouble::NotSent) => return Told::NotSent,
            Some(Trouble::SilentBefore | Trouble::TooMany) => return Told::Unknown,
            Some(Trouble::DiesAfter | Trouble::SilentAfter) | None => {}
        }
        let told = act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        match trouble {
            Some(Trouble::DiesAfter) => self.hang().await,
            Some(Trouble::SilentAfter) => return Told::Unknown,
            _ => {}
        }
        told
    }

    async fn hang(&self) {
        self.hung.store(true, Ordering::SeqCst);
        std::future::pending::<()>().await;
    }
}

impl State {
    fn exchange(&mut self, code: &str) -> Told<Tokens> {
        match self.codes.remove(code) {
            Some((app, link)) if self.linked.get(&app).is_some_and(|(linked, _)| *linked == link) => {
                let token = format!("token-of-{code}");
                self.tokens.insert(token.clone(), (app, link));
                Told::Yes(Tokens { access: Secret::new(token), id: None })
            }
            _ => Told::No("KOE320"),
        }
    }

    fn owner(&self, token: &Secret) -> Told<AppUser> {
        match self.tokens.get(token.reveal()) {
            Some((app, link)) if self.linked.get(app).is_some_and(|(linked, _)| linked == link) => {
                Told::Yes(app.clone())
            }
            _ => Told::No("-401"),
        }
    }
}

impl Kakao for TinyKakao {
    type Applicant = ();

    async fn exchange(&self, code: &str) -> Brought {
        let told = self.call(|state| {
            *state.exchanged.entry(code.to_owned()).or_default() += 1;
            state.exchange(code)
        });
        match told.await {
            Told::Yes(tokens) => Brought::Tokens(tokens),
            Told::No(_) => Brought::Spent,
            Told::NotSent => Brought::NotSent,
            Told::Unknown => Brought::Unknown,
        }
    }

    async fn who(&self, tokens: &Tokens) -> Told<Who<()>> {
        self.call(|state| match state.owner(&tokens.access) {
            Told::Yes(app) => Told::Yes(Who { app, consents: Vec::new(), applicant: () }),
            _ => Told::No("-401"),
        })
        .await
    }

    async fn token_info(&self, token: &Secret) -> Told<AppUser> {
        self.call(|state| state.owner(token)).await
    }

    async fn unlink_own(&self, token: &Secret, _app: Option<&AppUser>) -> Told<()> {
        self.call(|state| match state.owner(token) {
            Told::Yes(app) => {
                state.linked.remove(&app);
                Told::Yes(())
            }
            _ => Told::No("-401"),
        })
        .await
    }

    async fn unlink(&self, app: &AppUser) -> Told<()> {
        self.call(|state| {
            state.linked.remove(app);
            Told::Yes(())
        })
        .await
    }

    async fn linked(&self, app: &AppUser) -> Told<Linked> {
        self.call(|state| {
            let since = state.linked.get(app).map(|(_, since)| *since);
            Told::Yes(since.map_or(Linked::No, |since| Linked::Yes { since: Some(since) }))
        })
        .await
    }

    async fn linked_page(&self, after: Option<&AppUser>) -> Told<LinkedPage> {
        let number = |app: &AppUser| app.as_str().parse::<u64>().unwrap_or_default();
        self.call(|state| {
            state.pages.push(after.cloned());
            let mut users: Vec<AppUser> = state.linked.keys().cloned().collect();
            users.sort_by_key(number);
            users.retain(|app| after.is_none_or(|after| number(app) > number(after)));
            let more = users.len() > 100;
            users.truncate(100);
            Told::Yes(LinkedPage { users, more })
        })
        .await
    }
}
