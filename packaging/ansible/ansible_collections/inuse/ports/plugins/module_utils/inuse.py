# Runs `inuse … --json` for the modules of this collection.
# MIT License; see LICENSE of the project inuse.
from __future__ import absolute_import, division, print_function
__metaclass__ = type

import json

USAGE = 2
UNKNOWN = 3


def run(module, words, targets):
    """The exit code and the documents that were printed, one a target. Fails where there is none."""
    program = module.get_bin_path(module.params["program"])
    if not program:
        module.fail_json(msg="%s is not installed on this host, or not in its PATH" % module.params["program"])
    for target in targets:
        if target.startswith("-"):
            module.fail_json(msg="%r is an option, not a target" % target)
    code, out, err = module.run_command([program] + words + ["--json", "--"] + list(targets), data="")
    try:
        documents = [json.loads(line) for line in out.splitlines() if line.strip()]
    except ValueError:
        documents = []
    if code == USAGE or not documents or str(documents[0].get("schema", "")).startswith("inuse.failure/"):
        module.fail_json(msg=err.strip() or "%s ended with %d and told nothing" % (program, code), rc=code)
    return code, documents


def holders(document):
    """Who is in the way: each program once."""
    found = []
    for blocker in document.get("blockers") or []:
        for holder in blocker.get("holders") or []:
            row = dict((key, holder.get(key)) for key in ("pid", "name", "command", "user", "unit", "started"))
            row["container"] = holder.get("container_name") or holder.get("container")
            if row not in found:
                found.append(row)
    return found


def summary(document):
    """The part of an inuse.why/1 document that a playbook asks for."""
    verdict = document["verdict"]
    return {
        "target": document["request"]["target"],
        "status": verdict["status"],
        "free": verdict["status"] == "free",
        "cause": verdict["cause"],
        "error": verdict["error"],
        "confidence": verdict["confidence"],
        "headline": verdict["headline"],
        "holders": holders(document),
        "gaps": [gap["what"] for gap in document.get("gaps") or []],
        "remedies": [remedy["summary"] for remedy in document.get("remedies") or []],
    }
