#!/usr/bin/env python3
"""look.py - the pictures of the page in the README, of a staged machine with ten causes: look.py INUSE FOLDER (root)"""
import os
import pathlib
import subprocess
import sys
import tempfile

from browser import Browser

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 1280, 1210
SET_UP = 'hostname shop; mount -t tmpfs none /srv; export STAGE_FOLDER=/srv; exec "$@"'


def main():
    inuse, pictures = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "page.html")
        subprocess.run(["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", SET_UP, "sh",
                        sys.executable, HERE / "stage.py", os.path.abspath(inuse), "report", "--html", "-o", page], check=True)
        browser = Browser()
        for name, dark in (("page.png", False), ("page-dark.png", True)):
            browser.open(page, WIDTH, HEIGHT, dark=dark)
            browser.wait("[...document.querySelectorAll('.band')].every(b => b.querySelector('.axis'))")
            browser.screenshot(pictures / name)
            print(pictures / name, (pictures / name).stat().st_size, "bytes")
        browser.close()


if __name__ == "__main__":
    main()
