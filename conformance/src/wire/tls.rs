//! TLS as the suite speaks it: rustls, and the certificates that the operating system trusts.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// The configuration of all connections. Reading the system's certificates takes milliseconds, so it is done once.
pub(super) fn client_config() -> Result<Arc<ClientConfig>, String> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    CONFIG.get_or_init(build).clone()
}

fn build() -> Result<Arc<ClientConfig>, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        let why: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        return Err(format!(
            "no trusted certificates were found on this machine{}; install its ca-certificates, or name a file in SSL_CERT_FILE",
            if why.is_empty() { String::new() } else { format!(" ({})", why.join("; ")) }
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// What went wrong in TLS, and what to do about it. `None` where an error is not one of TLS.
pub(super) fn explain(error: &io::Error) -> Option<String> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let advice = match error {
        rustls::Error::InvalidCertificate(_) => {
            "; the server needs a certificate for this host from an authority that this machine trusts \
             (or name the authority's file in SSL_CERT_FILE)"
        }
        rustls::Error::InvalidMessage(_) => "; does the server speak TLS on this port? If not, write ws:// or http://",
        _ => "",
    };
    Some(format!("{error}{advice}"))
}
