"""MiniStack, corrected, with what leaves Step Functions answered by an endpoint on loopback.

What each Task state asks is posted to `$SCRIPT/answer` with its execution, and what `$uuid()` and its like draw to
`$SCRIPT/drawn`, so that an execution can be run again as it was recorded. An execution does not sleep before it starts,
and an expression may take a minute instead of a second: many are evaluated at once here, by one process.
"""

import contextvars
import json
import os
import types
import urllib.request

import corrected
from ministack import app
from ministack.services import stepfunctions

SCRIPT = os.environ["SCRIPT"]
# When the executions of tests start, in a time that passes for no task.
NOW = "2026-01-01T00:00:00.000Z"
# None of these has a parameter in what is run again.
DRAWN = ("uuid", "random", "now", "millis")

execution_of = contextvars.ContextVar("execution")
task_of = contextvars.ContextVar("task")

run_execution = stepfunctions._run_execution
execute_task = stepfunctions._execute_task
register_functions = stepfunctions._register_sfn_jsonata_functions
Jsonata = stepfunctions.jsonata.Jsonata


def ask(what, **question):
    body = json.dumps({"execution": execution_of.get(), **question}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{SCRIPT}/{what}", body), timeout=600) as answer:
        return json.loads(answer.read())


def run(arn):
    execution_of.set(arn)
    stepfunctions._executions[arn]["startDate"] = NOW
    return run_execution(arn)


def task(state, given, execution, context):
    task_of.set(context)
    return execute_task(state, given, execution, context)


def answered(resource, given, *_):
    context = task_of.get()
    arguments = json.dumps(given)
    if "Task" in context:
        arguments = arguments.replace(context["Task"]["Token"], "token")
    answer = ask("answer", state=context["State"]["Name"], arguments=json.loads(arguments))
    if "value" in answer:
        return answer["value"]
    raise stepfunctions._ExecutionError(answer["error"] or "", answer["cause"] or "")


def functions(expression):
    register_functions(expression)
    for name in DRAWN:
        expression.register_lambda(name, lambda name=name: ask("drawn", function=name))


corrected.correct()
stepfunctions.jsonata = types.SimpleNamespace(
    Jsonata=types.SimpleNamespace(jsonata=lambda expression, timeout=None: Jsonata.jsonata(expression, timeout=60_000)),
    utils=stepfunctions.jsonata.utils,
)
stepfunctions.time = types.SimpleNamespace(sleep=lambda seconds: None, time=stepfunctions.time.time)
stepfunctions.now_iso = lambda: NOW
stepfunctions._run_execution = run
stepfunctions._execute_task = task
stepfunctions._invoke_resource = answered
stepfunctions._invoke_with_callback = answered
stepfunctions._register_sfn_jsonata_functions = functions
app.main()
