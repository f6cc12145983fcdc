//! The `kakao` command: everything that a bot's author does on a laptop, and an operator on a deployment. Never deployed.

mod check;
mod dev;
mod doctor;
mod member;
mod office;
mod reconcile;
mod say;
mod send;

use std::ffi::OsString;
use std::process::ExitCode;

use say::{err, out};

/// A wrong command line, as in `kakao check`.
const MISUSED: u8 = 2;

const HELP: &str = "\
kakao: 카카오톡 챗봇을 노트북에서 만들고 시험합니다.

  kakao dev                    전부 실행: 함수, 테이블, 가짜 카카오, 채팅방
  kakao check KIND FILE...     JSON이 문서의 제한을 지키는지 검사
  kakao send skill ...         실행 중인 봇에 한마디 보내고 답 보기
  kakao send skill-check ...   파라미터 검증에 값 하나 보내기
  kakao send event ...         이벤트 API로 사람들에게 이벤트 보내기
  kakao doctor                 가입에 쓰는 키와 주소가 맞는지 카카오에 묻기
  kakao member ...             한 사람의 것을 모두 보거나 지우기
  kakao reconcile ...          회원과 카카오의 연결, 채널 관계 맞추기, 되살린 테이블에서 다시 지우기
  kakao send channel ...       카카오가 먼저 부르는 것 흉내 내기 (unlink, account도)
  kakao send work ...          카카오워크의 버튼 누름, 모달 요청과 제출 보내기
  kakao COMMAND --help         명령마다 자세한 설명

kakao: build and try a KakaoTalk chatbot on a laptop.

  kakao dev                    everything: functions, table, a stand-in Kakao, a chat room
  kakao check KIND FILE...     does the JSON keep every documented limit?
  kakao send skill ...         say something to a running bot and see the answer
  kakao send skill-check ...   send one value to a parameter check
  kakao send event ...         send an event to people through the Event API
  kakao doctor                 ask Kakao whether keys and address of the sign-up are right
  kakao member ...             show or erase everything of one person
  kakao reconcile ...          make members, channels and Kakao agree; erase again after a restore
  kakao send channel ...       what Kakao calls by itself (also unlink, account)
  kakao send work ...          send a press, a wish for a modal or a submission of Kakao Work
  kakao COMMAND --help         the details of a command";

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(command) = arguments.next() else {
        err(HELP);
        return ExitCode::from(MISUSED);
    };
    match command.to_str() {
        Some("dev") => dev::run(arguments),
        Some("check") => check::run(arguments),
        Some("send") => send::run(arguments),
        Some("doctor") => doctor::run(arguments),
        Some("member") => member::run(arguments),
        Some("reconcile") => reconcile::run(arguments),
        Some("help" | "--help" | "-h") => help(),
        Some("--version" | "-V") => {
            out(concat!("kakao ", env!("CARGO_PKG_VERSION")));
            ExitCode::SUCCESS
        }
        _ => unknown(&command),
    }
}

fn help() -> ExitCode {
    out(HELP);
    ExitCode::SUCCESS
}

fn unknown(command: &OsString) -> ExitCode {
    let command = command.to_string_lossy();
    err(&format!("kakao: 그런 명령은 없어요: `{command}` / There is no command `{command}`.\n\n{HELP}"));
    ExitCode::from(MISUSED)
}
