// The view of one reading: the places where it can be, and where it is now.

import { element } from './widget.js';

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

function places(all, here) {
  const items = all.map((place) => {
    const style = place === here
      ? 'font-weight: 700; border-color: var(--amber); background: var(--amber-wash); color: var(--amber)'
      : 'border-color: var(--rule); color: var(--ink-soft)';
    return element('li', { 'aria-current': place === here ? 'step' : null, style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.8em; margin: 0; ${style}`, text: place });
  });
  return element('ol', { style: 'display: grid; gap: 0.4rem; justify-items: start; list-style: none; margin: 0; padding: 0', 'aria-label': 'The places of the reading' }, items);
}

function label(text) {
  return element('p', { class: 'label', text });
}
