//! The last step before sending: what has no error, and nothing else.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/uxguide/>

use serde::Serialize;

use super::message::judge_message;
use super::modal::judge_modal;
use crate::kakao::limits::at::At;
use crate::kakao::limits::refused::Refused;
use crate::kakao::limits::report::{Report, Setting};
use crate::kakao::work::{Message, Modal, ModalAnswer};

/// A message or modal without any broken rule of severity `E`. There is no other way to make one than to check it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    /// What was checked.
    pub fn get(&self) -> &T {
        &self.0
    }

    /// The same, to be changed and checked again.
    pub fn into_inner(self) -> T {
        self.0
    }
}

fn checked<T>(value: T, judge: impl Fn(&T, &mut Report<'_>)) -> Result<Checked<T>, Refused> {
    let setting = Setting::default();
    let mut report = Report::errors_only(&setting);
    judge(&value, &mut report);
    if report.findings.is_empty() { Ok(Checked(value)) } else { Err(Refused { errors: report.findings }) }
}

impl Message {
    /// The finished message, or what Kakao Work would refuse about it, with the place: it does not say so itself.
    ///
    /// # Errors
    /// [`Refused`] with every broken rule.
    pub fn checked(self) -> Result<Checked<Message>, Refused> {
        checked(self, judge_message)
    }
}

impl Modal {
    /// The finished modal, or why it would not open.
    ///
    /// # Errors
    /// [`Refused`] with every broken rule.
    pub fn checked(self) -> Result<Checked<Modal>, Refused> {
        checked(self, |modal, report| judge_modal(modal, At::top(), report))
    }
}

impl Checked<Modal> {
    /// The answer to `request_modal`.
    pub fn answer(self) -> ModalAnswer {
        self.0.into()
    }
}
