//! What happens when a button or a section is pressed.
//! <https://docs.kakaoi.ai/kakao_work/blockkit/buttonblock/>

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::kakao::field::closed_debug;
use crate::kakao::skill::Map;
use crate::kakao::skill::generous::generous;
use crate::kakao::skill::open::open_enum;

/// What happens.
#[derive(Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Action {
    /// What kind of thing happens.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActionType>,
    /// Name; `submit_action` needs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the callback brings back, or an address, by kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `open_inapp_browser`: in a window of its own, on computers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standalone: Option<bool>,
    /// Width of that window in pixels; 980 if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u64>,
    /// Height of that window in pixels; 720 if not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u64>,
    /// `exclusive`: where nothing else fits. Required there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Box<Action>>,
    /// `exclusive`: on computers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pc: Option<Box<Action>>,
    /// `exclusive`: on phones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<Box<Action>>,
    /// `exclusive`: on Windows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<Box<Action>>,
    /// `exclusive`: on macOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub macos: Option<Box<Action>>,
    /// `exclusive`: on Android.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub android: Option<Box<Action>>,
    /// `exclusive`: on iOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ios: Option<Box<Action>>,
    /// Members this version does not know.
    #[serde(flatten)]
    pub rest: Map,
}

open_enum! {
    /// `type` of an action.
    ActionType {
        /// Opens the system's browser.
        OpenSystemBrowser = "open_system_browser",
        /// Opens the built-in browser.
        OpenInappBrowser = "open_inapp_browser",
        /// Opens an app by its scheme.
        OpenExternalApp = "open_external_app",
        /// Calls the callback URL.
        SubmitAction = "submit_action",
        /// Calls the request URL, which answers with a modal.
        CallModal = "call_modal",
        /// One of several, by device.
        Exclusive = "exclusive",
    }
}

closed_debug!(Action);
generous!(Action { kind = "type", name = "name", value = "value", standalone = "standalone", width = "width", height = "height", default = "default", pc = "pc", mobile = "mobile", windows = "windows", macos = "macos", android = "android", ios = "ios" });

/// Left as it is inside `ios=…&aos=…`.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl Action {
    fn of(kind: ActionType, value: impl Into<String>) -> Self {
        Action { kind: Some(kind), value: Some(value.into()), ..Self::default() }
    }

    /// Opens an http or https address in the system's browser.
    pub fn open(url: impl Into<String>) -> Self {
        Self::of(ActionType::OpenSystemBrowser, url)
    }

    /// Opens an http or https address in the built-in browser.
    pub fn open_inside(url: impl Into<String>) -> Self {
        Self::of(ActionType::OpenInappBrowser, url)
    }

    /// The built-in browser in a window of its own, on computers. Other actions stay as they are.
    pub fn window(mut self, width: u64, height: u64) -> Self {
        if self.kind == Some(ActionType::OpenInappBrowser) {
            (self.standalone, self.width, self.height) = (Some(true), Some(width), Some(height));
        }
        self
    }

    /// Opens an app on phones: its address on iOS, on Android, or on both.
    pub fn open_app(ios: Option<&str>, android: Option<&str>) -> Self {
        let part = |name: &str, uri: Option<&str>| uri.map(|uri| format!("{name}={}", utf8_percent_encode(uri, PLAIN)));
        let parts: Vec<String> = [part("ios", ios), part("aos", android)].into_iter().flatten().collect();
        Self::of(ActionType::OpenExternalApp, parts.join("&"))
    }

    /// Tells the bot: the callback brings back both words.
    pub fn submit(name: impl Into<String>, value: impl Into<String>) -> Self {
        Action { name: Some(name.into()), ..Self::of(ActionType::SubmitAction, value) }
    }

    /// Asks the bot for a modal: the callback brings back the value.
    pub fn modal(value: impl Into<String>) -> Self {
        Self::of(ActionType::CallModal, value)
    }

    /// One action, unless the device has one of its own. An `exclusive` in here counts as its default.
    pub fn by_device(default: Action) -> Self {
        let default = Some(Box::new(default.plain()));
        Action { kind: Some(ActionType::Exclusive), default, ..Self::default() }
    }

    /// Another action on computers; so with the others. Only [`Action::by_device`] has room for it.
    pub fn on_pc(self, action: Action) -> Self {
        self.on(|own| &mut own.pc, action)
    }

    /// Another action on phones.
    pub fn on_mobile(self, action: Action) -> Self {
        self.on(|own| &mut own.mobile, action)
    }

    /// Another action on Windows.
    pub fn on_windows(self, action: Action) -> Self {
        self.on(|own| &mut own.windows, action)
    }

    /// Another action on macOS.
    pub fn on_macos(self, action: Action) -> Self {
        self.on(|own| &mut own.macos, action)
    }

    /// Another action on Android.
    pub fn on_android(self, action: Action) -> Self {
        self.on(|own| &mut own.android, action)
    }

    /// Another action on iOS.
    pub fn on_ios(self, action: Action) -> Self {
        self.on(|own| &mut own.ios, action)
    }

    fn on(mut self, place: impl Fn(&mut Action) -> &mut Option<Box<Action>>, action: Action) -> Self {
        if self.kind == Some(ActionType::Exclusive) {
            *place(&mut self) = Some(Box::new(action.plain()));
        }
        self
    }

    /// The action itself, not a choice of several.
    fn plain(self) -> Self {
        match (&self.kind, self.default) {
            (Some(ActionType::Exclusive), Some(default)) => default.plain(),
            (_, default) => Action { default, ..self },
        }
    }

    /// The actions of an `exclusive`, by the name of the member.
    pub(crate) fn inner(&self) -> impl Iterator<Item = (&'static str, &Action)> {
        let all = [
            ("default", &self.default),
            ("pc", &self.pc),
            ("mobile", &self.mobile),
            ("windows", &self.windows),
            ("macos", &self.macos),
            ("android", &self.android),
            ("ios", &self.ios),
        ];
        all.into_iter().filter_map(|(name, action)| Some((name, action.as_deref()?)))
    }
}
