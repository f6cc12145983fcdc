//! The answer of `GET /v1/system/ips`: Kakao's own addresses (protocol `channel-and-webhooks` 1).

use serde_json::Value;

use super::message::message;

message! {
    /// Two lists of addresses and ranges.
    SystemIps {
        /// Where Kakao is called. Read both with [`SystemIps::all`].
        inbound: Value,
        /// From where Kakao calls.
        outbound: Value,
    }
}

impl SystemIps {
    /// Everything in both lists, as it is spelled: which of them names the senders of callbacks is written nowhere. `None` unless
    /// both are lists and hold nothing but texts.
    pub fn all(&self) -> Option<Vec<&str>> {
        let [inbound, outbound] = [&self.inbound, &self.outbound].map(|list| list.get().and_then(Value::as_array));
        inbound?.iter().chain(outbound?).map(Value::as_str).collect()
    }
}
