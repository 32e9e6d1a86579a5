"""What starts a workflow by itself: events and requests."""

import json
import time
import urllib.error
import urllib.request

import airspeed
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


class Input:
    """The request, as a mapping template sees it."""

    def __init__(self, body):
        self.body = body

    def json(self, path):
        check(path == "$", f"the template asks for {path}")
        return json.dumps(json.loads(self.body), ensure_ascii=False)


class Util:
    """The functions of a mapping template, as far as it calls them."""

    ESCAPED = {'"': '\\"', "'": "\\'", "\\": "\\\\", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

    def escapeJavaScript(self, text):
        return "".join(self.ESCAPED.get(it) or (it if " " <= it <= "~" else f"\\u{ord(it):04x}") for it in text)


def a_request_starts_what_it_fits(options, cloudformation, ministack, functions):
    """A body that fits the schema is the input of an execution, and any other is refused.

    MiniStack's API Gateway does not call Step Functions, so what its method's template makes of the body (rendered by
    an engine for Velocity that others wrote) is sent there in its place.
    """
    gateway = ministack.client("apigateway")
    [api] = [it["id"] for it in gateway.get_rest_apis()["items"] if it["name"] == f"{STACK}-requests"]
    [path] = [it["id"] for it in gateway.get_resources(restApiId=api)["items"] if it["path"] == "/refund"]
    method = {"restApiId": api, "resourceId": path, "httpMethod": "POST"}
    # Its CloudFormation makes no validators, its API Gateway does.
    resources = cloudformation["Resources"]
    check(resources["RefundRequestMethod"]["Properties"]["RequestValidatorId"] == {"Ref": "RequestValidator"}, "no validator")
    validates = resources["RequestValidator"]["Properties"]["ValidateRequestBody"]
    validator = gateway.create_request_validator(restApiId=api, name="body", validateRequestBody=validates)["id"]
    patch = {"op": "replace", "path": "/requestValidatorId", "value": validator}
    gateway.update_method(**method, patchOperations=[patch])
    url = f"{ministack.url}/restapis/{api}/live/_user_request_/refund"

    def status_of(body, kind="application/json", signed=True):
        request = AWSRequest("POST", url, data=body.encode(), headers={"Content-Type": kind})
        if signed:
            SigV4Auth(Credentials(ACCOUNT, "secret"), "execute-api", REGION).add_auth(request)
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body.encode(), dict(request.headers))) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    payment = json.loads((options.workspace / "order-workflow/inputs/refund.small.json").read_text())
    # Quotes of both kinds, and what is not ASCII.
    payment["orderId"] = """it's "gr\u00f6\u00dfer\\" / \n"""
    without_id = {key: value for key, value in payment.items() if key != "paymentId"}
    for body in [json.dumps({**payment, "cents": "many"}), json.dumps(without_id), "{", "[]"]:
        check(status_of(body) == 400, f"{body} is not refused")
    check(status_of(json.dumps(payment), kind="text/plain") == 415, "a text is not refused")
    check(status_of(json.dumps(payment), signed=False) == 403, "a request that nobody signed is not refused")
    # It got through, to what MiniStack does not have.
    check(status_of(json.dumps(payment)) == 504, "a body that fits is refused")

    found = gateway.get_integration(**method)
    check(found["uri"] == f"arn:aws:apigateway:{REGION}:states:action/StartExecution", found["uri"])
    check("RefundRequestRole" in found["credentials"], str(found))
    template = airspeed.Template(found["requestTemplates"]["application/json"])
    rendered = json.loads(template.merge({"input": Input(json.dumps(payment)), "util": Util()}))
    execution = functions.start_execution(**rendered)["executionArn"]
    for _ in range(300):
        found = functions.describe_execution(executionArn=execution)
        if found["status"] != "RUNNING":
            break
        time.sleep(0.1)
    check(found["status"] == "SUCCEEDED" and json.loads(found["input"]) == payment, str(found))
