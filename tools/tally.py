#!/usr/bin/env python3
"""Counts the TAP lines of meson test logs; the last line it prints is the result of `make check`."""
import json
import re
import sys

POINT = re.compile(r"^\s*(not )?ok\b[^#]*(#\s*(?P<directive>skip|todo)\b)?(?P<why>.*)", re.I)


def count(test):
    """(passed, failed, [reasons of skips]) of one entry of the log."""
    passed, failed, skips = 0, 0, []
    for line in (test.get("stdout") or "").splitlines():
        match = POINT.match(line)
        if not match:
            continue
        if (match["directive"] or "").lower() == "skip":
            skips.append(f"{test['name']}: {line.strip()}")
        elif match[1]:
            failed += 1
        else:
            passed += 1
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    if test["result"] == "SKIP" and not skips:
        skips.append(f"{test['name']}: no reason given")
    elif good and not (passed or failed or skips):
        passed = 1  # a program that only has an exit code
    elif not good and test["result"] != "SKIP" and not failed:
        failed = 1  # it broke before, between or after its points
    return passed, failed, skips


def main():
    passed, failed, skips = 0, 0, []
    for name in sys.argv[1:]:
        with open(name, encoding="utf-8", errors="replace") as log:
            for line in log:
                test = json.loads(line)
                for said in re.findall(r"^#\s+safety: (.*)", test.get("stdout") or "", re.M):
                    print("safety:", said)
                p, f, s = count(test)
                passed, failed, skips = passed + p, failed + f, skips + s
    for why in skips:
        print("skipped:", why)
    print(f"{passed} passed, {failed} failed, {len(skips)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
