// The entry. Finds what on this page can be brought to life and loads the room
// that does it; a page without live parts loads nothing more than this.
//
// Without `cargo course` behind the page (no token in it) the parts that need a
// server keep the words that say which command to run, and the rest works.

import { live } from './api.js';

const root = new URL('../', import.meta.url);

async function each(selector, load) {
  const parts = document.querySelectorAll(selector);
  if (parts.length === 0) return;
  const room = await load();
  for (const part of parts) room.mount(part, root);
}

asides();
scrollable();
each('form.predict', () => import('./predict.js'));
each('section.widget', () => import('./widget.js'));
if (live) {
  each('div.runnable, div.fails', () => import('./run.js'));
  each('section.inspector', () => import('./inspector.js'));
  const { start } = await import('./live.js');
  start(root);
}

// What is wider than its place must be reachable to be scrolled by keys.
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

// A margin note is a note: dozens of landmarks on a page would lead nowhere.
// Written below the paragraph that it is about, it stands beside it where there is
// a margin: a float begins where it is written, so there it goes first.
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
