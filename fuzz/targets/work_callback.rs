//! Any bytes as a callback, a message and a modal of Kakao Work: what parses is written back as it came, can be judged, and carries no
//! ticket of ours.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::bot::work::{NoTicket, Signer};
use shared::clock::Millis;
use shared::kakao::limits::work;
use shared::kakao::parse;
use shared::kakao::work::{Callback, Message, ModalAnswer};
use shared::secret::Secret;

static SIGNER: LazyLock<Signer> =
    LazyLock::new(|| Signer::derive(&[Secret::new("of the fuzz target")]).expect("a key"));

/// What can be read is written back; a name that is there twice is once.
fn read<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Option<T> {
    let read: T = parse(bytes).ok()?;
    let plain: Value = serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)).expect("it is JSON");
    assert_eq!(serde_json::to_value(&read).expect("writes"), plain, "what was read is written back");
    Some(read)
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(callback) = read::<Callback>(bytes) {
        let _ = (callback.kind(), callback.acted_at(), callback.message(), callback.conversation_id());
        let _ = (callback.entered("reason"), work::callback(&callback), shared::store::callback_id(&callback, Millis(0)));
        let opened = SIGNER.open::<Value>("decide", &callback, Millis(0));
        assert!(matches!(opened, Err(NoTicket::Forged)), "nobody signs by chance");
    }
    if let Some(mut message) = read::<Message>(bytes) {
        let _ = work::message(&message);
        message.nest_buttons();
        let written = serde_json::to_vec(&message).expect("writes");
        assert!(parse::<Message>(&written).expect("what is mended can be read") == message);
        assert_eq!(message.nest_buttons(), 0, "once is enough");
    }
    if let Some(mut answer) = read::<ModalAnswer>(bytes) {
        let _ = work::modal(&answer);
        answer.wrap();
        let written = serde_json::to_vec(&answer).expect("writes");
        assert!(parse::<ModalAnswer>(&written).expect("what is wrapped can be read") == answer);
    }
});
