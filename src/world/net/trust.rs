//! Whom we trust in TLS, and as whom we present ourselves: the one place that builds a TLS configuration.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::lenient::{Lenient, Verdict};
use super::tls::Certificate;
use super::verifier::{AnyCertificate, Listed};
use crate::model::Unknown;

/// A TLS client configuration. Certificates are verified unless asked otherwise by name.
#[derive(Clone, Debug)]
pub struct Trust {
    config: Arc<ClientConfig>,
    verifier: Arc<dyn ServerCertVerifier>,
    roots: Arc<RootCertStore>,
}

impl Trust {
    /// The public authorities (Mozilla's list), no client certificate.
    pub fn public() -> Trust {
        Trust::with((public_roots(), Vec::new()), None)
            .expect("ring offers every default version, and there is no client key to refuse")
    }

    /// The authorities of `ca_file` instead of the public ones, and a client certificate (chain and key, PEM files).
    /// Paths are absolute. Unknown when a file cannot be read: then we cannot look.
    pub fn from_files(ca_file: Option<&Path>, client: Option<(&Path, &Path)>) -> Result<Trust, Unknown> {
        let roots = match ca_file {
            Some(path) => roots_in(path)?,
            None => (public_roots(), Vec::new()),
        };
        let client = client.map(|(chain, key)| Ok((certificates_in(chain)?, key_in(key)?))).transpose()?;
        Trust::with(roots, client)
            .map_err(|error| Unknown::because(format!("the client certificate cannot be used: {error}")))
    }

    /// Nobody in particular: for a look at what stands behind a certificate that did not verify. Nothing that is secret
    /// may be sent this way.
    pub fn unverified() -> Trust {
        let provider = Trust::provider();
        let verifier: Arc<dyn ServerCertVerifier> = Arc::new(AnyCertificate::new(Arc::clone(&provider)));
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring offers every default version")
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Trust { config: Arc::new(config), verifier, roots: Arc::new(RootCertStore::empty()) }
    }

    fn with(
        (roots, listed): (RootCertStore, Vec<CertificateDer<'static>>),
        client: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    ) -> Result<Trust, rustls::Error> {
        let roots = Arc::new(roots);
        let provider = Trust::provider();
        let verifier: Arc<dyn ServerCertVerifier> = if listed.is_empty() {
            let chains = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider));
            chains.build().map_err(|error| rustls::Error::General(error.to_string()))?
        } else {
            Arc::new(Listed::new(roots.as_ref().clone(), listed, Arc::clone(&provider))?)
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier));
        let mut config = match client {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key)?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Trust { config: Arc::new(config), verifier, roots })
    }

    /// The cryptography of every TLS connection.
    pub(super) fn provider() -> Arc<CryptoProvider> {
        Arc::new(rustls::crypto::ring::default_provider())
    }

    /// What verifies a chain.
    pub(super) fn verifier(&self) -> Arc<dyn ServerCertVerifier> {
        Arc::clone(&self.verifier)
    }

    /// Whether an authority of this name, or the certificate itself, issued it.
    pub(super) fn has_issuer_of(&self, certificate: &Certificate) -> bool {
        let issuer = &certificate.issuer_der;
        certificate.is_self_issued() || self.roots.roots.iter().any(|root| same_name(root.subject.as_ref(), issuer))
    }

    /// The same, offering HTTP/1.1 only.
    pub(super) fn http1(&self) -> Trust {
        let mut config = self.config.as_ref().clone();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Trust { config: Arc::new(config), ..self.clone() }
    }

    /// Goes on with any certificate, and notes in the verdict whether the authorities (of `ca_file`, else the public
    /// ones) would have vouched for it. Only for protocols whose clients commonly do not verify.
    pub fn lenient(ca_file: Option<&Path>) -> Result<(Trust, Verdict), Unknown> {
        let strict = Trust::from_files(ca_file, None)?;
        let verdict = Verdict::default();
        let config = ClientConfig::builder_with_provider(Trust::provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| Unknown::because(format!("no TLS: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Lenient::new(strict.verifier(), verdict.clone())))
            .with_no_client_auth();
        Ok((Trust { config: Arc::new(config), ..strict }, verdict))
    }

    /// The same trust for a protocol that is not HTTP: none is offered in the handshake.
    pub fn without_protocols(&self) -> Trust {
        let mut config = self.config.as_ref().clone();
        config.alpn_protocols.clear();
        Trust { config: Arc::new(config), ..self.clone() }
    }

    /// The configuration for a connection.
    pub(in crate::world) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }
}

/// A trust anchor keeps its name without the outer SEQUENCE, whose header is two to four bytes.
fn same_name(anchor: &[u8], name: &[u8]) -> bool {
    name.ends_with(anchor) && name.len() <= anchor.len() + 4
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn roots_in(path: &Path) -> Result<(RootCertStore, Vec<CertificateDer<'static>>), Unknown> {
    let mut roots = RootCertStore::empty();
    let listed = certificates_in(path)?;
    let (added, _) = roots.add_parsable_certificates(listed.iter().cloned());
    if added == 0 {
        return Err(Unknown::because(format!("`{}` holds no usable certificate", path.display())));
    }
    Ok((roots, listed))
}

fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, Unknown> {
    let unreadable = |error: rustls::pki_types::pem::Error| {
        Unknown::because(format!("`{}` cannot be read as PEM: {error}", path.display()))
    };
    let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(unreadable)?;
    if certificates.is_empty() {
        return Err(Unknown::because(format!("`{}` holds no certificate", path.display())));
    }
    Ok(certificates)
}

fn key_in(path: &Path) -> Result<PrivateKeyDer<'static>, Unknown> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|error| Unknown::because(format!("`{}` holds no usable private key: {error}", path.display())))
}
