// The view of a reactor: the events of a turn, the two directions of each socket, and the tasks.

import { element } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.sources ?? []).map((source) => [source.token, source]));
  const states = new Map((previous?.tasks ?? []).map((task) => [task.name, task.state]));
  container.replaceChildren(
    label('Events of this turn'),
    events(step.events),
    label('The sockets'),
    table(['token', 'socket', 'to read', 'to write'], step.sources.map((source) => socket(source, before.get(source.token), previous))),
    label('The tasks'),
    step.tasks.length === 0 ? element('p', { class: 'none', text: 'No task has been polled.' }) : table(null, step.tasks.map((task) => row(task, states))),
  );
}

/** Reserves space for all sockets and tasks, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.sources.length + step.tasks.length));
  container.style.minHeight = `${24 + 4 * most}rem`;
}

/** The events that are not handled yet, the next one first. */
function events(list) {
  if (list.length === 0) return element('p', { class: 'none', text: 'There is no event.' });
  const style = 'border: 1px solid var(--amber); background: var(--amber-wash); color: var(--amber); border-radius: 5px; padding: 0.1em 0.8em; margin: 0; font-weight: 700';
  const items = list.map((text) => element('li', { style, text }));
  return element('ol', { style: 'display: flex; flex-wrap: wrap; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': 'The events, the next one first' }, items);
}

function socket(source, old, previous) {
  const changed = (name) => previous && JSON.stringify(old?.[name]) !== JSON.stringify(source[name]);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('code', { text: source.token })),
    element('td', {}, source.name),
    side(source.read, changed('read')),
    side(source.write, changed('write')),
  );
}

function side({ ready, tick, waiting }, changed) {
  const text = `${ready ? 'ready' : 'not ready'}, tick ${tick}${waiting ? ', a task waits' : ''}`;
  return element('td', { style: changed ? 'background: var(--amber-wash); color: var(--amber); font-weight: 640' : null }, text);
}

function row(task, states) {
  const changed = states.size > 0 && states.get(task.name) !== task.state;
  return element(
    'tr',
    { class: changed ? 'changed' : null },
    element('th', { scope: 'row' }, task.name),
    element('td', {}, element('code', { class: 'value', text: task.state })),
  );
}

function table(head, rows) {
  const cells = (head ?? []).map((text) => element('th', { scope: 'col', text }));
  const first = head ? [element('thead', {}, element('tr', {}, cells))] : [];
  return element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, ...first, element('tbody', {}, rows)));
}

function label(text) {
  return element('p', { class: 'label', text });
}
