// The view of a channel: what has the permit, the senders that wait, the messages, and the tasks.

import { boxes, label, stateTable } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((task) => [task.name, task.value]));
  const names = (all, earlier, description) => boxes(all, { isNew: (name) => !earlier.includes(name), description, none: 'None.' });
  container.replaceChildren(
    label('The permit'),
    names([step.permit], [(previous ?? step).permit], 'What has the permit'),
    label('Senders that wait'),
    names(step.waiting, previous?.waiting ?? [], 'The senders that wait, the first one first'),
    label('Messages'),
    names(step.messages, previous?.messages ?? [], 'The messages, the oldest first'),
    label('The tasks'),
    stateTable(step.locals.map((task) => ({
      name: task.name,
      cells: [task.value],
      changed: before.size > 0 && before.get(task.name) !== task.value,
    }))),
  );
}

/** Reserves space for all tasks, so that stepping does not move the page. */
export function setup(container, trace) {
  container.style.minHeight = `${28 + 4 * trace.steps[0].locals.length}rem`;
}
