// The view of one thread with many meters: what woke the thread, what each meter waits for and
// until when, what it was sent, and how long the thread may sleep.

import { element, label } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { trace, index, previous }) {
  container.replaceChildren(
    label('The clock'),
    element('p', { style: 'margin: 0' }, element('code', { text: step.state })),
    label('Woken by'),
    element('p', { style: 'margin: 0' }, element('code', { text: step.woken })),
    label('The meters'),
    meters(step, previous),
    label('The thread'),
    element('p', { style: 'margin: 0', text: asleep(step, trace.steps[index + 1]) }),
  );
}

/** Reserves space for the fullest step, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.locals.length));
  container.style.minHeight = `${30 + 6 * most}rem`;
}

function meters(step, previous) {
  const before = new Map((previous?.locals ?? []).map((meter) => [meter.name, meter]));
  const rows = step.locals.map((meter) => {
    const earlier = before.get(meter.name);
    const changed = !earlier || earlier.value !== meter.value || earlier.type !== meter.type || meter.sent !== '';
    return element(
      'tr',
      { class: changed ? 'changed' : null },
      element('th', { scope: 'row' }, element('code', { text: meter.name })),
      element('td', {}, element('code', { class: 'value', text: meter.value })),
      element('td', { style: 'white-space: nowrap' }, element('code', { text: meter.type })),
      element('td', { style: 'white-space: nowrap' }, meter.sent ? element('code', { class: 'value', text: meter.sent }) : ''),
    );
  });
  const gone = [...before.keys()].filter((name) => !step.locals.some((meter) => meter.name === name));
  for (const name of gone) {
    rows.push(element('tr', { class: 'changed' }, element('th', { scope: 'row' }, element('code', { text: name })), element('td', { colspan: 3 }, element('code', { class: 'value', text: 'disconnected' }))));
  }
  const head = element('tr', {}, ...['meter', 'state', 'due at', 'was sent'].map((text) => element('th', { scope: 'col', text })));
  return element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, element('thead', {}, head), element('tbody', {}, rows)));
}

/** The longest sleep that the deadlines allow, and what ends it. */
function asleep(step, next) {
  const now = Number.parseInt(step.state, 10);
  const most = step.due === null ? 'without a limit' : `for at most ${step.due - now} ms`;
  if (!next) return `Sleeps ${most}.`;
  return `Sleeps ${most}. The next event wakes it after ${Number.parseInt(next.state, 10) - now} ms.`;
}
