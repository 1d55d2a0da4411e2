//! Controls of the frameworks that auditors ask for.

use schemars::JsonSchema;
use serde::Serialize;

/// The framework whose controls have pages.
pub const AWS_SECURITY_HUB: &str = "AWS Security Hub";

/// Controls of one framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Controls {
    /// The framework, with its version.
    pub framework: &'static str,
    /// The controls, by their numbers.
    pub controls: Vec<&'static str>,
}

impl Controls {
    /// A control in Markdown, with its page where it has one of its own.
    #[must_use]
    pub fn linked(&self, control: &str) -> String {
        match control.split_once('.') {
            Some((service, number)) if self.framework == AWS_SECURITY_HUB => {
                let service = service.to_ascii_lowercase();
                format!(
                    "[{control}](https://docs.aws.amazon.com/securityhub/latest/userguide/{service}-controls.html#{service}-{number})"
                )
            }
            _ => control.to_owned(),
        }
    }
}
