// A program that the server runs: its buttons, what it prints while it runs, and how it ended.

import { coloured } from './ansi.js';
import { diagnostics } from './diagnostics.js';
import { button, count, duration, element } from './dom.js';

/**
 * Returns the elements of a program, `start()` and `say(text)`. `ask(signal)` sends the request and returns
 * the response. `ended(outcome)` may give the last sentence for an outcome. `onshow` hears when the output
 * appears or goes.
 */
export function program({ caption, title, label, ask, ended = () => null, onshow = () => {} }) {
  const run = button(caption, start, { class: 'primary', title });
  const stop = button('■ Stop', () => running?.abort(), { hidden: true });
  const node = element('pre', { class: 'run-output', role: 'log', 'aria-label': label, tabindex: '0', hidden: true });
  const state = element('span', { class: 'run-state', role: 'status' });
  let styles = {};
  let running = null;

  async function start() {
    if (running) return;
    running = new AbortController();
    node.replaceChildren();
    show(false);
    styles = {}; // the colours of the last run do not continue
    say('Asking…');
    swap(run, stop);
    try {
      const response = await ask(running.signal);
      await read(response.body, receive);
      if (node.hidden && !state.dataset.done) say('The server stopped before the end of the run.');
    } catch (error) {
      if (error.name === 'AbortError') say('Stopped.', 'cancelled');
      else say(error.message, 'bad');
    } finally {
      running = null;
      swap(stop, run);
    }
  }
  // Replaces one button by another. The focus stays with them.
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
    const low = node.scrollHeight - node.scrollTop - node.clientHeight < 20;
    node.append(element('span', { class: kind }, (kind === 'diagnostics' ? diagnostics : coloured)(text, (styles[kind] ??= {}))));
    if (low) node.scrollTop = node.scrollHeight;
  }
  function finish({ outcome, code: exit, ms }) {
    const words = {
      exited: exit === 0 ? `Done in ${duration(ms)}.` : `Ended with exit code ${exit} after ${duration(ms)}.`,
      build_failed: 'It does not compile.',
      timed_out: `Still running after ${duration(ms)}, so it was stopped.`,
      too_much_output: 'It printed too much, so it was stopped.',
      cancelled: 'Stopped.',
    };
    const good = outcome === 'exited' && exit === 0;
    const special = ended(outcome);
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
  return { run, stop, state, node, start, say };
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
