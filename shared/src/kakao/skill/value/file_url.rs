//! The address of a photo or video that somebody sent: `params.media.url`, an element of `secureUrls`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin>

use std::fmt;

use super::address::host_and_path;
use crate::clock::Millis;

/// Domain of the servers that keep what people sent.
const CDN: &str = ".kakaocdn.net";

/// Where to fetch a file. Signed and short-lived, and a secret: whoever has it can see the file.
///
/// A forged request can hold any address. Before a server fetches one it asks [`FileUrl::is_kakao_cdn`]; then it follows
/// no redirect to another host, and limits the size and the type of what it reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileUrl<'a>(&'a str);

impl<'a> FileUrl<'a> {
    /// An address as it came.
    pub fn new(url: &'a str) -> Self {
        FileUrl(url)
    }

    /// The address as it came.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether this is one of Kakao's file servers: a host below `kakaocdn.net`, over `https` or `http`, with no port and
    /// no user information.
    pub fn is_kakao_cdn(self) -> bool {
        host_and_path(self.0, &["https", "http"]).is_some_and(|(host, _)| host.ends_with(CDN))
    }

    /// When the address stops to work: the `expires` of its query, in seconds since 1970. `None` if it does not say.
    pub fn expires(self) -> Option<u64> {
        let (_, query) = self.0.split('#').next()?.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("expires="))?.parse().ok()
    }

    /// Whether the address has stopped to work at `now`, as far as it says.
    pub fn is_expired(self, now: Millis) -> bool {
        self.expires().is_some_and(|expires| expires <= now.secs())
    }
}

impl fmt::Debug for FileUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileUrl(..)")
    }
}
