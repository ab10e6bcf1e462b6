#!/usr/bin/python
# MIT License; see LICENSE of the project inuse.
from __future__ import absolute_import, division, print_function
__metaclass__ = type

DOCUMENTATION = r"""
module: port_wait
short_description: Wait until a port can be bound, or until something listens there
description:
  - Runs C(inuse wait --json) on the host. Changes nothing.
  - In check mode it does not wait; C(ready) says whether it would have to.
options:
  target:
    description: One port, address or socket path, as C(inuse) reads it.
    type: str
    required: true
    aliases: [port]
  state:
    description: What is waited for.
    type: str
    choices: [free, listening]
    default: free
  timeout:
    description: At most so many seconds.
    type: int
    default: 300
  program:
    description: The program C(inuse), a name in PATH or a path.
    type: str
    default: inuse
attributes:
  check_mode: {support: full, description: Does not wait.}
  diff_mode: {support: none, description: Nothing changes.}
author: [the inuse project]
"""

EXAMPLES = r"""
- inuse.ports.port_wait:
    target: 8080
    state: listening
    timeout: 60
"""

RETURN = r"""
ready:
  description: Whether it is so now.
  returned: always
  type: bool
port:
  description: The last answer, as C(port_info) tells it.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inuse.ports.plugins.module_utils.inuse import UNKNOWN, run, summary

DAY = 86400
NOT_YET = 1


def main():
    module = AnsibleModule(
        argument_spec={
            "target": {"type": "str", "required": True, "aliases": ["port"]},
            "state": {"type": "str", "choices": ["free", "listening"], "default": "free"},
            "timeout": {"type": "int", "default": 300},
            "program": {"type": "str", "default": "inuse"},
        },
        supports_check_mode=True,
    )
    timeout = module.params["timeout"]
    if not 0 <= timeout <= DAY:
        module.fail_json(msg="timeout is a time in seconds, from 0 to %d" % DAY)
    words = ["wait", "--timeout=%ds" % (0 if module.check_mode else timeout)]
    if module.params["state"] == "listening":
        words.append("--listening")
    code, documents = run(module, words, [module.params["target"]])
    last = summary(documents[-1])
    result = {"changed": False, "ready": code == 0, "port": last, "msg": last["headline"]}
    if code == 0 or module.check_mode and code != UNKNOWN:
        module.exit_json(**result)
    if code == NOT_YET:
        waited = "nobody listened" if module.params["state"] == "listening" else "it did not become free"
        result["msg"] = "%s within %d s: %s" % (waited, timeout, last["headline"])
    module.fail_json(rc=code, **result)


if __name__ == "__main__":
    main()
