#!/usr/bin/env python3
"""Writes what the serverless transform knows by name (named_policies.txt) to standard output: its policy
templates, and the managed policies that have a path.

What
    A line that begins with `#` is for people. One that begins with a letter is a policy template: its name, then its parameters. Each line below it
    that begins with a tab is one of its statements, which all allow: actions, then resources, then, if there
    is one, a condition as operator, key and value, with tabs between. `${Name}` in a resource or value stands
    for a parameter.
    A line that begins with `/` is a path: below it, the names of managed policies that have it.

From where
    PyPI aws-sam-translator 1.115.0, Apache-2.0, Copyright Amazon.com, Inc. or its affiliates:
    samtranslator/policy_templates_data/policy_templates.json and
    samtranslator/internal/data/aws_managed_policies.json. Get it with
        pip download --no-deps aws-sam-translator==1.115.0

How to run
    python3 serverless-policy-templates.py aws_sam_translator-1.115.0-py3-none-any.whl > named_policies.txt
    Python 3.8 or later, standard library only, no network.
"""

import json
import re
import sys
import zipfile


HEAD = """\
# What the serverless transform knows by name, as ci/serverless-policy-templates.py writes it, which says how to read
# it. Facts of aws-sam-translator 1.115.0 (Apache-2.0), Copyright Amazon.com, Inc. or its affiliates.
"""


def one_or_all(value):
    return value if isinstance(value, list) else [value]


def text(value):
    """A text in which `${Name}` stands for a parameter."""
    if isinstance(value, str):
        return value
    if set(value) == {"Ref"}:
        return "${" + value["Ref"] + "}"
    assert set(value) == {"Fn::Sub"}, value
    if isinstance(value["Fn::Sub"], str):
        return value["Fn::Sub"]
    template, own = value["Fn::Sub"]
    return re.sub(r"\$\{([^}]*)\}", lambda m: "${" + own[m[1]]["Ref"] + "}" if m[1] in own else m[0], template)


def main(path):
    archive = zipfile.ZipFile(path)
    templates = json.loads(archive.read("samtranslator/policy_templates_data/policy_templates.json"))["Templates"]
    managed = json.loads(archive.read("samtranslator/internal/data/aws_managed_policies.json"))["aws"]
    print(HEAD, end="")
    for name, template in sorted(templates.items()):
        print(" ".join([name, *sorted(template["Parameters"])]))
        for statement in template["Definition"]["Statement"]:
            assert statement["Effect"] == "Allow"
            assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}, statement
            fields = [
                " ".join(one_or_all(statement["Action"])),
                " ".join(text(one) for one in one_or_all(statement["Resource"])),
            ]
            for operator, keys in statement.get("Condition", {}).items():
                for key, value in keys.items():
                    fields += [operator, key, text(value)]
            print("\t" + "\t".join(fields))
    paths = {}
    for name, arn in managed.items():
        path = arn.split(":policy", 1)[1][: -len(name)]
        # What only roles of services have is attached by AWS alone.
        if path not in ("/", "/aws-service-role/"):
            paths.setdefault(path, []).append(name)
    for path, names in sorted(paths.items()):
        print(path)
        for name in sorted(names):
            print(name)


main(sys.argv[1])
