"""What `WORKFLOW_RECORD` left behind, and how executions are compared: for the scripts that drive the engines.

A script prints one JSON object in each line: a `difference` for each, and at its end a `summary` of what it did.
"""

import collections
import json
import pathlib
import re
import sys

# Causes that each engine puts in words of its own.
OF_THE_ENGINE = {
    "States.QueryEvaluationError",
    "States.Runtime",
    "States.DataLimitExceeded",
    "States.ItemReaderFailed",
    "States.ResultWriterFailed",
}
MISSING = object()
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

# Whether an engine makes up names of its own.
makes_up = False


def lines(folder):
    """Every recorded line, with the file that it is in."""
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield path.stem, json.loads(line)


def executions(folder):
    """Every recorded execution, with its state machine: `(where, workflow, definition, execution)`."""
    machines = {}
    for file, line in lines(folder):
        if "definition" in line:
            machines[file, line["machine"]] = (line["workflow"], line["definition"])
        elif "attempts" in line:
            workflow, definition = machines[file, line["machine"]]
            yield f"{file}, machine {line['machine']}", workflow, definition, line


def comparable(value):
    """JSON as it is compared: a key that holds null is no key, and what an engine makes up is left out."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in sorted(value.items()) if item is not None}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 9e15:
        return int(value)
    if isinstance(value, str):
        if time := TIME.fullmatch(value):
            # One that is passed on whole keeps the text that it came as.
            seconds, fraction = time.groups(default="")
            return f"{seconds}.{fraction[:3]:0<3}Z"
        if value == "token" or value.startswith("task-token-"):
            return "(a task token)"
        if makes_up:
            value = UUID.sub("(a name)", value)
        return re.sub(r"arn:aws:states:[^ ]*:execution:.*", "(an execution)", value)
    return value


def asked(arguments):
    """What a task is asked, as it is compared."""
    payload = MISSING
    if isinstance(arguments, dict):
        if "StateMachineArn" in arguments:
            payload = arguments.get("Input")
        elif "FunctionName" in arguments and "Payload" in arguments:
            payload = arguments["Payload"]
    return written(comparable(arguments if payload is MISSING else payload))


def written(value):
    return json.dumps(comparable(value), sort_keys=True, ensure_ascii=False)


def text(cause):
    """A cause that holds JSON, compared as that."""
    try:
        value = json.loads(cause or "")
    except ValueError:
        return cause or ""
    return comparable(value) if isinstance(value, (dict, list)) else cause or ""


class Hangs(Exception):
    """A task that the workflow never heard of again, since something beside it failed."""


class Script:
    """Answers to an execution's tasks, by the state that asked and what it asked."""

    def __init__(self, execution):
        self.answers = collections.defaultdict(collections.deque)
        self.left = collections.Counter()
        for state, arguments, answer in execution["attempts"]:
            key = (state, written(json.loads(arguments)))
            self.answers[key].append(answer)
            self.left[key] += 1
        self.unexpected = []

    def answer(self, state, arguments):
        key = (state, asked(arguments))
        if not self.answers[key]:
            self.unexpected.append(key)
            raise Hangs
        self.left[key] -= 1
        return self.answers[key].popleft()


def differences(execution, script, outcome):
    """In what an engine's execution differs from the recorded one, in words."""
    ours, found = execution["outcome"], []
    if ours["status"] != outcome["status"]:
        found.append(
            f"the status is {ours['status']} ({ours['error']}), and {outcome['status']} "
            f"({outcome.get('error')}: {outcome.get('cause')}) of the engine"
        )
        return found
    if ours["status"] == "SUCCEEDED" and written(ours["output"]) != written(outcome["output"]):
        found.append(f"the output is {written(ours['output'])}, and {written(outcome['output'])} of the engine")
    if ours["error"] != outcome.get("error"):
        found.append(f"the error is {ours['error']}, and {outcome.get('error')} ({outcome.get('cause')}) of the engine")
    elif ours["error"] not in OF_THE_ENGINE and text(ours["cause"]) != text(outcome.get("cause")):
        found.append(f"the cause is {ours['cause']!r}, and {outcome.get('cause')!r} of the engine")
    for state, arguments in script.unexpected:
        found.append(f"the state '{state}' calls its task with {arguments}, as the workflow never does")
    # What was stopped before it ended may not have been started by an engine that runs one branch after another.
    if not execution["stopped"]:
        for (state, arguments), times in script.left.items():
            if times:
                found.append(f"the task of the state '{state}' is never called with {arguments}, {times} times")
    return found


def tell(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def difference(where, workflow, what, **more):
    tell(kind="difference", where=where, workflow=workflow, what=what, **more)


def summary(**counts):
    tell(kind="summary", counts=counts)
    sys.stdout.flush()
