// The view of the calls of objects: the call that runs, where the next future goes, and the pieces of
// memory. The trace names these three.

import { boxes, label, stateTable, value } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { trace, previous }) {
  const [call, slot, pieces] = trace.labels;
  const before = new Map((previous?.locals ?? []).map((piece) => [piece.name, piece.value]));
  const one = (text, earlier, description) =>
    boxes(text ? [text] : [], { isNew: (shown) => shown !== earlier, description, none: 'None.' });
  container.replaceChildren(
    label(call),
    one(step.call, previous?.call, call),
    label(slot),
    one(step.slot, previous?.slot, slot),
    label(pieces),
    step.locals.length === 0 ? one('', '', pieces) : stateTable(step.locals.map((piece) => ({
      name: piece.name,
      cells: [piece.type, value(piece.value)],
      changed: previous !== null && before.get(piece.name) !== piece.value,
    }))),
  );
}

/** Reserves space for all pieces, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${18 + 4 * most}rem`;
}
