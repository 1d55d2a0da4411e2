//! The program as its users run it: exit codes, standard input, bad files.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const EXAMPLE: &str = "testdata/example/plan.json";

fn plangate(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plangate"));
    command
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear();
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    split(plangate(args).output().unwrap())
}

fn split(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn with_input(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = plangate(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A program that has seen enough may close the pipe early.
    let _ = pipe.write_all(input);
    drop(pipe);
    split(child.wait_with_output().unwrap())
}

/// A folder of this test's own.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let scratch = regex::escape(env!("CARGO_TARGET_TMPDIR"));
    settings.add_filter(&scratch, "[scratch]");
    settings
}

#[test]
fn the_example_has_three_mistakes() {
    let (exit, out, err) = run(&["check", EXAMPLE]);
    assert_eq!((exit, err.as_str()), (1, ""));
    settings().bind(|| insta::assert_snapshot!("example", out));
}

#[test]
fn the_paths_of_the_example_are_shown_hop_by_hop() {
    let (exit, out, err) = run(&["paths", EXAMPLE]);
    assert_eq!((exit, err.as_str()), (0, ""));
    settings().bind(|| insta::assert_snapshot!("paths", out));
}

#[test]
fn paths_for_machines_are_those_of_the_report() {
    let json = |args: &[&str]| -> serde_json::Value {
        let (_, out, err) = run(args);
        assert_eq!(err, "");
        serde_json::from_str(&out).unwrap()
    };
    let alone = json(&["paths", EXAMPLE, "--format", "json"]);
    let report = json(&["check", EXAMPLE, "--format", "json"]);
    assert_eq!(alone["paths"], report["paths"]);
    assert_eq!(alone["summary"]["paths"], report["summary"]["paths"]);
    assert_eq!(alone["summary"]["paths"]["broken"], 1);
    let hops = alone["paths"][2]["hops"].as_array().unwrap();
    let denied = hops
        .iter()
        .find(|hop| hop["decision"] == "denied-by-default");
    assert_eq!(denied.unwrap()["action"], "kms:GenerateDataKey");
}

#[test]
fn one_question_is_answered_with_its_reasons() {
    let role = "aws_iam_role.execution";
    let mut answers = String::new();
    for question in [
        [role, "s3:GetObject", "aws_s3_bucket.raw"],
        [
            "claims-analysis",
            "s3:GetObject",
            "claims-raw-111122223333/a/b.csv",
        ],
        [role, "kms:Decrypt", "aws_kms_key.data"],
        [role, "kms:GenerateDataKey", "aws_kms_key.data"],
        [role, "kms:Decrypt", "alias/claims-data"],
        [role, "iam:PassRole", role],
        [role, "ecr:BatchGetImage", "aws_ecr_repository.processing"],
        [role, "ecr:GetAuthorizationToken", "*"],
        [role, "sagemaker:CreateProcessingJob", "*"],
        [
            "aws_sagemaker_notebook_instance.analysis",
            "s3:PutObject",
            "aws_s3_bucket.results/features/x",
        ],
        ["sagemaker.amazonaws.com", "sts:AssumeRole", role],
        [
            "arn:aws:iam::444455556666:role/other",
            "kms:Decrypt",
            "aws_kms_key.data",
        ],
        [role, "s3:GetObject", "arn:aws:s3:::somebody-elses-bucket/x"],
        // What cannot be asked.
        ["aws_iam_role.exection", "s3:GetObject", "aws_s3_bucket.raw"],
        [role, "s3:GetObjct", "aws_s3_bucket.raw"],
        [role, "s3", "aws_s3_bucket.raw"],
        [role, "s3:GetObject", "aws_s3_bucket.row"],
        [
            "aws_iam_group.data_scientists",
            "s3:GetObject",
            "aws_s3_bucket.raw",
        ],
        ["aws_kms_key.data", "s3:GetObject", "aws_s3_bucket.raw"],
    ] {
        let [principal, action, resource] = question;
        let (exit, out, err) = run(&["can", principal, action, resource, EXAMPLE]);
        let question = format!("$ {principal} {action} {resource}\n");
        answers = [answers, question, out, err, format!("exit {exit}\n\n")].concat();
    }
    settings().bind(|| insta::assert_snapshot!("can", answers));
}

#[test]
fn who_lists_everybody_and_what_closes_the_list() {
    let mut answers = String::new();
    for [action, resource] in [
        ["s3:GetObject", "aws_s3_bucket.raw"],
        ["kms:Decrypt", "aws_kms_key.data"],
        ["sts:AssumeRole", "aws_iam_role.execution"],
        ["s3:PutObject", "arn:aws:s3:::elsewhere/x"],
        ["s3:GetObject", "aws_s3_bucket.rwa"],
        ["s3:GetObjekt", "aws_s3_bucket.raw"],
        ["sts:GetCallerIdentity", "*"],
    ] {
        let (exit, out, err) = run(&["who", action, resource, EXAMPLE]);
        let question = format!("$ {action} {resource}\n");
        answers = [answers, question, out, err, format!("exit {exit}\n\n")].concat();
    }
    settings().bind(|| insta::assert_snapshot!("who", answers));
    let (exit, out, _) = run(&[
        "who",
        "kms:Decrypt",
        "aws_kms_key.data",
        EXAMPLE,
        "--format",
        "json",
    ]);
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(exit, 0);
    for key in ["action", "resource", "closed_by", "principals", "estate"] {
        assert!(answer.get(key).is_some(), "{key}");
    }
    assert_eq!(answer["principals"][0]["certain"], true);
}

#[test]
fn an_answer_for_machines_has_the_names_of_a_hop() {
    let args = [
        "can",
        "aws_iam_role.execution",
        "kms:Decrypt",
        "aws_kms_key.data",
        EXAMPLE,
    ];
    let (exit, out, err) = run(&[&args[..], &["--format", "json"]].concat());
    assert_eq!((exit, err.as_str()), (0, ""));
    let answer: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["decision"], "allowed");
    let layers: Vec<_> = answer["because"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["layer"].clone())
        .collect();
    assert_eq!(layers, ["identity", "resource"]);
    for key in ["principal", "action", "resource", "hinges_on", "estate"] {
        assert!(answer.get(key).is_some(), "{key}");
    }
}

#[test]
fn exit_codes_follow_the_thresholds() {
    let unsure = "testdata/rules/notebook-root-access-disabled/unknown.plan.json";
    let pass = "testdata/rules/notebook-root-access-disabled/pass.plan.json";
    let only = ["--only", "PG-NB-003"];
    for (args, expected) in [
        (vec!["check", EXAMPLE, "--fail-on", "critical"], 0),
        (vec!["check", EXAMPLE, "--only", "KMS"], 0),
        (vec!["check", EXAMPLE, "--skip", "NB,PATH,PG-S3-001"], 0),
        (vec!["check", EXAMPLE, "--format", "json"], 1),
        (vec!["check", pass, only[0], only[1], "--strict"], 0),
        (vec!["check", unsure, only[0], only[1]], 0),
        (vec!["check", unsure, only[0], only[1], "--strict"], 0),
        (
            vec!["check", unsure, only[0], only[1], "--strict=medium"],
            3,
        ),
        (vec!["check", "no/such/file", EXAMPLE], 2),
        (vec!["check", EXAMPLE, "--only", "PG-NB-999"], 2),
        (vec!["check", EXAMPLE, "--fail-on", "terrible"], 2),
        (vec!["explain", "key-rotation-enabled"], 0),
        (vec!["explain", "pg-kms-001"], 0),
        (vec!["explain", "key-rotation-enable"], 2),
        (vec!["no-such-command"], 2),
    ] {
        let (exit, out, err) = run(&args);
        assert_eq!(exit, expected, "{args:?}\n{out}{err}");
    }
}

#[test]
fn control_policies_of_files_bind_the_own_accounts() {
    let folder = scratch("controls");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let config = folder.join("plangate.yaml");
    let config = config.to_str().unwrap();
    let asked = |settings: &str| {
        write("plangate.yaml", settings);
        let question = [
            "aws_iam_role.execution",
            "s3:GetObject",
            "aws_s3_bucket.raw",
        ];
        let (code, out, said) =
            run(&[&["can"], &question[..], &[EXAMPLE, "--config", config]].concat());
        assert_eq!((code, said.as_str()), (0, ""), "{out}");
        out
    };
    let policy =
        |statement: &str| format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#);
    assert!(asked("").contains("allowed"));
    write(
        "deny.json",
        &policy(
            r#"{"Sid": "NoReading", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}"#,
        ),
    );
    let denied = asked("scp_files: [deny.json]\n");
    assert!(
        denied.contains("NoReading") && denied.contains("deny.json"),
        "{denied}"
    );
    assert!(
        !denied.contains("no service or resource control policy"),
        "{denied}"
    );
    // Whoever lists what is allowed has taken away what allows everything.
    write(
        "list.json",
        &policy(r#"{"Effect": "Allow", "Action": "sagemaker:*", "Resource": "*"}"#),
    );
    let listed = asked("scp_files: [list.json]\n");
    assert!(listed.contains("denied"), "{listed}");
    write(
        "all.json",
        &policy(r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#),
    );
    let all = asked("scp_files: [list.json, all.json]\n");
    assert!(!all.contains("denied"), "{all}");
    write(
        "guard.json",
        &policy(
            r#"{"Sid": "OwnOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}}"#,
        ),
    );
    let guarded = asked("rcp_files: [guard.json]\n");
    assert!(guarded.contains("OwnOnly"), "{guarded}");
    write("plangate.yaml", "scp_files: [nowhere.json]\n");
    let (code, _, said) = run(&["check", EXAMPLE, "--config", config]);
    assert!(
        code == 2 && said.contains("nowhere.json") && said.contains("in `scp_files`"),
        "{said}"
    );
}

#[test]
fn facts_decide_what_lies_outside_of_the_input() {
    let folder = scratch("facts");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "main.tf",
        r#"
        provider "aws" {
          region              = "eu-central-1"
          allowed_account_ids = ["111122223333"]
        }

        resource "aws_s3_bucket" "claims" {
          bucket = "claims"
        }

        resource "aws_s3_bucket_server_side_encryption_configuration" "claims" {
          bucket = aws_s3_bucket.claims.id

          rule {
            apply_server_side_encryption_by_default {
              sse_algorithm     = "aws:kms"
              kms_master_key_id = "arn:aws:kms:eu-central-1:111122223333:key/1a2b"
            }
          }
        }

        resource "aws_sagemaker_notebook_instance" "claims" {
          name          = "claims"
          role_arn      = "arn:aws:iam::111122223333:role/work/claims"
          instance_type = "ml.t3.medium"
        }
        "#,
    );
    let root = folder.to_str().unwrap();
    let config = folder.join("plangate.yaml");
    let config = config.to_str().unwrap();
    let path = |settings: &str| {
        write("plangate.yaml", settings);
        let (code, out, said) = run(&["paths", root, "--config", config, "--format", "json"]);
        assert_eq!((code, said.as_str()), (0, ""), "{out}");
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        let hops = report["paths"][0]["hops"].as_array().unwrap().clone();
        let decision = |step: &str| {
            let mut hops = hops.iter();
            let hop = hops.find(|hop| hop["name"] == step);
            hop.unwrap_or_else(|| panic!("no {step}: {out}"))["decision"].clone()
        };
        ["assume-role", "read-data", "decrypt-data"]
            .map(|step| decision(step).as_str().unwrap().to_owned())
    };
    let policy =
        |statement: &str| format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#);
    assert_eq!(path("{}\n"), ["undecided"; 3]);
    write(
        "trust.json",
        &policy(
            r#"{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
        ),
    );
    write(
        "data.json",
        &policy(
            r#"{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject", "kms:Decrypt"], "Resource": "*"}"#,
        ),
    );
    write(
        "key.json",
        &policy(
            r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/work/claims"}, "Action": "kms:*", "Resource": "*"}"#,
        ),
    );
    write(
        "limit.json",
        &policy(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#),
    );
    let role = "facts:\n  roles:\n    - arn: arn:aws:iam::111122223333:role/work/claims\n      trust: trust.json\n      policies: [data.json]\n";
    let key = "  keys:\n    - arn: arn:aws:kms:eu-central-1:111122223333:key/1a2b\n      policy: key.json\n";
    assert_eq!(path(role), ["allowed", "allowed", "undecided"]);
    assert_eq!(path(&format!("{role}{key}")), ["allowed"; 3]);
    let limited = format!("{role}      boundary: limit.json\n{key}");
    assert_eq!(path(&limited), ["allowed", "allowed", "denied-by-default"]);
    let wrong = |settings: &str| {
        write("plangate.yaml", settings);
        let (code, _, said) = run(&["check", root, "--config", config]);
        assert_eq!(code, 2, "{said}");
        said
    };
    let said = wrong(&role.replace("data.json", "nowhere.json"));
    assert!(
        said.contains("nowhere.json`, which `") && said.contains("`facts`"),
        "{said}"
    );
    let said = wrong(&role.replace(":role/", ":user/"));
    assert!(said.contains("is no ARN of a role"), "{said}");
    let said = wrong("facts:\n  roles:\n    - arn: a\n");
    assert!(said.contains("facts.roles[0]: missing field"), "{said}");
    let said = wrong("facts:\n  role: []\n");
    assert!(said.contains("did you mean `roles`"), "{said}");
}

#[test]
fn init_writes_settings_with_what_it_finds_and_overwrites_none() {
    let folder = scratch("init");
    let file = folder.join("plangate.yaml");
    let file = file.to_str().unwrap();
    let (code, out, said) = run(&["init", EXAMPLE, "--output", file]);
    assert_eq!((code, out.as_str(), said.as_str()), (0, "", ""));
    let written = std::fs::read_to_string(file).unwrap();
    settings().bind(|| insta::assert_snapshot!("init", written));
    let read = plangate::settings::Settings::read(&written).unwrap();
    assert!(!read.designated_groups.is_empty());
    // What is commented is the default of each.
    let mut uncommented = String::new();
    for line in written.lines() {
        let setting = line.strip_prefix("# ").filter(|line| {
            let name = line.split_once(": ").map(|(name, _)| name);
            name.is_some_and(|name| !name.contains([' ', '-']) && name == name.to_lowercase())
        });
        uncommented.push_str(setting.unwrap_or(line));
        uncommented.push('\n');
    }
    assert!(
        uncommented
            .lines()
            .filter(|line| !line.starts_with('#'))
            .count()
            > 40
    );
    let defaults = plangate::settings::Settings::read(&uncommented);
    assert_eq!(defaults, Ok(read));
    let (code, _, said) = run(&["init", EXAMPLE, "--output", file]);
    assert!(code == 2 && said.contains("is there already"), "{said}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), written);
    let (code, out, _) = run(&["init", EXAMPLE, "--output", "-"]);
    assert_eq!((code, out), (0, written));
    let (code, _, said) = run(&["init", "nowhere.json", "--output", "-"]);
    assert!(code == 2 && said.contains("nowhere.json"), "{said}");
}

#[test]
fn the_nearest_settings_count_and_wrong_ones_stop_the_run() {
    let folder = scratch("settings");
    let inside = folder.join("roots/key");
    std::fs::create_dir_all(&inside).unwrap();
    let key = "testdata/rules/key-policy-limited-to-trusted-accounts/unknown-own-account.tf";
    std::fs::copy(key, inside.join("main.tf")).unwrap();
    let check = |arguments: &[&str]| {
        let mut command = plangate(&["check", "--format", "json", "--only", "KMS-003"]);
        split(
            command
                .args(arguments)
                .current_dir(&inside)
                .output()
                .unwrap(),
        )
    };
    assert_eq!(check(&[]).0, 0);
    let settings = folder.join("plangate.yaml");
    std::fs::write(&settings, "own_accounts: [\"444455556666\"]\n").unwrap();
    let (code, told, _) = check(&[]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, told["findings"].as_array().unwrap().len()), (1, 1));
    let other = folder.join("other.yaml");
    std::fs::write(&other, "own_accounts: [\"111122223333\"]\n").unwrap();
    let other = other.to_str().unwrap();
    let (code, of_other, _) = check(&["--config", other]);
    let of_other: serde_json::Value = serde_json::from_str(&of_other).unwrap();
    assert_eq!(
        (code, of_other["findings"].as_array().unwrap().len()),
        (0, 0)
    );
    assert_ne!(told["settings_sha256"], of_other["settings_sha256"]);
    // The command line wins over what the settings say of the gate.
    let gate = |text: &str, arguments: &[&str]| {
        std::fs::write(
            &settings,
            format!("own_accounts: [\"444455556666\"]\n{text}"),
        )
        .unwrap();
        check(arguments)
    };
    assert_eq!(gate("fail_on: critical\n", &[]).0, 0);
    assert_eq!(gate("fail_on: critical\n", &["--fail-on", "high"]).0, 1);
    assert_eq!(gate("severity: {PG-KMS-003: low}\n", &[]).0, 0);
    assert_eq!(gate("only: [S3]\n", &[]).0, 1);
    let (code, _, said) = gate("skip: [KMS-003]\n", &[]);
    assert!(code == 2 && said.contains("leave no rule to run"), "{said}");
    let (code, _, said) = gate("skip: [KMS-0003]\n", &[]);
    assert!(code == 2 && said.contains("did you mean"), "{said}");
    let (code, _, said) = gate("severity: {PG-KMS-0003: low}\n", &[]);
    assert!(
        code == 2 && said.contains("`severity` of the settings"),
        "{said}"
    );
    std::fs::write(&settings, "own_accounts: [\"111122223333\"]\n").unwrap();
    assert_eq!(check(&[]).0, 0);
    assert_eq!(gate("strict: true\n", &[]).0, 1);
    let (code, _, said) = check(&["--config", "nowhere.yaml"]);
    assert_eq!(code, 2);
    assert!(
        said.contains("the settings `nowhere.yaml` cannot be read"),
        "{said}"
    );
    let policy = "managed_policies: {\"arn:aws:iam::aws:policy/Own\": policies/own.json}\n";
    std::fs::write(&settings, policy).unwrap();
    let (code, _, said) = check(&[]);
    assert_eq!(code, 2);
    assert!(said.contains("own.json`, which `"), "{said}");
    std::fs::create_dir_all(folder.join("policies")).unwrap();
    let file = folder.join("policies/own.json");
    std::fs::write(&file, r#"{"Statement": {"Effect": "Perhaps"}}"#).unwrap();
    let (code, _, said) = check(&[]);
    assert_eq!(code, 2, "{said}");
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
    std::fs::write(&file, text).unwrap();
    assert_eq!(check(&[]).0, 0);
    std::fs::write(&settings, "own_account: []\n").unwrap();
    let (code, _, said) = check(&[]);
    assert_eq!(code, 2);
    assert!(
        said.contains(
            "line 1, column 1: there is no setting `own_account`; did you mean `own_accounts`?"
        ),
        "{said}"
    );
}

#[test]
fn standard_input_is_judged_like_a_file() {
    let plan = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE)).unwrap();
    let (exit, piped, _) = with_input(&["check", "-", "--source", "testdata/example"], &plan);
    let (_, named, _) = run(&["check", EXAMPLE]);
    assert_eq!(exit, 1);
    assert_eq!(piped, named);
    let marked = [b"\xEF\xBB\xBF".as_slice(), plan.as_slice()].concat();
    assert_eq!(with_input(&["check", "-"], &marked).0, 1);
}

#[test]
fn bad_inputs_are_named_with_what_to_do() {
    let folder = scratch("bad");
    let example = std::fs::read_to_string(EXAMPLE).unwrap();
    let cut = example.get(..example.len() / 2).unwrap();
    let twice = example.replacen(
        "\"resource_changes\":",
        "\"resource_changes\":[],\"resource_changes\":",
        1,
    );
    let utf16: Vec<u8> = "\u{feff}{}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let invalid = [
        b"{\"resource_changes\": [], \"x\": \"".as_slice(),
        b"\xFF\"}",
    ]
    .concat();
    let files: [(&str, &[u8]); 14] = [
        ("cut.json", cut.as_bytes()),
        ("duplicate-key.json", twice.as_bytes()),
        ("empty.json", b""),
        ("blank.json", b" \n"),
        ("zeros.json", &[0; 4096]),
        ("utf16.json", &utf16),
        ("invalid-utf8.json", &invalid),
        ("binary-plan", b"PK\x03\x04tfplan"),
        ("list.json", b"[1, 2]"),
        ("other.json", br#"{"name": "left-pad"}"#),
        (
            "state.json",
            br#"{"format_version": "1.0", "terraform_version": "1.9.0", "values": {}}"#,
        ),
        ("template.json", br#"{"Resources": {}}"#),
        (
            "future.json",
            br#"{"format_version": "2.0", "resource_changes": []}"#,
        ),
        (
            "wrong-type.json",
            br#"{"format_version": "1.2", "resource_changes": 5}"#,
        ),
    ];
    let mut args = vec!["check".to_owned()];
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        args.push(path.to_string_lossy().into_owned());
    }
    args.push(folder.join("missing.json").to_string_lossy().into_owned());
    args.push(EXAMPLE.to_owned());
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let (exit, out, err) = run(&args);
    assert_eq!((exit, err.as_str()), (2, ""));
    settings().bind(|| insta::assert_snapshot!("bad-inputs", out));
}

#[test]
fn a_directory_is_searched_for_plans() {
    let folder = scratch("directory");
    std::fs::create_dir(folder.join("nested")).unwrap();
    let copied = folder.join("nested/plan.json");
    std::fs::copy(EXAMPLE, &copied).unwrap();
    std::fs::write(folder.join("package.json"), "{\"name\": \"x\"}").unwrap();
    std::fs::write(folder.join("notes.json"), "not json at all").unwrap();
    let name = folder.to_string_lossy();
    let (exit, out, _) = run(&["check", &name]);
    assert_eq!(exit, 1, "{out}");
    assert!(out.contains("in 1 plan,"), "{out}");

    let plan = std::fs::read(&copied).unwrap();
    std::fs::write(&copied, plan.get(..5000).unwrap()).unwrap();
    let (exit, out, _) = run(&["check", &name]);
    assert_eq!(exit, 2, "a plan that is cut off is not passed over\n{out}");

    std::fs::remove_file(&copied).unwrap();
    let (exit, out, _) = run(&["check", &name]);
    assert_eq!(exit, 2);
    settings().bind(|| insta::assert_snapshot!("nothing-inside", out));
}

#[test]
fn nothing_odd_in_a_plan_panics() {
    let odd: &[&str] = &[
        r#"{"resource_changes": []}"#,
        r#"{"format_version": "1.2", "resource_changes": null}"#,
        r#"{"format_version": "1.2", "planned_values": {}}"#,
        r#"{"format_version": "1.2", "prior_state": null, "resource_changes": [], "configuration": null}"#,
        r#"{"format_version": "1.2", "resource_changes": [{"address": "", "type": "aws_s3_bucket", "change": {"actions": ["create"]}}]}"#,
        r#"{"format_version": "1.2", "resource_changes": [{"address": "[\"", "mode": "data", "type": "aws_iam_policy_document", "change": {"actions": ["read"], "after": {"statement": [null]}, "after_unknown": {"json": true, "statement": [{"principals": true}]}}}]}"#,
        r#"{"format_version": "1.2", "resource_changes": [{"address": "aws_s3_bucket.a", "type": "aws_s3_bucket", "change": {"actions": ["create"], "after": {"bucket": [[1]], "tags": 5, "grant": {"a": []}}, "after_unknown": {"bucket": [[true]], "tags": {"a": true}}}}]}"#,
        r#"{"format_version": "1.2", "resource_changes": [{"change": {"actions": ["create"], "after": {"bucket": "x"}}, "mode": "managed", "type": "aws_s3_bucket", "address": "aws_s3_bucket.late"}]}"#,
        r#"{"format_version": "1.2", "resource_\u0063hanges": [{"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key", "change": {"actions": ["create"], "after": {}}}]}"#,
    ];
    for (at, text) in odd.iter().enumerate() {
        let (exit, out, err) = with_input(&["check", "-"], text.as_bytes());
        assert!([0, 1, 2].contains(&exit), "{text}\n{out}{err}");
        assert!(!err.contains("panicked"), "{text}\n{err}");
        // The last two hold a resource in an unusual writing, which is judged all the same.
        if at >= odd.len() - 2 {
            assert!(out.contains("1 resource in 1 plan"), "{text}\n{out}");
        }
    }
    let deep = format!("{{\"resource_changes\": {}", "[".repeat(100_000));
    assert_eq!(with_input(&["check", "-"], deep.as_bytes()).0, 2);
}

#[test]
fn the_models_of_several_plans_are_one_array() {
    let other = "testdata/rules/key-rotation-enabled/pass.plan.json";
    let (exit, out, _) = run(&["debug", "model", other, other]);
    assert_eq!(exit, 0);
    let model: serde_json::Value = serde_json::from_str(&out).unwrap();
    let keys = model.as_array().unwrap().iter();
    let keys: Vec<_> = keys.map(|resource| resource.get("kind").unwrap()).collect();
    assert_eq!(keys, ["kms-key", "kms-key"]);

    let (_, rules, _) = run(&["rules", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_str(&rules).unwrap();
    let expected = serde_json::json!({
        "rule": "notebook-direct-internet-access-disabled",
        "alias": "PG-NB-001",
        "family": "NB",
        "severity": "high",
        "tier": "T1",
        "kind": "secure",
        "summary": "a notebook instance reaches nothing but through the customer's VPC",
        "frameworks": [
            {"framework": "AWS Security Hub", "controls": ["SageMaker.1"]},
            {"framework": "NIST SP 800-53 r5", "controls": ["AC-3", "AC-4(21)", "AC-6", "AC-17", "SC-7"]},
            {"framework": "ISMS-P 2023", "controls": ["2.6.1", "2.10.2"]},
        ],
    });
    assert_eq!(rules.get(0), Some(&expected));
}

#[test]
fn a_configuration_that_cannot_be_read_proves_nothing() {
    let plan = |expressions: &str| {
        format!(
            r#"{{"format_version": "1.2", "resource_changes": [{{"address": "awscc_kms_key.k", "mode": "managed", "type": "awscc_kms_key", "change": {{"actions": ["create"], "after": {{}}, "after_unknown": {{"enable_key_rotation": true}}}}}}],
            "configuration": {{"root_module": {{"resources": [{{"address": "awscc_kms_key.k", "mode": "managed", "type": "awscc_kms_key", "expressions": {expressions}}}]}}}}}}"#
        )
    };
    let args = ["check", "-", "--only", "PG-KMS-001"];
    let (_, out, _) = with_input(&args, plan("{}").as_bytes());
    assert!(out.contains("broken: 1 medium"), "{out}");
    let (_, out, _) = with_input(
        &args,
        plan(r#"{"description": {"references": 5}}"#).as_bytes(),
    );
    assert!(
        out.contains("what is written for awscc_kms_key.k cannot be read"),
        "{out}"
    );
    assert!(
        out.contains("nothing broken; unsure: 1; 1 problem"),
        "{out}"
    );
}

#[test]
fn a_partial_plan_concludes_nothing_from_what_is_missing() {
    let bucket = r#"{"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "change": {"actions": ["create"], "after": {"bucket": "a"}}}"#;
    let whole = format!(r#"{{"format_version": "1.2", "resource_changes": [{bucket}]}}"#);
    let (_, out, _) = with_input(&["check", "-", "--only", "S3"], whole.as_bytes());
    assert!(out.contains("broken: 1 medium, 1 low, 2 info"), "{out}");
    for mark in [r#""complete": false"#, r#""errored": true"#] {
        let partial = whole.replacen('{', &format!("{{{mark}, "), 1);
        let (exit, out, _) = with_input(&["check", "-", "--only", "S3"], partial.as_bytes());
        assert_eq!(exit, 0, "{out}");
        assert!(
            out.contains("nothing broken; unsure: 6; 1 problem"),
            "{out}"
        );
    }
}
