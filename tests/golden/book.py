#!/usr/bin/env python3
"""Every sentence that the program can print, in one file that reads like a book.

Taken from the string literals of the sources, in the order of reading; what is filled in at run time is
"…". A changed sentence changes the book, and whoever changes it reads how it sounds beside the others.

    book.py SOURCE_ROOT            compares with tests/golden/book.txt, prints TAP
    book.py SOURCE_ROOT --write    writes it anew
"""
import difflib
import os
import re
import sys

# Chapters: a title, and the files that speak in it.
CHAPTERS = [
    ("The answer", ["src/engine/headline.c", "src/engine/describe.c", "src/engine/linux/describe.c", "src/engine/phrase.c",
                    "src/model/cause.h"]),
    ("Causes", ["src/engine/causes/*.c", "src/engine/decide.c", "src/engine/blockers.c", "src/engine/judge.c",
                "src/engine/linux/judge.c", "src/engine/unix.c", "src/engine/unix-path.c"]),
    ("Doubts and gaps", ["src/engine/linux/caveats.c", "src/engine/linux/gaps.c", "src/os/linux/**.c"]),
    ("What helps", ["src/engine/remedies.c", "src/engine/linux/remedies.c", "src/engine/linux/again.c",
                    "src/knowledge/causes.c", "src/knowledge/services.c", "src/knowledge/kernel-users.c",
                    "src/knowledge/supervisors.c", "src/knowledge/proxies.c", "src/knowledge/workers.c"]),
    ("Connections and other machines", ["src/engine/connect.c", "src/engine/connect-path.c", "src/engine/elsewhere.c",
                                        "src/engine/engine-list.c", "src/engine/other-system.c"]),
    ("Plans, refusals and results", ["src/engine/plan.c", "src/engine/plan-words.c", "src/engine/planning.c",
                                     "src/engine/linux/plan.c", "src/engine/linux/levers.c",
                                     "src/knowledge/protected.c", "src/session/*.c"]),
    ("Errors and what they mean", ["src/engine/explain.c", "src/knowledge/errors.c", "src/base/err.c"]),
    ("The command line", ["src/cli/*.c", "src/output/*.c", "src/input/target*.c", "src/input/filter.c"]),
    ("Commands under inuse run", ["src/run/linux/*.c"]),
    ("Windows", ["src/engine/windows/*.c", "src/knowledge/windows-ports.c", "src/os/windows/**.c", "src/cli/windows/*.c"]),
]
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
COMMENT = re.compile(r"/\*.*?\*/", re.S)
FORMAT = re.compile(r'%(?:-?\d+|\.\*|\.\d+|\*)*(?:PRI\w+|hh|h|ll|l|z|j)?[sduxXc]')


def files(root, pattern):
    folder, name = os.path.split(os.path.join(root, pattern))
    deep = name.startswith("**")
    if "*" not in name:
        return [os.path.join(folder, name)]
    found = []
    for where, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.join(where, n) for n in sorted(names) if n.endswith(".c")]
        if not deep:
            break
    return found


def literals(path):
    """Adjacent literals are one sentence, as the compiler reads them."""
    text = open(path, encoding="utf-8").read()
    # a quote within a comment is none, a comment within a literal is text
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"|/\*.*?\*/|^#\s*include.*?$', lambda m: m[0] if m[0][0] == '"' else " ",
                  text, flags=re.S | re.M)
    text = text.replace("\\\n", " ")
    for group in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*(?:PRI\w+\s*)?"(?:[^"\\\n]|\\.)*")*', text):
        yield "".join(LITERAL.findall(group[0]))


def sentence(literal):
    """What a reader sees of it; None: no words of ours."""
    text = literal.replace('\\"', '"').replace("\\n", " ").replace("\\t", "  ").replace("\\\\", "\\").replace("\\r", "")
    text = FORMAT.sub("…", text).replace("%%", "%").strip(" ")
    text = re.sub(r"\s\s+", " ", re.sub(r"<[^>]*>|<[^>]*$", " ", text)).strip()  # pages are HTML
    words = re.findall(r"[A-Za-z][a-z]+", text)
    if len(words) < 2 or " " not in text.strip("… ,;:()."):
        return None
    return text


def book(root):
    lines = ["What inuse says", "===============", "",
             "Every sentence that the program can print, once. \"…\" is filled in. Written by tests/golden/book.py.", ""]
    seen = set()
    for title, patterns in CHAPTERS:
        lines += [title, "-" * len(title), ""]
        for path in [p for pattern in patterns for p in files(root, pattern)]:
            said = []
            for literal in literals(path):
                text = sentence(literal)
                if text and text not in seen:
                    seen.add(text)
                    said.append("  " + text)
            if said:
                lines += [os.path.relpath(path, root) + ":"] + said + [""]
    return "\n".join(lines).rstrip() + "\n", len(seen)


def main():
    root = sys.argv[1]
    golden = os.path.join(root, "tests/golden/book.txt")
    text, count = book(root)
    if "--write" in sys.argv:
        open(golden, "w", encoding="utf-8").write(text)
        print(count, "sentences")
        return 0
    kept = open(golden, encoding="utf-8").read()
    print("1..2")
    for line in difflib.unified_diff(kept.splitlines(), text.splitlines(), "the book", "the sources", "", "", 0):
        print("#", line)
    print("ok" if kept == text else "not ok", f"1 - the book has every sentence ({count}); else read the new ones, then --write")
    print("ok" if count > 500 else "not ok", "2 - it is a book")
    return kept != text or count <= 500


if __name__ == "__main__":
    sys.exit(main())
