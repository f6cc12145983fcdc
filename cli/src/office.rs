//! Where a command works: on the deployment that the environment names, or on a running `kakao dev`.

use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lexopt::{Arg, Parser, ValueExt as _};
use serde_json::Value;
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::env::Env;
use shared::kapi::{Outbound, Patience};
use shared::log;
use shared::secret::NoSecret;
use shared::sign_up::{ChannelClerk, Clerk, KakaoLogin, Keys};
use shared::store::StoreError;

use crate::MISUSED;
use crate::say::{Misuse, out, trouble};

/// The options that say where; part of each command's help.
pub(crate) const WHERE_KO: &str = "\
  --local [--port N] 실행 중인 kakao dev에서 (기본 포트 3000). 없으면 환경 변수가 말하는 AWS에서:
                     TABLE_NAME, SECRETS_PREFIX, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
                     AWS_SESSION_TOKEN. 프로필이 있으면 eval \"$(aws configure export-credentials --format env)\"";

/// Likewise.
pub(crate) const WHERE_EN: &str = "\
  --local [--port N] on a running kakao dev (port 3000). Without it in AWS, as the environment says:
                     TABLE_NAME, SECRETS_PREFIX, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
                     AWS_SESSION_TOKEN. With a profile: eval \"$(aws configure export-credentials --format env)\"";

/// What was said about where.
#[derive(Debug, Default)]
pub(crate) struct Where {
    local: bool,
    port: Option<u16>,
    lenient: bool,
    ends_memberships: bool,
}

/// What the commands need of a deployment.
#[derive(Debug)]
pub(crate) struct Office {
    /// Table, secrets, the way to Kakao.
    pub(crate) app: App<()>,
    /// Who works: nobody else has this name.
    me: String,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It is said already.
    Said,
    /// The table.
    Store(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Where {
    /// For a command that reports what is missing itself.
    pub(crate) fn lenient() -> Self {
        Self { lenient: true, ..Self::default() }
    }

    /// For a command that ends memberships: it must know what the service does with them.
    pub(crate) fn that_ends_memberships(self) -> Self {
        Self { ends_memberships: true, ..self }
    }

    /// Takes `--local`; other options are the command's own.
    pub(crate) fn takes(&mut self, argument: &Arg<'_>) -> bool {
        let local = *argument == Arg::Long("local");
        self.local |= local;
        local
    }

    /// The value of `--port`.
    pub(crate) fn port(&mut self, arguments: &mut Parser) -> Result<(), Misuse> {
        let given = arguments.value()?.string()?;
        let port = given.parse().ok().filter(|port| *port > 0);
        self.port = Some(port.ok_or_else(|| {
            Misuse::new(
                format!("--port 값은 1부터 65535까지의 수예요. 받은 값: {given}"),
                format!("--port takes a number from 1 to 65535, not `{given}`."),
            )
        })?);
        Ok(())
    }

    /// The settings.
    pub(crate) async fn env(&self) -> Result<Env, Misuse> {
        let process = |name: &str| std::env::var(name).ok();
        if self.local {
            return local(self.port.unwrap_or(3000)).await;
        }
        if self.port.is_some() {
            return Err(Misuse::new("--port는 --local과 함께 써요.", "--port goes with --local."));
        }
        let missing: Vec<&str> = ["TABLE_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
            .into_iter()
            .filter(|name| process(name).is_none_or(|value| value.trim().is_empty()))
            .collect();
        if missing.is_empty() || self.lenient {
            let env = Env::from_process();
            // The functions have it from the template. A guess here would erase whom the service keeps.
            if self.ends_memberships && env.callbacks.unlink_policy.is_none() {
                return Err(no_policy());
            }
            return Ok(env);
        }
        let missing = missing.join(", ");
        Err(Misuse::new(
            format!("환경 변수가 없어요: {missing}. 실행 중인 kakao dev라면 --local을 붙이세요."),
            format!("not set: {missing}. For a running kakao dev add --local."),
        ))
    }
}

fn no_policy() -> Misuse {
    Misuse::new(
        "UNLINK_POLICY=erase 또는 UNLINK_POLICY=keep을 배포할 때의 UnlinkPolicy와 같게 두세요. 연결이 없는 회원을 지울지, 지난 회원으로 남길지를 \
         명령은 알 수 없고, 지운 것은 되돌릴 수 없어요.",
        "set UNLINK_POLICY=erase or UNLINK_POLICY=keep, as UnlinkPolicy of the deployment. The command cannot know whether a member \
         without a link is erased or kept as a former one, and what is erased does not come back.",
    )
}

async fn local(port: u16) -> Result<Env, Misuse> {
    let url = format!("http://127.0.0.1:{port}");
    let whereabouts = ask(&url).await.ok_or_else(|| {
        Misuse::new(
            format!("{url} 에 kakao dev가 없어요. make dev로 켜거나 --port로 번호를 주세요."),
            format!("there is no kakao dev at {url}. Start it with make dev, or give its --port."),
        )
    })?;
    let text = |name: &str| whereabouts[name].as_str().unwrap_or_default().to_owned();
    let (table_url, table_name) = (text("table_url"), text("table_name"));
    Ok(simulator::surroundings(&url, &table_url, |name| match name {
        "TABLE_NAME" => Some(table_name.clone()),
        name => std::env::var(name).ok(),
    }))
}

async fn ask(url: &str) -> Option<Value> {
    // Any base URL but Kakao's own lifts the rule against calling the laptop itself.
    let outbound = Outbound::new(&Env::read(|name| (name == "BOT_API_URL").then(|| url.to_owned())));
    let request = http::Request::get(format!("{url}/laptop")).body(Vec::new()).ok()?;
    let patience = Patience { time: Duration::from_secs(2), bytes: 64 * 1024 };
    let answer = outbound.send(request, patience).await.ok().filter(|answer| answer.status == 200)?;
    serde_json::from_slice(&answer.body).ok()
}

impl Office {
    fn new(env: Env) -> Self {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Self { app: App::new((), env, Clock::System), me: format!("cli-{}-{nanos}", std::process::id()) }
    }

    /// The time.
    pub(crate) fn now(&self) -> Millis {
        self.app.clock.now()
    }

    /// Kakao, with the keys of the deployment.
    pub(crate) fn kakao(&self) -> KakaoLogin<'_> {
        KakaoLogin::new(&self.app, Millis(u64::MAX))
    }

    /// Our own keys.
    pub(crate) async fn keys(&self) -> Result<Keys, Trouble> {
        Keys::of(&self.app).await.map_err(|why| {
            let (ko, en) = match why {
                NoSecret::NotConfigured => {
                    ("이 없어요. SECRETS_PREFIX가 맞나요?", "is not set. Is SECRETS_PREFIX right?")
                }
                NoSecret::Unreachable => ("를 SSM에서 읽지 못했어요.", "cannot be read from SSM."),
            };
            trouble(&format!("TOKEN_SIGNING_KEY{ko}"), &format!("TOKEN_SIGNING_KEY {en}"));
            Trouble::Said
        })
    }

    /// Somebody who has all the time in the world.
    pub(crate) fn clerk<'a>(&'a self, kakao: &'a KakaoLogin<'a>, keys: &'a Keys) -> Clerk<'a, KakaoLogin<'a>> {
        Clerk {
            store: self.app.store(),
            kakao,
            seal: &keys.seal,
            ledger: &keys.ledger,
            clock: &self.app.clock,
            me: &self.me,
            until: Millis(u64::MAX),
        }
    }

    /// Likewise, for how members stand to channels.
    pub(crate) fn channel_clerk(&self) -> ChannelClerk<'_> {
        ChannelClerk { services: &self.app, me: &self.me, until: Millis(u64::MAX) }
    }
}

/// Runs a command that reads its options with `read` (`None`: it wants `help`) and does `work` in an office.
pub(crate) fn run<T>(
    command: &str,
    help: &str,
    read: impl FnOnce() -> Result<Option<(T, Where)>, Misuse>,
    work: impl AsyncFnOnce(&Office, T) -> Result<ExitCode, Trouble>,
) -> ExitCode {
    log::for_a_command();
    let misused = |misuse: Misuse| {
        misuse.tell(command);
        ExitCode::from(MISUSED)
    };
    let (wanted, place) = match read() {
        Ok(Some(read)) => read,
        Ok(None) => {
            out(help);
            return ExitCode::SUCCESS;
        }
        Err(misuse) => return misused(misuse),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            trouble("시작하지 못했어요.", &format!("could not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let office = match place.env().await {
            Ok(env) => Office::new(env),
            Err(misuse) => return misused(misuse),
        };
        match work(&office, wanted).await {
            Ok(code) => code,
            Err(Trouble::Said) => ExitCode::FAILURE,
            Err(Trouble::Store(error)) => {
                trouble(
                    &format!("테이블을 쓰지 못했어요({}). 자격 증명, AWS_REGION, TABLE_NAME을 보고 다시 해 보세요. 되풀이해도 괜찮아요.", error.kind()),
                    &format!("{error}. Check credentials, AWS_REGION and TABLE_NAME, and try again; repeating is safe."),
                );
                ExitCode::FAILURE
            }
        }
    })
}
