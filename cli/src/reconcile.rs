//! `kakao reconcile`: lays our members beside Kakao's list, how they stand to our channels beside what Kakao says, and erases once more
//! what a backup has brought back.

mod bar;
mod rounds;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use serde_json::json;
use shared::clock::Millis;
use shared::secret::SecretName;
use shared::sign_up::{ErasedAgain, Repair, erase_again};
use shared::store::Store;

use crate::office::{self, Office, Trouble, WHERE_EN, WHERE_KO, Where};
use crate::say::{Misuse, err, out, trouble};

fn help() -> String {
    format!(
        "\
kakao reconcile: 회원과 카카오의 연결, 회원과 채널의 관계를 맞춥니다.

  kakao reconcile members --dry-run               다른 곳만 세어 봅니다
  kakao reconcile members                         회원이 아닌데 연결된 사람은 연결을 끊고, 연결이 없는 회원은 지웁니다
  kakao reconcile channels --dry-run              적어 둔 것과 다른 채널 관계만 세어 봅니다
  kakao reconcile channels                        채널을 추가했는지 차단했는지 카카오에 물어, 다르게 적힌 것을 고칩니다
  kakao reconcile erasures --ledger 옛테이블      백업에서 되살린 테이블에서, 지웠던 사람을 다시 지웁니다

  --dry-run          아무것도 바꾸지 않기
  --many             한 쪽(100명)의 4분의 1이 넘게 달라도 멈추지 않기 (members). 먼저 --dry-run으로 보세요
  --since YYYY-MM-DD 이 날부터의 삭제 기록 (erasures, 기본 8일 전)
  --ledger TABLE     삭제 기록이 있는 테이블 (erasures, 기본 TABLE_NAME)
{WHERE_KO}

members(--dry-run 빼고)는 AWS에서 UNLINK_POLICY=erase|keep도 있어야 해요: 배포할 때의 UnlinkPolicy와 같게. keep이면 지우지 않고 지난 회원으로 남겨요.
members는 1분에 100쪽까지만 묻고, members와 channels는 멈추거나 죽어도 다음에 그 자리부터 이어요.
channels는 7일 안에 물어본 회원은 묻지 않아요. AWS에서는 CHANNEL_IDS를 배포할 때의 ChannelIds와 같게 두세요. 비우면 앱에 이은 채널은 모두.
표준 출력: 결과 JSON 한 줄. 진행은 표준 오류
끝 코드: 0 끝까지 봄, 1 덜 끝났거나 남은 사람이 있음, 2 명령이 잘못됨

kakao reconcile: makes members and Kakao's links agree, and what is stored of members and channels with what Kakao says.

  kakao reconcile members --dry-run               only counts the differences
  kakao reconcile members                         ends links without a member, erases members without a link
  kakao reconcile channels --dry-run              only counts the relations to channels that are stored otherwise
  kakao reconcile channels                        asks Kakao who has added or blocked a channel, and mends what is stored otherwise
  kakao reconcile erasures --ledger OLD_TABLE     on a table restored from a backup: erases once more who was erased

  --dry-run          change nothing
  --many             do not stop where more than a quarter of a page (100 people) differs (members). Look with --dry-run first
  --since YYYY-MM-DD the ledger from this day on (erasures; 8 days ago)
  --ledger TABLE     the table that holds the ledger (erasures; TABLE_NAME)
{WHERE_EN}

members (without --dry-run) in AWS also needs UNLINK_POLICY=erase|keep, as UnlinkPolicy of the deployment: keep makes former members of them.
members asks for at most 100 pages a minute; stopped or killed, members and channels go on from there the next time.
channels does not ask about a member who was asked about within 7 days. In AWS set CHANNEL_IDS as ChannelIds of the deployment; empty is every channel of the app.
standard output: the result as one line of JSON; progress on standard error
exit code: 0 everybody was looked at, 1 not all or somebody is left over, 2 wrong command line"
    )
}

/// As far back as a table can be restored, and a day.
const RESTORABLE: Duration = Duration::from_secs(8 * 86_400);

#[derive(Debug)]
enum Errand {
    Members { dry: bool, many: bool },
    Channels { dry: bool },
    Erasures { dry: bool, since: Option<Millis>, ledger: Option<String> },
}

/// Reconciles.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = Parser::from_args(arguments);
    office::run(
        "reconcile",
        &help(),
        || read(arguments),
        async |office, errand: Errand| match errand {
            Errand::Members { dry, many } => {
                let (keys, kakao) = (office.keys().await?, office.kakao());
                let repair = if many { Repair::MendMany } else { Repair::Mend };
                rounds::run(&office.clerk(&kakao, &keys), if dry { Repair::Look } else { repair }).await
            }
            Errand::Channels { dry } => {
                rounds::run(&office.channel_clerk(), if dry { Repair::Look } else { Repair::Mend }).await
            }
            Errand::Erasures { dry, since, ledger } => erasures(office, dry, since, ledger).await,
        },
    )
}

fn read(mut arguments: Parser) -> Result<Option<(Errand, Where)>, Misuse> {
    let (mut what, mut dry, mut many, mut since, mut ledger) = (None, false, false, None, None);
    let mut place = Where::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("dry-run") => dry = true,
            Arg::Long("many") => many = true,
            Arg::Long("since") => since = Some(day(&arguments.value()?.string()?)?),
            Arg::Long("ledger") => ledger = Some(arguments.value()?.string()?),
            Arg::Long("port") => place.port(&mut arguments)?,
            argument if place.takes(&argument) => {}
            Arg::Value(word) if what.is_none() => what = Some(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let of_erasures = since.is_some() || ledger.is_some();
    let errand = match what.as_deref() {
        Some("members" | "channels") if of_erasures => {
            return Err(Misuse::new(
                "--since와 --ledger는 erasures에만 써요.",
                "--since and --ledger are for erasures only.",
            ));
        }
        Some("channels" | "erasures") if many => {
            return Err(Misuse::new("--many는 members에만 써요.", "--many is for members only."));
        }
        Some("members") => Errand::Members { dry, many },
        Some("channels") => Errand::Channels { dry },
        Some("erasures") => Errand::Erasures { dry, since, ledger },
        Some(word) => {
            return Err(Misuse::new(
                format!("{word} 말고 members, channels, erasures 가운데 하나를 적어 주세요."),
                format!("`{word}` is not known: members, channels or erasures."),
            ));
        }
        None => {
            return Err(Misuse::new(
                "kakao reconcile 다음에 members, channels, erasures 가운데 하나를 적어 주세요.",
                "say what: kakao reconcile members, channels or erasures.",
            ));
        }
    };
    let ends_memberships = matches!(errand, Errand::Members { dry: false, .. });
    Ok(Some((errand, if ends_memberships { place.that_ends_memberships() } else { place })))
}

/// Where a Korean day begins.
fn day(given: &str) -> Result<Millis, Misuse> {
    Millis::from_rfc3339(&format!("{given}T00:00:00+09:00")).filter(|_| given.len() == 10).ok_or_else(|| {
        Misuse::new(
            format!("--since 값은 2026-11-20 같은 날이에요. 받은 값: {given}"),
            format!("--since takes a day such as 2026-11-20, not `{given}`."),
        )
    })
}

async fn erasures(
    office: &Office,
    dry: bool,
    since: Option<Millis>,
    ledger: Option<String>,
) -> Result<ExitCode, Trouble> {
    let (mut keys, kakao) = (office.keys().await?, office.kakao());
    let now = office.now();
    let since = since.unwrap_or_else(|| now.minus(RESTORABLE));
    let mut env = office.app.env.clone();
    env.table_name = ledger.unwrap_or(env.table_name);
    let ledger = Store::new(&env).ledger(since, now).await?;
    err(&format!("kakao: 삭제 기록 {0}줄 | {0} lines in the ledger", ledger.len()));
    let mut told = ErasedAgain::default();
    // A ledger may have been written under the signing key before this one.
    for key in office.app.secrets.values(SecretName::TokenSigningKey).await.unwrap_or_default() {
        keys.ledger = key;
        let once = erase_again(&office.clerk(&kakao, &keys), &ledger, dry).await?;
        told = ErasedAgain { checked: once.checked, erased: told.erased + once.erased, open: told.open + once.open };
    }
    let ErasedAgain { checked, erased, open } = told;
    out(&json!({ "checked": checked, "erased": erased, "open": open }).to_string());
    let (ko, en) = if dry { ("지울", "to be erased again") } else { ("다시 지운", "erased again") };
    trouble(&format!("회원 {checked}명 가운데 {ko} 사람 {erased}명."), &format!("{erased} of {checked} members {en}."));
    if open > 0 {
        trouble(
            &format!("{open}명은 잠겨 있어요. 1분 뒤 다시 해 주세요."),
            &format!("{open} are locked: run it again in a minute."),
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
