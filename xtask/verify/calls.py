"""What the state machines that run really call, read from their definitions here once more, against their policies."""

import copy
import json

from common import ACCOUNT, REGION, STACK, check

# The actions that a role needs for each integration that the workflows use, and the argument that names the resource.
INTEGRATIONS = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName", "{}"),
    "lambda:invoke.waitForTaskToken": ("lambda:InvokeFunction", "FunctionName", "{}"),
    "dynamodb:putItem": ("dynamodb:PutItem", "TableName", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{}}"),
    "sns:publish": ("sns:Publish", "TopicArn", "{}"),
}
# What every state machine does besides: it traces, and has its log delivered.
BESIDES = {"logs", "xray"}


def calls(definition):
    """The action and the resource of each Task, those of branches and iterations too."""
    if isinstance(definition, list):
        for inner in definition:
            yield from calls(inner)
    elif isinstance(definition, dict):
        if definition.get("Type") == "Task":
            action, argument, arn = INTEGRATIONS[definition["Resource"].removeprefix("arn:aws:states:::")]
            yield action, arn.format(definition["Arguments"][argument])
        for inner in definition.values():
            yield from calls(inner)


def allowed(iam, document, call):
    action, resource = call
    found = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(document)], ActionNames=[action], ResourceArns=[resource]
    )
    return found["EvaluationResults"][0]["EvalDecision"] == "allowed"


def roles_allow_just_the_calls(ministack, documents):
    """The role of each state machine allows its calls, fails one of them without any of its statements, and allows no
    call of another machine that it does not make itself."""
    iam, functions = ministack.client("iam"), ministack.client("stepfunctions")
    roles = {}
    for machine in functions.list_state_machines()["stateMachines"]:
        found = functions.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        roles[found["name"]] = set(calls(json.loads(found["definition"])))
    every = set().union(*roles.values())
    for name, own in roles.items():
        role = "".join(word.capitalize() for word in name.removeprefix(f"{STACK}-").split("-")) + "Role"
        document = documents[role]
        for call in every:
            check(allowed(iam, document, call) == (call in own), f"{name}: {call} is {'not ' * (call in own)}allowed")
        for at, statement in enumerate(document["Statement"]):
            if {action.split(":")[0] for action in statement["Action"]} <= BESIDES:
                continue
            less = copy.deepcopy(document)
            del less["Statement"][at]
            missing = [call for call in own if not allowed(iam, less, call)]
            check(missing, f"{name}: nothing that it calls needs {statement['Sid']}")
            uncalled = set(statement["Action"]) - {action for action, _ in missing}
            check(not uncalled, f"{name}: it never calls {uncalled}")
            for resource in statement["Resource"]:
                used = [call for call in missing if call[1].startswith(resource.removesuffix("*"))]
                check(used, f"{name}: nothing calls {resource}")
    return f"{len(roles)} state machines, {len(every)} calls"
