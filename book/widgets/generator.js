// The view of a stopped generator: what went in and came out, the state it was
// left in, the locals that are alive there, and the bytes that hold them.

import { bytesGrid, element, localsTable } from './widget.js';

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

/** Room for the fullest step, so that stepping does not move the page. */
export function setup(container, trace) {
  const locals = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${25 + 2.6 * locals}rem`;
}

/** The names of all locals of the run, in the order in which they are kept. */
function namesOf(trace) {
  const fullest = trace.steps.reduce((most, step) => (step.locals.length > most.locals.length ? step : most));
  return fullest.locals.map((local) => local.name);
}

/** The step's locals, each at the same index in every step: the index is its colour. */
function everyLocal({ locals }, trace) {
  return namesOf(trace).map((name) => locals.find((local) => local.name === name) ?? { name });
}

/** Gives the table's names the colours that their bytes have. */
function inColour(table, trace) {
  const names = namesOf(trace);
  for (const name of table.querySelectorAll('tbody th code')) name.className = `local-${names.indexOf(name.textContent) % 4}`;
  return table;
}

function label(text) {
  return element('p', { class: 'label', text });
}

/** The call that this step is part of: `resume(7)` going in, `Yielded(2)` coming out. */
function exchange({ resumed_with: given, yielded }) {
  const parts = [];
  if (given !== undefined) parts.push(element('code', { text: `→ resume(${given})` }));
  if (yielded !== undefined) parts.push(element('code', { text: `← ${yielded}` }));
  if (parts.length === 0) return element('p', { class: 'none', text: 'Nobody has called it yet.' });
  const apart = parts.flatMap((part, index) => (index ? [element('br'), part] : [part]));
  return element('p', { style: 'margin: 0; overflow-wrap: anywhere' }, apart);
}

/** All states that the run goes through, in order, with their byte. */
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
    text: 'Byte 0 is the state. Coloured bytes belong to the local of that colour; dots have no value. An amber frame has changed.',
  });
}
