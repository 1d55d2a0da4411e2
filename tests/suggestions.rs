//! What is suggested is done: on a copy of the input, where the finding is gone then, and no other one is there. On
//! every fixture of every rule, and on other people's estates.
#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a helper of a test fails the test, and says what was found"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use plangate::finding::{Finding, FindingVerdict, Report, Suggestion};
use plangate::{Options, rules};

use support::Folder;

fn judge(inputs: &Path, options: &Options) -> Report {
    plangate::check(&Options {
        inputs: vec![inputs.to_string_lossy().into_owned()],
        ..options.clone()
    })
}

/// The text with the replacements made, which are told by lines and columns.
fn replaced(text: &str, suggestion: &Suggestion) -> String {
    let offset = |line: u32, column: u32| {
        let lines = text.split_inclusive('\n').take(line as usize - 1);
        let before: usize = lines.map(str::len).sum();
        let rest = &text[before..];
        let mut columns = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        before + columns.nth(column as usize - 1).unwrap()
    };
    let mut out = String::new();
    let mut from = 0;
    for one in &suggestion.replacements {
        let at = &one.location;
        out.push_str(&text[from..offset(at.line, at.column)]);
        out.push_str(&one.text);
        from = offset(at.end_line, at.end_column);
    }
    out + &text[from..]
}

/// The text with the hunk of a unified diff made, as `patch` does.
fn patched(text: &str, patch: &str) -> String {
    let mut lines = patch.split_inclusive('\n').skip(2);
    let range = lines.next().unwrap();
    let range = range.strip_prefix("@@ -").unwrap();
    let number = |text: &str| {
        text.split([',', ' '])
            .next()
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let first = number(range);
    let mut at = if range.contains(",0 +") {
        first
    } else {
        first - 1
    };
    let mut out: String = old[..at].concat();
    let mut last = "";
    for line in lines {
        let (sign, line) = line.split_at(1);
        match sign {
            "\\" => {
                // The line before it has no break.
                if last != "-" {
                    out.pop();
                }
            }
            "+" => out.push_str(line),
            sign => {
                assert_eq!(
                    old[at].trim_end_matches('\n'),
                    line.trim_end_matches('\n'),
                    "{patch}"
                );
                at += 1;
                if sign == " " {
                    out.push_str(line);
                }
            }
        }
        last = sign;
    }
    out + &old[at..].concat()
}

/// What is wrong with a suggestion, if anything is: `read` tells what a copy with the new text is.
fn wrong(
    before: &Report,
    finding: &Finding,
    after: &dyn Fn(&str, &str) -> Report,
) -> Option<String> {
    let suggestion = finding.suggestion.as_ref().unwrap();
    let text = fs::read_to_string(&suggestion.file).unwrap();
    let new = replaced(&text, suggestion);
    let say = |what: &str| {
        Some(format!(
            "{} of {}: {what}\n{}",
            finding.rule, finding.resource.address, suggestion.patch
        ))
    };
    if patched(&text, &suggestion.patch) != new {
        return say("the patch is not the replacements");
    }
    let after = after(&suggestion.file, &new);
    let problems = |report: &Report| report.problems.len();
    if problems(&after) > problems(before) {
        return say(&format!("{:?}", after.problems));
    }
    // A copy of a fixture lies elsewhere.
    let estate = |of: &Finding| {
        if after.inputs.len() == 1 {
            String::new()
        } else {
            of.estate.clone()
        }
    };
    let is_same = |one: &Finding, other: &Finding| {
        one.fingerprint == other.fingerprint && estate(one) == estate(other)
    };
    if after.findings.iter().any(|one| is_same(one, finding)) {
        return say("it is found again");
    }
    let is_known = |new: &&Finding| {
        let mut before = before.findings.iter();
        before.any(|one| is_same(one, new) && one.verdict == new.verdict)
    };
    let new = after.findings.iter().find(|new| !is_known(new));
    new.and_then(|new| {
        say(&format!(
            "now {} of {}: {}",
            new.rule, new.resource.address, new.message
        ))
    })
}

fn suggested(report: &Report) -> impl Iterator<Item = &Finding> {
    report
        .findings
        .iter()
        .filter(|one| one.suggestion.is_some())
}

/// The rules of which some finding comes with what to write.
const MENDED: &[&str] = &[
    "access-points-restricted",
    "bucket-access-recorded",
    "bucket-public-access-blocked",
    "endpoint-policies-admit-required-traffic",
    "endpoint-private-dns-enabled",
    "execution-role-has-service-plumbing-permissions",
    "job-pulls-image",
    "job-reads-input",
    "job-writes-output",
    "key-rotation-enabled",
    "no-iam-user-access-keys",
    "notebook-direct-internet-access-disabled",
    "notebook-imdsv2-required",
    "notebook-platform-supported",
    "notebook-reads-dataset",
    "notebook-role-can-create-processing-job",
    "notebook-root-access-disabled",
    "notebook-starts-processing-job",
    "orchestrator-role-can-run-job",
    "processing-job-inter-container-traffic-encrypted",
    "processing-job-network-isolated",
    "repository-scanned",
    "repository-tags-immutable",
    "studio-access-governed-by-iam",
    "studio-domain-vpc-only",
    "studio-notebook-output-sharing-protected",
    "subnet-without-auto-public-ip",
    "vpc-flow-logs-enabled",
    "workload-volume-key-usable",
];

#[test]
fn fixtures_are_mended() {
    let folder = Folder::new("mended");
    let mut wrongs = Vec::new();
    let mut mended = BTreeSet::new();
    for end in [".tf", ".yaml"] {
        for path in support::files(Path::new("testdata/rules"), end) {
            if path.to_string_lossy().ends_with(".settings.yaml") {
                continue;
            }
            let (account, region) = support::place_of_template(&path.with_extension("tf"));
            let options = Options {
                account: account.filter(|_| end == ".yaml"),
                region: region.filter(|_| end == ".yaml"),
                rules: rules::RULES.iter().collect(),
                ..Options::default()
            };
            let report = judge(&path, &options);
            for finding in suggested(&report) {
                let name = path.file_name().unwrap().to_str().unwrap();
                let found = wrong(&report, finding, &|_, new| {
                    judge(Path::new(&folder.file(name, new)), &options)
                });
                mended.insert(finding.rule);
                wrongs.extend(found.map(|found| format!("{}: {found}", path.display())));
            }
        }
    }
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    assert_eq!(Vec::from_iter(mended), MENDED);
}

const KEY: &str = "resource \"aws_kms_key\" \"k\" {\n  description = \"k\"\n}\n";

/// The findings of a project of these files.
fn found(name: &str, files: &[(&str, &str)]) -> (Folder, Report) {
    let folder = Folder::new(name);
    for (name, content) in files {
        folder.file(name, content);
    }
    let options = Options {
        rules: rules::RULES.iter().collect(),
        ..Options::default()
    };
    let report = judge(Path::new(&folder.path()), &options);
    (folder, report)
}

/// The patches of a rule's findings, each once; none for a finding without.
fn patches(report: &Report, rule: &str) -> BTreeSet<Option<String>> {
    let findings = report.findings.iter().filter(|one| one.rule == rule);
    let patches = findings.map(|one| one.suggestion.as_ref().map(|one| one.patch.clone()));
    patches.collect()
}

const ROTATION: &str = "key-rotation-enabled";

#[test]
fn one_edit_mends_every_instance_in_every_call() {
    let repeated = KEY.replace("{\n", "{\n  for_each    = toset([\"a\", \"b\"])\n");
    let calls =
        "module \"one\" {\n  source = \"./m\"\n}\nmodule \"two\" {\n  source = \"./m\"\n}\n";
    let (folder, report) = found("instances", &[("main.tf", calls), ("m/main.tf", &repeated)]);
    assert_eq!(report.findings.len(), 4, "{:?}", report.findings);
    let patches = patches(&report, ROTATION);
    let patch = patches.first().unwrap().as_ref().unwrap();
    assert_eq!(patches.len(), 1);
    assert!(
        patch.starts_with(&format!("--- {}/m/main.tf", folder.path())),
        "{patch}"
    );
    assert!(
        patch.contains("\n+  enable_key_rotation = true\n"),
        "{patch}"
    );
}

#[test]
fn what_is_not_written_here_is_not_edited() {
    let nobody = BTreeSet::from([None]);
    let by_variable = "variable \"rotate\" {\n  default = false\n}\n".to_owned()
        + &KEY.replace('}', "  enable_key_rotation = var.rotate\n}");
    let perhaps =
        "variable \"on\" {}\n".to_owned() + &KEY.replace("{\n", "{\n  count = var.on ? 1 : 3\n");
    for (name, files) in [
        ("by-variable", vec![("main.tf", by_variable.as_str())]),
        (
            "perhaps",
            vec![(
                "main.tf",
                perhaps.replace("var.on ? 1 : 3", "var.on").as_str(),
            )],
        ),
        (
            "fetched",
            vec![
                (
                    "main.tf",
                    "module \"m\" {\n  source = \"./.terraform/modules/m\"\n}\n",
                ),
                (".terraform/modules/m/main.tf", KEY),
            ],
        ),
    ] {
        let (_folder, report) = found(name, &files);
        assert_eq!(patches(&report, ROTATION), nobody, "{name}");
    }
    let plan = fs::read_to_string("testdata/rules/key-rotation-enabled/fail.plan.json").unwrap();
    let (_folder, report) = found("plan-alone", &[("plan.json", &plan)]);
    assert_eq!(patches(&report, ROTATION), nobody);
}

#[test]
fn what_makes_another_finding_is_not_suggested() {
    // Without direct access, what lies around the subnet decides, and that is not told.
    let fixture = "testdata/rules/notebook-direct-internet-access-disabled/fail.tf";
    let text = fs::read_to_string(fixture).unwrap();
    let (_folder, report) = found("another", &[("main.tf", &text)]);
    let of = |rule| patches(&report, rule);
    assert_eq!(
        of("notebook-direct-internet-access-disabled"),
        BTreeSet::from([None])
    );
    // What was tried together with it is told apart.
    assert!(
        of("notebook-root-access-disabled")
            .first()
            .unwrap()
            .is_some()
    );
}

#[test]
fn what_depends_on_answers_is_edited_where_nothing_else_does() {
    let template = |rest: &str| {
        format!(
            "Parameters:\n  Stage:\n    Type: String\n    AllowedValues: [dev, prod]\n\
             Conditions:\n  IsProd: !Equals [!Ref Stage, prod]\n\
             Resources:\n  Key:\n    Type: AWS::KMS::Key\n{rest}"
        )
    };
    // In the other world there is no key.
    let only = template("    Condition: IsProd\n    Properties:\n      Description: a\n");
    let (_folder, report) = found("there-or-not", &[("a.yaml", &only)]);
    assert!(patches(&report, ROTATION).first().unwrap().is_some());
    // In the other world it is another key, of which nothing was tried.
    let other =
        template("    Properties:\n      KeyUsage: !If [IsProd, ENCRYPT_DECRYPT, SIGN_VERIFY]\n");
    let (_folder, report) = found("this-or-that", &[("a.yaml", &other)]);
    assert_eq!(patches(&report, ROTATION), BTreeSet::from([None]));
    let chosen = template("    Properties:\n      EnableKeyRotation: !If [IsProd, true, false]\n");
    let (_folder, report) = found("chosen", &[("a.yaml", &chosen)]);
    assert_eq!(patches(&report, ROTATION), BTreeSet::from([None]));
}

const READS: &str = "job-reads-input";

fn fixture(name: &str) -> String {
    fs::read_to_string(format!("testdata/rules/{READS}/{name}")).unwrap()
}

#[test]
fn a_statement_goes_where_its_like_are() {
    let policy = |label: &str, action: &str| {
        format!(
            "\nresource \"aws_iam_role_policy\" \"{label}\" {{\n  role = aws_iam_role.job.id\n  policy = jsonencode({{\n    \
             Version = \"2012-10-17\"\n    Statement = [\n      {{ Effect = \"Allow\", Action = \"{action}\", Resource = \"*\" }}\n    \
             ]\n  }})\n}}\n"
        )
    };
    let text = fixture("fail-decrypt-identity.tf");
    let one = text.clone()
        + &policy("keys", "kms:ListKeys")
        + &policy("logs", "logs:ListTagsForResource");
    let (_folder, report) = found("its-like", &[("main.tf", &one)]);
    let patches_of_one = patches(&report, READS);
    let patch = patches_of_one.first().unwrap().as_ref().unwrap();
    let added = "\"kms:ListKeys\", Resource = \"*\" },\n+      { Effect = \"Allow\", Action = \"kms:Decrypt\", \
                 Resource = aws_kms_key.studies.arn }\n     ]\n";
    assert!(patch.contains(added), "{patch}");
    let two = one + &policy("more", "kms:ListAliases");
    let (_folder, report) = found("two-alike", &[("main.tf", &two)]);
    assert_eq!(patches(&report, READS), BTreeSet::from([None]));
}

#[test]
fn a_statement_names_nothing_that_it_cannot() {
    let nobody = BTreeSet::from([None]);
    // The key would wait for the role, and the role for the key.
    let text = fixture("fail-decrypt-identity.yaml");
    let at = text.find("EnableKeyRotation").unwrap();
    let circle = format!(
        "{}Tags: [{{Key: reader, Value: !GetAtt JobRole.Arn}}]\n      {}",
        &text[..at],
        &text[at..]
    );
    let (_folder, report) = found("no-circle", &[("a.yaml", &text)]);
    assert!(patches(&report, READS).first().unwrap().is_some());
    let (_folder, report) = found("circle", &[("a.yaml", &circle)]);
    assert_eq!(patches(&report, READS), nobody);
    // What is written elsewhere, and only comes in.
    let text = fixture("fail-decrypt-identity.tf");
    let at = text
        .find("data \"aws_iam_policy_document\" \"job\"")
        .unwrap();
    let inner = "output \"json\" {\n  value = data.aws_iam_policy_document.job.json\n}\n";
    let end = at + text[at..].find("\n}\n").unwrap() + 3;
    let document = format!("{}{inner}", &text[at..end]);
    let rest = format!(
        "{}module \"p\" {{\n  source = \"./p\"\n}}\n{}",
        &text[..at],
        &text[end..]
    );
    let rest = rest.replace("data.aws_iam_policy_document.job.json", "module.p.json");
    let (_folder, report) = found(
        "in-a-module",
        &[("main.tf", &rest), ("p/main.tf", &document)],
    );
    assert_eq!(patches(&report, READS), nobody);
}

#[test]
fn a_json_template_stays_json() {
    let template = r#"{
  "Resources": {
    "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "turbine-data"}},
    "Role": {
      "Type": "AWS::IAM::Role",
      "Properties": {
        "AssumeRolePolicyDocument": {
          "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
          ]
        },
        "Policies": [
          {
            "PolicyName": "job",
            "PolicyDocument": {
              "Statement": [
                {
                  "Effect": "Allow",
                  "Action": "s3:ListBucket",
                  "Resource": {"Fn::GetAtt": ["Data", "Arn"]}
                }
              ]
            }
          }
        ]
      }
    },
    "Job": {
      "Type": "AWS::SageMaker::ProcessingJob",
      "Properties": {
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "NetworkConfig": {"EnableNetworkIsolation": true, "EnableInterContainerTrafficEncryption": true},
        "AppSpecification": {"ImageUri": "763104351884.dkr.ecr.eu-central-1.amazonaws.com/pytorch-training:2.1"},
        "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 50}},
        "ProcessingInputs": [
          {"InputName": "in", "S3Input": {"S3Uri": {"Fn::Sub": "s3://${Data}/raw/"}, "S3DataType": "S3Prefix"}}
        ]
      }
    }
  }
}
"#;
    let (_folder, report) = found("json", &[("a.json", template)]);
    let patches = patches(&report, READS);
    let patch = patches.first().unwrap().as_ref().unwrap();
    let added = "                {\n+                  \"Effect\": \"Allow\",\n\
                 +                  \"Action\": \"s3:GetObject\",\n\
                 +                  \"Resource\": { \"Fn::Sub\": \"${Data.Arn}/raw/*\" }\n";
    assert!(patch.contains(added), "{patch}");
}

/// A directory with everything in it, elsewhere.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else if entry.path().is_file() {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A plan knows nothing of an edit of its source.
fn is_plan(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let is_source = path.extension().is_some_and(|end| end == "tf");
    name.contains("plan") && !is_source || name.ends_with("tfstate")
}

#[test]
fn other_peoples_estates_are_mended() {
    let Some(corpora) = support::corpora() else {
        return;
    };
    let folder = Folder::new("others");
    let copied = |name: &str| {
        let to = Path::new(&folder.path()).join(name);
        copy(&corpora.join(name), &to);
        to
    };
    let templates = copied("cloudformation");
    let mut inputs: Vec<PathBuf> = ["yaml", "yml", "json", "template"]
        .iter()
        .flat_map(|end| support::files(&templates, end))
        .collect();
    for name in ["terraform-hcl", "terraform-real"] {
        let folder = copied(name);
        for plan in support::files(&folder, "")
            .into_iter()
            .filter(|path| is_plan(path))
        {
            fs::remove_file(plan).unwrap();
        }
        let files = support::files(&folder, ".tf");
        let modules = files.iter().map(|file| file.parent().unwrap().to_owned());
        inputs.extend(modules.collect::<BTreeSet<_>>());
    }
    let options = Options {
        rules: rules::RULES.iter().collect(),
        ..Options::default()
    };
    let mut wrongs = Vec::new();
    let (mut number, mut broken) = (0, 0);
    let mut without: BTreeMap<&str, usize> = BTreeMap::new();
    for path in inputs {
        let report = judge(&path, &options);
        let all = report.findings.iter();
        let all = all.filter(|one| one.verdict == FindingVerdict::Broken);
        let all: Vec<&Finding> = all.filter(|one| MENDED.contains(&one.rule)).collect();
        broken += all.len();
        for one in all.iter().filter(|one| one.suggestion.is_none()) {
            *without.entry(one.rule).or_default() += 1;
        }
        let mut seen = BTreeSet::new();
        for finding in suggested(&report) {
            number += 1;
            if !seen.insert(finding.suggestion.as_ref().unwrap().patch.as_str()) {
                continue;
            }
            let found = wrong(&report, finding, &|file, new| {
                let old = fs::read(file).unwrap();
                fs::write(file, new).unwrap();
                let report = judge(&path, &options);
                fs::write(file, old).unwrap();
                report
            });
            wrongs.extend(found);
        }
    }
    let rules = MENDED.len();
    support::told(&format!(
        "{number} of {broken} findings of {rules} rules come with an edit"
    ));
    support::told(&format!("without one: {without:?}"));
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    assert!(number > 0, "nothing was suggested");
}
