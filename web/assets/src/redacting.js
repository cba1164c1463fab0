// Areas of pages are drawn on the pictures of the pages: with mouse or pen, with a finger, or with keys. What is sent is
// the text field, an area a line, which works without this script as well; the server judges every line again.
const SVG = 'http://www.w3.org/2000/svg';
const LINE = /^\s*(\d{1,4})[\s:;]+([\d.,]+)[\s;]+([\d.,]+)[\s;]+([\d.,]+)[\s;]+([\d.,]+)\s*$/;
const WIDE = 1000; // units of a picture's width
const SMALLEST = 0.5; // hundredths of a page: less is a click and no area
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CORNER = { mouse: 12, pen: 16, touch: 28 }; // pixels around the lower right corner that change the size

const between = (value, least, most) => Math.min(Math.max(value, least), most);
const rounded = (value) => Math.round(value * 10) / 10;

function areaOf(line) {
  const found = LINE.exec(line);
  if (!found) return null;
  const [page, left, top, width, height] = found.slice(1).map((each) => Number(each.replace(',', '.')));
  return [left, top, width, height].every(Number.isFinite) ? { page, left, top, width, height } : null;
}

function lineOf({ page, left, top, width, height }) {
  const at = { left: between(rounded(left), 0, 99.5), top: between(rounded(top), 0, 99.5) };
  const wide = rounded(between(width, SMALLEST, 100 - at.left));
  return `${page} ${at.left} ${at.top} ${wide} ${rounded(between(height, SMALLEST, 100 - at.top))}`;
}

function element(parent, name, attributes) {
  const made = parent.appendChild(document.createElementNS(SVG, name));
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

class Areas {
  constructor(field, pictures, list) {
    Object.assign(this, { field, pictures, list, entry: document.getElementById('area-entry') });
    this.lines = field.value.split('\n').filter((line) => line.trim());
    this.show();
  }

  at(number) { return areaOf(this.lines[number] ?? ''); }

  add(area) { return this.lines.push(lineOf(area)) - 1; }

  change(number, area) { this.lines[number] = lineOf(area); this.write(); }

  remove(number) { this.lines.splice(number, 1); this.write(); (this.list.hidden ? this.field : this.list).focus(); }

  write() { this.field.value = this.lines.join('\n'); this.show(); }

  read() { this.lines = this.field.value.split('\n'); this.show(); }

  show() {
    const focused = document.activeElement?.dataset?.area;
    this.pictures.forEach((picture) => picture.querySelector('.areas').replaceChildren());
    this.list.replaceChildren();
    this.lines.forEach((line, number) => {
      const area = areaOf(line);
      const picture = area && this.pictures.find((each) => Number(each.dataset.page) === area.page);
      if (picture) { this.draw(picture, area, number); this.enter(area, number); }
    });
    this.list.hidden = !this.list.children.length;
    if (focused !== undefined) this.focus(focused);
  }

  focus(number) { document.querySelector(`.areas [data-area="${number}"]`)?.focus(); }

  said(text, area, number) { return text.replace('{number}', number + 1).replace('{page}', area.page); }

  draw(picture, area, number) {
    const [x, width] = [area.left * WIDE / 100, area.width * WIDE / 100];
    const high = picture.viewBox.baseVal.height;
    const [y, height] = [area.top * high / 100, area.height * high / 100];
    const label = this.said(this.list.dataset.label, area, number);
    const areas = picture.querySelector('.areas');
    element(areas, 'rect', {
      x, y, width, height, class: 'area', tabindex: 0, role: 'application', 'aria-label': label, 'data-area': number,
    });
    element(areas, 'text', { x: x + 6, y: y + 24, class: 'area-number', 'aria-hidden': 'true' }).textContent = number + 1;
    element(areas, 'rect', { x: x + width - 14, y: y + height - 14, width: 14, height: 14, class: 'area-corner' });
  }

  enter(area, number) {
    const item = this.entry.content.firstElementChild.cloneNode(true);
    const [name, button] = [item.querySelector('span'), item.querySelector('button')];
    name.textContent = this.said(name.textContent, area, number);
    button.setAttribute('aria-label', `${button.textContent}: ${name.textContent}`);
    button.addEventListener('click', () => this.remove(number));
    this.list.append(item);
  }
}

function placeOf(picture, event) {
  const box = picture.getBoundingClientRect();
  const of = (value, whole) => between((100 * value) / whole, 0, 100);
  return { x: of(event.clientX - box.left, box.width), y: of(event.clientY - box.top, box.height), box };
}

const drawn = (page, from, to) => ({
  page, left: Math.min(from.x, to.x), top: Math.min(from.y, to.y),
  width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y),
});

const moved = (area, x, y) => ({
  ...area, left: between(area.left + x, 0, 100 - area.width), top: between(area.top + y, 0, 100 - area.height),
});

const resized = (area, x, y) => ({ ...area, width: area.width + x, height: area.height + y });

function atCorner(area, from, kind) {
  const reach = CORNER[kind] ?? CORNER.mouse;
  return Math.abs(area.left + area.width - from.x) * from.box.width / 100 < reach
    && Math.abs(area.top + area.height - from.y) * from.box.height / 100 < reach;
}

// What a pressed pointer does until it is let go: makes an area, moves the one below it, or changes its size.
function pointing(picture, areas) {
  const page = Number(picture.dataset.page);
  let act = null;
  picture.addEventListener('pointerdown', (event) => {
    const number = event.target.dataset.area;
    const on = number !== undefined;
    const finger = event.pointerType === 'touch';
    if (event.button !== 0 || (finger && !on && !picture.classList.contains('by-finger'))) return; // a finger scrolls
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    const from = placeOf(picture, event);
    if (!on) { act = { to: (to) => drawn(page, from, to), number: null }; return; }
    const area = areas.at(number);
    const change = atCorner(area, from, event.pointerType) ? resized : moved;
    act = { to: (to) => change(area, to.x - from.x, to.y - from.y), number };
    areas.focus(number);
  });
  picture.addEventListener('pointermove', (event) => {
    if (!act) return;
    const area = act.to(placeOf(picture, event));
    if (act.number === null) {
      if (area.width < SMALLEST || area.height < SMALLEST) return;
      act.number = areas.add(area);
    }
    areas.change(act.number, area);
  });
  const over = () => { if (act?.number != null) areas.focus(act.number); act = null; };
  picture.addEventListener('pointerup', over);
  picture.addEventListener('pointercancel', over);
  picture.addEventListener('keydown', (event) => {
    const number = event.target.dataset.area;
    if (number === undefined || event.ctrlKey || event.metaKey) return;
    if (['Delete', 'Backspace'].includes(event.key)) areas.remove(number);
    else if (ARROWS[event.key]) {
      const [x, y] = ARROWS[event.key].map((each) => each * (event.altKey ? 0.2 : 1));
      areas.change(number, (event.shiftKey ? resized : moved)(areas.at(number), x, y));
    } else return;
    event.preventDefault();
  });
}

const field = document.getElementById('areas');
const pictures = [...document.querySelectorAll('svg.redacting')];
const areas = new Areas(field, pictures, document.getElementById('area-list'));
pictures.forEach((picture) => {
  picture.classList.add('drawing');
  picture.setAttribute('role', 'group');
  pointing(picture, areas);
});
field.addEventListener('input', () => areas.read());
['focus', 'blur'].forEach((name) => field.addEventListener(name, () => {
  pictures.forEach((each) => each.classList.toggle('measured', name === 'focus')); // who types wants the lines
}));
document.querySelectorAll('[data-with-scripts]').forEach((each) => { each.hidden = false; });
document.querySelectorAll('[data-add-area]').forEach((button) => button.addEventListener('click', () => {
  const number = areas.add({ page: Number(button.dataset.addArea), left: 40, top: 45, width: 20, height: 5 });
  areas.write();
  areas.focus(number);
}));
document.getElementById('by-finger')?.addEventListener('change', (event) => {
  pictures.forEach((each) => each.classList.toggle('by-finger', event.target.checked));
});
