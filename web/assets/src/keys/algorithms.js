// The algorithms the office takes, by the key's kind: signing/algorithms.py says the same.
const OIDS = {
  '06092a864886f70d010101': 'RSA',
  '06082a8648ce3d030107': 'P-256',
  '06052b81040022': 'P-384',
  '06052b81040023': 'P-521',
};
const HASHES = { 'P-256': 'SHA-256', 'P-384': 'SHA-384', 'P-521': 'SHA-512' };

export const NEW_KEYS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256' },
  'RSA-3072': {
    name: 'RSASSA-PKCS1-v1_5', modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256',
  },
};

// of an AlgorithmIdentifier's parts, in hex: how such a key is imported
export function importing(parts) {
  const kind = parts.map((part) => OIDS[part]).find((known) => known);
  if (!kind) throw new Error('a kind of key that does not sign here');
  return kind === 'RSA' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: kind };
}

// how a key signs; ECDSA values come as r and s in a row, the server makes DER of them
export function signing(algorithm) {
  return algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: HASHES[algorithm.namedCurve] } : { name: algorithm.name };
}

export const sign = (key, data) => crypto.subtle.sign(signing(key.algorithm), key, data);
