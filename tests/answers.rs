//! Saved answers of the AWS CLI as context: what they tell decides what was open, and what they do not tell
//! stays open.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod support;

use std::path::{Path, PathBuf};

use plangate::finding::{FindingVerdict, Report};
use plangate::load::answers;
use plangate::load::plan::{self, View};
use plangate::model::source::SourceMap;
use plangate::resolve::{OtherDraft, resolve_among};
use plangate::rules::RULES;
use plangate::{Options, check};
use serde_json::{Value, json};

const ANALYSIS: &str = "testdata/context/analysis/plan.json";
const SECURITY: &str = "testdata/context/security/state.json";
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/5d458134-c691-4784-a7ec-76a0caade100";

/// A folder of one test, with its answers in it.
struct Saved(PathBuf);

impl Saved {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("answers-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn text(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    /// An answer with something changed.
    fn changed(&self, name: &str, change: impl FnOnce(&mut Value)) -> String {
        let mut answer = read(&saved(name));
        change(&mut answer);
        self.text(name, &answer.to_string())
    }

    /// The data of another root, without the role and the key that answers tell.
    fn bucket(&self) -> String {
        let mut state = read(SECURITY);
        let resources = state.pointer_mut("/values/root_module/resources").unwrap();
        let resources = resources.as_array_mut().unwrap();
        resources.retain(|one| {
            let type_name = one["type"].as_str().unwrap();
            !type_name.starts_with("aws_iam_") && !type_name.starts_with("aws_kms_")
        });
        self.text("bucket.json", &state.to_string())
    }
}

fn read(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn saved(name: &str) -> String {
    format!("testdata/context/answers/{name}")
}

fn key(path: &str) -> String {
    format!("{KEY}={path}")
}

fn report_of(input: &str, context: &[String]) -> Report {
    check(&Options {
        inputs: vec![input.to_owned()],
        context: context.to_vec(),
        rules: RULES.iter().collect(),
        ..Options::default()
    })
}

fn report(context: &[String]) -> Report {
    report_of(ANALYSIS, context)
}

fn said(report: &Report, verdict: FindingVerdict) -> Vec<&'static str> {
    let findings = report.findings.iter();
    let findings = findings.filter(|finding| finding.verdict == verdict);
    findings.map(|finding| finding.alias).collect()
}

fn verdicts(report: &Report) -> Vec<&'static str> {
    report
        .paths
        .iter()
        .map(|path| path.verdict.name())
        .collect()
}

#[test]
fn findings_name_the_command_that_tells() {
    let alone = report(&[]);
    for (alias, command) in [
        (
            "PG-IAM-001",
            "aws iam get-account-authorization-details > account.json",
        ),
        (
            "PG-PATH-006",
            "aws kms get-key-policy --key-id arn:aws:kms:eu-central-1:",
        ),
        ("PG-PATH-006", &key("key.json")),
        ("PG-NET-001", "aws ec2 describe-route-tables > routes.json"),
        ("PG-NET-001", "aws ec2 describe-subnets > subnets.json"),
    ] {
        let findings = alone.findings.iter().filter(|one| one.alias == alias);
        let mut supply = findings
            .flat_map(|one| &one.hinges_on)
            .map(|one| &one.supply);
        assert!(
            supply.any(|how| how.contains(command)),
            "{alias}: {command}"
        );
    }
}

#[test]
fn answers_decide_what_was_open() {
    let mut context = vec![saved("account.json"), key(&saved("key.json"))];
    let identities = report(&context);
    // What they do not tell: the network.
    assert_eq!(
        said(&identities, FindingVerdict::Unsure),
        ["PG-PATH-007", "PG-NET-001", "PG-NET-004"]
    );
    context.extend(["subnets.json", "routes.json", "endpoints.json"].map(saved));
    let all = report(&context);
    assert_eq!(
        said(&all, FindingVerdict::Unsure),
        ["PG-PATH-007", "PG-NET-004"]
    );
    assert_eq!(all.problems, []);
    // Nothing of an answer is judged, and each is listed.
    assert_eq!(
        said(&all, FindingVerdict::Broken),
        ["PG-ACC-001", "PG-NB-004", "PG-NB-003"]
    );
    let inputs = all.inputs.iter().filter(|input| input.context);
    assert!(
        inputs
            .clone()
            .all(|input| input.kind == "aws-cli-answer" && input.complete)
    );
    assert_eq!(inputs.count(), 5);
}

#[test]
fn a_path_is_proven_by_answers() {
    let files = Saved::new("proven");
    let mut context = vec![
        files.bucket(),
        saved("account.json"),
        key(&saved("key.json")),
    ];
    let unsure = report(&context);
    assert_eq!(verdicts(&unsure), ["proven"]);
    context.extend(["subnets.json", "routes.json", "endpoints.json"].map(saved));
    let all = report(&context);
    assert_eq!(verdicts(&all), ["proven"]);
    let path = all.paths.first().unwrap();
    assert_eq!(
        path.role,
        "account.json:arn:aws:iam::111122223333:role/trial-analysis"
    );
    let read = path
        .hops
        .iter()
        .find(|hop| hop.name == "read-data")
        .unwrap();
    assert_eq!(
        read.through.as_deref(),
        Some("endpoints.json:vpce-04f8c9d1e2a3b4c56")
    );
    // The reason is a statement of the answer, with its line.
    let mut places = read.because.iter().filter_map(|one| one.location.as_ref());
    let place = places
        .find(|place| place.file.ends_with("account.json"))
        .unwrap();
    assert!(place.line > 1, "{place:?}");
}

#[test]
fn what_an_answer_denies_is_broken() {
    let files = Saved::new("denied");
    let bucket = files.bucket();
    let network = ["subnets.json", "routes.json"].map(saved);
    let encrypts = files.changed("key.json", |answer| {
        let policy = answer["Policy"].as_str().unwrap();
        answer["Policy"] = policy.replace("kms:Decrypt", "kms:Encrypt").into();
    });
    let lists = files.changed("endpoints.json", |answer| {
        let policy = &mut answer["VpcEndpoints"][0]["PolicyDocument"];
        *policy = policy
            .as_str()
            .unwrap()
            .replace("s3:GetObject", "s3:PutObject")
            .into();
    });
    let older = files.changed("account.json", |answer| {
        let versions = answer["Policies"][0]["PolicyVersionList"]
            .as_array_mut()
            .unwrap();
        // The version that counts is not the first, and the last lets everything in.
        versions.first_mut().unwrap()["Document"]["Statement"] = json!([]);
        versions.reverse();
    });
    for (context, alias) in [
        (
            vec![
                saved("account.json"),
                key(&encrypts),
                saved("endpoints.json"),
            ],
            "PG-PATH-001",
        ),
        (
            vec![saved("account.json"), key(&saved("key.json")), lists],
            "PG-PATH-001",
        ),
    ] {
        let mut context = context;
        context.push(bucket.clone());
        context.extend(network.clone());
        let report = report(&context);
        assert_eq!(verdicts(&report), ["broken"], "{context:?}");
        let broken = said(&report, FindingVerdict::Broken);
        assert!(broken.contains(&alias), "{broken:?}");
    }
    // Without its permission the role is for no data.
    let without = report(&[older, key(&saved("key.json")), bucket]);
    assert_eq!(verdicts(&without), [""; 0]);
}

#[test]
fn routes_are_those_of_the_answer() {
    let files = Saved::new("routes");
    let open = files.changed("routes.json", |answer| {
        let routes = &mut answer["RouteTables"][1]["Routes"];
        routes.as_array_mut().unwrap().push(json!({
            "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0b7d5e6f708192a3b",
            "Origin": "CreateRoute", "State": "active",
        }));
    });
    // A subnet without an association has the main table of its VPC.
    let files = Saved::new("main-table");
    let main = files.changed("routes.json", |answer| {
        answer["RouteTables"][1]["Associations"] = json!([]);
    });
    for routes in [open, main] {
        let report = report(&[saved("subnets.json"), routes]);
        let broken = said(&report, FindingVerdict::Broken);
        assert!(broken.contains(&"PG-NET-001"), "{broken:?}");
    }
    // A subnet of which the tables are not told is still not known.
    let report = report(&[saved("subnets.json")]);
    assert!(said(&report, FindingVerdict::Unsure).contains(&"PG-NET-001"));
}

#[test]
fn what_is_missing_from_a_page_is_not_absent() {
    let files = Saved::new("pages");
    let first = files.changed("account.json", |answer| {
        answer["Policies"] = json!([]);
        answer["IsTruncated"] = true.into();
        answer["Marker"] = "AAF".into();
    });
    let next = files.changed("routes.json", |answer| answer["NextToken"] = "eyJO".into());
    let of_key = key(&saved("key.json"));
    let partial = report(&[files.bucket(), first.clone(), of_key.clone(), next]);
    let mut messages = partial.problems.iter().map(|problem| &problem.message);
    assert!(
        messages
            .clone()
            .all(|text| text.contains("the answer is not complete"))
    );
    assert!(
        messages.next().unwrap().contains("`IsTruncated`"),
        "{partial:?}"
    );
    let partial_inputs = partial.inputs.iter().filter(|input| !input.complete);
    assert_eq!(partial_inputs.count(), 2);
    let hinges = partial.findings.iter().flat_map(|one| &one.hinges_on);
    assert!(hinges.clone().any(|hinge| hinge.reason == "partial answer"));

    // Pages one after another are the whole answer, and so are those in files of their own whose last says
    // that nothing follows.
    let policies = read(&saved("account.json"))["Policies"].clone();
    let second = json!({"Policies": policies, "IsTruncated": false}).to_string();
    let pages = std::fs::read_to_string(&first).unwrap() + "\n" + &second;
    let whole = files.text("pages.json", &pages);
    let whole = report(&[files.bucket(), whole, of_key]);
    assert_eq!((verdicts(&whole), whole.problems), (vec!["proven"], vec![]));
}

#[test]
fn documents_may_be_encoded_as_the_api_sends_them() {
    let files = Saved::new("encoded");
    let encoded = files.changed("account.json", |answer| {
        for document in [
            "/RoleDetailList/0/AssumeRolePolicyDocument",
            "/RoleDetailList/0/RolePolicyList/0/PolicyDocument",
            "/Policies/0/PolicyVersionList/0/Document",
        ] {
            let document = answer.pointer_mut(document).unwrap();
            let text = document.to_string().into_bytes();
            let coded: Vec<_> = text.iter().map(|byte| format!("%{byte:02X}")).collect();
            *document = coded.concat().into();
        }
    });
    let report = report(&[files.bucket(), encoded, key(&saved("key.json"))]);
    assert_eq!(verdicts(&report), ["proven"]);
}

#[test]
fn the_estate_wins_over_what_it_changes() {
    let files = Saved::new("superseded");
    // The key leaves it to the account, and the estate takes the key away from the role that it does not make.
    let delegates = files.changed("key.json", |answer| {
        let policy = answer["Policy"].as_str().unwrap();
        answer["Policy"] = policy.replace("role/trial-analysis", "root").into();
    });
    let context = [files.bucket(), saved("account.json"), key(&delegates)];
    assert_eq!(verdicts(&report(&context)), ["proven"]);
    for action in ["update", "delete"] {
        let mut plan = read(ANALYSIS);
        let values =
            |policy: &str| json!({"role": "trial-analysis", "name": "use-key", "policy": policy});
        let document = json!({"Version": "2012-10-17", "Statement": []}).to_string();
        let after = (action == "update").then(|| values(&document));
        plan["resource_changes"].as_array_mut().unwrap().push(json!({
            "address": "aws_iam_role_policy.key", "mode": "managed", "type": "aws_iam_role_policy",
            "name": "key", "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {
                "actions": [action], "before": values("{}"), "after": after, "after_unknown": {},
                "before_sensitive": {}, "after_sensitive": {},
            },
        }));
        let plan = files.text("plan.json", &plan.to_string());
        assert_eq!(
            verdicts(&report_of(&plan, &context)),
            ["broken"],
            "{action}"
        );
    }
    // Its own role counts, whatever the account says of it.
    let alone = report_of("testdata/context/security/plan.json", &[]);
    let among = report_of(
        "testdata/context/security/plan.json",
        &[saved("account.json")],
    );
    assert_eq!(alone.findings, among.findings);
    assert_eq!(alone.paths, among.paths);
}

/// Whether an account is known to have no identities but those of the graph.
fn is_complete(text: &str, account: &str) -> bool {
    let mut sources = SourceMap::default();
    let own = sources.add("plan.json", std::fs::read_to_string(ANALYSIS).unwrap());
    let file = sources.add("account.json", text.to_owned());
    let own = plan::load(&sources, own, View::Planned).unwrap();
    let command = answers::Command::Identities;
    let answer = answers::load(&sources, file, command, None).unwrap();
    let other = OtherDraft {
        file,
        name: "account.json".to_owned(),
        draft: answer.draft,
        lists: command.lists(),
    };
    resolve_among(own.draft, vec![other]).identities_complete(account)
}

#[test]
fn an_account_is_complete_by_its_answer() {
    let text = std::fs::read_to_string(saved("account.json")).unwrap();
    assert!(is_complete(&text, "111122223333"));
    assert!(!is_complete(&text, "444455556666"));
    let mut answer: Value = serde_json::from_str(&text).unwrap();
    answer["IsTruncated"] = true.into();
    assert!(!is_complete(&answer.to_string(), "111122223333"));
}

#[test]
fn an_answer_is_no_input() {
    let folder = Saved::new("input");
    for name in [
        "account.json",
        "key.json",
        "endpoints.json",
        "routes.json",
        "subnets.json",
    ] {
        let report = report_of(&saved(name), &[]);
        let problem = report.problems.first().unwrap();
        assert!(
            problem.fatal && problem.message.contains("is an answer of `aws "),
            "{problem:?}"
        );
        assert!(problem.consequence.contains("--context"), "{problem:?}");
        // One that lies in a directory is passed over.
        folder.text(name, &std::fs::read_to_string(saved(name)).unwrap());
    }
    std::fs::copy(ANALYSIS, folder.0.join("plan.json")).unwrap();
    let report = report_of(&folder.0.to_string_lossy(), &[]);
    assert_eq!((report.problems, report.passed_over), (vec![], 5));
}

#[test]
fn answers_that_cannot_be_read_are_fatal() {
    let files = Saved::new("unreadable");
    let deep = format!("{{\"Subnets\": {}{}}}", "[".repeat(200), "]".repeat(200));
    for (text, of, says) in [
        (
            "{\"RoleDetailList\": [",
            None,
            "get-account-authorization-details` that cannot be read",
        ),
        (
            "{\"RoleDetailList\": {}}",
            None,
            "with `RoleDetailList`, which is no list",
        ),
        (
            "{\"Subnets\": [], \"Subnets\": []}",
            None,
            "key `Subnets` is there twice",
        ),
        (deep.as_str(), None, "nests more than 128 levels deep"),
        (
            "{\"Subnets\": []} []",
            None,
            "with a page that is no object",
        ),
        (
            "{\"Subnets\": []} {",
            None,
            "describe-subnets` that cannot be read",
        ),
        (
            "{\"Policy\": \"{}\", \"PolicyName\": \"default\"}",
            None,
            "does not say whose policy",
        ),
        (
            "{\"Policy\": {}}",
            Some(KEY),
            "with a `Policy` that is no text",
        ),
        (
            "{\"Policy\": \"{}\"}",
            Some("arn:aws:s3:::data"),
            "which is not the ARN of a KMS key",
        ),
        (
            "{\"Policy\": \"{}\"}",
            Some("arn:aws:kms:eu-central-1:111122223333:alias/a"),
            "not the ARN",
        ),
        (
            "{\"Subnets\": []}",
            Some(KEY),
            "is not an answer of `aws kms get-key-policy`",
        ),
        (
            "{\"format_version\": \"1.0\"}",
            Some(KEY),
            "is not an answer of `aws kms get-key-policy`",
        ),
    ] {
        let path = files.text("answer.json", text);
        let context = of.map_or(path.clone(), |of| format!("{of}={path}"));
        let report = report(&[context]);
        let fatal: Vec<_> = report.problems.iter().filter(|one| one.fatal).collect();
        let [problem] = fatal.as_slice() else {
            panic!("{text}: {fatal:?}");
        };
        assert!(problem.message.contains(says), "{problem:?}");
        assert!(!problem.consequence.is_empty());
        // The input is judged all the same.
        assert_eq!(report.judged().count(), 1);
    }
}

#[test]
fn what_is_odd_in_an_answer_is_said_and_left_open() {
    let files = Saved::new("odd");
    let odd = files.changed("account.json", |answer| {
        let roles = answer["RoleDetailList"].as_array_mut().unwrap();
        roles.push(json!({"RoleName": "a\nbroken line"}));
        roles.push(json!("no object"));
        let role = roles.first_mut().unwrap();
        role["AssumeRolePolicyDocument"] = "%7B%2".into();
        role["RolePolicyList"][0]["PolicyName"] = "::error::\u{1b}[31m`use`".into();
        role["AttachedManagedPolicies"][0]["PolicyArn"] = "".into();
    });
    let report = report(&[odd, key(&saved("key.json"))]);
    let messages: Vec<_> = report.problems.iter().map(|one| &one.message).collect();
    for says in [
        "without `RoleName` and `Arn`",
        "no object",
        "without `PolicyArn`",
    ] {
        assert!(
            messages.iter().any(|text| text.contains(says)),
            "{messages:?}"
        );
    }
    assert!(
        report
            .problems
            .iter()
            .all(|one| !one.fatal && one.location.is_some())
    );
    // A trust policy that cannot be decoded is not known.
    assert!(said(&report, FindingVerdict::Unsure).contains(&"PG-IAM-001"));
    let text = format!("{:?} {:?}", report.findings, report.paths);
    assert!(!text.contains("\\u{1b}"), "{text}");
}

#[test]
fn what_other_inputs_hide_is_hidden_in_answers_too() {
    let files = Saved::new("secrets");
    let state = SECURITY.to_owned();
    let tagged = files.changed("account.json", |answer| {
        answer["RoleDetailList"][0]["Tags"][0]["Value"] = "registry-token-7f3a9c".into();
    });
    let options = Options {
        inputs: vec![ANALYSIS.to_owned()],
        context: vec![state, tagged],
        ..Options::default()
    };
    let (mut model, mut first) = (Vec::new(), true);
    let problems = plangate::models(&options, &mut |printed| {
        printed.write(&mut first, &mut model).unwrap();
    });
    assert_eq!(problems, []);
    let model = String::from_utf8(model).unwrap();
    assert!(model.contains("account.json:arn:aws:iam::111122223333:role/trial-analysis"));
    assert!(!model.contains("registry-token"), "{model}");
}
