// Logs in, and prints as JSON who the router says that the client is, or why it
// refuses.
//
//   node login.mjs CLIENT SERIALIZER URL REALM METHOD AUTHID SECRET
//
// The secret of cryptosign is the hex of a private key.

import { createRequire } from 'node:module';
import { XMLHttpRequest } from './xmlhttprequest.mjs';

const require = createRequire(import.meta.url);
const autobahn = require('autobahn');
const nacl = require('tweetnacl');

const [client, serializer, url, realm, method, authid, secret] = process.argv.slice(2);

const key = method === 'cryptosign' ? nacl.sign.keyPair.fromSeed(Buffer.from(secret, 'hex')) : null;
const authextra = key ? { pubkey: Buffer.from(key.publicKey).toString('hex'), channel_binding: null } : undefined;

function answer(asked, extra) {
  if (asked !== method) throw new Error(`asked for ${asked}`);
  switch (asked) {
    case 'ticket': return secret;
    case 'wampcra': {
      const shared = extra.salt ? autobahn.auth_cra.derive_key(secret, extra.salt, extra.iterations, extra.keylen) : secret;
      return autobahn.auth_cra.sign(shared, extra.challenge);
    }
    case 'cryptosign': return autobahn.auth_cryptosign.sign_challenge(key, extra);
  }
  throw new Error(`cannot authenticate by ${asked}`);
}

const who = (details) => ({ authid: details.authid, authrole: details.authrole, authmethod: details.authmethod, authprovider: details.authprovider });

async function loginAutobahn(transport) {
  const make = { json: autobahn.serializer.JSONSerializer, msgpack: autobahn.serializer.MsgpackSerializer }[serializer];
  const connection = new autobahn.Connection({
    transports: [transport], realm, serializers: [new make()], max_retries: 0,
    authmethods: [method], authid, authextra, onchallenge: (_session, asked, extra) => answer(asked, extra),
  });
  return new Promise((resolve) => {
    connection.onclose = (_reason, details) => { resolve({ refused: details.reason }); return true; };
    connection.onopen = (_session, details) => {
      connection.onclose = () => { resolve(who(details)); return true; };
      connection.close();
    };
    connection.open();
  });
}

async function loginWampy() {
  const { Wampy } = await import('wampy');
  const module = {
    json: ['wampy/JsonSerializer.js', 'JsonSerializer'], msgpack: ['wampy/MsgpackSerializer.js', 'MsgpackSerializer'], cbor: ['wampy/CborSerializer.js', 'CborSerializer'],
  }[serializer];
  const Serializer = (await import(module[0]))[module[1]];
  const wampy = new Wampy(url, {
    realm, serializer: new Serializer(), ws: globalThis.WebSocket, maxRetries: 0, reconnectInterval: 100000,
    authid, authextra: authextra ?? {}, authmethods: [method], onChallenge: (asked, extra) => answer(asked, extra),
  });
  try {
    const details = await wampy.connect();
    await wampy.disconnect();
    return who(details);
  } catch (error) {
    return { refused: error.errorUri ?? error.error ?? String(error) };
  }
}

async function login() {
  switch (client) {
    case 'autobahn': return loginAutobahn({ type: 'websocket', url });
    case 'autobahn-longpoll':
      globalThis.XMLHttpRequest ??= XMLHttpRequest;
      return loginAutobahn({ type: 'longpoll', url: url.replace(/^ws/, 'http').replace(/ws$/, 'lp') });
    case 'wampy': return loginWampy();
  }
  throw new Error(`unknown client ${client}`);
}

console.log(JSON.stringify(await login()));
process.exit(0);
