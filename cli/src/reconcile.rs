//! `kakao reconcile`: lays our members beside Kakao's list, and erases once more what a backup has brought back.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt as _};
use serde_json::json;
use shared::clock::Millis;
use shared::secret::SecretName;
use shared::sign_up::{ErasedAgain, PACE, Reconciled, Repair, Walk, Walked, erase_again, reconcile_page, walk};
use shared::store::Store;
use shared::store::sign_up::Tally;

use crate::office::{self, Office, Trouble, WHERE_EN, WHERE_KO, Where};
use crate::say::{Misuse, err, out, trouble};

fn help() -> String {
    format!(
        "\
kakao reconcile: 회원과 카카오의 연결을 맞춥니다.

  kakao reconcile members --dry-run               다른 곳만 세어 봅니다
  kakao reconcile members                         회원이 아닌데 연결된 사람은 연결을 끊고, 연결이 없는 회원은 지웁니다
  kakao reconcile erasures --ledger 옛테이블      백업에서 되살린 테이블에서, 지웠던 사람을 다시 지웁니다

  --dry-run          아무것도 바꾸지 않기
  --many             한 쪽(100명)의 4분의 1이 넘게 달라도 멈추지 않기 (members). 먼저 --dry-run으로 보세요
  --since YYYY-MM-DD 이 날부터의 삭제 기록 (erasures, 기본 8일 전)
  --ledger TABLE     삭제 기록이 있는 테이블 (erasures, 기본 TABLE_NAME)
{WHERE_KO}

members(--dry-run 빼고)는 AWS에서 UNLINK_POLICY=erase|keep도 있어야 해요: 배포할 때의 UnlinkPolicy와 같게. keep이면 지우지 않고 지난 회원으로 남겨요.
members는 1분에 100쪽까지만 묻고, 멈추거나 죽어도 다음에 그 자리부터 이어요.
표준 출력: 결과 JSON 한 줄. 진행은 표준 오류
끝 코드: 0 끝까지 봄, 1 덜 끝났거나 남은 사람이 있음, 2 명령이 잘못됨

kakao reconcile: makes members and Kakao's links agree.

  kakao reconcile members --dry-run               only counts the differences
  kakao reconcile members                         ends links without a member, erases members without a link
  kakao reconcile erasures --ledger OLD_TABLE     on a table restored from a backup: erases once more who was erased

  --dry-run          change nothing
  --many             do not stop where more than a quarter of a page (100 people) differs (members). Look with --dry-run first
  --since YYYY-MM-DD the ledger from this day on (erasures; 8 days ago)
  --ledger TABLE     the table that holds the ledger (erasures; TABLE_NAME)
{WHERE_EN}

members (without --dry-run) in AWS also needs UNLINK_POLICY=erase|keep, as UnlinkPolicy of the deployment: keep makes former members of them.
members asks for at most 100 pages a minute; stopped or killed, it goes on from there the next time.
standard output: the result as one line of JSON; progress on standard error
exit code: 0 everybody was looked at, 1 not all or somebody is left over, 2 wrong command line"
    )
}

/// As far back as a table can be restored, and a day.
const RESTORABLE: Duration = Duration::from_secs(8 * 86_400);

/// How long to wait after Kakao refused a page, the first time; then twice as long each time.
const REFUSED: Duration = Duration::from_secs(2);

/// Refusals in a row, without a page in between, after which it is left for later: two minutes.
const REFUSALS: u32 = 6;

#[derive(Debug)]
enum Errand {
    Members { dry: bool, many: bool },
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
            Errand::Members { dry: true, .. } => look(office).await,
            Errand::Members { many, .. } => {
                until_stopped(office, if many { Repair::MendMany } else { Repair::Mend }).await
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
    let errand = match what.as_deref() {
        Some("members") if since.is_none() && ledger.is_none() => Errand::Members { dry, many },
        Some("members") => {
            return Err(Misuse::new(
                "--since와 --ledger는 erasures에만 써요.",
                "--since and --ledger are for erasures only.",
            ));
        }
        Some("erasures") if many => {
            return Err(Misuse::new("--many는 members에만 써요.", "--many is for members only."));
        }
        Some("erasures") => Errand::Erasures { dry, since, ledger },
        Some(word) => {
            return Err(Misuse::new(
                format!("{word} 말고 members, erasures 가운데 하나를 적어 주세요."),
                format!("`{word}` is not known: members or erasures."),
            ));
        }
        None => {
            return Err(Misuse::new(
                "kakao reconcile 다음에 members, erasures 가운데 하나를 적어 주세요.",
                "say what: kakao reconcile members or erasures.",
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

/// Page by page, without a word to the table: nobody goes on from a look.
async fn look(office: &Office) -> Result<ExitCode, Trouble> {
    let (keys, kakao) = (office.keys().await?, office.kakao());
    let clerk = office.clerk(&kakao, &keys);
    let (mut after, mut tally, mut refusals) = (None, Tally::default(), 0);
    loop {
        let next_page = tokio::time::Instant::now() + PACE;
        let page = reconcile_page(&clerk, after.as_ref(), Repair::Look).await?;
        if page.unread {
            refusals += 1;
            if !patience(refusals).await {
                return Ok(refused());
            }
            continue;
        }
        refusals = 0;
        tally.add(&page);
        progress(&page, &tally);
        after = page.next;
        if after.is_none() {
            break;
        }
        tokio::time::sleep_until(next_page).await;
    }
    result(&tally);
    let Tally { orphans, left, .. } = tally;
    trouble(
        &format!("연결을 끊을 사람 {orphans}명, 지울 회원 {left}명. 아무것도 바꾸지 않았어요."),
        &format!("{orphans} links would be undone, {left} members erased. Nothing was changed."),
    );
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C leaves the round to whoever comes next.
async fn until_stopped(office: &Office, repair: Repair) -> Result<ExitCode, Trouble> {
    tokio::select! {
        ended = members(office, repair) => ended,
        Ok(()) = tokio::signal::ctrl_c() => {
            office.leave_round().await?;
            trouble("멈췄어요. 다시 하면 그 자리부터 이어요.", "stopped. Run it again to go on from here.");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn members(office: &Office, repair: Repair) -> Result<ExitCode, Trouble> {
    let (keys, kakao) = (office.keys().await?, office.kakao());
    let clerk = office.clerk(&kakao, &keys);
    let how = Walk { at_once: true, repair, pace: PACE };
    let (mut refusals, mut seen) = (0, 0);
    loop {
        match walk(&clerk, how, progress).await? {
            Walked::Ended(tally) => {
                result(&tally);
                return Ok(left_over(&tally));
            }
            Walked::Refused(tally) => {
                refusals = if tally.pages > seen { 1 } else { refusals + 1 };
                seen = tally.pages;
                if !patience(refusals).await {
                    return Ok(refused());
                }
            }
            Walked::Suspicious(tally, people) => {
                result(&tally);
                trouble(
                    &format!(
                        "한 쪽에서 {people}명이나 달라서 멈췄고, 그 쪽의 사람은 건드리지 않았어요. 어드민 키가 다른 앱의 것이거나, \
                         같은 앱을 쓰는 다른 서비스의 사용자일 수 있어요. --dry-run으로 보고, 맞다면 --many를 붙이세요."
                    ),
                    &format!(
                        "{people} people of one page differ: it stopped, and touched nobody on that page. The admin key may be another \
                         app's, or they are users of another service of the same app. Look with --dry-run; if it is right, add --many."
                    ),
                );
                return Ok(ExitCode::FAILURE);
            }
            Walked::Busy => {
                trouble(
                    "다른 곳에서 하고 있어요. 죽은 것이라면 90초 뒤 이어서 할 수 있어요.",
                    "somebody else is at it. If they died, it can go on after 90 seconds.",
                );
                return Ok(ExitCode::FAILURE);
            }
            // Neither comes to somebody who has all the time and begins at once.
            Walked::OutOfTime(_) | Walked::NotDue => return Ok(refused()),
        }
    }
}

fn left_over(tally: &Tally) -> ExitCode {
    if tally.open == 0 {
        return ExitCode::SUCCESS;
    }
    let open = tally.open;
    trouble(
        &format!("{open}명은 다음에 다시 봐야 해요: 1시간 안에 연결한 사람이거나, 카카오가 답하지 않았어요."),
        &format!(
            "{open} people are to be looked at another time: linked less than an hour ago, or Kakao did not answer."
        ),
    );
    ExitCode::FAILURE
}

/// Waits after a refusal; `false` when it is no use any more.
async fn patience(refusals: u32) -> bool {
    if refusals > REFUSALS {
        return false;
    }
    let wait = REFUSED * 2_u32.pow(refusals.saturating_sub(1));
    err(&format!(
        "kakao: 카카오가 지금은 안 된대요. {0}초 기다려요 | Kakao says not now; waiting {0} s",
        wait.as_secs()
    ));
    tokio::time::sleep(wait).await;
    true
}

fn refused() -> ExitCode {
    trouble(
        "카카오가 목록을 주지 않아 멈췄어요. 다시 하면 그 자리부터 이어요. 키는 kakao doctor로 볼 수 있어요.",
        "Kakao does not hand out its list. Run it again to go on from here; kakao doctor checks the key.",
    );
    ExitCode::FAILURE
}

fn progress(page: &Reconciled, tally: &Tally) {
    let Tally { pages, checked, orphans, left, open } = tally;
    let on = page.next.as_ref().map_or("", |_| " …");
    err(&format!(
        "kakao: {pages}쪽, {checked}명, 끊음 {orphans}, 지움 {left}, 남음 {open}{on} | \
         page {pages}, {checked} people, {orphans} unlinked, {left} erased, {open} open{on}"
    ));
}

fn result(tally: &Tally) {
    out(&json!(tally).to_string());
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
