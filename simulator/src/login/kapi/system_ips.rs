//! `GET /v1/system/ips`: from where the stand-in calls (protocol `channel-and-webhooks` 1).

use serde_json::json;

use super::who;
use crate::login::answer::Answer;
use crate::login::asked::Asked;
use crate::login::kakao::Kakao;

/// Both lists, for whoever shows the REST API key.
pub(crate) fn system_ips(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    if let Err(error) = who::app(&desk, asked) {
        return error.answer();
    }
    Answer::ok(&json!({ "inbound": desk.app.inbound, "outbound": desk.app.outbound }))
}
