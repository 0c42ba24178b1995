"""mcp-authlab: what it checks without a token at a route that takes them, the authority's own metadata among it."""

import socket

from mcp_authlab import checks
from running import Running, judge

WITHOUT_A_TOKEN = 19
EXPLAINED = {
    "TLS-01": "here gatehouse is at plain http on loopback; elsewhere its public_url is https",
    "ASM-03": "the simulator's endpoints are at plain http",
    "ASM-05": "clients are registered by hand: Microsoft's authorities offer no dynamic registration, and gatehouse is no authority",
}

resolved = socket.getaddrinfo
# Names below localhost are this machine (RFC 6761 §6.3); not every system's resolver knows.
socket.getaddrinfo = lambda host, *more, **named: resolved("127.0.0.1" if host.endswith(".localhost") else host, *more, **named)

report = checks.run(f"{Running().gatehouse}/mcp")
judged = {it["id"]: it for it in report["results"] if it["status"] != "skip"}
others = {id: it["message"] for id, it in judged.items() if it["status"] != "pass"}
print(f"mcp-authlab: {len(judged)} checks without a token, {len(judged) - len(others)} of them passed")
judge(others, EXPLAINED)
assert len(judged) == WITHOUT_A_TOKEN, sorted(judged)
