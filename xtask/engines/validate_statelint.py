"""Validates definitions with statelint, JSONata included.

Usage: validate_statelint.py FILE..
"""

import json
import pathlib
import sys

from recordings import difference, summary
from statelint.config import Config
from statelint.linter import Linter

counts = {"definitions": len(sys.argv[1:]), "differ": 0}
for file in sys.argv[1:]:
    definition = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    problems = Linter.validate(definition, Config(evaluate_jsonata=True))
    if problems:
        counts["differ"] += 1
        difference(file, "", problems)
summary(**counts)
