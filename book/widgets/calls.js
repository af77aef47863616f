// The view of one object's calls: the call that runs, the slot, and the boxes on the heap.

import { boxes, label, stateTable, value } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((piece) => [piece.name, piece.value]));
  const one = (name, earlier, description, none) =>
    boxes(name ? [name] : [], { isNew: (shown) => shown !== earlier, description, none });
  container.replaceChildren(
    label('The call'),
    one(step.call, previous?.call, 'The call that runs', 'None.'),
    label('The slot of the object'),
    one(step.slot, previous?.slot, 'The box in the slot', 'Empty.'),
    label('Boxes on the heap'),
    step.locals.length === 0 ? one('', '', '', 'None.') : stateTable(step.locals.map((piece) => ({
      name: piece.name,
      cells: [piece.type, value(piece.value)],
      changed: previous !== null && before.get(piece.name) !== piece.value,
    }))),
  );
}

/** Reserves space for all boxes, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${18 + 4 * most}rem`;
}
