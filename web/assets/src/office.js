// htmx for partial refresh, govuk-frontend's behaviours, and a few of our own. Every page works without them.
import htmx from 'htmx.org';
import { initAll } from 'govuk-frontend';
import { keepDraft } from './draft.js';
import { weighFiles } from './files.js';
import { keyboard } from './keyboard.js';
import { onceOnly } from './once.js';
import { keepTyping } from './refresh.js';
import { nameKeys } from './keys/here.js';
import { reveal } from './reveal.js';

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;
htmx.config.allowScriptTags = false;
htmx.config.historyCacheSize = 0;

document.body.classList.add('js-enabled', 'govuk-frontend-supported');
initAll();
keepDraft();
keepTyping();
keyboard();
onceOnly();
weighFiles();
nameKeys();
reveal(document);
document.body.addEventListener('htmx:afterSwap', (event) => reveal(event.target));
// a 409 or 422 answers with a page that must be seen
document.body.addEventListener('htmx:beforeSwap', (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
});
