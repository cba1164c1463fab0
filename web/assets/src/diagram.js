// The diagram of a case with its tokens: bpmn-js, navigated viewer. The same facts stand beside it as a list.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

async function show(container) {
  const marks = JSON.parse(container.dataset.marks);
  const viewer = new NavigatedViewer({ container, keyboard: { bind: false } });
  const answer = await fetch(container.dataset.source, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`the diagram was not sent: ${answer.status}`);
  await viewer.importXML(await answer.text());
  const canvas = viewer.get('canvas');
  const known = viewer.get('elementRegistry');
  for (const mark of marks) {
    if (known.get(mark.element)) canvas.addMarker(mark.element, `token-${mark.state}`);
  }
  const drawn = canvas.viewbox().inner;
  const height = (container.clientWidth * drawn.height) / Math.max(1, drawn.width) + 40;
  container.style.height = `${Math.round(Math.min(560, Math.max(220, height)))}px`;
  canvas.resized();
  canvas.zoom('fit-viewport', 'auto');
  container.hidden = false;
  container.closest('[data-diagram-frame]')?.querySelectorAll('[data-zoom]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => {
      if (button.dataset.zoom === 'fit') canvas.zoom('fit-viewport', 'auto');
      else viewer.get('zoomScroll').stepZoom(Number(button.dataset.zoom));
    });
  });
}

for (const container of document.querySelectorAll('[data-diagram]')) {
  show(container).catch((error) => {
    container.textContent = container.dataset.failed;
    console.error(error);
  });
}
