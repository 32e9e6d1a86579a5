"""The commands of xtask for what runs, on what CloudFormation made."""

import json
import os
import subprocess

from common import ACCOUNT, REGION, STACK, check, run


def commands_work(options, ministack, functions):
    """`deploy`, `diff`, `start` and `history` of xtask, on what CloudFormation made."""
    credentials = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": REGION}
    where = ["--endpoint-url", ministack.url, "--stack", STACK]

    def xtask(*words, codes=(0,)):
        return run(options.xtask, *words, *where, codes=codes, **credentials)

    same = xtask("diff").count(": the same\n")
    definitions = len(list((options.workspace / "order-workflow/asl").iterdir()))
    check(same == definitions, f"{same} of {definitions} definitions are what the code says")
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-transaction"
    found = json.loads(functions.describe_state_machine(stateMachineArn=machine)["definition"])
    found["Comment"] = "Edited by hand."
    functions.update_state_machine(stateMachineArn=machine, definition=json.dumps(found))
    diff = xtask("diff", "--workflow", "transaction", codes=(1,))
    check('-  "Comment": "Edited by hand.",' in diff, diff)
    said = xtask("deploy", "--workflow", "transaction", "--qualifier", "live")
    check(said == f"published: {machine}:1\n", said)
    check(xtask("deploy", "--workflow", "transaction", "--qualifier", "live") == f"unchanged: {STACK}-transaction\n", "")
    alias = functions.describe_state_machine_alias(stateMachineAliasArn=f"{machine}:live")
    check(alias["routingConfiguration"][0]["stateMachineVersionArn"] == f"{machine}:1", str(alias))
    check(xtask("diff", "--workflow", "transaction") == f"{STACK}-transaction: the same\n", "")

    inputs = options.workspace / "order-workflow/inputs"
    refund = inputs / "transaction.refund.json"
    said = xtask("start", "transaction", "--input", refund, "--qualifier", "live", "--follow")
    lines = said.splitlines()
    check(lines[0].startswith("arn:aws:states:") and lines[-1].startswith("SUCCEEDED {"), said)
    check(xtask("history", lines[0]).splitlines() == lines[1:], "the history is not what was followed")
    check(any("RefundHandler" in line or "Refund Handler" in line for line in lines), said)
    swap = '{"type": "SWAP"}'
    command = [options.xtask, "start", "transaction", "--input", "-", "--follow", *where]
    said = run(*command, stdin=swap, codes=(1,), **credentials)
    check("FAILED UnknownTransactionType: " in said, said)
    said = subprocess.run(
        [str(word) for word in command], input='{"type": 7}', text=True, capture_output=True, env={**os.environ, **credentials}
    )
    check(said.returncode == 2 and "does not fit" in said.stderr, f"{said}")
    # A new stack, from nothing but a definition and a role.
    role = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-transaction"
    new = ["--endpoint-url", ministack.url, "--stack", "other", "--account", ACCOUNT, "--role-arn", role]
    said = run(options.xtask, "deploy", "--workflow", "purchase-refund", *new, **credentials)
    check(said.startswith("published: ") and "other-purchase-refund" in said, said)
