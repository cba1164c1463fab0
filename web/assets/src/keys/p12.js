// Opens the officer's own .p12 (RFC 7292) in the page: RSA and EC, old encryption (3DES, RC2) and new (PBES2). The key
// becomes a CryptoKey that cannot be taken out again; file, PIN and decrypted bytes are left to be forgotten.
import forge from 'node-forge/lib/forge';
import 'node-forge/lib/asn1';
import 'node-forge/lib/hmac';
import 'node-forge/lib/pbe';
import 'node-forge/lib/sha256';
import 'node-forge/lib/sha512';
import { importing, sign, signing } from './algorithms.js';
import { children, spkiOf, toHex } from './bytes.js';

const { asn1, pki } = forge;
const DATA = '1.2.840.113549.1.7.1';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERT_BAG = '1.2.840.113549.1.12.10.1.3';
const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';
const MAC_HASHES = {
  '1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.1': 'sha256', '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const PRFS = {
  '1.2.840.113549.2.7': 'SHA-1', '1.2.840.113549.2.9': 'SHA-256', '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
};
const CIPHERS = {
  '2.16.840.1.101.3.4.1.2': ['AES-CBC', 128], '2.16.840.1.101.3.4.1.22': ['AES-CBC', 192],
  '2.16.840.1.101.3.4.1.42': ['AES-CBC', 256], '1.2.840.113549.3.7': ['3DES-CBC', 192],
};
const MAC_KEY = 3;
const LARGEST = 1024 * 1024;
const MOST_ROUNDS = 10_000_000;

export class WrongPin extends Error {}
export class Unreadable extends Error {}

// {key, certificate, chain}: a key that signs, its certificate and the others of the file, DER
export async function openP12(file, typed) {
  if (file.byteLength > LARGEST) throw new Unreadable('too large');
  const pin = typed.normalize('NFC');
  const bags = { keys: [], certificates: [] };
  for (const part of safes(file, pin)) await gather(part, pin, bags);
  for (const each of bags.keys) {
    const key = await imported(each);
    each.fill(0);
    const certificate = await certificateOf(key, bags.certificates);
    if (certificate) return { key, certificate, chain: bags.certificates.filter((one) => one !== certificate) };
  }
  throw new Unreadable('no key with its certificate');
}

function safes(file, pin) {
  const pfx = parsed(binary(file));
  const [kind, wrapped] = pfx.value[1].value;
  if (oid(kind) !== DATA) throw new Unreadable('not protected by a password');
  const content = octets(wrapped.value[0]);
  if (pfx.value[2]) requireMac(pfx.value[2], content, pin);
  return parsed(content).value;
}

function requireMac(mac, content, pin) {
  const [algorithm, digest] = mac.value[0].value;
  const hash = MAC_HASHES[oid(algorithm.value[0])];
  if (!hash) throw new Unreadable('its integrity is protected in an unknown way');
  const rounds = mac.value[2] ? number(mac.value[2]) : 1;
  const salt = forge.util.createBuffer(octets(mac.value[1]));
  const size = forge.md[hash].create().digestLength;
  const key = pki.pbe.generatePkcs12Key(pin, salt, MAC_KEY, rounds, size, forge.md[hash].create());
  const hmac = forge.hmac.create();
  hmac.start(hash, key);
  hmac.update(content);
  if (hmac.getMac().getBytes() !== octets(digest)) throw new WrongPin();
}

async function gather(part, pin, bags) {
  const [kind, wrapped] = part.value;
  let content;
  if (oid(kind) === DATA) content = octets(wrapped.value[0]);
  else if (oid(kind) === ENCRYPTED_DATA) {
    const [, algorithm, encrypted] = wrapped.value[0].value[1].value;
    content = await decrypted(algorithm, octets(encrypted), pin);
  } else throw new Unreadable('a part is protected in an unknown way');
  for (const bag of parsed(content).value) {
    const [type, value] = bag.value;
    if (oid(type) === CERT_BAG) bags.certificates.push(unbinary(octets(value.value[0].value[1].value[0])));
    if (oid(type) === KEY_BAG) bags.keys.push(unbinary(asn1.toDer(value.value[0]).getBytes()));
    if (oid(type) === SHROUDED_KEY_BAG) {
      const [algorithm, encrypted] = value.value[0].value;
      bags.keys.push(unbinary(await decrypted(algorithm, octets(encrypted), pin)));
    }
  }
}

async function decrypted(algorithm, data, pin) {
  const [kind, parameters] = algorithm.value;
  const cipher = oid(kind) === PBES2 ? await pbes2(parameters, pin) : legacy(kind, parameters, pin);
  cipher.update(forge.util.createBuffer(data));
  if (!cipher.finish()) throw new WrongPin();
  return cipher.output.getBytes();
}

function legacy(kind, parameters, pin) {
  try {
    return pki.pbe.getCipherForPKCS12PBE(oid(kind), parameters, pin);
  } catch (error) {
    throw new Unreadable(error.message);
  }
}

// The browser's own PBKDF2: a few hundred thousand rounds take it a moment, and a script half a minute.
async function pbes2(parameters, pin) {
  const [derivation, scheme] = parameters.value;
  const [name, length] = CIPHERS[oid(scheme.value[0])] || [];
  if (!name || oid(derivation.value[0]) !== PBKDF2) throw new Unreadable('encrypted in an unknown way');
  const [salt, rounds, ...more] = derivation.value[1].value;
  const prf = more.find((each) => each.type === asn1.Type.SEQUENCE);
  const hash = PRFS[prf ? oid(prf.value[0]) : '1.2.840.113549.2.7'];
  const iterations = number(rounds);
  if (!hash || !(iterations > 0 && iterations <= MOST_ROUNDS)) throw new Unreadable('encrypted in an unknown way');
  const secret = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits']);
  const derived = { name: 'PBKDF2', hash, salt: unbinary(octets(salt)), iterations };
  const key = await crypto.subtle.deriveBits(derived, secret, length);
  const cipher = forge.cipher.createDecipher(name, binary(key));
  cipher.start({ iv: octets(scheme.value[1]) });
  return cipher;
}

async function imported(privateKeyInfo) {
  let algorithm;
  try {
    algorithm = importing(children(children(privateKeyInfo)[1]).map(toHex).reverse());
  } catch (error) {
    throw new Unreadable(error.message);
  }
  return crypto.subtle.importKey('pkcs8', privateKeyInfo, algorithm, false, ['sign']);
}

// The certificate is the one whose public key verifies what the key signs; labels in such files are not to be relied on.
async function certificateOf(key, certificates) {
  const probe = new TextEncoder().encode('karguzar: whose key is this?');
  const value = await sign(key, probe);
  const algorithm = key.algorithm.name === 'ECDSA'
    ? { name: 'ECDSA', namedCurve: key.algorithm.namedCurve } : { name: key.algorithm.name, hash: 'SHA-256' };
  for (const certificate of certificates) {
    try {
      const open = await crypto.subtle.importKey('spki', spkiOf(certificate), algorithm, false, ['verify']);
      if (await crypto.subtle.verify(signing(key.algorithm), open, value, probe)) return certificate;
    } catch {
      // a certificate for a key of another kind: not this one's
    }
  }
  return null;
}

function parsed(text) {
  try {
    return asn1.fromDer(text, { strict: false, parseAllBytes: false, decodeBitStrings: false });
  } catch (error) {
    throw new Unreadable(error.message);
  }
}

const oid = (node) => asn1.derToOid(node.value);
const number = (node) => [...node.value].reduce((sum, each) => sum * 256 + each.charCodeAt(0), 0);
// an OCTET STRING, or the pieces of one (BER, as older programs write it)
const octets = (node) => (typeof node.value === 'string' ? node.value : node.value.map(octets).join(''));

function binary(buffer) {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return text;
}

const unbinary = (text) => Uint8Array.from(text, (each) => each.charCodeAt(0));
