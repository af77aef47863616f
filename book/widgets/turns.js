// The view of two queues: the woken tasks, the deferred tasks, and which tasks have run.

import { element } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((task) => [task.name, task.value]));
  container.replaceChildren(
    label('The queue'),
    names(step.queue, previous?.queue, 'The queue, the next task first', 'The queue is empty.'),
    label('Deferred until the runtime has looked at the reactor and the timers'),
    names(step.deferred, previous?.deferred, 'The deferred tasks', 'No task is deferred.'),
    label(`The tasks, after ${step.now} ms`),
    element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, element('tbody', {}, step.locals.map((task) => row(task, before))))),
    label('Which tasks have run'),
    names(step.ran, previous?.ran, 'The tasks that have run, the first one first', 'No task has run.'),
  );
}

/** Reserves space for all tasks, so that stepping does not move the page. */
export function setup(container) {
  container.style.minHeight = '32rem';
}

/** A list of tasks. The entries that are new in this step are marked. */
function names(list, before = [], title, none) {
  if (list.length === 0) return element('p', { class: 'none', text: none });
  const items = list.map((name, index) => {
    const known = title.startsWith('The tasks that') ? index < before.length : before.includes(name);
    const colours = known ? 'border-color: var(--rule-strong)' : 'border-color: var(--amber); background: var(--amber-wash); color: var(--amber); font-weight: 700';
    return element('li', { style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.8em; margin: 0; ${colours}`, text: name });
  });
  return element('ol', { style: 'display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': title }, items);
}

function row(task, before) {
  const changed = before.size > 0 && before.get(task.name) !== task.value;
  return element(
    'tr',
    { class: changed ? 'changed' : null },
    element('th', { scope: 'row' }, element('code', { text: task.name })),
    element('td', {}, element('code', { class: 'value', text: task.value })),
  );
}

function label(text) {
  return element('p', { class: 'label', text });
}
