//! A login that begins at our own `/sync/login` and not in the chat: what a browser must bring along with its code, so that nobody logs
//! in whom somebody else sent (threat T11).
//!
//! One cookie holds a random value and its end, signed. State, nonce and the verifier of PKCE follow from it, each under its own
//! name, so nothing is kept anywhere. The plugin has no part in this: there no cookie is read or set (threat T16).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

use crate::app::Services;
use crate::clock::Millis;
use crate::kapi::oauth;
use crate::secret::{NoSecret, Secret, SecretName};

use super::client::first;

/// The cookie. A browser takes it only from this very host and over TLS, and no neighbour can put one in its place.
/// <https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie#__host->
const COOKIE: &str = "__Host-sign-up";

/// How long somebody may take on the consent screen.
const GOOD_FOR: Duration = Duration::from_secs(600);

/// The longest value that is looked at, in bytes.
const MAX: usize = 256;

/// Signs and knows the logins of this deployment.
#[derive(Clone)]
pub struct WebLogins(Vec<hmac::Key>);

/// One login that this browser began.
#[derive(Clone)]
pub struct WebLogin {
    key: hmac::Key,
    /// `<random>.<end in Unix seconds>`
    value: String,
}

/// Why a browser did not begin the login that it brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLogin {
    /// It has no cookie.
    Missing,
    /// The cookie is not one of ours.
    Forged,
    /// The cookie is over.
    Expired,
    /// The cookie is good, and the state is another's.
    Foreign,
}

impl NoLogin {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Forged => "forged",
            Self::Expired => "expired",
            Self::Foreign => "foreign",
        }
    }
}

impl std::fmt::Debug for WebLogins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebLogins(..)")
    }
}

impl std::fmt::Debug for WebLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebLogin(..)")
    }
}

impl WebLogins {
    /// Those that are signed under the first of these keys; the others are known as well.
    pub fn derive(keys: &[Secret]) -> Self {
        let derive = |key: &Secret| {
            let root = hmac::Key::new(hmac::HMAC_SHA256, key.reveal().as_bytes());
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&root, b"web-login").as_ref())
        };
        Self(keys.iter().map(derive).collect())
    }

    /// A new login. `None` only without a key or randomness.
    pub fn begin(&self, now: Millis) -> Option<WebLogin> {
        let mut random = [0_u8; 24];
        getrandom::getrandom(&mut random).ok()?;
        let value = format!("{}.{}", URL_SAFE_NO_PAD.encode(random), now.plus(GOOD_FOR).secs());
        Some(WebLogin { key: self.0.first()?.clone(), value })
    }

    /// The login of a browser with these cookies, if the state that comes back is its own.
    ///
    /// # Errors
    /// [`NoLogin`]
    pub fn of(&self, cookies: Option<&str>, state: Option<&str>, now: Millis) -> Result<WebLogin, NoLogin> {
        let login = self.read(cookies.unwrap_or_default(), now)?;
        let state = state.and_then(|state| URL_SAFE_NO_PAD.decode(state).ok()).ok_or(NoLogin::Foreign)?;
        // As the signature: compared in a time that tells nothing.
        hmac::verify(&login.key, &message("state", &login.value), &state).map_err(|_| NoLogin::Foreign)?;
        Ok(login)
    }

    fn read(&self, cookies: &str, now: Millis) -> Result<WebLogin, NoLogin> {
        let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value);
        let signed = ours.next().ok_or(NoLogin::Missing)?;
        // A browser has one of this name; who sends two hopes that two readers take different ones.
        if signed.len() > MAX || ours.next().is_some() {
            return Err(NoLogin::Forged);
        }
        let (value, tag) = signed.rsplit_once('.').ok_or(NoLogin::Forged)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| NoLogin::Forged)?;
        let key = self.0.iter().find(|key| hmac::verify(key, &message("cookie", value), &tag).is_ok());
        let login = WebLogin { key: key.ok_or(NoLogin::Forged)?.clone(), value: value.to_owned() };
        let (_, end) = value.rsplit_once('.').ok_or(NoLogin::Forged)?;
        let end: u64 = end.parse().map_err(|_| NoLogin::Forged)?;
        if end <= now.secs() { Err(NoLogin::Expired) } else { Ok(login) }
    }
}

impl WebLogin {
    /// What sets the cookie. `Lax`: it comes along when Kakao sends the browser back, and with nobody's form.
    pub fn set_cookie(&self) -> String {
        let Self { value, .. } = self;
        let (tag, seconds) = (self.made_for("cookie"), GOOD_FOR.as_secs());
        format!("{COOKIE}={value}.{tag}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}")
    }

    /// What comes back with the code.
    pub fn state(&self) -> String {
        self.made_for("state")
    }

    /// What comes back inside of the ID token.
    pub fn nonce(&self) -> String {
        self.made_for("nonce")
    }

    /// What is shown with the code: PKCE, RFC 7636.
    pub fn verifier(&self) -> String {
        self.made_for("verifier")
    }

    fn made_for(&self, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, &message(purpose, &self.value)))
    }

    /// Where the browser is sent to log in and to agree.
    ///
    /// # Errors
    /// [`NoSecret`] if the app's key is not to be had, or the sign-up is off.
    pub async fn authorize_url(&self, services: &Services) -> Result<String, NoSecret> {
        let sync = &services.env.sync;
        let redirect_uri = sync.redirect_uri.as_deref().ok_or(NoSecret::NotConfigured)?;
        let client_id = first(services, SecretName::KakaoRestApiKey).await?;
        let openid = sync.oidc.then_some("openid");
        let scope = openid.into_iter().chain(sync.scopes.as_deref()).collect::<Vec<_>>().join(",");
        let mut pairs = vec![("state", self.state())];
        pairs.extend((!scope.is_empty()).then_some(("scope", scope)));
        pairs.extend(sync.oidc.then(|| ("nonce", self.nonce())));
        pairs.extend(sync.service_terms.clone().map(|tags| ("service_terms", tags)));
        pairs.extend(sync.channel_public_ids.clone().map(|ids| ("channel_public_id", ids)));
        if sync.pkce {
            pairs.push(("code_challenge", oauth::challenge(&self.verifier())));
            pairs.push(("code_challenge_method", "S256".to_owned()));
        }
        Ok(oauth::authorize_url(&services.env, client_id.reveal(), redirect_uri, &pairs))
    }
}

/// Names hold no zero byte, so no two pairs make one message.
fn message(purpose: &str, value: &str) -> Vec<u8> {
    [purpose.as_bytes(), &[0], value.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_760_000_000_000);

    fn logins(keys: &[&str]) -> WebLogins {
        WebLogins::derive(&keys.iter().map(|key| Secret::new(*key)).collect::<Vec<_>>())
    }

    fn pair(login: &WebLogin) -> String {
        login.set_cookie().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn t16_the_cookie_is_this_hosts_alone_and_ends_by_itself() {
        let cookie = logins(&["k"]).begin(NOW).unwrap().set_cookie();
        assert!(cookie.starts_with("__Host-sign-up=") && cookie.len() < 200, "{cookie}");
        assert!(cookie.ends_with("; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=600"), "{cookie}");
    }

    #[test]
    fn t11_the_state_is_bound_to_the_cookie() {
        let logins = logins(&["k"]);
        let (one, two) = (logins.begin(NOW).unwrap(), logins.begin(NOW).unwrap());
        let of =
            |cookies: &str, state: &str, now| logins.of(Some(cookies), Some(state), now).map(|login| login.nonce());
        assert_eq!(of(&pair(&one), &one.state(), NOW), Ok(one.nonce()));
        assert_eq!(of(&format!("a=b; {};c", pair(&one)), &one.state(), NOW), Ok(one.nonce()));
        assert_eq!(of(&pair(&one), &two.state(), NOW), Err(NoLogin::Foreign));
        for state in ["", "x", &one.nonce(), &one.verifier(), &one.state().to_lowercase(), &format!("{}=", one.state())]
        {
            assert_eq!(of(&pair(&one), state, NOW), Err(NoLogin::Foreign), "{state}");
        }
        assert_eq!(logins.of(Some(&pair(&one)), None, NOW).err(), Some(NoLogin::Foreign));
        assert_eq!(logins.of(None, Some(&one.state()), NOW).err(), Some(NoLogin::Missing));
        assert_eq!(of("__host-sign-up=x; sign-up=y", &one.state(), NOW), Err(NoLogin::Missing));
        assert_eq!(of(&format!("{}; {}", pair(&one), pair(&two)), &one.state(), NOW), Err(NoLogin::Forged));
        let end = NOW.plus(GOOD_FOR);
        assert!(of(&pair(&one), &one.state(), end.minus(Duration::from_secs(1))).is_ok());
        assert_eq!(of(&pair(&one), &one.state(), end), Err(NoLogin::Expired));
    }

    #[test]
    fn t16_a_cookie_that_was_changed_anywhere_is_none() {
        let logins = logins(&["k"]);
        let login = logins.begin(NOW).unwrap();
        let cookie = pair(&login);
        for at in COOKIE.len() + 1..cookie.len() {
            let mut changed = cookie.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(logins.of(Some(&changed), Some(&login.state()), NOW).err(), Some(NoLogin::Forged), "{at}");
            let cut = &cookie[..at];
            assert_eq!(logins.of(Some(cut), Some(&login.state()), NOW).err(), Some(NoLogin::Forged), "{at}");
        }
    }

    #[test]
    fn f37_the_older_key_is_known_and_no_other() {
        let login = logins(&["old"]).begin(NOW).unwrap();
        let of = |keys: &[&str]| logins(keys).of(Some(&pair(&login)), Some(&login.state()), NOW).err();
        assert_eq!((of(&["new", "old"]), of(&["new"]), of(&[])), (None, Some(NoLogin::Forged), Some(NoLogin::Forged)));
        assert!(logins(&[]).begin(NOW).is_none());
    }

    #[test]
    fn what_follows_from_the_cookie_has_nothing_to_do_with_each_other() {
        let login = logins(&["k"]).begin(NOW).unwrap();
        let all = [login.state(), login.nonce(), login.verifier(), login.made_for("cookie")];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 43, "as long as a verifier must be (RFC 7636, 4.1)");
            assert!(!all[..at].contains(one));
        }
    }
}
