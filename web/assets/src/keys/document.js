// One signature: what is to be signed speaks of the document shown, or nothing is signed.
import { sign } from './algorithms.js';
import { fromBase64, joined, toBase64, toHex } from './bytes.js';

const HASHES = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };
const OCTET_STRING = '04';

export class Changed extends Error {}

export async function shownDocument(url, sha256) {
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  const pdf = new Uint8Array(await answer.arrayBuffer());
  if (toHex(await crypto.subtle.digest('SHA-256', pdf)) !== sha256) throw new Changed();
  return pdf;
}

// prepared: {attributes, appended, reserved, digest} of the server; the value in base64
export async function signatureValue(key, pdf, prepared) {
  const attributes = fromBase64(prepared.attributes);
  const whole = joined(pdf, fromBase64(prepared.appended));
  const [start, end] = prepared.reserved;
  if (start < pdf.length || end > whole.length) throw new Changed();
  const hash = await crypto.subtle.digest(HASHES[prepared.digest], joined(whole.subarray(0, start), whole.subarray(end)));
  const named = OCTET_STRING + hash.byteLength.toString(16) + toHex(hash);
  if (!toHex(attributes).includes(named)) throw new Changed();
  return toBase64(await sign(key, attributes));
}
