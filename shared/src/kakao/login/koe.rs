//! `error_code` of Kakao Login: `KOE010` and its siblings, each with its cause and its cure.
//! <https://developers.kakao.com/docs/latest/en/kakaologin/trouble-shooting>

use super::advice::{Advice, Turn, UNKNOWN};
use crate::kakao::skill::open::open_enum;

open_enum! {
    /// A code of the login server. On the consent screen the person sees it on a page of Kakao's; only those of the token call
    /// come to us.
    Koe {
        /// The authorization request is malformed.
        Malformed = "KOE001",
        /// Wrong address or method.
        Address = "KOE002",
        /// A passing trouble at Kakao.
        Passing = "KOE003",
        /// Kakao Login is switched off.
        LoginOff = "KOE004",
        /// A test app, and the person is not in its team.
        TestApp = "KOE005",
        /// The redirect URI is not registered.
        RedirectNotRegistered = "KOE006",
        /// The logout redirect URI is not registered.
        LogoutRedirectNotRegistered = "KOE007",
        /// A key of the wrong kind.
        KeyKind = "KOE008",
        /// The platform settings do not match.
        Platform = "KOE009",
        /// The client secret is missing or wrong.
        ClientSecret = "KOE010",
        /// Nobody knows this REST API key.
        RestApiKey = "KOE101",
        /// A channel was named, and none is linked to the app.
        ChannelNotLinked = "KOE102",
        /// `response_type` is wrong.
        ResponseType = "KOE201",
        /// A consent item was asked for that is not set up.
        ConsentItem = "KOE205",
        /// Too many tokens for one person.
        TokenLimit = "KOE237",
        /// Another redirect URI than at the consent screen.
        RedirectMismatch = "KOE303",
        /// `grant_type` is missing or unknown.
        GrantType = "KOE310",
        /// The refresh token is missing.
        RefreshTokenMissing = "KOE319",
        /// The code is expired, used, or was never given out.
        CodeSpent = "KOE320",
        /// The refresh token is expired or wrong.
        RefreshTokenSpent = "KOE322",
        /// The ID token is bad.
        IdToken = "KOE400",
    }
}

impl Koe {
    /// All that are documented.
    pub const ALL: &[Self] = &[
        Self::Malformed,
        Self::Address,
        Self::Passing,
        Self::LoginOff,
        Self::TestApp,
        Self::RedirectNotRegistered,
        Self::LogoutRedirectNotRegistered,
        Self::KeyKind,
        Self::Platform,
        Self::ClientSecret,
        Self::RestApiKey,
        Self::ChannelNotLinked,
        Self::ResponseType,
        Self::ConsentItem,
        Self::TokenLimit,
        Self::RedirectMismatch,
        Self::GrantType,
        Self::RefreshTokenMissing,
        Self::CodeSpent,
        Self::RefreshTokenSpent,
        Self::IdToken,
    ];

    /// The code for a log: `KOE` and digits, and `other` for whatever else was sent.
    pub fn word(&self) -> &str {
        let word = self.as_str();
        let digits = word.strip_prefix("KOE").unwrap_or_default();
        let is_code = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_code { word } else { "other" }
    }

    /// Its cause and its cure.
    pub const fn advice(&self) -> Advice {
        match self {
            Self::Malformed => Advice::new(
                Turn::Deployment,
                ["인가 요청의 형식이 잘못되었습니다", "the authorization request is malformed"],
                ["인가 요청의 파라미터를 확인하세요", "check the parameters of the authorization request"],
            ),
            Self::Address => Advice::new(
                Turn::Deployment,
                ["요청 주소나 메서드가 잘못되었습니다", "wrong address or method"],
                ["KAUTH_URL과 요청 경로를 확인하세요", "check KAUTH_URL and the path of the request"],
            ),
            Self::Passing => Advice::new(
                Turn::Again,
                ["카카오의 일시적인 장애입니다", "a passing trouble at Kakao"],
                ["잠시 뒤 다시 시도하세요", "try again later"],
            ),
            Self::LoginOff => Advice::new(
                Turn::Deployment,
                ["카카오 로그인이 꺼져 있습니다", "Kakao Login is switched off"],
                [
                    "카카오디벨로퍼스 [카카오 로그인] > [사용 설정]의 [상태]를 ON으로 바꾸세요",
                    "Kakao Developers, Kakao Login > Usage settings: set the state to ON",
                ],
            ),
            Self::TestApp => Advice::new(
                Turn::Deployment,
                [
                    "테스트 앱인데 로그인한 사람이 앱 멤버가 아닙니다",
                    "a test app, and the person is not a member of its team",
                ],
                [
                    "카카오디벨로퍼스 [앱] > [멤버]에 추가하거나 본 앱의 키를 쓰세요",
                    "Kakao Developers, App > Members: add the person, or use the key of the real app",
                ],
            ),
            Self::RedirectNotRegistered => Advice::new(
                Turn::Deployment,
                ["등록되지 않은 리다이렉트 URI입니다", "the redirect URI is not registered"],
                [
                    "카카오디벨로퍼스 [앱] > [플랫폼 키] > [REST API 키] > [리다이렉트 URI]에 SYNC_REDIRECT_URI와 똑같이 등록하세요",
                    "Kakao Developers, App > Platform key > REST API key > Redirect URI: register exactly SYNC_REDIRECT_URI",
                ],
            ),
            Self::LogoutRedirectNotRegistered => Advice::new(
                Turn::Deployment,
                ["등록되지 않은 로그아웃 리다이렉트 URI입니다", "the logout redirect URI is not registered"],
                [
                    "카카오디벨로퍼스 [카카오 로그인] > [고급]에서 로그아웃 리다이렉트 URI를 등록하세요",
                    "Kakao Developers, Kakao Login > Advanced: register the logout redirect URI",
                ],
            ),
            Self::KeyKind => Advice::new(
                Turn::Deployment,
                ["다른 종류의 앱 키를 썼습니다", "an app key of the wrong kind"],
                [
                    "KAKAO_REST_API_KEY에 카카오디벨로퍼스 [앱] > [플랫폼 키]의 REST API 키를 넣으세요",
                    "put the REST API key of Kakao Developers, App > Platform key into KAKAO_REST_API_KEY",
                ],
            ),
            Self::Platform => Advice::new(
                Turn::Deployment,
                ["플랫폼 설정과 요청이 맞지 않습니다", "the platform settings do not match the request"],
                [
                    "카카오디벨로퍼스 [앱] > [플랫폼 키]의 플랫폼 정보와 허용 IP를 확인하세요",
                    "Kakao Developers, App > Platform key: check the platform and the allowed addresses",
                ],
            ),
            Self::ClientSecret => Advice::new(
                Turn::Deployment,
                ["클라이언트 시크릿이 없거나 다릅니다", "the client secret is missing or wrong"],
                [
                    "카카오디벨로퍼스 [앱] > [플랫폼 키] > [REST API 키] > [클라이언트 시크릿]의 코드를 KAKAO_CLIENT_SECRET에 넣으세요",
                    "put the code of Kakao Developers, App > Platform key > REST API key > Client secret into KAKAO_CLIENT_SECRET",
                ],
            ),
            Self::RestApiKey => Advice::new(
                Turn::Deployment,
                ["없는 REST API 키입니다", "nobody knows this REST API key"],
                [
                    "카카오디벨로퍼스 [앱] > [플랫폼 키]의 REST API 키를 KAKAO_REST_API_KEY에 넣으세요",
                    "put the REST API key of Kakao Developers, App > Platform key into KAKAO_REST_API_KEY",
                ],
            ),
            Self::ChannelNotLinked => Advice::new(
                Turn::Deployment,
                ["앱에 연결되지 않은 카카오톡 채널입니다", "the KakaoTalk channel is not linked to the app"],
                [
                    "카카오디벨로퍼스 [앱] > [추가 기능 신청] > [카카오톡 채널 연결]에서 채널을 연결하세요",
                    "Kakao Developers, App > Additional features > Kakao Talk Channel connection: link the channel",
                ],
            ),
            Self::ResponseType => Advice::new(
                Turn::Deployment,
                ["response_type이 잘못되었습니다", "response_type is wrong"],
                ["response_type은 code여야 합니다", "response_type must be code"],
            ),
            Self::ConsentItem => Advice::new(
                Turn::Deployment,
                ["설정되지 않은 동의항목을 요청했습니다", "a consent item was asked for that is not set up"],
                [
                    "카카오디벨로퍼스 [카카오 로그인] > [동의항목]에서 요청한 항목을 설정하세요",
                    "Kakao Developers, Kakao Login > Consent items: set up the item that was asked for",
                ],
            ),
            Self::TokenLimit => Advice::new(
                Turn::Again,
                ["한 사람에게 토큰을 너무 자주 발급했습니다", "too many tokens for one person in a short time"],
                ["10분 뒤 다시 시도하세요", "try again in ten minutes"],
            ),
            Self::RedirectMismatch => Advice::new(
                Turn::Deployment,
                [
                    "토큰 요청의 리다이렉트 URI가 동의 화면의 것과 다릅니다",
                    "the redirect URI of the token call is not the one of the consent screen",
                ],
                [
                    "SYNC_REDIRECT_URI를 카카오 비즈니스 [플러그인]의 리다이렉트 URI, 카카오디벨로퍼스 [앱] > [플랫폼 키] > [REST API 키] > [리다이렉트 URI]와 똑같게 하세요",
                    "make SYNC_REDIRECT_URI the same as the redirect URI of the plugin in Kakao Business and as Kakao Developers, App > Platform key > REST API key > Redirect URI",
                ],
            ),
            Self::GrantType => Advice::new(
                Turn::Deployment,
                ["grant_type이 없거나 잘못되었습니다", "grant_type is missing or unknown"],
                ["토큰 요청의 파라미터를 확인하세요", "check the parameters of the token call"],
            ),
            Self::RefreshTokenMissing => Advice::new(
                Turn::Deployment,
                ["리프레시 토큰이 빠졌습니다", "the refresh token is missing"],
                ["토큰 요청의 파라미터를 확인하세요", "check the parameters of the token call"],
            ),
            Self::CodeSpent => Advice::new(
                Turn::Again,
                ["인가 코드가 만료되었거나 이미 쓰였습니다", "the code is expired or was used before"],
                ["처음부터 다시 시작하면 됩니다", "starting again from the chat helps"],
            ),
            Self::RefreshTokenSpent => Advice::new(
                Turn::Again,
                ["리프레시 토큰이 만료되었거나 잘못되었습니다", "the refresh token is expired or wrong"],
                ["다시 로그인하면 됩니다", "logging in again helps"],
            ),
            Self::IdToken => Advice::new(
                Turn::Again,
                ["ID 토큰이 잘못되었습니다", "the ID token is bad"],
                ["처음부터 다시 시작하면 됩니다", "starting again from the chat helps"],
            ),
            Self::Other(_) => UNKNOWN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_cause_and_a_cure() {
        for koe in Koe::ALL {
            let advice = koe.advice();
            assert_eq!(koe.word(), koe.as_str());
            assert_ne!(advice, UNKNOWN, "{koe:?}");
            for words in [advice.cause, advice.cure] {
                assert!(words.en.is_ascii() && !words.en.is_empty() && !words.ko.is_ascii(), "{koe:?}");
            }
            assert!(advice.deployment != advice.again, "{koe:?}: it is somebody's turn");
        }
    }

    /// Those whose cure is in a console (table 7.2 of protocol `sync`), and those about keys that the console shows.
    #[test]
    fn what_is_cured_in_a_console_names_the_screen() {
        let console =
            ["KOE004", "KOE005", "KOE006", "KOE007", "KOE009", "KOE010", "KOE101", "KOE102", "KOE205", "KOE303"];
        for code in console {
            let cure = Koe::from(code).advice().cure;
            assert!(
                cure.ko.contains("카카오디벨로퍼스 [") && cure.en.contains("Kakao Developers, "),
                "{code}: {cure:?}"
            );
        }
    }

    #[test]
    fn t05_what_is_no_code_does_not_get_into_a_log() {
        for (text, word) in
            [("KOE999", "KOE999"), ("KOE", "other"), ("KOE12345", "other"), ("canary", "other"), ("", "other")]
        {
            assert_eq!(Koe::from(text).word(), word);
        }
    }

    #[test]
    fn settings_are_the_deployments_and_spent_codes_the_persons() {
        for koe in [Koe::ClientSecret, Koe::RestApiKey, Koe::RedirectMismatch, Koe::RedirectNotRegistered] {
            assert!(koe.advice().deployment, "{koe:?}");
        }
        for koe in [Koe::CodeSpent, Koe::Passing, Koe::TokenLimit] {
            assert!(koe.advice().again && !koe.advice().deployment, "{koe:?}");
        }
    }
}
