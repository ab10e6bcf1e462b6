"""The files of src/ as a graph: who includes whom, who uses whose names. Read by the tests beside it."""
import collections
import json
import pathlib
import re
import subprocess

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
FILES_LEAST = 100  # fewer: the folders were not found, and nothing is proven


def stem(name):
    """a/b.c and a/b.h are one: what a reader opens together."""
    return name.rsplit(".", 1)[0]


def includes(root):
    """{stem: set of stems} over all files below root, a pathlib.Path."""
    arrows = {}
    for path in sorted(root.rglob("*")):
        if path.suffix in (".c", ".h"):
            own = stem(path.relative_to(root).as_posix())
            found = {stem(other) for other in INCLUDE.findall(path.read_text()) if (root / other).is_file()}
            arrows.setdefault(own, set()).update(found - {own})
    return arrows


def objects(build, root):
    """{object file: stem} of what this build has compiled from below root."""
    found, root = {}, root.resolve()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        folder = pathlib.Path(entry["directory"])
        source = (folder / entry["file"]).resolve()
        if source.is_relative_to(root) and (folder / entry["output"]).is_file():
            found[str(folder / entry["output"])] = stem(source.relative_to(root).as_posix())
    return found


def symbols(build, root):
    """({name: stems that define it}, {stem: set of names that it wants}) of the objects of a build."""
    defined, wanted = collections.defaultdict(list), collections.defaultdict(set)
    files = objects(build, root)
    nm = subprocess.run(["nm", "-g", "--print-file-name", *files], check=True, capture_output=True, text=True)
    for line in nm.stdout.splitlines():
        file, _, row = line.rpartition(":")
        *_, kind, name = row.split()
        if kind in "Uvw":  # in small letters: it may be missing
            wanted[files[file]].add(name)
        else:
            defined[name].append(files[file])
    return defined, wanted


def uses(build, root):
    """{stem: set of stems whose names it uses}."""
    defined, wanted = symbols(build, root)
    arrows = {own: {file for name in names for file in defined.get(name, ())} - {own} for own, names in wanted.items()}
    for files in defined.values():
        for own in files:
            arrows.setdefault(own, set())
    return arrows


def circles(arrows):
    """Sets of files each of which leads to each other, the largest first (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(arrows.get(node, ())):
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            place = stack.index(node)
            if len(stack) - place > 1:
                found.append(sorted(stack[place:]))
            del stack[place:]

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return sorted(found, key=len, reverse=True)
