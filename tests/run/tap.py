"""What the tests of `inuse run` share: TAP lines, a network namespace of their own, commands under the wrapper."""
import os
import subprocess
import sys
import traceback

INUSE = os.environ["INUSE"]
CALLS = os.environ.get("CALLS")


def enter():
    """Once more, in a network namespace of our own with a loopback that is up."""
    if os.environ.get("IN_NAMESPACE") != "yes":
        os.environ["IN_NAMESPACE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Skip(Exception):
    pass


def run(*command, options=(), **kwargs):
    """The command under `inuse run`, with all that is behind its answers; its results as text."""
    kwargs = {"capture_output": True, "text": True, "timeout": 60, **kwargs}
    return subprocess.run([INUSE, "run", "-v", *options, "--", *map(str, command)], **kwargs)


def same(name, got, wanted):
    print(f"# {name}: {got!r}, wanted {wanted!r}".replace("\n", " "))
    assert got == wanted, f"{name}: {got!r} is not {wanted!r}"


def has(text, *words):
    for word in words:
        print(f"# looks for {word!r} in {len(text)} characters")
        assert word in text, f"no {word!r} in:\n{text}"


def lacks(text, *words):
    for word in words:
        print(f"# looks that there is no {word!r}")
        assert word not in text, f"{word!r} in:\n{text}"


def play(tests):
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__doc__.strip().splitlines()[0].rstrip(".")
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # a test that breaks has failed
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {number} - {name}", flush=True)
    return 1 if failed else 0
