//! Kakao Work: a form is a struct ([`WorkForm`]), and a button carries a signed value ([`Ticket`]).
//!
//! ```
//! use serde::Deserialize;
//! use shared::bot::work::{Ask, WorkForm};
//!
//! #[derive(Deserialize)]
//! struct Opinion {
//!     verdict: Verdict,
//!     reason: String,
//!     memo: Option<String>,
//! }
//!
//! #[derive(Debug, PartialEq, Deserialize)]
//! #[serde(rename_all = "lowercase")]
//! enum Verdict {
//!     Approve,
//!     Reject,
//! }
//!
//! impl WorkForm for Opinion {
//!     const TITLE: &str = "결재 의견";
//!
//!     fn ask(field: &str) -> Ask {
//!         match field {
//!             "verdict" => Ask::new("어떻게 할까요?").option("approve", "승인").option("reject", "반려"),
//!             "reason" => Ask::new("이유를 알려 주세요").at_most(200),
//!             _ => Ask::new("남길 말이 있나요?"),
//!         }
//!     }
//! }
//!
//! // It opens the modal …
//! let modal = Opinion::modal("a1").unwrap();
//! assert_eq!(modal.get().blocks().len(), 6, "a label and a block for each field");
//!
//! // … and receives what was filled in.
//! let actions = serde_json::json!({"verdict": "reject", "reason": "일정이 겹쳐요", "memo": null});
//! let opinion = Opinion::read(actions.as_object().unwrap()).unwrap();
//! assert_eq!(opinion.verdict, Verdict::Reject);
//! assert_eq!(opinion.memo, None);
//! ```

mod form;
mod probe;
mod seam;
mod ticket;

pub use form::{Ask, LONGEST_ANSWER, WorkForm, Wrong, WrongWhy};
pub use probe::NotAForm;
pub use seam::{Heard, Unfinished, WorkDesk, WorkModals, WorkTurn, notice_modal, work_off};
pub(crate) use seam::{NOTICE, notice};
pub use ticket::{NoTicket, NotSigned, Signer, Ticket};
