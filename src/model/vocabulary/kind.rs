//! The kinds of resource that plangate tells apart.

/// Makes [`Kind`] of one list, so that no kind can miss its name or its place in [`Kind::ALL`].
macro_rules! kinds {
    ($($(#[$doc:meta])+ $kind:ident = $name:literal,)+) => {
        /// What a resource is, whatever the format calls it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])+ $kind,)+
        }

        impl Kind {
            /// Every kind, once.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The name in output, in kebab case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }
        }
    };
}

kinds! {
    /// A notebook instance.
    Notebook = "notebook",
    /// A Studio domain, with the defaults of its users and spaces.
    NotebookDomain = "notebook-domain",
    /// A Studio user profile.
    NotebookProfile = "notebook-profile",
    /// A Studio space.
    NotebookSpace = "notebook-space",
    /// An app that runs in a Studio profile or space.
    NotebookApp = "notebook-app",
    /// A lifecycle script of notebook instances or of Studio.
    Script = "script",
    /// A Git repository that notebooks clone.
    CodeRepo = "code-repo",
    /// A Processing job.
    ProcessingJob = "processing-job",
    /// A job definition of Model Monitor, which runs Processing jobs.
    ProcessingJobMonitor = "processing-job-monitor",
    /// Whatever starts jobs: a pipeline, a state machine, a schedule or an event rule.
    Orchestrator = "orchestrator",
    /// What an event rule starts.
    OrchestratorTarget = "orchestrator-target",
    /// A model.
    Model = "model",
    /// A feature group.
    FeatureGroup = "feature-group",
    /// An IAM role.
    Role = "role",
    /// A policy inside a role.
    PolicyInlineRole = "policy-inline-role",
    /// One policy document inside several roles, groups and users.
    PolicyInlineMulti = "policy-inline-multi",
    /// A managed policy.
    PolicyManaged = "policy-managed",
    /// The attachment of a managed policy to a role, group or user.
    Attachment = "attachment",
    /// The complete list of the managed policies of a role.
    AttachmentExcl = "attachment-excl",
    /// The complete list of the names of the inline policies of a role.
    InlineExcl = "inline-excl",
    /// An IAM group.
    Group = "group",
    /// A policy inside a group.
    PolicyInlineGroup = "policy-inline-group",
    /// Which user is in which group.
    Membership = "membership",
    /// An IAM user.
    User = "user",
    /// A policy inside a user.
    PolicyInlineUser = "policy-inline-user",
    /// An access key or a console password of a user.
    Credential = "credential",
    /// An instance profile, which hands a role to EC2 instances.
    InstanceProfile = "instance-profile",
    /// A permission set of IAM Identity Center, or its assignment to an account.
    Sso = "sso",
    /// A policy of a permission set.
    SsoPolicy = "sso-policy",
    /// A policy of AWS Organizations: a service or resource control policy.
    OrganizationsPolicy = "organizations-policy",
    /// The attachment of an Organizations policy to an account or unit.
    OrganizationsPolicyAttach = "organizations-policy-attach",
    /// A policy document written as blocks, which becomes JSON.
    PolicyDocument = "policy-document",
    /// The account and identity that deploy.
    CallerIdentity = "caller-identity",
    /// The organization that the account belongs to.
    Organization = "organization",
    /// A KMS key.
    KmsKey = "kms-key",
    /// The policy of a KMS key, where it is a resource of its own.
    PolicyKey = "policy-key",
    /// A KMS alias.
    KmsAlias = "kms-alias",
    /// A grant on a KMS key.
    KmsGrant = "kms-grant",
    /// A replica of a multi-Region key.
    KmsKeyReplica = "kms-key-replica",
    /// A KMS key whose material is imported.
    KmsKeyExternal = "kms-key-external",
    /// An S3 bucket.
    Bucket = "bucket",
    /// A bucket policy.
    PolicyBucket = "policy-bucket",
    /// The default encryption of a bucket.
    BucketSse = "bucket-sse",
    /// The public access block of a bucket.
    BucketBpa = "bucket-bpa",
    /// The public access block of the account.
    AccountBpa = "account-bpa",
    /// The object ownership of a bucket.
    BucketOwner = "bucket-owner",
    /// The access control list of a bucket.
    BucketAcl = "bucket-acl",
    /// The versioning of a bucket.
    BucketVer = "bucket-ver",
    /// The server access log of a bucket.
    BucketLog = "bucket-log",
    /// The replication of a bucket.
    BucketRepl = "bucket-repl",
    /// An S3 access point.
    AccessPoint = "access-point",
    /// The policy of an access point, where it is a resource of its own.
    PolicyAp = "policy-ap",
    /// A directory bucket.
    BucketDirectory = "bucket-directory",
    /// An S3 object.
    Object = "object",
    /// A VPC.
    Vpc = "vpc",
    /// The default VPC of a Region.
    VpcDefault = "vpc-default",
    /// A subnet.
    Subnet = "subnet",
    /// A default subnet.
    SubnetDefault = "subnet-default",
    /// The subnets that match a filter.
    Subnets = "subnets",
    /// An internet gateway.
    Igw = "igw",
    /// The attachment of an internet gateway to a VPC.
    IgwAttach = "igw-attach",
    /// An egress-only internet gateway.
    Eigw = "eigw",
    /// A virtual private gateway, the AWS end of a VPN.
    Vgw = "vgw",
    /// A NAT gateway.
    Nat = "nat",
    /// A route table.
    RouteTable = "route-table",
    /// The route table that a VPC begins with.
    RouteTableDefault = "route-table-default",
    /// A route of a route table.
    Route = "route",
    /// The association of a route table with a subnet.
    RtAssoc = "rt-assoc",
    /// The association of a route table with a VPC, as its main table.
    RtMain = "rt-main",
    /// A VPC endpoint.
    Endpoint = "endpoint",
    /// The policy of a VPC endpoint, where it is a resource of its own.
    EndpointPolicy = "endpoint-policy",
    /// The association of a gateway endpoint with a route table.
    EndpointRt = "endpoint-rt",
    /// The association of an interface endpoint with a subnet.
    EndpointSubnet = "endpoint-subnet",
    /// The association of an interface endpoint with a security group.
    EndpointSg = "endpoint-sg",
    /// The private DNS of an endpoint, where it is a resource of its own.
    EndpointDns = "endpoint-dns",
    /// A service that endpoints lead to.
    EndpointService = "endpoint-service",
    /// A security group.
    Sg = "sg",
    /// The default security group of a VPC.
    SgDefault = "sg-default",
    /// A rule of a security group.
    SgRule = "sg-rule",
    /// A network ACL.
    Nacl = "nacl",
    /// The network ACL that a VPC begins with.
    NaclDefault = "nacl-default",
    /// A rule of a network ACL.
    NaclRule = "nacl-rule",
    /// The association of a network ACL with a subnet.
    NaclAssoc = "nacl-assoc",
    /// A prefix list, one's own or that of an AWS service.
    PrefixList = "prefix-list",
    /// A flow log.
    FlowLog = "flow-log",
    /// A VPC peering connection.
    Peering = "peering",
    /// The attachment of a VPC to a transit gateway.
    TgwAttach = "tgw-attach",
    /// The public access block of all VPCs of a Region.
    BpaVpc = "bpa-vpc",
    /// A VPC or subnet left out of the public access block.
    BpaVpcExcl = "bpa-vpc-excl",
    /// A network firewall.
    Firewall = "firewall",
    /// The association of a DNS firewall with a VPC.
    DnsFirewall = "dns-firewall",
    /// An ECR repository.
    Repository = "repository",
    /// The policy of a repository, where it is a resource of its own.
    PolicyRepo = "policy-repo",
    /// The policy of the ECR registry.
    PolicyRegistry = "policy-registry",
    /// How the ECR registry scans images.
    RegistryScan = "registry-scan",
    /// A rule by which ECR fetches images from elsewhere.
    PullThrough = "pull-through",
    /// An image in a repository.
    Image = "image",
    /// A container image that AWS provides for SageMaker.
    ImagePrebuilt = "image-prebuilt",
    /// A log group.
    LogGroup = "log-group",
    /// A trail that records API calls.
    Trail = "trail",
    /// A secret.
    Secret = "secret",
    /// The value of a secret.
    SecretValue = "secret-value",
    /// A parameter of Systems Manager.
    Parameter = "parameter",
    /// A Lambda function.
    Lambda = "lambda",
    /// A Glue job.
    Glue = "glue",
    /// An Athena workgroup.
    Athena = "athena",
    /// A CloudFormation stack inside the configuration.
    NestedStack = "nested-stack",
    /// A share of resources with other accounts.
    Ram = "ram",
    /// The AWS partition.
    Partition = "partition",
    /// An AWS Region.
    Region = "region",
    /// The outputs of another Terraform configuration.
    RemoteState = "remote-state",
}

/// The kinds that one reference may name: whoever takes a key takes an alias too.
impl Kind {
    /// What encrypts: a key or its alias.
    pub const KEYS: &[Self] = &[
        Self::KmsKey,
        Self::KmsAlias,
        Self::KmsKeyReplica,
        Self::KmsKeyExternal,
    ];
    /// Buckets of either sort.
    pub const BUCKETS: &[Self] = &[Self::Bucket, Self::BucketDirectory];
    /// What an image comes from.
    pub const IMAGES: &[Self] = &[Self::Repository, Self::Image, Self::ImagePrebuilt];
    /// What a prefix list is named by: itself, or a gateway endpoint, which has one.
    pub const PREFIX_LISTS: &'static [Self] = &[Self::PrefixList, Self::Endpoint];

    /// VPCs, the default one included.
    pub const VPCS: &[Self] = &[Self::Vpc, Self::VpcDefault];
    /// Subnets, default ones included.
    pub const SUBNETS: &[Self] = &[Self::Subnet, Self::SubnetDefault];
    /// Security groups, the default one included.
    pub const SECURITY_GROUPS: &[Self] = &[Self::Sg, Self::SgDefault];
    /// Route tables, the default one included.
    pub const ROUTE_TABLES: &[Self] = &[Self::RouteTable, Self::RouteTableDefault];
}
