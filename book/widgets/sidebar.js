// Progress next to the chapters' names: how many exercises are solved, and an entry for each exercise.

import { bar, element } from './dom.js';
import { address, isSolved } from './next.js';

const STATES = { failing: 'not yet', running: 'testing', solved: 'solved', filled: 'our solution' };

/** Shows the counts and the entries. Called again after each change. */
export function show(exercises, root) {
  const chapters = Map.groupBy(exercises, ({ chapter }) => chapter);
  for (const [chapter, own] of chapters) {
    const page = new URL(`${chapter}.html`, root).pathname;
    for (const link of links(page)) {
      const wrapper = link.parentElement;
      const list = entries(wrapper, chapter, own, root);
      const solved = own.filter(isSolved).length;
      const done = solved === own.length;
      const mark = wrapper.querySelector('.progress') ?? wrapper.appendChild(toggle(list));
      mark.className = done ? 'progress done' : 'progress';
      mark.title = `${solved} of ${own.length} exercises solved`;
      mark.replaceChildren(
        element('span', { 'aria-hidden': 'true', text: done ? '✓' : `${solved}/${own.length}` }),
        element('span', { class: 'unseen', text: `${mark.title}, ${link.textContent}` }),
      );
    }
  }
}

/** Shows an entry for each exercise of this page, without a server. */
export function showOnThisPage() {
  const own = [...document.querySelectorAll('section.exercise')].map((section) => ({
    id: section.dataset.id, title: section.querySelector('h3, h4').textContent, chapter: chapterOf(location.pathname),
  }));
  for (const link of links(location.pathname)) entries(link.parentElement, chapterOf(location.pathname), own, location.href);
}

function chapterOf(pathname) {
  return pathname.slice(pathname.lastIndexOf('/') + 1).replace(/\.html$/, '');
}

// The links of the sidebar to a page. The sidebar also has links to the headings of this page.
function links(page) {
  const all = [...document.querySelectorAll('#mdbook-sidebar .chapter-link-wrapper > a[href]')];
  return all.filter((link) => !link.classList.contains('header-in-summary') && new URL(link.href).pathname === page);
}

// The exercises of a chapter below its link. Those of this page are visible from the start.
function entries(wrapper, chapter, own, root) {
  const here = chapterOf(location.pathname) === chapter;
  const list = wrapper.parentElement.querySelector(':scope > .exercise-entries')
    ?? element('ol', { class: 'exercise-entries', id: `exercises-of-${chapter}`, hidden: !here });
  if (!list.isConnected) wrapper.after(list);
  const signs = own.map((one) => `${one.id} ${one.title} ${one.state} ${one.open ?? ''}`).join('\n');
  if (list.dataset.signs === signs) return list; // the focus may be in it
  list.dataset.signs = signs;
  list.replaceChildren(...own.map((one) => element('li', { 'data-state': one.open ? 'failing' : one.state },
    element('a', { href: address(one, root), text: one.title }),
    STATES[one.state] ? element('span', { class: 'unseen', text: `, ${one.open ? 'unfinished now' : STATES[one.state]}` }) : null)));
  return list;
}

function toggle(list) {
  return element('button', {
    type: 'button', 'aria-expanded': String(!list.hidden), 'aria-controls': list.id,
    onclick: ({ currentTarget }) => {
      list.hidden = !list.hidden;
      currentTarget.setAttribute('aria-expanded', String(!list.hidden));
    },
  });
}

/** Shows below the chapters how far the reader's own runtime is. */
export function showRuntime(runtime, root) {
  const box = document.querySelector('#mdbook-sidebar .sidebar-scrollbox');
  if (box === null || !runtime) return;
  const { solved, filled, all } = runtime;
  const line = box.querySelector('.runtime-progress') ?? box.appendChild(element('p', { class: 'runtime-progress' }));
  line.replaceChildren(
    element('a', { href: new URL('progress.html#your-runtime', root).href, text: 'Your runtime' }),
    `: ${solved} of ${all} modules`,
    filled > 0 ? element('span', { class: 'filled-count', text: `, and ${filled} filled with our solution` }) : '',
    bar(solved, filled, all),
  );
}
