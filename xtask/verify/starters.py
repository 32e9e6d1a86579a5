"""What starts a workflow by itself: events and requests."""

import json
import time
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from common import ACCOUNT, REGION, STACK, check


def an_event_starts_what_it_fits(options, ministack, functions):
    """The rule lets through what the input's schema asks for, and the execution has the event's detail as its input."""
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-order-fulfillment"
    order = json.loads((options.workspace / "order-workflow/inputs/order-fulfillment.json").read_text())
    order["order_id"] = "event-1"
    without_email = {key: value for key, value in order.items() if key != "email"}
    event = {"Source": "shop.web", "DetailType": "OrderPlaced"}

    def started():
        return {it["executionArn"] for it in functions.list_executions(stateMachineArn=machine)["executions"]}

    before = started()
    # The one that fits comes last: once it has started something, the others would have.
    for detail in [without_email, order]:
        put = ministack.client("events").put_events(Entries=[{**event, "Detail": json.dumps(detail)}])
        check(put["FailedEntryCount"] == 0, str(put))
    for _ in range(300):
        new = [functions.describe_execution(executionArn=execution) for execution in started() - before]
        if new and all(it["status"] != "RUNNING" for it in new):
            break
        time.sleep(0.1)
    check(len(new) == 1, f"{len(new)} executions were started by the two events")
    check(new[0]["status"] == "SUCCEEDED" and json.loads(new[0]["input"]) == order, str(new))


def a_request_starts_what_it_fits(options, ministack, functions):
    """A body that fits the schema is the input of an execution, and any other is refused."""
    [api] = [it for it in ministack.client("apigateway").get_rest_apis()["items"] if it["name"] == f"{STACK}-requests"]
    url = f"{ministack.url}/restapis/{api['id']}/live/_user_request_/refund"
    payment = json.loads((options.workspace / "order-workflow/inputs/refund.small.json").read_text())
    # Quotes of both kinds, and what is not ASCII.
    payment["orderId"] = """it's "größer\\" \n"""

    def asked(body, kind="application/json"):
        request = AWSRequest("POST", url, data=body.encode(), headers={"Content-Type": kind})
        SigV4Auth(Credentials(ACCOUNT, "secret"), "execute-api", REGION).add_auth(request)
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body.encode(), dict(request.headers))) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    for body, kind, expected in [
        (json.dumps({**payment, "cents": "many"}), "application/json", 400),
        (json.dumps({key: value for key, value in payment.items() if key != "paymentId"}), "application/json", 400),
        ("{", "application/json", 400),
        (json.dumps(payment), "text/plain", 415),
    ]:
        status, answer = asked(body, kind)
        check(status == expected, f"{body} as {kind} is answered {status}, {answer}")
    status, answer = asked(json.dumps(payment))
    check(status == 200 and ":execution:" in answer["executionArn"], f"{status}: {answer}")
    for _ in range(300):
        found = functions.describe_execution(executionArn=answer["executionArn"])
        if found["status"] != "RUNNING":
            break
        time.sleep(0.1)
    check(found["status"] == "SUCCEEDED" and json.loads(found["input"]) == payment, str(found))
