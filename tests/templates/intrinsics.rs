//! What expressions of templates come to, one row for each: the expression, and what `debug model` shows of it,
//! with the problems that it has.

use std::fmt::Write as _;

use crate::{Folder, check, models, options, placed, told};

const BEFORE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::LanguageExtensions
Parameters:
  Stage: {Type: String, Default: dev}
  Open: {Type: String}
  Secret: {Type: String, NoEcho: true, Default: hunter2-hunter2}
  Pair: {Type: String, NoEcho: true, Default: "name:word\"word"}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  OpenNames: {Type: CommaDelimitedList}
  Ports: {Type: "List<Number>", Default: "80,443"}
  End: {Type: String, Default: rn}
  Size: {Type: String, Default: izes}
  Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /a/b}
Mappings:
  Sizes:
    dev: {Cpu: 1, Zones: [x, y], Name: small}
    prod: {Cpu: 4, Zones: [z], Name: small}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: {"Fn::Not": [{Condition: IsDev}]}
  IsOpen: !Equals [!Ref Open, !Ref Looked]
Resources:
  Bucket: {Type: "AWS::S3::Bucket"}
  Named: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Sub "data-${Stage}"}}
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Statement: []}}
"#;

/// The rows that are not so.
fn wrong(name: &str, before: &str, rows: &[(&str, &str)]) -> String {
    let mut text = before.trim_start().to_owned();
    let mut lines = Vec::new();
    for (at, (expression, _)) in rows.iter().enumerate() {
        let begin = text.lines().count() + 1;
        writeln!(
            text,
            "  R{at}:\n    Type: Custom::Shown\n    Properties:\n      Value: {expression}"
        )
        .unwrap();
        lines.push(begin..=text.lines().count());
    }
    let folder = Folder::new(name);
    let path = folder.file("template.yaml", &text);
    let shown = models(&options(&path));
    let report = check(&options(&path));
    let mut wrong = String::new();
    for (at, (expression, expected)) in rows.iter().enumerate() {
        let value = &shown[&format!("R{at}")]["Value"];
        let mut found = if value.is_null() {
            "nothing".to_owned()
        } else {
            told(value)
        };
        for problem in &report.problems {
            let line = problem.location.as_ref().map(|place| place.line as usize);
            if line.is_some_and(|line| lines[at].contains(&line)) {
                write!(found, "; {}", problem.message).unwrap();
            }
        }
        if found != *expected {
            writeln!(
                wrong,
                "{expression}\n  is       {found}\n  expected {expected}"
            )
            .unwrap();
        }
    }
    let elsewhere = report.problems.iter().filter(|problem| {
        let line = problem.location.as_ref().map(|place| place.line as usize);
        !lines
            .iter()
            .any(|lines| line.is_some_and(|line| lines.contains(&line)))
    });
    for problem in elsewhere {
        writeln!(wrong, "elsewhere: {}", placed(problem)).unwrap();
    }
    wrong
}

#[test]
fn references_and_attributes() {
    let rows = [
        ("!Ref Stage", r#""dev""#),
        ("{Ref: Stage}", r#""dev""#),
        ("!Ref Open", r#""<Open>""#),
        ("!Ref Secret", r#""(sensitive value)""#),
        ("!Ref Names", r#"["a", "b", "c"]"#),
        ("!Ref OpenNames", "<parameter without a value>"),
        ("!Ref Ports", r#"["80", "443"]"#),
        ("!Ref Looked", r#""<Looked>""#),
        ("!Ref Bucket", r#""<Bucket.id>""#),
        ("!Ref Named", r#""data-dev""#),
        ("!GetAtt Bucket.Arn", r#""<Bucket.arn>""#),
        ("{\"Fn::GetAtt\": [Bucket, Arn]}", r#""<Bucket.arn>""#),
        ("{\"Fn::GetAtt\": Bucket.Arn}", r#""<Bucket.arn>""#),
        ("!GetAtt [Bucket, !Sub \"A${End}\"]", r#""<Bucket.arn>""#),
        ("!GetAtt Role.Arn", r#""<Role.arn>""#),
        ("!GetAtt Role.RoleId", r#""<Role.unique_id>""#),
        ("!GetAtt Bucket.NotThere", r#""<Bucket.NotThere>""#),
        ("!Ref AWS::AccountId", r#""<AWS.account>""#),
        ("!Ref AWS::Region", r#""<AWS.region>""#),
        ("!Ref AWS::Partition", r#""<AWS.partition>""#),
        ("!Ref AWS::URLSuffix", r#""amazonaws.com""#),
        ("!Ref AWS::StackName", r#""<AWS::StackName>""#),
        ("!Ref AWS::StackId", r#""<AWS::StackId>""#),
        ("!Ref AWS::NoValue", "nothing"),
        ("!Ref AWS::NotificationARNs", "<known after apply>"),
        (
            "!Ref AWS::Nothing",
            "<not evaluated>; `AWS::Nothing` is no pseudo parameter",
        ),
        (
            "!Ref Missing",
            "<not evaluated>; `Missing` is neither a parameter nor a resource of this template",
        ),
        (
            "!GetAtt Missing.Arn",
            "<not evaluated>; `Missing` is neither a parameter nor a resource of this template",
        ),
        (
            "!GetAtt Bucket",
            "<not evaluated>; `Fn::GetAtt` takes a resource and one of its attributes",
        ),
        ("!Ref [a]", "<not evaluated>; `Ref` takes a name"),
        (
            "!Nothing x",
            "<not evaluated>; `!Nothing` is no function that is known",
        ),
        (
            "{\"Fn::Nothing\": x}",
            "<not evaluated>; `Fn::Nothing` is no function that is known",
        ),
        ("!ImportValue network-Vpc", r#""<import of network-Vpc>""#),
        (
            "!ImportValue {\"Fn::Sub\": \"${Stage}-Vpc\"}",
            r#""<import of dev-Vpc>""#,
        ),
        ("{\"Fn::ImportValue\": !Sub \"${Open}-Vpc\"}", "<imported>"),
        ("!GetAZs \"\"", "<known after apply>"),
        (
            "!Select [0, !GetAZs {Ref: \"AWS::Region\"}]",
            "<known after apply>",
        ),
    ];
    let wrong = wrong("references", BEFORE, &rows);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn texts_with_names() {
    let rows = [
        ("!Sub \"a-${Stage}-b\"", r#""a-dev-b""#),
        ("{\"Fn::Sub\": \"a-${Stage}-b\"}", r#""a-dev-b""#),
        (
            "!Sub [\"${A}/${Stage}\", {A: !Ref Open}]",
            r#""<Open>/dev""#,
        ),
        ("!Sub [\"${Stage}\", {Stage: own}]", r#""own""#),
        (
            "!Sub [\"${A}\", {A: !Sub [\"<${B}>\", {B: 1}]}]",
            r#""<1>""#,
        ),
        (
            "!Sub [\"${A}\"]",
            "<not evaluated>; `A` is neither a parameter nor a resource of this template",
        ),
        (
            "!Sub \"${!Stage}/${!aws:username}\"",
            r#""${Stage}/${aws:username}""#,
        ),
        ("!Sub \"${ Stage }\"", r#""dev""#),
        (
            "!Sub \"$Stage $ $$ $${Stage} {Stage} ${Stage\"",
            r#""$Stage $ $$ $dev {Stage} ${Stage""#,
        ),
        ("!Sub \"${Bucket.Arn}/*\"", r#""<Bucket.arn>/*""#),
        (
            "!Sub \"${Named}.${AWS::Region}\"",
            r#""data-dev.<AWS.region>""#,
        ),
        (
            "!Sub \"arn:${AWS::Partition}:s3:::${Named}/${AWS::AccountId}/*\"",
            r#""arn:<AWS.partition>:s3:::data-dev/<AWS.account>/*""#,
        ),
        (
            "!Sub \"${Missing}\"",
            "<not evaluated>; `Missing` is neither a parameter nor a resource of this template",
        ),
        (
            "!Sub \"${Missing.Arn}\"",
            "<not evaluated>; there is no resource `Missing`",
        ),
        (
            "!Sub \"${Names}\"",
            "<not evaluated>; `Names` is a list, and no text",
        ),
        ("!Sub \"\"", r#""""#),
        ("!Sub 12", r#""12""#),
        (
            "!Join [\"-\", [a, !Ref Stage, 1, true]]",
            r#""a-dev-1-true""#,
        ),
        ("!Join [\",\", !Ref Names]", r#""a,b,c""#),
        (
            "!Join [\",\", !Ref OpenNames]",
            "<parameter without a value>",
        ),
        (
            "{\"Fn::Join\": [\"\", [\"arn:\", {Ref: \"AWS::Partition\"}, \":iam::aws:policy/x\"]]}",
            r#""arn:<AWS.partition>:iam::aws:policy/x""#,
        ),
        ("!Join [\"-\", [a, !Ref \"AWS::NoValue\", b]]", r#""a-b""#),
        ("!Join [\"-\", []]", r#""""#),
        ("!Join [!Ref Open, [a, b]]", r#""a<Open>b""#),
        (
            "!Join [\"-\"]",
            "<not evaluated>; `Fn::Join` takes a delimiter and a list",
        ),
        ("!Split [\",\", \"a,b,,c\"]", r#"["a", "b", "", "c"]"#),
        ("!Split [\",\", !Ref Open]", "<parameter without a value>"),
        ("!Select [1, !Split [\",\", \"a,b\"]]", r#""b""#),
        ("!Select [\"1\", [a, b]]", r#""b""#),
        (
            "!Select [2, [a, b]]",
            "<not evaluated>; there is no element 2 in a list of 2",
        ),
        ("!Select [1, !Ref Names]", r#""b""#),
        ("!Select [!Ref Open, [a, b]]", "<parameter without a value>"),
        (
            "!Select [5, !Split [\":\", !Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x\"]]",
            r#""role/x""#,
        ),
        (
            "!Select [4, !Split [\":\", !Sub \"arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x\"]]",
            r#""<AWS.account>""#,
        ),
        (
            "!Select [5, !Split [\":\", !GetAtt Bucket.Arn]]",
            "<known after apply>",
        ),
        (
            "!Select [5, !Split [\":\", !GetAtt Named.Arn]]",
            "<known after apply>",
        ),
        ("!Base64 hello", r#""aGVsbG8=""#),
        ("!Base64 {Ref: Secret}", r#""(sensitive value)""#),
        (
            "!Select [1, !Split [\":\", !Ref Pair]]",
            r#""(sensitive value)""#,
        ),
        (
            "{\"Fn::ToJsonString\": [!Ref Pair]}",
            r#""[\"(sensitive value)\"]""#,
        ),
        (
            "{\"Fn::Base64\": !Sub \"echo ${Stage}\"}",
            r#""ZWNobyBkZXY=""#,
        ),
        (
            "{\"Fn::Base64\": !Sub \"echo ${Open}\"}",
            r#""echo <Open>""#,
        ),
        ("\"{{resolve:ssm:/a/b:1}}\"", "<dynamic reference>"),
        (
            "!Sub \"x{{resolve:secretsmanager:${Open}:SecretString:p}}y\"",
            r#""x<dynamic reference>y""#,
        ),
        (
            "!Join [\"\", [\"{{resolve:ssm:\", !Ref Open, \"}}\"]]",
            "<dynamic reference>",
        ),
        (
            "!Sub \"{{resolve:ssm-secure:a}}{{not}}\"",
            r#""<dynamic reference>{{not}}""#,
        ),
    ];
    let wrong = wrong("texts", BEFORE, &rows);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn choices_and_mappings() {
    let rows = [
        ("!If [IsDev, a, b]", r#""a""#),
        ("{\"Fn::If\": [IsProd, a, b]}", r#""b""#),
        ("!If [IsOpen, a, b]", "<condition not known>"),
        ("!If [IsOpen, a, a]", r#""a""#),
        (
            "!If [IsOpen, [a], !Ref \"AWS::NoValue\"]",
            "<condition not known>",
        ),
        ("!If [IsProd, a, !Ref \"AWS::NoValue\"]", "nothing"),
        (
            "[a, !If [IsProd, b, !Ref \"AWS::NoValue\"], c]",
            r#"["a", "c"]"#,
        ),
        (
            "[a, !If [IsOpen, b, !Ref \"AWS::NoValue\"]]",
            r#"["a", <condition not known>]"#,
        ),
        (
            "{A: 1, B: !If [IsProd, b, !Ref \"AWS::NoValue\"]}",
            "{A: 1}",
        ),
        (
            "!If [Missing, a, b]",
            "<condition not known>; there is no condition `Missing`",
        ),
        ("!If [{\"Fn::Equals\": [!Ref Stage, dev]}, a, b]", r#""a""#),
        (
            "!If [IsDev, a]",
            "<not evaluated>; `Fn::If` takes a condition and two values",
        ),
        (
            "!Equals [a, a]",
            "<not evaluated>; conditions stand in the section `Conditions`",
        ),
        ("!FindInMap [Sizes, dev, Cpu]", "1"),
        ("!FindInMap [Sizes, !Ref Stage, Zones]", r#"["x", "y"]"#),
        (
            "!FindInMap [Sizes, !Ref Open, Cpu]",
            "<parameter without a value>",
        ),
        ("!FindInMap [Sizes, !Ref Open, Name]", r#""small""#),
        (
            "!FindInMap [Sizes, !Ref Open, Name, {DefaultValue: other}]",
            "<parameter without a value>",
        ),
        (
            "!FindInMap [Sizes, test, Cpu]",
            "<not evaluated>; there is no `Sizes.test.Cpu` in `Mappings`",
        ),
        ("!FindInMap [Sizes, test, Cpu, {DefaultValue: 9}]", "9"),
        ("!FindInMap [Sizes, dev, Cpu, {DefaultValue: 9}]", "1"),
        (
            "!FindInMap [Missing, dev, Cpu]",
            "<not evaluated>; there is no `Missing.dev.Cpu` in `Mappings`",
        ),
        ("!FindInMap [!Sub \"S${Size}\", dev, Cpu]", "1"),
    ];
    let wrong = wrong("choices", BEFORE, &rows);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn lists_numbers_and_loops() {
    let rows = [
        (
            "!Cidr [10.0.0.0/16, 2, 8]",
            r#"["10.0.0.0/24", "10.0.1.0/24"]"#,
        ),
        ("!Select [1, !Cidr [10.0.0.0/16, 2, 8]]", r#""10.0.1.0/24""#),
        ("!Cidr [!Ref Open, 2, 8]", "<parameter without a value>"),
        (
            "!Cidr [10.0.0.0/16, 2, 33]",
            "<not evaluated>; there are no such blocks in this address block",
        ),
        ("!Cidr [\"2001:db8::/56\", 1, 64]", r#"["2001:db8::/64"]"#),
        ("{\"Fn::Length\": [a, b]}", "2"),
        ("{\"Fn::Length\": !Ref Names}", "3"),
        (
            "{\"Fn::Length\": !Ref OpenNames}",
            "<parameter without a value>",
        ),
        (
            "{\"Fn::ToJsonString\": {A: [1, true, \"x\\\"\"], B: !Ref Stage}}",
            r#""{\"A\":[1,true,\"x\\\"\"],\"B\":\"dev\"}""#,
        ),
        (
            "{\"Fn::ToJsonString\": {A: !Ref Open, B: !GetAtt Bucket.Arn}}",
            r#""{\"A\":\"<Open>\",\"B\":\"<Bucket.arn>\"}""#,
        ),
        (
            "{\"Fn::Transform\": {Name: \"AWS::Include\", Parameters: {Location: x}}}",
            "<changed by a macro>; a macro writes what stands here",
        ),
        (
            "[true, \"true\", yes, 443, \"443\", 012345678901, 0644, 1.50, 1e3, 2012-10-17]",
            r#"[true, "true", true, 443, "443", "012345678901", "0644", "1.50", "1e3", "2012-10-17"]"#,
        ),
        (
            "{\"Fn::ForEach::Loop\": [X, [a, b], {\"K${X}\": !Ref X}]}",
            r#"{Ka: "a", Kb: "b"}"#,
        ),
        (
            "{\"Fn::ForEach::Loop\": [X, !Ref Names, {\"K${X}\": !Sub \"${X}-${Stage}\"}]}",
            r#"{Ka: "a-dev", Kb: "b-dev", Kc: "c-dev"}"#,
        ),
        (
            "{\"Fn::ForEach::Loop\": [X, [a.b, c/d], {\"K&{X}\": \"${X} &{X}\"}]}",
            r#"{Kab: "a.b ab", Kcd: "c/d cd"}"#,
        ),
        (
            "{\"Fn::ForEach::Outer\": [X, [a, b], {\"Fn::ForEach::Inner\": [Y, [1, 2], {\"${X}${Y}\": \"${X}/${Y}\"}]}]}",
            r#"{a1: "a/1", a2: "a/2", b1: "b/1", b2: "b/2"}"#,
        ),
        (
            "{\"Fn::ForEach::Loop\": [X, [dev, prod], {\"${X}\": !FindInMap [Sizes, !Ref X, Cpu]}]}",
            "{dev: 1, prod: 4}",
        ),
        (
            "{\"Fn::ForEach::Loop\": [X, !Ref OpenNames, {\"${X}\": 1}], B: 2}",
            "{B: 2}; what `Fn::ForEach::Loop` repeats is not known (parameter without a value)",
        ),
        (
            "{\"Fn::ForEach::Loop\": [X, [a]]}",
            "{}; `Fn::ForEach` takes a name, a list and a map",
        ),
    ];
    let wrong = wrong("lists", BEFORE, &rows);
    assert!(wrong.is_empty(), "{wrong}");
}
