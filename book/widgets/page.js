// The widgets of every page, with and without `cargo course`. Finds the parts of this page that need JavaScript, and
// loads a module for each.

import { showProseInResults } from './search.js';

/** Starts the parts that need no server. */
export function start() {
  asides();
  scrollable();
  showProseInResults();
  each('form.predict', () => import('./predict.js'));
  each('section.widget', () => import('./widget.js'));
}

/** Loads the module of the parts that fit `selector`, and starts each part. */
export async function each(selector, load, ...more) {
  const parts = document.querySelectorAll(selector);
  if (parts.length === 0) return;
  const { mount } = await load();
  for (const part of parts) mount(part, ...more);
}

// Readers can scroll a wide element with the keyboard only if it can get the focus.
function scrollable() {
  const mark = () => {
    for (const code of document.querySelectorAll('main pre > code, main figure.drawing, main .table-wrapper, main .compare .sides')) {
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
      else code.removeAttribute('tabindex');
    }
  };
  mark();
  addEventListener('resize', mark);
}

// Margin notes have the role `note`, because a page with dozens of landmarks is hard to navigate.
// In the source, a note follows its paragraph. If the page has a margin, we move the note before
// the paragraph, because a float starts where it is written.
function asides() {
  const notes = [...document.querySelectorAll('aside.margin')].map((note) => [note, note.previousElementSibling]);
  for (const [note] of notes) note.setAttribute('role', 'note');
  const beside = notes.filter(([, paragraph]) => paragraph?.matches('p'));
  if (beside.length === 0) return;
  const place = () => {
    for (const [note, paragraph] of beside) {
      const floats = getComputedStyle(note).float !== 'none';
      if (floats !== (note.nextElementSibling === paragraph)) floats ? paragraph.before(note) : paragraph.after(note);
    }
  };
  new ResizeObserver(place).observe(document.querySelector('.content'));
  place();
}
