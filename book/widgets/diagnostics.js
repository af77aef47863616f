// Colours the compiler's messages as a terminal does. We use the compiler's own colours if it sent
// some, and otherwise the shape of its lines.

import { coloured } from './ansi.js';
import { element } from './dom.js';

const HEAD = /^(error|warning|note|help)(\[\w+\])?(:.*)$/;
const PLACE = /^(\s*)(-->|:::)(.*)$/;
const MARGIN = /^(\s*\d*\s\|| {2,}= |\.\.\.)(.*)$/;
const MARKS = /(\^+|~+|\+{2,}|(?<=\s)-{2,}(?=\s|$))/;

const COLOURS = { error: 'ansi-red', warning: 'ansi-yellow', note: 'ansi-green', help: 'ansi-cyan' };

/** The pieces of a rendered diagnostic, ready to append. */
export function diagnostics(text, style) {
  if (text.includes('\u001b')) return coloured(text, style);
  let mark = 'ansi-red';
  return text.split(/(?<=\n)/).flatMap((line) => {
    const bare = line.replace(/\n$/, '');
    const end = line.slice(bare.length);
    const head = bare.match(HEAD);
    if (head) {
      const colour = COLOURS[head[1]];
      if (head[1] === 'error' || head[1] === 'warning') mark = colour;
      return [piece(`ansi-bold ${colour}`, head[1] + (head[2] ?? '')), piece('ansi-bold', head[3]), end];
    }
    const place = bare.match(PLACE);
    if (place) return [place[1], piece('ansi-blue', place[2]), place[3], end];
    const margin = bare.match(MARGIN);
    if (!margin) return [line];
    // A mark below the code has the colour of the message after it.
    const [before, ...marked] = /^[\s|^~+_-]*[\^~+-]/.test(margin[2]) ? margin[2].split(MARKS) : [margin[2]];
    return [piece('ansi-blue', margin[1]), before, marked.length > 0 ? piece(`ansi-bold ${/[\^]/.test(marked.join('')) ? mark : 'ansi-blue'}`, marked.join('')) : '', end];
  });
}

function piece(classes, text) {
  return element('span', { class: classes, text });
}
