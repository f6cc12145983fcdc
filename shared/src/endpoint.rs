//! What a function is: its routes, what it wants ready before the first request, and how it answers one.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::Poll;

use crate::app::App;
use crate::http::{Request, Response, Route};
use crate::log::Log;

/// An HTTP function, generic over the bot so that it links only the surface it answers with.
pub trait Endpoint<B> {
    /// The function's name: folder, package, binary, template resource and events folder.
    const NAME: &'static str;

    /// Every address it answers at; `template.yaml` has exactly these.
    const ROUTES: &'static [Route];

    /// How long after the gateway received a request the answer leaves at the latest (threats-and-faults, section 3).
    const SOFT_STOP: std::time::Duration;

    /// Whether the deployment gave it what it cannot do without. If not, the function does not start: better no answer than one to
    /// anybody.
    ///
    /// # Errors
    /// What is missing, and where it belongs.
    fn configured(_app: &App<B>) -> Result<(), &'static str> {
        Ok(())
    }

    /// What is worth waiting for before the first request: connections, secrets. Never fails; what is missing is fetched later.
    fn warm(_app: &App<B>) -> impl Future<Output = ()> {
        async {}
    }

    /// Answers one request. `captures` are the `{…}` segments of the route.
    fn handle(app: &App<B>, request: Request, captures: Vec<String>) -> impl Future<Output = Response>;

    /// The answer when [`Endpoint::handle`] panicked or the event could not be read at all.
    fn sorry() -> Response;
}

/// Finds the route and answers; a panic in the endpoint or the bot becomes the endpoint's own apology.
pub async fn answer<E: Endpoint<B>, B>(app: &App<B>, request: Request) -> Response {
    let Some(captures) = route::<E, B>(&request) else {
        return Response::empty(404);
    };
    let id = request.id.clone();
    match catch_panic(E::handle(app, request, captures)).await {
        Some(response) => response,
        None => {
            Log::error("function.panicked").request(&id).write();
            E::sorry()
        }
    }
}

fn route<E: Endpoint<B>, B>(request: &Request) -> Option<Vec<String>> {
    E::ROUTES.iter().filter(|route| route.method == request.method).find_map(|route| route.captures(&request.path))
}

/// `None` if the future panicked. The panic itself was logged by the hook, without its payload.
pub async fn catch_panic<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(move |context| {
        match std::panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Ready(value)) => Poll::Ready(Some(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}
