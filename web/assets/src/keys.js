// Pages on which an officer's own key works: enrolment, and signing. No key and no PIN is ever put into a request: the
// fields they are typed into have no name, and what is sent is written into hidden ones.
import { agentsAnswer, Declined, Silent } from './keys/agent.js';
import { spkiOf, toHex } from './keys/bytes.js';
import { Changed, shownDocument, signatureValue } from './keys/document.js';
import { newRequest, shownToBeOurs } from './keys/enrol.js';
import { prepareMany, signMany } from './keys/many.js';
import { openP12, Unreadable, WrongPin } from './keys/p12.js';
import { kept } from './keys/store.js';

function tell(form, name, text = '') {
  const line = form.querySelector('[data-told]');
  line.textContent = text || form.dataset[name] || '';
  line.hidden = !line.textContent;
}

class AnotherKey extends Error {}

const referenceOf = async (certificate) => toHex(await crypto.subtle.digest('SHA-256', spkiOf(certificate)));

function reason(error) {
  if (error instanceof AnotherKey) return 'anotherKey';
  if (error instanceof WrongPin) return 'wrongPin';
  if (error instanceof Unreadable) return 'unreadable';
  if (error instanceof Silent) return 'silent';
  if (error instanceof Declined) return 'declined';
  return error instanceof Changed ? 'changed' : 'failed';
}

const put = (form, values) => Object.entries(values).forEach(([name, value]) => { form.elements[name].value = value; });

// the key of this form: of this browser, or of the file that is chosen; the PIN's field is emptied whatever happens
export async function keyOf(form) {
  if (form.dataset.store === 'browser') return kept(form.dataset.key);
  const file = form.querySelector('[data-file]').files[0];
  const field = form.querySelector('[data-pin]');
  const pin = field.value;
  field.value = '';
  const opened = await openP12(await file.arrayBuffer(), pin);
  if (form.dataset.key && await referenceOf(opened.certificate) !== form.dataset.key) throw new AnotherKey();
  return form.dataset.key ? opened.key : opened;
}

async function enrol(form) {
  put(form, await newRequest(form.querySelector('[name=kind]:checked').value, form.dataset.subject));
}

async function register(form) {
  put(form, await shownToBeOurs(await keyOf(form), form.elements.challenge.value));
}

async function signed(form) {
  const key = await keyOf(form);
  const pdf = await shownDocument(form.dataset.document, form.dataset.sha256);
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(form.dataset.prepare, { method: 'POST', body, credentials: 'same-origin' });
  // refused: the page that says why comes when the form is sent without a value
  put(form, { value: answer.ok ? await signatureValue(key, pdf, await answer.json()) : '' });
}

// the program's own reason, where it gives one, stands behind ours
async function asked(form) {
  try {
    put(form, await agentsAnswer(form.dataset.agent, form));
  } catch (error) {
    if (error instanceof Declined && error.message) error.told = `${form.dataset.declined} (${error.message})`;
    throw error;
  }
}

// goes: the form is sent once the script has filled it in
function on(selector, act, goes = true) {
  document.querySelectorAll(selector).forEach((form) => form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button');
    if (button.disabled) return;
    button.disabled = true;
    tell(form, 'working');
    try {
      await act(form);
      tell(form, 'nothing');
      if (goes) form.submit(); else button.disabled = false;
    } catch (error) {
      tell(form, reason(error), error.told);
      button.disabled = false;
    }
  }));
}

// a key of another browser is told before anybody presses anything
async function look(form) {
  const here = await kept(form.dataset.key).catch(() => null);
  const part = form.querySelector('[data-signing]') || form;
  part.hidden = !here;
  document.querySelectorAll('[data-elsewhere]').forEach((note) => { note.hidden = Boolean(here); });
}

on('form[data-enrol]', enrol);
on('form[data-register]', register);
on('form[data-sign]', signed);
on('form[data-agent]', asked);
on('form[data-many-prepare]', prepareMany, false);
on('form[data-many-sign]', (form) => signMany(form, keyOf), false);
document.querySelectorAll('form[data-store="browser"]').forEach(look);
