// Copy buttons and the like: hidden where there is no script, so no button ever does nothing.
export function reveal(root) {
  root.querySelectorAll?.('[data-copy]').forEach((button) => {
    button.hidden = !navigator.clipboard;
    button.onclick = async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    };
  });
  root.querySelectorAll?.('select[data-submits]').forEach((select) => {
    select.onchange = () => select.form.requestSubmit();
  });
}
