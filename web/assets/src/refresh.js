// A partial refresh must never undo what somebody did while it was under way: what changed since the request was sent is
// put back into the new part, and a changed choice asks for another refresh.
const CONTROLS = 'input, select, textarea';

function values(root) {
  const found = new Map();
  root.querySelectorAll(CONTROLS).forEach((control) => {
    if (!control.name || control.type === 'file' || control.type === 'hidden') return;
    const list = found.get(control.name) || [];
    if (!['radio', 'checkbox'].includes(control.type)) list.push(control.value);
    else if (control.checked) list.push(control.value);
    found.set(control.name, list);
  });
  return found;
}

function put(root, name, list) {
  let choice = false;
  root.querySelectorAll(`[name="${CSS.escape(name)}"]`).forEach((control) => {
    if (['radio', 'checkbox'].includes(control.type)) {
      control.checked = list.includes(control.value);
      choice = true;
    } else {
      control.value = list[0] ?? '';
      choice ||= control.tagName === 'SELECT';
    }
  });
  return choice;
}

export function keepTyping() {
  let sent = null;
  let live = null;
  document.body.addEventListener('htmx:configRequest', (event) => {
    // files travel when somebody attaches or submits them, not with every refresh
    [...event.detail.formData.keys()].filter((key) => key.startsWith('_file.')).forEach((key) => event.detail.formData.delete(key));
  });
  document.body.addEventListener('htmx:beforeRequest', (event) => {
    if (event.detail.target?.id === 'sections') sent = values(event.detail.target);
  });
  document.body.addEventListener('htmx:beforeSwap', (event) => {
    if (event.detail.target?.id === 'sections') live = values(event.detail.target);
  });
  document.body.addEventListener('htmx:afterSwap', () => {
    const part = document.getElementById('sections');
    if (!part || !sent || !live) return;
    let choice = false;
    for (const [name, list] of live) {
      if (JSON.stringify(sent.get(name)) !== JSON.stringify(list)) choice = put(part, name, list) || choice;
    }
    sent = live = null;
    if (choice) part.closest('form').dispatchEvent(new Event('change', { bubbles: true }));
  });
}
