//! What holds for every program of builder calls for Kakao Work: random programs, with hostile and with proper arguments.
//!
//! A program is a tape of numbers; each choice takes the next one. So a failing program shrinks like any list.
#![allow(clippy::expect_used, reason = "tests")]

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;
use shared::kakao::limits::{Severity, work};
use shared::kakao::parse;
use shared::kakao::work::*;

const CASES: u32 = 10_000;

const TEXTS: [&str; 12] = [
    "결재",
    "두 줄\n입니다",
    "끝줄\r\n",
    "👨‍👩‍👧‍👦",
    "🇰🇷",
    "\u{1112}\u{1161}\u{11AB}",
    "e\u{301}\u{302}",
    "{\"a\":null}",
    "null",
    "\u{200F}\u{202E}",
    "\u{0}\u{7}",
    " ",
];
const GOOD_URLS: [&str; 4] = ["http://a", "https://a.kr/가?b=c", "HTTPS://a", "https://1.2.3.4:80/"];
const BAD_URLS: [&str; 8] = ["", "https://", "a.kr", "javascript:1", "mailto:", "ftp://a", "https://a b", "https:///x"];

/// Makes the choices of one program.
struct Hand {
    tape: Vec<u32>,
    next: usize,
    hostile: bool,
}

impl Hand {
    fn below(&mut self, bound: usize) -> usize {
        self.next += 1;
        self.tape.get(self.next - 1).copied().unwrap_or(0) as usize % bound
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    fn bad(&mut self) -> bool {
        self.hostile && self.below(16) == 15
    }

    /// Words of any length; empty ones are hostile: nothing can be cut to fit from them.
    fn text(&mut self) -> String {
        if self.bad() {
            return ["가", "\n"][self.below(2)].repeat([0, 12_000][self.below(2)]);
        }
        let times = if self.below(24) == 23 { 700 } else { [1, 2, 7, 40][self.below(4)] };
        TEXTS[self.below(TEXTS.len())].repeat(times)
    }

    fn word(&mut self) -> String {
        if self.bad() { String::new() } else { format!("w{}", self.below(1_000)) }
    }

    fn url(&mut self) -> String {
        let urls: &[&str] = if self.bad() { &BAD_URLS } else { &GOOD_URLS };
        urls[self.below(urls.len())].to_owned()
    }

    fn inlines(&mut self) -> Vec<Inline> {
        let number = if self.bad() { 0 } else { 1 + self.below(4) };
        (0..number)
            .map(|_| {
                let text = self.text();
                let inline = match self.below(4) {
                    0 => Inline::link(text, self.url()),
                    1 => Inline::mention(text, if self.bad() { 0 } else { u64::MAX }),
                    _ => Inline::words(text),
                };
                match self.below(4) {
                    0 => inline.bold().italic(),
                    1 => inline.strike(),
                    2 => inline.color(if self.bad() { "green".into() } else { Color::Grey }),
                    _ => inline,
                }
            })
            .collect()
    }

    fn text_block(&mut self) -> TextBlock {
        if self.yes() { TextBlock::new(self.text()) } else { TextBlock::of(self.inlines()) }
    }

    fn action(&mut self) -> Action {
        match self.below(7) {
            0 => Action::open(self.url()),
            1 => Action::open_inside(self.url()),
            2 => Action::open_inside(self.url()).window(1, 2),
            3 if self.bad() => Action::open_app(None, None),
            3 => Action::open_app(Some("app://a?b=c&d"), self.yes().then_some("앱://b")),
            4 => Action::submit(self.word(), self.word()).window(1, 1).on_ios(Action::open("")),
            5 => Action::modal(self.word()),
            _ => {
                let own = self.action();
                let action = Action::by_device(self.action()).on_pc(self.action()).on_mobile(own);
                action.on_windows(self.action()).on_macos(self.action()).on_android(self.action()).on_ios(self.action())
            }
        }
    }

    fn button(&mut self) -> Button {
        let button = Button::new(self.text(), self.action());
        match self.below(3) {
            0 => button.primary(),
            1 => button.danger(),
            _ => button,
        }
    }

    fn message(&mut self) -> Message {
        let mut message = Message::new(self.text());
        for _ in 0..self.below(8) {
            message = match self.below(10) {
                0 => message.header(self.text(), [HeaderStyle::Blue, HeaderStyle::White][self.below(2)].clone()),
                1 => message.divider(),
                2 => message.block(ImageLink::new(self.url())),
                3 => message.block(self.button()),
                4 => message.block(ActionRow::two(self.button(), self.button())),
                5 => message.block(ActionRow::three(self.button(), self.button(), self.button())),
                6 => message.block(Description::new(self.text(), self.text_block()).accent()),
                7 => message
                    .block(Section::new(self.text_block()).image(ImageLink::new(self.url())).action(self.action())),
                8 => message.block(Context::new(self.text_block(), ImageLink::new(self.url()))),
                _ => message.block(self.text_block()),
            };
        }
        message
    }

    fn modal(&mut self) -> Modal {
        let mut modal = Modal::new(self.text(), self.text()).accept(self.text()).decline(self.text());
        let number = if self.bad() { 0 } else { 1 + self.below(8) };
        for at in 0..number {
            let name = if self.bad() { "same".to_owned() } else { format!("n{at}") };
            modal = match self.below(4) {
                0 => modal.block(Label::new(self.text())),
                1 => modal.block(Label::of(self.inlines())),
                2 => modal.block(Input::new(name).placeholder(self.text()).required()),
                _ => {
                    let number = if self.bad() { [0, 31][self.below(2)] } else { 1 + self.below(30) };
                    let options = (0..number).map(|at| SelectOption::new(self.text(), at.to_string()));
                    let options: Vec<_> = options.collect();
                    modal.block(Select::new(name, options).placeholder(self.text()))
                }
            };
        }
        modal
    }
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

/// Gives random programs to `test`.
fn programs(hostile: bool, test: impl Fn(Hand) -> Result<(), TestCaseError>) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config)
        .run(&prop::collection::vec(any::<u32>(), 1..120), |tape| test(Hand { tape, next: 0, hostile }));
    assert!(result.is_ok(), "{}", result.expect_err("failed"));
}

#[test]
fn what_is_accepted_comes_back_the_same_and_has_no_error() {
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    programs(true, |mut hand| {
        let (message, modal) = (hand.message().checked(), hand.modal().checked());
        for ok in [message.is_ok(), modal.is_ok()] {
            let count = if ok { &accepted } else { &refused };
            count.set(count.get() + 1);
        }
        if let Ok(message) = message {
            let body = serde_json::to_string(&message).expect("writes");
            let read: Message = parse(body.as_bytes()).expect("parses");
            prop_assert!(&read == message.get());
            prop_assert!(work::message(&read).iter().all(|finding| finding.severity < Severity::Error));
            prop_assert!(!has_null(&parse(body.as_bytes()).expect("JSON")), "{body}");
        }
        if let Ok(modal) = modal {
            let body = serde_json::to_string(&modal.clone().answer()).expect("writes");
            let read: ModalAnswer = parse(body.as_bytes()).expect("parses");
            prop_assert!(read.view.as_ref() == Some(modal.get()) && !read.bare);
            prop_assert!(work::modal(&read).iter().all(|finding| finding.severity < Severity::Error));
            prop_assert!(!has_null(&parse(body.as_bytes()).expect("JSON")), "{body}");
        }
        Ok(())
    });
    // Otherwise the programs are too tame or too wild to show anything.
    let (accepted, refused) = (accepted.get(), refused.get());
    assert!(accepted > CASES / 10 && refused > CASES / 10, "{accepted} accepted, {refused} refused");
}

#[test]
fn proper_arguments_of_any_length_are_always_accepted_and_counted_right_both_ways() {
    programs(false, |mut hand| {
        let (message, modal) = (hand.message().checked(), hand.modal().checked());
        let rules = |findings: Vec<shared::kakao::limits::Finding>| -> Vec<&str> {
            findings.iter().filter(|finding| finding.severity > Severity::Advice).map(|finding| finding.rule).collect()
        };
        prop_assert!(message.is_ok(), "{}", message.expect_err("there"));
        prop_assert_eq!(rules(work::message(message.expect("there").get())), Vec::<&str>::new());
        prop_assert!(modal.is_ok(), "{}", modal.expect_err("there"));
        // A value comes back as it was and so is never cut.
        let mut rules = rules(work::modal(&modal.expect("there").answer()));
        rules.retain(|rule| *rule != "VALUE-LEN");
        prop_assert_eq!(rules, Vec::<&str>::new());
        Ok(())
    });
}
