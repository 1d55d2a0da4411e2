//! Which answer of the AWS CLI tells what lies outside the input.

/// The command that tells a value that a finding names, with the file to save its answer in.
pub(super) fn command(value: &str) -> Option<String> {
    let mut words = value.split([' ', '`', ',', '\'', '"']);
    words.find_map(of_word).or_else(|| of_words(value))
}

/// By the ARN or id of what lies outside.
fn of_word(word: &str) -> Option<String> {
    let is_id = |begin: &str| {
        let id = word.strip_prefix(begin);
        id.is_some_and(|id| id.len() >= 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    if word.starts_with("arn:") {
        let mut parts = word.splitn(6, ':').skip(2);
        return match (parts.next()?, parts.nth(2)?) {
            ("iam", _) => Some(IDENTITIES.to_owned()),
            ("kms", key) if key.starts_with("key/") => Some(format!(
                "aws kms get-key-policy --key-id {word} > key.json, as --context {word}=key.json"
            )),
            _ => None,
        };
    }
    let answer = if is_id("vpce-") {
        ENDPOINTS
    } else if is_id("rtb-") {
        TABLES
    } else {
        return None;
    };
    Some(answer.to_owned())
}

/// By what rules say of a network that is there already.
fn of_words(value: &str) -> Option<String> {
    let of = value.rsplit(' ').next()?;
    let is_there = ["vpc-", "subnet-", "data."];
    if !is_there.iter().any(|begin| of.starts_with(begin)) {
        return None;
    }
    let answer = if value.starts_with("the endpoints of ") {
        ENDPOINTS.to_owned()
    } else if value.starts_with("the main route table of ") {
        TABLES.to_owned()
    } else if value.starts_with("the route table of ") {
        // A table without an association with the subnet counts for its VPC.
        format!("{TABLES}; {SUBNETS}")
    } else if value.starts_with("the VPC of ") {
        SUBNETS.to_owned()
    } else {
        return None;
    };
    Some(answer)
}

const IDENTITIES: &str = "aws iam get-account-authorization-details > account.json";
const ENDPOINTS: &str = "aws ec2 describe-vpc-endpoints > endpoints.json";
const TABLES: &str = "aws ec2 describe-route-tables > routes.json";
const SUBNETS: &str = "aws ec2 describe-subnets > subnets.json";

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn names_what_tells() {
        let says = |value: &str, what: &str| {
            let asked = command(value).unwrap_or_default();
            assert!(asked.contains(what), "{value}: {asked}");
        };
        says(
            "the trust policy of arn:aws:iam::111122223333:role/a",
            "iam get-account",
        );
        says(
            "policies attached to arn:aws:iam::111122223333:role/a",
            "iam get-account",
        );
        let key = "arn:aws:kms:eu-central-1:111122223333:key/5d458134";
        says(
            &format!("the key policy of {key}"),
            &format!("--context {key}=key.json"),
        );
        says(
            "the main route table of vpc-0a1b2c3d4e5f60718",
            "describe-route-tables",
        );
        says("route table rtb-0a1b2c3d4e5f60718", "describe-route-tables");
        says(
            "the route table of subnet-0aaaaaaaaaaaaaaa1",
            "describe-subnets",
        );
        says("vpce-0a1b2c3d4e5f60718.policy", "");
        assert_eq!(command("the main route table of MainVpc"), None);
        assert_eq!(command("the bucket policy of records"), None);
        assert_eq!(
            command("arn:aws:kms:eu-central-1:111122223333:alias/a"),
            None
        );
    }
}
