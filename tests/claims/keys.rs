//! Claims about KMS keys.

use super::{breaks, holds};

#[test]
fn automatic_rotation_is_what_a_customer_key_has_over_the_encryption_of_s3() {
    breaks("KMS-001", "fail.tf", None);
    holds("KMS-001", "pass.tf");
}
