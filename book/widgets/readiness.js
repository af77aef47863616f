// The view of a reactor: the events of a turn, the two directions of each socket, and the tasks.

import { boxes, element, label, stateTable, value } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.sources ?? []).map((source) => [source.token, source]));
  const states = new Map((previous?.tasks ?? []).map((task) => [task.name, task.state]));
  container.replaceChildren(
    label('Events of this turn'),
    boxes(step.events, { isNew: () => true, description: 'The events, the next one first', none: 'There is no event.' }),
    label('The sockets'),
    stateTable(step.sources.map((source) => socket(source, before.get(source.token), previous)), ['token', 'socket', 'to read', 'to write']),
    label('The tasks'),
    step.tasks.length === 0
      ? element('p', { class: 'none', text: 'No task has been polled.' })
      : stateTable(step.tasks.map((task) => ({
        name: task.name,
        cells: [value(task.state)],
        changed: states.size > 0 && states.get(task.name) !== task.state,
      }))),
  );
}

/** Reserves space for all sockets and tasks, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.sources.length + step.tasks.length));
  container.style.minHeight = `${24 + 4 * most}rem`;
}

function socket(source, old, previous) {
  const changed = (name) => previous && JSON.stringify(old?.[name]) !== JSON.stringify(source[name]);
  return { name: source.token, cells: [source.name, side(source.read, changed('read')), side(source.write, changed('write'))] };
}

function side({ ready, tick, waiting }, changed) {
  const text = `${ready ? 'ready' : 'not ready'}, tick ${tick}${waiting ? ', a task waits' : ''}`;
  return element('td', { class: changed ? 'changed' : null }, text);
}
