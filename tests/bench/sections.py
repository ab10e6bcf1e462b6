"""sections.py - a section of docs/performance.md, written anew by the benchmark that it is of"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent


def write_section(text, kept=None):
    """Where the arguments have --page FILE the section goes there; its heading is the first line of the text.

    kept: the name beside this file under which bench.py finds it when it writes the whole page."""
    if "--page" not in sys.argv:
        return
    if kept:
        (HERE / kept).write_text(text, encoding="utf-8")
    page = pathlib.Path(sys.argv[sys.argv.index("--page") + 1])
    old = rf"\n*{re.escape(text.splitlines()[0])}\n.*?(?=\n## |\Z)"
    rest = re.sub(old, "\n", page.read_text(encoding="utf-8"), flags=re.S).rstrip("\n")
    page.write_text(rest + "\n\n" + text, encoding="utf-8")
