// The result of a test run: each named test with its message, and the compiler's messages.

import { coloured } from './ansi.js';
import { diagnostics as compilerWords } from './diagnostics.js';
import { count, duration, element, prose } from './dom.js';

const OUTCOMES = {
  passed: 'All tests pass.',
  build_failed: 'It does not compile yet.',
  timed_out: 'It was still running at the time limit, so it was stopped.',
  too_much_output: 'It printed too much, so it was stopped.',
  manifest_broken: 'Cargo cannot build the exercises.',
  missing: 'A file or a folder is missing.',
  killed: 'A signal killed the process of a test.',
};

/** What to call a solved exercise whose last run did not pass. */
export function solvedEarlier({ verdict }) {
  const untested = ['missing', 'manifest_broken'].includes(verdict?.outcome);
  return untested ? 'solved earlier, not tested now' : 'solved earlier, fails now';
}

/** One sentence about a verdict. The panel shows it, and screen readers read it out. */
export function headline({ outcome, tests, diagnostics = '', waits_for: file, needs = [], changed = [] }) {
  if (file) return `${fileName(file)}, the file of another exercise, does not compile.`;
  if (needs.length > 0) return `Its tests use ${needs.join(', ')}, which ${needs.length > 1 ? 'are' : 'is'} not solved yet.`;
  // A test and its exercise have the same name, so the whole path is needed.
  if (outcome === 'passed' && changed.length > 0) return `All tests pass, but ${changed[0]} is not the course's own.`;
  // The server says which file or folder is missing.
  if (outcome === 'missing' && diagnostics) return `Not tested: ${diagnostics.trimEnd()}.`;
  if (outcome !== 'failed') return OUTCOMES[outcome] ?? outcome;
  const failed = tests.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return 'The test run did not finish.';
  if (failed.length === 1) return `${failed[0].name} fails.`;
  return `${failed.length} of ${count(tests.length, 'test')} fail.`;
}

/** The last part of a path. */
export function fileName(path) {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The whole verdict as an element. */
export function verdictView(verdict) {
  // Failures come first, because the reader needs them most. Each group keeps the order of the
  // file.
  const order = ['failed', 'ok', 'ignored'];
  const tests = [...(verdict.tests ?? [])].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const rows = together(tests).map((group, index) => testRow(group, index === 0));
  const diagnostics = (verdict.diagnostics ?? '').trimEnd();
  return element(
    'div',
    { class: `verdict ${verdict.outcome}` },
    element('p', { class: 'headline', text: headline(verdict) }),
    verdict.advice ? element('p', { class: 'advice' }, prose(verdict.advice)) : null,
    rows.length > 0 ? element('ul', { class: 'tests' }, rows) : null,
    diagnostics && verdict.outcome === 'passed'
      ? folded('The compiler has a warning', diagnostics, compilerWords)
      : diagnostics ? terminal(diagnostics, 'The compiler\'s message', compilerWords) : null,
    verdict.stdout?.trim() && verdict.outcome !== 'passed'
      ? folded('Output', verdict.stdout.trimEnd()) : null,
    element('p', { class: 'times', text: times(verdict) }),
  );
}

// Tests that fail with the same message form a group with one message.
function together(tests) {
  const groups = [];
  for (const test of tests) {
    const same = test.message && groups.find(([{ status, message }]) => status === test.status && message === test.message);
    if (same) same.push(test);
    else groups.push([test]);
  }
  return groups;
}

// The first failure is open, and the others are folded.
function testRow(group, first) {
  const [{ status, message }] = group;
  const mark = { ok: '✓', failed: '✗', ignored: '–' }[status] ?? '?';
  const said = { ok: 'passes', failed: 'fails', ignored: 'ignored' }[status] ?? status;
  // Each name has a line of its own. If several tests share a message, all but the first say whose it is.
  const [title, ...others] = group.map(({ name }, index) => element('span', { class: 'name' },
    element('span', { class: 'mark', 'aria-hidden': 'true', text: mark }),
    element('span', {}, testName(name), element('span', { class: 'unseen', text: ` ${said} ` }),
      index > 0 ? element('span', { class: 'same', text: `the same as ${group[0].name}` }) : null)));
  if (!message) return element('li', { class: status }, title);
  const details = element('details', { open: first }, element('summary', {}, title), terminal(message.trimEnd(), `Message of ${group[0].name}`));
  return element('li', { class: status }, details, others);
}

// A long name breaks after an underscore. Its last word stays with the triangle behind it.
function testName(name) {
  const words = name.split(/(?<=_)/);
  const last = element('span', { class: 'last', text: words.pop() });
  return element('code', {}, words.flatMap((word) => [word, element('wbr')]), last);
}

function terminal(text, label, colour = coloured) {
  return element('pre', { class: 'terminal', tabindex: '0', role: 'group', 'aria-label': label }, colour(text));
}

function folded(title, text, colour) {
  return element('details', {}, element('summary', { text: title }), terminal(text, title, colour));
}

function times({ cargo_ms, total_ms }) {
  if (cargo_ms === undefined || total_ms === undefined) return '';
  return `cargo took ${duration(cargo_ms)}, and the verdict arrived after ${duration(total_ms)}`;
}

/** A unified diff with marked lines. */
export function diffView(diff, label = 'Your file and the solution') {
  const lines = diff.replace(/\n$/, '').split('\n').map((line) => {
    const kind = line.startsWith('+++') || line.startsWith('---') ? 'file'
      : line.startsWith('@@') ? 'hunk' : line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : null;
    return element('span', { class: kind, text: `${line}\n` });
  });
  return element('pre', { class: 'diff', tabindex: '0', role: 'group', 'aria-label': label }, lines);
}
