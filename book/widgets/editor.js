// A small editor: a transparent textarea above the same text, which mdBook's highlighter colours.
// Tab indents. After Escape, Tab leaves the editor, so keyboard users can get out.

import { element, highlighted } from './dom.js';

const INDENT = '    ';

/** Returns `{ node, text(), set(text), focus() }`. */
export function editor(text, { label, onrun, onleave }) {
  const paper = element('pre', { class: 'paper', 'aria-hidden': 'true' });
  const area = element('textarea', {
    spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off', wrap: 'off',
    'aria-label': `${label}. Tab indents. Press Escape, then Tab, to leave.`,
  });
  const node = element('div', { class: 'editor' }, paper, area);
  const draw = () => {
    // The line break at the end gives an empty last line its full height.
    paper.replaceChildren(highlighted(`${area.value}\n`));
    area.rows = area.value.split('\n').length;
  };
  let leaving = false;
  area.value = text;
  area.addEventListener('input', draw);
  area.addEventListener('scroll', () => { paper.scrollLeft = area.scrollLeft; });
  area.addEventListener('keydown', (event) => {
    event.stopPropagation(); // the book must not react to keys in an editor
    if (event.key === 'Escape') {
      if (leaving) onleave();
      leaving = true;
      return;
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onrun();
    } else if (event.key === 'Tab' && !leaving && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      if (event.shiftKey) outdent(area);
      else insert(area, INDENT);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      insert(area, `\n${indentation(area)}`);
    }
    if (event.key !== 'Tab') leaving = false;
  });
  draw();
  return {
    node,
    text: () => area.value,
    set: (to) => { area.value = to; draw(); },
    focus: () => area.focus(),
  };
}

// `execCommand` is old, but no other way to insert text supports undo.
function insert(area, text) {
  if (!document.execCommand('insertText', false, text)) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
}

function lineStart(area) {
  return area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
}

function indentation(area) {
  const before = area.value.slice(lineStart(area), area.selectionStart);
  const held = before.match(/^ */)[0];
  return /[{([]\s*$/.test(before) ? held + INDENT : held;
}

function outdent(area) {
  const start = lineStart(area);
  const spaces = area.value.slice(start).match(/^ {0,4}/)[0].length;
  if (spaces === 0) return;
  const at = Math.max(start, area.selectionStart - spaces);
  area.setSelectionRange(start, start + spaces);
  insert(area, '');
  area.setSelectionRange(at, at);
}
