// The state of the draft, told in words: what htmx saves is said beside the button, and a lost connection too.
export function keepDraft() {
  const line = document.querySelector('[data-draft-state]');
  const form = document.querySelector('form[data-draft]');
  if (!line || !form) return;
  let dirty = false;
  form.addEventListener('input', () => { dirty = true; line.textContent = line.dataset.dirty; });
  document.body.addEventListener('htmx:afterRequest', (event) => {
    if (event.detail.elt !== form && !form.contains(event.detail.elt)) return;
    if (event.detail.xhr.status === 0 && !event.detail.failed) return; // replaced by a newer one
    if (event.detail.failed || event.detail.xhr.status >= 400) line.textContent = line.dataset.failed;
    else dirty = false;
  });
  form.addEventListener('submit', () => { dirty = false; });
  window.addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
}
