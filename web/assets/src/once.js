// A double click sends a form once. The server would answer the second with 409; nobody has to see that.
export function onceOnly() {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (event.defaultPrevented || form.hasAttribute('data-repeatable')) return;
    form.dataset.sent = 'yes';
    document.querySelectorAll('[data-waiting]').forEach((note) => { note.hidden = false; });
    setTimeout(() => { delete form.dataset.sent; }, 8000);
  });
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach((form) => { delete form.dataset.sent; });
    document.querySelectorAll('[data-waiting]').forEach((note) => { note.hidden = true; });
  });
}
