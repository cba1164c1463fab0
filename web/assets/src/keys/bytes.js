// Bytes, base64, and the little DER a request and a certificate need. Nothing here knows a secret.
export const fromBase64 = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));

export function toBase64(buffer) {
  let text = '';
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

export const toHex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

export function tlv(tag, ...parts) {
  const content = joined(...parts);
  const length = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const head = content.length < 128 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
  return joined(Uint8Array.from(head), content);
}

// The values inside a constructed DER value, each whole with its tag.
export function children(der) {
  const found = [];
  const [begin, end] = content(der, 0);
  for (let at = begin; at < end;) {
    const [, next] = content(der, at);
    found.push(der.subarray(at, next));
    at = next;
  }
  return found;
}

export const contentOf = (der) => der.subarray(...content(der, 0));

function content(der, at) {
  let length = der[at + 1];
  let begin = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4) throw new Error('no DER length');
    length = 0;
    for (let n = 0; n < octets; n += 1) length = length * 256 + der[begin + n];
    begin += octets;
  }
  if (!(begin + length <= der.length)) throw new Error('DER ends too soon');
  return [begin, begin + length];
}

// SubjectPublicKeyInfo of a certificate: the sixth value after an optional version (RFC 5280, 4.1).
export function spkiOf(certificate) {
  const parts = children(children(certificate)[0]);
  return parts[parts[0][0] === 0xa0 ? 6 : 5];
}
