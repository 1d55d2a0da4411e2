//! What templates mean when they are deployed, where it is not what they seem to say: small templates, and what is
//! found in them.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::path::Path;

use plangate::finding::proof::ProofVerdict;
use plangate::finding::{FindingVerdict, Report};
use plangate::rules::RULES;
use plangate::{Options, check};

/// Judges templates that lie together in a folder of this test's own.
fn report(test: &str, templates: &[(&str, &str)]) -> Report {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("semantics")
        .join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in templates {
        std::fs::write(folder.join(name), text).unwrap();
    }
    check(&Options {
        inputs: vec![folder.to_string_lossy().into_owned()],
        rules: RULES.iter().collect(),
        ..Options::default()
    })
}

/// What a rule says of a resource: a word for each finding, with the answers under which it holds.
fn said(report: &Report, alias: &str, address: &str) -> Vec<String> {
    let findings = report.findings.iter();
    let found = findings.filter(|one| one.alias == alias && one.resource.address == address);
    let words = found.map(|one| {
        let verdict = match one.verdict {
            FindingVerdict::Broken => "broken",
            FindingVerdict::Unsure => "unsure",
        };
        let mut words = vec![verdict.to_owned()];
        words.extend(one.only_when.iter().cloned());
        words.join(" when ")
    });
    words.collect()
}

const NOTHING: [&str; 0] = [];

/// A notebook, and what is said about the internet access of it.
fn internet(test: &str, parameters: &str, value: &str) -> Vec<String> {
    let template = format!(
        "{parameters}
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/analysis
      SubnetId: subnet-0a1b2c3d
      DirectInternetAccess: {value}
"
    );
    let report = report(test, &[("template.yaml", &template)]);
    said(&report, "PG-NB-001", "Notebook")
}

#[test]
fn the_only_allowed_value_is_the_value() {
    let allowed = "Parameters: {Access: {Type: String, AllowedValues: [Enabled]}}";
    assert_eq!(internet("only", allowed, "!Ref Access"), ["broken"]);
    let two = "Parameters: {Access: {Type: String, AllowedValues: [Enabled, Disabled]}}";
    assert_eq!(
        internet("two", two, "!Ref Access"),
        ["broken when `Access` is \"Enabled\""]
    );
}

#[test]
fn nothing_written_is_the_default_of_the_service() {
    assert_eq!(internet("no-value", "", "!Ref AWS::NoValue"), ["broken"]);
    assert_eq!(internet("as-it-should-be", "", "Disabled"), NOTHING);
}

const SUBNETS: &str = "
Parameters: {Env: {Type: String}, Where: {Type: String}}
Resources:
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  Public: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Gateway: {Type: 'AWS::EC2::InternetGateway'}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref Vpc}}
  Way:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, GatewayId: !Ref Gateway, DestinationCidrBlock: 0.0.0.0/0}
  Tie:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: !Ref Table, SubnetId: !Ref Public}
Outputs:
  Public: {Value: !Ref Public, Export: {Name: !Sub '${Env}-public-${Where}-subnet'}}
";

fn notebook_in(test: &str, subnet: &str) -> Vec<String> {
    let notebook = format!(
        "
Parameters: {{Env: {{Type: String}}, Where: {{Type: String}}}}
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/analysis
      DirectInternetAccess: Disabled
      SubnetId:
        Fn::ImportValue: {subnet}
"
    );
    let templates = [("subnets.yaml", SUBNETS), ("notebook.yaml", &*notebook)];
    said(&report(test, &templates), "PG-NET-001", "Notebook")
}

#[test]
fn an_import_is_the_export_of_all_that_is_written_of_its_name() {
    let same = "!Sub '${Env}-public-${Where}-subnet'";
    assert_eq!(notebook_in("import-same", same), ["broken"]);
    assert_eq!(
        notebook_in("import-whole", "prod-public-eu-subnet"),
        ["broken"]
    );
    let other = "!Sub '${Env}-private-${Where}-subnet'";
    assert_eq!(notebook_in("import-other", other), ["unsure"]);
    assert_eq!(
        notebook_in("import-other-whole", "prod-private-eu-subnet"),
        ["unsure"]
    );
}

#[test]
fn an_output_that_is_not_there_exports_nothing() {
    let key = |condition: &str| {
        format!(
            "
Conditions: {{Never: !Equals [a, b], Always: !Equals [a, a]}}
Resources:
  Key: {{Type: 'AWS::KMS::Key', Properties: {{EnableKeyRotation: true}}}}
Outputs:
  Key: {{Condition: {condition}, Value: !GetAtt Key.Arn, Export: {{Name: data-key}}}}
"
        )
    };
    let bucket = "
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: !ImportValue data-key}
";
    let encrypted = |test: &str, condition: &str| {
        let templates = [("key.yaml", &*key(condition)), ("bucket.yaml", bucket)];
        said(&report(test, &templates), "PG-S3-001", "Bucket")
    };
    assert_eq!(encrypted("export-there", "Always"), NOTHING);
    assert_eq!(encrypted("export-not-there", "Never"), ["unsure"]);
}

const NESTED: &str = "
Parameters:
  Access: {Type: String, Default: Disabled}
  Groups: {Type: 'List<AWS::EC2::SecurityGroup::Id>', Default: sg-0a1b2c3d}
Resources:
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/analysis
      DirectInternetAccess: !Ref Access
      SubnetId: subnet-0a1b2c3d
      SecurityGroupIds: !Ref Groups
";

#[test]
fn what_is_passed_to_a_nested_stack_may_be_chosen_as_a_whole() {
    let outer = "
Parameters: {Stage: {Type: String}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Chosen:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested.yaml, Parameters: !If [Prod, {Access: Disabled}, {Access: Enabled}]}
  Nothing:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested.yaml, Parameters: !Ref AWS::NoValue}
";
    let report = report("passed", &[("outer.yaml", outer), ("nested.yaml", NESTED)]);
    let chosen = said(&report, "PG-NB-001", "Chosen.Notebook");
    assert_eq!(chosen, ["broken when `Prod` is false"]);
    assert_eq!(said(&report, "PG-NB-001", "Nothing.Notebook"), NOTHING);
}

#[test]
fn ids_that_are_joined_by_commas_are_a_list_again() {
    let outer = "
Resources:
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  Closed: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: closed, VpcId: !Ref Vpc}}
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: open
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
  Stack:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: nested.yaml
      Parameters: {Groups: !Join [', ', [!Ref Closed, !Ref Open]]}
";
    let report = report("joined", &[("outer.yaml", outer), ("nested.yaml", NESTED)]);
    assert_eq!(said(&report, "PG-NET-004", "Stack.Notebook"), ["broken"]);
}

const ROLE: &str = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {Service: sagemaker.amazonaws.com}, Action: sts:AssumeRole}
";

#[test]
fn one_policy_where_a_list_stands_is_a_policy() {
    let template = format!(
        "{ROLE}
      Policies:
        PolicyName: all
        PolicyDocument: {{Version: 2012-10-17, Statement: [{{Effect: Allow, Action: '*', Resource: '*'}}]}}
"
    );
    let report = report("one-policy", &[("template.yaml", &template)]);
    assert_eq!(said(&report, "PG-IAM-010", "Role"), ["broken"]);
}

fn trusted(test: &str, role_arn: &str) -> Vec<String> {
    let template = format!(
        "{ROLE}
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: {role_arn}
      DirectInternetAccess: Disabled
      SubnetId: subnet-0a1b2c3d
"
    );
    let report = report(test, &[("template.yaml", &template)]);
    let mut said_of_it = said(&report, "PG-IAM-001", "Notebook");
    said_of_it.extend(said(&report, "PG-IAM-001", "Role"));
    said_of_it
}

#[test]
fn an_arn_that_is_put_together_of_a_name_is_the_resource() {
    let written = "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Role}'";
    assert_eq!(trusted("arn-of-name", written), NOTHING);
    let elsewhere = "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/jobs/${Role}'";
    assert_eq!(trusted("arn-of-other-path", elsewhere), ["unsure"]);
}

#[test]
fn a_bucket_that_a_parameter_names_is_the_one_of_its_policy() {
    let template = "
Parameters: {Name: {Type: String}}
Resources:
  Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref Name}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Name
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource: [!Sub 'arn:aws:s3:::${Name}', !Sub 'arn:aws:s3:::${Name}/*']
            Condition: {Bool: {'aws:SecureTransport': false}}
";
    let report = report("named-by-parameter", &[("template.yaml", template)]);
    assert_eq!(said(&report, "PG-S3-005", "Bucket"), NOTHING);
}

#[test]
fn case_is_minded_and_told() {
    let template = "
Resources:
  Key:
    Type: AWS::KMS::Key
    properties: {EnableKeyRotation: true}
  Other:
    Type: AWS::KMS::key
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      bucketName: claims
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KmsMasterKeyId: !GetAtt Key.ARN}
";
    let report = report("case", &[("template.yaml", template)]);
    let problems = report.problems.iter().map(|one| one.message.as_str());
    let mut problems: Vec<_> = problems.collect();
    problems.sort_unstable();
    assert_eq!(
        problems,
        [
            "`Key` has no attribute `ARN`; perhaps `Arn` is meant",
            "`KmsMasterKeyId` of `Bucket` is written `KMSMasterKeyID`",
            "`bucketName` of `Bucket` is written `BucketName`",
            "`properties` of `Key` is written `Properties`",
            "the type of `Other` is written `AWS::KMS::Key`",
        ]
    );
    assert_eq!(said(&report, "PG-KMS-001", "Key"), ["broken"]);
}

#[test]
fn a_name_is_no_arn() {
    assert_eq!(trusted("arn", "!GetAtt Role.Arn"), NOTHING);
    assert_eq!(trusted("name-for-arn", "!Ref Role"), ["unsure"]);
}

#[test]
fn a_service_of_a_customer_is_none_of_aws() {
    let endpoint = |service: &str| {
        format!(
            "
Resources:
  Vpc: {{Type: 'AWS::EC2::VPC', Properties: {{CidrBlock: 10.0.0.0/16}}}}
  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties: {{VpcId: !Ref Vpc, VpcEndpointType: Interface, ServiceName: {service}}}
"
        )
    };
    let asked = |test: &str, service: &str| {
        let report = report(test, &[("template.yaml", &endpoint(service))]);
        said(&report, "PG-VPCE-002", "Endpoint")
    };
    let own = "!Sub ['com.amazonaws.vpce.${AWS::Region}.${Id}', {Id: !ImportValue mirror}]";
    assert_eq!(asked("service-of-customer", own), NOTHING);
    let of_aws = "!Sub 'com.amazonaws.${AWS::Region}.sagemaker.api'";
    assert_eq!(asked("service-of-aws", of_aws), ["broken"]);
    let open = "!Sub ['com.amazonaws.${AWS::Region}.${Id}', {Id: !ImportValue mirror}]";
    assert_eq!(asked("service-open", open), ["unsure"]);
}

#[test]
fn an_attribute_that_names_another_resource_is_that_one() {
    let template = "
Resources:
  Vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Gateway: {Type: 'AWS::EC2::InternetGateway'}
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !GetAtt Subnet.VpcId, InternetGatewayId: !Ref Gateway}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !GetAtt Subnet.VpcId}}
  Way:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref Table
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !GetAtt Attachment.InternetGatewayId
  Tie:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: !Ref Table, SubnetId: !Ref Subnet}
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: arn:aws:iam::111122223333:role/analysis
      DirectInternetAccess: Disabled
      SubnetId: !Ref Subnet
";
    let report = report("names-other", &[("template.yaml", template)]);
    assert_eq!(said(&report, "PG-NET-001", "Notebook"), ["broken"]);
}

#[test]
fn names_that_nothing_fills_in_are_told() {
    let template = "
Resources:
  Bucket: {Type: 'AWS::S3::Bucket'}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - Effect: Allow
            Action: s3:GetObject
            Resource:
              - 'arn:aws:s3:::${Bucket}/*'
              - !Sub '${Bucket.Arn}/*'
              - 'arn:aws:s3:::shared/${aws:username}/*'
";
    let report = report("not-filled-in", &[("template.yaml", template)]);
    let problems = report.problems.iter().map(|one| one.message.as_str());
    assert_eq!(
        problems.collect::<Vec<_>>(),
        ["`${Bucket}` is not filled in, since no `Fn::Sub` stands before this text"]
    );
}

/// An endpoint that may be on the way may block: a path is not proven around it.
#[test]
fn an_endpoint_that_may_be_on_the_way_leaves_a_path_open() {
    let report = check(&Options {
        inputs: vec!["testdata/inputs/cloudformation/way/perhaps-through.yaml".to_owned()],
        rules: RULES.iter().collect(),
        ..Options::default()
    });
    assert_eq!(said(&report, "PG-PATH-004", "Job"), ["unsure"]);
    assert!(
        report
            .paths
            .iter()
            .all(|path| path.verdict == ProofVerdict::Unsure)
    );
    assert_eq!(report.paths.len(), 1);
}
