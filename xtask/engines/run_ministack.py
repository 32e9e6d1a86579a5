"""Runs recorded executions on MiniStack, a whole AWS on loopback, through the API of Step Functions, and compares.

Usage: run_ministack.py FOLDER MOST LOG. Every state machine is created, and at most MOST of its executions are started,
spread over those that were recorded and several at once. What their tasks are asked is answered as it was recorded, by
an endpoint on loopback. MiniStack waits for every branch and iteration where Step Functions stops them after a failure,
so an execution in which something was stopped is compared only where both come to the same.
"""

import collections
import concurrent.futures
import http.client
import http.server
import json
import re
import sys
import threading
import time

from recordings import Hangs, Script, difference, differences, executions, summary
from service import Service

REGION = "us-east-1"
AT_ONCE = 16
# Nothing waits in there, so whatever takes longer has come to a halt.
LONGEST_SECONDS = 60
# Of the executions that were recorded, and the first of those where state machines are created.
ACCOUNT = 123_456_789_012


class Running:
    """An execution that runs, as its tasks see it."""

    def __init__(self, account, execution):
        self.account, self.script = account, Script(execution)
        self.drawn = collections.defaultdict(collections.deque)
        for expression, value in execution["drawn"]:
            self.drawn[re.fullmatch(r"\s*\$(\w+)\(\)\s*", expression)[1]].append(value)
        self.hangs = False
        self.lock = threading.Lock()

    def placed(self, text):
        """What is said in its account, as it is said in the one of the recording."""
        return text.replace(self.account, str(ACCOUNT))

    def answer(self, state, arguments):
        with self.lock:
            try:
                return self.script.answer(state, arguments)
            except Hangs:
                return {"hangs": True}

    def asked(self, what, question):
        if what == "/drawn":
            return self.drawn[question["function"]].popleft()
        answer = self.answer(question["state"], question["arguments"])
        if "hangs" in answer:
            # Nobody waits for it: the execution ends in some way that is not looked at.
            self.hangs = True
            return {"error": "States.Runtime", "cause": "the task is never heard of again"}
        return answer


running = {}
creating = threading.Lock()


class Endpoint(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        ran = running[json.loads(text)["execution"]]
        body = json.dumps(ran.asked(self.path, json.loads(ran.placed(text)))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    # As many as may ask at once: each iteration of a Map is one.
    request_queue_size = 1024


class StepFunctions:
    """The API, of as many accounts as one likes: an account sees nothing of another."""

    def __init__(self, port):
        self.port, self.connections = port, threading.local()

    def call(self, account, action, **arguments):
        if not hasattr(self.connections, "held"):
            self.connections.held = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_SECONDS)
        credential = f"{account}/20260101/{REGION}/states/aws4_request"
        headers = {
            "X-Amz-Target": f"AWSStepFunctions.{action}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0",
        }
        self.connections.held.request("POST", "/", json.dumps(arguments), headers)
        response = self.connections.held.getresponse()
        answer = json.loads(response.read() or b"{}")
        if response.status != 200:
            raise RuntimeError(f"{action}: {answer.get('__type')}: {answer.get('message')}")
        return answer


class Machine:
    """A state machine, created in an account where there is none of its name, and no execution of a name yet."""

    taken = collections.Counter()

    def __init__(self, functions, workflow, definition):
        self.functions = functions
        self.workflow, self.definition = workflow or "machine", json.dumps(definition)
        self.accounts, self.names = {}, collections.Counter()
        self.lock = threading.Lock()

    def at(self, name):
        """The account and the ARN for an execution of this name."""
        with self.lock:
            times = self.names[name]
            self.names[name] += 1
            if times not in self.accounts:
                with creating:
                    account = str(ACCOUNT + self.taken[self.workflow])
                    self.taken[self.workflow] += 1
                role = f"arn:aws:iam::{account}:role/execution"
                created = self.functions.call(
                    account, "CreateStateMachine", name=self.workflow, definition=self.definition, roleArn=role
                )
                self.accounts[times] = account, created["stateMachineArn"]
            return self.accounts[times]

    def run(self, number, execution):
        """How an execution went, and how it ended."""
        name = execution["name"] or f"execution-{number}"
        account, machine = self.at(name)
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        ran = running[arn] = Running(account, execution)
        try:
            self.functions.call(account, "StartExecution", stateMachineArn=machine, name=name, input=execution["input"])
            until = time.monotonic() + LONGEST_SECONDS
            found = {"status": "RUNNING"}
            while found["status"] == "RUNNING":
                if time.monotonic() > until:
                    raise RuntimeError(f"it runs for longer than {LONGEST_SECONDS} seconds")
                time.sleep(0.01)
                found = self.functions.call(account, "DescribeExecution", executionArn=arn)
        finally:
            del running[arn]
        found = json.loads(ran.placed(json.dumps(found)))
        outcome = {key: found.get(key) for key in ("status", "error", "cause")}
        outcome["output"] = json.loads(found["output"]) if found.get("output") else None
        return ran, outcome


def supported(definition):
    """Whether MiniStack has what the state machine does: of a distributed Map it has JSONPath's alone."""
    words = json.dumps(definition)
    return '"DISTRIBUTED"' not in words and '"TimeoutSeconds": "{%' not in words


def draws_alone(execution):
    """Whether each expression that draws a value does nothing else."""
    return all(re.fullmatch(r"\s*\$\w+\(\)\s*", expression) for expression, _ in execution["drawn"])


def spread(found, most):
    """At most so many of a list, from its start to its end."""
    return found if len(found) <= most else [found[at * len(found) // most] for at in range(most)]


def compared(machine, number, execution):
    """In what an execution differs; None where it says nothing."""
    try:
        ran, outcome = machine.run(number, execution)
    except Exception as error:  # Whatever it is: the engine gives no answer.
        return [f"the engine ends with {type(error).__name__}: {error}"]
    if ran.hangs and execution["stopped"]:
        return None
    found = differences(execution, ran.script, outcome)
    # Which of several branches fails first is a matter of time, which does not pass here.
    return None if found and execution["stopped"] else found


def main(folder, most, log):
    groups = {}
    counts = {"executions": 0, "machines": 0, "stopped": 0, "drawn": 0, "unsupported": 0, "differ": 0}
    for where, workflow, definition, execution in executions(folder):
        if not supported(definition):
            counts["unsupported"] += 1
        elif not draws_alone(execution):
            counts["drawn"] += 1
        else:
            groups.setdefault(where, (workflow, definition, []))[2].append(execution)
    counts["machines"] = len(groups)
    endpoint = Server(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()
    script = f"http://127.0.0.1:{endpoint.server_port}"
    with (
        Service("scripted.py", log, SCRIPT=script, MINISTACK_REGION=REGION, LOG_LEVEL="ERROR") as service,
        concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        functions = StepFunctions(service.port)
        cases = []
        for where, (workflow, definition, recorded) in groups.items():
            machine = Machine(functions, workflow, definition)
            for execution in spread(recorded, most):
                ended = threads.submit(compared, machine, len(cases), execution)
                cases.append((where, workflow, execution, ended))
        for where, workflow, execution, ended in cases:
            found = ended.result()
            if found is None:
                counts["stopped"] += 1
                continue
            counts["executions"] += 1
            if found:
                counts["differ"] += 1
                difference(where, workflow, found, input=execution["input"])
    summary(**counts)


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
