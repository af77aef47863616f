// Progress next to the chapters' names: how many exercises are solved, and a check mark if all are.

import { element } from './dom.js';

/** Shows the counts. Called again after each change. */
export function show(exercises, root) {
  const chapters = new Map();
  for (const { chapter, state } of exercises) {
    const sum = chapters.get(chapter) ?? { solved: 0, all: 0 };
    sum.all += 1;
    if (state === 'solved') sum.solved += 1;
    chapters.set(chapter, sum);
  }
  for (const [chapter, { solved, all }] of chapters) {
    const page = new URL(`${chapter}.html`, root).pathname;
    for (const link of document.querySelectorAll('#mdbook-sidebar .chapter-link-wrapper > a[href]')) {
      if (link.classList.contains('header-in-summary') || new URL(link.href).pathname !== page) continue;
      const done = solved === all;
      const mark = link.parentElement.querySelector('.progress') ?? link.parentElement.appendChild(element('span'));
      mark.className = done ? 'progress done' : 'progress';
      mark.title = `${solved} of ${all} exercises solved`;
      mark.replaceChildren(
        element('span', { 'aria-hidden': 'true', text: done ? '✓' : `${solved}/${all}` }),
        element('span', { class: 'unseen', text: `, ${mark.title}` }),
      );
    }
  }
}

/** Shows below the chapters how far the reader's own runtime is. */
export function showRuntime(exercises, modules) {
  const box = document.querySelector('#mdbook-sidebar .sidebar-scrollbox');
  if (box === null || modules === 0) return;
  const built = exercises.filter(({ module }) => module);
  const solved = built.filter(({ state, open }) => state === 'solved' && !open).length;
  const filled = built.filter(({ state }) => state === 'filled').length;
  const line = box.querySelector('.runtime-progress') ?? box.appendChild(element('p', { class: 'runtime-progress' }));
  const part = (kind, count) => element('span', { class: kind, style: `inline-size: ${(100 * count) / modules}%` });
  line.replaceChildren(
    element('span', { text: `Your runtime: ${solved} of ${modules} modules` }),
    filled > 0 ? element('span', { class: 'filled-count', text: `, and ${filled} filled with our solution` }) : '',
    element('span', { class: 'bar', 'aria-hidden': 'true' }, part('solved', solved), part('filled', filled)),
  );
}
