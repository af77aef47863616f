// The views that recorded runs share: the source with the current line marked, the live locals, and
// the bytes of a value. The widgets of the chapters combine them.

import { calm, element, highlighted } from './dom.js';

/**
 * The source of a recorded run. Returns `{ node, mark(line) }`. `mark` moves the bar to a line of the
 * file and scrolls to it. `null` hides the bar.
 */
export function sourceView({ path, start, lines }) {
  // Methods are indented deeply in their files, so we remove the common indentation.
  const shared = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  // Lines with anchor marks are blank here. Show only one of two blank lines.
  const blank = (line) => line === undefined || line.trim() === '';
  const shown = [...lines.keys()].filter((index) => !blank(lines[index]) || !blank(lines[index - 1]));
  const numbers = shown.map((index) => start + index).join('\n');
  const bar = element('div', { class: 'here', hidden: true });
  const code = highlighted(shown.map((index) => lines[index].slice(shared)).join('\n'));
  const pane = element(
    'div',
    { class: 'pane', tabindex: '0', role: 'group', 'aria-label': `Source, ${path}` },
    element('pre', { class: 'numbers', 'aria-hidden': 'true', text: numbers }),
    element('pre', { class: 'listing' }, bar, code),
  );
  const node = element(
    'figure',
    { class: 'trace-source' },
    element('figcaption', { text: path }),
    pane,
  );
  // The target of the last scroll. During a smooth scroll, `scrollTop` is only on its way there.
  let goal = 0;
  const mark = (line) => {
    const index = shown.indexOf(line - start);
    bar.hidden = index < 0;
    if (bar.hidden) return;
    bar.style.setProperty('--line', index);
    const height = code.getBoundingClientRect().height / shown.length;
    const top = index * height;
    const hides = (from) => top < from + height || top > from + pane.clientHeight - 3 * height;
    if (hides(pane.scrollTop) || hides(goal)) {
      goal = Math.max(0, Math.min(top - pane.clientHeight / 2, pane.scrollHeight - pane.clientHeight));
      pane.scrollTo({ top: goal, behavior: calm() ? 'auto' : 'smooth' });
    }
  };
  return { node, mark };
}

/** The heading of a part of a view. */
export function label(text) {
  return element('p', { class: 'label', text });
}

/**
 * A row of boxes, one for each name. `isNew(name, index)` says which ones stand out. `description`
 * names the list for a screen reader, and `none` is the text if there are no names.
 */
export function boxes(names, { isNew, description, none }) {
  if (names.length === 0) return element('p', { class: 'none', text: none });
  const items = names.map((name, index) => element('li', { class: isNew(name, index) ? 'new' : null, text: name }));
  return element('ol', { class: 'boxes', 'aria-label': description }, items);
}

/**
 * A table with one row for each thing that has a state. A row has a `name`, `cells`, and says whether
 * it has `changed` in this step. `head` has the titles of the columns, or is left out.
 */
export function stateTable(rows, head) {
  const titles = (head ?? []).map((text) => element('th', { scope: 'col', text }));
  return element(
    'div',
    { class: 'table-wrapper' },
    element(
      'table',
      { class: 'locals' },
      ...(head ? [element('thead', {}, element('tr', {}, titles))] : []),
      element('tbody', {}, rows.map(({ name, cells, changed }) =>
        element(
          'tr',
          { class: changed ? 'changed' : null },
          element('th', { scope: 'row' }, element('code', { text: name })),
          cells.map((cell) => (cell instanceof Node ? cell : element('td', {}, cell))),
        ),
      )),
    ),
  );
}

/** A cell of a `stateTable` with a value of the program. */
export function value(text) {
  return element('td', {}, element('code', { class: 'value', text }));
}

/** The live locals as a table. Changes since the last step are marked. */
export function localsTable(locals, before = []) {
  if (locals.length === 0) return element('p', { class: 'none', text: 'No local is alive here.' });
  const earlier = new Map(before.map((local) => [local.name, local.value]));
  // A local inside the value has the colour of its bytes (bytesGrid).
  const rows = locals.map((local, index) =>
    element(
      'tr',
      { class: earlier.get(local.name) === local.value ? null : 'changed' },
      element('th', { scope: 'row' }, element('code', { class: placed(local) ? `local-${index % 4}` : null, text: local.name })),
      element('td', {}, element('code', { text: local.type })),
      element('td', {}, element('code', { class: 'value', text: local.value })),
    ),
  );
  const head = element('tr', {}, ...['name', 'type', 'value'].map((text) => element('th', { scope: 'col', text })));
  return element(
    'div',
    { class: 'table-wrapper' },
    element('table', { class: 'locals' }, element('thead', {}, head), element('tbody', {}, rows)),
  );
}

function placed({ offset, size }) {
  return Number.isInteger(offset) && Number.isInteger(size);
}

/**
 * The bytes of a value, sixteen in a row. `hex: null` is a byte without a value (padding, or a variant
 * that does not use it). Changed bytes are marked, and the bytes of a local show its name as title.
 */
export function bytesGrid(bytes, before = [], locals = []) {
  const earlier = new Map(before.map((byte) => [byte.offset, byte.hex]));
  const owner = (offset) =>
    locals.findIndex((local) => placed(local) && offset >= local.offset && offset < local.offset + local.size);
  const cells = bytes.map(({ offset, hex }) => {
    const local = owner(offset);
    const changed = before.length > 0 && earlier.get(offset) !== hex;
    const classes = [hex === null ? 'empty' : '', changed ? 'changed' : '', local >= 0 ? `of-local local-${local % 4}` : ''];
    const whose = local >= 0 ? `, ${locals[local].name}` : '';
    return element('span', {
      class: classes.filter(Boolean).join(' ') || null,
      title: `byte ${offset}${whose}`,
      text: hex === null ? '··' : hex,
    });
  });
  const used = bytes.filter(({ hex }) => hex !== null).length;
  return element(
    'div',
    { class: 'bytes', role: 'img', 'aria-label': `${bytes.length} bytes, ${used} in use: ${bytes.map(({ hex }) => hex ?? 'unused').join(' ')}` },
    cells,
  );
}
