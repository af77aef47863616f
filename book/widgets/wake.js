// The view of one wake: which side acts, and the words of memory that both sides use.

import { element, label } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((word) => [word.name, word.value]));
  const [task] = step.locals.filter((word) => word.name === 'the task');
  container.replaceChildren(
    label('Who'),
    sides(step.who),
    label('Calls'),
    element('p', { style: 'margin: 0' }, element('code', { text: step.called })),
    label('The task'),
    element('p', { style: 'margin: 0' }, task.value),
    label('In memory'),
    element(
      'div',
      { class: 'table-wrapper' },
      element('table', { class: 'locals' }, element('tbody', {}, step.locals.filter((word) => word !== task).map((word) => row(word, before)))),
    ),
  );
}

/** Reserves space for the longest values, so that stepping does not move the page. */
export function setup(container) {
  container.style.minHeight = '38rem';
}

function sides(who) {
  const items = ['device', 'task'].map((side) => {
    const here = side === who;
    const style = here
      ? 'font-weight: 700; border-color: var(--amber); background: var(--amber-wash); color: var(--amber)'
      : 'border-color: var(--rule); color: var(--ink-soft)';
    return element('li', { 'aria-current': here ? 'step' : null, style: `border: 1px solid; border-radius: 5px; padding: 0.1em 0.6em; margin: 0; ${style}`, text: side });
  });
  return element('ol', { style: 'display: flex; gap: 0.5rem; list-style: none; margin: 0; padding: 0', 'aria-label': 'Sides' }, items);
}

function row(word, before) {
  const changed = before.size > 0 && before.get(word.name) !== word.value;
  return element(
    'tr',
    { class: changed ? 'changed' : null },
    element('th', { scope: 'row' }, element('code', { text: word.name })),
    element('td', {}, element('code', { class: 'value', text: word.value })),
  );
}
