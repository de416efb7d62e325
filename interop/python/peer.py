"""What the scripts share: one Autobahn|Python session over a chosen transport."""

import json
import sys

from autobahn.twisted.component import Component, run
from autobahn.wamp.types import CallResult
from twisted.internet import reactor
from twisted.internet.defer import ensureDeferred

SERVICE = "com.example.thermostat.v1."


def transport(kind, serializer, address):
    """The configuration of a websocket or rawsocket to HOST:PORT, which is tried once."""
    host, port = address.split(":")
    endpoint = {"type": "tcp", "host": host, "port": int(port)}
    if kind == "websocket":
        return {"type": kind, "url": f"ws://{address}/ws", "endpoint": endpoint, "serializers": [serializer], "max_retries": 0}
    return {"type": kind, "url": f"rs://{address}", "endpoint": endpoint, "serializer": serializer, "max_retries": 0}


def main(scenario):
    """Run scenario(session) on the transport that the command line names.

    Arguments: websocket|rawsocket SERIALIZER HOST:PORT REALM. A scenario that
    returns ends the program; what it returns is printed as JSON, unless None.
    """
    kind, serializer, address, realm = sys.argv[1:5]
    component = Component(transports=[transport(kind, serializer, address)], realm=realm)
    failed = []

    @component.on_join
    async def joined(session, details):
        try:
            result = await scenario(session, details)
            if result is not None:
                print(json.dumps(result), file=sys.__stdout__, flush=True)
        except BaseException as error:  # the test shows it
            failed.append(error)
            print(f"{type(error).__name__}: {error}", file=sys.__stderr__, flush=True)
        session.leave()

    @component.on_connectfailure
    def refused(_component, reason):
        failed.append(reason)
        print(f"cannot connect: {reason}", file=sys.__stderr__, flush=True)

    run([component], log_level="error")
    sys.exit(1 if failed else 0)


def positional(result):
    """The positional results of a call, however Autobahn wrapped them."""
    if isinstance(result, CallResult):
        return list(result.results)
    return [] if result is None else [result]
