//! Any bytes as a callback, a message and a modal of Kakao Work: what parses can be judged, mended and written,
//! and carries no ticket of ours.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use shared::bot::work::{NoTicket, Signer};
use shared::clock::Millis;
use shared::kakao::limits::work;
use shared::kakao::parse;
use shared::kakao::work::{Callback, Message, ModalAnswer};
use shared::secret::Secret;

static SIGNER: LazyLock<Signer> =
    LazyLock::new(|| Signer::derive(&[Secret::new("of the fuzz target")]).expect("a key"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(callback) = parse::<Callback>(bytes) {
        let _ = (callback.kind(), callback.acted_at(), callback.message(), callback.conversation_id());
        let _ = (callback.entered("reason"), work::callback(&callback), shared::store::callback_id(&callback));
        let opened = SIGNER.open::<Value>("decide", &callback, Millis(0));
        assert!(matches!(opened, Err(NoTicket::Forged)), "nobody signs by chance");
    }
    if let Ok(mut message) = parse::<Message>(bytes) {
        let _ = work::message(&message);
        message.nest_buttons();
        assert_eq!(message.nest_buttons(), 0, "once is enough");
        serde_json::to_vec(&message).expect("writes");
    }
    if let Ok(mut answer) = parse::<ModalAnswer>(bytes) {
        let _ = work::modal(&answer);
        answer.wrap();
        serde_json::to_vec(&answer).expect("writes");
    }
});
