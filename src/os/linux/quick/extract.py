#!/usr/bin/env python3
"""Turns a BPF object into a C header with its programs: instructions, places of the one variable's
address in them, and where functions begin. For quick.c, which loads them without libbpf."""
import hashlib
import struct
import sys

LD_IMM64 = 0x18
PSEUDO_MAP_VALUE, PSEUDO_FUNC = 2, 4
STT_FUNC = 2


def cells(table, size, form):
    return [struct.unpack_from(form, table, at) for at in range(0, len(table), size)]


def main(path, names):
    with open(path, "rb") as file:
        elf = file.read()
    at, = struct.unpack_from("<Q", elf, 40)
    entry, count, strings = struct.unpack_from("<HHH", elf, 58)
    heads = [struct.unpack_from("<IIQQQQIIQQ", elf, at + i * entry) for i in range(count)]

    def body(head):
        return elf[head[4]:head[4] + head[5]]

    def text(table, offset):
        return table[offset:table.index(b"\0", offset)].decode()

    names_table = body(heads[strings])
    by_name = {text(names_table, head[0]): i for i, head in enumerate(heads)}
    symbol_head = heads[by_name[".symtab"]]
    symbol_names = body(heads[symbol_head[6]])
    symbols = cells(body(symbol_head), 24, "<IBBHQQ")
    print("/* Made by extract.py. */")
    stamp = hashlib.sha256()
    for name in names:
        section = by_name["quick/" + name]
        code = [list(cell) for cell in cells(body(heads[section]), 8, "<BBhi")]
        functions = sorted(s[4] // 8 for s in symbols if s[3] == section and s[1] & 15 == STT_FUNC)
        places = []
        if functions[0] != 0 or text(symbol_names, next(
                s[0] for s in symbols if s[3] == section and s[4] == 0 and s[1] & 15 == STT_FUNC)) != name:
            sys.exit(f"{path}: the program {name} is not the first of its section")
        for offset, info in cells(body(heads[by_name[".relquick/" + name]]), 16, "<QQ"):
            symbol, at = symbols[info >> 32], offset // 8
            if code[at][0] != LD_IMM64:
                sys.exit(f"{path}: {name}: instruction {at} cannot be relocated")
            if symbol[3] == section:
                target = (symbol[4] + code[at][3]) // 8
                code[at][1:] = [code[at][1] & 15 | PSEUDO_FUNC << 4, 0, target - at - 1]
            elif symbol[3] == by_name[".bss"]:
                code[at + 1][3] = symbol[4] + code[at][3]
                code[at][1:] = [code[at][1] & 15 | PSEUDO_MAP_VALUE << 4, 0, 0]
                places.append(at)
            else:
                sys.exit(f"{path}: {name}: {text(symbol_names, symbol[0])} is not the one variable")
        words = [int.from_bytes(struct.pack("<BBhi", *cell), "little") for cell in code]
        stamp.update(repr((name, words, places, functions)).encode())
        for kind, suffix, values, form in (("uint64_t", "code", words, "0x{:x}"),
                                           ("uint16_t", "places", places, "{}"),
                                           ("uint16_t", "functions", functions, "{}")):
            print(f"static const {kind} {name}_{suffix}[] = {{")
            for i in range(0, len(values), 6):
                print("\t" + ", ".join(form.format(v) for v in values[i:i + 6]) + ",")
            print("};")
    print(f"/* Other for other programs. */\n#define {names[0].upper()}_STAMP 0x{stamp.hexdigest()[:16]}ULL")


main(sys.argv[1], sys.argv[2:])
