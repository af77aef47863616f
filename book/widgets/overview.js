// The reader's progress on a page about all exercises: the state of each, the next one, and the
// reader's runtime as a wall that fills up. The book has the lists and the bricks, so they also stand on
// a page without a server.

import { send } from './api.js';
import { bar, count, element, workTime } from './dom.js';
import { program } from './lines.js';
import { address, isDone, next } from './next.js';
import { solvedEarlier } from './verdict.js';

const STATES = { todo: '', failing: 'not yet', running: 'testing…', solved: '✓ solved', filled: 'our solution' };
const MODULES = { todo: ': open', solved: ': built', filled: ': filled with our solution' };

/** Starts the page's parts. Returns `{ update(course) }`, or `null` for a page without them. */
export function mount(root) {
  const lists = [...document.querySelectorAll('section.overview')];
  const runtimes = [...document.querySelectorAll('section.my-runtime')].map(mountRuntime);
  const standing = document.querySelector('.standing');
  if (lists.length + runtimes.length === 0) return null;
  document.querySelectorAll(':is(.overview, .my-runtime) .static').forEach((text) => text.remove());
  return {
    update(course) {
      for (const list of lists) showStates(list, course.known);
      for (const runtime of runtimes) runtime(course);
      if (standing) showStanding(standing, lists[0]?.dataset.part, course, root);
    },
  };
}

function showStates(list, known) {
  for (const item of list.querySelectorAll('li[data-id]')) {
    const one = known.get(item.dataset.id) ?? { state: 'todo' };
    const { state, open, outdated, solved } = one;
    item.dataset.state = open ? 'failing' : state;
    const special = open ? 'unfinished now'
      : state === 'failing' && solved ? solvedEarlier(one)
        : outdated && state === 'solved' ? 'solved before it changed' : null;
    item.querySelector('.state').textContent = special ?? STATES[state] ?? state;
  }
}

// How far the reader is in this part, or in the whole book, and what comes next.
function showStanding(box, part, course, root) {
  const chapters = course.parts.find(({ title }) => title === part)?.chapters;
  const own = [...course.known.values()].filter(({ chapter }) => !chapters || chapters.includes(chapter));
  const solved = own.filter((one) => one.solved).length;
  const open = own.filter((one) => one.solved && one.open).length;
  const outdated = own.filter((one) => one.solved && one.outdated && !one.open).length;
  const buts = [
    open > 0 ? `${open} of them ${open === 1 ? 'has' : 'have'} an unfinished file now` : null,
    outdated > 0 ? `${outdated} of them ${outdated === 1 ? 'has' : 'have'} changed since you solved ${outdated === 1 ? 'it' : 'them'}` : null,
  ].filter(Boolean).join(', and ');
  const filled = own.filter(({ state }) => state === 'filled').length;
  const left = own.filter((one) => !isDone(one));
  const minutes = left.reduce((sum, one) => sum + one.minutes, 0);
  const where = chapters ? ' of this part' : '';
  const done = left.length === 0 && own.length > 0;
  const sum = done && filled === 0
    ? `You have solved all ${own.length} exercises${where}.`
    : `${solved} of ${count(own.length, 'exercise')}${where} solved${filled > 0 ? `, and ${filled} filled with our solution` : ''}${buts ? `, but ${buts}` : ''}.`;
  const later = done ? next(course, own.at(-1)?.id).one : left[0];
  box.classList.toggle('done', done);
  box.replaceChildren(
    element('p', { class: 'sum' }, sum, done ? '' : ` What is left takes ${workTime(minutes)}.`),
    bar(solved, filled, own.length),
    later ? element('p', { class: 'then' }, 'Next: ', element('a', { href: address(later, root), text: later.title }), `, ${workTime(later.minutes)}`) : '',
  );
}

// The wall, the sentence below it, and the button that runs the reader's meter server.
function mountRuntime(section) {
  const modules = Number(section.dataset.modules);
  const can = element('div', { class: 'can', role: 'status' });
  const needs = element('p', { class: 'needs' });
  const { run, stop, state, node } = program({
    caption: '▶ Run my meter server',
    label: 'Output of your meter server',
    ask: (signal) => send('POST', '/api/meters', { signal }),
  });
  const actions = element('div', { class: 'actions', hidden: true }, run, stop, state);
  section.querySelector('.wall').after(can, needs, actions, node);

  return ({ runtime, known, meters }) => {
    if (!runtime) return;
    for (const item of section.querySelectorAll('li[data-id]')) {
      const module = runtime.modules.find(({ id }) => id === item.dataset.id) ?? { state: 'todo' };
      item.dataset.state = module.state;
      const said = item.querySelector('.state') ?? item.appendChild(element('span', { class: 'state unseen' }));
      said.textContent = MODULES[module.state];
    }
    section.dataset.built = runtime.solved + runtime.filled;
    const filled = runtime.filled > 0 ? `, and ${runtime.filled} filled with our solution` : '';
    can.replaceChildren(
      element('strong', { text: `${runtime.solved} of ${modules} modules built by you${filled}.` }),
      runtime.can.length > 0 ? ' Your runtime can:' : ' It cannot do anything yet. The first module is in chapter 01.',
      runtime.can.length > 0 ? element('ul', {}, runtime.can.map((text) => element('li', { text }))) : '');
    const open = (meters ?? []).map((id) => known.get(id)?.module ?? id);
    actions.hidden = open.length > 0 || !meters;
    needs.replaceChildren(open.length > 0 && runtime.can.length > 0
      ? `With ${open.join(', ')}, it runs a small meter server.` : '');
  };
}
