"""Checks what `cargo xtask emit-deploy` wrote with tools that others wrote, and runs it without an account.

The SAM template is expanded by aws-sam-translator, found clean by cfn-lint, and deployed by MiniStack's
CloudFormation, which runs the handlers' real program behind Lambda's runtime API. Every case of CASES is then run
there and in process, and has to end alike. Run by `cargo xtask verify-deploy`, which says how.
"""

import argparse
import copy
import io
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile

import boto3
import hcl2
from botocore.config import Config
from parliament import analyze_policy_string
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ACCOUNT, REGION, STACK = "123456789012", "eu-central-1", "shop"

CARD = {"name": "John Doe", "cardType": "MASTERCARD", "expiration": "08/26"}

# A workflow, the file with its input, and what is changed in it. Orders have a name for each case, because the
# handlers' store outlives a case on Lambda and not in process.
CASES = [
    ("purchase-refund", "purchase-refund.purchase.json", {}),
    ("purchase-refund", "purchase-refund.refund.json", {}),
    ("purchase-refund", "purchase-refund.purchase.json", {"operation": "sell"}),
    ("purchase-refund", "purchase-refund.purchase.json", {"operation": None}),
    ("transaction", "transaction.purchase.json", {}),
    ("transaction", "transaction.refund.json", {}),
    ("transaction", "transaction.purchase.json", {"type": "SWAP"}),
    ("transaction", "transaction.purchase.json", {"transactionId": "t-3", "amountCents": -1}),
    ("order-lifecycle", "order-lifecycle.json", {"orderId": "l-1"}),
    ("order-lifecycle", "order-lifecycle.json", {"orderId": "l-2", "customerEmail": "nobody"}),
    ("order-lifecycle", "order-lifecycle.json", {"orderId": "l-3", "items": [{"sku": "SKU000", "quantity": 1}]}),
    ("order-lifecycle", "order-lifecycle.json", {"orderId": "l-4", "paymentMethod": "DeclinedCard"}),
    ("order-fulfillment", "order-fulfillment.json", {"order_id": "f-1"}),
    ("order-fulfillment", "order-fulfillment.json", {"order_id": "f-2", "email": "nobody"}),
    ("order-fulfillment", "order-fulfillment.json", {"order_id": "f-3", "items": [{"item_id": "item0", "quantity": 1}]}),
    ("order-fulfillment", "order-fulfillment.json", {"order_id": "f-4", "payment_method": "DeclinedCard"}),
    ("order-processing", "order-processing.json", {}),
    ("order-processing", "order-processing.json", {"paymentDetails": {**CARD, "cardNumber": ""}}),
    ("order-saga", "order-saga.json", {"orderId": "s-1"}),
    ("order-saga", "order-saga.json", {"orderId": "s-2", "paymentMethod": "DeclinedCard"}),
    ("order-saga", "order-saga.json", {"orderId": "s-3", "address": "Atlantis"}),
    ("refund", "refund.small.json", {}),
]

# What MiniStack gets wrong, as it then ends. A fault that is gone fails the check, and its line can go.
FAULTS = {
    # It leaves out the `Assign` of a Parallel state.
    "order-processing": ("States.QueryEvaluationError", "JSONata expression did not return a result: $not($results"),
}


class Failed(Exception):
    """A check that did not hold."""


def check(holds, what):
    if not holds:
        raise Failed(what)


def run(*command, stdin=None, codes=(0,), **environment):
    done = subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True, text=True, env={**os.environ, **environment}
    )
    check(done.returncode in codes, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def tool(name):
    return pathlib.Path(sys.executable).with_name(name)


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


def terraform(module):
    """Parses the module and looks up every reference from one block to another."""
    files = sorted(module.glob("*.tf"))
    parsed = [hcl2.loads(file.read_text()) for file in files]
    check(len(files) == 4, f"{module} has {len(files)} files")
    bare = lambda name: name.strip('"')
    names = set()
    for file in parsed:
        names |= {f"var.{bare(name)}" for block in file.get("variable", []) for name in block}
        names |= {f"local.{name}" for block in file.get("locals", []) for name in block}
        for block in file.get("resource", []) + file.get("data", []):
            names |= {f"{bare(kind)}.{bare(name)}" for kind, of in block.items() for name in of if name != "__is_block__"}
    text = "\n".join(file.read_text() for file in files)
    used = set(re.findall(r"\b(?:var|local)\.[a-z_]+|\baws_[a-z_]+\.[a-z_]+", text))
    check(used <= names, f"the module refers to what it does not have: {sorted(used - names)}")
    declared = {name for name in names if name.startswith("var.")}
    check(declared <= used | {"var.architecture"}, f"variables that nothing uses: {sorted(declared - used)}")


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

    def decision(document, action, resource):
        resource = resource.replace("*", "7") if resource != "*" else resource
        result = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(document)], ActionNames=[action], ResourceArns=[resource]
        )
        return result["EvaluationResults"][0]["EvalDecision"]

    for at, statement in enumerate(document["Statement"]):
        less = copy.deepcopy(document)
        del less["Statement"][at]
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                where = f"{name}: {action} on {resource}"
                check(decision(document, action, resource) == "allowed", f"{where} is not allowed")
                if less["Statement"]:
                    check(decision(less, action, resource) != "allowed", f"{where} is allowed twice")


class MiniStack:
    """AWS on loopback, for as long as the block runs."""

    def __init__(self, work):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(work / "ministack.log", "w")

    def __enter__(self):
        settings = {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "MINISTACK_REGION": REGION,
            "SFN_WAIT_SCALE": "0",
        }
        self.process = subprocess.Popen(
            [tool("ministack")], env={**os.environ, **settings}, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        for _ in range(600):
            check(self.process.poll() is None, f"MiniStack did not start; see {self.log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.1)
        raise Failed("MiniStack did not answer within a minute")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def client(self, service):
        session = boto3.Session(ACCOUNT, "secret", region_name=REGION)
        return session.client(service, endpoint_url=self.url, config=Config(s3={"addressing_style": "path"}))


def without_versions_of_machines(cloudformation):
    """MiniStack's CloudFormation has no versions and no aliases of state machines; its Step Functions has."""
    template = copy.deepcopy(cloudformation)
    unknown = ["AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachineAlias"]
    resources = template["Resources"]
    for name in [name for name, resource in resources.items() if resource["Type"] in unknown]:
        del resources[name]
    for output in template["Outputs"].values():
        output["Value"]["Ref"] = output["Value"]["Ref"].removesuffix("Aliaslive")
    return template


def stack(ministack, cloudformation, handlers, database):
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        program = zipfile.ZipInfo("bootstrap")
        program.external_attr = 0o755 << 16
        archive.writestr(program, handlers.read_bytes(), zipfile.ZIP_DEFLATED, 1)
    s3 = ministack.client("s3")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="artifacts", Key="bootstrap.zip", Body=zipped.getvalue())
    template = json.dumps(without_versions_of_machines(cloudformation))
    s3.put_object(Bucket="artifacts", Key="template.json", Body=template)
    formation = ministack.client("cloudformation")
    parameters = {"Architecture": "x86_64", "OrderDb": str(database), "OrderSeed": "1", "OrderChance": "1"}
    formation.create_stack(
        StackName=STACK,
        TemplateURL=f"{ministack.url}/artifacts/template.json",
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )
    status = settled(formation, "CREATE_IN_PROGRESS")
    events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    reasons = [event for event in events if "FAILED" in event["ResourceStatus"]]
    check(status == "CREATE_COMPLETE", f"the stack is {status}: {reasons}")
    return formation


def settled(formation, while_status):
    for _ in range(600):
        stacks = formation.describe_stacks(StackName=STACK)["Stacks"]
        if not stacks or stacks[0]["StackStatus"] != while_status:
            return stacks[0]["StackStatus"] if stacks else "gone"
        time.sleep(0.2)
    raise Failed(f"the stack stays {while_status}")


def native(program, workflow, event):
    """The outcome in process."""
    text = run(program, "run", workflow, "--input", "-", "--seed", "1", stdin=json.dumps(event), codes=(0, 1))
    return json.loads(text)


def deployed(functions, workflow, event):
    """The outcome on Step Functions."""
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-{workflow}"
    execution = functions.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]
    for _ in range(600):
        found = functions.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            break
        time.sleep(0.1)
    outcome = {key: found.get(key) for key in ("status", "error", "cause")}
    # MiniStack gives one to an execution that failed, AWS does not.
    if found["status"] == "SUCCEEDED":
        outcome["output"] = json.loads(found["output"])
    return {key: value for key, value in outcome.items() if value is not None}


def comparable(outcome):
    """Causes that are JSON are compared as JSON, and without the trace of a stack that Lambda may add."""
    outcome = dict(outcome)
    try:
        cause = json.loads(outcome.get("cause", ""))
        cause.pop("stackTrace", None)
        outcome["cause"] = cause
    except (ValueError, AttributeError):
        pass
    return outcome


def cases(inputs):
    for workflow, file, changes in CASES:
        event = json.loads((inputs / file).read_text())
        for key, value in changes.items():
            if value is None:
                del event[key]
            else:
                event[key] = value
        yield workflow, event


def valid(schema, value, work):
    file = work / "value.json"
    file.write_text(json.dumps(value))
    run(tool("check-jsonschema"), "--schemafile", schema, file)


def outcomes_are_equal(options, functions, work):
    known = {file.name.removesuffix(".schema.json") for file in (options.workspace / "order-workflow/schemas").iterdir()}
    check(known == {case[0] for case in CASES}, f"not every workflow has a case: {sorted(known)}")
    succeeded, faults = 0, 0
    for workflow, event in cases(options.workspace / "order-workflow/inputs"):
        schema = options.workspace / f"order-workflow/schemas/{workflow}.schema.json"
        valid(schema, event, work)
        here, there = native(options.program, workflow, event), deployed(functions, workflow, event)
        if workflow in FAULTS:
            error, cause = FAULTS[workflow]
            known_fault = there.get("error") == error and there.get("cause", "").startswith(cause)
            check(known_fault, f"{workflow} ends as {there}; is the fault of MiniStack gone?")
            faults += 1
            continue
        check(
            comparable(here) == comparable(there),
            f"{workflow} on {json.dumps(event)}\n  in process: {here}\n  deployed:   {there}",
        )
        known = json.loads(schema.read_text())
        if here["status"] == "SUCCEEDED":
            succeeded += 1
            output = work / "output.schema.json"
            output.write_text(json.dumps({**known, "$ref": "#/$defs/output"}))
            valid(output, there["output"], work)
        else:
            names = known["$defs"]["errors"]["enum"]
            check(there["error"] in names or there["error"].startswith("States."), f"{there['error']} is not in {schema}")
    check(0 < succeeded < len(CASES), "the cases do not both succeed and fail")
    same = len(CASES) - faults
    return f"{same} executions, {succeeded} of them succeeded, ended as in process; {faults} met a known fault of MiniStack"


def commands_work(options, ministack, functions):
    """`deploy`, `diff`, `start` and `history` of xtask, on what CloudFormation made."""
    credentials = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": REGION}
    where = ["--endpoint-url", ministack.url, "--stack", STACK]

    def xtask(*words, codes=(0,)):
        return run(options.xtask, *words, *where, codes=codes, **credentials)

    same = xtask("diff").count(": the same\n")
    check(same == len({case[0] for case in CASES}), f"{same} definitions are what the code says")
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-transaction"
    found = json.loads(functions.describe_state_machine(stateMachineArn=machine)["definition"])
    found["Comment"] = "Edited by hand."
    functions.update_state_machine(stateMachineArn=machine, definition=json.dumps(found))
    diff = xtask("diff", "--workflow", "transaction", codes=(1,))
    check('-  "Comment": "Edited by hand.",' in diff, diff)
    said = xtask("deploy", "--workflow", "transaction", "--qualifier", "live")
    check(said == f"published: {machine}:1\n", said)
    check(xtask("deploy", "--workflow", "transaction", "--qualifier", "live") == f"unchanged: {STACK}-transaction\n", "")
    alias = functions.describe_state_machine_alias(stateMachineAliasArn=f"{machine}:live")
    check(alias["routingConfiguration"][0]["stateMachineVersionArn"] == f"{machine}:1", str(alias))
    check(xtask("diff", "--workflow", "transaction") == f"{STACK}-transaction: the same\n", "")

    inputs = options.workspace / "order-workflow/inputs"
    refund = inputs / "transaction.refund.json"
    said = xtask("start", "transaction", "--input", refund, "--qualifier", "live", "--follow")
    lines = said.splitlines()
    check(lines[0].startswith("arn:aws:states:") and lines[-1].startswith("SUCCEEDED {"), said)
    check(xtask("history", lines[0]).splitlines() == lines[1:], "the history is not what was followed")
    check(any("RefundHandler" in line or "Refund Handler" in line for line in lines), said)
    swap = '{"type": "SWAP"}'
    command = [options.xtask, "start", "transaction", "--input", "-", "--follow", *where]
    said = run(*command, stdin=swap, codes=(1,), **credentials)
    check("FAILED UnknownTransactionType: " in said, said)
    said = subprocess.run(
        [str(word) for word in command], input='{"type": 7}', text=True, capture_output=True, env={**os.environ, **credentials}
    )
    check(said.returncode == 2 and "does not fit" in said.stderr, f"{said}")
    # A new stack, from nothing but a definition and a role.
    role = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-transaction"
    new = ["--endpoint-url", ministack.url, "--stack", "other", "--account", ACCOUNT, "--role-arn", role]
    said = run(options.xtask, "deploy", "--workflow", "purchase-refund", *new, **credentials)
    check(said.startswith("published: ") and "other-purchase-refund" in said, said)


def torn_down(ministack, formation):
    formation.delete_stack(StackName=STACK)
    try:
        status = settled(formation, "DELETE_IN_PROGRESS")
    except formation.exceptions.ClientError:
        status = "gone"
    check(status in ("gone", "DELETE_COMPLETE"), f"the stack is {status}")
    functions = ministack.client("lambda").list_functions()["Functions"]
    left = [function["FunctionName"] for function in functions if function["FunctionName"].startswith(f"{STACK}-")]
    check(not left, f"functions are left: {left}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("workspace", "work", "handlers", "program", "xtask"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    deploy = options.workspace / "order-workflow/deploy"
    database = options.work / "orders.sqlite"
    for old in options.work.glob("orders.sqlite*"):
        old.unlink()

    def step(what, value=None):
        print(f"ok: {what}{': ' + value if value else ''}", flush=True)

    cloudformation = expanded(deploy / "sam/template.yaml")
    lint(cloudformation, options.work)
    step("the SAM template expands, and cfn-lint finds nothing")
    terraform(deploy / "terraform")
    step("the Terraform module parses, and every reference has a target")
    step("CDK reads a definition", cdk(options))
    documents = list(policies(cloudformation))
    for name, document in documents:
        no_policy_is_odd(name, document)
    step("parliament finds nothing in the policies", f"{len(documents)} roles")
    with MiniStack(options.work) as ministack:
        for name, document in documents:
            every_statement_counts(ministack.client("iam"), name, document)
        step("every statement allows something that no other allows")
        formation = stack(ministack, cloudformation, options.handlers, database)
        step("CloudFormation creates the stack")
        functions = ministack.client("stepfunctions")
        step("outcomes", outcomes_are_equal(options, functions, options.work))
        commands_work(options, ministack, functions)
        step("deploy, diff, start and history work on it")
        torn_down(ministack, formation)
        step("the stack is torn down")


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"failed: {failed}")
