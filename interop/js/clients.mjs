// One small face for the foreign clients, so that each scenario is written once.
//
// connect(client, serializer, url, realm) gives a session with
//   call(uri, args, kwargs)       -> {args, kwargs}; rejects with {uri, args, kwargs}
//   register(uri, handler)        handler(args, kwargs) -> {args, kwargs} or throws {uri, args, kwargs}
//   subscribe(uri, handler)       handler(args, kwargs)
//   publish(uri, args, kwargs)    acknowledged
//   close()

import { createRequire } from 'node:module';
import { XMLHttpRequest } from './xmlhttprequest.mjs';

const require = createRequire(import.meta.url);

export async function connect(client, serializer, url, realm) {
  switch (client) {
    case 'autobahn': return connectAutobahn(serializer, realm, { type: 'websocket', url });
    case 'autobahn-longpoll':
      globalThis.XMLHttpRequest ??= XMLHttpRequest;
      return connectAutobahn(serializer, realm, { type: 'longpoll', url: url.replace(/^ws/, 'http').replace(/ws$/, 'lp') });
    case 'wampy': return connectWampy(serializer, url, realm);
  }
  throw new Error(`unknown client ${client}`);
}

function connectAutobahn(serializer, realm, transport) {
  const autobahn = require('autobahn');
  const make = {
    json: autobahn.serializer.JSONSerializer,
    msgpack: autobahn.serializer.MsgpackSerializer,
    cbor: autobahn.serializer.CBORSerializer,
  }[serializer];
  const connection = new autobahn.Connection({ transports: [transport], realm, serializers: [new make()], max_retries: 0 });
  const plain = (error) => ({ uri: error.error, args: error.args ?? [], kwargs: error.kwargs ?? {} });
  return new Promise((resolve, reject) => {
    connection.onclose = (reason, details) => { reject(new Error(`${reason}: ${JSON.stringify(details)}`)); return true; };
    connection.onopen = (session) => resolve({
      async call(uri, args = [], kwargs = {}) {
        try {
          const result = await session.call(uri, args, kwargs);
          return result instanceof autobahn.Result
            ? { args: result.args, kwargs: result.kwargs }
            : { args: result === null || result === undefined ? [] : [result], kwargs: {} };
        } catch (error) { throw plain(error); }
      },
      register: (uri, handler) => session.register(uri, async (args, kwargs) => {
        try {
          const result = await handler(args ?? [], kwargs ?? {});
          return new autobahn.Result(result.args ?? [], result.kwargs ?? {});
        } catch (error) {
          if (!error.uri) throw error;
          throw new autobahn.Error(error.uri, error.args ?? [], error.kwargs ?? {});
        }
      }),
      subscribe: (uri, handler) => session.subscribe(uri, (args, kwargs) => handler(args ?? [], kwargs ?? {})),
      publish: (uri, args = [], kwargs = {}) => session.publish(uri, args, kwargs, { acknowledge: true }),
      close: () => new Promise((closed) => {
        connection.onclose = () => { closed(); return true; };
        connection.close();
      }),
    });
    connection.open();
  });
}

async function connectWampy(serializer, url, realm) {
  const { Wampy } = await import('wampy');
  const module = {
    json: ['wampy/JsonSerializer.js', 'JsonSerializer'],
    msgpack: ['wampy/MsgpackSerializer.js', 'MsgpackSerializer'],
    cbor: ['wampy/CborSerializer.js', 'CborSerializer'],
  }[serializer];
  const Serializer = (await import(module[0]))[module[1]];
  const wampy = new Wampy(url, { realm, serializer: new Serializer(), ws: globalThis.WebSocket, maxRetries: 0, reconnectInterval: 100000 });
  await wampy.connect();
  const payload = (args, kwargs) => ({ argsList: args, argsDict: kwargs });
  return {
    async call(uri, args = [], kwargs = {}) {
      try {
        const result = await wampy.call(uri, payload(args, kwargs));
        return { args: result.argsList ?? [], kwargs: result.argsDict ?? {} };
      } catch (error) {
        throw { uri: error.errorUri ?? error.error, args: error.argsList ?? [], kwargs: error.argsDict ?? {} };
      }
    },
    register: (uri, handler) => wampy.register(uri, async ({ argsList, argsDict }) => {
      try {
        const result = await handler(argsList ?? [], argsDict ?? {});
        return payload(result.args ?? [], result.kwargs ?? {});
      } catch (error) {
        if (!error.uri) throw error;
        throw { error: error.uri, details: {}, argsList: error.args ?? [], argsDict: error.kwargs ?? {} };
      }
    }),
    subscribe: (uri, handler) => wampy.subscribe(uri, ({ argsList, argsDict }) => handler(argsList ?? [], argsDict ?? {})),
    publish: (uri, args = [], kwargs = {}) => wampy.publish(uri, payload(args, kwargs), { exclude_me: true }),
    close: () => wampy.disconnect(),
  };
}
