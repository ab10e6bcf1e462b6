#!/usr/bin/env python3
"""The engine makes no system call: what its library wants from outside is known and harmless."""
import re
import subprocess
import sys

HARMLESS = re.compile(
    r"^(iu_\w+|mem(cpy|move|set|cmp|chr)|str(len|nlen|cmp|ncmp|casecmp|ncasecmp|chr|rchr|str|spn|cspn|toul|tol|pbrk)"
    r"|__(v?sn?printf|memcpy|memmove|memset|strcpy|strcat)_chk|v?snprintf|qsort|bsearch|gmtime_r"
    r"|inet_(pton|ntop)|htons|ntohs|htonl|ntohl|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__assert_fail|__isoc\w*_strtou?l+"
    r"|__ctype_(b|toupper|tolower)_loc)$")


def main():
    wanted = subprocess.run(["nm", "-u", sys.argv[1]], check=True, capture_output=True, text=True)
    names = {line.split()[-1] for line in wanted.stdout.splitlines() if " U " in line}
    alien = sorted(name for name in names if not HARMLESS.match(name))
    print("#", len(names), "names wanted from outside:", " ".join(sorted(names)))
    for name in alien:
        print("# not pure:", name)
    good = names and not alien
    print("1..1")
    print("ok" if good else "not ok", "1 - the engine makes no system call")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
