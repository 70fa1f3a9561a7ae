#!/usr/bin/env python3
"""A web server that misbehaves on request, for tests, on loopback alone.

    server.py PORTFILE [SECONDS]

Takes a free port, writes its number into PORTFILE (whole or not at all), serves until it is killed or the
seconds (default 300) are over, and logs nothing. The path says what happens:

    /ok/NAME            a small PNG              /jpeg            the head of a JPEG and some bytes
    /404 /410 /403 /503 that status              /html            status 200, an HTML page
    /flaky/N/NAME       500 N times, then ok     /again/N/NAME    429 with Retry-After: 1, N times, then ok
    /reset/N/NAME       N times a reset in mid-body, then ok
    /cut                a body shorter than its Content-Length
    /stall              some bytes, then silence  /silent         no answer at all
    /drip               a byte every tenth of a second, for ever
    /huge               says that it has 1 GB     /endless        no length, and no end
    /to-file /to-ftp    a redirect to file:, ftp:
    /loop               a redirect to itself      /hops/N/NAME    N redirects, then ok
    /empty              status 200, no bytes      /text           status 200, plain text
    /gzip               the PNG, gzip-encoded     /late/S/NAME    ok after S seconds
    /count/PATH         how often PATH was asked for
"""
import collections
import gzip
import os
import socket
import struct
import sys
import threading
import time
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


asked = collections.Counter()
lock = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
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
        """A head that tells a length, or none, without its body; the connection will not be used again."""
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

    def redirect(self, where):
        self.answer(302, b"moved", "text/plain", [("Location", where)])

    def do_GET(self):
        with lock:
            asked[self.path] += 1
            times = asked[self.path]
        try:
            self.play(self.path.split("/")[1:], times)
        except OSError:
            self.close_connection = True

    def play(self, parts, times):
        what, name = parts[0], parts[-1]
        n = int(parts[1]) if len(parts) > 2 and parts[1].isdigit() else 0
        body = png(name)
        if what.isdigit():
            self.answer(int(what), b"<html>no</html>", "text/html")
        elif what == "ok":
            self.answer(200, body)
        elif what == "jpeg":
            self.answer(200, b"\xff\xd8\xff\xe0" + bytes(1000), "image/jpeg")
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
        elif what == "again":
            if times <= n:
                self.answer(429, b"slow down", "text/plain", [("Retry-After", "1")])
            else:
                self.answer(200, body)
        elif what == "reset" and times <= n:
            self.promise(len(body) + 100000)
            self.wfile.write(body)
            self.reset()
        elif what == "reset":
            self.answer(200, body)
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
            for _ in range(300):
                self.wfile.write(b"\0")
                self.wfile.flush()
                time.sleep(0.1)
        elif what == "huge":
            self.promise(1 << 30)
            self.wfile.write(body)
        elif what == "endless":
            self.promise(None)
            self.wfile.write(body)
            for _ in range(100000):
                self.wfile.write(bytes(65536))
        elif what == "to-file":
            self.redirect("file:///etc/passwd")
        elif what == "to-ftp":
            self.redirect("ftp://localhost/x")
        elif what == "loop":
            self.redirect("/loop")
        elif what == "hops":
            self.redirect("/hops/%d/%s" % (n - 1, name) if n > 1 else "/ok/" + name)
        elif what == "count":
            self.answer(200, b"%d\n" % asked["/" + "/".join(parts[1:])], "text/plain")
        else:
            self.answer(404, b"?")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def main():
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    temporary = sys.argv[1] + ".part"
    with open(temporary, "w") as f:
        f.write("%d\n" % server.server_address[1])
    os.rename(temporary, sys.argv[1])
    time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 300)


main()
