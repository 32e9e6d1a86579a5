"""An activity, and a worker that does its work: the example `packer` of workflow-core."""

import json
import subprocess
import time

from common import ACCOUNT, REGION, STACK, check, run


def a_worker_does_an_activity(options, ministack, functions):
    activity = functions.create_activity(name=f"{STACK}-PackActivity")["activityArn"]
    definition = run(options.worker, "definition").replace("${PackActivity}", activity)
    machine = functions.create_state_machine(
        name=f"{STACK}-packed", definition=definition, roleArn=f"arn:aws:iam::{ACCOUNT}:role/{STACK}-packed"
    )["stateMachineArn"]
    prefix = f"arn:aws:states:{REGION}:{ACCOUNT}:activity:{STACK}-"
    worker = subprocess.Popen([options.worker, "work", ministack.url, prefix], stdin=subprocess.DEVNULL)
    try:
        for pieces, expected in [(3, "a parcel of 3"), (30, "a crate of 30")]:
            execution = functions.start_execution(stateMachineArn=machine, input=json.dumps(pieces))["executionArn"]
            for _ in range(300):
                found = functions.describe_execution(executionArn=execution)
                if found["status"] != "RUNNING":
                    break
                check(worker.poll() is None, "the worker ended")
                time.sleep(0.1)
            check(found["status"] == "SUCCEEDED" and json.loads(found["output"]) == expected, str(found))
    finally:
        worker.kill()
        worker.wait()
        functions.delete_state_machine(stateMachineArn=machine)
        functions.delete_activity(activityArn=activity)
