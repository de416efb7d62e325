"""Tries features of the Advanced Profile with Autobahn|Python and prints what
happened as one JSON document."""

from autobahn.wamp.types import CallOptions, RegisterOptions, SubscribeOptions
from twisted.internet.defer import Deferred

from peer import main, positional


async def scenario(session, _details):
    seen = {}

    # Progressive results from Go, and to Go.
    progress = []
    final = await session.call("com.test.count", 3, options=CallOptions(on_progress=progress.append))
    seen["progress"], seen["final"] = progress, positional(final)

    def count(details=None):
        details.progress(1)
        details.progress(2)
        return "done"

    await session.register(count, "com.peer.count", options=RegisterOptions(details_arg="details"))
    seen["callback"] = positional(await session.call("com.test.ask_peer", "com.peer.count"))

    # Cancelation reaches the Go handler.
    sleeping = session.call("com.test.sleep")
    sleeping.cancel()
    try:
        await sleeping
    except BaseException:
        seen["canceled"] = "wamp.error.canceled"
    seen["interrupted"] = positional(await session.call("com.test.was_interrupted"))

    # Pattern-based subscriptions.
    async def heard(topic, match):
        event = Deferred()
        await session.subscribe(lambda text, details=None: event.callback([details.topic, text]), topic,
                                options=SubscribeOptions(match=match, details_arg="details"))
        return event

    prefix = await heard("com.test.news.", "prefix")
    wildcard = await heard("com.test..weather", "wildcard")
    await session.call("com.test.shout", "com.test.news.weather", "sunny")
    seen["prefix"], seen["wildcard"] = await prefix, await wildcard

    seen["sessions"] = positional(await session.call("wamp.session.count"))
    return seen


main(scenario)
