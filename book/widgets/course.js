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

// Code that is wider than its place must be reachable to be scrolled by keys.
function scrollable() {
  const mark = () => {
    for (const code of document.querySelectorAll('main pre > code')) {
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
      else code.removeAttribute('tabindex');
    }
  };
  mark();
  addEventListener('resize', mark);
}

// A margin note is a note: dozens of landmarks on a page would lead nowhere.
function asides() {
  for (const aside of document.querySelectorAll('aside.margin')) aside.setAttribute('role', 'note');
}
