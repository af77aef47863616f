// Turns the colours that compilers and programs print into spans for the theme. Other terminal
// codes (cursor movements, titles) are dropped.

import { element } from './dom.js';

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ESCAPE = /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** The pieces of `text`, ready to append. `style` continues from one call to the next. */
export function coloured(text, style = {}) {
  const pieces = [];
  let from = 0;
  const push = (part) => {
    if (part === '') return;
    const classes = [style.bold && 'ansi-bold', style.italic && 'ansi-italic', style.underline && 'ansi-underline', style.colour && `ansi-${style.colour}`];
    const named = classes.filter(Boolean).join(' ');
    pieces.push(named ? element('span', { class: named, text: part }) : part);
  };
  for (const found of text.matchAll(ESCAPE)) {
    push(text.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[2] === 'm') apply(style, found[1].split(';').map(Number));
  }
  push(text.slice(from));
  return pieces;
}

function apply(style, codes) {
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at];
    if (code === 0) Object.assign(style, { bold: false, italic: false, underline: false, colour: null });
    else if (code === 1) style.bold = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) style.bold = false;
    else if (code === 23) style.italic = false;
    else if (code === 24) style.underline = false;
    else if (code === 39) style.colour = null;
    else if (code >= 30 && code <= 37) style.colour = COLOURS[code - 30];
    else if (code >= 90 && code <= 97) style.colour = COLOURS[code - 90];
    else if (code === 38 || code === 48) {
      // Of 256 colours, the first sixteen have names. The others keep the text's own colour.
      if (code === 38 && codes[at + 1] === 5) style.colour = COLOURS[codes[at + 2] % 8] && codes[at + 2] < 16 ? COLOURS[codes[at + 2] % 8] : null;
      at += codes[at + 1] === 5 ? 2 : 4;
    }
  }
}
