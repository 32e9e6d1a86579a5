"""Runs recorded executions of definitions in JSONPath on moto's interpreter of the States Language, and compares.

Usage: run_moto.py FOLDER. Nothing listens: the interpreter is called in this process, with its own mocks in the place of
services, which answer as was recorded. Retries do not wait.
"""

import datetime
import json
import os
import sys
import threading
import types

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import moto.stepfunctions.parser.models  # noqa: F401 (what follows can only be imported after it)
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.backend.execution import SyncExecution
from moto.stepfunctions.parser.mocking.mock_config import MockedResponseReturn, MockedResponseThrow
from recordings import Hangs, Script, difference, differences, executions, summary

STATES = "arn:aws:states:us-east-1:123456789012:"
ROLE = "arn:aws:iam::123456789012:role/execution"

current = None
asked = threading.local()


def patch():
    """Has the script of the current execution answer, and time pass at once."""
    retrier_decl.time = types.SimpleNamespace(sleep=lambda seconds: None, time=retrier_decl.time.time)
    before = state_task_service.StateTaskService._before_eval_execution

    def before_eval_execution(self, env, resource_runtime_part, raw_parameters, state_credentials):
        asked.parameters = raw_parameters
        return before(self, env, resource_runtime_part, raw_parameters, state_credentials)

    def mocked_response(env):
        answer = current.answer(env.next_state_name, asked.parameters)
        if "value" in answer:
            return MockedResponseReturn(0, 0, answer["value"])
        if "hangs" in answer:
            raise Hangs
        return MockedResponseThrow(0, 0, answer["error"] or "", answer["cause"] or "")

    made = Preprocessor.__init__

    def preprocessor(self, *arguments, **named):
        # One list is shared by all of them otherwise, which definitions that are read side by side disturb.
        made(self, *arguments, **named)
        self._query_language_per_scope = []

    Preprocessor.__init__ = preprocessor
    state_task_service.StateTaskService._before_eval_execution = before_eval_execution
    Environment.is_mocked_mode = lambda env: True
    Environment.get_current_mocked_response = mocked_response


def run(number, definition, execution):
    # moto has no child executions of the kind Express.
    text = json.dumps(definition).replace('"ExecutionType": "EXPRESS"', '"ExecutionType": "STANDARD"')
    machine = types.SimpleNamespace(
        arn=STATES + "stateMachine:machine",
        name="machine",
        definition=text,
        sm_type="STANDARD",
        roleArn=ROLE,
        role_arn=ROLE,
        source_arn=None,
    )
    ran = SyncExecution(
        name=f"execution-{number}",
        sm_type="STANDARD",
        role_arn=ROLE,
        exec_arn=f"{STATES}execution:machine:execution-{number}",
        account_id="123456789012",
        region_name="us-east-1",
        state_machine=machine,
        start_date=datetime.datetime.now(tz=datetime.timezone.utc),
        cloud_watch_logging_session=None,
        activity_store={},
        input_data=execution["input"],
    )
    ran.start()
    status = str(getattr(ran.exec_status, "value", ran.exec_status))
    return {"status": status, "output": ran.output, "error": ran.error, "cause": ran.cause}


def main(folder):
    global current
    patch()
    counts = {"executions": 0, "stopped": 0, "differ": 0}
    for number, (where, _, definition, execution) in enumerate(executions(folder)):
        current = Script(execution)
        found = differences(execution, current, run(number, definition, execution))
        if found and execution["stopped"]:
            # Which of several branches fails first is a matter of time, which does not pass here.
            counts["stopped"] += 1
            continue
        counts["executions"] += 1
        if found:
            counts["differ"] += 1
            difference(where, where.split(",")[0], found, input=execution["input"])
    summary(**counts)


main(sys.argv[1])
