#!/usr/bin/env python3
"""Counts the TAP lines of the tests under Wine by area, one line each."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tally import count, with_second_tries  # noqa: E402


def main():
    areas = {}
    for test in with_second_tries(sys.argv[1]):
        # "unit / inuse:unit/conflict": the suite's part behind the colon
        area = test["name"].split(" / ")[-1].split("/")[0]
        passed, failures, skips = count(test)
        known = areas.setdefault(area, [0, 0, 0])
        for i, n in enumerate((passed, len(failures), len(skips))):
            known[i] += n
    for area, (passed, failed, skipped) in sorted(areas.items()):
        print(f"windows: {area}: {passed} passed, {failed} failed, {skipped} skipped")


if __name__ == "__main__":
    main()
