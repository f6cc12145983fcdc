//! `kakao send channel`, `unlink` and `account`: what Kakao calls a service with by itself; also twice, late, and forged.

use std::collections::HashMap;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use shared::clock::{Clock, Millis};
use shared::env::Env;
use shared::kakao::skill::EventUserType;
use shared::kapi::Outbound;
use shared::secret;
use simulator::login::LOCAL_APP_ID;
use simulator::people::{self, Person};
use simulator::webhook::{self, Account, Channel, Forgery, Form, Message, Proof, Surface, Unlink, Verdict};
use simulator::{LOCAL_REST_API_KEY, login};

use super::{is_here, unreached};
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
  --late SECONDS     보낸 뒤에, 그보다 그만큼 앞선 반대 알림도 보내기 (channel, account).
                     unlink에는 시각이 없어요: 그사이 다시 연결된 사람의 알림으로 보내요
  --forge HOW        가짜로 보내기: key, unsigned. unlink는 app도, account는 app, signature, issuer, typ도
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

연결이 끊겼다고 알릴 때(unlink, account의 user-unlinked) 이 컴퓨터의 kakao dev라면 가짜 카카오의 연결부터 끊습니다. 카카오도 끊고 나서 알립니다.
account의 서명은 kakao dev의 시험용 키입니다. 진짜 서비스는 믿지 않습니다.
카카오는 3초만 기다립니다. 같은 일을 화면으로: http://127.0.0.1:3000/kakao/callbacks
끝 코드: 0 받아들여짐(--forge면 거절됨), 1 아님, 2 명령이 잘못됨

kakao send channel | unlink | account: what Kakao calls a service with by itself.

  --user WHO         ga, na, da or any app user id (ga)
  --event WORD       channel: added (default), blocked.  account: a name such as user-unlinked (default), or a whole address
  --ago SECONDS      how long ago it happened (channel, account; 0)
  --copies N         the same thing so many times (1)
  --late SECONDS     and then the opposite, that much earlier (channel, account);
                     an unlink carries no time: it is about somebody who was linked again since
  --forge HOW        something nobody must believe: key, unsigned; unlink also app, account also app, signature, issuer, typ
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

Before it tells of the end of a link (unlink, user-unlinked of account) to a kakao dev of this machine, the stand-in's link ends, as Kakao's does.
account signs with the test keys of kakao dev, which no real service believes.
Kakao waits 3 seconds only. The same as a page: http://127.0.0.1:3000/kakao/callbacks
exit code: 0 taken (with --forge: refused), 1 not so, 2 wrong command line";

const OPTIONS: [&str; 13] =
    ["user", "event", "ago", "copies", "late", "forge", "channel", "reason", "as", "scopes", "app", "key", "url"];

/// Everything that was said on the command line.
struct Errand {
    surface: Surface,
    options: HashMap<&'static str, String>,
    open: bool,
    old_names: bool,
}

type Request = http::Request<Vec<u8>>;

/// What is to be done.
struct Plan {
    /// Whose link is gone before anything is told.
    leaves: Option<&'static Person>,
    /// In the order of sending.
    requests: Vec<Request>,
}

/// Which of them a command is about.
pub(super) fn surface(word: &OsString) -> Option<Surface> {
    Surface::find(word.to_str()?)
}

/// Sends and shows.
pub(super) fn run(surface: Surface, arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let plan = read(surface, Parser::from_args(arguments)).and_then(|errand| {
        let plan = errand.as_ref().map(Errand::plan).transpose()?;
        Ok(errand.zip(plan))
    });
    let (errand, plan) = match plan {
        Ok(Some(both)) => both,
        Ok(None) => {
            out(HELP);
            return ExitCode::SUCCESS;
        }
        Err(misuse) => {
            misuse.tell(&format!("send {}", surface.word()));
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
    runtime.block_on(send(&errand, plan))
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
        let known = self.surface.forgeries();
        known.iter().find(|forgery| forgery.word() == how).copied().map(Some).ok_or_else(|| {
            let all = known.iter().map(|forgery| forgery.word()).collect::<Vec<_>>().join(", ");
            Misuse::new(format!("--forge 값은 {all} 가운데 하나예요."), format!("--forge takes one of {all}."))
        })
    }

    fn at(&self) -> Result<Millis, Misuse> {
        Ok(Clock::System.now().minus(Duration::from_secs(self.number("ago")?.unwrap_or(0))))
    }

    fn user(&self) -> &str {
        self.person().map_or_else(|| self.who(), |person| person.app_user_id)
    }

    fn who(&self) -> &str {
        self.option("user").unwrap_or("ga")
    }

    /// The person whom the stand-in knows.
    fn person(&self) -> Option<&'static Person> {
        people::find(self.who()).or_else(|| people::find_by(&EventUserType::AppUserId, self.who()))
    }

    fn admin_key(&self) -> String {
        self.option("key").map_or_else(|| key("KAKAO_ADMIN_KEYS", login::LOCAL_ADMIN_KEY), str::to_owned)
    }

    fn form(&self) -> Result<Form, Misuse> {
        let Some(how) = self.option("as") else { return Ok(Form::default()) };
        Form::find(how).ok_or_else(|| {
            Misuse::new(
                format!("--as 값은 get, form, json 가운데 하나예요. 받은 값: {how}"),
                format!("--as takes get, form or json, not `{how}`."),
            )
        })
    }

    /// What the command line asks for.
    fn plan(&self) -> Result<Plan, Misuse> {
        let reason = self.option("reason").unwrap_or("UNLINK_FROM_APPS");
        match self.surface {
            Surface::Channel => self.plan_of(Message::Channel(Channel {
                event: self.option("event").unwrap_or("added"),
                id: self.user(),
                open: self.open,
                channel: self.option("channel").unwrap_or("_LocaL"),
                at: self.at()?,
                old_names: self.old_names,
            })),
            Surface::Unlink => {
                let app = std::env::var("KAKAO_APP_ID").ok().filter(|app| !app.is_empty());
                let app = self.option("app").map(str::to_owned).or(app).unwrap_or_else(|| LOCAL_APP_ID.to_string());
                self.plan_of(Message::Unlink(Unlink { app_id: &app, user: self.user(), reason, form: self.form()? }))
            }
            Surface::Account => {
                let audience =
                    self.option("key").map_or_else(|| key("KAKAO_REST_API_KEY", LOCAL_REST_API_KEY), str::to_owned);
                let scopes: Vec<&str> =
                    self.option("scopes").map(|scopes| scopes.split(',').collect()).unwrap_or_default();
                self.plan_of(Message::Account(Account {
                    issuer: &format!("{}/kauth", self.base()),
                    audience: &audience,
                    user: self.user(),
                    event: event_address(self.option("event").unwrap_or("user-unlinked"))?,
                    scopes: &scopes,
                    reason: Some(reason),
                    at: self.at()?,
                }))
            }
        }
    }

    /// Each of them as often as it is wanted.
    fn plan_of(&self, message: Message<'_>) -> Result<Plan, Misuse> {
        let late = self.number("late")?.map(Duration::from_secs);
        let copies = usize::try_from(self.number("copies")?.unwrap_or(1).clamp(1, 1_000)).unwrap_or(1);
        let proof = Proof::new(&self.admin_key(), self.forgery()?);
        let leaves = self.person().filter(|_| proof.is_good() && message.ends_the_link(late.is_some()));
        let requests: Option<Vec<Request>> =
            message.with_late(late).iter().map(|message| message.request(self.base(), &proof)).collect();
        let requests = requests.ok_or_else(|| {
            let url = self.base();
            Misuse::new(format!("--url 값은 주소가 아니에요: {url}"), format!("--url: `{url}` is no address."))
        })?;
        let requests = requests.iter().flat_map(|request| std::iter::repeat_n(request.clone(), copies)).collect();
        Ok(Plan { leaves, requests })
    }
}

/// The whole address of an event that is known by its last word.
fn event_address(word: &str) -> Result<&str, Misuse> {
    if word.starts_with("https://") {
        return Ok(word);
    }
    Account::address(word).ok_or_else(|| {
        let all = Account::words().collect::<Vec<_>>().join(", ");
        Misuse::new(
            format!("그런 이벤트는 없어요: {word}. 다음 가운데 하나예요: {all}"),
            format!("there is no event `{word}`: {all}"),
        )
    })
}

async fn send(errand: &Errand, plan: Plan) -> ExitCode {
    // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
    let outbound = Outbound::new(&Env::read(|name| (name == "BOT_API_URL").then(|| errand.base().to_owned())));
    if let Some(person) = plan.leaves {
        end_the_link(errand.base(), person, &outbound).await;
    }
    let forged = errand.option("forge").is_some();
    let mut good = true;
    for request in plan.requests {
        let what = format!("{} {}", request.method(), request.uri().path());
        let answered = match webhook::send(&outbound, request).await {
            Ok(answered) => answered,
            Err(error) => return unreached(errand.base(), error),
        };
        if !answered.body.is_empty() {
            out(&String::from_utf8_lossy(&answered.body));
        }
        let verdict = Verdict::of(&answered, forged);
        good &= verdict.is_right();
        let (ko, en) = verdict.words();
        let hint = match verdict {
            Verdict::Absent => "  (KAKAO_APP_ID, --url)",
            Verdict::Key => "  (--key)",
            _ => "",
        };
        err(&format!("{}  {} ms  {what}  {ko} | {en}{hint}", answered.status, answered.took.as_millis()));
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Kakao tells of a link that is gone already. The stand-in's is, if it is this machine's: whatever else is there knows nobody of ours.
async fn end_the_link(base: &str, person: &Person, outbound: &Outbound) {
    let Ok(request) = http::Request::delete(format!("{base}/kakao/links/{}", person.id)).body(Vec::new()) else {
        return;
    };
    if !is_here(request.uri()) {
        return;
    }
    // Nobody there, or nobody linked: what is sent next will tell.
    if webhook::send(outbound, request).await.is_ok_and(|answered| answered.status == 204) {
        let (name, id) = (person.name, person.id);
        err(&format!("가짜 카카오에서 {name}의 연결을 끊었어요. | the stand-in's link of {id} has ended."));
    }
}
