//! TLS with a certificate that need not be trusted, for protocols whose clients commonly encrypt without verifying
//! (PostgreSQL's `sslmode=prefer` and `require`). Whether it would have been trusted is noted, so that it can be judged.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// What the verification of a certificate said; empty while there was no handshake.
#[derive(Clone, Debug, Default)]
pub struct Verdict(Arc<OnceLock<Result<(), String>>>);

impl Verdict {
    /// Whether the certificate is trusted for the name it was shown for, and why not; `None` without a handshake.
    pub fn get(&self) -> Option<Result<(), String>> {
        self.0.get().cloned()
    }
}

/// Verifies, notes the verdict, and goes on whatever it is. Signatures of the handshake are always checked.
#[derive(Debug)]
pub(super) struct Lenient {
    strict: Arc<dyn ServerCertVerifier>,
    verdict: Verdict,
}

impl Lenient {
    pub(super) fn new(strict: Arc<dyn ServerCertVerifier>, verdict: Verdict) -> Lenient {
        Lenient { strict, verdict }
    }
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.strict.verify_server_cert(end_entity, intermediates, name, ocsp_response, now);
        let _ = self.verdict.0.set(verified.map(drop).map_err(|error| error.to_string()));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
