// The view of a list whose nodes are stored in the waiting futures: the order of the nodes, their
// pointers, and the last result of each future.

import { element, label } from './widget.js';

/** Draws one step of the recording. */
export function render(step, container, { previous }) {
  const before = new Map((previous?.locals ?? []).map((future) => [future.name, future.value]));
  container.replaceChildren(
    label('Called'),
    element('p', { style: 'margin: 0' }, element('code', { text: step.did })),
    label('The list'),
    ...nodes(step, previous),
    label('The futures'),
    element('div', { class: 'table-wrapper' }, element('table', { class: 'locals' }, element('tbody', {}, step.locals.map((future) => row(future, before))))),
  );
}

/** Reserves space for the fullest step, so that stepping does not move the page. */
export function setup(container, trace) {
  const most = Math.max(...trace.steps.map((step) => step.list.length));
  container.style.minHeight = `${14 + 8 * most + 3 * trace.steps[0].locals.length}rem`;
}

/** One box for each node, in the order of the list. */
function nodes({ list }, previous) {
  if (list.length === 0) return [element('p', { class: 'none', text: 'Empty: first and last are null.' })];
  const before = new Map((previous?.list ?? []).map((node) => [node.who, node]));
  return list.map((node) => {
    const known = before.get(node.who);
    const link = (name) => {
      const changed = previous && known?.[name] !== node[name];
      return element('div', {}, `${name} `, element('code', { text: node[name], style: changed ? 'background: var(--amber-wash); color: var(--amber); font-weight: 640' : null }));
    };
    return element(
      'div',
      { style: `border: 1px solid ${known ? 'var(--rule-strong)' : 'var(--amber)'}; border-radius: 6px; padding: 0.4rem 0.9rem; margin-block-end: 0.6rem; font-size: 1.4rem` },
      element('strong', { text: node.who }),
      element('span', { style: 'color: var(--ink-soft)', text: `  ${node.place}` }),
      link('previous'),
      link('next'),
    );
  });
}

function row(future, before) {
  const changed = before.size > 0 && before.get(future.name) !== future.value;
  return element(
    'tr',
    { class: changed ? 'changed' : null },
    element('th', { scope: 'row' }, element('code', { text: future.name })),
    element('td', {}, element('code', { class: 'value', text: future.value })),
  );
}
