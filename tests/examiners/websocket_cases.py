"""kosoku: the cases of the Autobahn suite end alike with gatehouse before a websocket and without gatehouse between."""

import asyncio
import logging

from kosoku import FailureError, run_fuzzingclient
from running import Running, judge

# Without group 9 (load) and groups 12 and 13 (compression, which the server does not offer).
GROUPS = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
CASES = 247
# A case that ends otherwise through gatehouse, and why.
EXPLAINED = {}


def outcomes(origin):
    address = origin.replace("http://", "ws://") + "/socket"
    try:
        results = asyncio.run(run_fuzzingclient(address, GROUPS, None, concurrency=8))
    except FailureError as failure:
        results = failure.results
    return {it.case_id: (str(it.behavior), str(it.behavior_close), it.remote_close_code) for it in results}


# The server logs every broken frame.
logging.disable(logging.CRITICAL)
running = Running()
direct, proxied = outcomes(running.echo), outcomes(running.gatehouse)
passed = sum(behavior != "Behavior.FAILED" for behavior, _, _ in proxied.values())
print(f"kosoku: {len(proxied)} cases, {passed} of them passed by the server behind gatehouse")
assert len(direct) == len(proxied) == CASES, (len(direct), len(proxied))
differing = {case: f"{direct[case]} directly, {proxied.get(case)} proxied" for case in direct if direct[case] != proxied.get(case)}
judge(differing, EXPLAINED)
assert passed >= CASES - 5, "the server itself passes all but a few"
