"""Runs recorded executions of definitions in JSONPath on moto's interpreter of the States Language, and compares.

Usage: run_moto.py FOLDER. Nothing listens: the interpreter is called in this process, with its own mocks in the place of
services, which answer as was recorded. Retries do not wait.
"""

import datetime
import json
import os
import re
import sys
import threading
import types

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import moto.stepfunctions.parser.models  # noqa: F401 (what follows can only be imported after it)
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import StateTaskLambda
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.backend.execution import SyncExecution
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.mocking.mock_config import MockedResponseReturn, MockedResponseThrow
import recordings
from recordings import Hangs, Script, difference, differences, executions, summary

STATES = "arn:aws:states:us-east-1:123456789012:"
ROLE = "arn:aws:iam::123456789012:role/execution"

# A fault that leaves nothing to compare behind it, so it is told and then mended.
WRAPPED = "a field of an element of a list comes as a list of one"

current = None
mended = False
asked = threading.local()


def patch():
    """Has the script of the current execution answer, and time pass at once."""
    retrier_decl.time = types.SimpleNamespace(sleep=lambda seconds: None, time=retrier_decl.time.time)
    before = state_task_service.StateTaskService._before_eval_execution

    def before_eval_execution(self, env, resource_runtime_part, raw_parameters, state_credentials):
        asked.parameters, asked.is_function = raw_parameters, False
        return before(self, env, resource_runtime_part, raw_parameters, state_credentials)

    parameters_of = StateTaskLambda._eval_parameters

    def eval_parameters(self, env):
        # The ARN of a function is asked for its payload alone, and answers with no more.
        parameters = parameters_of(self, env)
        asked.parameters, asked.is_function = parameters["Payload"], True
        return parameters

    def mocked_response(env):
        answer = current.answer(env.next_state_name, asked.parameters)
        if "value" in answer:
            value = answer["value"]
            return MockedResponseReturn(0, 0, {"Payload": value, "StatusCode": 200} if asked.is_function else value)
        if "hangs" in answer:
            raise Hangs
        return MockedResponseThrow(0, 0, answer["error"] or "", answer["cause"] or "")

    extract = json_path.extract_json

    def extract_json(path, data):
        value = extract(path, data)
        if mended and re.fullmatch(r"\$(\.\w+|\[\d+\])*\[\d+\]\.\w+", path) and isinstance(value, list):
            return value[0]
        return value

    for module in [module for name, module in sys.modules.items() if name.startswith("moto.stepfunctions")]:
        if getattr(module, "extract_json", None) is extract:
            module.extract_json = extract_json

    made = Preprocessor.__init__

    def preprocessor(self, *arguments, **named):
        # One list is shared by all of them otherwise, which definitions that are read side by side disturb.
        made(self, *arguments, **named)
        self._query_language_per_scope = []

    Preprocessor.__init__ = preprocessor
    state_task_service.StateTaskService._before_eval_execution = before_eval_execution
    StateTaskLambda._eval_parameters = eval_parameters
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


def placed(value):
    """The same with what stands in the place of a region, an account and a function."""
    text = json.dumps(value).replace("{region}", "us-east-1").replace("{account}", "123456789012")
    return json.loads(re.sub(r"\$\{[\w.]*?(\w+)\.arn\}", r"arn:aws:lambda:us-east-1:123456789012:function:\1", text))


def compared(number, definition, execution):
    """In what an execution differs."""
    global current
    current = Script(execution)
    try:
        return differences(execution, current, run(number, definition, execution))
    except Exception as error:  # Whatever it is: the engine gives no answer.
        return [f"the engine ends with {type(error).__name__}: {error}"]


def main(folder):
    global mended
    patch()
    recordings.makes_up = True
    counts = {"executions": 0, "stopped": 0, "differ": 0}
    for number, (where, _, definition, execution) in enumerate(executions(folder)):
        mended, definition, execution = False, placed(definition), placed(execution)
        found = compared(number, definition, execution)
        if found:
            mended = True
            left = compared(number, definition, execution)
            found = found if left == found else [WRAPPED, *left]
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
