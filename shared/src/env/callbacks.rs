//! The settings of what Kakao calls by itself: the channel, unlink and account callbacks.

use super::addresses::Addresses;

/// What becomes of a member who ends their link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnlinkPolicy {
    /// Everything of theirs is erased.
    Erase,
    /// They stay known as a former member.
    Keep,
}

impl UnlinkPolicy {
    /// As the environment spells it.
    fn parse(text: &str) -> Option<Self> {
        match text {
            "erase" => Some(Self::Erase),
            "keep" => Some(Self::Keep),
            _ => None,
        }
    }
}

/// Where callbacks may come from, besides showing the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackAddresses {
    /// Anywhere.
    Anywhere,
    /// The addresses that Kakao publishes, as the table has them.
    Kakaos,
    /// These.
    Listed(Addresses),
}

impl CallbackAddresses {
    /// As the environment spells it.
    fn parse(text: &str) -> Self {
        match text {
            "off" => Self::Anywhere,
            "kakao" => Self::Kakaos,
            list => Self::Listed(Addresses::read(list)),
        }
    }
}

/// The settings of the callbacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackSettings {
    /// `KAKAO_APP_ID`: the number of the app. Without it the callbacks are off; with it a token of another app is nobody's.
    pub app_id: Option<String>,
    /// `CALLBACK_ADDRESSES`: `off`, `kakao` or CIDRs; unset: `off`. A signed account event is taken from elsewhere too, and told of.
    pub addresses: CallbackAddresses,
    /// `CHANNEL_IDS`: the public ids of our channels (`_AbCdE`), comma-separated; empty: every channel that is linked to the app.
    pub channels: Vec<String>,
    /// `UNLINK_POLICY`; `None`: nobody said. The functions are always told; who works by hand has to say it.
    pub unlink_policy: Option<UnlinkPolicy>,
    /// `CHANNEL_OTHERS=refuse`: an event of another channel is answered with 403 instead of 200.
    pub refuse_other_channels: bool,
}

impl CallbackSettings {
    /// The settings as `get` tells them: trimmed, and `None` if empty.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let list =
            |text: String| text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
        Self {
            app_id: get("KAKAO_APP_ID"),
            addresses: get("CALLBACK_ADDRESSES")
                .map_or(CallbackAddresses::Anywhere, |addresses| CallbackAddresses::parse(&addresses)),
            channels: get("CHANNEL_IDS").map(list).unwrap_or_default(),
            unlink_policy: get("UNLINK_POLICY").and_then(|policy| UnlinkPolicy::parse(&policy)),
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
    use super::CallbackAddresses as From;
    use crate::env::Env;

    #[test]
    fn everything_is_off_or_open_unless_it_is_set() {
        let callbacks = Env::read(|_| None).callbacks;
        assert_eq!((callbacks.app_id.as_deref(), &callbacks.addresses), (None, &From::Anywhere));
        assert!(callbacks.is_ours("_any") && !callbacks.refuse_other_channels && callbacks.unlink_policy.is_none());
        let callbacks =
            Env::read(|name| Some(if name == "CHANNEL_OTHERS" { "refuse" } else { " _a ,,_b" }.to_owned())).callbacks;
        assert!(callbacks.is_ours("_a") && callbacks.is_ours("_b") && !callbacks.is_ours("_A"));
        assert!(callbacks.refuse_other_channels);
    }

    #[test]
    fn addresses_are_off_kakaos_or_a_list() {
        let from =
            |text: &str| Env::read(|name| (name == "CALLBACK_ADDRESSES").then(|| text.to_owned())).callbacks.addresses;
        assert_eq!([from(""), from(" off ")], [From::Anywhere, From::Anywhere]);
        assert_eq!(from("kakao"), From::Kakaos);
        for (text, open) in [("127.0.0.0/8", true), ("10.0.0.0/8", false), ("kakoa", false), ("OFF", false)] {
            let home = "127.0.0.1".parse().ok();
            assert!(matches!(from(text), From::Listed(list) if list.contain(home) == open), "{text}");
        }
    }
}
