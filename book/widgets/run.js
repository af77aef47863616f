// ▶ on a block of Rust: runs it on the reader's own machine against the chapter's crate, with the
// reader's edits, and shows the output while it arrives. The browser keeps the edits.

import { send } from './api.js';
import { button, element } from './dom.js';
import { draft, source } from './drafts.js';
import { editor } from './editor.js';
import { program } from './lines.js';

/** Starts one `div.runnable`, or one `div.fails`, whose block must not compile. */
export function mount(block) {
  const pre = block.querySelector('pre');
  const code = pre?.querySelector('code');
  if (!code) return;
  block.querySelector('.static')?.remove();
  const original = source(code);
  const kept = draft(code);
  const promised = block.classList.contains('fails') ? block.dataset.code : null;
  // The real output replaces the output that the page shows.
  const next = block.nextElementSibling;
  const printed = next?.matches('figure.output:not([data-command])') ? next : null;
  const { run, stop, state, node, start, say } = program({
    caption: '▶ Run',
    title: 'Run this block on your machine (Ctrl+Enter in the editor)',
    label: 'Output',
    ask: (signal) => send('POST', '/api/run', { body: { chapter: block.dataset.chapter, code: editing ? editing.text() : original }, signal }),
    ended: asPromised,
    onshow: (some) => { if (printed) printed.hidden = some; },
  });
  let editing = null;
  let dropped = null; // the edits of before the last reset

  const edit = button('Edit', () => open(original), { title: 'Change the block before running it' });
  const reset = button('Reset', () => close(), { hidden: true, title: 'Show the block of the book again' });
  const bring = button('Bring back my edits', () => open(dropped), { hidden: true });
  block.append(element('div', { class: 'actions' }, run, stop, edit, reset, bring, state), node);
  if (kept.text !== null) {
    showEditor(kept.text);
    if (kept.outdated) say('The book has changed this block since. This is your version.');
  }

  function open(text) {
    showEditor(text);
    kept.keep(text);
    editing.focus();
  }
  function showEditor(text) {
    editing = editor(text, { label: 'Rust block', onrun: start, onleave: () => run.focus() });
    editing.node.addEventListener('input', () => kept.keep(editing.text()));
    pre.hidden = true;
    pre.after(editing.node);
    edit.hidden = true;
    bring.hidden = true;
    reset.hidden = false;
  }
  function close() {
    dropped = editing.text();
    kept.keep(null);
    bring.hidden = dropped === original;
    editing.node.remove();
    editing = null;
    pre.hidden = false;
    edit.hidden = false;
    reset.hidden = true;
    edit.focus();
  }

  // A block that must not compile has done its work when the compiler says so.
  function asPromised(outcome) {
    const failed = promised && outcome === 'build_failed' && node.textContent.includes(`[${promised}]`);
    return failed && !editing ? `It does not compile, as expected: ${promised}.` : null;
  }
}
