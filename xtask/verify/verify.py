"""Checks what `cargo xtask emit-deploy` wrote with tools that others wrote, and runs it without an account.

The SAM template is expanded by aws-sam-translator, found clean by cfn-lint, and deployed by MiniStack's
CloudFormation, which runs the handlers' real program behind Lambda's runtime API. Every case of CASES is then run
there and in process, and has to end alike. Run by `cargo xtask verify-deploy`, which says how.
"""

import argparse
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

from activity import a_worker_does_an_activity
from calls import roles_allow_just_the_calls
from commands import commands_work
from common import Failed
from emulator import MiniStack, stack, torn_down
from outcomes import functions_answer, outcomes_are_equal, the_shown_command_validates
from starters import a_request_starts_what_it_fits, an_event_starts_what_it_fits
from templates import cdk, every_statement_counts, expanded, lint, no_policy_is_odd, policies
from terraform import terraform


def main():
    parser = argparse.ArgumentParser()
    for name in ("workspace", "work", "handlers", "program", "xtask", "worker"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    deploy = options.workspace / "order-workflow/deploy"
    database = options.work / "orders.sqlite"
    for old in options.work.glob("orders.sqlite*"):
        old.unlink()

    def step(what, value=None):
        print(f"ok: {what}{': ' + value if value else ''}", flush=True)

    cloudformation = expanded(deploy / "sam/template.yaml")
    lint(cloudformation, options.work)
    step("the SAM template expands, and cfn-lint finds nothing")
    step("Terraform's module", terraform(deploy / "terraform", options.work))
    # It takes as long as all of the others, and Node.js has a process of its own.
    beside = ThreadPoolExecutor(1)
    synthesised = beside.submit(cdk, options)
    documents = list(policies(cloudformation))
    for name, document in documents:
        no_policy_is_odd(name, document)
    step("parliament finds nothing in the policies", f"{len(documents)} roles")
    with MiniStack(options.work) as ministack:
        for name, document in documents:
            every_statement_counts(ministack.client("iam"), name, document)
        step("every statement allows something that no other allows")
        formation = stack(ministack, cloudformation, options.handlers, database)
        step("CloudFormation creates the stack")
        step("each role allows just what its definition calls", roles_allow_just_the_calls(ministack, dict(documents)))
        functions = ministack.client("stepfunctions")
        functions_answer(ministack.client("lambda"))
        step("functions answer as Lambda's Invoke does")
        step("outcomes", outcomes_are_equal(options, functions, ministack.client("dynamodb")))
        the_shown_command_validates(options)
        an_event_starts_what_it_fits(options, ministack, functions)
        step("an event that fits the schema starts a workflow, one that does not starts none")
        a_request_starts_what_it_fits(options, cloudformation, ministack, functions)
        step("a request whose body fits the schema starts a workflow, others are refused")
        a_worker_does_an_activity(options, ministack, functions)
        step("a worker does the work of an activity")
        commands_work(options, ministack, functions)
        step("deploy, diff, start and history work on it")
        torn_down(ministack, formation)
        step("the stack is torn down")
    step("CDK reads a definition", synthesised.result())


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"failed: {failed}")
