//! Verifies a chain while a handshake goes on that accepts it: what is wrong with it is kept, not an end of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use super::Certificate;
use crate::world::net::Trust;
use crate::world::net::failure::{Failure, FailureKind};

/// Certificates of a chain that are read.
const MOST_CERTIFICATES: usize = 16;

/// What was seen of a chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) chain: Vec<Certificate>,
    pub(super) doubt: Option<Failure>,
    pub(super) stapled: bool,
}

/// Accepts every certificate, and keeps what it is and whether it is to be trusted.
#[derive(Debug)]
pub(super) struct Recorder {
    verifier: Arc<dyn ServerCertVerifier>,
    provider: Arc<CryptoProvider>,
    now: UnixTime,
    seen: Mutex<Seen>,
}

impl Recorder {
    /// Verifies as of `now`.
    pub(super) fn new(trust: &Trust, now: Timestamp) -> Recorder {
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        Recorder { verifier: trust.verifier(), provider: Trust::provider(), now, seen: Mutex::default() }
    }

    /// A configuration with this in the place of verification.
    pub(super) fn config(self: &Arc<Self>, trust: &Trust) -> Arc<ClientConfig> {
        let mut config = trust.config().as_ref().clone();
        config.dangerous().set_certificate_verifier(Arc::clone(self) as Arc<dyn ServerCertVerifier>);
        Arc::new(config)
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn doubt(&self, why: impl FnOnce() -> Failure) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).doubt.get_or_insert_with(why);
    }

    fn signed(&self, verified: Result<HandshakeSignatureValid, Error>) -> HandshakeSignatureValid {
        if let Err(error) = verified {
            self.doubt(|| Failure::new(FailureKind::TlsFailed, format!("its key did not sign the handshake: {error}")));
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let ders = std::iter::once(end_entity).chain(intermediates).take(MOST_CERTIFICATES);
        let read: Result<Vec<Certificate>, String> = ders.map(|der| Certificate::read(der)).collect();
        let verified =
            self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, self.now);
        if let Err(error) = verified {
            self.doubt(|| Failure::of_verification(&error));
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.stapled = !ocsp_response.is_empty();
        match read {
            Ok(chain) => seen.chain = chain,
            Err(why) => seen.doubt = Some(Failure::new(FailureKind::TlsFailed, why)),
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.signed(verify_tls12_signature(message, cert, dss, algorithms)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        Ok(self.signed(verify_tls13_signature(message, cert, dss, algorithms)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
