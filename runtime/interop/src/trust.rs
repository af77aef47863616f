//! [`Trust`]: TLS between two ends on this machine.

use futures_rustls::{
    TlsAcceptor, TlsConnector,
    pki_types::PrivatePkcs8KeyDer,
    rustls::{ClientConfig, RootCertStore, ServerConfig},
};
use std::sync::Arc;

/// Both ends of TLS on this machine, with a certificate that is made for one test.
pub struct Trust {
    /// The end that has the certificate.
    pub acceptor: TlsAcceptor,
    /// The end that trusts this certificate and no other.
    pub connector: TlsConnector,
    /// The certificate as PEM.
    pub certificate: String,
}

impl Trust {
    /// Makes a certificate for `localhost`.
    #[expect(clippy::new_without_default, reason = "each certificate differs")]
    pub fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let certificate = made.cert.der().clone();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let server = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())
            .unwrap();
        let client = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            acceptor: Arc::new(server).into(),
            connector: Arc::new(client).into(),
            certificate: made.cert.pem(),
        }
    }
}
