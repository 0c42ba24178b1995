"""httplint: gatehouse's own answers, and that it adds no fault to an application's answers."""

import re
import time

from browser import Browser, fetch, lines_of
from httplint import HttpRequestLinter, HttpResponseLinter
from httplint.note import levels
from running import ANSWERS, Running, judge

EXPLAINED = {
    "own STATUS_BAD_REQUEST": "these requests are refused on purpose",
    "own STORE_PUBLIC_UNNECESSARY": "with it caches keep files and keys although a program or an outer proxy's Basic sign-in sends "
    "Authorization with the request (RFC 9111 §3.5)",
}


def faults(answer):
    """The names of httplint's warnings and errors about an answer to its request."""
    line, headers = lines_of(answer.request)
    request = HttpRequestLinter()
    request.process_request_topline(*line.split(b" "))
    request.process_headers(headers)
    is_head = line.startswith(b"HEAD ")
    response = HttpResponseLinter(start_time=time.time(), no_content=is_head, _related=request)
    response.is_head_response = is_head
    response.process_response_topline(*answer.line.split(b" ", 2))
    response.process_headers(answer.headers)
    response.feed_content(answer.body)
    response.finish_content(True)
    notes = [one for note in response.notes for one in (note, *note.subnotes)]
    return {type(note).__name__ for note in notes if note.level in (levels.WARN, levels.BAD)}


def own_answers(gatehouse, session):
    """Requests to gatehouse itself, and the status that each must have: target, status, method, headers."""
    host = gatehouse.removeprefix("http://")
    check = ["X-Forwarded-Method: GET", "X-Forwarded-Proto: http", f"X-Forwarded-Host: {host}"]
    person = ["Accept: text/html", "Sec-Fetch-Mode: navigate"]
    asset = re.search(rb'"(/auth/assets/[^"]*)"', fetch(f"{gatehouse}/").body).group(1).decode()
    tag = fetch(gatehouse + asset).all("etag")[0]
    metadata = "/.well-known/oauth-protected-resource/mcp"
    foreign = "Origin: https://inspector.example"
    yield from [
        ("/", 200, "GET", person),
        ("/", 200, "GET", [*person, session]),
        ("/", 200, "HEAD", person),
        ("/auth/sign_in", 303, "GET", person),
        ("/auth/sign_out", 200, "GET", [session]),
        ("/auth/redirect?error=access_denied&state=x", 400, "GET", person),
        ("/auth/token_details", 200, "GET", [*person, session]),
        ("/auth/sessions", 200, "GET", [*person, session]),
        ("/auth/session", 200, "GET", [session]),
        ("/auth/session", 401, "GET", []),
        ("/auth/session", 405, "DELETE", []),
        ("/auth/check", 200, "GET", [*check, "X-Forwarded-Uri: /x", session]),
        ("/auth/check", 200, "HEAD", [*check, "X-Forwarded-Uri: /x", session]),
        ("/auth/check", 303, "GET", [*check, "X-Forwarded-Uri: /x", *person]),
        ("/auth/check", 401, "GET", [*check, "X-Forwarded-Uri: /x", "Sec-Fetch-Mode: cors"]),
        ("/auth/check", 403, "GET", [*check, "X-Forwarded-Uri: /rules", session]),
        ("/auth/check", 400, "GET", [session]),
        ("/auth/check", 405, "POST", ["Content-Length: 0"]),
        (asset, 200, "GET", []),
        (asset, 200, "HEAD", []),
        (asset, 304, "GET", [f"If-None-Match: {tag}"]),
        ("/auth/jwks.json", 200, "GET", []),
        (metadata, 200, "GET", [foreign]),
        (metadata, 204, "OPTIONS", [foreign, "Access-Control-Request-Method: GET"]),
        ("/nothing", 404, "GET", person),
        ("/app/%2e%2e/x", 400, "GET", [session]),
        ("/app/whole", 303, "GET", person),
        ("/app/whole", 401, "GET", ["Sec-Fetch-Mode: cors"]),
        ("/app/whole", 403, "POST", ["Content-Length: 0", "Origin: https://evil.example", session]),
        ("/down", 502, "GET", person),
        ("/mcp", 401, "GET", ["Accept: application/json"]),
    ]


running = Running()
browser = Browser()
browser.sign_in(running.gatehouse, "ada")
session = browser.cookie(running.gatehouse)
found, linted = {}, 0
for target, status, method, headers in own_answers(running.gatehouse, session):
    answer = fetch(running.gatehouse + target, *headers, method=method)
    assert answer.status == status, f"{method} {target}: {answer.line} instead of {status}"
    for fault in faults(answer):
        found.setdefault(f"own {fault}", []).append(f"{method} {target}")
    linted += 1
for target in ANSWERS:
    for method in ("GET", "HEAD"):
        direct = fetch(running.application + target, method=method)
        proxied = fetch(running.gatehouse + target, session, method=method)
        assert (proxied.status, proxied.body) == (direct.status, direct.body), f"{method} {target}: {proxied.line}"
        for fault in faults(proxied) - faults(direct):
            found.setdefault(f"proxied {fault}", []).append(f"{method} {target}")
        linted += 1
print(f"httplint: {linted} answers, {len(found)} kinds of faults")
judge(found, EXPLAINED)
