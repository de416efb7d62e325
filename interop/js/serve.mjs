// Serves the quickstart's thermostat service to a typed Go client and publishes
// its events. Says "ready" when everything is registered; runs until its
// standard input closes.
//
//   node serve.mjs CLIENT SERIALIZER URL REALM

import { connect } from './clients.mjs';

const [client, serializer, url, realm] = process.argv.slice(2);
const service = 'com.example.thermostat.v1.';
const session = await connect(client, serializer, url, realm);
const devices = new Map();

await session.register(service + 'install', async (args, kwargs) => {
  const id = `${kwargs.room.toLowerCase()}-${devices.size + 1}`;
  const device = { id, room: kwargs.room, floor: kwargs.floor, target: 19, mode: 'idle', locked: false, tags: kwargs.tags ?? [] };
  devices.set(id, device);
  await session.publish(service + 'installed', [device]);
  return { args: [device] };
});

await session.register(service + 'set_target', async ([id, celsius]) => {
  const device = devices.get(id);
  if (!device) throw { uri: 'com.example.thermostat.not_installed', args: ['never heard of it'], kwargs: { id } };
  if (device.locked) throw { uri: 'com.example.thermostat.child_lock', args: ['locked'] };
  if (celsius > 30) throw { uri: 'com.example.thermostat.out_of_range', args: ['too warm'], kwargs: { celsius, min: 5, max: 30 } };
  const previous = device.target;
  device.target = celsius;
  device.mode = 'heating';
  return { args: [previous, 90_000_000_000] };
});

await session.register(service + 'lock', ([id, on]) => {
  devices.get(id).locked = on;
  return {};
});

// A peer that knows only keywords sends its one result by name.
await session.register(service + 'list', ([floor]) => ({
  args: [[...devices.values()].filter((d) => floor === null || floor === undefined || d.floor === floor)],
}));

console.log('ready');
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
