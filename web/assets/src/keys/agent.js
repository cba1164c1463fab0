// A program on the officer's own computer that signs, asked over WebSocket as NCALayer is. The page hands its answer to
// the server as it came: whether it is a signature is the server's to judge.
export class Silent extends Error {}
export class Declined extends Error {}

const CONNECTING_MILLISECONDS = 10_000;
const ASKING_MILLISECONDS = 10 * 60_000;

// the answer's text. A greeting, which tells a version and no status, is no answer.
export function ask(url, question) {
  return new Promise((resolve, reject) => {
    let socket;
    let waiting;
    const end = (act, what) => { clearTimeout(waiting); act(what); socket?.close(); };
    try {
      socket = new WebSocket(url);
    } catch {
      reject(new Silent());
      return;
    }
    waiting = setTimeout(() => end(reject, new Silent()), CONNECTING_MILLISECONDS);
    socket.onopen = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => end(reject, new Declined()), ASKING_MILLISECONDS);
      socket.send(JSON.stringify(question));
    };
    socket.onmessage = ({ data }) => {
      const answer = parsed(data);
      if (answer?.status === true) end(resolve, data);
      else if (answer?.status === false) end(reject, new Declined(answer.message || ''));
    };
    socket.onerror = socket.onclose = () => end(reject, new Silent());
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// url: the server's, which says where the program is and what to ask; what else it says goes into the form's fields
export async function agentsAnswer(url, form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const headers = { Accept: 'application/json' };
  const answer = await fetch(url, { method: 'POST', body, headers, credentials: 'same-origin' });
  if (!(answer.headers.get('Content-Type') || '').includes('json')) throw new Error(`${url}: ${answer.status}`);
  const { refused, agent, question, ...fields } = await answer.json();
  if (refused) throw Object.assign(new Error(), { told: refused });
  return { ...fields, answer: await ask(agent, question) };
}
