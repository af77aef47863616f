// The view of a timer wheel: its three lowest levels as rings with a hand each, and a table of the
// timers.

import { element, label, stateTable, value } from './widget.js';

const SLOTS = 64;
/** The radius of the ring of each level. The lowest level is inside. */
const RADII = [60, 100, 140];

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.timers ?? []).map((timer) => [timer.name, place(timer)]));
  container.replaceChildren(
    label('The wheel'),
    rings(step, before),
    label('The timers'),
    timers(step.timers, before),
  );
}

/** Reserves space for all timers, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.timers.length));
  container.style.minHeight = `${40 + 3.6 * most}rem`;
}

/** All levels, around the same centre. */
function rings(step, before) {
  const parts = [];
  const words = [];
  RADII.forEach((radius, level) => {
    const digit = Math.floor(step.now / SLOTS ** level) % SLOTS;
    parts.push(shape('circle', { cx: 0, cy: 0, r: radius, fill: 'none', stroke: 'var(--rule-strong)' }));
    for (let slot = 0; slot < SLOTS; slot += 1) parts.push(tick(radius, slot));
    parts.push(hand(radius, digit));
    words.push(`The hand of level ${level} is at slot ${digit}.`);
    const listed = step.timers.filter((timer) => timer.level === level);
    for (const slot of new Set(listed.map((timer) => timer.slot))) {
      const here = listed.filter((timer) => timer.slot === slot);
      parts.push(...entries(radius, slot, here, here.some((timer) => before.size > 0 && before.get(timer.name) !== place(timer))));
    }
  });
  parts.push(word(0, 0, `${step.now}`, { 'font-weight': 700, fill: 'var(--ink)' }));
  const drawing = shape('svg', { viewBox: '-175 -165 350 330', role: 'img', 'aria-label': `Now is tick ${step.now}. ${words.join(' ')}`, style: 'display: block; width: 100%; max-width: 36rem; margin: 0 auto' });
  drawing.append(...parts);
  return drawing;
}

function tick(radius, slot) {
  const [x1, y1] = at(radius - (slot % 8 === 0 ? 4 : 2), slot);
  const [x2, y2] = at(radius, slot);
  return shape('line', { x1, y1, x2, y2, stroke: 'var(--rule-strong)' });
}

/** The digit of now on one ring. */
function hand(radius, digit) {
  const [x1, y1] = at(radius - 14, digit);
  const [x2, y2] = at(radius + 3, digit);
  return shape('line', { x1, y1, x2, y2, stroke: 'var(--amber)', 'stroke-width': 3, 'stroke-linecap': 'round' });
}

/** The timers of one slot: a dot, and their names outside of the ring. */
function entries(radius, slot, here, moved) {
  const [x, y] = at(radius, slot);
  const [tx, ty] = at(radius + 17, slot);
  return [
    shape('circle', { cx: x, cy: y, r: 5, fill: moved ? 'var(--amber)' : 'var(--ink-soft)' }),
    word(tx, ty, here.map((timer) => timer.name).join(', '), { fill: moved ? 'var(--amber)' : 'var(--ink)', 'font-weight': moved ? 700 : 400 }),
  ];
}

/** A point on a circle. Slot 0 is at the top, and the slots go round like a clock. */
function at(radius, slot) {
  const angle = (2 * Math.PI * slot) / SLOTS;
  return [radius * Math.sin(angle), -radius * Math.cos(angle)];
}

function word(x, y, text, attributes) {
  const made = shape('text', { x, y, 'text-anchor': 'middle', 'dominant-baseline': 'central', 'font-size': 11, ...attributes });
  made.textContent = text;
  return made;
}

function shape(tag, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function timers(all, before) {
  if (all.length === 0) return element('p', { class: 'none', text: 'There are no timers.' });
  return stateTable(all.map((timer) => ({
    name: timer.name,
    cells: [
      timer.deadline === undefined ? '' : `${timer.deadline}${timer.deadline < SLOTS ? '' : ` = ${timer.digits}`}`,
      value(place(timer)),
    ],
    changed: before.size > 0 && before.get(timer.name) !== place(timer),
  })));
}

/** Where a timer is. */
function place(timer) {
  if (timer.deadline === undefined) return 'dropped';
  return timer.level === undefined ? 'fired' : `level ${timer.level}, slot ${timer.slot}`;
}
