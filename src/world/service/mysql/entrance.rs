//! Getting in: the server's greeting, and the login by whatever procedure it wants.

use mysql_common::auth::plugins::{AuthProc, ChallengeResponsePlugin, Context, Response};
use mysql_common::constants::CapabilityFlags;
use mysql_common::io::ParseBuf;
use mysql_common::packets::{AuthPlugin, AuthSwitchRequest, HandshakePacket, HandshakeResponse};
use mysql_common::proto::MyDeserialize;

use super::wire::{MAX_PACKET, Wire};
use super::{broken, said};
use crate::world::service::{Login, Trouble, TroubleKind};

/// Steps of a login; the longest one known has four.
const MOST_STEPS: usize = 8;
/// A byte of a login's length above which the server's greeting is none.
const MOST_NONCE: u8 = 127;

/// The server's first packet. Its crate computes with one byte of it unchecked.
pub(super) fn greeting_in(packet: &[u8]) -> Result<HandshakePacket<'_>, Trouble> {
    /// From the end of the version to the length of the login's nonce.
    const TO_LENGTH: usize = 4 + 8 + 1 + 2 + 1 + 2 + 2;
    if packet.first() == Some(&0xff) {
        return Err(said(packet));
    }
    let version_end = packet.iter().position(|byte| *byte == 0);
    let length = version_end.and_then(|end| packet.get(end + 1 + TO_LENGTH));
    if packet.first() != Some(&10) || length.is_none_or(|length| *length > MOST_NONCE) {
        return Err(broken("the greeting is not one of MySQL's"));
    }
    HandshakePacket::deserialize((), &mut ParseBuf(packet)).map_err(|_| broken("the greeting is not one of MySQL's"))
}

/// What we want of the protocol, as far as the server offers it.
pub(super) fn capabilities(greeting: &HandshakePacket<'_>, encrypted: bool) -> CapabilityFlags {
    let wanted = CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_CONNECT_WITH_DB;
    let ours = if encrypted { wanted | CapabilityFlags::CLIENT_SSL } else { wanted };
    ours & greeting.capabilities()
}

/// As whom and to what we want to get in.
pub(super) struct Entrance<'a> {
    pub(super) login: &'a Login,
    /// The database; may be empty.
    pub(super) name: &'a str,
    pub(super) encrypted: bool,
    /// Whether a key that the server gives without TLS may be trusted with the password.
    pub(super) takes_key: bool,
}

impl Entrance<'_> {
    /// Logs in.
    pub(super) async fn pass(&self, wire: &mut Wire, greeting: &HandshakePacket<'_>) -> Result<(), Trouble> {
        let nonce = greeting.nonce();
        let plugin = greeting.auth_plugin().filter(is_usable).unwrap_or(AuthPlugin::MysqlNativePassword);
        let (mut procedure, first) = self.begin(&plugin, &nonce)?;
        let database = (!self.name.is_empty()).then_some(self.name.as_bytes());
        let user = Some(self.login.user.as_bytes());
        let capabilities = capabilities(greeting, self.encrypted);
        let response = HandshakeResponse::new(
            Some(first),
            (8, 0, 0),
            user,
            database,
            Some(plugin),
            capabilities,
            None,
            MAX_PACKET,
        );
        wire.send_packet(&response).await?;
        for _ in 0..MOST_STEPS {
            let packet = wire.packet().await?;
            match packet.split_first() {
                Some((0, _)) => return Ok(()),
                Some((0xff, _)) => return Err(self.refusal(&packet)),
                Some((0xfe, rest)) if !rest.is_empty() => {
                    let switch = AuthSwitchRequest::deserialize((), &mut ParseBuf(&packet));
                    let switch = switch.map_err(|_| broken("a login that cannot be read"))?;
                    let (next, answer) = self.begin(&switch.auth_plugin(), switch.plugin_data())?;
                    procedure = next;
                    wire.send(&answer).await?;
                }
                Some((1, challenge)) => {
                    if let Some(answer) = self.step(&mut procedure, challenge, &nonce)? {
                        wire.send(&answer).await?;
                    }
                }
                _ => return Err(broken("a login of a kind that is not known")),
            }
        }
        Err(broken("the login does not end"))
    }

    /// A login procedure and the first answer to it.
    fn begin(&self, plugin: &AuthPlugin<'_>, challenge: &[u8]) -> Result<(AuthProc, Vec<u8>), Trouble> {
        let name = String::from_utf8_lossy(plugin.as_bytes()).into_owned();
        let no = |why: &str| Trouble::new(TroubleKind::Rejected, format!("a login by `{name}` is {why}"));
        if *plugin == AuthPlugin::MysqlClearPassword && !self.encrypted {
            return Err(no("not given without TLS: it shows the password"));
        }
        if !is_usable(plugin) {
            return Err(no("none that we know"));
        }
        let mut procedure = plugin.init().map_err(|_| no("none that we know"))?;
        let answer = self.step(&mut procedure, challenge, challenge)?.unwrap_or_default();
        Ok((procedure, answer))
    }

    fn step(&self, procedure: &mut AuthProc, challenge: &[u8], nonce: &[u8]) -> Result<Option<Vec<u8>>, Trouble> {
        /// The server asks for the whole password, and nothing encrypts it but a key that it sends us itself.
        const FULL: &[u8] = &[4];
        if challenge == FULL && !self.encrypted && !self.takes_key {
            let why = "the login needs TLS, or `get-server-public-key=true` in the URL";
            return Err(Trouble::new(TroubleKind::Rejected, why));
        }
        let context = Secrets { password: self.login.password.as_bytes(), nonce, encrypted: self.encrypted };
        match procedure.run(&context, challenge) {
            Ok(Response::Next { packet } | Response::Last { packet }) => Ok(packet),
            Err(error) => Err(Trouble::new(TroubleKind::Protocol, format!("the login cannot go on: {error}"))),
        }
    }

    /// An error packet during a login: without a password it says that one is due.
    fn refusal(&self, packet: &[u8]) -> Trouble {
        let trouble = said(packet);
        match trouble.kind {
            TroubleKind::AuthFailed if self.login.password.is_empty() => {
                Trouble::new(TroubleKind::AuthRequired, trouble.detail)
            }
            _ => trouble,
        }
    }
}

/// Whether we can log in that way: not with the broken hash of MySQL 4, which gives the password away.
fn is_usable(plugin: &AuthPlugin<'_>) -> bool {
    matches!(plugin, AuthPlugin::MysqlNativePassword | AuthPlugin::CachingSha2Password | AuthPlugin::MysqlClearPassword)
}

/// What a login procedure needs to know.
struct Secrets<'a> {
    password: &'a [u8],
    nonce: &'a [u8],
    encrypted: bool,
}

impl Context for &Secrets<'_> {
    fn pass(&self) -> &[u8] {
        self.password
    }

    fn is_ipc_transport(&self) -> bool {
        false
    }

    fn is_tls_transport(&self) -> bool {
        self.encrypted
    }

    fn scramble(&self) -> &[u8] {
        self.nonce
    }

    fn server_key_pem(&self) -> Option<&[u8]> {
        None
    }
}
