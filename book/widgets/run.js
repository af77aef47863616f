// ▶ on a block of Rust: runs it on the reader's own machine against the chapter's crate, with the
// reader's edits, and shows the output while it arrives. The browser keeps the edits.

import { coloured } from './ansi.js';
import { send } from './api.js';
import { button, count, duration, element } from './dom.js';
import { diagnostics } from './diagnostics.js';
import { draft, source } from './drafts.js';
import { editor } from './editor.js';

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
  const output = element('pre', { class: 'run-output', role: 'log', 'aria-label': 'Output', tabindex: '0', hidden: true });
  const state = element('span', { class: 'run-state', role: 'status' });
  let editing = null;
  let dropped = null; // the edits of before the last reset
  let running = null;
  let styles = {};

  const run = button('▶ Run', () => start(), { class: 'primary', title: 'Run this block on your machine (Ctrl+Enter in the editor)' });
  const stop = button('■ Stop', () => running?.abort(), { hidden: true });
  const edit = button('Edit', () => open(original), { title: 'Change the block before running it' });
  const reset = button('Reset', () => close(), { hidden: true, title: 'Show the block of the book again' });
  const bring = button('Bring back my edits', () => open(dropped), { hidden: true });
  block.append(element('div', { class: 'actions' }, run, stop, edit, reset, bring, state), output);
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
    editing = editor(text, { label: 'Rust block', onrun: () => start(), onleave: () => run.focus() });
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

  async function start() {
    if (running) return;
    running = new AbortController();
    output.replaceChildren();
    show(false);
    styles = {}; // the colours of the last run do not continue
    say('Asking…');
    swap(run, stop);
    try {
      const body = { chapter: block.dataset.chapter, code: editing ? editing.text() : original };
      const response = await send('POST', '/api/run', { body, signal: running.signal });
      await read(response.body, receive);
      if (output.hidden && !state.dataset.done) say('The server stopped before the end of the run.');
    } catch (error) {
      if (error.name === 'AbortError') say('Stopped.', 'cancelled');
      else say(error.message, 'bad');
    } finally {
      running = null;
      swap(stop, run);
    }
  }
  // When one button replaces another, the focus must stay in the block.
  function swap(from, to) {
    to.hidden = false;
    if (document.activeElement === from) to.focus();
    from.hidden = true;
  }

  function receive(event) {
    if (event.type === 'queued') say(event.ahead === 0 ? 'Next in the queue.' : `Waiting: ${count(event.ahead, 'job')} before this one.`);
    else if (event.type === 'compiling') say('Compiling…');
    else if (event.type === 'done') finish(event);
    else if (event.text) print(event.type, event.text);
  }
  function print(kind, text) {
    if (kind !== 'diagnostics') say('Running…');
    show(true);
    const low = output.scrollHeight - output.scrollTop - output.clientHeight < 20;
    output.append(element('span', { class: kind }, (kind === 'diagnostics' ? diagnostics : coloured)(text, (styles[kind] ??= {}))));
    if (low) output.scrollTop = output.scrollHeight;
  }
  function finish({ outcome, code: exit, ms }) {
    const words = {
      exited: exit === 0 ? `Done in ${duration(ms)}.` : `Ended with exit code ${exit} after ${duration(ms)}.`,
      build_failed: 'It does not compile.',
      timed_out: `Still running after ${duration(ms)}, so it was stopped.`,
      too_much_output: 'It printed too much, so it was stopped.',
      cancelled: 'Stopped.',
    };
    const asPromised = promised && outcome === 'build_failed' && output.textContent.includes(`[${promised}]`);
    const good = outcome === 'exited' && exit === 0;
    if (asPromised && !editing) say(`It does not compile, as expected: ${promised}.`, 'good');
    else say(words[outcome] ?? outcome, good ? 'good' : 'bad');
    if (good && output.hidden) {
      show(true);
      output.append(element('span', { class: 'none', text: '(no output)' }));
    }
  }
  function show(some) {
    output.hidden = !some;
    if (printed) printed.hidden = some;
  }
  function say(text, kind) {
    state.textContent = text;
    if (kind) state.dataset.done = kind;
    else delete state.dataset.done;
  }
}

// Each line is one JSON object, but a piece of the stream can end anywhere.
async function read(body, receive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : lines.pop();
    for (const line of lines) if (line.trim() !== '') receive(JSON.parse(line));
    if (done) return;
  }
}
