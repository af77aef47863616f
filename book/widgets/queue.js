// The view of a run queue: the numbers in the queue, and the state of each task.

import { element } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((task) => [task.name, task.type + task.value]));
  container.replaceChildren(
    label('The queue'),
    queue(step.queue, previous?.queue ?? []),
    label('The tasks'),
    element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, element('tbody', {}, step.locals.map((task) => row(task, before))))),
  );
}

/** Reserves space for all tasks, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${16 + 4 * most}rem`;
}

/** The numbers in the queue, the next one to be polled first. */
function queue(numbers, before) {
  if (numbers.length === 0) return element('p', { class: 'none', text: 'The queue is empty.' });
  const items = numbers.map((number) => {
    const colours = before.includes(number) ? 'border-color: var(--rule-strong)' : 'border-color: var(--amber); background: var(--amber-wash); color: var(--amber); font-weight: 700';
    return element('li', { style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.8em; margin: 0; ${colours}`, text: String(number) });
  });
  return element('ol', { style: 'display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': 'The queue, the next task first' }, items);
}

function row(task, before) {
  const changed = before.size > 0 && before.get(task.name) !== task.type + task.value;
  return element(
    'tr',
    { class: changed ? 'changed' : null },
    element('th', { scope: 'row' }, element('code', { text: task.name })),
    element('td', {}, task.type),
    element('td', {}, element('code', { class: 'value', text: task.value })),
  );
}

function label(text) {
  return element('p', { class: 'label', text });
}
