#!/usr/bin/env python3
"""docs/windows-acceptance.md and tests/windows/accept.ps1 speak of commands, options and words that inuse has.

Nobody here runs them: what they expect would grow old unseen. Arguments: the root of the project, inuse. Prints TAP.
"""
import pathlib
import re
import subprocess
import sys

PAGE, SCRIPT = "docs/windows-acceptance.md", "tests/windows/accept.ps1"
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
# What a run puts into a sentence: numbers, addresses, and what is left out.
FILLED = re.compile(r"\(pid [^)]*\)|\bA-B\b|…|\b[0-9][0-9.:]*[0-9]\b|\b[0-9]\b|\([A-Z]+ [0-9]+\)")
SHORTEST = 6  # fewer letters are said everywhere


def sentences(root):
    """All that the sources can say, a literal each; those that stand beside each other are one."""
    joined = []
    for path in sorted((root / "src").rglob("*.c")):
        text = re.sub(r'"\s*\n?\s*"', "", path.read_text(encoding="utf-8"))
        joined += LITERAL.findall(text)
    return "\n".join(joined).replace('\\"', '"').replace("%%", "%")


def expected(page):
    """(step, words in quotes) of the last column of each row."""
    for row in page.splitlines():
        cells = re.split(r"(?<!\\)\|", row)
        if len(cells) == 5 and cells[1].strip().isdigit():
            for quote in re.findall(r'"([^"]+)"', cells[3]):
                yield int(cells[1]), quote


def script_words(script):
    """Words that the script looks for in what inuse prints."""
    for name, words in re.findall(r"\$(\w+)\.Text -(?:not)?match '([^']+)'", script):
        if name in ("plan", "refused", "done"):
            yield words


def page_options(page):
    """(command, option) of all calls of inuse."""
    for code in re.findall(r"`([^`]*)`", page):
        for command, rest in re.findall(r"\binuse (\w+)((?: [^&,]+)?)", code.split(" -- ")[0]):
            for option in re.findall(r"(?<=\s)--?[a-z][a-z-]*", rest):
                yield command, option


def script_options(script):
    for words in re.findall(r"(?:Ask|Why) @\(([^)]*)\)", script):
        words = re.findall(r"'([^']+)'", words.split("'--'")[0])
        command = words[0] if words and words[0].isalpha() else "why"
        for word in words:
            if word.startswith("-") and word != "--version":
                yield command, word


def steps(pattern, text):
    return {int(number) for number in re.findall(pattern, text, re.M)}


def main():
    root, inuse = pathlib.Path(sys.argv[1]), sys.argv[2]
    page, script = ((root / name).read_text(encoding="utf-8") for name in (PAGE, SCRIPT))
    said, bad, number = sentences(root), 0, 0

    def point(missing, name):
        nonlocal bad, number
        number += 1
        bad += bool(missing)
        for line in missing:
            print("#", line)
        print("not ok" if missing else "ok", number, "-", name)

    quotes = list(expected(page))
    point([f"step {step}: \"{quote}\": nothing says \"{part}\"" for step, quote in quotes
           for part in map(str.strip, FILLED.split(quote)) if len(part) >= SHORTEST and part not in said],
          f"{PAGE}: {len(quotes)} sentences are the program's")
    words = list(script_words(script))
    point([f"\"{part}\"" for part in words if part not in said and not part.startswith("Remote")] or
          ([] if words else ["none found"]), f"{SCRIPT}: {len(words)} words are the program's")
    used = sorted(set(page_options(page)) | set(script_options(script)))
    helps = {command: subprocess.run([inuse, "help", command], capture_output=True, text=True).stdout
             for command in {command for command, _ in used}}
    # help has no options of Windows on Linux
    rows = (root / "src/cli/option.c").read_text(encoding="utf-8")
    point([f"inuse {command} {option}" for command, option in used
           if not re.search(re.escape(option) + r"(?![\w-])", helps[command]) and f'"{option[2:]}"' not in rows],
          f"{len(used)} options are those of their command: {', '.join(sorted(helps))}")
    causes = set(re.findall(r"cause -eq '([a-z-]+)'", script))
    point([cause for cause in causes if f'"{cause}"' not in (root / "src/model/cause.h").read_text(encoding="utf-8")],
          f"{SCRIPT}: causes are the program's: {', '.join(sorted(causes))}")
    listed, scripted = steps(r"^\| (\d+) \|", page), steps(r"\b(?:Tell|Pass) (\d+) ", script)
    point([f"step {step} is only in one of them" for step in listed ^ scripted], f"both have the same {len(listed)} steps")
    print(f"1..{number}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
