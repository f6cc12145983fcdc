//! The settings of what Kakao calls by itself: the channel, unlink and account callbacks. Without `KAKAO_APP_ID` they are off.

use super::addresses::Addresses;

/// The settings of the callbacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackSettings {
    /// `CALLBACK_ADDRESSES`: where callbacks may come from, besides showing the key; unset: from anywhere.
    pub addresses: Option<Addresses>,
    /// `CHANNEL_IDS`: the public ids of our channels (`_AbCdE`), comma-separated; empty: every channel that is linked to the app.
    pub channels: Vec<String>,
    /// `UNLINK_POLICY=keep`: who ends their link stays known as a former member; unset: everything of theirs is erased.
    pub keeps_former_members: bool,
    /// `CHANNEL_OTHERS=refuse`: an event of another channel is answered with 403 instead of 200.
    pub refuse_other_channels: bool,
}

impl CallbackSettings {
    /// The settings as `get` tells them: trimmed, and `None` if empty.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let list =
            |text: String| text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
        Self {
            addresses: get("CALLBACK_ADDRESSES").map(|addresses| Addresses::read(&addresses)),
            channels: get("CHANNEL_IDS").map(list).unwrap_or_default(),
            keeps_former_members: get("UNLINK_POLICY").as_deref() == Some("keep"),
            refuse_other_channels: get("CHANNEL_OTHERS").as_deref() == Some("refuse"),
        }
    }

    /// Whether a channel is one of ours.
    pub fn is_ours(&self, channel: &str) -> bool {
        self.channels.is_empty() || self.channels.iter().any(|ours| ours == channel)
    }
}

#[cfg(test)]
mod tests {
    use crate::env::Env;

    #[test]
    fn everything_is_off_or_open_unless_it_is_set() {
        let callbacks = Env::read(|_| None).callbacks;
        assert_eq!(callbacks.addresses, None);
        assert!(callbacks.is_ours("_any") && !callbacks.refuse_other_channels && !callbacks.keeps_former_members);
        let callbacks =
            Env::read(|name| Some(if name == "CHANNEL_OTHERS" { "refuse" } else { " _a ,,_b" }.to_owned())).callbacks;
        assert!(callbacks.is_ours("_a") && callbacks.is_ours("_b") && !callbacks.is_ours("_A"));
        assert!(callbacks.refuse_other_channels);
        assert!(callbacks.addresses.is_some_and(|addresses| !addresses.contain("127.0.0.1".parse().ok())));
    }
}
