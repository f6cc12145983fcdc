//! The half-view: the web page that covers half of the chat while somebody signs up, and what the auth block does when it closes
//! (protocol `sync` 1.2, 1.6, 1.7).
//!
//! The page goes to the consent screen, to the service's redirect URI, and in the end to a continue URL that is good once. That call
//! comes from the person's browser and says nothing about who they are: the one-time word in it does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};

use crate::journal::{Closing, Entry, Happened};
use crate::login::{asked::Asked, page};
use crate::payload::PLUGIN_PARAM;
use crate::people::Person;
use crate::platform::{Platform, Saying};
use crate::random;
use crate::room::own_page_only;

/// The half-views that are open: the one-time word of the continue URL, and whose turn goes on there.
#[derive(Debug, Default)]
pub(crate) struct HalfViews(Mutex<HashMap<String, Open>>);

#[derive(Clone, Debug)]
struct Open {
    turn: String,
    person: &'static Person,
    saying: Saying,
    /// The continue URL.
    resume: String,
}

impl HalfViews {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, word: &str) -> Option<Open> {
        self.all().get(word).cloned()
    }

    /// Only the first one who asks gets it.
    fn close(&self, word: &str) -> Option<Open> {
        self.all().remove(word)
    }

    /// A phone shows one at a time.
    fn open(&self, word: &str, open: Open) {
        let mut all = self.all();
        all.retain(|_, other| other.person.id != open.person.id);
        all.insert(word.to_owned(), open);
    }
}

/// The continue URL, and the button that closes the half-view.
pub(crate) fn routes() -> Router<Arc<Platform>> {
    Router::new()
        .route("/talk-plugin/continue/{word}", get(resume))
        .route("/room/half-views/{turn}/close", post(dismiss).layer(from_fn(own_page_only)))
}

impl Platform {
    /// Somebody tapped what leads to the auth block.
    pub(crate) fn open_half_view(&self, person: &'static Person, mut saying: Saying) -> Entry {
        saying.skill.clone_from(&self.skills.of_auth_block); // a block has one skill, wherever its button was
        let (turn, word) = (random::hex::<8>(), random::hex::<16>());
        self.journal.write(Happened::Said {
            turn: turn.clone(),
            person: person.id.to_owned(),
            skill: saying.skill.clone(),
            text: saying.text.clone(),
            trigger: saying.trigger.clone().unwrap_or_default(),
        });
        let resume = format!("{}/talk-plugin/continue/{word}", self.skills.url);
        self.kakao.hand_over(&resume, person.id);
        let url = self.kakao.plugin_page(&resume);
        self.half_views.open(&word, Open { turn: turn.clone(), person, saying, resume });
        self.journal.write(Happened::HalfView { turn, person: person.id.to_owned(), url })
    }

    fn closed(&self, open: &Open, how: Closing) {
        self.journal.write(Happened::Closed { turn: open.turn.clone(), person: open.person.id.to_owned(), how });
    }

    /// The auth block goes on: its skill is called with what the plugin left behind.
    fn go_on(self: Arc<Self>, open: Open, complete: Option<bool>) {
        let mut saying = open.saying;
        let value = self.kakao.left_behind(open.person.id, &open.resume, complete);
        saying.slots.insert(PLUGIN_PARAM.to_owned(), value.into());
        saying.resumed = Some(open.turn);
        // The browser does not wait for the skill.
        tokio::spawn(async move { self.say(saying).await });
    }
}

/// `GET /talk-plugin/continue/{word}`: the service is done with the browser. `complete` and `user_match_url` are believed to travel
/// here; neither their place nor their spelling is documented.
async fn resume(State(platform): State<Arc<Platform>>, Path(word): Path<String>, request: Request) -> Response {
    let Ok(asked) = Asked::read(request).await else { return StatusCode::BAD_REQUEST.into_response() };
    if let Some(url) = asked.query.get("user_match_url").filter(|url| !page::origin(url).is_empty()) {
        // Account matching: the half-view stays, and ends at this address once more.
        return match platform.half_views.find(&word) {
            Some(_) => to(url),
            None => over(StatusCode::GONE),
        };
    }
    let Some(open) = platform.half_views.close(&word) else { return over(StatusCode::GONE) };
    let complete = match asked.query.get("complete") {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => None,
    };
    if complete == Some(false) {
        platform.closed(&open, Closing::Failed);
    } else {
        platform.closed(&open, Closing::Continued);
        platform.go_on(open, complete);
    }
    over(StatusCode::OK)
}

/// `POST /room/half-views/{turn}/close`: the person closed it, and nothing goes on.
async fn dismiss(State(platform): State<Arc<Platform>>, Path(turn): Path<String>) -> StatusCode {
    let word = platform.half_views.all().iter().find(|(_, open)| open.turn == turn).map(|(word, _)| word.clone());
    match word.and_then(|word| platform.half_views.close(&word)) {
        Some(open) => {
            platform.closed(&open, Closing::Dismissed);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::NOT_FOUND,
    }
}

fn to(url: &str) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(url) = HeaderValue::from_str(url) {
        response.headers_mut().insert(header::LOCATION, url);
    }
    response
}

/// What a browser shows that is not a half-view, and so does not close.
fn over(status: StatusCode) -> Response {
    let words = if status == StatusCode::OK {
        "채팅방에서 이어져요. 이 창은 닫아도 돼요."
    } else {
        "이미 끝난 화면이에요. 채팅방에서 다시 시작해 주세요."
    };
    let body = format!(
        "<h1>채팅방으로 돌아가요</h1>\n<p role=\"status\">{words}</p>\n<p><a href=\"/\" target=\"_top\">채팅방 열기</a></p>"
    );
    page::html(status, "채팅방으로 돌아가요", &body, "")
}
