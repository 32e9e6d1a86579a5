"""What all checks share."""

import os
import pathlib
import subprocess
import sys

ACCOUNT, REGION, STACK = "123456789012", "eu-central-1", "shop"


class Failed(Exception):
    """A check that did not hold."""


def check(holds, what):
    if not holds:
        raise Failed(what)


def run(*command, stdin=None, codes=(0,), **environment):
    done = subprocess.run(
        [str(word) for word in command], input=stdin, capture_output=True, text=True, env={**os.environ, **environment}
    )
    check(done.returncode in codes, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def tool(name):
    return pathlib.Path(sys.executable).with_name(name)
