//! `POST /work/request/{secret}`: a member of a Kakao Work workspace pressed a button that opens a modal; the answer is the modal (protocol
//! `work` 2.4).
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
pub struct WorkRequest;

impl<B: WorkModals> Endpoint<B> for WorkRequest {
    const NAME: &'static str = "work-request";
    const ROUTES: &'static [Route] = &[Route::post("/work/request/{secret}"), Route::post("/work/request")];
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
