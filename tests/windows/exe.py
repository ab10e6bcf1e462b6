#!/usr/bin/env python3
"""The file inuse.exe itself: what it loads, how it is protected, what it says of itself, and that it is built alike."""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

from wine import INUSE, ON_WINE, ROOT, Points

# Those of HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\KnownDLLs: none that lies beside the program is taken.
KNOWN = {"advapi32.dll", "kernel32.dll", "msvcrt.dll", "shell32.dll", "user32.dll", "ws2_32.dll"}
# What some Windows or Wine lack, or what no KnownDLL has, is asked for at run time.
OPTIONAL = {"GetExtendedTcpTable", "GetAdaptersAddresses", "InternalGetBoundTcpEndpointTable", "EvtQuery",
            "HttpInitialize", "IsProcessCritical", "I_QueryTagInformation", "NtQuerySystemInformation",
            "SetDefaultDllDirectories"}
FLAGS = {0x20: "HIGH_ENTROPY_VA", 0x40: "DYNAMIC_BASE", 0x80: "FORCE_INTEGRITY", 0x100: "NX_COMPAT",
         0x400: "NO_SEH", 0x1000: "APPCONTAINER", 0x4000: "GUARD_CF", 0x8000: "TERMINAL_SERVER_AWARE"}


class Image:
    """A PE file for 64 bits, as far as it is looked at here."""

    def __init__(self, path):
        self.bytes = pathlib.Path(path).read_bytes()
        header = self.number("I", 0x3C)
        if self.bytes[header:header + 4] != b"PE\0\0" or self.number("H", header + 24) != 0x20B:
            raise ValueError(f"{path}: no program for 64-bit Windows")
        self.stamp = self.number("I", header + 8)
        self.symbols = self.number("I", header + 12)
        optional = header + 24
        self.os_version = struct.unpack_from("<HH", self.bytes, optional + 40)
        self.subsystem_version = struct.unpack_from("<HH", self.bytes, optional + 48)
        self.base = self.number("Q", optional + 24)
        self.flags = self.number("H", optional + 70)
        self.directories = optional + 112
        first = optional + self.number("H", header + 20)
        self.sections = []
        for i in range(self.number("H", header + 6)):
            name, size, address, raw, at = struct.unpack_from("<8sIIII", self.bytes, first + 40 * i)
            self.sections.append((name.rstrip(b"\0").decode("ascii", "replace"), max(size, raw), address, at))

    def number(self, kind, at):
        return struct.unpack_from("<" + kind, self.bytes, at)[0]

    def at(self, address):
        for _, size, start, offset in self.sections:
            if start <= address < start + size:
                return offset + address - start
        raise ValueError(f"nothing lies at {address:#x}")

    def text(self, address):
        at = self.at(address)
        return self.bytes[at:self.bytes.index(b"\0", at)].decode("ascii", "replace")

    def imports(self):
        """{"kernel32.dll": {functions}}"""
        found, at = {}, self.at(self.number("I", self.directories + 8))
        while self.number("I", at + 12):
            names, cell = set(), self.at(self.number("I", at) or self.number("I", at + 16))
            while self.number("Q", cell):
                if not self.number("Q", cell) >> 63:
                    names.add(self.text(self.number("Q", cell) + 2))
                cell += 8
            found[self.text(self.number("I", at + 12)).lower()] = names
            at += 20
        return found

    def version_word(self, name):
        """A text of the version resource; None: there is none."""
        wide = name.encode("utf-16-le") + b"\0\0"
        at = self.bytes.find(wide)
        if at < 0:
            return None
        at += len(wide)
        at += -at % 4 if not (at - self.bytes.find(wide)) % 4 else 0
        end = at
        while self.bytes[end:end + 2] == b"\0\0":
            end += 2
        at = end
        while self.bytes[end:end + 2] != b"\0\0":
            end += 2
        return self.bytes[at:end].decode("utf-16-le", "replace")


def build_elsewhere(folder):
    """The same sources in another folder, built there; returns the program."""
    source = pathlib.Path(folder) / "another place" / "of another length"
    for name in ("packaging", "include", "src", "docs", "man", "tools", "examples"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name)
    for name in ("meson.build", "meson_options.txt"):
        shutil.copy(ROOT / name, source / name)
    build = source / "build-again"
    for words in (["meson", "setup", "--cross-file", str(ROOT / "build-windows-libs/mingw.ini"), "-Dtests=false",
                   str(build), str(source)], ["ninja", "-C", str(build), "inuse.exe"]):
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return build / "inuse.exe"


def alike(points):
    if not ON_WINE or not shutil.which("x86_64-w64-mingw32-gcc"):
        points.skip("two builds in different folders are the same, byte for byte", "no compiler for Windows here")
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            other = build_elsewhere(folder).read_bytes()
        except subprocess.CalledProcessError as error:
            points.check(False, "it can be built in another folder", error.stdout.decode("utf-8", "replace")[-3000:])
            return
    here = pathlib.Path(INUSE).read_bytes()
    first = next((i for i, (a, b) in enumerate(zip(here, other)) if a != b), None)
    points.check(here == other, f"two builds in different folders are the same, byte for byte: {len(here)} bytes",
                 f"{len(here)} and {len(other)} bytes, the first difference at {first}")


def main():
    points = Points()
    image = Image(INUSE)
    imports = image.imports()
    for dll, names in sorted(imports.items()):
        print(f"# {dll}: {len(names)} functions")
    points.check(set(imports) <= KNOWN, f"only known libraries are loaded: {', '.join(sorted(imports))}")
    functions = set().union(*imports.values())
    points.check(len(functions) > 50 and not functions & OPTIONAL, "what some systems lack is asked for at run time",
                 functions & OPTIONAL, len(functions))
    flags = [name for bit, name in FLAGS.items() if image.flags & bit]
    print(f"# security flags {image.flags:#06x}: {', '.join(flags)}; no GUARD_CF, no signature")
    points.check({"HIGH_ENTROPY_VA", "DYNAMIC_BASE", "NX_COMPAT"} <= set(flags), "it is loaded anywhere, and data does not run", flags)
    points.check(image.base > 0xFFFFFFFF and any(name == ".reloc" for name, *_ in image.sections),
                 f"even above 4 GB: its own place is {image.base:#x}, and it can be moved")
    points.check(image.os_version == (6, 1) and image.subsystem_version == (6, 1),
                 f"Windows 7 or later: {image.os_version}, {image.subsystem_version}")
    names = [name for name, *_ in image.sections]
    points.check(not image.symbols and not any(name.startswith((".debug", "/")) for name in names),
                 f"stripped: {', '.join(names)}")
    points.check(image.stamp == 0, f"no time of the build in it: {image.stamp}")
    version = image.version_word("FileVersion")
    told = subprocess.run(([os.environ["INUSE_WINDOWS_RUN"]] if ON_WINE else []) + [INUSE, "--version"],
                          capture_output=True, timeout=90, stdin=subprocess.DEVNULL).stdout.decode().strip()
    points.check(version and told == f"inuse {version}" and image.version_word("ProductName") == "inuse" and
                 image.version_word("OriginalFilename") == "inuse.exe",
                 f"its version resource says what --version says: {version}", told,
                 image.version_word("ProductName"), image.version_word("OriginalFilename"))
    points.check(b"asInvoker" in image.bytes and b"UTF-8</activeCodePage>" in image.bytes,
                 "its manifest: no rights of its own, UTF-8")
    alike(points)
    return points.end()


if __name__ == "__main__":
    sys.exit(main())
