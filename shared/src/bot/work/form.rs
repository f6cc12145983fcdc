//! The way from a struct to a modal, and from a submission back to the struct.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::probe::{Kind, NotAForm, Shape, shapes};
use crate::kakao::limits::work::Checked;
use crate::kakao::skill::Map;
use crate::kakao::work::{Input, Label, Modal, Select, SelectOption, entered};

/// Characters of an answer, unless [`Ask::at_most`] says otherwise. The client has no limit of its own.
pub const LONGEST_ANSWER: usize = 1_000;

/// A struct that is a modal: a field is a line to fill in if it is text and a choice if it is an enum without data; what is an
/// `Option` may stay blank. Names, order and words of the enums are serde's, so `#[serde(rename)]` counts.
pub trait WorkForm: DeserializeOwned {
    /// The title of the modal.
    const TITLE: &'static str;
    /// What the button says that submits it.
    const ACCEPT: &'static str = "확인";
    /// What the button says that closes it.
    const DECLINE: &'static str = "취소";

    /// The words around a field.
    fn ask(field: &str) -> Ask;

    /// The modal. `value` comes back with the submission.
    ///
    /// # Errors
    /// [`NotAForm`] if this type or its words can be no modal. It depends on nothing else, so one test is enough.
    fn modal(value: impl Into<String>) -> Result<Checked<Modal>, NotAForm> {
        let modal = Modal::new(Self::TITLE, value).accept(Self::ACCEPT).decline(Self::DECLINE);
        let modal = shapes::<Self>()?.iter().fold(modal, |modal, shape| add(modal, shape, &Self::ask(shape.name)));
        modal.checked().map_err(|refused| NotAForm::Unfit(refused.errors.iter().map(|finding| finding.rule).collect()))
    }

    /// What was submitted, from [`Callback::actions`](crate::kakao::work::Callback::actions). Nothing of it is believed: the client
    /// insists on required fields, and whoever knows the URL does not.
    ///
    /// # Errors
    /// Every field that is wrong, in order.
    fn read(actions: &Map) -> Result<Self, Vec<Wrong>> {
        let shapes = shapes::<Self>().unwrap_or_default();
        let (mut read, mut wrong) = (Map::new(), Vec::new());
        for shape in &shapes {
            let ask = Self::ask(shape.name);
            match answer(actions, shape, &ask) {
                Ok(value) => drop(read.insert(shape.name.to_owned(), value)),
                Err(why) => wrong.push(Wrong { field: shape.name, label: ask.label, why }),
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        // What is left to go wrong is a type with rules of its own.
        let all = Wrong { field: "", label: String::new(), why: WrongWhy::Refused };
        Self::deserialize(Value::Object(read)).map_err(|_| vec![all])
    }
}

/// The words around a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    label: String,
    placeholder: String,
    options: Vec<(String, String)>,
    at_most: Option<usize>,
}

impl Ask {
    /// What stands above the field; nothing if it is empty.
    pub fn new(label: impl Into<String>) -> Self {
        Ask { label: label.into(), ..Self::default() }
    }

    /// Grey words in the empty field.
    pub fn placeholder(self, words: impl Into<String>) -> Self {
        Ask { placeholder: words.into(), ..self }
    }

    /// What a person reads for a word of the enum; the word itself without this. Options come in this order, the others after them.
    pub fn option(mut self, word: impl Into<String>, text: impl Into<String>) -> Self {
        self.options.push((word.into(), text.into()));
        self
    }

    /// Longest answer in characters.
    pub fn at_most(self, characters: usize) -> Self {
        Ask { at_most: Some(characters), ..self }
    }
}

/// A field that was filled in wrongly. The modal cannot show it: say it in the room, beside the button that opens it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field; empty if it is about all of them.
    pub field: &'static str,
    /// What stood above it.
    pub label: String,
    /// What is wrong.
    pub why: WrongWhy,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WrongWhy {
    /// It is blank and must not be.
    Missing,
    /// It has more characters than it may.
    TooLong {
        /// How many it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// It is none of the options.
    NotAnOption,
    /// The type of a field did not take it.
    Refused,
}

impl Wrong {
    /// A sentence for the person.
    pub fn words(&self) -> String {
        let field = if self.label.is_empty() { self.field } else { &self.label };
        match self.why {
            WrongWhy::Missing => format!("「{field}」 항목을 채워 주세요."),
            WrongWhy::TooLong { found, most } => {
                format!("「{field}」 항목은 {most}자까지 쓸 수 있어요. 지금 {found}자예요.")
            }
            WrongWhy::NotAnOption => format!("「{field}」 항목에서 하나를 골라 주세요."),
            WrongWhy::Refused => "적어 주신 내용을 읽지 못했어요.".to_owned(),
        }
    }
}

fn add(modal: Modal, shape: &Shape, ask: &Ask) -> Modal {
    let modal = if ask.label.is_empty() { modal } else { modal.block(Label::new(&ask.label)) };
    match shape.kind {
        Kind::Text => {
            let input = Input::new(shape.name).placeholder(&ask.placeholder);
            modal.block(if shape.required { input.required() } else { input })
        }
        Kind::Choice(words) => {
            let said = ask.options.iter().filter(|(word, _)| words.contains(&word.as_str())).cloned();
            let unsaid = words.iter().filter(|word| ask.options.iter().all(|(said, _)| said != *word));
            let options = said.chain(unsaid.map(|word| ((*word).to_owned(), (*word).to_owned())));
            let options = options.map(|(word, text)| SelectOption::new(text, word));
            let select = Select::new(shape.name, options).placeholder(&ask.placeholder);
            modal.block(if shape.required { select.required() } else { select })
        }
    }
}

/// The answer to one field; `null` if it is blank and may be.
fn answer(actions: &Map, shape: &Shape, ask: &Ask) -> Result<Value, WrongWhy> {
    let Some(text) = entered(actions, shape.name).map(str::trim) else {
        return if shape.required { Err(WrongWhy::Missing) } else { Ok(Value::Null) };
    };
    match shape.kind {
        Kind::Choice(words) if !words.contains(&text) => Err(WrongWhy::NotAnOption),
        Kind::Choice(_) => Ok(text.into()),
        Kind::Text => {
            let (found, most) = (text.chars().count(), ask.at_most.unwrap_or(LONGEST_ANSWER));
            if found > most { Err(WrongWhy::TooLong { found, most }) } else { Ok(text.into()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Trip {
        where_to: Place,
        #[serde(rename = "why")]
        reason: String,
        with: Option<Name>,
        by: Option<Vehicle>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Name(String);

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Place {
        Seoul,
        JejuIsland,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Vehicle {
        Train,
        Ship,
    }

    impl WorkForm for Trip {
        const TITLE: &str = "출장";
        const ACCEPT: &str = "신청";

        fn ask(field: &str) -> Ask {
            match field {
                "whereTo" => Ask::new("어디로").option("jeju_island", "제주").option("seoul", "서울"),
                "why" => Ask::new("왜").placeholder("짧게").at_most(5),
                "with" => Ask::new("누구와"),
                _ => Ask::default(),
            }
        }
    }

    fn read(actions: Value) -> Result<Trip, Vec<Wrong>> {
        Trip::read(actions.as_object().unwrap())
    }

    #[test]
    fn the_struct_is_the_modal() {
        let modal = Trip::modal("v").unwrap();
        assert_eq!(
            serde_json::to_value(modal.answer()).unwrap(),
            json!({"view": {"title": "출장", "accept": "신청", "decline": "취소", "value": "v", "blocks": [
                {"type": "label", "text": "어디로"},
                {"type": "select", "name": "whereTo", "required": true,
                 "options": [{"text": "제주", "value": "jeju_island"}, {"text": "서울", "value": "seoul"}]},
                {"type": "label", "text": "왜"},
                {"type": "input", "name": "why", "required": true, "placeholder": "짧게"},
                {"type": "label", "text": "누구와"},
                {"type": "input", "name": "with", "required": false},
                {"type": "select", "name": "by", "required": false,
                 "options": [{"text": "Train", "value": "Train"}, {"text": "Ship", "value": "Ship"}]}
            ]}})
        );
    }

    #[test]
    fn the_struct_receives_what_was_filled_in() {
        let trip = read(json!({"whereTo": "seoul", "why": " 회의 ", "with": "둘리", "by": "Ship", "odd": 7})).unwrap();
        let with = Some(Name("둘리".to_owned()));
        assert_eq!(trip, Trip { where_to: Place::Seoul, reason: "회의".to_owned(), with, by: Some(Vehicle::Ship) });
        for blank in [json!({"with": null, "by": null}), json!({"with": "", "by": " "}), json!({})] {
            let mut actions = json!({"whereTo": "jeju_island", "why": "가나다라마"});
            actions.as_object_mut().unwrap().append(&mut blank.as_object().unwrap().clone());
            let trip = read(actions).unwrap();
            assert_eq!((trip.where_to, trip.with, trip.by), (Place::JejuIsland, None, None), "{blank}");
        }
    }

    #[test]
    fn nothing_is_believed() {
        let why = |actions: Value| -> Vec<_> {
            read(actions).unwrap_err().into_iter().map(|wrong| (wrong.field, wrong.why)).collect()
        };
        assert_eq!(why(json!({})), [("whereTo", WrongWhy::Missing), ("why", WrongWhy::Missing)]);
        assert_eq!(why(json!({"whereTo": "busan", "why": "w"})), [("whereTo", WrongWhy::NotAnOption)]);
        let long = WrongWhy::TooLong { found: 6, most: 5 };
        assert_eq!(why(json!({"whereTo": "seoul", "why": "가나다라마😀"})), [("why", long)]);
        assert_eq!(
            why(json!({"whereTo": {}, "why": [], "by": "Plane"})),
            [("whereTo", WrongWhy::Missing), ("why", WrongWhy::Missing), ("by", WrongWhy::NotAnOption)]
        );
        let words: Vec<_> = read(json!({"why": "가나다라마😀"})).unwrap_err().iter().map(Wrong::words).collect();
        assert_eq!(words, ["「어디로」 항목을 채워 주세요.", "「왜」 항목은 5자까지 쓸 수 있어요. 지금 6자예요."]);
    }

    #[test]
    fn what_cannot_be_a_form_says_why() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only its shape counts")]
        struct Numbers {
            good: String,
            bad: Option<u32>,
        }
        impl WorkForm for Numbers {
            const TITLE: &str = "t";
            fn ask(_: &str) -> Ask {
                Ask::default()
            }
        }
        assert_eq!(Numbers::modal("v").unwrap_err(), NotAForm::Field("bad"));

        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only its shape counts")]
        enum Data {
            Some(String),
        }
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only its shape counts")]
        struct Holds {
            data: Data,
        }
        impl WorkForm for Holds {
            const TITLE: &str = "";
            fn ask(_: &str) -> Ask {
                Ask::default()
            }
        }
        assert_eq!(Holds::modal("v").unwrap_err(), NotAForm::Field("data"));

        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only its shape counts")]
        struct Untitled {
            text: String,
        }
        impl WorkForm for Untitled {
            const TITLE: &str = "";
            fn ask(_: &str) -> Ask {
                Ask::default()
            }
        }
        assert_eq!(Untitled::modal("v").unwrap_err(), NotAForm::Unfit(vec!["MODAL-FIELDS"]));
    }
}
