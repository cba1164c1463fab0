// On one's own page: a new key of this browser asks for its certificate; or the key of an own file is made known.
import { NEW_KEYS, sign } from './algorithms.js';
import { fromBase64, joined, tlv, toBase64, toHex } from './bytes.js';
import { keep } from './store.js';

const VERSION = Uint8Array.of(2, 1, 0);
const NO_ATTRIBUTES = Uint8Array.of(0xa0, 0);

// {info, value}: a PKCS#10 request (RFC 2986) without its outer sequence; the server puts it together
export async function newRequest(kind, subject) {
  const pair = await crypto.subtle.generateKey(NEW_KEYS[kind], false, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const info = tlv(0x30, joined(VERSION, fromBase64(subject), spki, NO_ATTRIBUTES));
  const value = await sign(pair.privateKey, info);
  // kept before it is sent: a certificate for a key that is nowhere would be of no use
  await keep(toHex(await crypto.subtle.digest('SHA-256', spki)), pair.privateKey);
  return { info: toBase64(info), value: toBase64(value) };
}

export async function shownToBeOurs(opened, challenge) {
  const value = await sign(opened.key, new TextEncoder().encode(challenge));
  return {
    certificate: toBase64(opened.certificate),
    chain: opened.chain.map(toBase64).join(' '),
    value: toBase64(value),
  };
}
