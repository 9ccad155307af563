//! What the page may do: the security headers of the server, and the same policy for a folder without one.

/// The directives that hold both in a header and in a meta tag.
const DIRECTIVES: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
     connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; manifest-src 'self'; \
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
        assert!(!policy.contains("http") && !policy.contains('*'));
        assert!(!tags().contains("frame-ancestors"));
    }
}
