//! The form, and what a person reads instead. What is shown of the outside is what the person has written, in its own field.

use shared::bot::{Field, Kind, Words};
use shared::http::{Bilingual, HtmlForm, Input, Page, Response};
use shared::kakao::sync::ContinueUrl;
use shared::sign_up::{Ending, to_chat};

use crate::asked::{Asked, DEPTH, GO};

const GO_ON: Bilingual<'_> = ("계속하기", "Go on");

/// The form as the rule asks it. `query` is the page's own address.
pub(crate) fn form(asked: &Asked, query: &str, ending: &Ending<'_>) -> Response {
    let Words { ko, en } = asked.form.title();
    let page = Page::new(ko, en);
    let page = asked.form.said().map_or(page.clone(), |notice| page.paragraph(notice.ko, notice.en));
    let form = HtmlForm::post(query).hidden(DEPTH, &asked.depth.to_string());
    let form = asked.before.iter().fold(form, |form, (name, answer)| form.hidden(name, answer));
    let form = asked.form.fields().iter().fold(form, |form, field| draw(form, field, asked));
    let page = page.form(form.button(GO, "on", GO_ON), ending.leads_to());
    to_chat(page, ending.back).respond(200)
}

fn draw(form: HtmlForm, field: &Field, asked: &Asked) -> HtmlForm {
    let wrong = asked.wrong(field).map(|wrong| wrong.words());
    let pair = |words: Words| (words.ko, words.en);
    let (kind, attributes) = match field.kind() {
        Kind::Phone => ("tel", "autocomplete=\"tel\" maxlength=\"200\"".to_owned()),
        Kind::BirthDate => ("text", "inputmode=\"numeric\" autocomplete=\"bday\" maxlength=\"200\"".to_owned()),
        Kind::Text { max } => ("text", format!("maxlength=\"{max}\"")),
        Kind::Choice(_) => ("radio", String::new()),
    };
    let input = Input {
        name: field.name(),
        kind,
        attributes: &attributes,
        label: pair(field.label()),
        hint: field.meant().map(pair),
        error: wrong.as_ref().map(|(ko, en)| (ko.as_str(), en.as_str())),
        value: asked.written(field),
        required: field.is_required(),
    };
    match field.kind() {
        Kind::Choice(options) => {
            let options: Vec<(&str, Bilingual<'_>)> =
                options.iter().map(|(value, words)| (*value, pair(*words))).collect();
            form.choice(&input, &options)
        }
        _ => form.input(&input),
    }
}

/// Nothing is asked any more.
pub(crate) fn go_on(query: &str, ending: &Ending<'_>) -> Response {
    let page = Page::new("거의 다 됐어요", "Almost done");
    let page = page.form(HtmlForm::post(query).button(GO, "on", GO_ON), ending.leads_to());
    to_chat(page, ending.back).respond(200)
}

/// Somebody is at it, or Kakao does not answer just now: the same page again, when the person likes.
pub(crate) fn look_again(query: &str, back: Option<&ContinueUrl>) -> Response {
    let page = Page::new("확인하고 있어요", "Looking into it");
    let page = page.paragraph("잠시 뒤 다시 확인해 주세요.", "Please look again in a moment.");
    to_chat(page.link("다시 확인하기", "Look again", query), back).respond(200)
}

/// What was posted is not what the page has.
pub(crate) fn bad_form(query: &str) -> Response {
    let page = Page::new("알아볼 수 없는 요청이에요", "This cannot be understood");
    page.link("다시 적기", "Fill it in again", query).respond(400)
}
