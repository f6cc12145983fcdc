//! Puts the pieces together: one process that is Kakao, AWS and the bot.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use shared::clock::{Clock, Millis};
use shared::env::Env;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::function::{EverySurface, Functions};
use crate::journal::Journal;
use crate::login::{self, Kakao, LOCAL_ADMIN_KEY, LOCAL_CLIENT_SECRET};
use crate::payload::{AUTH_BLOCK_ID, PLUGIN_PARAM};
use crate::platform::{self, Platform, Skills};
use crate::table::Table;
use crate::template::Template;
use crate::work_api::LOCAL_WORK_SECRET;
use crate::{event_api, gateway, half_view, room, stream, work_api};

/// What `x-skill-secret` is on a laptop.
pub const LOCAL_SKILL_SECRET: &str = "local-skill-secret";

pub use crate::login::LOCAL_REST_API_KEY;

/// The base URLs of the stand-in for Kakao Login.
const LOGIN_URLS: [&str; 3] = ["KAUTH_URL", "KAPI_URL", "TALK_PLUGIN_URL"];

/// How long requests may still take after the end was announced.
const GRACE: Duration = Duration::from_secs(1);

/// What can be chosen.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the door is; 0 picks a free port.
    pub port: u16,
    /// Where the table is kept; `None` keeps it in memory.
    pub data: Option<PathBuf>,
    /// Where the table listens; 0 picks a free port.
    pub table_port: u16,
    /// To whom the table listens.
    pub table_host: IpAddr,
    /// Items to put first, as DynamoDB JSON.
    pub seed: Option<PathBuf>,
    /// The skill that every event calls: a laptop has no console in which blocks are given their skills.
    pub event_skill: String,
    /// The id of the auth block: that of the bot's own, so that its buttons work here, too.
    pub auth_block: String,
    /// The skill that the auth block calls when its half-view is over.
    pub auth_skill: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 3000,
            data: Some(PathBuf::from(".kakao")),
            table_port: 0,
            table_host: Ipv4Addr::LOCALHOST.into(),
            seed: None,
            event_skill: "lunch".to_owned(),
            auth_block: AUTH_BLOCK_ID.to_owned(),
            auth_skill: "join".to_owned(),
        }
    }
}

/// Why nothing was started.
#[derive(Debug)]
pub enum NotStarted {
    /// Somebody listens there already; the option that chooses the port.
    PortTaken(&'static str, u16),
    /// The port cannot be had for another reason.
    PortRefused(&'static str, u16, io::Error),
    /// The address is not one of this machine; the option that chooses it.
    HostElsewhere(&'static str, IpAddr),
    /// Another process uses this folder; its address, if it left one.
    DataTaken(PathBuf, Option<String>),
    /// The folder cannot be used.
    Data(PathBuf, io::Error),
    /// The file is not a table, or not a whole one.
    Broken(PathBuf),
    /// The table in the folder cannot be opened or made.
    Table(Option<PathBuf>, String),
    /// The seed cannot be read or put.
    Seed(PathBuf, String),
    /// Anything else.
    Other(String),
}

impl fmt::Display for NotStarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortTaken(_, port) => write!(f, "port {port} is taken"),
            Self::PortRefused(_, port, error) => write!(f, "port {port}: {error}"),
            Self::HostElsewhere(_, host) => write!(f, "{host} is not an address of this machine"),
            Self::DataTaken(path, _) => write!(f, "{} is in use", path.display()),
            Self::Data(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Broken(path) => write!(f, "{} is not a table", path.display()),
            Self::Table(_, error) => write!(f, "table: {error}"),
            Self::Seed(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Other(error) => f.write_str(error),
        }
    }
}

impl std::error::Error for NotStarted {}

/// Everything, started but not yet answering.
#[derive(Debug)]
pub struct Laptop {
    /// `http://127.0.0.1:3000`
    pub url: String,
    /// Where the table speaks DynamoDB.
    pub table_url: String,
    /// The table's name.
    pub table_name: String,
    /// `POST /skill/{name}` and so on, with the function that answers there.
    pub routes: Vec<(String, &'static str)>,
    /// The header that a skill call must carry.
    pub skill_header: String,
    /// Its value, unless the environment chose one that is nobody's business.
    pub skill_secret: Option<String>,
    /// The key that an event must carry, unless the environment chose one that is nobody's business.
    pub api_key: Option<String>,
    /// The app's client secret, unless the environment chose one that is nobody's business.
    pub client_secret: Option<String>,
    /// Its admin key, likewise.
    pub admin_key: Option<String>,
    /// The last part of the addresses that Kakao Work calls, unless the surroundings have one of their own.
    pub work_secret: Option<String>,
    /// Which of `KAUTH_URL`, `KAPI_URL` and `TALK_PLUGIN_URL` lead elsewhere than to this process.
    pub login_elsewhere: Vec<&'static str>,
    /// The stand-in for Kakao Login.
    pub kakao: Kakao,
    /// The skill that every event calls.
    pub event_skill: String,
    /// How many items were put first.
    pub seeded: usize,
    /// Whether late answers come back to this process.
    pub callbacks: bool,
    listener: TcpListener,
    router: Router,
    lock: Option<File>,
}

impl Laptop {
    /// Opens the door, the table and the bot. `lookup` is the process's environment.
    ///
    /// # Errors
    /// [`NotStarted`], in words that say what to do about it.
    pub async fn start<B: EverySurface>(
        bot: B,
        options: &Options,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, NotStarted> {
        // The doors first: that one is taken is the mistake that is made most.
        let listener = listen("--port", Ipv4Addr::LOCALHOST.into(), options.port).await?;
        let table_listener = listen("--table-port", options.table_host, options.table_port).await?;
        let url = format!("http://{}", address(&listener)?);
        let table_url = table_url(address(&table_listener)?);
        let lock = options.data.as_deref().map(|data| lock(data, &url)).transpose()?;

        let get = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        let env = surroundings(&url, &table_url, &lookup);

        let template = Template::built_in().map_err(NotStarted::Other)?;
        let file = options.data.as_ref().map(|data| data.join("table.db"));
        let table =
            Table::open(file.as_deref(), &env.table_name, &template).map_err(|error| no_table(file.clone(), &error))?;
        let seeded = options.seed.as_deref().map(|seed| put(&table, seed)).transpose()?.unwrap_or_default();

        let secret = get("SKILL_SECRET");
        let api_key = get("KAKAO_REST_API_KEY");
        let shown = if secret.is_some() { None } else { Some(LOCAL_SKILL_SECRET.to_owned()) };
        let callbacks = (env.bot_api_url == stand_in(&url)).then(|| url.clone());
        let skills = Skills {
            url: url.clone(),
            header: env.skill_secret_header.clone(),
            secret: secret.as_deref().map_or(LOCAL_SKILL_SECRET, first).to_owned(),
            callbacks: callbacks.clone(),
            api_key: api_key.as_deref().map_or(LOCAL_REST_API_KEY, first).to_owned(),
            of_events: options.event_skill.clone(),
            auth_block: options.auth_block.clone(),
            of_auth_block: options.auth_skill.clone(),
        };
        let mut app = login::App {
            rest_api_keys: accepted(api_key.as_deref(), LOCAL_REST_API_KEY),
            client_secrets: accepted(get("KAKAO_CLIENT_SECRET").as_deref(), LOCAL_CLIENT_SECRET),
            admin_keys: accepted(get("KAKAO_ADMIN_KEYS").as_deref(), LOCAL_ADMIN_KEY),
            redirect_uris: redirect_uris(&url, get("SYNC_REDIRECT_URI")),
            ..login::App::default()
        };
        // What Kakao tells by itself is about the app and the channels that the functions know.
        if let Some(id) = env.callbacks.app_id.as_ref().and_then(|id| id.parse().ok()) {
            app.app_id = id;
        }
        if !env.callbacks.channels.is_empty() {
            app.channels.clone_from(&env.callbacks.channels);
        }
        let kakao = Kakao::new(&url, app, Clock::System);
        let login_elsewhere = LOGIN_URLS.into_iter().filter(|name| get(name).is_some()).collect();
        let platform = Arc::new(Platform::new(skills, Arc::new(Journal::new()), kakao.clone()));
        let (table_name, skill_header) = (env.table_name.clone(), env.skill_secret_header.clone());
        tokio::spawn(table.clone().serve(table_listener));
        let functions = Functions::start(bot, env, &template).map_err(|error| NotStarted::Other(error.to_string()))?;
        for woken in functions.woken.iter() {
            if let Some(mapping) = template.mapping(woken.name) {
                tokio::spawn(stream::feed(table.clone(), functions.clone(), *woken, mapping));
            }
            tokio::spawn(stream::sweep(functions.clone(), *woken));
            tokio::spawn(stream::addresses(functions.clone(), *woken));
        }
        let routes = functions
            .doors
            .iter()
            .flat_map(|door| door.routes.iter().map(|route| (format!("{} {}", route.method, route.path), door.name)));
        let whereabouts = whereabouts(&table_url, &table_name);
        Ok(Self {
            url,
            table_url,
            table_name,
            routes: routes.collect(),
            skill_header,
            skill_secret: shown,
            api_key: api_key.is_none().then(|| LOCAL_REST_API_KEY.to_owned()),
            client_secret: get("KAKAO_CLIENT_SECRET").is_none().then(|| LOCAL_CLIENT_SECRET.to_owned()),
            admin_key: get("KAKAO_ADMIN_KEYS").is_none().then(|| LOCAL_ADMIN_KEY.to_owned()),
            work_secret: get("WORK_PATH_SECRET").is_none().then(|| LOCAL_WORK_SECRET.to_owned()),
            login_elsewhere,
            event_skill: options.event_skill.clone(),
            seeded,
            callbacks: callbacks.is_some(),
            listener,
            router: router(platform, functions, &kakao).merge(whereabouts),
            kakao,
            lock,
        })
    }

    /// Answers until `end` resolves; what is being answered then may finish. What a request changed is in the table before it is
    /// answered, so nothing needs tidying up.
    ///
    /// # Errors
    /// If the door itself breaks.
    pub async fn serve(self, end: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let (ending, ended) = oneshot::channel();
        let end = async {
            end.await;
            let _ = ending.send(());
        };
        let patience = async {
            // If nobody says so any more, serving is over anyhow.
            let _ = ended.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            served = axum::serve(self.listener, service).with_graceful_shutdown(end).into_future() => served?,
            () = patience => {} // an open page never ends by itself
        }
        drop(self.lock);
        Ok(())
    }
}

fn router(platform: Arc<Platform>, functions: Functions, kakao: &Kakao) -> Router {
    let own = Router::new()
        .merge(room::routes())
        .route("/platform/v1/bots/{bot}/callback/{token}", post(platform::callback))
        .merge(event_api::routes())
        .merge(half_view::routes())
        .route("/healthz", get(async || "ok"))
        .with_state(platform)
        .merge(kakao.router())
        .merge(work_api::routes());
    Router::new().fallback(gateway::handle).with_state(functions).merge(own).layer(from_fn(gateway::tell))
}

/// The settings of everything on a laptop whose door is at `url`: what is dangerous from here, the rest from `lookup`, the process's
/// environment, and what that does not say from here again. For commands that work on a running laptop, too.
pub fn surroundings(url: &str, table_url: &str, lookup: impl Fn(&str) -> Option<String>) -> Env {
    let get = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
    Env::read(|name| local(name, table_url).or_else(|| get(name)).or_else(|| fallback(name, url)))
}

/// `GET /laptop`: where the table is, for commands that work on it.
fn whereabouts(table_url: &str, table_name: &str) -> Router {
    let told = serde_json::json!({ "table_url": table_url, "table_name": table_name });
    Router::new().route("/laptop", get(async move || axum::Json(told)))
}

async fn listen(option: &'static str, host: IpAddr, port: u16) -> Result<TcpListener, NotStarted> {
    TcpListener::bind(SocketAddr::new(host, port)).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => NotStarted::PortTaken(option, port),
        io::ErrorKind::AddrNotAvailable => NotStarted::HostElsewhere("--table-host", host), // the other one is loopback
        _ => NotStarted::PortRefused(option, port, error),
    })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, NotStarted> {
    listener.local_addr().map_err(|error| NotStarted::Other(error.to_string()))
}

/// How this process itself reaches its table.
fn table_url(at: SocketAddr) -> String {
    let host = if at.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { at.ip() };
    format!("http://{}", SocketAddr::new(host, at.port()))
}

/// One process per folder: two would not see each other's stream. The lock goes away with the process, however that ends.
fn lock(data: &Path, url: &str) -> Result<File, NotStarted> {
    let trouble = |error| NotStarted::Data(data.to_owned(), error);
    std::fs::create_dir_all(data).map_err(trouble)?;
    let path = data.join("lock");
    let mut file = File::options().create(true).truncate(false).read(true).write(true).open(&path).map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let url =
                std::fs::read_to_string(&path).ok().map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
            return Err(NotStarted::DataTaken(data.to_owned(), url));
        }
        Err(TryLockError::Error(error)) => return Err(trouble(error)),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{url}")).map_err(trouble)?;
    Ok(file)
}

/// The database speaks to programmers, about switches that this program does not have. It has no kinds, only words.
fn no_table(file: Option<PathBuf>, error: &str) -> NotStarted {
    let broken = ["not a valid SQLite", "malformed"].iter().any(|words| error.contains(words));
    match file {
        Some(file) if broken => NotStarted::Broken(file),
        file => NotStarted::Table(file, error.trim_end_matches('.').to_owned()),
    }
}

fn put(table: &Table, seed: &Path) -> Result<usize, NotStarted> {
    let trouble = |error: String| NotStarted::Seed(seed.to_owned(), error);
    let text = std::fs::read_to_string(seed).map_err(|error| trouble(error.to_string()))?;
    table.seed(&text).map_err(trouble)
}

/// What a laptop never takes from its surroundings: nothing done here may reach the real table or the real secrets.
fn local(name: &str, table_url: &str) -> Option<String> {
    match name {
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(table_url.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        "AWS_SESSION_TOKEN" | "SECRETS_PREFIX" | "AWS_ENDPOINT_URL_SSM" => Some(String::new()),
        _ => None,
    }
}

/// What a laptop takes if its surroundings say nothing.
fn fallback(name: &str, url: &str) -> Option<String> {
    match name {
        "SKILL_SECRET" => Some(LOCAL_SKILL_SECRET.to_owned()),
        "KAKAO_REST_API_KEY" => Some(LOCAL_REST_API_KEY.to_owned()),
        "KAKAO_CLIENT_SECRET" => Some(LOCAL_CLIENT_SECRET.to_owned()),
        "KAKAO_ADMIN_KEYS" => Some(LOCAL_ADMIN_KEY.to_owned()),
        "TOKEN_SIGNING_KEY" => Some("local-token-signing-key".to_owned()),
        "WORK_API_URL" => Some(format!("{url}/work-api")),
        "WORK_APP_KEY" => Some(work_api::LOCAL_APP_KEY.to_owned()),
        "WORK_PATH_SECRET" => Some(LOCAL_WORK_SECRET.to_owned()),
        "SYNC_REDIRECT_URI" => Some(redirect_uri(url)),
        "SYNC_PARAM" => Some(PLUGIN_PARAM.to_owned()),
        "KAKAO_APP_ID" => Some(login::LOCAL_APP_ID.to_string()),
        "BOT_API_URL" => Some(stand_in(url)),
        "KAUTH_URL" => Some(format!("{url}/kauth")),
        "KAPI_URL" => Some(format!("{url}/kapi")),
        "TALK_PLUGIN_URL" => Some(format!("{url}/talk-plugin")),
        _ => None,
    }
}

fn stand_in(url: &str) -> String {
    format!("{url}/platform")
}

/// The app's redirect URIs. The plugin's comes first: the chosen one, else this machine's, which is known under either of its names.
fn redirect_uris(url: &str, chosen: Option<String>) -> Vec<String> {
    let own = [url.to_owned(), url.replace("127.0.0.1", "localhost")].map(|url| redirect_uri(&url));
    chosen.into_iter().map(|uri| uri.trim().to_owned()).chain(own).collect()
}

/// Where a half-view goes with its code.
fn redirect_uri(url: &str) -> String {
    format!("{url}/sync/redirect")
}

/// Everything that is accepted, of a comma list or the laptop's own.
fn accepted(chosen: Option<&str>, local: &str) -> Vec<String> {
    chosen.unwrap_or(local).split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// The value to present if several are accepted.
fn first(secret: &str) -> &str {
    secret.split(',').next().unwrap_or_default().trim()
}

/// One line on standard output; the functions' own lines go there, too.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Hour, minute and second in Korea.
pub(crate) fn wall_clock() -> (u16, u16, u64) {
    let now: Millis = Clock::System.now();
    let minute = now.kst_minute();
    (minute / 60, minute % 60, now.secs() % 60)
}
