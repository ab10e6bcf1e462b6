"""Writes the style and the script of the page as C strings, with the hashes that its policy names.

embed.py STYLE SCRIPT HEADER. The hash is of exactly the bytes that stand in the element, so both are made here, from
the same bytes. A C99 compiler need not take longer literals than 4,095 bytes: an array of characters has no limit.
"""
import base64
import hashlib
import pathlib
import sys


def rows(name, path):
    data = path.read_bytes()
    if b"</" in data or b"<!--" in data or b"\r" in data or b"\0" in data:
        sys.exit(f"{path}: would end its element, or be read as other bytes than these")
    yield f"static const char iu_page_{name}[] = {{"
    for at in range(0, len(data), 20):
        yield "\t" + " ".join(f"{byte if byte < 128 else byte - 256}," for byte in data[at:at + 20])
    yield "\t0};"
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    yield f'#define IU_PAGE_{name.upper()}_SHA256 "{digest}"'


def main():
    style, script, header = map(pathlib.Path, sys.argv[1:])
    header.write_text("\n".join([*rows("style", style), *rows("script", script)]) + "\n")


main()
