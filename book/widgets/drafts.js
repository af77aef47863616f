// The reader's edits to the blocks of a page, kept in the browser until the reader resets them.

import { recall, remember } from './storage.js';

// The blocks as the book has them, before a module changes the page.
const ORIGINALS = [...document.querySelectorAll('div.runnable pre code, div.fails pre code')];
const TEXTS = ORIGINALS.map(source);
const NAME = `course-blocks-${location.pathname}`;

/** The text of a block without the line break at its end. */
export function source(code) {
  return code.textContent.replace(/\n$/, '');
}

/**
 * The draft of the block with this code: `text`, if the reader has edited it, and `outdated`, if the book
 * has changed the block since. `keep(text)` stores a version, and `keep(null)` forgets it.
 */
export function draft(code) {
  const nth = ORIGINALS.indexOf(code);
  const original = TEXTS[nth];
  let mine = find(nth, original);
  return {
    text: mine?.text ?? null,
    outdated: mine !== undefined && mine.original !== original,
    keep(text) {
      // Another tab may have stored drafts of other blocks since.
      const others = all().filter((one) => !same(one, mine) && !(one.nth === nth && one.original === original));
      mine = text === null || text === original ? undefined : { nth, original, text };
      remember(NAME, JSON.stringify(mine ? [...others, mine] : others));
    },
  };
}

function same(one, other) {
  return other !== undefined && one.nth === other.nth && one.original === other.original;
}

// A new version of the book can move a block or change it. A block that moved still has its text. A block
// that changed still has its place.
function find(nth, original) {
  const drafts = all();
  const alike = drafts.filter((one) => one.original === original);
  return alike.find((one) => one.nth === nth)
    ?? alike.find((one) => TEXTS[one.nth] !== original)
    ?? drafts.find((one) => one.nth === nth && !TEXTS.includes(one.original));
}

function all() {
  try {
    const drafts = JSON.parse(recall(NAME) ?? '[]');
    return drafts.filter((one) => Number.isInteger(one.nth) && typeof one.original === 'string' && typeof one.text === 'string');
  } catch {
    return []; // something else is stored under this name
  }
}
