//! Files: uploaded to a room, then attached to a message within the hour.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::methods::{in_room, json_text, sent};
use super::{Call, Envelope, Repeat, WorkApi, WorkError};
use crate::kakao::id::WorkConversationId;
use crate::kakao::limits::Severity;
use crate::kakao::limits::work::api;
use crate::kakao::work::SentMessage;
use crate::kapi::Patience;

/// How long an upload may take.
const UPLOADING: Patience = Patience { time: Duration::from_secs(20), bytes: 256 * 1024 };

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Anything.
    File,
    /// A picture that is shown.
    Image,
    /// A film that is shown.
    Video {
        /// Seconds.
        duration: u64,
        /// Pixels.
        width: u64,
        /// Pixels.
        height: u64,
        /// Degrees.
        rotation: u64,
    },
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl FileKind {
    const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Image => "image",
            Self::Video { .. } => "video",
        }
    }
}

impl Upload {
    fn meta(&self) -> Value {
        let mut meta = json!({ "file_name": self.name, "file_type": self.kind.word(), "file_size": self.bytes.len() });
        if let FileKind::Video { duration, width, height, rotation } = self.kind {
            (meta["duration"], meta["width"]) = (duration.into(), width.into());
            (meta["height"], meta["rotation"]) = (height.into(), rotation.into());
        }
        meta
    }
}

impl WorkApi<'_> {
    /// `conversations/{id}/upload`: up to five files. What comes back names them, in a form that is not documented in full.
    ///
    /// # Errors
    /// [`WorkError`]; [`WorkError::Unfit`] if there are too many files, if they are too large, or a picture is no picture.
    pub async fn upload(&self, room: &WorkConversationId, files: &[Upload]) -> Result<Envelope, WorkError> {
        let metas: Vec<Value> = files.iter().map(Upload::meta).collect();
        let body = [("metas".to_owned(), Value::from(metas.clone()))].into_iter().collect();
        if let Some(broken) = api(&body).into_iter().find(|finding| finding.severity == Severity::Error) {
            return Err(WorkError::Unfit(broken.rule));
        }
        let boundary = boundary().ok_or(WorkError::Passing)?;
        let call = Call {
            method: Method::POST,
            path: in_room(room, "upload")?,
            content_type: Some(format!("multipart/form-data; boundary={boundary}")),
            body: multipart(&boundary, files, &json_text(&metas)?),
            repeat: Repeat::Freely, // what is never attached goes away after an hour
            patience: UPLOADING,
        };
        self.call(&call).await
    }

    /// `messages.send_attachments`: sends files that were uploaded to the same room; several pictures make one message.
    ///
    /// # Errors
    /// [`WorkError`], as [`WorkApi::send`].
    pub async fn send_attachments(
        &self,
        room: &WorkConversationId,
        kind: FileKind,
        ids: &[u64],
    ) -> Result<SentMessage, WorkError> {
        let attachment = match ids {
            [] => return Err(WorkError::Unfit("UPLOAD-COUNT")),
            [id] => json!({ "attachment_id": id }),
            ids => json!({ "attachment_ids": ids }),
        };
        let body = json!({ "conversation_id": room, "type": kind.word(), "attachment": attachment });
        let call = Call::post("messages.send_attachments", &body, Repeat::IfNotCarriedOut);
        sent(&self.call(&call).await?)
    }
}

/// A line that is in none of the files, but for a chance of one in 2^128. `None` only without randomness.
fn boundary() -> Option<String> {
    let mut random = [0_u8; 16];
    getrandom::getrandom(&mut random).ok()?;
    Some(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>
fn multipart(boundary: &str, files: &[Upload], metas: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for file in files {
        let name = file.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"attachments[]\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(&file.bytes);
        body.extend(b"\r\n");
    }
    let metas =
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"metas\"\r\n\r\n{metas}\r\n--{boundary}--\r\n");
    body.extend(metas.into_bytes());
    body
}
