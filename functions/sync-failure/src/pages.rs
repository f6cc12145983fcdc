//! What a person reads. Reasons are a closed list in our own words, or the bot's: nothing that came from outside is ever shown.

use shared::app::App;
use shared::bot::{SignUp, Trouble, Words};
use shared::http::{HtmlForm, Page, Response};
use shared::sign_up::{Pass, to_chat};
use shared::store::sign_up::{Saga, Wish};

/// The name of the buttons.
pub(crate) const WAY: &str = "way";

/// Why it failed, and three ways on.
pub(crate) fn failed<B: SignUp>(app: &App<B>, saga: Option<&Saga>, pass: &Pass, query: &str) -> Response {
    let why = saga.and_then(|saga| saga.why.as_ref());
    let trouble = Trouble::of(why);
    let words = match (trouble, why.and_then(|why| why.word())) {
        (None, Some(word)) => app.bot.refusal(word),
        (trouble, _) => app.bot.trouble(trouble.unwrap_or(Trouble::Ours)),
    };
    let page = Page::new("가입하지 못했어요", "You were not signed up").paragraph(words.ko, words.en);
    let page = page.code(trouble.map_or("refused", Trouble::word));
    let Some(back) = &pass.back else { return outside_the_chat(page, app).respond(200) };
    let form = HtmlForm::post(&format!("?{query}"));
    let form = form.button(WAY, Wish::Again.as_str(), ("다시 가입하기", "Sign up again"));
    let form = match app.bot.talk_to_a_person() {
        Some(Words { ko, en }) => form.button(WAY, Wish::Person.as_str(), (ko, en)),
        None => form,
    };
    to_chat(page.form(form, Some(back.as_str())), Some(back)).respond(200)
}

/// Of a login that did not begin in the chat: it begins again where it began.
fn outside_the_chat<B>(page: Page, app: &App<B>) -> Page {
    match app.env.sync.page("login") {
        Some(login) => page.link("다시 가입하기", "Sign up again", &login),
        None => to_chat(page, None),
    }
}

/// What was posted is not what the page has.
pub(crate) fn bad_form(pass: &Pass) -> Response {
    let page = Page::new("알아볼 수 없는 요청이에요", "This cannot be understood");
    let page = page.paragraph("채팅방에서 가입을 다시 시작해 주세요.", "Please start again in the chat.");
    to_chat(page, pass.back.as_ref()).respond(400)
}

/// There is no chat to go back to.
pub(crate) fn over() -> Response {
    let page = Page::new("정리했어요", "That is done");
    to_chat(page, None).respond(200)
}
