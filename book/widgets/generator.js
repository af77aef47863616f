// The view of a stopped generator: its input and output, its state, the live locals, and the bytes
// that hold them.

import { bytesGrid, element, label, localsTable } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { trace, previous }) {
  container.replaceChildren(
    label('Resumed and left'),
    exchange(step),
    label('State'),
    states(step, statesOf(trace)),
    label('Alive'),
    inColour(localsTable(step.locals, previous?.locals), trace),
    label(`${step.bytes.length} bytes, in hex`),
    bytesGrid(step.bytes, previous?.bytes, everyLocal(step, trace)),
    key(),
  );
}

/** Reserves space for the fullest step, so that stepping does not move the page. */
export function setup(container, trace) {
  const locals = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${25 + 2.6 * locals}rem`;
}

/** The names of all locals in the run, in the order of their memory. */
function namesOf(trace) {
  const fullest = trace.steps.reduce((most, step) => (step.locals.length > most.locals.length ? step : most));
  return fullest.locals.map((local) => local.name);
}

/** The locals of a step. Each has the same index in every step, and the index is its colour. */
function everyLocal({ locals }, trace) {
  return namesOf(trace).map((name) => locals.find((local) => local.name === name) ?? { name });
}

/** Gives each name in the table the colour of its bytes. */
function inColour(table, trace) {
  const names = namesOf(trace);
  for (const name of table.querySelectorAll('tbody th code')) name.className = `local-${names.indexOf(name.textContent) % 4}`;
  return table;
}

/** The call that this step belongs to: `resume(7)` is the input, `Yielded(2)` the output. */
function exchange({ resumed_with: given, yielded }) {
  const parts = [];
  if (given !== undefined) parts.push(element('code', { text: `→ resume(${given})` }));
  if (yielded !== undefined) parts.push(element('code', { text: `← ${yielded}` }));
  if (parts.length === 0) return element('p', { class: 'none', text: 'Not called yet.' });
  const apart = parts.flatMap((part, index) => (index ? [element('br'), part] : [part]));
  return element('p', { style: 'margin: 0; overflow-wrap: anywhere' }, apart);
}

/** All states of the run, in order, with their byte. */
function statesOf(trace) {
  const seen = new Map();
  for (const { state, bytes } of trace.steps) seen.set(state, bytes[0].hex);
  return seen;
}

function states({ state }, all) {
  const items = [...all].map(([name, byte]) => {
    const here = name === state;
    const style = here
      ? 'font-weight: 700; border-color: var(--amber); background: var(--amber-wash); color: var(--amber)'
      : 'border-color: var(--rule); color: var(--ink-soft)';
    return element(
      'li',
      { 'aria-current': here ? 'step' : null, style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.5em; margin: 0; ${style}` },
      element('code', { text: name, style: 'color: inherit' }),
      ` ${Number.parseInt(byte, 16)}`,
    );
  });
  return element(
    'ol',
    { style: 'display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': 'States' },
    items,
  );
}

function key() {
  return element('p', {
    style: 'margin: 0.6rem 0 0; font-size: 1.3rem; color: var(--ink-soft)',
    text: 'Byte 0 is the state. A coloured byte belongs to the local of that colour. A dot has no value. An amber frame marks a change.',
  });
}
