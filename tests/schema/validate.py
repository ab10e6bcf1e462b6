#!/usr/bin/env python3
"""validate.py - checks JSON documents, one a line, against the schemas in docs/schema

usage: validate.py why|list|plan|pick|error|event|snapshot|FILE [COMMAND [ARGUMENT...]]

Reads the documents from standard input, or runs COMMAND and reads what it prints. Prints TAP, one
line a document, and exits 1 when a document is wrong, the command fails, or there is no document.
"""
import json
import pathlib
import subprocess
import sys

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "schema"


def load(name):
    path = SCHEMAS / f"inuse.{name}.1.schema.json"
    if not path.exists():
        path = pathlib.Path(name)
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def once(pairs):
    """A key that is there twice is lost by most readers."""
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a key is there twice: {names}")
    return dict(pairs)


def complaints(validator, line):
    try:
        document = json.loads(line.decode("utf-8"), object_pairs_hook=once)
    except ValueError as error:
        return [str(error)]
    found = sorted(validator.iter_errors(document), key=lambda error: list(error.absolute_path))
    return [f"{error.json_path}: {error.message}" for error in found]


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 2
    validator = load(arguments[0])
    status = 0
    if len(arguments) > 1:
        run = subprocess.run(arguments[1:], stdout=subprocess.PIPE, check=False)
        text, status = run.stdout, run.returncode
    else:
        text = sys.stdin.buffer.read()
    lines = [line for line in text.split(b"\n") if line.strip()]
    bad = 0
    for number, line in enumerate(lines, 1):
        wrong = complaints(validator, line)
        bad += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - document {number} against {arguments[0]}")
        for complaint in wrong[:10]:
            print("#", complaint.replace("\n", " ")[:500])
    if status:
        print(f"not ok {len(lines) + 1} - the command exits {status}")
    elif not lines:
        print("not ok 1 - there is a document")
    print(f"1..{len(lines) + bool(status or not lines)}")
    return 1 if bad or status or not lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
