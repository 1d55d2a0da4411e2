//! What properties become in the model: scalars of the sort that they hold, policies as objects, loops as what they
//! stand for.

use crate::{Folder, models, options, told};

const TEMPLATE: &str = r#"
Transform: AWS::LanguageExtensions
Parameters:
  Open: {Type: String}
  Account: {Type: String, Default: "012345678901"}
Resources:
  One:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: true, KeyPolicy: {Statement: []}}
  Two:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: "true", KeyPolicy: {Statement: []}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: g
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: "443", CidrIp: 10.0.0.0/8}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: |
        {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "012345678901"}, "Action": "sts:AssumeRole"}]}
      Policies:
        - PolicyName: text
          PolicyDocument: !Sub |
            {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
              "Resource": ["arn:${AWS::Partition}:s3:::${Open}/*", "${Bucket.Arn}"]}]}
        - PolicyName: json
          PolicyDocument:
            Fn::ToJsonString:
              Statement: {Effect: Allow, Action: "s3:*", Resource: !Ref Open}
        - PolicyName: object
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: !Split [",", "s3:GetObject,s3:PutObject"]
                Resource: "*"
                Condition: {Bool: {"aws:SecureTransport": true}, NumericLessThan: {"s3:max-keys": 10},
                  StringEquals: {"aws:ResourceAccount": 012345678901}}
  Bucket: {Type: "AWS::S3::Bucket"}
"#;

#[test]
fn scalars_and_policies_are_what_they_are_meant_to_be() {
    let folder = Folder::new("typed");
    let models = models(&options(&folder.file("template.yaml", TEMPLATE)));
    for key in ["One", "Two"] {
        assert_eq!(told(&models[key]["enable_key_rotation"]), "true", "{key}");
    }
    let rule = told(&models["Group"]["ingress"]);
    assert_eq!(
        rule,
        r#"[{cidr_blocks: ["10.0.0.0/8"], from_port: 443, protocol: "tcp", to_port: 443}]"#
    );
    let role = &models["Role"];
    assert_eq!(
        told(&role["assume_role_policy"]),
        r#""{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"012345678901\"}, \"Action\": \"sts:AssumeRole\"}]}\n""#
    );
    let policies = role["inline_policy"].as_array().unwrap();
    let policies: Vec<_> = policies.iter().map(|one| told(&one["policy"])).collect();
    assert_eq!(
        policies,
        [
            r#"{Statement: [{Action: "s3:GetObject", Effect: "Allow", Resource: ["arn:<AWS.partition>:s3:::<Open>/*", "<Bucket.arn>"]}]}"#,
            r#"{Statement: {Action: "s3:*", Effect: "Allow", Resource: "<Open>"}}"#,
            r#"{Statement: [{Action: ["s3:GetObject", "s3:PutObject"], Condition: {Bool: {aws:SecureTransport: "true"}, NumericLessThan: {s3:max-keys: "10"}, StringEquals: {aws:ResourceAccount: "012345678901"}}, Effect: "Allow", Resource: "*"}]}"#,
        ]
    );
}

const LOOPS: &str = r#"
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "raw,clean"}
Conditions:
  Fn::ForEach::Keep:
    - Name
    - [raw, clean]
    - "Keep${Name}": !Equals [!Ref Name, raw]
Resources:
  Fn::ForEach::Data:
    - Name
    - !Ref Names
    - "Key${Name}":
        Type: AWS::KMS::Key
        Condition: "Keep${Name}"
        Properties: {EnableKeyRotation: true, KeyPolicy: {Statement: []}}
      "Fn::ForEach::Stages":
        - Stage
        - [dev-1, prod-1]
        - "Bucket${Name}&{Stage}":
            Type: AWS::S3::Bucket
            Properties: {BucketName: "data-${Name}-${Stage}"}
  Shown:
    Type: Custom::Shown
    Properties:
      Key: !GetAtt Keyraw.Arn
      Gone: !Ref Keyclean
      Bucket: !Ref Bucketcleandev1
      Imported: !ImportValue prod1-bucket
Outputs:
  Fn::ForEach::Exports:
    - Stage
    - [dev1, prod1]
    - "Out${Stage}":
        Value: !GetAtt ["Bucketraw${Stage}", BucketName]
        Export: {Name: !Sub "${Stage}-bucket"}
"#;

#[test]
fn loops_stand_for_what_they_say() {
    let folder = Folder::new("loops");
    let path = folder.file("template.yaml", LOOPS);
    let models = models(&options(&path));
    assert_eq!(
        models.keys().collect::<Vec<_>>(),
        [
            "Bucketcleandev1",
            "Bucketcleanprod1",
            "Bucketrawdev1",
            "Bucketrawprod1",
            "Keyraw",
            "Shown"
        ]
    );
    let shown = &models["Shown"];
    for (name, expected) in [
        ("Key", "\"<Keyraw.arn>\""),
        ("Gone", "<condition not known>"),
        ("Bucket", "\"data-clean-dev-1\""),
        // A stack does not import what it exports itself.
        ("Imported", "\"<import of prod1-bucket>\""),
    ] {
        assert_eq!(told(&shown[name]), expected, "{name}");
    }
}
