"""MiniStack 1.5.33 with what leaves nothing to compare behind it corrected.

As shipped, a Parallel state in JSONata leaves out `Arguments`, `Output` and `Assign`, which AWS documents for it
(https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html), and its branches set variables for each
other and for what comes after, where AWS keeps what a branch sets inside of it
(https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html). The variables of one `Assign` read
those that stand before them in it, where AWS has all of them read what was set before the state (the same page). A
Succeed state leaves out its `Output` (https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html).
JSONata's `$string` is Python's: in a list or an object it writes 1000.0 for 1000 and escapes what is not ASCII, where
JSONata 2.0.6, which AWS runs (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html), does neither.
The functions are replaced in this process; what is installed stays as it is, and `AS_SHIPPED=1` runs that.
"""

import copy
import json
import os

from jsonata.functions import Functions

from ministack import app
from ministack.services import stepfunctions

run_branches = stepfunctions._run_parallel_branches
run_states = stepfunctions._run_sub_machine
output_path = stepfunctions._apply_output_path
assign_one = stepfunctions._apply_state_assign
text_of = Functions._string


def parallel(state, given, execution, context):
    if stepfunctions._state_query_language(state, context) != "JSONata":
        return run_branches(state, given, execution, context)
    arguments = given
    if "Arguments" in state:
        arguments = stepfunctions._apply_jsonata_template(state["Arguments"], given, context)
    results, following = run_branches(state, arguments, execution, context)
    output = stepfunctions._apply_jsonata_output(state, given, context, result=results, default=results)
    stepfunctions._apply_state_assign(state, given, context, result=results)
    return output, following


def in_a_scope_of_its_own(states, start, given, execution, context):
    return run_states(states, start, given, execution, copy.deepcopy(context))


def all_at_once(state, given, context, result=None, error_output=None):
    """Each variable is set in a copy of what was set before, and all of them are kept then."""
    variables = {}
    for name, template in (state.get("Assign") or {}).items():
        alone = {**context, "variables": dict(context.get("variables", {}))}
        assign_one({**state, "Assign": {name: template}}, given, alone, result, error_output)
        if name in alone["variables"]:
            variables[name] = alone["variables"][name]
    context.setdefault("variables", {}).update(variables)


def output_of(state, given, context=None):
    if state.get("Type") == "Succeed" and stepfunctions._state_query_language(state, context) == "JSONata":
        return stepfunctions._apply_jsonata_output(state, given, context, default=given)
    return output_path(state, given, context)


def text(value, prettify):
    if not isinstance(value, (dict, list)):
        return text_of(value, prettify)
    form = {"indent": "  "} if prettify else {"separators": (",", ":")}
    return json.dumps(whole(value), cls=Functions.Encoder, ensure_ascii=False, **form)


def whole(value):
    """The value with numbers that have no fraction written without one."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def correct():
    if os.environ.get("AS_SHIPPED") == "1":
        return
    stepfunctions._run_parallel_branches = parallel
    stepfunctions._run_sub_machine = in_a_scope_of_its_own
    stepfunctions._apply_output_path = output_of
    stepfunctions._apply_state_assign = all_at_once
    Functions._string = staticmethod(text)


if __name__ == "__main__":
    correct()
    app.main()
