//! A run at its provider: what people call it, and where it is.

use domain::run::RunRef;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLink {
    pub title: String,
    /// None when what the provider gave is no web address.
    pub url: Option<String>,
}

impl RunLink {
    /// The address comes from outside: anything that is no web address could be a script.
    pub fn new(run: &RunRef) -> Self {
        let is_web = run.url.starts_with("https://") || run.url.starts_with("http://");
        Self { title: run.title(), url: is_web.then(|| run.url.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_link_that_is_no_web_address_is_no_link() {
        let mut run = samples::run("243");
        assert_eq!(RunLink::new(&run).url.as_deref(), Some(run.url.as_str()));
        run.url = "javascript:alert(1)".into();
        assert_eq!(RunLink::new(&run).url, None);
    }
}
