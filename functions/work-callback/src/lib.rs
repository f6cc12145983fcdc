//! `POST /work/callback/{secret}`: a member of a Kakao Work workspace pressed a button or submitted a modal (protocol `work` 2.3, 2.5).
//!
//! Authors mix the two addresses up, so each takes every type. The secret may also stand in the query, as `?token=…`.

use std::time::Duration;

use shared::app::App;
use shared::bot::work::WorkModals;
use shared::endpoint::Endpoint;
use shared::hear;
use shared::http::{Request, Response, Route};

/// The function.
#[derive(Debug)]
pub struct WorkCallback;

impl<B: WorkModals> Endpoint<B> for WorkCallback {
    const NAME: &'static str = "work-callback";
    const ROUTES: &'static [Route] = &[Route::post("/work/callback/{secret}"), Route::post("/work/callback")];
    const SOFT_STOP: Duration = hear::SOFT_STOP;

    fn configured(app: &App<B>) -> Result<(), &'static str> {
        hear::configured(app)
    }

    async fn warm(app: &App<B>) {
        hear::warm(app).await;
    }

    async fn handle(app: &App<B>, request: Request, captures: Vec<String>) -> Response {
        hear::hear(app, request, captures.first().map(String::as_str)).await
    }

    fn sorry() -> Response {
        hear::sorry()
    }
}
