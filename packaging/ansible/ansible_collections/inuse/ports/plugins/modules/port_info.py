#!/usr/bin/python
# MIT License; see LICENSE of the project inuse.
from __future__ import absolute_import, division, print_function
__metaclass__ = type

DOCUMENTATION = r"""
module: port_info
short_description: Say who has a port, and why a program cannot bind it
description:
  - Runs C(inuse why --json) on the host. Changes nothing.
  - What could not be seen is never told as free.
options:
  target:
    description: Ports, addresses or socket paths, as C(inuse) reads them, for example C(8080), C(127.0.0.1:53/udp), C(/run/app.sock).
    type: list
    elements: str
    required: true
    aliases: [port, targets]
  user:
    description: Ask as that user would.
    type: str
  program:
    description: The program C(inuse), a name in PATH or a path.
    type: str
    default: inuse
attributes:
  check_mode: {support: full, description: The same as without it.}
  diff_mode: {support: none, description: Nothing changes.}
author: [the inuse project]
"""

EXAMPLES = r"""
- inuse.ports.port_info:
    target: [8080, 5432]
  register: seen
- ansible.builtin.debug:
    msg: "{{ seen.ports | map(attribute='headline') | list }}"
"""

RETURN = r"""
ports:
  description: One for each target, in their order.
  returned: success
  type: list
  elements: dict
  sample:
    - target: 8080/tcp
      status: in-use
      free: false
      cause: other-program
      error: EADDRINUSE
      confidence: proven
      headline: "Port 8080/tcp is in use: node (pid 4767) listens on all addresses."
      holders: [{pid: 4767, name: node, command: [node, server.js], user: alice, unit: null, container: null, started: "2026-01-02T03:04:05Z"}]
      gaps: []
      remedies: [stop node (pid 4767)]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.inuse.ports.plugins.module_utils.inuse import run, summary


def main():
    module = AnsibleModule(
        argument_spec={
            "target": {"type": "list", "elements": "str", "required": True, "aliases": ["port", "targets"]},
            "user": {"type": "str"},
            "program": {"type": "str", "default": "inuse"},
        },
        supports_check_mode=True,
    )
    if not module.params["target"]:
        module.fail_json(msg="target is empty: there is nothing to look for")
    words = ["why"]
    if module.params["user"]:
        words.append("--user=" + module.params["user"])
    documents = run(module, words, module.params["target"])[1]
    module.exit_json(changed=False, ports=[summary(document) for document in documents])


if __name__ == "__main__":
    main()
