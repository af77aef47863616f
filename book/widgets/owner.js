// The view of one reading: the places where it can be, and where it is now.

import { element, label } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { trace }) {
  const [channel, place, server] = step.locals.map((local) => local.value);
  container.replaceChildren(
    label('The channel'),
    element('p', { style: 'margin: 0', text: channel }),
    label('The reading is in'),
    places(placesOf(trace), place),
    label('The server'),
    element('p', { style: 'margin: 0', text: server }),
  );
}

/** Reserves space for all places, so that stepping does not move the page. */
export function setup(container, trace) {
  container.style.minHeight = `${18 + 3.5 * placesOf(trace).length}rem`;
}

/** All places of the run, in the order in which the reading reaches them. */
function placesOf(trace) {
  return [...new Set(trace.steps.map((step) => step.locals[1].value))];
}

/** One box for each place. The place of the reading stands out. */
function places(all, here) {
  const items = all.map((place) =>
    element('li', { 'aria-current': place === here ? 'step' : null, class: place === here ? 'new' : null, text: place }),
  );
  return element('ol', { class: 'boxes one-column', 'aria-label': 'The places of the reading' }, items);
}
