#!/usr/bin/env python3
"""Counts the TAP lines of meson test logs; the last line it prints is the result of `make check`.

With --failed it prints the names of the tests of one log that failed, one a line. A log `testlog.json`
may have an `again.json` beside it: the second try, alone, of what failed beside other tests. Its result
counts, and both are printed."""
import json
import os
import re
import sys

POINT = re.compile(r"^\s*(not )?ok\b[^#]*(#\s*(?P<directive>skip|todo)\b)?(?P<why>.*)", re.I)
PASSED = ("OK", "EXPECTEDFAIL")


def count(test):
    """(passed, [lines of failures], [reasons of skips]) of one entry of the log."""
    passed, failures, skips = 0, [], []
    for line in (test.get("stdout") or "").splitlines():
        match = POINT.match(line)
        if not match:
            continue
        if (match["directive"] or "").lower() == "skip":
            skips.append(f"{test['name']}: {line.strip()}")
        elif match[1]:
            failures.append(f"{test['name']}: {line.strip()}")
        else:
            passed += 1
    good = test["result"] in PASSED
    if test["result"] == "SKIP" and not skips:
        skips.append(f"{test['name']}: no reason given")
    elif good and not (passed or failures or skips):
        passed = 1  # a program that only has an exit code
    elif not good and test["result"] != "SKIP" and not failures:
        # it broke before, between or after its points
        failures.append(f"{test['name']}: {test['result']} after {passed} points")
    return passed, failures, skips


def tests_of(name):
    with open(name, encoding="utf-8", errors="replace") as log:
        return [json.loads(line) for line in log]


def with_second_tries(name):
    again = os.path.join(os.path.dirname(name), "again.json")
    second = {t["name"]: t for t in tests_of(again)} if os.path.exists(again) else {}
    for test in tests_of(name):
        if test["name"] in second:
            for failure in count(test)[1]:
                print("first try:", failure)
            test = second[test["name"]]
            print("second try, alone:", test["name"], test["result"])
        yield test


def main():
    if sys.argv[1] == "--failed":
        for test in tests_of(sys.argv[2]):
            if count(test)[1]:
                print(test["name"].split(" / ")[-1])
        return 0
    passed, failures, skips = 0, [], []
    for name in sys.argv[1:]:
        for test in with_second_tries(name):
            for said in re.findall(r"^#\s+safety: (.*)", test.get("stdout") or "", re.M):
                print("safety:", said)
            p, f, s = count(test)
            passed, failures, skips = passed + p, failures + f, skips + s
    for why in skips:
        print("skipped:", why)
    for what in failures:
        print("failed:", what)
    print(f"{passed} passed, {len(failures)} failed, {len(skips)} skipped")
    return 1 if failures or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
