//! The rule and the answers: what has been answered well enough, and what is to be asked now.

use std::collections::BTreeSet;

use shared::bot::{self, Answers, Applicant, Field, Form, MAX_ANSWER, SignUp, Wrong};
use shared::clock::Millis;
use shared::endpoint::catch_panic;
use shared::sign_up::{Accepted, Decision};

/// How many forms may follow each other: a rule that asks more is going round in circles.
const FORMS: usize = 8;

/// How many fields a posted form may have.
const MAX_FIELDS: usize = 64;

/// What was posted: each name once.
#[derive(Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// `None` if there are too many, or one is there twice.
    pub(crate) fn of(fields: Vec<(String, String)>) -> Option<Self> {
        let twice = |at: usize, name: &str| fields[..at].iter().any(|(other, _)| other == name);
        let plain = fields.len() <= MAX_FIELDS && !fields.iter().enumerate().any(|(at, (name, _))| twice(at, name));
        plain.then_some(Self(fields))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A form on its way to the person.
#[derive(Clone)]
pub(crate) struct Asked {
    /// What is asked.
    pub(crate) form: Form,
    /// How many forms will have been answered when this one is.
    pub(crate) depth: usize,
    /// What earlier forms were answered with: it goes along, because nothing is kept here.
    pub(crate) before: Answers,
    /// What was written into this one.
    written: Answers,
    /// What is wrong with it.
    wrong: Vec<(&'static str, Wrong)>,
}

/// The name under which a form says its depth. No field of an author's has a dot in its name ([`Field::text`]).
pub(crate) const DEPTH: &str = ".form";

/// The name of the button that sends a form.
pub(crate) const GO: &str = ".go";

impl Asked {
    /// What stands in a field.
    pub(crate) fn written(&self, field: &Field) -> &str {
        self.written.get(field.name()).unwrap_or_default()
    }

    /// What is wrong with a field.
    pub(crate) fn wrong(&self, field: &Field) -> Option<Wrong> {
        self.wrong.iter().find(|(name, _)| *name == field.name()).map(|(_, wrong)| *wrong)
    }
}

/// Asks the rule, and answers what it asks from `fields` as long as they last.
pub(crate) async fn decide<B: SignUp>(bot: &B, who: &Applicant, fields: &Fields, now: Millis) -> Decision<Asked> {
    let posted = fields.get(DEPTH).and_then(|depth| depth.parse().ok()).unwrap_or(0);
    let mut answers = Answers::default();
    let mut known = BTreeSet::new();
    for round in 0..FORMS {
        let form = match catch_panic(bot.decide(&who.with_answers(answers.clone()))).await {
            Some(bot::Decision::Accept(profile)) => {
                return Decision::Accept(Accepted { profile, ..Accepted::default() });
            }
            Some(bot::Decision::Refuse(word)) => return Decision::Refuse(word),
            Some(bot::Decision::AskMore(form)) => form,
            None => return Decision::Broken,
        };
        // Nothing but what was asked before: the rule does not like an answer, and says so in the form.
        let is_again = !form.fields().is_empty() && form.fields().iter().all(|field| known.contains(field.name()));
        known.extend(form.fields().iter().map(Field::name));
        let depth = if is_again { round } else { round + 1 };
        let is_asked = |name: &str| form.fields().iter().any(|field| field.name() == name);
        let (again, before): (Answers, Answers) = answers.split(is_asked);
        let mut asked = Asked { depth, before, written: again, wrong: Vec::new(), form: form.clone() };
        if round >= posted {
            return Decision::AskMore(asked);
        }
        for field in form.fields() {
            let text: String = fields.get(field.name()).unwrap_or_default().chars().take(MAX_ANSWER + 1).collect();
            match field.accept(&text, now) {
                Ok(Some(answer)) => answers.set(field, answer),
                Ok(None) => {}
                Err(wrong) => asked.wrong.push((field.name(), wrong)),
            }
            asked.written.set(field, text);
        }
        if !asked.wrong.is_empty() {
            return Decision::AskMore(asked);
        }
    }
    Decision::Broken
}
