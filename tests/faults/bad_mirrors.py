"""A mirror with many faults, and the words in which each fault is reported."""

import contextlib
import gzip
import hashlib
import http.server
import random

NAME = "train-images-idx3-ubyte.gz"
GOOD = gzip.compress(random.Random(0).randbytes(20_000), mtime=0)
LENGTH = len(GOOD)
MD5 = hashlib.md5(GOOD).hexdigest()
LARGEST = 100_000


class Mirror(http.server.BaseHTTPRequestHandler):
    """A server whose behaviour is chosen by the first part of the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.partition("?")[0].split("/")
        self.server.asked.append(self.path)
        self.close_connection = True
        with contextlib.suppress(OSError):  # The client closes the connection, as it should.
            getattr(self, parts[1].replace("-", "_"), self.absent)()

    def log_message(self, *arguments):
        pass

    def head(self, length=LENGTH, status=200, **headers):
        self.send_response(status)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()

    def wait(self):
        self.server.over.wait(20)

    def drip_for_ever(self, byte=b"x"):
        while not self.server.over.wait(0.05):
            self.wfile.write(byte)

    def good(self):
        self.head()
        self.wfile.write(GOOD)

    def absent(self):
        self.head(0, 404)

    def forbidden(self):
        self.head(0, 403)

    def broken(self):
        self.head(0, 500)

    def busy_once(self):
        if len(self.server.asked) == 1:
            self.head(0, 503, Retry_After="3600")
        else:
            self.good()

    def silent(self):
        self.wait()

    def stalls(self):
        self.head()
        self.wfile.write(GOOD[: len(GOOD) // 2])
        self.wait()

    def drips(self):
        self.head(10**9)
        self.drip_for_ever()

    def drips_in_chunks(self):
        self.head(None, Transfer_Encoding="chunked")
        self.drip_for_ever(b"1\r\nx\r\n")

    def drips_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.drip_for_ever()

    def says_too_long(self):
        self.head(len(GOOD) + 10)
        self.wfile.write(GOOD)

    def says_too_short(self):
        self.head(len(GOOD) - 10)
        self.wfile.write(GOOD)

    def wrong(self):
        self.head()
        self.wfile.write(GOOD[:-1] + bytes([GOOD[-1] ^ 1]))

    def truncated(self):
        self.head(len(GOOD) // 2)
        self.wfile.write(GOOD[: len(GOOD) // 2])

    def empty(self):
        self.head(0)

    def circle(self):
        self.head(0, 302, Location=self.path)

    def to_a_file(self):
        self.head(0, 302, Location="file:///etc/hostname")

    def to_nobody(self):
        self.head(0, 302, Location=f"{self.server.closed}/{NAME}")

    def to_nowhere(self):
        self.head(0, 302, Location="http://[::")

    def hangs_up(self):
        pass

    def nonsense(self):
        self.wfile.write(b"\x16\x03\x01 no HTTP at all\r\n\r\n")

    def endless(self):
        self.head(None)
        while not self.server.over.is_set():
            self.wfile.write(bytes(2**14))

    def endless_chunks(self):
        self.head(None, Transfer_Encoding="chunked")
        while not self.server.over.is_set():
            self.wfile.write(b"4000\r\n" + bytes(2**14) + b"\r\n")

    def bad_chunks(self):
        self.head(None, Transfer_Encoding="chunked")
        self.wfile.write(b"zz\r\n" + GOOD)

    def chunked(self):
        self.head(None, Transfer_Encoding="chunked")
        for start in range(0, len(GOOD), 3000):
            part = GOOD[start : start + 3000]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def labelled(self):
        self.head(Content_Encoding="gzip", Content_Type="application/x-gzip")
        self.wfile.write(GOOD)

    def redirects_with(self, location, start=b"", **headers):
        """Redirect, with content that has no end."""
        self.head(None, 302, Location=location, **headers)
        self.wfile.write(start)
        while not self.server.over.is_set():
            self.server.sent += self.wfile.write(bytes(2**14))

    def redirects_with_an_endless_body(self):
        self.redirects_with(f"/good/{NAME}")

    def redirects_with_an_endless_gzip(self):
        self.redirects_with(f"/good/{NAME}", gzip.compress(b"")[:10], Content_Encoding="gzip")

    def endless_circle(self):
        self.redirects_with(self.path)

    def drips_redirects(self):
        self.server.over.wait(0.2)
        self.circle()

    def continues_for_ever(self):
        while not self.server.over.is_set():
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def trails_for_ever(self):
        self.head(None, Transfer_Encoding="chunked")
        self.wfile.write(b"0\r\n")
        while not self.server.over.is_set():
            self.wfile.write(b"X: y\r\n" * 1000)

    def long_header(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not self.server.over.is_set():
            self.server.sent += self.wfile.write(b"x" * 2**14)

    def many_headers(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.over.is_set():
            self.server.sent += self.wfile.write(b"X: y\r\n" * 1000)

    def long_chunk_line(self):
        self.head(None, Transfer_Encoding="chunked")
        while not self.server.over.is_set():
            self.server.sent += self.wfile.write(b"1" * 2**14)

    def says_an_absurd_length(self):
        self.head("9" * 5000)
        self.wfile.write(GOOD)

    def elsewhere(self):
        self.head(0, 301, Location=f"/good/{NAME}")

    def to_guarded(self):
        # Always to the same host, whichever name of it was asked.
        place = f"http://127.0.0.1:{self.server.server_port}/guarded/?token=t0ken"
        self.head(0, 302, Location=place)

    def guarded(self):
        if self.headers["Authorization"] == "Basic bWU6czNjcmV0" and "token=t0ken" in self.path:
            self.good()
        else:
            self.head(0, 401)


BAD = {
    "absent": "the server answers 404",
    "forbidden": "the server answers 403",
    "broken": "the server answers 500",
    "busy-once": "the server answers 503",
    "silent": "it is too slow",
    "stalls": "it is too slow",
    "drips": "it is too slow",
    "drips-in-chunks": "it is too slow",
    "drips-headers": "it is too slow",
    "says-too-long": "no connection, or it broke off|bytes arrived instead of",
    "says-too-short": "md5 sum",
    "wrong": "md5 sum",
    "truncated": "md5 sum",
    "empty": "md5 sum",
    "circle": "it redirects without end",
    "to-a-file": "no http address",
    "endless-circle": "it redirects without end",
    "drips-redirects": "it is too slow",
    "continues-for-ever": "it is too slow",
    "trails-for-ever": "it is too slow",
    "long-header": "no connection",
    "many-headers": "no connection",
    "long-chunk-line": "no connection",
    "to-nobody": "no connection",
    "to-nowhere": "no http address",
    "hangs-up": "no connection",
    "nonsense": "no connection",
    "endless": f"it has more than {LARGEST:,} bytes",
    "endless-chunks": f"it has more than {LARGEST:,} bytes",
    "bad-chunks": "no connection",
}
