//! `kakao member`: what the table holds of one person, and its erasure, for requests under the Personal Information Protection Act.

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt as _};
use serde_json::{Value, json};
use shared::sign_up::{Forgotten, Kakao as _, Linked, Told, forget};
use shared::store::sign_up::Dossier;
use shared::store::{AppUser, Identity};

use crate::office::{self, Office, Trouble, WHERE_EN, WHERE_KO, Where};
use crate::say::{Misuse, err, out, trouble};

fn help() -> String {
    format!(
        "\
kakao member: 테이블에 있는 한 사람의 것을 보거나 지웁니다. 개인정보 열람·삭제 요청에 씁니다.

  kakao member show 1376016924426879191 > 열람.json
  kakao member erase 1376016924426879191          무엇이 지워질지만 말합니다
  kakao member erase 1376016924426879191 --yes    카카오 연결을 끊고 지웁니다. 되풀이해도 괜찮아요

  ID                 앱 사용자 id(회원번호)
  --bot ID --key KEY ID 대신: 봇의 id(개발 채널은 끝에 !)와 botUserKey
  --yes              정말로 지우기 (erase)
{WHERE_KO}

표준 출력: show는 JSON 문서 하나, erase는 지울(지운) 항목의 키 한 줄씩
끝 코드: 0 보여 주었거나 지움, 1 하지 못했거나 덜 지움, 2 명령이 잘못됨

kakao member: shows or erases what the table holds of one person, for requests under the personal data law.

  kakao member show 1376016924426879191 > dossier.json
  kakao member erase 1376016924426879191          only says what would go
  kakao member erase 1376016924426879191 --yes    ends the link at Kakao and erases; may be repeated

  ID                 app user id
  --bot ID --key KEY instead of ID: the bot's id (with ! on the development channel) and the botUserKey
  --yes              really erase (erase)
{WHERE_EN}

standard output: show: one JSON document; erase: the keys of the items, one a line
exit code: 0 shown or erased, 1 it could not be done or not all of it, 2 wrong command line"
    )
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Show,
    Erase,
}

/// About whom.
#[derive(Debug)]
enum Who {
    App(AppUser),
    Name(Identity),
}

#[derive(Debug)]
struct Errand {
    verb: Verb,
    who: Who,
    yes: bool,
}

/// Shows or erases.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = Parser::from_args(arguments);
    office::run(
        "member",
        &help(),
        || read(arguments),
        async |office, errand: Errand| match errand.verb {
            Verb::Show => show(office, &errand.who).await,
            Verb::Erase => erase(office, &errand).await,
        },
    )
}

fn read(mut arguments: Parser) -> Result<Option<(Errand, Where)>, Misuse> {
    let (mut verb, mut id, mut bot, mut key, mut yes) = (None, None, None, None, false);
    let mut place = Where::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Long("yes") => yes = true,
            Arg::Long("bot") => bot = Some(arguments.value()?.string()?),
            Arg::Long("key") => key = Some(arguments.value()?.string()?),
            Arg::Long("port") => place.port(&mut arguments)?,
            argument if place.takes(&argument) => {}
            Arg::Value(word) if verb.is_none() => {
                verb = Some(match word.to_str() {
                    Some("show") => Verb::Show,
                    Some("erase") => Verb::Erase,
                    _ => {
                        let word = word.to_string_lossy();
                        return Err(Misuse::new(
                            format!("{word} 말고 show, erase 가운데 하나를 적어 주세요."),
                            format!("`{word}` is not known: show or erase."),
                        ));
                    }
                });
            }
            Arg::Value(word) if id.is_none() => id = Some(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let Some(verb) = verb else {
        return Err(Misuse::new(
            "kakao member 다음에 show, erase 가운데 하나를 적어 주세요.",
            "say what to do: kakao member show or erase.",
        ));
    };
    if yes && verb == Verb::Show {
        return Err(Misuse::new("--yes는 erase에만 써요.", "--yes is for erase only."));
    }
    Ok(Some((Errand { verb, who: who(id, bot, key)?, yes }, place)))
}

fn who(id: Option<String>, bot: Option<String>, key: Option<String>) -> Result<Who, Misuse> {
    match (id, bot, key) {
        (Some(id), None, None) => AppUser::parse(&id).map(Who::App).ok_or_else(|| {
            Misuse::new(
                format!("앱 사용자 id는 숫자예요. 받은 값: {id}. 봇의 사용자라면 --bot ID --key KEY."),
                format!("an app user id is a number, not `{id}`. For a bot's user: --bot ID --key KEY."),
            )
        }),
        (None, Some(bot), Some(key)) => Identity::bot_user(&bot, &key).map(Who::Name).ok_or_else(|| {
            Misuse::new(
                "--bot이나 --key 값이 카카오의 id 꼴이 아니에요.",
                "--bot or --key is nothing that Kakao would call somebody.",
            )
        }),
        _ => Err(Misuse::new(
            "누구인지 ID 하나, 또는 --bot ID --key KEY로 말해 주세요.",
            "say who: one ID, or --bot ID --key KEY.",
        )),
    }
}

/// Whom a name belongs to, if to a member.
async fn owner(office: &Office, who: &Who) -> Result<Option<AppUser>, Trouble> {
    Ok(match who {
        Who::App(app) => Some(app.clone()),
        Who::Name(name) => office.app.store().alias(name).await?.map(|alias| alias.app),
    })
}

/// Everything, by whichever name it was asked for.
async fn dossier(office: &Office, who: &Who) -> Result<Dossier, Trouble> {
    let (store, now) = (office.app.store(), office.now());
    let mut told = match owner(office, who).await? {
        Some(app) => store.dossier(&app, now).await?,
        None => Dossier { document: json!({ "app_user_id": null }), ..Dossier::default() },
    };
    if let Who::Name(name) = who {
        let named = store.dossier_of_name(name, now).await?;
        told.keys.extend(named.keys.into_iter().filter(|key| !told.keys.contains(key)).collect::<Vec<_>>());
        told.document["asked_name"] = named.document;
    }
    Ok(told)
}

async fn show(office: &Office, who: &Who) -> Result<ExitCode, Trouble> {
    let told = dossier(office, who).await?;
    out(&pretty(&told.document));
    match told.keys.len() {
        0 => trouble("이 사람의 것은 아무것도 없어요.", "there is nothing of this person."),
        items => err(&format!("kakao: 항목 {items}개 | {items} items")),
    }
    Ok(ExitCode::SUCCESS)
}

fn pretty(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default()
}

async fn erase(office: &Office, errand: &Errand) -> Result<ExitCode, Trouble> {
    let told = dossier(office, &errand.who).await?;
    let app = owner(office, &errand.who).await?;
    for key in &told.keys {
        out(key);
    }
    if !errand.yes {
        let items = told.keys.len();
        let (linked_ko, linked_en) = match &app {
            Some(app) => linked(office, app).await,
            None => ("회원이 아니에요", "not a member"),
        };
        trouble(
            &format!(
                "항목 {items}개가 지워질 거예요. 카카오: {linked_ko}. 아무것도 바꾸지 않았어요. 정말 지우려면 --yes를 붙이세요."
            ),
            &format!("{items} items would go. Kakao: {linked_en}. Nothing was changed; to erase add --yes."),
        );
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(app) = &app {
        let keys = office.keys().await?;
        let kakao = office.kakao();
        let forgotten = forget(&office.clerk(&kakao, &keys), app, &told.memberships).await?;
        if !explained(forgotten) {
            return Ok(ExitCode::FAILURE);
        }
    }
    if let Who::Name(name) = &errand.who {
        office.app.store().erase_stranger(name, office.now()).await?;
    }
    let left = dossier(office, &errand.who).await?.keys.len();
    if left > 0 {
        trouble(
            &format!("항목 {left}개가 남았어요. 한 번 더 해 주세요."),
            &format!("{left} items are left: run it once more."),
        );
        return Ok(ExitCode::FAILURE);
    }
    trouble(
        "지웠어요. 잠금의 상태는 7일, 가입의 진행 기록은 하루, 되돌리기용 기록(PITR)은 7일 뒤 사라져요.",
        "erased. The lock's state goes after 7 days, the sign-up's record after one, backups (PITR) after 7.",
    );
    Ok(ExitCode::SUCCESS)
}

async fn linked(office: &Office, app: &AppUser) -> (&'static str, &'static str) {
    match office.kakao().linked(app).await {
        Told::Yes(Linked::Yes { .. }) => ("연결되어 있고 끊을 거예요", "linked, and would be unlinked"),
        Told::Yes(Linked::No) => ("연결되어 있지 않아요", "not linked"),
        Told::No(_) | Told::NotSent | Told::Unknown => {
            ("물어보지 못했어요(kakao doctor)", "could not be asked (kakao doctor)")
        }
    }
}

/// Whether it is done; what else it is, is said.
fn explained(forgotten: Forgotten) -> bool {
    match forgotten {
        Forgotten::Erased(_) => return true,
        Forgotten::NotUnlinked(why) => trouble(
            &format!(
                "카카오가 연결을 끊지 않았어요({why}). 아무것도 지우지 않았어요. kakao doctor로 어드민 키를 보고 다시 해 주세요."
            ),
            &format!(
                "Kakao did not end the link ({why}). Nothing was erased. Check the admin key with kakao doctor, and try again."
            ),
        ),
        Forgotten::LinkedAgain => trouble(
            "그 사이 다시 연결했어요. 정말 지우려면 한 번 더 해 주세요.",
            "the person has just linked again. To erase them all the same, run it once more.",
        ),
        Forgotten::Later => trouble(
            "연결은 끊었지만 지금은 다 지울 수 없어요. 저절로 이어지고, 1분 뒤 다시 해도 돼요.",
            "the link has ended, but not everything could be erased now. It goes on by itself; or run it again in a minute.",
        ),
    }
    false
}
