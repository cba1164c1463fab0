// J and K move through a list of rows, Enter opens, X selects; off while somebody types.
export function keyboard() {
  const rows = [...document.querySelectorAll('[data-rows] tbody tr')];
  if (!rows.length) return;
  let at = -1;
  const go = (to) => {
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].querySelector('a')?.focus();
  };
  const keys = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    x: () => rows[at]?.querySelector('input[type=checkbox]')?.click(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    keys[event.key.toLowerCase()]?.();
  });
}
