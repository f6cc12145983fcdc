//! `GET /sync/login`: the ordinary web login. It sends the browser to Kakao, with a cookie by which it is known when it comes back to
//! `/sync/redirect` (threats T11, T16).

use shared::app::App;
use shared::http::{Request, Response};
use shared::log::Log;
use shared::sign_up::{self, Keys, NoLogin, WebLogin};

/// Sends a browser to Kakao.
pub(crate) async fn begin<B>(app: &App<B>, request: &Request) -> (&'static str, Response) {
    let trouble = |kind| {
        Log::error("sync.trouble").request(&request.id).kind(kind).write();
        ("unfinished", sign_up::unknown(None))
    };
    let Ok(keys) = Keys::of(app).await else { return trouble("no-signing-key") };
    let Some(login) = keys.logins.begin(app.clock.now()) else { return trouble("no-randomness") };
    match login.authorize_url(app).await {
        Ok(url) => ("login", Response::found(&url).with_cookie(login.set_cookie())),
        Err(_) => trouble("no-client"),
    }
}

/// The login that this browser began. A cookie that looks forged may be signed under a key that only a sandbox beside us knows yet
/// (fault F37).
///
/// # Errors
/// [`NoLogin`]
pub(crate) async fn began<B>(
    app: &App<B>,
    keys: &Keys,
    request: &Request,
    state: Option<&str>,
) -> Result<WebLogin, NoLogin> {
    let now = app.clock.now();
    match keys.logins.of(request.header("cookie"), state, now) {
        Err(NoLogin::Forged) => match Keys::after_mismatch(app).await {
            Ok(keys) => keys.logins.of(request.header("cookie"), state, now),
            Err(_) => Err(NoLogin::Forged),
        },
        known => known,
    }
}
