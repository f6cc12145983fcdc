//! Somebody has ended their link (protocol `channel-and-webhooks` 2).

use http::Request;
use serde_json::Value;

use super::{Forgery, Proof, Surface};
use crate::login::wire::query;

/// How an unlink travels: the console lets one choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// `GET` with a query.
    Get,
    /// `POST` with a form.
    #[default]
    Form,
    /// `POST` with JSON.
    Json,
}

impl Form {
    /// The one that a command line calls so.
    pub fn find(word: &str) -> Option<Self> {
        match word {
            "get" => Some(Self::Get),
            "form" => Some(Self::Form),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// `GET` or `POST /account/unlink`
#[derive(Clone, Debug)]
pub struct Unlink<'a> {
    /// The app.
    pub app_id: &'a str,
    /// Who.
    pub user: &'a str,
    /// Why.
    pub reason: &'a str,
    /// How.
    pub form: Form,
}

impl Unlink<'_> {
    /// The request to the service at `base`; `None` if that is no address.
    pub fn request(&self, base: &str, proof: &Proof) -> Option<Request<Vec<u8>>> {
        let app = if proof.lacks(Forgery::App) { "1" } else { self.app_id };
        let pairs = [("app_id", app), ("user_id", self.user), ("referrer_type", self.reason)];
        let url = format!("{base}{}", Surface::Unlink.path());
        let (request, body) = match self.form {
            Form::Get => (Request::get(format!("{url}?{}", query(&pairs))), Vec::new()),
            Form::Form => {
                let request = Request::post(url);
                let request = request.header("content-type", "application/x-www-form-urlencoded;charset=utf-8");
                (request, query(&pairs).into_bytes())
            }
            Form::Json => {
                let body: Value = pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
                (Request::post(url).header("content-type", "application/json"), body.to_string().into_bytes())
            }
        };
        proof.on(request).body(body).ok()
    }
}
