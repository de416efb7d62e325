// Calls the quickstart's thermostat service, which a Go program serves, and
// prints what happened as one JSON document.
//
//   node call.mjs CLIENT SERIALIZER URL REALM

import { connect } from './clients.mjs';

const [client, serializer, url, realm] = process.argv.slice(2);
const service = 'com.example.thermostat.v1.';
const session = await connect(client, serializer, url, realm);
const seen = {};

async function failing(uri, args, kwargs) {
  try {
    await session.call(service + uri, args, kwargs);
    return null;
  } catch (error) {
    return { uri: error.uri, message: error.args?.[0], kwargs: error.kwargs };
  }
}

const event = new Promise((resolve) => {
  session.subscribe(service + 'target_changed', (args) => resolve(args)).then(async () => {
    // A struct request travels as keywords, and is accepted as one dictionary too.
    seen.byKeywords = (await session.call(service + 'install', [], { room: 'Library', floor: 1, tags: ['quiet'] })).args[0];
    seen.byDict = (await session.call(service + 'install', [{ room: 'Attic', floor: 3 }])).args[0];
    seen.setTarget = (await session.call(service + 'set_target', ['library-1', 21.5])).args;
    seen.setTargetByNames = (await session.call(service + 'set_target', [], { id: 'library-1', celsius: 20 })).args;
    seen.list = (await session.call(service + 'list', [1])).args[0].map((t) => t.id);
    seen.lock = (await session.call(service + 'lock', ['attic-2', true])).args;
    seen.locked = await failing('set_target', ['attic-2', 20]);
    seen.outOfRange = await failing('set_target', ['library-1', 99]);
    seen.notInstalled = await failing('set_target', ['nowhere', 20]);
    seen.invalidArgument = await failing('set_target', ['library-1', 'warm']);
    seen.noSuchProcedure = await failing('explode', []);
  });
});

seen.event = (await event).slice(0, 3);
while (!('noSuchProcedure' in seen)) await new Promise((resolve) => setImmediate(resolve));
// Wampy's MsgPack reads integers beyond 32 bits as BigInt.
console.log(JSON.stringify(seen, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
await session.close();
process.exit(0);
