// The output of a program that the server runs: what it prints while it runs, and how it ended.

import { coloured } from './ansi.js';
import { diagnostics } from './diagnostics.js';
import { count, duration, element } from './dom.js';

/** Returns the output's elements, and functions for its life. `onshow` hears when it appears or goes. */
export function output({ label, onshow = () => {} }) {
  const node = element('pre', { class: 'run-output', role: 'log', 'aria-label': label, tabindex: '0', hidden: true });
  const state = element('span', { class: 'run-state', role: 'status' });
  let styles = {};

  function receive(event, ended) {
    if (event.type === 'queued') say(event.ahead === 0 ? 'Next in the queue.' : `Waiting: ${count(event.ahead, 'job')} before this one.`);
    else if (event.type === 'compiling') say('Compiling…');
    else if (event.type === 'done') finish(event, ended);
    else if (event.text) print(event.type, event.text);
  }
  function print(kind, text) {
    if (kind !== 'diagnostics') say('Running…');
    show(true);
    const low = node.scrollHeight - node.scrollTop - node.clientHeight < 20;
    node.append(element('span', { class: kind }, (kind === 'diagnostics' ? diagnostics : coloured)(text, (styles[kind] ??= {}))));
    if (low) node.scrollTop = node.scrollHeight;
  }
  function finish({ outcome, code: exit, ms }, ended) {
    const words = {
      exited: exit === 0 ? `Done in ${duration(ms)}.` : `Ended with exit code ${exit} after ${duration(ms)}.`,
      build_failed: 'It does not compile.',
      timed_out: `Still running after ${duration(ms)}, so it was stopped.`,
      too_much_output: 'It printed too much, so it was stopped.',
      cancelled: 'Stopped.',
    };
    const good = outcome === 'exited' && exit === 0;
    const special = ended?.(outcome);
    if (special) say(special, 'good');
    else say(words[outcome] ?? outcome, good ? 'good' : 'bad');
    if (good && node.hidden) {
      show(true);
      node.append(element('span', { class: 'none', text: '(no output)' }));
    }
  }
  function show(some) {
    node.hidden = !some;
    onshow(some);
  }
  function say(text, kind) {
    state.textContent = text;
    if (kind) state.dataset.done = kind;
    else delete state.dataset.done;
  }
  return {
    node,
    state,
    say,
    /** Empties the output before a new run. */
    clear() {
      node.replaceChildren();
      show(false);
      styles = {}; // the colours of the last run do not continue
    },
    /** Shows a stream of events to its end. `ended` may give the last sentence for an outcome. */
    async read(body, ended) {
      await read(body, (event) => receive(event, ended));
      if (node.hidden && !state.dataset.done) say('The server stopped before the end of the run.');
    },
    /** Replaces one button by another. The focus stays with them. */
    swap(from, to) {
      to.hidden = false;
      if (document.activeElement === from) to.focus();
      from.hidden = true;
    },
  };
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
