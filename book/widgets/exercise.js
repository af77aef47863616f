// The panel of an exercise: its state, its tests, its hints and its reset. For a solved exercise it
// also compares the reader's solution with ours.

import { call, exercisePath } from './api.js';
import { button, duration, element, highlighted, prose, workTime } from './dom.js';
import { address, isDone, next } from './next.js';
import { placeView } from './place.js';
import { diffView, fileName, headline, solvedEarlier, verdictView } from './verdict.js';

const HINTS = 3;
const STATES = { todo: 'to do', failing: 'not yet', running: 'testing…', solved: 'solved', filled: 'our solution' };

/** Starts one `section.exercise`. Returns `{ update(exercise), follow(course) }`. */
export function mount(section, root) {
  const { id, file, test, kind, minutes, module } = section.dataset;
  const act = (method, action) => call(method, exercisePath(id, action));
  let known = null;
  let hints = 0;
  let hinting = Promise.resolve();
  let seen = null; // the revision of the last verdict
  let looked = false; // at what an update of the course changed
  let saves = false; // after a reset or a fill, keep its message through the next verdict

  const chip = element('span', { class: 'chip', text: 'to do' });
  const facts = element('p', { class: 'facts' },
    element('span', { class: 'kind', text: kind }),
    minutes ? element('span', { text: workTime(Number(minutes)) }) : null,
    module ? element('span', {}, 'module ', element('code', { text: module }), ' of your runtime') : null,
    element('code', { class: 'file', text: file }));
  const run = button('Run tests', () => begin(), { class: 'primary' });
  const open = button('Open in editor', () => attempt(openFile));
  const hint = button('Hint', () => attempt(nextHint));
  const reset = button('Reset', () => { confirmation.hidden = false; keep.focus(); });
  const compare = button('Compare with the solution', () => attempt(showDiff), { hidden: true });
  const keep = button('Keep mine', () => { confirmation.hidden = true; reset.focus(); });
  const confirmation = element('div', { class: 'confirmation', role: 'group', 'aria-label': 'Reset this exercise?', hidden: true },
    element('p', {}, 'Reset the file to how it was at the start? If the file is there, your version is kept as a copy next to it.'),
    keep, button('Reset the file', () => attempt(resetFile), { class: 'danger' }));
  const told = element('p', { class: 'told', role: 'status' });
  const news = element('div', { class: 'changed', hidden: true });
  const needs = element('div', { class: 'actions needs', hidden: true });
  const hintList = element('ol', { class: 'hints', 'aria-label': 'Hints' });
  const verdict = element('div', { class: 'verdict-place' });
  const solution = element('div', { class: 'solution' });
  const tests = element('details', { class: 'test-file', ontoggle: () => tests.open && attempt(showTests) },
    element('summary', {}, 'The tests, ', element('code', { text: test })));
  const place = placeView(() => act('GET', 'place'));
  const then = element('p', { class: 'then', hidden: true });
  const spoken = element('p', { class: 'unseen', 'aria-live': 'polite' });

  const title = section.querySelector('h3, h4');
  title.append(' ', chip);
  title.after(facts);
  section.querySelector('.static')?.remove();
  section.append(element('div', { class: 'actions' }, run, open, hint, reset, compare), told, news, then, confirmation, hintList, needs, verdict, solution, place, tests, spoken);
  section.classList.add('live');
  nameHint();

  async function attempt(action) {
    told.textContent = '';
    try {
      await action();
    } catch (error) {
      tell(error);
    }
  }
  function tell(error) {
    told.replaceChildren(...prose(error.message));
  }
  async function begin() {
    if (known?.state === 'running') return;
    await attempt(async () => {
      run.setAttribute('aria-disabled', 'true');
      await act('POST', 'run');
    });
    if (known?.state !== 'running') run.removeAttribute('aria-disabled');
  }
  async function openFile() {
    try {
      await act('POST', 'open');
    } catch (error) {
      place.open = true; // the path, and links that may work
      throw error;
    }
    told.textContent = 'Opened. Save the file there and this panel tests it.';
  }
  async function nextHint() {
    await showHints(hints + 1);
    hintList.lastElementChild?.focus();
  }
  // Fetch one hint after another, because answers in the wrong order would mix them up.
  function showHints(upTo) {
    const fetched = hinting.then(async () => {
      while (hints < Math.min(upTo, HINTS)) {
        const { text } = await act('GET', `hint?n=${hints + 1}`);
        hints += 1;
        hintList.append(element('li', { tabindex: '-1' }, prose(text)));
        nameHint();
      }
    });
    hinting = fetched.catch(() => {}); // the caller shows the error, and the next click tries again
    return fetched;
  }
  function nameHint() {
    hint.textContent = hints < HINTS ? `Hint ${hints + 1} of ${HINTS}` : 'All hints shown';
    hint.setAttribute('aria-disabled', hints >= HINTS);
  }
  async function resetFile() {
    const filled = known?.state === 'filled';
    const { kept, others = [] } = (await act('POST', 'reset')) ?? {};
    confirmation.hidden = true;
    solution.replaceChildren();
    saves = Boolean(kept) || filled || others.length > 0;
    told.replaceChildren('The file is as it was at the start.', ...(kept ? [
      ' Your version is kept in ', element('code', { text: kept }),
      '. To restore it, rename it to ', element('code', { text: fileName(file) }), '.'] : []),
    ...(others.length > 0 ? [
      ' These files of the same package were missing too, and are there again as they are at the start: ',
      others.join(', '), '.'] : []));
    reset.focus();
  }
  // A module that this one needs, filled with our solution. The server tests this one again.
  async function fill(needed) {
    const { file: theirs, kept } = await call('POST', exercisePath(needed, 'fill'));
    await act('POST', 'run');
    saves = true;
    told.replaceChildren(element('code', { text: theirs }), ' is our solution now.', ...(kept ? [
      ' Your version is kept in ', element('code', { text: kept }), '.'] : []));
  }
  function showNeeds(ids) {
    if (ids.join() === [...needs.querySelectorAll('button')].map((one) => one.dataset.needed).join()) return;
    needs.hidden = ids.length === 0;
    needs.replaceChildren(...ids.map((needed) =>
      button(`Use our solution of ${needed}`, () => attempt(() => fill(needed)), { 'data-needed': needed })));
  }
  // Fetched at each opening, because the reader may have edited the test in another program.
  async function showTests() {
    const { text } = await act('GET', 'tests');
    tests.replaceChildren(tests.firstElementChild,
      element('pre', { class: 'terminal', tabindex: '0', role: 'group', 'aria-label': 'The tests' }, highlighted(text)));
  }
  async function showDiff() {
    if (solution.childElementCount > 0) return solution.replaceChildren();
    const { diff } = await act('GET', 'diff');
    solution.replaceChildren(diff.trim() === ''
      ? element('p', { text: 'Your solution is the same as ours.' })
      : diffView(diff));
  }

  // An update of the course changed the exercise after the reader began it.
  function showNews(what) {
    // Once the reader has asked for the change, it stays on the page.
    if ((news.dataset.what ?? '') === what || !what) {
      if (!what && !looked) news.hidden = true;
      return;
    }
    looked = false;
    news.dataset.what = what;
    news.hidden = !what;
    news.replaceChildren(
      element('p', { text: `This exercise has changed since you began it: ${what}. Your file is as you left it.` }),
      element('div', { class: 'actions' }, button('Show what changed', () => attempt(look))));
  }
  async function look() {
    looked = true; // the event that it is no news any more may come before the answer
    const { diff } = await act('POST', 'look');
    news.dataset.what = '';
    news.replaceChildren(diff
      ? diffView(diff, 'What changed in the exercise')
      : element('p', { text: 'You have already looked at the change.' }),
    known.outdated ? element('p', { text: 'You solved an earlier version. Run the tests to see whether your solution still passes.' }) : '');
  }

  function update(exercise) {
    const before = known;
    known = exercise;
    section.dataset.state = exercise.state;
    const waitsFor = exercise.verdict?.waits_for;
    const needed = exercise.verdict?.needs ?? [];
    section.classList.toggle('waits', Boolean(waitsFor) || needed.length > 0);
    if (waitsFor) chip.textContent = `waits for ${fileName(waitsFor)}`;
    else if (needed.length > 0) chip.textContent = `needs ${needed.join(', ')}`;
    else if (exercise.open) chip.textContent = 'solved earlier, unfinished now';
    else if (exercise.state === 'solved' && exercise.outdated) chip.textContent = 'solved before it changed';
    else if (exercise.state === 'failing' && exercise.solved) chip.textContent = solvedEarlier(exercise);
    else chip.textContent = STATES[exercise.state] ?? exercise.state;
    if (exercise.state !== 'running') showNeeds(needed);
    showNews(exercise.changed ?? '');
    // A message about an old version of the file does not belong to a new one.
    const revision = exercise.verdict?.revision ?? seen;
    if (revision !== seen) {
      if (!saves) told.textContent = '';
      saves = false;
      seen = revision;
    }
    run.textContent = exercise.state === 'running' ? 'Testing…' : 'Run tests';
    if (exercise.state === 'running') run.setAttribute('aria-disabled', 'true');
    else run.removeAttribute('aria-disabled');
    const done = exercise.state === 'solved' || exercise.state === 'filled';
    compare.hidden = !done;
    if (!done) solution.replaceChildren();
    if (exercise.verdict && exercise.state !== 'running') verdict.replaceChildren(verdictView(exercise.verdict));
    else if (!exercise.verdict) verdict.replaceChildren();
    verdict.classList.toggle('stale', exercise.state === 'running');
    if ((exercise.hints_shown ?? 0) > hints) showHints(exercise.hints_shown).catch(tell);
    if (before && exercise.state !== before.state) announce(exercise, before);
  }
  function announce(exercise, before) {
    if (exercise.state === 'solved') {
      const took = exercise.verdict ? ` in ${duration(exercise.verdict.total_ms)}` : '';
      spoken.textContent = `${exercise.title}: solved. All tests pass${took}.`;
      section.classList.remove('just-solved');
      void section.offsetWidth; // so that the animation starts again
      section.classList.add('just-solved');
    } else if (exercise.state === 'failing' && exercise.verdict) {
      spoken.textContent = `${exercise.title}: ${headline(exercise.verdict)}`;
    } else if (exercise.state === 'running' && before.state !== 'running') {
      spoken.textContent = `${exercise.title}: testing.`;
    }
  }

  /** Says what comes after a solved exercise. */
  function follow(course) {
    then.hidden = !known || !isDone(known);
    if (then.hidden) return;
    const { one, part, all } = next(course, id);
    const finished = one ? part?.finished : course.finished;
    const parts = [
      one ? null : `That was the last one. All ${all} exercises are done. `,
      one && part ? `Part ${part.title} is complete. ` : null,
      finished ? element('a', { href: new URL(`${finished}.html`, root).href, text: 'See what you have built.' }) : null,
      one && finished ? ' ' : null,
      ...(one ? ['Next: ', element('a', { href: address(one, root), text: one.title }), `, ${workTime(one.minutes)}`] : []),
    ];
    const text = (nodes) => nodes.map((node) => node.textContent ?? node).join('');
    const now = parts.filter((piece) => piece !== null);
    if (then.textContent !== text(now)) then.replaceChildren(...now);
  }

  return { update, follow };
}
