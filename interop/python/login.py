"""Logs in, and prints as JSON who the router says that the client is, or why it
refuses.

Arguments: websocket|rawsocket SERIALIZER HOST:PORT REALM METHOD AUTHID SECRET. The
secret of cryptosign is the hex of a private key.
"""

import json
import sys

from autobahn.twisted.component import Component, run

from peer import transport

kind, serializer, address, realm, method, authid, secret = sys.argv[1:8]
config = {"authid": authid}
config[{"ticket": "ticket", "wampcra": "secret", "cryptosign": "privkey"}[method]] = secret

component = Component(
    transports=[transport(kind, serializer, address)],
    realm=realm,
    authentication={method: config},
    is_fatal=lambda _error: True,
)


def tell(**seen):
    print(json.dumps(seen), file=sys.__stdout__, flush=True)


@component.on_join
def joined(session, details):
    tell(authid=details.authid, authrole=details.authrole, authmethod=details.authmethod, authprovider=details.authprovider)
    session.leave()


@component.on_leave
def left(_session, details):
    if not details.reason.startswith("wamp.close."):
        tell(refused=details.reason)


run([component], log_level="critical")
