"""Requests and answers as bytes of the wire, and a person's browser as far as a sign-in needs one."""

import html
import re
import socket
from urllib.parse import urlencode, urljoin, urlsplit


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines_of(head):
    """The first line, and the headers as pairs of bytes."""
    first, *lines = head.split(b"\r\n")
    return first, [tuple(part.strip() for part in line.split(b":", 1)) for line in lines]


class Answer:
    """What came for a request. Chunks are joined."""

    def __init__(self, request, received):
        self.request = request
        head, _, body = received.partition(b"\r\n\r\n")
        self.line, self.headers = lines_of(head)
        self.status = int(self.line.split(b" ")[1])
        self.body = joined(body) if self.all("transfer-encoding") else body

    def all(self, name):
        return [value.decode() for key, value in self.headers if key.lower() == name.encode()]


def joined(chunks):
    whole = b""
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        whole, chunks = whole + chunks[: int(size, 16)], chunks[int(size, 16) + 2 :]
    return whole


def fetch(url, *headers, method="GET", body=b""):
    """Asks this machine, whatever name stands in the address (RFC 6761 §6.3), and reads to the end."""
    at = urlsplit(url)
    target = (at.path or "/") + (f"?{at.query}" if at.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {at.netloc}", "User-Agent: examiner", "Connection: close", *headers]
    request = "\r\n".join(lines).encode()
    with socket.create_connection(("127.0.0.1", at.port), timeout=30) as stream:
        stream.sendall(request + b"\r\n\r\n" + body)
        received = b"".join(iter(lambda: stream.recv(65536), b""))
    return Answer(request, received)


class Browser:
    def __init__(self):
        self.cookies = {}

    def cookie(self, url):
        """The header with the cookies of a host."""
        return "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies[urlsplit(url).hostname].items())

    def open(self, url, *headers, **more):
        cookies = self.cookies.setdefault(urlsplit(url).hostname, {})
        sent = [self.cookie(url)] if cookies else []
        answer = fetch(url, "Accept: text/html", "Sec-Fetch-Mode: navigate", *sent, *headers, **more)
        cookies.update(cookie.split(";")[0].split("=", 1) for cookie in answer.all("set-cookie"))
        return answer

    def send(self, url, **fields):
        body = urlencode(fields).encode()
        form = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return self.open(url, *form, method="POST", body=body)

    def sign_in(self, gatehouse, person):
        """Follows redirects, and chooses the person on the authority's page, until the browser is back at the home page."""
        url = f"{gatehouse}/auth/sign_in"
        answer = self.open(url)
        for _ in range(8):
            if answer.status == 200:
                page = html.unescape(answer.body.decode())
                url = urljoin(url, re.search(r'action="([^"]*)"', page).group(1))
                hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
                answer = self.send(url, **hidden, person=person)
            url = urljoin(url, answer.all("location")[0])
            if url == f"{gatehouse}/":
                return
            answer = self.open(url)
        raise AssertionError(f"the sign-in does not arrive: {url}")
