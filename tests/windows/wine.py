"""What the tests of inuse.exe share: programs started under Wine (or on Windows), and TAP points."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import jsonschema

RUN = [os.environ["INUSE_WINDOWS_RUN"]] if os.environ.get("INUSE_WINDOWS_RUN") and os.name != "nt" else []
INUSE, HOLDER = (os.path.abspath(path) for path in sys.argv[1:3])
ROOT = pathlib.Path(sys.argv[3])
ON_WINE = os.name != "nt"


if ON_WINE:
    # The first program starts Wine's own services, which keep its streams open: not a pipe of ours.
    subprocess.run(RUN + ["cmd", "/c", "exit"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=120, check=False)


class Points:
    """TAP points; each prints what was compared when it fails."""

    def __init__(self):
        self.number, self.bad = 0, 0

    def check(self, good, name, *seen):
        self.number += 1
        if not good:
            self.bad += 1
            for text in seen:
                for line in str(text).splitlines():
                    print("#", line)
        print("ok" if good else "not ok", self.number, "-", name, flush=True)
        return good

    def skip(self, name, why):
        self.number += 1
        print(f"ok {self.number} - {name} # SKIP {why}", flush=True)

    def end(self):
        print(f"1..{self.number}")
        return 1 if self.bad else 0


class Answer:
    """How one run of inuse.exe ended."""

    def __init__(self, run):
        self.code = run.returncode
        self.out = run.stdout.decode("utf-8", "replace")
        self.err = "\n".join(line for line in run.stderr.decode("utf-8", "replace").splitlines()
                             if "wine32" not in line and "multiarch" not in line and "dpkg" not in line
                             and "execute" not in line and ":err:" not in line)
        self.bytes = run.stdout

    def __str__(self):
        return f"exit {self.code}\n{self.out}\n{self.err}"

    def json(self):
        return json.loads(self.out)


def inuse(*words, program=None, stdin=b"", timeout=90, env=None):
    for last in (False, True):
        answer = Answer(subprocess.run(RUN + [program or INUSE, *words], input=stdin, capture_output=True,
                                       timeout=timeout, env={**os.environ, **(env or {})}))
        # inuse never ends with 1 and not a word: that is Wine, which now and then starts no program
        if last or not ON_WINE or answer.code != 1 or answer.out or answer.err or "-q" in words:
            return answer
        print("# Wine did not start it: once more", flush=True)
    return answer


def holder(*words):
    """A short run of the test's helper; returns what it printed."""
    # A file: the first console makes Wine start its desktop, which would keep a pipe open.
    with tempfile.TemporaryFile() as out:
        subprocess.run(RUN + [HOLDER, *words], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL,
                       timeout=60, check=False)
        out.seek(0)
        return out.read().decode("utf-8", "replace").replace("\r", "").strip()


def end(pid):
    """Ends a process of ours by its number; one that is gone already is fine."""
    subprocess.run(RUN + ["taskkill", "/f", "/pid", str(pid)], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


class Held:
    """The helper, while it holds a port."""

    def __init__(self, *words, program=None):
        self.process = subprocess.Popen(RUN + [program or HOLDER, *words], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline().decode().split()
        if not line or line[0] != "ready":
            self.process.kill()
            raise RuntimeError(f"holder {words}: {line}")
        self.words = [line[0]] + [int(word) for word in line[1:]]
        self.pid = self.words[1]
        self.since = time.time()

    def ended(self, seconds=20):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            end(self.pid)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()


def schema_error(document, name):
    """None when a document is what docs/schema says; else why not."""
    with open(ROOT / "docs/schema" / f"inuse.{name}.1.schema.json", encoding="utf-8") as file:
        try:
            jsonschema.validate(document, json.load(file))
        except jsonschema.ValidationError as error:
            return f"{error.json_path}: {error.message}"
    return None
