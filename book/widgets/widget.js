// The frame around a recorded run. It reads the trace, shows its source with the current line, and
// steps with buttons, keys or the slider. How a step looks is up to the chapter. The module
// `<data-widget>.js` in this folder exports
//
//   render(step, container, { trace, index, previous })   for every step
//   setup(container, trace)                                once, optional
//
// The page contains the trace. If the view cannot be loaded, the page keeps the text form of the steps.

import { button, element, prose } from './dom.js';
import { sourceView } from './views.js';

export { element } from './dom.js';
export { boxes, bytesGrid, label, localsTable, stateTable, value } from './views.js';

const STEP_EVERY_MS = 1600;
const players = [];

/** Starts one `section.widget`. */
export async function mount(section) {
  const text = section.querySelector('details.steps');
  try {
    const trace = JSON.parse(section.querySelector('script.trace').textContent);
    const chapter = await import(`./${section.dataset.widget}.js`);
    const { player, arrow } = frame(section, trace, chapter);
    section.insertBefore(player, section.firstChild);
    if (players.length === 0) document.documentElement.addEventListener('keydown', arrows);
    players.push({ player, arrow });
    if (text) text.querySelector('summary').textContent = 'The same run as text';
  } catch (error) {
    if (text) text.open = true;
    section.prepend(element('p', { class: 'static', text: `Cannot load the recording (${error.message}). Here are its steps as text.` }));
  }
}

// On a page with a recording, ← and → always step it, even before a click. Otherwise mdBook would
// turn the page while the reader looks at the recording. (mdBook listens on the document, after
// this.)
function arrows(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !/^Arrow(Left|Right)$/.test(event.key)) return;
  event.stopPropagation();
  if (event.target !== document.body && event.target !== document.documentElement) return;
  const [nearest] = players.filter(({ player }) => shown(player) > 0).sort((a, b) => shown(b.player) - shown(a.player));
  if (!nearest) return;
  event.preventDefault();
  nearest.arrow(event.key);
}

// How many pixels of an element's height are visible.
function shown(part) {
  const { top, bottom } = part.getBoundingClientRect();
  return Math.min(bottom, innerHeight) - Math.max(top, 0);
}

function frame(section, trace, chapter) {
  const last = trace.steps.length - 1;
  let index = 0;
  let timer = null;

  const source = sourceView(trace.source);
  const stage = element('div', { class: 'stage' });
  const note = element('p', { class: 'note', 'aria-live': 'polite', 'aria-atomic': 'true' });
  const position = element('span', { class: 'position' });
  const scrub = element('input', {
    type: 'range', min: 0, max: last, step: 1, value: 0, 'aria-label': 'Step of the run',
    oninput: () => { pause(); show(Number(scrub.value)); },
  });
  const first = button('First', () => go(0), { 'aria-label': 'First step', title: 'First step (Home)' });
  const back = button('Back', () => go(index - 1), { 'aria-label': 'Back one step', title: 'Step back (←)' });
  const play = button('', () => toggle(), { class: 'play' });
  const next = button('Next', () => go(index + 1), { 'aria-label': 'Next step', title: 'Step forward (→)' });
  const end = button('Last', () => go(last), { 'aria-label': 'Last step', title: 'Last step (End)' });

  function show(to) {
    const before = index;
    index = Math.max(0, Math.min(last, to));
    const step = trace.steps[index];
    const previous = index > 0 ? trace.steps[index - 1] : null;
    source.mark(step.line);
    chapter.render(step, stage, { trace, index, previous, from: before });
    note.replaceChildren(...prose(step.note ?? ''));
    position.textContent = `step ${index + 1} of ${last + 1}`;
    scrub.value = index;
    scrub.setAttribute('aria-valuetext', `${position.textContent}: ${step.state}`);
    for (const control of [first, back]) control.setAttribute('aria-disabled', index === 0);
    for (const control of [next, end]) control.setAttribute('aria-disabled', index === last);
    section.dataset.step = index;
    if (index === last) pause();
  }
  function go(to) { pause(); show(to); }
  function pause() {
    clearInterval(timer);
    timer = null;
    label();
  }
  function toggle() {
    if (timer !== null) return pause();
    if (index === last) show(0);
    timer = setInterval(() => show(index + 1), STEP_EVERY_MS);
    label();
  }
  function label() {
    const playing = timer !== null;
    play.textContent = playing ? '❚❚ Pause' : '▶ Play';
    play.title = playing ? 'Pause (space)' : 'Play (space)';
    section.classList.toggle('playing', playing);
  }

  const keys = {
    ArrowLeft: () => go(index - 1),
    ArrowRight: () => go(index + 1),
    Home: () => go(0),
    End: () => go(last),
    ' ': toggle,
  };
  const player = element(
    'div',
    { class: 'player', role: 'group', tabindex: '0', 'aria-label': `Recorded run: ${trace.title}. Arrow keys step, space plays.` },
    element('header', {}, element('strong', { text: trace.title }), trace.command ? element('code', { text: trace.command }) : null),
    element('div', { class: 'panes' }, source.node, stage),
    note,
    element('div', { class: 'controls' }, first, back, play, next, end, scrub, position),
    element('p', { class: 'keys' }, element('kbd', { text: '←' }), ' ', element('kbd', { text: '→' }), ' step · ', element('kbd', { text: 'space' }), ' play · ', element('kbd', { text: 'Home' }), ' ', element('kbd', { text: 'End' }), ' jump'),
  );
  player.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
    // A focused button keeps its own use of the space bar.
    if (event.key === ' ' && event.target.tagName === 'BUTTON') return event.stopPropagation();
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  if (chapter.setup) chapter.setup(stage, trace);
  label();
  show(0);
  return { player, arrow: (key) => keys[key]() };
}
