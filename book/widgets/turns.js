// The view of two queues: the woken tasks, the deferred tasks, and which tasks have run.

import { boxes, label, stateTable, value } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((task) => [task.name, task.value]));
  const names = (list, earlier, description, none) => boxes(list, { isNew: (name) => !earlier.includes(name), description, none });
  const ranBefore = previous?.ran.length ?? 0;
  container.replaceChildren(
    label('The queue'),
    names(step.queue, previous?.queue ?? [], 'The queue, the next task first', 'The queue is empty.'),
    label('Deferred until the runtime has looked at the reactor and the timers'),
    names(step.deferred, previous?.deferred ?? [], 'The deferred tasks', 'No task is deferred.'),
    label(`The tasks, after ${step.now} ms`),
    stateTable(step.locals.map((task) => ({
      name: task.name,
      cells: [value(task.value)],
      changed: before.size > 0 && before.get(task.name) !== task.value,
    }))),
    label('Which tasks have run'),
    // A task runs many times, so the position says what is new.
    boxes(step.ran, {
      isNew: (_, index) => index >= ranBefore,
      description: 'The tasks that have run, the first one first',
      none: 'No task has run.',
    }),
  );
}

/** Reserves space for all tasks, so that stepping does not move the page. */
export function setup(container) {
  container.style.minHeight = '32rem';
}
