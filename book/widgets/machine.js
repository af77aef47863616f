// The view of a future that stopped at an await: the result of the last call, the state of the
// disk, the live locals, and the bytes of the future that hold them.

import { bytesGrid, element, label, localsTable } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { trace, previous }) {
  const names = namesOf(trace);
  container.replaceChildren(
    label('Called'),
    element('p', { style: 'margin: 0' }, element('code', { text: step.said })),
    label('The disk'),
    element('p', { class: step.disk ? null : 'none', style: 'margin: 0', text: step.disk || 'Nothing happened to the disk.' }),
    label('State'),
    states(step, trace),
    label('Alive'),
    inColour(localsTable(step.locals, previous?.locals), names),
    label(`${trace.size} bytes`),
    bytesGrid(bytesOf(step, trace), previous ? bytesOf(previous, trace) : [], placed(step, names)),
    key(),
  );
}

/** Reserves space for the fullest step, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${40 + 2.6 * most}rem`;
}

/** The names of all locals in the run, in the order of their place in the future. */
function namesOf(trace) {
  const all = trace.steps.flatMap((step) => step.locals).sort((one, other) => one.offset - other.offset);
  return [...new Set(all.map((local) => local.name))];
}

/** The locals of a step. Each has the same index in every step, and the index is its colour. */
function placed({ locals }, names) {
  return names.map((name) => locals.find((local) => local.name === name) ?? { name });
}

function inColour(table, names) {
  for (const name of table.querySelectorAll('tbody th code')) name.className = `local-${names.indexOf(name.textContent) % 4}`;
  return table;
}

/** Every byte of the future. The state and the flag show their value, the bytes of locals show a mark. */
function bytesOf(step, trace) {
  return Array.from({ length: trace.size }, (_, offset) => {
    if (step.byte?.offset === offset) return { offset, hex: hex(step.byte.value) };
    const local = step.locals.find((one) => offset >= one.offset && offset < one.offset + one.size);
    if (!local) return { offset, hex: null };
    return { offset, hex: local.size === 1 ? hex(Number(local.value)) : '■' };
  });
}

function hex(value) {
  return value.toString(16).padStart(2, '0');
}

/** All states of the run, in the order of their bytes. */
function states({ state }, trace) {
  const seen = new Map();
  for (const step of trace.steps) if (step.byte) seen.set(step.state, step.byte.value);
  const items = [...seen].sort(([, one], [, other]) => one - other).map(([name, value]) => {
    const here = name === state;
    const style = here
      ? 'font-weight: 700; border-color: var(--amber); background: var(--amber-wash); color: var(--amber)'
      : 'border-color: var(--rule); color: var(--ink-soft)';
    return element(
      'li',
      { 'aria-current': here ? 'step' : null, style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.5em; margin: 0; ${style}` },
      element('code', { text: name, style: 'color: inherit' }),
      ` ${value}`,
    );
  });
  return element('ol', { style: 'display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': 'States' }, items);
}

function key() {
  return element('p', {
    style: 'margin: 0.6rem 0 0; font-size: 1.3rem; color: var(--ink-soft)',
    text: 'A coloured byte belongs to the local of that colour. A dot has no value. The plain byte with a number is the state. An amber frame marks a change.',
  });
}
