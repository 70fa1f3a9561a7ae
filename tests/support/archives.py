#!/usr/bin/env python3
"""Archives for tests, good ones and hostile ones.

    archives.py KIND DATASET OUT [OUTSIDE]     OUT ends in .zip, .tar or .tar.gz

Every archive holds the files of the dataset directory below coco/; a hostile one has the entries of its KIND besides.

    good      nothing besides              flat      the files stand at the top
    deep      far below, among much that is not of a dataset: notes, programs, what a Mac adds
    dotted    names as "./coco//./x"       accents   a name that is not ASCII (tar: in a pax header)
    up in absolute backslash drive         names that lead out of the directory, to OUTSIDE
    newline bytes long                     names that are not text, or too long
    symlink through                        a symbolic link to OUTSIDE; the same, then a file below it
    hardlink chr blk fifo socket           neither a file nor a directory
    twice two none                         a wanted file twice; two datasets; no dataset
    way       a file where another needs a directory
    bomb      80 MB of zeros               zeros     2 MB of zeros
    headers   300000 empty files, 154 MB of headers (tar)
    liar      a million bytes that are said to be seven (zip); none that are said to be a million (tar)
    crc       a bit of a stored file flipped, encrypted: flag bits that say so (both zip)
"""
import io
import os
import random
import stat
import struct
import sys
import tarfile
import zipfile

CAPTIONS = "coco2014_captions.h5"
TYPES = {"symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE, "chr": tarfile.CHRTYPE, "blk": tarfile.BLKTYPE,
         "fifo": tarfile.FIFOTYPE}
MODES = {"symlink": stat.S_IFLNK, "chr": stat.S_IFCHR, "blk": stat.S_IFBLK, "fifo": stat.S_IFIFO,
         "socket": stat.S_IFSOCK}
# One entry each, a plain file that says "evil".
NAMES = {"up": "../evil", "in": "coco/a/../../../evil", "absolute": "OUTSIDE/evil", "backslash": "coco\\..\\..\\evil",
         "drive": "C:evil", "newline": "coco/a\nb", "bytes": "coco/\udcff\udcfe", "long": "coco/" + "a/" * 600 + "a",
         "twice": "coco/./README.txt", "two": "other/" + CAPTIONS}
DEEP = ("__MACOSX/coco/._" + CAPTIONS, "deep/er/.DS_Store", "deep/er/get.sh", "deep/er/images/._1.png",
        "deep/er/images/page.html", "deep/notes.txt", "images/1.png", "deep/er/sub/coco2014_vocab.json")


def noise(n):
    return random.Random(1).randbytes(n)


class Zip:
    def __init__(self, path):
        self.path = path
        self.file = zipfile.ZipFile(path, "w")

    def add(self, name, data, kind="file"):
        info = zipfile.ZipInfo("x")
        info.filename = name.replace("\udcff\udcfe", "QQ")  # as it is, without the module's own corrections
        info.create_system = 3
        info.external_attr = (MODES.get(kind, stat.S_IFREG) | 0o644) << 16
        self.file.writestr(info, data, zipfile.ZIP_STORED if kind == "crc" else zipfile.ZIP_DEFLATED)

    def close(self, kind):
        """What the module does not write is put into its bytes: in the last entry, local header and directory."""
        last = self.file.infolist()[-1]
        self.file.close()
        with open(self.path, "rb") as f:
            data = bytearray(f.read())
        local, central = last.header_offset, data.rindex(b"PK\1\2")
        if kind == "bytes":
            data = data.replace(b"QQ", b"\xff\xfe")
        elif kind == "crc":
            data[data.index(noise(1000)) + 500] ^= 1
        elif kind == "encrypted":
            data[local + 6] |= 1
            data[central + 8] |= 1
        elif kind == "liar":
            struct.pack_into("<I", data, local + 22, 7)
            struct.pack_into("<I", data, central + 24, 7)
        with open(self.path, "wb") as f:
            f.write(data)


class Tar:
    def __init__(self, path, kind):
        self.file = tarfile.open(path, "w:gz" if path.endswith("gz") else "w", encoding="utf-8",
                                 errors="surrogateescape",
                                 format=tarfile.PAX_FORMAT if kind == "accents" else tarfile.GNU_FORMAT)

    def add(self, name, data, kind="file"):
        info = tarfile.TarInfo(name)
        info.type = TYPES.get(kind, tarfile.REGTYPE)
        if kind in TYPES:
            info.linkname = data.decode()
            self.file.addfile(info)
        else:
            info.size = len(data)
            self.file.addfile(info, None if kind == "liar" else io.BytesIO(data))

    def close(self, kind):
        self.file.close()


def add_dataset(out, source, kind):
    top = {"flat": "", "deep": "deep/er/", "dotted": "./coco//./"}.get(kind, "coco/")
    for folder, folders, files in os.walk(source):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(folder, name)
            if kind == "none" and name == CAPTIONS:
                continue
            with open(path, "rb") as f:
                out.add(top + os.path.relpath(path, source), f.read())


def add_extra(out, kind, outside):
    if kind in NAMES:
        out.add(NAMES[kind].replace("OUTSIDE", outside), b"evil")
    elif kind in ("symlink", "through"):
        out.add("coco/images/link", outside.encode(), "symlink")
        if kind == "through":
            out.add("coco/images/link/evil.png", b"evil")
    elif kind in ("hardlink", "chr", "blk", "fifo", "socket"):
        out.add("coco/images/odd.png", b"coco/README.txt", kind)
    elif kind == "way":
        out.add("coco/images/a.png", b"evil")
        out.add("coco/images/a.png/b.png", b"evil")
    elif kind in ("bomb", "zeros"):
        out.add("coco/images/zeros.png", bytes(80000000 if kind == "bomb" else 2000000))
    elif kind == "headers":
        out.file.fileobj.write(tarfile.TarInfo("x").tobuf() * 300000)
    elif kind in ("liar", "crc", "encrypted"):
        out.add("coco/images/noise.png", noise(1000 if kind == "crc" else 1000000), kind)
    elif kind == "deep":
        for name in DEEP:
            out.add(name, b"not wanted")
    elif kind == "accents":
        out.add("coco/images/\u00e9\u20ac.png", b"accents")


def main():
    kind, source, path = sys.argv[1:4]
    out = Zip(path) if path.endswith(".zip") else Tar(path, kind)
    add_dataset(out, source, kind)
    add_extra(out, kind, sys.argv[4] if len(sys.argv) > 4 else "/nowhere")
    out.close(kind)


main()
