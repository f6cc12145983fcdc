//! `kakao doctor`: proves the keys of the sign-up against Kakao, without anybody signing up. A made-up code is refused as used (KOE320)
//! only by a login server that has accepted key, secret and redirect URI before it looked at the code.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use shared::app::Services;
use shared::env::CallbackAddresses;
use shared::kakao::login::{Advice, Koe};
use shared::kapi::oauth::{self, Exchanged};
use shared::kapi::{Failure, system, user};
use shared::secret::{NoSecret, Secret, SecretName};
use shared::store::sign_up::Tally;

use crate::office::{self, Office, Trouble, WHERE_EN, WHERE_KO, Where};
use crate::say::{Misuse, out};

fn help() -> String {
    format!(
        "\
kakao doctor: 가입(카카오싱크)에 쓰는 키와 주소가 맞는지 카카오에 물어봅니다. 아무도 가입시키지 않고, 아무것도 바꾸지 않아요.
CALLBACK_ADDRESSES=kakao이면 카카오의 주소 목록도 받아 봅니다.

  --redirect-uri URI 콘솔에 등록한 Redirect URI (기본 환경 변수 SYNC_REDIRECT_URI)
{WHERE_KO}

비밀값은 찍지 않아요. 끝 코드: 0 모두 좋음, 1 고칠 것이 있음, 2 명령이 잘못됨

kakao doctor: asks Kakao whether the keys and the address of the sign-up are right. Nobody is signed up, nothing is changed.
With CALLBACK_ADDRESSES=kakao it also asks for the list of Kakao's addresses.

  --redirect-uri URI the redirect URI as the console has it ($SYNC_REDIRECT_URI)
{WHERE_EN}

Secrets are never printed. exit code: 0 all is well, 1 something is to be mended, 2 wrong command line"
    )
}

/// Nobody was ever given this code.
const MADE_UP: &str = "made-up-by-kakao-doctor";

const PATIENCE: Duration = Duration::from_secs(5);

/// What one look came to.
struct Finding {
    good: bool,
    what: [&'static str; 2],
    /// The cause if it is not good, in both languages.
    cause: [String; 2],
    /// What mends it.
    cure: [String; 2],
}

/// Looks.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = Parser::from_args(arguments);
    office::run(
        "doctor",
        &help(),
        || read(arguments),
        async |office, uri: Option<String>| Ok::<_, Trouble>(examine(office, uri).await),
    )
}

fn read(mut arguments: Parser) -> Result<Option<(Option<String>, Where)>, Misuse> {
    let (mut uri, mut place) = (None, Where::lenient());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("redirect-uri") => uri = Some(arguments.value()?.string()?),
            Arg::Long("port") => place.port(&mut arguments)?,
            argument if place.takes(&argument) => {}
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some((uri, place)))
}

async fn examine(office: &Office, uri: Option<String>) -> ExitCode {
    let services: &Services = &office.app;
    let uri = uri.or_else(|| services.env.sync.redirect_uri.clone());
    let findings = [table(office).await, login(services, uri).await, admin(services).await, signing(services).await];
    let findings: Vec<Finding> = findings.into_iter().chain(addresses(services).await).collect();
    for finding in &findings {
        finding.tell();
    }
    if findings.iter().all(|finding| finding.good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Finding {
    fn good(what: [&'static str; 2]) -> Self {
        Self { good: true, what, cause: Default::default(), cure: Default::default() }
    }

    fn bad(what: [&'static str; 2], cause: [&str; 2], cure: [&str; 2]) -> Self {
        Self { good: false, what, cause: cause.map(str::to_owned), cure: cure.map(str::to_owned) }
    }

    /// What Kakao's own code means.
    fn advised(what: [&'static str; 2], code: &str, advice: Advice) -> Self {
        let cause = [advice.cause.ko, advice.cause.en].map(|cause| format!("{code}: {cause}"));
        Self { good: false, what, cause, cure: [advice.cure.ko, advice.cure.en].map(str::to_owned) }
    }

    fn tell(&self) {
        let [ko, en] = self.what;
        if self.good {
            out(&format!("  ok       {ko} | {en}"));
            return;
        }
        out(&format!("  WRONG    {ko} | {en}"));
        for (word, said) in
            [("까닭", &self.cause[0]), ("할 일", &self.cure[0]), ("cause", &self.cause[1]), ("cure", &self.cure[1])]
        {
            out(&format!("           {word}: {said}"));
        }
    }
}

async fn table(office: &Office) -> Finding {
    let what = ["테이블", "the table"];
    let named = std::env::var("TABLE_NAME").is_ok_and(|name| !name.trim().is_empty());
    if !named && office.app.env.dynamodb_url.is_none() {
        return Finding::bad(
            what,
            ["TABLE_NAME이 없음", "TABLE_NAME is not set"],
            [
                "make urls가 찍는 TableName을 TABLE_NAME에 넣으세요. kakao dev라면 --local",
                "set it to the TableName that make urls prints; for kakao dev: --local",
            ],
        );
    }
    match office.app.store().last_round::<Tally>().await {
        Ok(_) => Finding::good(what),
        Err(error) => {
            let (cause_ko, cause_en) = (format!("읽지 못함({})", error.kind()), error.to_string());
            let cure =
                ["TABLE_NAME, AWS_REGION, 자격 증명을 확인하세요", "check TABLE_NAME, AWS_REGION and the credentials"];
            Finding::bad(what, [&cause_ko, &cause_en], cure)
        }
    }
}

async fn login(services: &Services, uri: Option<String>) -> Finding {
    let what = ["REST API 키, 클라이언트 시크릿, Redirect URI", "REST API key, client secret, redirect URI"];
    let Some(uri) = uri else {
        return Finding::bad(
            what,
            ["Redirect URI를 모름: 가입이 꺼져 있음", "no redirect URI: the sign-up is off"],
            [
                "SYNC_REDIRECT_URI나 --redirect-uri로 콘솔의 것을 주세요",
                "give the console's by SYNC_REDIRECT_URI or --redirect-uri",
            ],
        );
    };
    let key = match secret(services, SecretName::KakaoRestApiKey).await {
        Ok(key) => key,
        Err(why) => return absent(what, SecretName::KakaoRestApiKey, why),
    };
    // An app may have none: Kakao says so if it has.
    let secret = match secret(services, SecretName::KakaoClientSecret).await {
        Ok(secret) => Some(secret),
        Err(NoSecret::NotConfigured) => None,
        Err(why) => return absent(what, SecretName::KakaoClientSecret, why),
    };
    let (outbound, env) = (services.outbound(), &services.env);
    match oauth::exchange(outbound, env, key.reveal(), secret.as_ref(), &uri, MADE_UP, None).await {
        Exchanged::Refused(error) if error.koe() == Some(Koe::CodeSpent) => Finding::good(what),
        // The console must have this very text.
        Exchanged::Refused(error)
            if matches!(error.koe(), Some(Koe::RedirectNotRegistered | Koe::RedirectMismatch)) =>
        {
            Finding::advised(what, &format!("{} {uri}", error.word()), error.advice())
        }
        Exchanged::Refused(error) => Finding::advised(what, &error.word(), error.advice()),
        Exchanged::Token(_) => Finding::bad(
            what,
            ["지어낸 코드가 통했음: 카카오가 아님", "a made-up code was good: this is not Kakao"],
            ["KAUTH_URL을 확인하세요", "check KAUTH_URL"],
        ),
        Exchanged::NotSent | Exchanged::Unknown => no_answer(what),
    }
}

async fn admin(services: &Services) -> Finding {
    let what = ["어드민 키", "admin key"];
    let key = match secret(services, SecretName::KakaoAdminKeys).await {
        Ok(key) => key,
        Err(why) => return absent(what, SecretName::KakaoAdminKeys, why),
    };
    match user::ids(services.outbound(), &services.env, &key, None, 1, PATIENCE).await {
        Ok(_) => Finding::good(what),
        Err(failure) => {
            let cause = ["카카오가 모르는 어드민 키입니다", "Kakao does not know this admin key"];
            let cure = [
                "카카오디벨로퍼스 [앱] > [플랫폼 키] > [어드민 키]의 키를 KAKAO_ADMIN_KEYS에 넣으세요",
                "put the admin key of Kakao Developers, App > Platform key > Admin key into KAKAO_ADMIN_KEYS",
            ];
            untold(what, &failure, cause, cure)
        }
    }
}

/// The list that callbacks are held against, where it is Kakao's.
async fn addresses(services: &Services) -> Option<Finding> {
    if services.env.callbacks.addresses != CallbackAddresses::Kakaos {
        return None;
    }
    let what = ["카카오의 주소 목록", "the list of Kakao's addresses"];
    let key = match secret(services, SecretName::KakaoRestApiKey).await {
        Ok(key) => key,
        Err(why) => return Some(absent(what, SecretName::KakaoRestApiKey, why)),
    };
    Some(match system::ips(services.outbound(), &services.env, &key, PATIENCE).await {
        Ok(_) => Finding::good(what),
        Err(Failure::Nonsense) => Finding::bad(
            what,
            ["카카오의 답이 주소 목록이 아님", "what Kakao answers is no list of addresses"],
            [
                "CALLBACK_ADDRESSES(CallbackAddresses)에 CIDR을 적거나 off로 두세요",
                "set CALLBACK_ADDRESSES (CallbackAddresses) to CIDRs or to off",
            ],
        ),
        Err(failure) => {
            let cause = ["카카오가 모르는 REST API 키입니다", "Kakao does not know this REST API key"];
            let cure = [
                "카카오디벨로퍼스 [앱] > [플랫폼 키]의 REST API 키를 KAKAO_REST_API_KEY에 넣으세요",
                "put the REST API key of Kakao Developers, App > Platform key into KAKAO_REST_API_KEY",
            ];
            untold(what, &failure, cause, cure)
        }
    })
}

async fn signing(services: &Services) -> Finding {
    let what = ["우리의 서명 키", "our own signing key"];
    match secret(services, SecretName::TokenSigningKey).await {
        Ok(_) => Finding::good(what),
        Err(why) => absent(what, SecretName::TokenSigningKey, why),
    }
}

/// The REST API did not tell what it was asked; `cause` and `cure` are those of a key that it does not know.
fn untold(what: [&'static str; 2], failure: &Failure, cause: [&str; 2], cure: [&str; 2]) -> Finding {
    match (failure, failure.advice()) {
        (Failure::Key, _) => Finding::bad(what, cause, cure),
        (failure, Some(advice)) => Finding::advised(what, failure.word(), advice),
        (_, None) => no_answer(what),
    }
}

async fn secret(services: &Services, name: SecretName) -> Result<Secret, NoSecret> {
    services.secrets.values(name).await?.into_iter().next().ok_or(NoSecret::NotConfigured)
}

fn absent(what: [&'static str; 2], name: SecretName, why: NoSecret) -> Finding {
    let name = name.as_str();
    match why {
        NoSecret::NotConfigured => Finding::bad(
            what,
            [&format!("{name}: 없음"), &format!("{name} is not set")],
            [
                &format!("make urls가 찍는 명령으로 SSM에 적거나 환경 변수로 주세요: {name}"),
                &format!("store it in SSM with the command that make urls prints, or set {name}"),
            ],
        ),
        NoSecret::Unreachable => Finding::bad(
            what,
            [&format!("{name}: SSM에서 읽지 못함"), &format!("{name} cannot be read from SSM")],
            ["SECRETS_PREFIX와 자격 증명의 권한을 확인하세요", "check SECRETS_PREFIX and what the credentials may do"],
        ),
    }
}

fn no_answer(what: [&'static str; 2]) -> Finding {
    Finding::bad(
        what,
        ["카카오가 답하지 않음", "Kakao does not answer"],
        [
            "네트워크와 KAUTH_URL, KAPI_URL을 확인하고 다시 해 보세요",
            "check the network, KAUTH_URL and KAPI_URL, and try again",
        ],
    )
}
