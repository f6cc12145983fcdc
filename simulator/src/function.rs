//! The functions: one line each, run by their own production code on one thread.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use serde_json::Value;
use shared::app::App;
use shared::bot::work::WorkModals;
use shared::bot::{Checks, Notices, SignUp, Skills};
use shared::clock::{Clock, Millis};
use shared::endpoint::{Endpoint, catch_panic};
use shared::env::Env;
use shared::http::Route;
use shared::lambda::{self, Consumer};
use tokio::sync::{Semaphore, mpsc, oneshot};

use crate::template::Template;

type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Everything a bot can do. A new surface adds its trait here and its functions below.
pub trait EverySurface: Skills + Checks + SignUp + Notices + WorkModals + Send + 'static {}

impl<B: Skills + Checks + SignUp + Notices + WorkModals + Send + 'static> EverySurface for B {}

/// The HTTP functions. One line each.
fn functions<B: EverySurface>() -> Vec<Function<B>> {
    vec![
        Function::of::<skill::Skill>(),
        Function::of::<skill_check::SkillCheck>(),
        Function::of::<sync_redirect::SyncRedirect>(),
        Function::of::<sync_match::SyncMatch>(),
        Function::of::<sync_failure::SyncFailure>(),
        Function::of::<channel_callback::ChannelCallback>(),
        Function::of::<unlink_callback::UnlinkCallback>(),
        Function::of::<account_callback::AccountCallback>(),
        Function::of::<work_request::WorkRequest>(),
        Function::of::<work_callback::WorkCallback>(),
    ]
}

/// The functions that the stream and the schedule wake. One line each.
fn consumers<B: EverySurface>() -> Vec<Woken<B>> {
    vec![Woken::of::<outbox::Outbox>()]
}

/// An HTTP function with its type forgotten.
struct Function<B> {
    name: &'static str,
    routes: &'static [Route],
    warm: for<'a> fn(&'a App<B>) -> Local<'a, ()>,
    answer: for<'a> fn(&'a App<B>, &'a str, Millis) -> Local<'a, ApiGatewayV2httpResponse>,
}

impl<B: 'static> Function<B> {
    fn of<E: Endpoint<B> + 'static>() -> Self {
        Self {
            name: E::NAME,
            routes: E::ROUTES,
            warm: |app| Box::pin(E::warm(app)),
            answer: |app, event, deadline| Box::pin(lambda::answer::<E, B>(app, event, deadline)),
        }
    }
}

/// A function with events of its own, with its type forgotten.
struct Woken<B> {
    name: &'static str,
    consume: for<'a> fn(&'a App<B>, &'a str, &'a str, Millis) -> Local<'a, Value>,
}

impl<B: 'static> Woken<B> {
    fn of<C: Consumer<B> + 'static>() -> Self {
        Self { name: C::NAME, consume: |app, event, owner, until| Box::pin(C::consume(app, event, owner, until)) }
    }
}

/// What anybody outside needs to know about a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Door {
    /// Its place in the list.
    index: usize,
    /// Its name.
    pub(crate) name: &'static str,
    /// Its addresses; none if it has no door to the street.
    pub(crate) routes: &'static [Route],
    /// When Lambda stops it.
    pub(crate) timeout: Duration,
}

/// Something for a function to do.
enum Errand {
    Answer { function: usize, event: String, deadline: Millis, reply: oneshot::Sender<ApiGatewayV2httpResponse> },
    Consume { function: usize, event: String, owner: String, until: Millis, reply: oneshot::Sender<Option<Value>> },
}

/// The functions, from outside.
#[derive(Clone, Debug)]
pub(crate) struct Functions {
    errands: mpsc::UnboundedSender<Errand>,
    /// The HTTP functions.
    pub(crate) doors: Arc<[Door]>,
    /// The functions with events of their own.
    pub(crate) woken: Arc<[Door]>,
}

impl Functions {
    /// Starts the thread on which they live. A function's future may hold what cannot change threads, as it may in Lambda, where
    /// there is only one; so there is one here, and requests overlap on it.
    pub(crate) fn start<B: EverySurface>(bot: B, env: Env, template: &Template) -> std::io::Result<Self> {
        let door = |index, name, routes| Door { index, name, routes, timeout: template.timeout(name) };
        let doors =
            functions::<B>().iter().enumerate().map(|(i, function)| door(i, function.name, function.routes)).collect();
        let woken = consumers::<B>().iter().enumerate().map(|(i, woken)| door(i, woken.name, &[])).collect();
        let (errands, inbox) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("functions".to_owned()).spawn(move || {
            tokio::task::LocalSet::new().block_on(&runtime, work(bot, env, inbox));
        })?;
        Ok(Self { errands, doors, woken })
    }

    /// One request, as an event. `None` if Lambda would have stopped the function.
    pub(crate) async fn answer(&self, door: &Door, event: String, now: Millis) -> Option<ApiGatewayV2httpResponse> {
        let (reply, answered) = oneshot::channel();
        let deadline = now.plus(door.timeout);
        self.errands.send(Errand::Answer { function: door.index, event, deadline, reply }).ok()?;
        tokio::time::timeout(door.timeout, answered).await.ok()?.ok()
    }

    /// One event of a function's own. `None` if it panicked or Lambda would have stopped it: the event then comes again.
    pub(crate) async fn consume(&self, door: &Door, event: String, now: Millis) -> Option<Value> {
        let (reply, done) = oneshot::channel();
        let until = now.plus(door.timeout).minus(BEFORE_THE_END);
        let owner = crate::random::hex::<16>();
        self.errands.send(Errand::Consume { function: door.index, event, owner, until, reply }).ok()?;
        tokio::time::timeout(door.timeout, done).await.ok()?.ok()?
    }
}

/// How many requests are worked on at once, as Lambda would start so many sandboxes: the others wait at the door. Without a
/// bound, two hundred requests at once would share one thread, and each would run out of its own time.
const SANDBOXES: usize = 16;

/// What a woken function leaves unused before Lambda would stop it, as in `shared::lambda`.
const BEFORE_THE_END: Duration = Duration::from_millis(300);

async fn work<B: EverySurface>(bot: B, env: Env, mut inbox: mpsc::UnboundedReceiver<Errand>) {
    let app = Rc::new(App::new(bot, env, Clock::System));
    let functions = Rc::new(functions::<B>());
    let consumers = Rc::new(consumers::<B>());
    let sandboxes = Rc::new(Semaphore::new(SANDBOXES));
    {
        let (app, functions) = (app.clone(), functions.clone());
        tokio::task::spawn_local(async move {
            for function in functions.iter() {
                (function.warm)(&app).await;
            }
        });
    }
    while let Some(errand) = inbox.recv().await {
        let app = app.clone();
        match errand {
            Errand::Answer { function, event, deadline, reply } => {
                let (functions, sandboxes) = (functions.clone(), sandboxes.clone());
                tokio::task::spawn_local(async move {
                    let _sandbox = sandboxes.acquire().await;
                    if let Some(function) = functions.get(function) {
                        // Nobody waits any more if the caller hung up; the work was done all the same.
                        let _ = reply.send((function.answer)(&app, &event, deadline).await);
                    }
                });
            }
            Errand::Consume { function, event, owner, until, reply } => {
                let consumers = consumers.clone();
                tokio::task::spawn_local(async move {
                    if let Some(woken) = consumers.get(function) {
                        let _ = reply.send(catch_panic((woken.consume)(&app, &event, &owner, until)).await);
                    }
                });
            }
        }
    }
}
