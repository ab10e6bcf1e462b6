#!/usr/bin/python
# MIT License; see LICENSE of the project inuse.
from __future__ import absolute_import, division, print_function
__metaclass__ = type

DOCUMENTATION = r"""
module: port_free
short_description: Make a port bindable
description:
  - Runs C(inuse free --yes --json) on the host. It stops what is in the way as a plan of steps, looks at each target once more
    before it acts, and asks the kernel in the end whether the port can be bound.
  - Refuses what would harm others, and says why.
  - In check mode nothing is done and C(steps) is the plan.
options:
  target:
    description: One port, address or socket path, as C(inuse) reads it.
    type: str
    required: true
    aliases: [port]
  force:
    description: Kill what has not ended after C(grace).
    type: bool
    default: false
  grace:
    description: How long a process may take to end, in seconds.
    type: int
    default: 5
  user:
    description: Whose processes may be ended besides those of the user that runs this.
    type: str
  program:
    description: The program C(inuse), a name in PATH or a path.
    type: str
    default: inuse
attributes:
  check_mode: {support: full, description: Shows the plan.}
  diff_mode: {support: none, description: There is no text to compare.}
author: [the inuse project]
"""

EXAMPLES = r"""
- inuse.ports.port_free:
    target: 8080
    user: alice
  become: true
"""

RETURN = r"""
before:
  description: The headline of the answer before anything was done.
  returned: always
  type: str
end:
  description: How it ended.
  returned: always
  type: str
  sample: done
steps:
  description: The steps of the plan, with their results.
  returned: always
  type: list
  elements: dict
  sample: [{what: "stop node (pid 4767) with SIGTERM", command: [kill, "4767"], risk: medium, outcome: done}]
refusals:
  description: What is not done, and why.
  returned: always
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inuse.ports.plugins.module_utils.inuse import run


def refusal(entry):
    return entry if not isinstance(entry, dict) else entry.get("what") or entry.get("why") or str(entry)


def main():
    module = AnsibleModule(
        argument_spec={
            "target": {"type": "str", "required": True, "aliases": ["port"]},
            "force": {"type": "bool", "default": False},
            "grace": {"type": "int", "default": 5},
            "user": {"type": "str"},
            "program": {"type": "str", "default": "inuse"},
        },
        supports_check_mode=True,
    )
    if module.params["grace"] < 0:
        module.fail_json(msg="grace is a time in seconds, from 0 on")
    words = ["free", "--dry-run" if module.check_mode else "--yes", "--grace=%ds" % module.params["grace"]]
    if module.params["force"]:
        words.append("--force")
    if module.params["user"]:
        words.append("--user=" + module.params["user"])
    code, documents = run(module, words, [module.params["target"]])
    plan = documents[0]
    steps = plan.get("steps") or []
    result = {
        "before": plan["before"]["headline"],
        "end": plan["end"],
        "steps": [{"what": step["what"], "command": step["command"], "risk": step["risk"],
                   "outcome": step["result"]["outcome"]} for step in steps],
        "refusals": [refusal(entry) for entry in plan.get("refusals") or []],
        "changed": any(step["result"]["outcome"] == "done" for step in steps),
    }
    if plan["end"] == "planned":
        module.exit_json(**dict(result, changed=bool(steps), msg=plan["headline"]))
    if code == 0 and plan["end"] in ("done", "nothing-to-do"):
        module.exit_json(**dict(result, msg=(plan.get("after") or plan["before"])["headline"]))
    module.fail_json(msg=plan.get("words") or plan["headline"], rc=code, **result)


if __name__ == "__main__":
    main()
