"""Runs recorded executions on sfnx, a Step Functions engine for JSONata that others wrote, and compares.

Usage: run_sfnx.py FOLDER. Tasks are answered as they were recorded; sfnx runs one branch after another, so an execution
in which a branch ended the others is compared only where sfnx reaches the same failure.
"""

import json
import re
import sys

from recordings import Hangs, Script, difference, differences, executions, summary, written
from sfnx import testing


def supported(definition):
    """Whether sfnx can be given what the state machine reads."""
    words = written(definition)
    return '"ItemReader"' not in words and '"ItemBatcher"' not in words and '"ResultWriter"' not in words


def drawn(execution):
    """The values that JSONata's functions draw, as they were drawn; None where an expression does more than draw one."""
    values = {}
    for expression, value in execution["drawn"]:
        alone = re.fullmatch(r"\s*\$(\w+)\(\)\s*", expression)
        if alone is None:
            return None
        values.setdefault(alone[1], []).append(value)
    return {name: (lambda held=iter(held): next(held)) for name, held in values.items()}


def run(workflow, definition, execution, functions):
    script = Script(execution)

    def tasks(call):
        answer = script.answer(call.state, call.arguments)
        if "value" in answer:
            return answer["value"]
        if "hangs" in answer:
            raise Hangs
        raise testing.Failure(answer["error"] or "", answer["cause"] or "")

    value = json.loads(execution["input"])
    made = testing.execution_context

    def context(given, start):
        named = made(given, start)
        named["Execution"]["Name"] = execution["name"] or "execution"
        named["StateMachine"] = {"Id": f"arn:aws:states:us-east-1:123456789012:stateMachine:{workflow}", "Name": workflow}
        return named

    testing.execution_context = context
    try:
        ended = testing.run(definition, value, tasks, functions=functions)
    finally:
        testing.execution_context = made
    if ended.error is not None:
        return script, {"status": "FAILED", "error": ended.error, "cause": ended.cause}
    return script, {"status": "SUCCEEDED", "output": ended.output}


def main(folder):
    counts = {"executions": 0, "machines": 0, "differ": 0, "stopped": 0, "drawn": 0, "unsupported": 0}
    machines = set()
    for where, workflow, definition, execution in executions(folder):
        if not supported(definition):
            counts["unsupported"] += 1
            continue
        functions = drawn(execution)
        if functions is None:
            counts["drawn"] += 1
            continue
        machines.add(where)
        try:
            script, outcome = run(workflow, definition, execution, functions)
        except Hangs:
            # It waits for a task that another branch ended, or calls one that was never called.
            if execution["stopped"]:
                counts["stopped"] += 1
                continue
            script, outcome = None, None
        except Exception as error:  # Whatever it is: the engine gives no answer.
            difference(where, workflow, [f"the engine ends with {type(error).__name__}: {error}"], input=execution["input"])
            counts["differ"] += 1
            continue
        counts["executions"] += 1
        if script is None:
            found = ["the engine calls a task as the workflow never does"]
        else:
            found = differences(execution, script, outcome)
        if found and execution["stopped"]:
            # Which of several branches fails first is a matter of time, which does not pass in sfnx.
            counts["executions"] -= 1
            counts["stopped"] += 1
            continue
        if found:
            counts["differ"] += 1
            difference(where, workflow, found, input=execution["input"])
    counts["machines"] = len(machines)
    summary(**counts)


main(sys.argv[1])
