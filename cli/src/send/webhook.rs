//! `kakao send channel`, `unlink` and `account`: what Kakao calls a service with by itself; also twice, late, and forged.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lexopt::{Arg, Parser, ValueExt as _};
use shared::clock::{Clock, Millis};
use shared::env::Env;
use shared::kakao::webhook::AccountEventKind;
use shared::kapi::Outbound;
use shared::secret;
use simulator::login::LOCAL_APP_ID;
use simulator::webhook::{Account, Channel, Forgery, Form, Unlink};
use simulator::{LOCAL_REST_API_KEY, login, people};

use super::{PATIENCE, unreached};
use crate::MISUSED;
use crate::say::{Misuse, err, out, trouble};

const HELP: &str = "\
kakao send channel | unlink | account: 카카오가 먼저 부르는 것을 흉내 냅니다.

  kakao send channel --user ga --event added
  kakao send unlink --user ga --reason UNLINK_FROM_APPS
  kakao send account --user ga --event user-scope-withdraw --scopes phone_number

  --user WHO         누구: ga, na, da 또는 앱 사용자 id (기본 ga)
  --event WORD       channel: added(기본), blocked.  account: user-unlinked(기본) 같은 이름이나 전체 주소
  --ago SECONDS      몇 초 전의 일인지 (channel, account. 기본 0)
  --copies N         같은 것을 몇 번 보낼지 (기본 1)
  --late SECONDS     보낸 뒤에, 그보다 그만큼 앞선 반대 알림도 보내기 (channel)
  --forge HOW        가짜로 보내기: key, unsigned, signature, app, issuer, typ
  --channel ID       채널의 공개 id (channel. 기본 _LocaL)
  --open             open_id로 보내기 (channel)
  --old-names        옛 이름으로 보내기 (channel)
  --reason WORD      왜 끊겼는지 (unlink, account. 기본 UNLINK_FROM_APPS)
  --as HOW           get, form(기본), json (unlink)
  --scopes A,B       거둔 동의 항목 (account)
  --app ID           앱 ID (unlink. 기본 환경 변수 KAKAO_APP_ID, 없으면 kakao dev의 앱)
  --key KEY          어드민 키 (기본 환경 변수 KAKAO_ADMIN_KEYS, 없으면 local-admin-key).
                     account에서는 받는 쪽의 REST API 키 (KAKAO_REST_API_KEY, local-rest-api-key)
  --url URL          서비스의 주소 (기본 http://127.0.0.1:3000)

account의 서명은 kakao dev의 시험용 키입니다. 진짜 서비스는 믿지 않습니다.
끝 코드: 0 받아들여짐(--forge면 거절됨), 1 아님, 2 명령이 잘못됨

kakao send channel | unlink | account: what Kakao calls a service with by itself.

  --user WHO         ga, na, da or any app user id (ga)
  --event WORD       channel: added (default), blocked.  account: a name such as user-unlinked (default), or a whole address
  --ago SECONDS      how long ago it happened (channel, account; 0)
  --copies N         the same thing so many times (1)
  --late SECONDS     and then the opposite, that much earlier (channel)
  --forge HOW        something nobody must believe: key, unsigned, signature, app, issuer, typ
  --channel ID       the channel's public id (channel; _LocaL)
  --open             by open_id (channel)
  --old-names        with the members' older names (channel)
  --reason WORD      why the link ended (unlink, account; UNLINK_FROM_APPS)
  --as HOW           get, form (default), json (unlink)
  --scopes A,B       consent items (account)
  --app ID           the app (unlink; $KAKAO_APP_ID, else kakao dev's)
  --key KEY          admin key ($KAKAO_ADMIN_KEYS, else local-admin-key);
                     of account the receiver's REST API key ($KAKAO_REST_API_KEY, else local-rest-api-key)
  --url URL          where the service is (http://127.0.0.1:3000)

account signs with the test keys of kakao dev, which no real service believes.
exit code: 0 taken (with --forge: refused), 1 not so, 2 wrong command line";

const OPTIONS: [&str; 13] =
    ["user", "event", "ago", "copies", "late", "forge", "channel", "reason", "as", "scopes", "app", "key", "url"];

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    Channel,
    Unlink,
    Account,
}

impl Surface {
    /// The one that is called so.
    pub(super) fn find(word: &OsString) -> Option<Self> {
        match word.to_str()? {
            "channel" => Some(Self::Channel),
            "unlink" => Some(Self::Unlink),
            "account" => Some(Self::Account),
            _ => None,
        }
    }

    /// The command that calls it.
    const fn command(self) -> &'static str {
        match self {
            Self::Channel => "send channel",
            Self::Unlink => "send unlink",
            Self::Account => "send account",
        }
    }
}

/// Everything that was said on the command line.
struct Errand {
    surface: Surface,
    options: HashMap<&'static str, String>,
    open: bool,
    old_names: bool,
}

type Request = http::Request<Vec<u8>>;

/// Sends and shows.
pub(super) fn run(surface: Surface, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let requests = read(surface, Parser::from_args(arguments)).and_then(|errand| {
        let requests = errand.as_ref().map(Errand::requests).transpose()?;
        Ok(errand.zip(requests))
    });
    let (errand, requests) = match requests {
        Ok(Some(both)) => both,
        Ok(None) => {
            out(HELP);
            return ExitCode::SUCCESS;
        }
        Err(misuse) => {
            misuse.tell(surface.command());
            return ExitCode::from(MISUSED);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            trouble("시작하지 못했어요.", &format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(send(&errand, requests))
}

fn read(surface: Surface, mut arguments: Parser) -> Result<Option<Errand>, Misuse> {
    let mut errand = Errand { surface, options: HashMap::new(), open: false, old_names: false };
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("open") => errand.open = true,
            Arg::Long("old-names") => errand.old_names = true,
            Arg::Long(name) => {
                let Some(known) = OPTIONS.iter().find(|known| **known == name) else {
                    return Err(argument.unexpected().into());
                };
                errand.options.insert(*known, arguments.value()?.string()?);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(errand))
}

/// The current value of a list of secrets in the environment, or the laptop's own.
fn key(name: &str, local: &str) -> String {
    let set = std::env::var(name).ok().filter(|keys| !keys.trim().is_empty());
    let current = set.and_then(|keys| secret::current(&keys, ""));
    current.map_or_else(|| local.to_owned(), |key| key.reveal().to_owned())
}

impl Errand {
    fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Misuse> {
        let Some(text) = self.option(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            Misuse::new(
                format!("--{name} 값은 수예요. 받은 값: {text}"),
                format!("--{name} takes a number, not `{text}`."),
            )
        })
    }

    fn base(&self) -> &str {
        self.option("url").unwrap_or("http://127.0.0.1:3000").trim_end_matches('/')
    }

    fn forgery(&self) -> Result<Option<Forgery>, Misuse> {
        let Some(how) = self.option("forge") else { return Ok(None) };
        Forgery::find(how).map(Some).ok_or_else(|| {
            let all = Forgery::ALL.map(|(name, _)| name).join(", ");
            Misuse::new(format!("--forge 값은 {all} 가운데 하나예요."), format!("--forge takes one of {all}."))
        })
    }

    /// Each of them as often as it is wanted, in the order of sending.
    fn requests(&self) -> Result<Vec<Request>, Misuse> {
        let mut all = vec![self.first()?];
        if let Some(late) = self.number("late")? {
            all.extend(self.opposite(late)?);
        }
        let copies = usize::try_from(self.number("copies")?.unwrap_or(1).clamp(1, 1_000)).unwrap_or(1);
        let all: Option<Vec<Request>> = all.into_iter().collect();
        let all = all.ok_or_else(|| {
            let url = self.base();
            Misuse::new(format!("--url 값은 주소가 아니에요: {url}"), format!("--url: `{url}` is no address."))
        })?;
        Ok(all.iter().flat_map(|request| std::iter::repeat_n(request.clone(), copies)).collect())
    }

    fn at(&self) -> Result<Millis, Misuse> {
        Ok(Clock::System.now().minus(Duration::from_secs(self.number("ago")?.unwrap_or(0))))
    }

    fn user(&self) -> &str {
        let who = self.option("user").unwrap_or("ga");
        people::find(who).map_or(who, |person| person.app_user_id)
    }

    fn admin_key(&self) -> String {
        self.option("key").map_or_else(|| key("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY), str::to_owned)
    }

    fn channel(&self, event: &str, at: Millis) -> Result<Option<Request>, Misuse> {
        let channel = Channel {
            event,
            id: self.user(),
            open: self.open,
            channel: self.option("channel").unwrap_or("_LocaL"),
            at,
            old_names: self.old_names,
        };
        Ok(channel.request(self.base(), &self.admin_key(), self.forgery()?))
    }

    fn first(&self) -> Result<Option<Request>, Misuse> {
        let reason = self.option("reason").unwrap_or("UNLINK_FROM_APPS");
        match self.surface {
            Surface::Channel => self.channel(self.option("event").unwrap_or("added"), self.at()?),
            Surface::Unlink => {
                let app = std::env::var("KAKAO_APP_ID").ok().filter(|app| !app.is_empty());
                let app = self.option("app").map(str::to_owned).or(app).unwrap_or_else(|| LOCAL_APP_ID.to_string());
                let form = match self.option("as") {
                    None | Some("form") => Form::Form,
                    Some("get") => Form::Get,
                    Some("json") => Form::Json,
                    Some(other) => {
                        return Err(Misuse::new(
                            format!("--as 값은 get, form, json 가운데 하나예요. 받은 값: {other}"),
                            format!("--as takes get, form or json, not `{other}`."),
                        ));
                    }
                };
                let unlink = Unlink { app_id: &app, user: self.user(), reason, form };
                Ok(unlink.request(self.base(), &self.admin_key(), self.forgery()?))
            }
            Surface::Account => {
                let audience =
                    self.option("key").map_or_else(|| key("KAKAO_REST_API_KEY", LOCAL_REST_API_KEY), str::to_owned);
                let scopes: Vec<&str> =
                    self.option("scopes").map(|scopes| scopes.split(',').collect()).unwrap_or_default();
                let event = event_address(self.option("event").unwrap_or("user-unlinked"))?;
                let account = Account {
                    issuer: &format!("{}/kauth", self.base()),
                    audience: &audience,
                    user: self.user(),
                    event: &event,
                    scopes: &scopes,
                    reason: event.ends_with("/user-unlinked").then_some(reason),
                    at: self.at()?,
                };
                Ok(account.request(self.base(), self.forgery()?))
            }
        }
    }

    /// What happened before, told after.
    fn opposite(&self, seconds: u64) -> Result<Option<Option<Request>>, Misuse> {
        if self.surface != Surface::Channel {
            return Err(Misuse::new("--late는 channel에만 쓸 수 있어요.", "--late is for channel only."));
        }
        let other = if self.option("event").unwrap_or("added") == "added" { "blocked" } else { "added" };
        self.channel(other, self.at()?.minus(Duration::from_secs(seconds))).map(Some)
    }
}

/// The whole address of an event that is known by its last word.
fn event_address(word: &str) -> Result<String, Misuse> {
    if word.starts_with("https://") {
        return Ok(word.to_owned());
    }
    let known = AccountEventKind::ALL.iter().find(|address| address.ends_with(&format!("/{word}")));
    known.map(|address| (*address).to_owned()).ok_or_else(|| {
        let all = AccountEventKind::ALL.map(|address| address.rsplit('/').next().unwrap_or_default()).join(", ");
        Misuse::new(
            format!("그런 이벤트는 없어요: {word}. 다음 가운데 하나예요: {all}"),
            format!("there is no event `{word}`: {all}"),
        )
    })
}

async fn send(errand: &Errand, requests: Vec<Request>) -> ExitCode {
    // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
    let outbound = Outbound::new(&Env::read(|name| (name == "BOT_API_URL").then(|| errand.base().to_owned())));
    let forged = errand.option("forge").is_some();
    let mut good = true;
    for request in requests {
        let what = format!("{} {}", request.method(), request.uri().path());
        let started = Instant::now();
        let answer = match outbound.send(request, PATIENCE).await {
            Ok(answer) => answer,
            Err(error) => return unreached(errand.base(), error),
        };
        if !answer.body.is_empty() {
            out(&String::from_utf8_lossy(&answer.body));
        }
        let taken = (200..300).contains(&answer.status);
        let refused = (400..500).contains(&answer.status) && answer.status != 404;
        let right = if forged { refused } else { taken };
        good &= right;
        let (ko, en) = match (right, forged) {
            (true, false) => ("받아들여졌어요.", "taken."),
            (true, true) => ("거절되었어요. 그래야 해요.", "refused, as it must be."),
            (false, true) if taken => ("가짜인데 받아들여졌어요!", "it is forged, and was taken!"),
            (false, _) if answer.status == 404 => (
                "꺼져 있거나 그런 주소가 없어요(KAKAO_APP_ID, --url).",
                "off, or no such address (KAKAO_APP_ID, --url).",
            ),
            (false, _) if answer.status == 401 => ("키가 달라요(--key).", "the key is wrong (--key)."),
            (false, _) => ("받아들여지지 않았어요.", "not taken."),
        };
        err(&format!("{}  {} ms  {what}  {ko} | {en}", answer.status, started.elapsed().as_millis()));
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
