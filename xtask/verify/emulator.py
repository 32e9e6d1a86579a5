"""AWS on loopback, and the stack on it."""

import io
import json
import time
import zipfile

import boto3
from botocore.config import Config
from common import ACCOUNT, REGION, STACK, Failed, check
from service import Service


class MiniStack(Service):
    """AWS on loopback, for as long as the block runs."""

    def __init__(self, work):
        account = {"MINISTACK_ACCOUNT_ID": ACCOUNT, "MINISTACK_REGION": REGION}
        super().__init__("corrected.py", work / "ministack.log", **account)

    def client(self, service):
        session = boto3.Session(ACCOUNT, "secret", region_name=REGION)
        return session.client(service, endpoint_url=self.url, config=Config(s3={"addressing_style": "path"}))


def without_versions_of_machines(cloudformation):
    """MiniStack's CloudFormation has no versions and no aliases of state machines; its Step Functions has."""
    unknown = ["AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachineAlias"]
    template = pointing_to_machines(cloudformation)
    template["Resources"] = {name: it for name, it in template["Resources"].items() if it["Type"] not in unknown}
    return template


def pointing_to_machines(value):
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return {"Ref": value["Ref"].removesuffix("Aliaslive")}
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            return {"Fn::Sub": value["Fn::Sub"].replace("Aliaslive}", "}")}
        return {key: pointing_to_machines(inner) for key, inner in value.items()}
    return [pointing_to_machines(inner) for inner in value] if isinstance(value, list) else value


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
