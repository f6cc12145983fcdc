//! What the plugin left behind in a parameter of the block (protocol `sync` 1.7 and 2): hints, every one of them optional.

use serde_json::Value;

use crate::env::Env;
use crate::kakao::skill::{Otp, SkillRequest, Slot};
use crate::kapi::otp::OtpUrl;
use crate::store::AppUser;

/// What the plugin says.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Whether the sign-up was recorded.
    pub(crate) saved: Option<bool>,
    /// Who it was.
    pub(crate) app: Option<AppUser>,
    /// A one-time address that may be fetched.
    pub(crate) url: Option<OtpUrl>,
    /// Whether it comes from the parameter `SYNC_PARAM`, which nothing but the plugin fills. What a person typed into another one can
    /// have the same shape.
    pub(crate) pinned: bool,
    /// There is an address, and it is none of the plugin's.
    pub(crate) bad_address: bool,
}

impl Told {
    /// Looks at the one parameter that the setting names, else at all of them: the one that says how it went counts first.
    pub(crate) fn of(request: &SkillRequest, env: &Env) -> Self {
        if let Some(name) = &env.sync.param {
            let told = request.slot(name).and_then(|slot| read(slot, env)).unwrap_or_default();
            return Self { pinned: true, ..told };
        }
        let mut all: Vec<Self> = request.slots().filter_map(|(_, slot)| read(slot, env)).collect();
        let at = all.iter().position(|told| told.saved.is_some()).unwrap_or_default();
        if all.is_empty() { Self::default() } else { all.swap_remove(at) }
    }
}

/// `None` if it is of another shape, or another plugin's.
fn read(slot: Slot<'_>, env: &Env) -> Option<Told> {
    let bare =
        [slot.raw().as_str(), slot.origin()].into_iter().flatten().find_map(|text| OtpUrl::parse(text.trim(), env));
    let Some(otp) = slot.otp().or_else(|| only_who(slot)) else {
        return bare.filter(OtpUrl::is_profile).map(|url| Told { url: Some(url), ..Told::default() });
    };
    let url = otp.url().and_then(|text| OtpUrl::parse(text, env)).or(bare);
    if url.as_ref().is_some_and(|url| !url.is_profile()) {
        return None; // another plugin's, as that of a location
    }
    Some(Told {
        saved: otp.is_saved(),
        app: otp.app_user_id().and_then(AppUser::parse),
        bad_address: url.is_none() && otp.url().is_some(),
        url,
        pinned: false,
    })
}

/// A value that says nothing but who it was.
fn only_who(slot: Slot<'_>) -> Option<Otp> {
    let value = slot.json().filter(Value::is_object)?;
    serde_json::from_value::<Otp>(value).ok().filter(|otp| otp.app_user_id().is_some())
}
