"""Checks of what `cargo xtask emit-deploy` wrote, without running it: each by a tool that somebody else wrote."""

import copy
import json
import os
import re
import shutil

from common import ACCOUNT, REGION, STACK, check, run, tool
from parliament import analyze_policy_string
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


def expanded(template):
    """The template as plain CloudFormation. The code and the definitions stand where `sam deploy` puts them."""
    sam = yaml_parse(template.read_text())
    for resource in sam["Resources"].values():
        properties = resource.get("Properties", {})
        if "CodeUri" in properties:
            properties["CodeUri"] = {"Bucket": "artifacts", "Key": "bootstrap.zip"}
        if "DefinitionUri" in properties:
            definition = template.parent / properties.pop("DefinitionUri")
            properties["Definition"] = json.loads(definition.read_text())
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    loader = type("NoManagedPolicies", (), {"load": lambda self: {}})()
    return transform(sam, {}, loader)


def lint(cloudformation, work):
    file = work / "template.json"
    file.write_text(json.dumps(cloudformation))
    run(tool("cfn-lint"), file)


def cdk(options):
    """The app of docs/deploy.md is right for TypeScript, and CDK synthesises it from the checked-in definition."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "not checked: node and npm are missing"
    app = options.work / "cdk"
    shutil.copytree(options.workspace / "xtask/verify/cdk", app, dirs_exist_ok=True)
    handlers = app / "handlers"
    handlers.mkdir(exist_ok=True)
    shutil.copy(options.handlers, handlers / "bootstrap")
    run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", app)
    run("node", app / "node_modules/typescript/bin/tsc", "--project", app)
    out = app / "out"
    run("node", app / "app.js", options.workspace.resolve(), handlers, out)
    template = json.loads((out / "shop.template.json").read_text())
    machines = [it for it in template["Resources"].values() if it["Type"] == "AWS::StepFunctions::StateMachine"]
    definition = (options.workspace / "order-workflow/asl/order-fulfillment.asl.json").read_text()
    placeholders = set(re.findall(r"\$\{(\w+)\}", definition))
    filled_in = machines[0]["Properties"]["DefinitionSubstitutions"]
    check(set(filled_in) == placeholders, f"CDK fills in {sorted(filled_in)}")
    return f"{len(template['Resources'])} resources"


def filled(value):
    """A value of the template with its `Fn::Sub` filled in."""
    if isinstance(value, dict):
        if set(value) == {"Fn::Sub"}:
            text = value["Fn::Sub"]
            places = {"Partition": "aws", "Region": REGION, "AccountId": ACCOUNT, "StackName": STACK}
            for name, place in places.items():
                text = text.replace(f"${{AWS::{name}}}", place)
            return text
        if set(value) == {"Ref"} and value["Ref"] == "AWS::AccountId":
            return ACCOUNT
        return {key: filled(inner) for key, inner in value.items()}
    return [filled(inner) for inner in value] if isinstance(value, list) else value


def policies(cloudformation):
    """The policy of every role, by the role's logical id."""
    for name, resource in cloudformation["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"]["Policies"]:
                yield name, filled(policy["PolicyDocument"])


def no_policy_is_odd(name, document):
    findings = analyze_policy_string(json.dumps(document)).findings
    check(not findings, f"{name}: {[str(finding) for finding in findings]}")


def every_statement_counts(iam, name, document):
    """Each statement allows what it says, and nothing allows it once the statement is gone."""

    def allowed(document, actions, resource):
        resource = resource.replace("*", "7") if resource != "*" else resource
        found = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(document)], ActionNames=actions, ResourceArns=[resource]
        )["EvaluationResults"]
        check([it["EvalActionName"] for it in found] == actions, f"{name}: not every action is answered for")
        return [it["EvalActionName"] for it in found if it["EvalDecision"] == "allowed"]

    for at, statement in enumerate(document["Statement"]):
        less = copy.deepcopy(document)
        del less["Statement"][at]
        for resource in statement["Resource"]:
            known = allowed(document, statement["Action"], resource)
            check(known == statement["Action"], f"{name}: of {statement['Action']} only {known} are allowed on {resource}")
            if less["Statement"]:
                twice = allowed(less, statement["Action"], resource)
                check(not twice, f"{name}: {twice} are allowed twice on {resource}")
