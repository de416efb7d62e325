"""Calls the quickstart's thermostat service, which a Go program serves, and
prints what happened as one JSON document."""

from autobahn.wamp.exception import ApplicationError
from twisted.internet.defer import Deferred

from peer import SERVICE, main, positional


async def scenario(session, _details):
    seen = {}

    async def failing(procedure, *args):
        try:
            await session.call(SERVICE + procedure, *args)
        except ApplicationError as error:
            return {"uri": error.error, "message": error.args[0] if error.args else None, "kwargs": error.kwargs or {}}

    changed = Deferred()
    await session.subscribe(lambda *args: changed.callback(args), SERVICE + "target_changed")

    # A struct request travels as keywords, and is accepted as one dictionary too.
    seen["byKeywords"] = await session.call(SERVICE + "install", room="Library", floor=1, tags=["quiet"])
    seen["byDict"] = await session.call(SERVICE + "install", {"room": "Attic", "floor": 3})
    seen["setTarget"] = positional(await session.call(SERVICE + "set_target", "library-1", 21.5))
    seen["event"] = list((await changed)[:3])
    changed = Deferred()
    seen["setTargetByNames"] = positional(await session.call(SERVICE + "set_target", id="library-1", celsius=20))
    seen["list"] = [t["id"] for t in await session.call(SERVICE + "list", 1)]
    seen["lock"] = positional(await session.call(SERVICE + "lock", "attic-2", True))
    seen["locked"] = await failing("set_target", "attic-2", 20)
    seen["outOfRange"] = await failing("set_target", "library-1", 99)
    seen["notInstalled"] = await failing("set_target", "nowhere", 20)
    seen["invalidArgument"] = await failing("set_target", "library-1", "warm")
    seen["noSuchProcedure"] = await failing("explode")
    return seen


main(scenario)
