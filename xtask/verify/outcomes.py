"""Executions on the stack and in process, which have to end alike."""

import json
import sqlite3
import time

from common import ACCOUNT, REGION, STACK, Failed, check, run, tool
from jsonschema import Draft202012Validator

CARD = {"name": "John Doe", "cardType": "MASTERCARD", "expiration": "08/26"}
SOLD_OUT = {"itemId": "i-12", "price": 5, "itemDescription": "iPod"}

# A workflow, the file with its input, what is changed in it, and what who is asked for an approval says. Orders have a name for each case, because the
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
    # The seed of the handlers' bad luck has the bank refuse this customer, and this item sold out.
    ("order-processing", "order-processing.json", {"customerId": "c-2"}),
    ("order-processing", "order-processing.json", {"orderContents": {"items": [SOLD_OUT]}}),
    ("order-processing", "order-processing.json", {"paymentDetails": {**CARD, "cardNumber": ""}}),
    ("order-saga", "order-saga.json", {"orderId": "s-1"}),
    ("order-saga", "order-saga.json", {"orderId": "s-2", "paymentMethod": "DeclinedCard"}),
    ("order-saga", "order-saga.json", {"orderId": "s-3", "address": "Atlantis"}),
    ("order-saga", "order-saga.json", {"orderId": "s-4", "lines": [{"sku": "SKU000", "quantity": 1, "cents": 5}]}),
    ("refund", "refund.small.json", {}),
    ("refund", "refund.large.json", {"orderId": "r-2"}, "yes"),
    ("refund", "refund.large.json", {"orderId": "r-3"}, "no"),
]


def native(options, workflow, event, approve):
    """The outcome in process, and what the services were asked."""
    history = options.work / "history.json"
    words = ["run", workflow, "--input", "-", "--seed", "1", "--history", history]
    words += ["--approve", approve] if approve else []
    outcome = json.loads(run(options.program, *words, stdin=json.dumps(event), codes=(0, 1)))
    history = json.loads(history.read_text())
    scheduled = [event["taskScheduledEventDetails"] for event in history["events"] if event["type"] == "TaskScheduled"]
    return outcome, [json.loads(it["parameters"]) for it in scheduled if it["resourceType"] != "lambda"]


def deployed(options, functions, workflow, event, approve):
    """The outcome on Step Functions."""
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-{workflow}"
    execution = functions.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]
    if approve:
        decision = {"approved": approve == "yes", "by": "the command line"}
        functions.send_task_success(taskToken=token(options, event["orderId"]), output=json.dumps(decision))
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


def token(options, order):
    """The token of a mail that asks for an approval, which the handler has put into the outbox."""
    for _ in range(300):
        with sqlite3.connect(f"file:{options.work / 'orders.sqlite'}?mode=ro", uri=True) as store:
            found = store.execute("SELECT body FROM mails WHERE subject LIKE ?", [f"%order {order}?"]).fetchone()
        if found:
            return found[0].rsplit(" ", 1)[1]
        time.sleep(0.1)
    raise Failed(f"no mail asks whether to give the money for order {order} back")


def comparable(outcome):
    """Causes that are JSON are compared as JSON, and without the trace of a stack that Lambda may add. What a service
    made up is another every time."""
    outcome = json.loads(json.dumps(outcome))
    if isinstance(outcome.get("output"), dict) and outcome["output"].get("message_id"):
        outcome["output"]["message_id"] = "made up by SNS"
    try:
        cause = json.loads(outcome.get("cause", ""))
        cause.pop("stackTrace", None)
        outcome["cause"] = cause
    except (ValueError, AttributeError):
        pass
    return outcome


def cases(inputs):
    for workflow, file, changes, *approve in CASES:
        event = json.loads((inputs / file).read_text())
        for key, value in changes.items():
            if value is None:
                del event[key]
            else:
                event[key] = value
        yield workflow, event, approve[0] if approve else None


def valid(schema, value, what):
    problems = [problem.message for problem in Draft202012Validator(schema).iter_errors(value)]
    check(not problems, f"{what} does not fit its schema: {problems}")


def stored(tables):
    """The orders of `order-processing`, by their id."""
    found = tables.scan(TableName="CustomerOrders", ConsistentRead=True)["Items"]
    return {item["OrderId"]["S"]: item for item in found}


def outcomes_are_equal(options, functions, tables):
    schemas = options.workspace / "order-workflow/schemas"
    schemas = {file.name.removesuffix(".schema.json"): json.loads(file.read_text()) for file in schemas.iterdir()}
    known = {case[0] for case in CASES}
    check(set(schemas) == known, f"not every workflow has a case: {sorted(set(schemas) ^ known)}")
    succeeded = set()
    failed = set()
    for workflow, event, approve in cases(options.workspace / "order-workflow/inputs"):
        schema = schemas[workflow]
        valid(schema, event, f"an input of {workflow}")
        here, asked = native(options, workflow, event, approve)
        before = stored(tables)
        there = deployed(options, functions, workflow, event, approve)
        check(
            comparable(here) == comparable(there),
            f"{workflow} on {json.dumps(event)}\n  in process: {here}\n  deployed:   {there}",
        )
        new = [item for order, item in stored(tables).items() if order not in before]
        put = [{**it["Item"], "OrderId": new[0]["OrderId"] if new else None} for it in asked if "Item" in it]
        check(new == put, f"{workflow} on {json.dumps(event)}\n  puts in process: {put}\n  deployed:        {new}")
        if here["status"] == "SUCCEEDED":
            succeeded.add(workflow)
            valid({**schema, "$ref": "#/$defs/output"}, there["output"], f"the output of {workflow}")
        else:
            failed.add(workflow)
            names = schema["$defs"]["errors"]["enum"]
            check(there["error"] in names or there["error"].startswith("States."), f"{there['error']} is not in {workflow}'s schema")
    check(succeeded == failed == known, f"not every workflow succeeded and failed: {succeeded}, {failed}")
    return f"{len(CASES)} executions of {len(known)} workflows ended as in process, good and bad"


def functions_answer(functions):
    """A result is the payload; an error is told in the header, and has its name and its text in the payload."""

    def invoked(payload):
        answer = functions.invoke(FunctionName=f"{STACK}-ResultHandler", Payload=json.dumps(payload))
        check(answer["StatusCode"] == 200, str(answer))
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    error, result = invoked({"type": "REFUND", "transactionId": "i-1", "status": "PROCESSED"})
    check(error is None and result["message"] == "REFUND i-1 completed", f"{error}: {result}")
    error, result = invoked({"type": 7})
    check(error == "Unhandled" and result["errorType"] == "InvalidPayload", f"{error}: {result}")
    check("does not fit" in result["errorMessage"], str(result))


def the_shown_command_validates(options):
    """The command of docs/deploy.md."""
    order = options.work / "order.json"
    good = json.loads((options.workspace / "order-workflow/inputs/order-fulfillment.json").read_text())
    schema = options.workspace / "order-workflow/schemas/order-fulfillment.schema.json"
    order.write_text(json.dumps(good))
    run(tool("check-jsonschema"), "--schemafile", schema, order)
    order.write_text(json.dumps({**good, "items": "none"}))
    run(tool("check-jsonschema"), "--schemafile", schema, order, codes=(1,))
