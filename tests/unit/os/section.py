#!/usr/bin/env python3
"""section.py CLANG SOURCE OUTPUT: what clang says in BTF of the types of a C file."""
import struct
import subprocess
import sys
import tempfile

clang, source, output = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([clang, "-O1", "-g", "-target", "bpf", "-c", source, "-o", folder + "/made.o"], check=True)
    with open(folder + "/made.o", "rb") as made:
        elf = made.read()
at, = struct.unpack_from("<Q", elf, 40)
entry, count, strings = struct.unpack_from("<HHH", elf, 58)
heads = [struct.unpack_from("<IIQQQQ", elf, at + i * entry) for i in range(count)]
names = heads[strings]
for head in heads:
    name = elf[names[4] + head[0]:].split(b"\0", 1)[0]
    if name == b".BTF":
        with open(output, "wb") as file:
            file.write(elf[head[4]:head[4] + head[5]])
        sys.exit()
sys.exit(f"{source}: no BTF")
