// The view of a channel: what has the permit, the senders that wait, the messages, and the tasks.

import { element } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((task) => [task.name, task.value]));
  container.replaceChildren(
    label('The permit'),
    names([step.permit], previous ? [previous.permit] : [step.permit], 'What has the permit'),
    label('Senders that wait'),
    names(step.waiting, previous?.waiting ?? [], 'The senders that wait, the first one first'),
    label('Messages'),
    names(step.messages, previous?.messages ?? [], 'The messages, the oldest first'),
    label('The tasks'),
    element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, element('tbody', {}, step.locals.map((task) => row(task, before))))),
  );
}

/** Reserves space for all tasks, so that stepping does not move the page. */
export function setup(container, trace) {
  container.style.minHeight = `${28 + 4 * trace.steps[0].locals.length}rem`;
}

/** One box for each name. New ones stand out. */
function names(all, before, description) {
  if (all.length === 0) return element('p', { class: 'none', text: 'None.' });
  const items = all.map((name) => {
    const colours = before.includes(name) ? 'border-color: var(--rule-strong)' : 'border-color: var(--amber); background: var(--amber-wash); color: var(--amber); font-weight: 700';
    return element('li', { style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.8em; margin: 0; ${colours}`, text: name });
  });
  return element('ol', { style: 'display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': description }, items);
}

function row(task, before) {
  const changed = before.size > 0 && before.get(task.name) !== task.value;
  return element(
    'tr',
    { class: changed ? 'changed' : null },
    element('th', { scope: 'row' }, element('code', { text: task.name })),
    element('td', {}, task.value),
  );
}

function label(text) {
  return element('p', { class: 'label', text });
}
