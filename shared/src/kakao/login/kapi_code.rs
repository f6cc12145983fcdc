//! `code` of an error of the REST API: `-101` and its siblings, each with its cause and its cure.
//! <https://developers.kakao.com/docs/latest/en/rest-api/error-code>

use super::advice::{Advice, Turn, UNKNOWN};

/// A code of the REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KapiCode {
    /// -1: a failure inside Kakao.
    Internal,
    /// -2: a parameter is bad or missing.
    Parameter,
    /// -3: the feature is not set up.
    NotSetUp,
    /// -4: the account is blocked.
    Blocked,
    /// -5: no permission.
    Permission,
    /// -7, -9798: maintenance.
    Maintenance,
    /// -8: a header is bad.
    Header,
    /// -9: the API has ended.
    Ended,
    /// -10: too many calls.
    Quota,
    /// -12: the app is suspended.
    Suspended,
    /// -101: the person is not linked to the app.
    NotLinked,
    /// -102: the person is linked already.
    AlreadyLinked,
    /// -103: the account is dormant or gone.
    NoAccount,
    /// -201: a property that the app does not have.
    Property,
    /// -301: an unknown app.
    App,
    /// -401: the key or the token is not accepted.
    Key,
    /// -402: a consent is missing.
    Consent,
    /// -405: the person's age must be confirmed.
    AgeCheck,
    /// -406: the person is too young.
    TooYoung,
    /// -501: the person has no KakaoTalk.
    NoKakaoTalk,
    /// -603: a timeout inside Kakao.
    Timeout,
    /// -903: an unknown developer.
    Developer,
    /// A number that is not in the documentation.
    Other(i64),
}

impl From<i64> for KapiCode {
    fn from(code: i64) -> Self {
        match code {
            -1 => Self::Internal,
            -2 => Self::Parameter,
            -3 => Self::NotSetUp,
            -4 => Self::Blocked,
            -5 => Self::Permission,
            -7 | -9798 => Self::Maintenance,
            -8 => Self::Header,
            -9 => Self::Ended,
            -10 => Self::Quota,
            -12 => Self::Suspended,
            -101 => Self::NotLinked,
            -102 => Self::AlreadyLinked,
            -103 => Self::NoAccount,
            -201 => Self::Property,
            -301 => Self::App,
            -401 => Self::Key,
            -402 => Self::Consent,
            -405 => Self::AgeCheck,
            -406 => Self::TooYoung,
            -501 => Self::NoKakaoTalk,
            -603 => Self::Timeout,
            -903 => Self::Developer,
            other => Self::Other(other),
        }
    }
}

impl KapiCode {
    /// The number as text, for a log; `other` if it is not documented.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Internal => "-1",
            Self::Parameter => "-2",
            Self::NotSetUp => "-3",
            Self::Blocked => "-4",
            Self::Permission => "-5",
            Self::Maintenance => "-7",
            Self::Header => "-8",
            Self::Ended => "-9",
            Self::Quota => "-10",
            Self::Suspended => "-12",
            Self::NotLinked => "-101",
            Self::AlreadyLinked => "-102",
            Self::NoAccount => "-103",
            Self::Property => "-201",
            Self::App => "-301",
            Self::Key => "-401",
            Self::Consent => "-402",
            Self::AgeCheck => "-405",
            Self::TooYoung => "-406",
            Self::NoKakaoTalk => "-501",
            Self::Timeout => "-603",
            Self::Developer => "-903",
            Self::Other(_) => "other",
        }
    }

    /// Whether Kakao has a passing trouble: the same call may go well in a moment.
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Internal | Self::Maintenance | Self::Timeout)
    }

    /// Its cause and its cure.
    pub const fn advice(self) -> Advice {
        match self {
            Self::Internal | Self::Timeout => Advice::new(
                Turn::Again,
                ["카카오 내부의 일시적인 장애입니다", "a passing trouble inside Kakao"],
                ["잠시 뒤 다시 시도하세요", "try again later"],
            ),
            Self::Maintenance => Advice::new(
                Turn::Again,
                ["카카오 서비스 점검 중입니다", "Kakao is under maintenance"],
                ["점검이 끝난 뒤 다시 시도하세요", "try again when it is over"],
            ),
            Self::Parameter => Advice::new(
                Turn::Deployment,
                ["파라미터가 없거나 잘못되었습니다", "a parameter is bad or missing"],
                ["요청을 문서와 비교해 보세요", "compare the request with the documentation"],
            ),
            Self::NotSetUp => Advice::new(
                Turn::Deployment,
                ["앱에서 켜지 않은 기능입니다", "the feature is not set up for the app"],
                [
                    "카카오디벨로퍼스 [카카오 로그인] > [일반]과 [동의항목]에서 기능을 켜세요",
                    "Kakao Developers, Kakao Login > General and Consent items: switch the feature on",
                ],
            ),
            Self::Blocked => Advice::new(
                Turn::Nobody,
                ["제재된 계정이거나 막힌 동작입니다", "the account is blocked, or the action is barred"],
                ["할 수 있는 일이 없습니다", "nothing can be done here"],
            ),
            Self::Permission => Advice::new(
                Turn::Deployment,
                ["앱에 이 API를 쓸 권한이 없습니다", "the app may not use this API"],
                [
                    "카카오디벨로퍼스 [앱] > [추가 기능 신청]에서 권한을 신청하세요",
                    "Kakao Developers, App > Additional features: apply for the permission",
                ],
            ),
            Self::Header => Advice::new(
                Turn::Deployment,
                ["요청 헤더가 잘못되었습니다", "a header of the request is bad"],
                ["요청을 문서와 비교해 보세요", "compare the request with the documentation"],
            ),
            Self::Ended => Advice::new(
                Turn::Deployment,
                ["종료된 API입니다", "the API has ended"],
                ["새 버전으로 올리세요", "upgrade to a release that does without it"],
            ),
            Self::Quota => Advice::new(
                Turn::Both,
                ["호출 한도를 넘었습니다", "too many calls"],
                ["카카오디벨로퍼스 [쿼터]에서 사용량을 확인하세요", "Kakao Developers, Quota: look at the use"],
            ),
            Self::Suspended => Advice::new(
                Turn::Deployment,
                ["이용이 정지된 앱입니다", "the app is suspended"],
                [
                    "카카오디벨로퍼스 [앱] > [일반]의 상태를 보고 고객센터에 문의하세요",
                    "Kakao Developers, App > General: look at its state, and ask Kakao's support",
                ],
            ),
            Self::NotLinked => Advice::new(
                Turn::Again,
                ["앱과 연결되지 않은 사람입니다", "the person is not linked to the app"],
                ["동의 화면부터 다시 시작하면 됩니다", "starting again from the consent screen helps"],
            ),
            Self::AlreadyLinked => Advice::new(
                Turn::Nobody,
                ["이미 앱과 연결된 사람입니다", "the person is linked to the app already"],
                ["그대로 두면 됩니다", "nothing is to be done"],
            ),
            Self::NoAccount => Advice::new(
                Turn::Nobody,
                ["휴면이거나 없는 카카오계정입니다", "the account is dormant or gone"],
                ["할 수 있는 일이 없습니다", "nothing can be done here"],
            ),
            Self::Property => Advice::new(
                Turn::Deployment,
                ["앱에 없는 사용자 프로퍼티입니다", "a user property that the app does not have"],
                [
                    "카카오디벨로퍼스 [카카오 로그인] > [고급] > [사용자 프로퍼티]를 확인하세요",
                    "Kakao Developers, Kakao Login > Advanced > User properties: check its name",
                ],
            ),
            Self::App => Advice::new(
                Turn::Deployment,
                ["없는 앱입니다", "an unknown app"],
                [
                    "카카오디벨로퍼스 [앱] > [플랫폼 키]의 키를 쓰는지 확인하세요",
                    "Kakao Developers, App > Platform key: check that its keys are used",
                ],
            ),
            Self::Key => Advice::new(
                Turn::Both,
                ["키나 토큰이 받아들여지지 않았습니다", "the key or the token is not accepted"],
                [
                    "토큰이면 다시 로그인하고, 키면 카카오디벨로퍼스 [앱] > [플랫폼 키]와 [어드민 키]를 확인하세요",
                    "a token: log in again; a key: compare with Kakao Developers, App > Platform key and Admin key",
                ],
            ),
            Self::Consent => Advice::new(
                Turn::Again,
                ["필요한 동의항목에 동의하지 않았습니다", "a consent is missing"],
                [
                    "카카오디벨로퍼스 [카카오 로그인] > [동의항목]에 있는지 보고, 추가 동의를 받으세요",
                    "check that Kakao Developers, Kakao Login > Consent items has the item, and ask the person for it",
                ],
            ),
            Self::AgeCheck => Advice::new(
                Turn::Again,
                ["연령인증이 필요합니다", "the person's age must be confirmed first"],
                ["연령인증을 마치고 다시 시작하면 됩니다", "starting again after the confirmation helps"],
            ),
            Self::TooYoung => Advice::new(
                Turn::Nobody,
                ["연령 제한에 걸렸습니다", "the person is under the age limit"],
                ["할 수 있는 일이 없습니다", "nothing can be done here"],
            ),
            Self::NoKakaoTalk => Advice::new(
                Turn::Nobody,
                ["카카오톡을 쓰지 않는 사람입니다", "the person has no KakaoTalk"],
                ["카카오톡에 가입해야 쓸 수 있습니다", "KakaoTalk is needed for this"],
            ),
            Self::Developer => Advice::new(
                Turn::Deployment,
                ["등록되지 않은 개발자의 키입니다", "the key of an unknown developer"],
                [
                    "카카오디벨로퍼스 [앱] > [플랫폼 키]의 키를 쓰는지 확인하세요",
                    "Kakao Developers, App > Platform key: check that its keys are used",
                ],
            ),
            Self::Other(_) => UNKNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [i64; 23] = [
        -1, -2, -3, -4, -5, -7, -8, -9, -10, -12, -101, -102, -103, -201, -301, -401, -402, -405, -406, -501, -603,
        -903, -9798,
    ];

    #[test]
    fn every_code_has_a_cause_and_a_cure() {
        for number in ALL {
            let code = KapiCode::from(number);
            let advice = code.advice();
            assert!(number == -9798 || code.word() == number.to_string(), "{number}");
            assert_ne!(advice, UNKNOWN, "{number}");
            for words in [advice.cause, advice.cure] {
                assert!(words.en.is_ascii() && !words.en.is_empty() && !words.ko.is_ascii(), "{number}");
            }
        }
        assert_eq!(KapiCode::from(-777), KapiCode::Other(-777));
        assert_eq!(KapiCode::from(i64::MIN).advice(), UNKNOWN);
    }
}
