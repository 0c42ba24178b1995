"""gatehouse with the simulator as its authority and two applications behind it. What is started ends with the interpreter."""

import atexit
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from browser import fetch, free_port
from websockets.sync.server import serve

PROFILE = """\
kind = "oidc"
public_url = "{gatehouse}"
authority = "http://openid.localhost:{simulator}"
client_id = "contoso-gate"
client_secret = {{ value = "sim8Q~this-secret-opens-nothing.but_the~simulator" }}
title = "Examined"

[[route]]
path = "/rules"
allow = {{ roles = ["Admin"] }}

[[route]]
path = "/mcp"
upstream = "{application}"
accept_bearer = {{ audience = "api://orders", scopes = ["Orders.Read"] }}

[[route]]
path = "/app"
upstream = "{application}"

[[route]]
path = "/down"
upstream = "http://127.0.0.1:1"
public = ["/down"]

[[route]]
path = "/socket"
upstream = "{echo}"
public = ["/socket"]
"""

SETTINGS = """\
listen = "127.0.0.1:{public}"
admin_listen = "127.0.0.1:{admin}"
trusted_proxies = ["127.0.0.1"]
"""

BODY = b"<!doctype html><html lang=en><title>Orders</title><p>No orders.\n"
COMMON = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "max-age=60", "ETag": '"1"', "Vary": "Accept"}
LENGTH = {"Content-Length": str(len(BODY))}

# What the application answers: status, headers, body.
ANSWERS = {
    "/app/whole": (200, COMMON | LENGTH, BODY),
    "/app/chunked": (200, COMMON | {"Transfer-Encoding": "chunked"}, b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)),
    "/app/part": (206, COMMON | {"Content-Range": f"bytes 0-3/{len(BODY)}", "Content-Length": "4"}, BODY[:4]),
    "/app/unchanged": (304, {"Cache-Control": "max-age=60", "ETag": '"1"', "Vary": "Accept"}, b""),
    "/app/moved": (302, {"Location": "/app/whole", "Cache-Control": "no-store", "Content-Length": "0"}, b""),
    "/app/empty": (204, {"Cache-Control": "no-store"}, b""),
    "/app/none": (404, COMMON | LENGTH | {"Cache-Control": "no-store"}, BODY),
    "/app/cookie": (200, COMMON | LENGTH | {"Set-Cookie": "seen=1; Path=/; HttpOnly; SameSite=Lax"}, BODY),
}


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, headers, body = ANSWERS[self.path]
        self.send_response(status)
        for header in headers.items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(body if self.command == "GET" else b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


def echo(connection):
    for message in connection:
        connection.send(message)


def start_applications():
    """The addresses of an application and of a websocket that sends every message back."""
    pages = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    sockets = serve(echo, "127.0.0.1", 0, compression=None, max_size=None)
    for server in (pages, sockets):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{pages.server_port}", f"http://127.0.0.1:{sockets.socket.getsockname()[1]}"


def start(folder, command, address):
    """Starts a command of gatehouse and waits until the address answers."""
    log = folder / f"{command[1]}.log"
    process = subprocess.Popen(command, stdout=log.open("w"), stderr=subprocess.STDOUT, cwd=folder)
    atexit.register(lambda: (process.kill(), process.wait()))
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            if fetch(address).status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"gatehouse {command[1]} does not answer:\n{log.read_text()}")


class Running:
    """Its addresses: `gatehouse`, and directly those of the `application` and of the websocket, `echo`."""

    def __init__(self):
        binary = os.path.abspath(os.environ["GATEHOUSE"])
        self.folder = tempfile.TemporaryDirectory(prefix="examiners-")
        folder = Path(self.folder.name)
        simulator, public, admin = free_port(), free_port(), free_port()
        self.gatehouse = f"http://localhost:{public}"
        self.application, self.echo = start_applications()
        (folder / "profiles").mkdir()
        (folder / "profiles" / "staff.toml").write_text(PROFILE.format(simulator=simulator, **vars(self)))
        (folder / "gatehouse.toml").write_text(SETTINGS.format(public=public, admin=admin))
        authority = [binary, "simulator", "--port", str(simulator), "--ca", str(folder / "ca")]
        start(folder, authority, f"http://localhost:{simulator}/")
        start(folder, [binary, "serve"], f"http://localhost:{admin}/readyz")


def judge(found, explained):
    """Fails on a finding that is not explained, and on an explanation that nothing needs any more. `found` tells more of each."""
    for name, more in sorted(found.items()):
        print(f"  {name}: {explained.get(name) or f'NOT EXPLAINED: {more}'}")
    stale = sorted(explained.keys() - found.keys())
    for name in stale:
        print(f"  {name}: not found any more, so its explanation has to go")
    if stale or found.keys() - explained.keys():
        sys.exit(1)
