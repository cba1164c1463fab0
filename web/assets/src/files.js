// Files that together are larger than one request may be are told at once and not sent: a refused request would take
// the rest of the form with it.
export function weighFiles() {
  document.addEventListener('change', (event) => {
    const input = event.target;
    if (input.type !== 'file' || !input.dataset.most) return;
    const chosen = [...input.form.querySelectorAll('input[type=file]')].flatMap((each) => [...each.files]);
    const tooMuch = chosen.reduce((sum, file) => sum + file.size, 0) > Number(input.dataset.most);
    const told = document.getElementById(`${input.id}-too-much`);
    if (told) told.hidden = !tooMuch;
    if (!tooMuch) return;
    input.value = '';
    event.stopPropagation(); // nothing has changed, so nothing is refreshed
  }, true);
}
