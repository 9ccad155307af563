//! What the page may do: the security headers of the server, and the same policy for a folder without one.

/// The directives that hold both in a header and in a meta tag.
///
/// `connect-src` names the hosts of the catalogue of models (`public/models/catalogue.json`), and no other: a checkpoint
/// is asked of `huggingface.co`, which sends the browser on to one of its stores below `hf.co` (`cdn-lfs*.hf.co`,
/// `*.xethub.hf.co`, `*.aws.cdn.hf.co`, `*.gcp.cdn.hf.co`; its list is huggingface.co/.well-known/meta.json), and the
/// policy holds for where a redirect leads too. The page asks them only after a click on a button that names the host.
const DIRECTIVES: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
     connect-src 'self' https://huggingface.co https://*.hf.co; img-src 'self' data: blob:; style-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'";

/// The headers of every response.
pub fn headers() -> [(&'static str, String); 5] {
    [
        ("Content-Security-Policy", format!("{DIRECTIVES}; frame-ancestors 'none'")),
        ("Cross-Origin-Opener-Policy", "same-origin".into()),
        ("Cross-Origin-Embedder-Policy", "require-corp".into()),
        ("X-Content-Type-Options", "nosniff".into()),
        ("Referrer-Policy", "no-referrer".into()),
    ]
}

/// The policy as tags for the page's head. Browsers ignore `frame-ancestors` in a tag, so it is left out.
pub fn tags() -> String {
    format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{DIRECTIVES}\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inline_and_nothing_foreign() {
        let policy = &headers()[0].1;
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        let rest = policy.replace(" https://huggingface.co https://*.hf.co;", ";");
        assert!(
            !rest.contains("http") && !rest.contains('*'),
            "only the catalogue's hosts, only for fetching: {policy}"
        );
        assert!(!tags().contains("frame-ancestors"));
    }
}
