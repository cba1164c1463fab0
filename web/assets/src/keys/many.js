// Many steps and documents, a few at a time: what one of them cannot do is told in its row, the others go on.
import { shownDocument, signatureValue } from './document.js';

const PORTION = 10;
// opening a key that the server keeps takes a tenth of a second on purpose: as many as one request does
const PORTION_WITH_PIN = 25;

async function asked(url, form, entries) {
  const body = new URLSearchParams([['csrf_token', form.elements.csrf_token.value], ...entries]);
  const headers = { Accept: 'application/json' };
  const answer = await fetch(url, { method: 'POST', body, headers, credentials: 'same-origin' });
  const json = (answer.headers.get('Content-Type') || '').includes('json');
  if (!json) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

const row = (form, id) => form.querySelector(`[data-row="${id}"]`);

function mark(form, id, text, kind) {
  const tag = document.createElement('span');
  tag.className = `tag ${kind}`;
  tag.textContent = text;
  row(form, id).querySelector('[data-state]').replaceChildren(tag);
}

// done: a row that succeeds says so and leaves the selection
function tellRows(form, results) {
  for (const { id, refused } of results) {
    mark(form, id, refused || form.dataset.done || '✓', refused ? 'danger' : 'ok');
    const box = row(form, id).querySelector('input[type=checkbox]');
    if (box && !refused) { box.checked = false; box.disabled = true; }
  }
  return results.filter((each) => !each.refused).length;
}

async function inPortions(form, all, act, portion = PORTION) {
  const bar = form.querySelector('[data-progress]');
  const progress = bar.querySelector('progress');
  const count = bar.querySelector('[data-count]');
  bar.hidden = false;
  progress.max = all.length;
  let done = 0;
  for (let at = 0; at < all.length; at += portion) {
    progress.value = at;
    count.textContent = `${at} / ${all.length}`;
    done += tellRows(form, await act(all.slice(at, at + portion)));
  }
  progress.value = all.length;
  count.textContent = `${done} / ${all.length}`;
  return done;
}

export async function prepareMany(form) {
  const answer = form.querySelector('[name=answer]:checked').value;
  const items = [...form.querySelectorAll('[name=item]')].map((each) => each.value);
  const keys = form.elements._keys.value;
  const done = await inPortions(form, items, (some) => asked(
    form.action, form, [['answer', answer], ['_keys', keys], ...some.map((each) => ['item', each])],
  ));
  if (done) window.location.assign(form.dataset.next);
}

// The server keeps the key: the PIN is typed once and goes with each portion; nothing keeps it beyond this page.
async function withPin(form, attempts, pin) {
  await inPortions(form, attempts, async (some) => {
    const found = await asked(form.action, form, [['pin', pin], ...some.map((each) => ['attempt', each])]);
    if (!Array.isArray(found)) throw Object.assign(new Error(), { told: found.refused });
    return found;
  }, PORTION_WITH_PIN);
}

async function value(form, key, prepared) {
  const { document: url, sha256 } = row(form, prepared.id).dataset;
  return `${prepared.id}:${await signatureValue(key, await shownDocument(url, sha256), prepared)}`;
}

async function withKey(form, attempts, key) {
  await inPortions(form, attempts, async (some) => {
    const prepared = await asked(form.dataset.prepare, form, some.map((each) => ['attempt', each]));
    const refused = prepared.filter((each) => each.refused);
    const signed = prepared.filter((each) => each.signed);
    const values = [];
    for (const each of prepared.filter((one) => !one.refused && !one.signed)) {
      try {
        values.push(['value', await value(form, key, each)]);
      } catch {
        refused.push({ id: each.id, refused: form.dataset.changed });
      }
    }
    const completed = values.length ? await asked(form.dataset.values, form, values) : [];
    return [...refused, ...signed.map(({ id }) => ({ id, refused: '' })), ...completed];
  });
}

export async function signMany(form, keyOf) {
  const attempts = [...form.querySelectorAll('[name=attempt]:checked')].map((each) => each.value);
  if (!attempts.length) return;
  const field = form.elements.pin;
  if (field) {
    const pin = field.value;
    field.value = '';
    await withPin(form, attempts, pin);
  } else {
    await withKey(form, attempts, await keyOf(form));
  }
  form.querySelector('[data-finished]').hidden = false;
}
