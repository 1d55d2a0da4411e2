//! Files that nobody can deploy: what is said of each, with which exit code, whether it is named or found in a
//! directory, and that what lies beside it is judged.

use std::fmt::Write as _;

use plangate::rules::RULES;

use crate::{Folder, check, exit, models, options, placed, settings, told};

const GOOD: &str = "Resources:\n  Good: {Type: \"AWS::S3::Bucket\"}\n";

/// Lists that hold the one before them nine times, level by level.
fn bomb(levels: usize) -> String {
    let mut text = "AWSTemplateFormatVersion: 2010-09-09\nMetadata:\n  a0: &a0 [x]\n".to_owned();
    for level in 0..levels {
        let aliases = vec![format!("*a{level}"); 9].join(", ");
        writeln!(text, "  a{}: &a{0} [{aliases}]", level + 1).unwrap();
    }
    text + GOOD
}

/// A value inside of so many calls of `Fn::If`.
fn deep(levels: usize) -> String {
    let mut value = "\"a\"".to_owned();
    for _ in 0..levels {
        value = format!("{{\"Fn::If\": [\"X\", {value}, \"b\"]}}");
    }
    format!(
        "{{\"Conditions\": {{\"X\": {{\"Fn::Equals\": [\"a\", \"a\"]}}}}, \"Resources\": {{\"A\": {{\"Type\": \
         \"AWS::S3::Bucket\", \"Properties\": {{\"BucketName\": {value}}}}}}}}}"
    )
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn cases() -> Vec<(&'static str, Vec<u8>)> {
    let texts = [
        ("no-yaml.yaml", "Resources: [\n".to_owned()),
        ("no-yaml-either.yaml", "a: b: c\n".to_owned()),
        ("no-template.yaml", "a: 1\n".to_owned()),
        ("no-template.json", "[{\"a\": 1}]".to_owned()),
        ("list.yaml", "- a\n".to_owned()),
        ("scalar.yaml", "hello\n".to_owned()),
        ("tabs.yaml", "Resources:\n\tBucket:\n\t\tType: AWS::S3::Bucket\n".to_owned()),
        ("bomb.yaml", bomb(12)),
        ("brackets.yaml", "[".repeat(200_000)),
        ("brackets.json", "[".repeat(200_000)),
        ("maps.json", "{\"a\":".repeat(200_000)),
        (
            "brackets-in-template.yaml",
            format!("AWSTemplateFormatVersion: 2010-09-09\nResources: {}", "[".repeat(200_000)),
        ),
        ("deep.json", deep(300)),
        (
            "tags.yaml",
            "Resources:\n  A: !Own\n    Type: AWS::S3::Bucket\n    Properties: {BucketName: !Nothing x}\n".to_owned(),
        ),
        (
            "types.yaml",
            "Resources:\n  A: {Properties: {}}\n  B: {Type: [x]}\n  C: {Type: {Ref: x}}\n  D: text\n  E:\n  \
             F: {Type: \"AWS::S3::Bucket\"}\n"
                .to_owned(),
        ),
        (
            "no-map.yaml",
            "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  - Type: AWS::S3::Bucket\n".to_owned(),
        ),
        ("no-resources.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n".to_owned()),
        (
            "sections.yaml",
            "Parameters: [a]\nConditions: text\nOutput: {}\nResources: {A: {Type: \"AWS::S3::Bucket\"}}\n".to_owned(),
        ),
        (
            "circle-of-names.yaml",
            "Resources:\n  A: {Type: \"AWS::S3::Bucket\", Properties: {BucketName: !Ref B}}\n  \
             B: {Type: \"AWS::S3::Bucket\", Properties: {BucketName: !Sub \"${A}-x\"}}\n"
                .to_owned(),
        ),
        (
            "circle-of-attributes.yaml",
            "Resources:\n  R: {Type: \"AWS::IAM::Role\", Properties: {RoleName: !GetAtt K.Arn, \
             AssumeRolePolicyDocument: {Statement: []}}}\n  K: {Type: \"AWS::KMS::Key\", Properties: {KeyPolicy: \
             {Statement: [{Effect: Allow, Principal: {AWS: !GetAtt R.Arn}, Action: \"kms:*\", Resource: \"*\"}]}}}\n"
                .to_owned(),
        ),
        (
            "circle-of-one.yaml",
            "Resources:\n  A: {Type: \"AWS::S3::Bucket\", DependsOn: A}\n".to_owned(),
        ),
        (
            "circle-of-conditions.yaml",
            "Conditions:\n  X: !Not [!Condition Y]\n  Y: !Or [!Condition X, !Equals [a, b]]\nResources:\n  \
             A: {Type: \"AWS::S3::Bucket\", Condition: X}\n"
                .to_owned(),
        ),
        (
            "loop-of-conditions.yaml",
            "Conditions:\n  \"Fn::ForEach::L\": [X, !If [Ax, [x], [y]], {\"A${X}\": !Equals [a, a]}]\nResources:\n  \
             A: {Type: \"AWS::S3::Bucket\", Condition: Ax}\n"
                .to_owned(),
        ),
        (
            "parameters.yaml",
            "Parameters:\n  P: {Default: x}\n  Q: text\nResources:\n  A: {Type: \"AWS::S3::Bucket\", Properties: \
             {BucketName: !Sub \"${P}${Q}\"}}\n"
                .to_owned(),
        ),
        ("twice.yaml", format!("{GOOD}  Good: {{Type: \"AWS::SQS::Queue\"}}\n")),
        (
            "twice-by-a-loop.yaml",
            format!("{GOOD}  \"Fn::ForEach::L\": [X, [od], {{\"Go${{X}}\": {{Type: \"AWS::SQS::Queue\"}}}}]\n"),
        ),
        ("two-documents.yaml", format!("{GOOD}---\n{GOOD}")),
        ("empty.yaml", String::new()),
        ("blank.yaml", "\n\n".to_owned()),
        ("comment.yaml", "# nothing\n".to_owned()),
    ];
    let texts = texts
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()));
    let bytes = [
        ("utf-16.yaml", [b"\xFF\xFE".to_vec(), utf16(GOOD)].concat()),
        ("utf-16-unmarked.yaml", utf16(GOOD)),
        ("latin-1.yaml", [GOOD.as_bytes(), b"# caf\xE9\n"].concat()),
    ];
    texts.chain(bytes).collect()
}

#[test]
fn what_cannot_be_deployed_is_told() {
    let mut said = String::new();
    for (name, content) in cases() {
        let folder = Folder::new(&format!("bad/{name}"));
        let path = folder.file(name, &content);
        let report = check(&options(&path));
        writeln!(said, "{name}: exit {}", exit(&report)).unwrap();
        for problem in &report.problems {
            writeln!(said, "  {}", folder.without(&placed(problem))).unwrap();
        }
        folder.file("good.yaml", GOOD);
        let report = check(&options(&folder.path()));
        let mut judged = report.judged().map(|input| folder.without(&input.path));
        assert!(judged.any(|path| path == "good.yaml"), "{name}: {report:?}");
        let passed_over = report.passed_over;
        writeln!(
            said,
            "  found: exit {}, {passed_over} passed over",
            exit(&report)
        )
        .unwrap();
    }
    settings().bind(|| insta::assert_snapshot!("bad", said));
}

fn numbered(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// How many resources are judged, with what is said of it.
fn judged(name: &str, text: &str) -> (usize, Vec<String>) {
    let folder = Folder::new(&format!("large/{name}"));
    let path = folder.file("template.yaml", text);
    let report = plangate::check(&plangate::Options {
        rules: RULES.iter().take(4).collect(),
        ..options(&path)
    });
    let problems = report.problems.iter().map(placed);
    let problems: Vec<_> = problems.collect();
    let resources = report.judged().map(|input| input.resources).sum();
    (resources, problems)
}

#[test]
fn large_templates_are_judged() {
    let script = "echo ${AWS::Region} and more of it; ".repeat(55);
    let resources = numbered(500, |at| {
        format!(
            "  Bucket{at}:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags: [{{Key: a, Value: !Sub \
             \"{script}\"}}]\n"
        )
    });
    assert!(resources.len() > 1_000_000);
    let nothing = Vec::<String>::new();
    let found = judged("resources", &format!("Resources:\n{resources}"));
    assert_eq!(found, (500, nothing.clone()));
    let parameters = numbered(10_000, |at| format!("  P{at}: {{Type: String}}\n"));
    let conditions = numbered(1_000, |at| format!("  C{at}: !Equals [!Ref P{at}, x]\n"));
    let text = format!("Parameters:\n{parameters}Conditions:\n{conditions}{GOOD}    \n");
    assert_eq!(judged("parameters", &text), (1, nothing.clone()));
    let names = numbered(100_000, |at| format!("x{at},"));
    let text = format!(
        "{GOOD}    \n  Loop:\n    Type: AWS::S3::Bucket\n    Properties: {{\"Fn::ForEach::L\": [X, [{names}], \
         {{\"${{X}}\": 1}}]}}\n"
    );
    assert_eq!(judged("loop", &text), (2, nothing));
}

#[test]
fn a_long_text_is_put_together() {
    let folder = Folder::new("large/text");
    let text = "${AWS::Region}-".repeat(70_000);
    let path = folder.file(
        "template.yaml",
        format!("Resources:\n  A: {{Type: \"Custom::A\", Properties: {{B: !Sub \"{text}\"}}}}\n"),
    );
    let options = plangate::Options {
        region: Some("eu-central-1".to_owned()),
        ..options(&path)
    };
    let shown = told(&models(&options)["A"]["B"]);
    assert_eq!(shown.len(), 70_000 * "eu-central-1-".len() + 2);
}

/// Names that grow with each name that names them, and loops inside of loops, come to an end.
#[test]
fn little_text_does_not_make_much() {
    let too_much = |(_, problems): (usize, Vec<String>)| {
        let mut problems = problems.iter();
        problems.any(|problem| problem.ends_with("this takes too much to be worked out"))
    };
    let doubled = numbered(39, |at| {
        let name = format!("!Sub \"${{B{at}}}${{B{at}}}\"");
        format!(
            "  B{}: {{Type: \"AWS::S3::Bucket\", Properties: {{BucketName: {name}}}}}\n",
            at + 1
        )
    });
    let first = |properties: &str| {
        format!(
            "Resources:\n  B0: {{Type: \"AWS::S3::Bucket\", Properties: {properties}}}\n{doubled}"
        )
    };
    assert!(too_much(judged("names", &first("{BucketName: x23456}"))));
    // A name that is not known stays one hole.
    assert_eq!(judged("open-names", &first("{}")).0, 40);
    let mut value = "x".repeat(1_000);
    for _ in 0..60 {
        value = format!("!Sub [\"${{a}}${{a}}\", {{a: {value}}}]");
    }
    let text = format!(
        "Resources:\n  A: {{Type: \"AWS::S3::Bucket\", Properties: {{BucketName: {value}}}}}\n"
    );
    assert!(too_much(judged("maps", &text)));
    let list = (0..40).map(|at| format!("x{at}")).collect::<Vec<_>>();
    let list = list.join(", ");
    let mut body = "{\"${a}${b}${c}${d}${e}\": 1}".to_owned();
    for name in ["a", "b", "c", "d", "e"] {
        body = format!("{{\"Fn::ForEach::{name}\": [{name}, [{list}], {body}]}}");
    }
    let text = format!("Resources:\n  A: {{Type: \"AWS::S3::Bucket\", Properties: {body}}}\n");
    let (resources, problems) = judged("loops", &text);
    assert_eq!(resources, 1);
    assert!(
        problems
            .iter()
            .any(|one| one.ends_with("`Fn::ForEach::e` stands for too much")),
        "{problems:?}"
    );
}

/// Names that lead on from one to the next are followed, and further than anybody goes they are not.
#[test]
fn long_chains_come_to_an_end() {
    let chain = |first: &str, count: usize| {
        let others = numbered(count, |at| {
            let (own, other) = (count - at, count - at - 1);
            format!(
                "  B{own}: {{Type: \"AWS::S3::Bucket\", Properties: {{BucketName: !Sub \"${{B{other}}}\"}}}}\n"
            )
        });
        format!("Resources:\n  B0: {{Type: \"AWS::S3::Bucket\", Properties: {first}}}\n{others}")
    };
    let folder = Folder::new("large/chain");
    let path = folder.file("template.yaml", chain("{BucketName: x23456}", 500));
    assert_eq!(
        told(&models(&options(&path))["B500"]["bucket"]),
        "\"x23456\""
    );
    assert_eq!(judged("chain", &chain("{}", 5_000)), (5_001, vec![]));
    let conditions = numbered(30_000, |at| {
        format!("  C{}: !Not [!Condition C{at}]\n", at + 1)
    });
    let text = format!(
        "Conditions:\n  C0: !Equals [a, a]\n{conditions}Resources:\n  A: {{Type: \"AWS::S3::Bucket\", Condition: \
         C30000}}\n"
    );
    let (resources, _) = judged("conditions", &text);
    assert_eq!(resources, 1);
}
