#!/usr/bin/env python3
"""replay.py - every scene, recorded with `inuse report` and answered elsewhere from the file

usage: replay.py SCENES...

Each SCENES program stages all of its scenes and, with SCENES_RECORDS, writes down the live answer and
a report of the same moment. Here, outside of the scene's namespaces and as another user, the same
question is asked --from the report. Both answers must be the same document, but for what time does
between two looks. Prints TAP, one line a recording.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

USER = 65533  # neither root nor the unprivileged user of the scenes
# The seconds that a TIME-WAIT has left, and ages: the recording is a moment later than the answer.
OTHER_END = "the other end is a listener on this machine"
SECONDS = re.compile(r"\b\d+(\.\d+)? (s|ms|min)\b|\b\d+ seconds?\b")


def comparable(value, key=None):
    if isinstance(value, dict):
        # of several TIME-WAITs the one that lasts longest is told first: a matter of milliseconds
        changing = {"from", "timer_ms"} | ({"peer"} if value.get("state") == "time-wait" else set())
        return {k: comparable(v, k) for k, v in value.items() if k not in changing}
    if isinstance(value, list):
        return [comparable(v, key) for v in value]
    if isinstance(value, str):
        return SECONDS.sub("N s", value)
    return value


def take_evidence(live, again):
    """A report has the kernel's evidence along, which a live look takes only where the verdict needs it:
    options of sockets that are null in the live answer may be known, and change what SO_REUSEADDR does."""
    for a, b in zip(live["blockers"], again["blockers"]):
        more = [k for k, v in a["options"].items() if v is None and b["options"].get(k) is not None]
        for key in more:
            b["options"][key] = None
        for document in (live, again) if more else ():
            for remedy in document["remedies"]:
                if remedy["id"] == "set-reuseaddr":
                    remedy["summary"] = "by the options"
        # who is at the other end of a connection: a live look at one port has no other ports
        b["evidence"] = [line for line in b["evidence"] if line in a["evidence"] or line != OTHER_END]


def take_commands(live, again):
    """A recording is answered with that machine's own tools: `inuse free` would act on this one. What is told
    there instead is no act of ours."""
    for a, b in zip(live["remedies"], again["remedies"]):
        words = [word for word in a["command"] if word != "sudo"]
        if words[:1] == ["inuse"] and "inuse" not in b["command"]:
            for key in ("command", "needs_root", "summary"):
                b[key] = a[key]


def take_namespaces(live, again):
    """A recording is of one network namespace: what others have is looked for only where a port is asked for."""
    if not any(r["id"] == "ask-there" for r in again["remedies"]):
        verdict = live["verdict"]
        verdict["doubts"] = [d for d in verdict["doubts"] if not d.startswith("In the network namespace of pid ")]
        live["remedies"] = [r for r in live["remedies"] if r["id"] != "ask-there"]


def take_moment(live, again):
    """What only a look at this moment has: binds that were refused lately, and a root who might look, too."""
    for document in (live, again):
        document["refused"] = None
        for part in (document["verdict"], *document["blockers"]):
            if isinstance(part.get("headline"), str):
                part["headline"] = part["headline"].replace("(only root can see which)", "(which one is not visible here)")


def is_unrecorded(live, again):
    """Nobody named the path when it was recorded, and no socket is bound to it: it has to be said."""
    return (live["request"]["path"] is not None and again["verdict"]["status"] == "unknown"
            and any(gap["why"] == "it was not recorded" for gap in again["gaps"]))


def essence(document):
    """What stays the same when names are taken out: verdict, sockets, processes, what helps."""
    verdict = {k: document["verdict"][k] for k in ("status", "operation", "errno", "error", "cause",
                                                   "confidence", "probe")}
    verdict["warnings"] = len(document["verdict"]["warnings"])
    verdict["doubts"] = len(document["verdict"]["doubts"])
    blockers = [{**{k: b[k] for k in ("protocol", "family", "port", "state", "inode", "uid", "cause",
                                      "rule", "options")},
                 "holders": [{k: h[k] for k in ("pid", "tid", "uid", "state", "fds", "started")}
                             for h in b["holders"]]}
                for b in document["blockers"]]
    remedies = [(r["id"], r["risk"], r["needs_root"], r["tried"]) for r in document["remedies"]]
    return {"verdict": verdict, "blockers": blockers, "remedies": remedies,
            "gaps": len(document["gaps"])}


def differences(left, right, path="$"):
    if type(left) is not type(right):
        yield f"{path}: {left!r} live, {right!r} replayed"
    elif isinstance(left, dict):
        for key in sorted(set(left) | set(right)):
            yield from differences(left.get(key, "(no key)"), right.get(key, "(no key)"), f"{path}.{key}")
    elif isinstance(left, list):
        if len(left) != len(right):
            yield f"{path}: {len(left)} elements live, {len(right)} replayed: {left!r:.600} / {right!r:.600}"
            return
        for i, (a, b) in enumerate(zip(left, right)):
            yield from differences(a, b, f"{path}[{i}]")
    elif left != right:
        yield f"{path}: {left!r} live, {right!r} replayed"


def ask(program, report, words):
    """As another user, in the namespaces of the test; the file comes in as standard input."""
    with open(report, "rb") as file:
        return subprocess.run([f"/proc/self/fd/{program}", "why", "--json", "--from", "-", *words],
                              stdin=file, capture_output=True, user=USER, group=USER,
                              extra_groups=[], pass_fds=(program,), timeout=60, check=False)


def replay(program, args, who):
    redacted = who == "redacted"
    name, *words = args.read_text().splitlines()
    live_text = args.with_suffix(".live").read_bytes()
    live = [json.loads(line) for line in live_text.splitlines()]
    run = ask(program, args.with_suffix(".report"), redacted_words(args, words) if redacted else words)
    again = [json.loads(line) for line in run.stdout.splitlines()]
    wrong = []
    if not live or len(live) != len(again):
        wrong = [f"{len(live)} answers live, {len(again)} replayed",
                 (args.with_suffix(".errors").read_bytes() + run.stderr).decode(errors="replace")]
    for a, b in zip(live, again):
        if not (isinstance(b["from"], dict) and b["from"]["recorded"]):
            wrong.append(f"\"from\" is {b['from']!r}")
        take_evidence(a, b)
        take_commands(a, b)
        take_moment(a, b)
        take_namespaces(a, b)
        if who == "unasked" and is_unrecorded(a, b):
            continue
        if redacted and "--for" in words and "server.py" in words[words.index("--for") + 1]:
            # the script is an argument, and those are taken out: nobody can be seen to run it
            wrong += [] if b["verdict"]["cause"] == "other-program" else ["the script was found"]
        elif redacted:
            wrong += differences(essence(a), essence(b))
        else:
            wrong += differences(comparable(a), comparable(b))
    return name, words, live, wrong


def redacted_words(args, words):
    """The targets as the report calls them, in the same order; options stay."""
    targets = json.loads(args.with_suffix(".report").read_bytes())["report"]["targets"]
    options, skip = [], False
    for word in words:
        if skip or word.startswith("--"):
            skip = word in ("--device", "--user", "--for") and not skip
            options.append(word)
        else:
            skip = False
    return options + targets


def main(programs):
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root: every scene has network and PID namespaces of its own")
        return 0
    inuse = os.open(os.environ["INUSE"], os.O_RDONLY)  # the build directory may be closed to others
    number = bad = 0
    causes = collections.Counter()
    for scenes in programs:
        with tempfile.TemporaryDirectory(prefix="inuse-replay-") as folder:
            os.chmod(folder, 0o755)
            run = subprocess.run([scenes], env={**os.environ, "SCENES_RECORDS": folder}, text=True,
                                 stdout=subprocess.PIPE, timeout=500, check=False)
            lines = run.stdout.splitlines()
            for at, line in enumerate(lines):
                if "# SKIP" in line and ", as root" in line:
                    number += 1
                    print(f"ok {number} - {line.split(' - ', 1)[-1]}")
                elif line.startswith("not ok"):
                    number, bad = number + 1, bad + 1
                    print(f"not ok {number} - {line[7:]}")
            if run.returncode:
                number, bad = number + 1, bad + 1
                print(f"not ok {number} - {scenes} ends with {run.returncode}")
            for args in sorted(pathlib.Path(folder).glob("*.args")):
                who = args.stem.split("-", 1)[1]
                name, words, live, wrong = replay(inuse, args, who)
                said = ", ".join(f"{d['verdict']['status']} {d['verdict']['cause']} "
                                 f"{d['verdict']['confidence']}" for d in live[:3])
                causes.update(d["verdict"]["cause"] for d in live)
                number, bad = number + 1, bad + bool(wrong)
                print(f"{'not ok' if wrong else 'ok'} {number} - {name}, {who}: {said}")
                for text in wrong[:8]:
                    print("#  ", text.replace("\n", " ")[:700])
                if wrong:
                    print("#   asked:", " ".join(words))
    print(f"1..{number}\n# {number} recordings replayed, {bad} wrong; causes: "
          + ", ".join(f"{cause} {n}" for cause, n in causes.most_common()))
    return 1 if bad or not number else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
