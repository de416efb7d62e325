// Tries features of the Advanced Profile with wampy.js and prints what happened
// as one JSON document.
//
//   node advanced.mjs wampy SERIALIZER URL REALM

import { Wampy } from 'wampy';

const [, serializer, url, realm] = process.argv.slice(2);
const module = {
  json: ['wampy/JsonSerializer.js', 'JsonSerializer'],
  msgpack: ['wampy/MsgpackSerializer.js', 'MsgpackSerializer'],
  cbor: ['wampy/CborSerializer.js', 'CborSerializer'],
}[serializer];
const Serializer = (await import(module[0]))[module[1]];
const wampy = new Wampy(url, { realm, serializer: new Serializer(), ws: globalThis.WebSocket, maxRetries: 0 });
await wampy.connect();
const seen = {};

// Progressive results from Go, and to Go.
const progress = [];
const counted = await wampy.call('com.test.count', [3], { progress_callback: (result) => progress.push(result.argsList[0]) });
seen.progress = progress.slice(0, 3);
seen.final = counted.argsList;
await wampy.register('com.peer.count', ({ result_handler }) => {
  result_handler({ argsList: [1], options: { progress: true } });
  result_handler({ argsList: [2], options: { progress: true } });
  return { argsList: ['done'] };
});
seen.callback = (await wampy.call('com.test.ask_peer', ['com.peer.count'])).argsList;

// Cancelation reaches the Go handler.
const sleeping = wampy.call('com.test.sleep').catch((error) => error.errorUri ?? error.error);
wampy.cancel(wampy.getOpStatus().reqId, { mode: 'killnowait' });
seen.canceled = await sleeping;
seen.interrupted = (await wampy.call('com.test.was_interrupted')).argsList;

// Pattern-based subscriptions.
const heard = (topic, match) => new Promise((resolve) => {
  seen.subscriptions = (seen.subscriptions ?? Promise.resolve()).then(() =>
    wampy.subscribe(topic, ({ details, argsList }) => resolve([details.topic, argsList[0]]), { match }));
});
const prefix = heard('com.test.news', 'prefix');
const wildcard = heard('com.test..weather', 'wildcard');
await seen.subscriptions;
delete seen.subscriptions;
await wampy.call('com.test.shout', ['com.test.news.weather', 'sunny']);
seen.prefix = await prefix;
seen.wildcard = await wildcard;

seen.sessions = (await wampy.call('wamp.session.count')).argsList;
console.log(JSON.stringify(seen));
await wampy.disconnect();
process.exit(0);
