//! What a code of Kakao's means and what to do about it, for the person who runs the deployment.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/trouble-shooting>

/// The same in two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Korean.
    pub ko: &'static str,
    /// English.
    pub en: &'static str,
}

/// Cause and cure of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Advice {
    /// What is wrong.
    pub cause: Words,
    /// What mends it; names the console screen if it is done there.
    pub cure: Words,
    /// Whether the deployment or its console settings are at fault: everybody meets it until somebody acts. Worth an alarm.
    pub deployment: bool,
    /// Whether the person who met it may simply try again.
    pub again: bool,
}

/// Whose turn it is.
#[derive(Clone, Copy)]
pub(super) enum Turn {
    /// The deployment's: trying again changes nothing.
    Deployment,
    /// The person's: starting again helps.
    Again,
    /// The deployment's to look at, although the next try may go well.
    Both,
    /// Nobody's: it is as it is.
    Nobody,
}

impl Advice {
    pub(super) const fn new(turn: Turn, cause: [&'static str; 2], cure: [&'static str; 2]) -> Self {
        Self {
            cause: Words { ko: cause[0], en: cause[1] },
            cure: Words { ko: cure[0], en: cure[1] },
            deployment: matches!(turn, Turn::Deployment | Turn::Both),
            again: matches!(turn, Turn::Again | Turn::Both),
        }
    }
}

/// Advice for a code that is not in the documentation.
pub(super) const UNKNOWN: Advice = Advice::new(
    Turn::Both,
    ["문서에 없는 코드입니다", "a code that is not in the documentation"],
    [
        "카카오디벨로퍼스 문서의 문제 해결 페이지에서 코드를 찾아보세요",
        "look the code up on the trouble-shooting page of Kakao Developers",
    ],
);
