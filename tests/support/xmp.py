"""Looks at the XMP of pictures and sidecars, without a library of XMP.

  xmp.py get FILE            prints dc:description and the alternative text, a line each
  xmp.py describe FILE TEXT  puts a packet with this description, as a person's program might, into a JPEG or a PNG
  xmp.py iptc FILE TEXT      puts an IPTC caption into a JPEG
  xmp.py coded FILE          prints the digest of the file's coded pixels: a JPEG's scans, a PNG's IDAT
"""
import hashlib
import html
import re
import struct
import sys
import zlib

PACKET = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ' \
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ' \
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4">' \
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:description>' \
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'


def get(data):
    for name in ("dc:description", "Iptc4xmpCore:AltTextAccessibility"):
        found = re.search(b"<" + name.encode() + b">.*?x-default\">(.*?)</rdf:li>", data, re.S)
        print(html.unescape(found.group(1).decode()) if found else "(none)")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def describe(data, text):
    packet = (PACKET % html.escape(text)).encode()
    if data[:2] == b"\xff\xd8":
        body = b"http://ns.adobe.com/xap/1.0/\0" + packet
        return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
    return data[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet) + data[33:]


def iptc(data, text):
    record = b"\x1c\x02\x78" + struct.pack(">H", len(text)) + text.encode()
    record += b"\0" * (len(record) % 2)
    body = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:]


def coded(data):
    if data[:2] == b"\xff\xd8":
        at = 2
        while data[at + 1] != 0xDA:
            at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
        return data[at:]
    at, out = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        out += data[at + 8:at + 8 + n] if kind == b"IDAT" else b""
        at += 12 + n
    return out


what, path = sys.argv[1:3]
with open(path, "rb") as f:
    content = f.read()
if what == "get":
    get(content)
elif what == "coded":
    print(hashlib.sha256(coded(content)).hexdigest())
else:
    content = {"describe": describe, "iptc": iptc}[what](content, sys.argv[3])
    with open(path, "wb") as f:
        f.write(content)
