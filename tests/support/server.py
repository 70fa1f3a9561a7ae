#!/usr/bin/env python3
"""A web server on loopback that misbehaves on request, for tests.

    server.py PORTFILE [SECONDS [FILE]]

Takes two free ports, for http and for https with an untrusted certificate (server-key.pem), and writes their numbers to
PORTFILE, which appears complete. Serves until it is killed, or for the given seconds (default 300), and logs nothing. The
path says what happens:

    /ok/NAME            a small PNG              /jpeg            a small JPEG
    /404 /410 /403 /503 that status              /html            status 200, an HTML page
    /flaky/N/NAME       500 N times, then ok     /again/N/NAME    429 with Retry-After: 1, N times, then ok
    /pause/N/NAME       the same with Retry-After: 4
    /later              429 with Retry-After: 3600
    /reset/N/NAME       a reset within the body N times, then ok
    /cut                a body shorter than its Content-Length
    /more               a body longer than its Content-Length
    /cut-jpeg           a truncated JPEG          /cut-png        a truncated PNG
    /big-reset/NAME     always a reset, after 1.2 MB
    /stall              some bytes, then silence  /silent         no answer at all
    /drip               a byte every tenth of a second, for ever
    /slow-head          a byte of the head every tenth of a second, for ever
    /huge-head          an endless head           /long-head      a head with one endless line
    /huge               claims to have 1 GB       /endless        no length, and no end
    /chunked            the PNG in chunks         /bad-chunk      a chunk with a malformed length
    /half-chunk         truncated chunks          /garbage        not HTTP
    /to-file /to-ftp    a redirect to file:, ftp:
    /to/URL             a redirect to that URL, quoted
    /loop               a redirect to itself      /hops/N/NAME    N redirects, then ok
    /gone               a redirect to Flickr's placeholder, here /photo_unavailable.png
    /empty              status 200, no bytes      /text           status 200, plain text
    /mislabelled        the PNG as text/html
    /gzip               the PNG, gzip-encoded     /bad-gzip       labelled so, but is not
    /late/S/NAME        ok after S seconds
    /count/PATH         how often PATH was requested
    /connections        how many there have been so far
    /busy/PATH          the most requests below PATH that were in progress at once

FILE is served correctly, with Range and If-Range, at /file/NAME; and at

    /file-plain/NAME    without Range             /file-wrong/NAME   a 206 that begins elsewhere
    /file-new/NAME      a new ETag for each request; If-Range is honoured
    /file-lie/NAME      a new ETag for each request; If-Range is ignored
    /file-lie-date/NAME the same with dates instead of ETags
    /file-weak/NAME     only a weak ETag          /file-416/NAME     416 to any Range
    /file-break/N/NAME  a reset after N bytes each time
    /file-slow/N/NAME   N bytes a second
    /file-other/NAME    other bytes of the same length
"""
import collections
import gzip
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def png(seed):
    """A picture of 2x2 pixels whose colour depends on the seed."""
    colour = zlib.crc32(seed.encode()).to_bytes(4, "big")[:3]

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + colour * 2) * 2
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


# 8 x 8 grey pixels.
JPEG = (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00C\x00" + b"\x08" * 64 +
        b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
        b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00"
        b"\xff\xc4\x00\x14\x10\x01" + bytes(15) + b"\x00"
        b"\xff\xda\x00\x08\x01\x01\x00\x00?\x00\x3f\xff\xd9")

connections = 0
busy = collections.Counter()
most = collections.Counter()
asked = collections.Counter()
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def handle(self):
        global connections
        with lock:
            connections += 1
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            pass

    def answer(self, status, body=b"", kind="image/png", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def promise(self, length):
        """A head with or without a length, and no body; the connection will be closed."""
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def reset(self):
        """RST instead of FIN."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def trickle(self, body):
        for i in range(len(body)):
            self.wfile.write(body[i:i + 1])
            self.wfile.flush()
            time.sleep(0.1)
        self.close_connection = True

    def redirect(self, where):
        self.answer(302, b"moved", "text/plain", [("Location", where)])

    def do_GET(self):
        below = "/" + self.path.split("/")[1]
        with lock:
            asked[self.path] += 1
            times = asked[self.path]
            busy[below] += 1
            most[below] = max(most[below], busy[below])
        try:
            if self.path.startswith("/file"):
                self.play_file(self.path.split("/")[1:], times)
            else:
                self.play(self.path.split("/")[1:], times)
        except OSError:
            self.close_connection = True
        finally:
            with lock:
                busy[below] -= 1

    def play(self, parts, times):
        what, name = parts[0], parts[-1]
        n = int(parts[1]) if len(parts) > 2 and parts[1].isdigit() else 0
        body = png(name)
        if what.isdigit():
            self.answer(int(what), b"<html>no</html>", "text/html")
        elif what == "ok":
            self.answer(200, body)
        elif what == "jpeg":
            self.answer(200, JPEG, "image/jpeg")
        elif what == "cut-jpeg":
            self.answer(200, JPEG[:-2], "image/jpeg")
        elif what == "cut-png":
            self.answer(200, body[:-8])
        elif what == "mislabelled":
            self.answer(200, body, "text/html")
        elif what == "more":
            self.promise(len(body) - 8)
            self.wfile.write(body)
        elif what == "html":
            self.answer(200, b"<!DOCTYPE html><html><body>This photo is no longer available</body></html>", "image/jpeg")
        elif what == "text":
            self.answer(200, b"no picture here\n", "text/plain")
        elif what == "empty":
            self.answer(200)
        elif what == "gzip":
            self.answer(200, gzip.compress(body), headers=[("Content-Encoding", "gzip")])
        elif what == "flaky":
            self.answer(*((500, b"oops") if times <= n else (200, body)))
        elif what in ("again", "pause"):
            if times <= n:
                self.answer(429, b"slow down", "text/plain", [("Retry-After", "1" if what == "again" else "4")])
            else:
                self.answer(200, body)
        elif what == "reset" and times <= n:
            self.promise(len(body) + 100000)
            self.wfile.write(body)
            self.reset()
        elif what == "reset":
            self.answer(200, body)
        elif what == "big-reset":
            self.promise(2000000)
            self.wfile.write(body + bytes(1200000))
            self.reset()
        elif what == "cut":
            self.promise(len(body) + 1000)
            self.wfile.write(body)
        elif what == "stall":
            self.promise(len(body) + 1000)
            self.wfile.write(body)
            self.wfile.flush()
            time.sleep(30)
        elif what == "silent":
            time.sleep(30)
        elif what == "late":
            time.sleep(n)
            self.answer(200, body)
        elif what == "drip":
            self.promise(None)
            self.wfile.write(body)
            self.trickle(bytes(300))
        elif what == "huge":
            self.promise(1 << 30)
            self.wfile.write(body)
        elif what == "endless":
            self.promise(None)
            self.wfile.write(body)
            for _ in range(100000):
                self.wfile.write(bytes(65536))
        elif what == "later":
            self.answer(429, b"slow down", "text/plain", [("Retry-After", "3600")])
        elif what == "bad-gzip":
            self.answer(200, body, headers=[("Content-Encoding", "gzip")])
        elif what in ("chunked", "bad-chunk", "half-chunk"):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (20, body[:20]))
            if what == "chunked":
                self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) - 20, body[20:]))
            else:
                self.wfile.write(b"xyz\r\n" if what == "bad-chunk" else b"ff\r\nhalf")
                self.close_connection = True
        elif what == "garbage":
            self.wfile.write(b"\x00\x01\x02 no HTTP at all\r\n\r\n")
            self.close_connection = True
        elif what == "slow-head":
            self.trickle(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 300)
        elif what in ("huge-head", "long-head"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            line = b"x" * 1000 + (b"\r\nX-More: " if what == "huge-head" else b"")
            for _ in range(100000):
                self.wfile.write(line)
        elif what == "to":
            self.redirect(urllib.parse.unquote(name))
        elif what == "gone":
            self.redirect("/photo_unavailable.png")
        elif what == "photo_unavailable.png":
            self.answer(200, body)
        elif what == "to-file":
            self.redirect("file:///etc/passwd")
        elif what == "to-ftp":
            self.redirect("ftp://localhost/x")
        elif what == "loop":
            self.redirect("/loop")
        elif what == "hops":
            self.redirect("/hops/%d/%s" % (n - 1, name) if n > 1 else "/ok/" + name)
        elif what == "connections":
            self.answer(200, b"%d\n" % connections, "text/plain")
        elif what == "busy":
            self.answer(200, b"%d\n" % most["/" + parts[1]], "text/plain")
        elif what == "count":
            self.answer(200, b"%d\n" % asked["/" + "/".join(parts[1:])], "text/plain")
        else:
            self.answer(404, b"?")


    def play_file(self, parts, times):
        """FILE, or the part that Range asks for, with the given kind of fault."""
        kind, body = parts[0], contents
        etag = '"v%d"' % (times if kind in ("file-new", "file-lie") else 1)
        wanted = self.headers.get("Range")
        start = int(wanted[6:-1]) if wanted else 0
        if kind == "file-plain" or (not kind.startswith("file-lie") and self.headers.get("If-Range", etag) != etag):
            start = 0
        if kind == "file-other":
            body = body[::-1]
        if wanted and (kind == "file-416" or start >= len(body)):
            self.answer(416, b"no", "text/plain")
            return
        self.send_response(206 if start else 200)
        if kind == "file-lie-date":
            self.send_header("Last-Modified", "Mon, %02d Jan 2024 00:00:00 GMT" % (times % 28 + 1))
        else:
            self.send_header("ETag", "W/" + etag if kind == "file-weak" else etag)
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("Connection", "close")
        self.close_connection = True
        if start:
            shown = start + 10 if kind == "file-wrong" else start
            self.send_header("Content-Range", "bytes %d-%d/%d" % (shown, len(body) - 1, len(body)))
        self.end_headers()
        limit = int(parts[1]) if kind in ("file-break", "file-slow") else 0
        if kind == "file-break" and len(body) - start > limit:
            self.wfile.write(body[start:start + limit])
            self.reset()
        elif kind == "file-slow":
            for at in range(start, len(body), limit // 50):
                self.wfile.write(body[at:at + limit // 50])
                time.sleep(0.02)
        else:
            self.wfile.write(body[start:])


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def serve(tls):
    """Starts a server and returns its port."""
    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(os.path.dirname(os.path.abspath(__file__)), "server-key.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


contents = b""


def main():
    global contents
    if len(sys.argv) > 3:
        with open(sys.argv[3], "rb") as f:
            contents = f.read()
    temporary = sys.argv[1] + ".part"
    with open(temporary, "w") as f:
        f.write("%d\n%d\n" % (serve(False), serve(True)))
    os.rename(temporary, sys.argv[1])
    time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 300)


main()
