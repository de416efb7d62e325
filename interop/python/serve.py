"""Serves the quickstart's thermostat service to a typed Go client and publishes
its events. Says "ready" when everything is registered; runs until its standard
input closes."""

import threading
import sys

from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallResult, PublishOptions
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from peer import SERVICE, main

PREFIX = "com.example.thermostat."


async def scenario(session, _details):
    devices = {}

    async def install(room, floor, tags=()):
        device = {"id": f"{room.lower()}-{len(devices) + 1}", "room": room, "floor": floor,
                  "target": 19, "mode": "idle", "locked": False, "tags": list(tags)}
        devices[device["id"]] = device
        await session.publish(SERVICE + "installed", device, options=PublishOptions(acknowledge=True))
        return device

    def set_target(id, celsius):
        device = devices.get(id)
        if device is None:
            raise ApplicationError(PREFIX + "not_installed", "never heard of it", id=id)
        if device["locked"]:
            raise ApplicationError(PREFIX + "child_lock", "locked")
        if celsius > 30:
            raise ApplicationError(PREFIX + "out_of_range", "too warm", celsius=celsius, min=5, max=30)
        previous, device["target"] = device["target"], celsius
        return CallResult(previous, 90_000_000_000)

    def lock(id, on):
        devices[id]["locked"] = on

    def list_devices(floor=None):
        return [d for d in devices.values() if floor is None or d["floor"] == floor]

    await session.register(install, SERVICE + "install")
    await session.register(set_target, SERVICE + "set_target")
    await session.register(lock, SERVICE + "lock")
    await session.register(list_devices, SERVICE + "list")
    print("ready", file=sys.__stdout__, flush=True)

    closed = Deferred()

    def wait_for_end_of_input():
        sys.stdin.read()
        reactor.callFromThread(closed.callback, None)

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()
    await closed


main(scenario)
