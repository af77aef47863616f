// The view of a tree of futures in one task: which one is being polled, and the last result of
// each.

import { element, label } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((future) => [future.name, future.value]));
  container.replaceChildren(
    label('The clock'),
    element('p', { style: 'margin: 0' }, element('code', { text: step.state })),
    label('Now'),
    element('p', { style: 'margin: 0' }, element('code', { text: `${step.who}: ${step.said}` })),
    label('The tree'),
    element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, element('tbody', {}, step.locals.map((future) => row(future, step, before))))),
  );
}

/** Reserves space for the tree, so that stepping does not move the page. */
export function setup(container, trace) {
  container.style.minHeight = `${24 + 3 * trace.steps[0].locals.length}rem`;
}

function row(future, step, before) {
  const changed = before.size > 0 && before.get(future.name) !== future.value;
  const name = element('code', { text: future.name, style: `margin-left: ${2 * Number(future.type)}rem` });
  return element(
    'tr',
    { class: changed ? 'changed' : null, 'aria-current': future.name === step.who ? 'step' : null },
    element('th', { scope: 'row' }, name),
    element('td', {}, element('code', { class: 'value', text: future.value })),
  );
}
