//! The calls that a service makes with the rights of whoever called it.
//!
//! Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)" and
//! "Multipart upload API and permissions"; the operation maps of AWS Labs `iam-policy-autopilot`.

/// A call that follows from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called {
    /// The action that the caller needs as well, on the key that encrypts the object.
    pub action: &'static str,
    /// What `kms:ViaService` begins with: `s3` for `s3.REGION.amazonaws.com`.
    pub via: &'static str,
}

const DECRYPT: Called = Called {
    action: "kms:Decrypt",
    via: "s3",
};
const GENERATE: Called = Called {
    action: "kms:GenerateDataKey",
    via: "s3",
};

/// What S3 asks of KMS for an object encrypted under a key, by the operation of its API. An upload in
/// parts, which `PutObject` may turn into, needs both.
const CALLS: &[(&str, &[Called])] = &[
    ("s3:CopyObject", &[DECRYPT, GENERATE]),
    ("s3:CreateMultipartUpload", &[GENERATE]),
    ("s3:GetObject", &[DECRYPT]),
    ("s3:HeadObject", &[DECRYPT]),
    ("s3:PutObject", &[GENERATE]),
    ("s3:UploadPart", &[DECRYPT]),
    ("s3:UploadPartCopy", &[DECRYPT]),
];

/// The calls that follow from an operation on an encrypted object.
#[must_use]
pub fn called_on_behalf(operation: &str) -> &'static [Called] {
    let found = CALLS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(operation));
    found.map_or(&[], |(_, calls)| calls)
}
