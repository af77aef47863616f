// The view of a run queue: the numbers in the queue, and the state of each task.

import { boxes, label, stateTable, value } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((task) => [task.name, task.type + task.value]));
  const queued = previous?.queue ?? [];
  container.replaceChildren(
    label('The queue'),
    boxes(step.queue, {
      isNew: (number) => !queued.includes(number),
      description: 'The queue, the next task first',
      none: 'The queue is empty.',
    }),
    label('The tasks'),
    stateTable(step.locals.map((task) => ({
      name: task.name,
      cells: [task.type, value(task.value)],
      changed: before.size > 0 && before.get(task.name) !== task.type + task.value,
    }))),
  );
}

/** Reserves space for all tasks, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${16 + 4 * most}rem`;
}
