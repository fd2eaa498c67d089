//! A TLS service on loopback, as `openssl:` in `responses.yaml` says: for whom its certificate is, valid from and to in
//! days from today, and options of `openssl s_server`.

use std::path::Path;

use jiff::{ToSpan, Zoned};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use serde::Deserialize;

#[path = "../probing/openssl.rs"]
mod openssl;

use openssl::OpenSsl;

/// The name by which the service is asked for, whatever its certificate says.
const HOST: &str = "shop.test";

/// What it presents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Described {
    name: String,
    valid_days: (i32, i32),
    options: Vec<String>,
}

/// The service; it ends with this.
pub(crate) struct TlsService {
    server: OpenSsl,
    /// PEM of the authority that signed its certificate.
    authority: String,
}

impl TlsService {
    /// Serves what is described.
    pub(crate) fn start(described: &Described) -> TlsService {
        let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.distinguished_name.push(DnType::CommonName, "the authority");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let mut params = CertificateParams::new(vec![described.name.clone()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, described.name.clone());
        let day = |days: i32| {
            let day = Zoned::now().date().saturating_add(days.days());
            date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
        };
        (params.not_before, params.not_after) = (day(described.valid_days.0), day(described.valid_days.1));
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let secret = tempfile::tempdir().unwrap();
        let (cert_file, key_file) = (secret.path().join("cert.pem"), secret.path().join("key.pem"));
        std::fs::write(&cert_file, certificate.pem()).unwrap();
        std::fs::write(&key_file, key.serialize_pem()).unwrap();
        let mut options = vec!["-cipher", "ALL:@SECLEVEL=0"];
        options.extend(described.options.iter().map(String::as_str));
        TlsService { server: OpenSsl::start(&cert_file, &key_file, &options), authority: authority.pem() }
    }

    /// The target's parameters, without braces; `folder` is for its authority.
    pub(crate) fn target(&self, folder: &Path) -> String {
        let file = folder.join("authority.pem");
        std::fs::write(&file, &self.authority).unwrap();
        let port = self.server.port;
        format!("url: \"https://{HOST}:{port}\", resolve: {{ {HOST}: 127.0.0.1 }}, ca_file: \"{}\"", file.display())
    }
}
