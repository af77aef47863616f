// Small helpers to build parts of a page. They have no state, and every other module here uses
// them.

/**
 * Creates an element. Most keys of `attributes` are attribute names. `text` sets the text, and
 * `onclick` and the like add listeners. We do not offer `html`, because text from a compiler or a
 * program must stay text. A value of `false`, `null` or `undefined` omits the attribute, and `true`
 * sets an empty one.
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === 'text') made.textContent = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A button that never submits a form. */
export function button(label, onclick, attributes = {}) {
  return element('button', { type: 'button', text: label, onclick, ...attributes });
}

/**
 * Text with `backticked` parts as code, for hints and summaries. As in Markdown, a run of backticks
 * ends at the next run of the same length, so code can contain backticks. A run without an end is text.
 */
export function prose(text) {
  const pieces = [];
  let from = 0;
  for (const found of text.matchAll(/(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/gs)) {
    pieces.push(text.slice(from, found.index), element('code', { text: found[2].replace(/^ (.*\S.*) $/s, '$1') }));
    from = found.index + found[0].length;
  }
  return [...pieces, text.slice(from)].filter((piece) => piece !== '');
}

/** Whether the reader prefers less motion. We ask each time, because it can change. */
export function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** A short text for a duration in milliseconds. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 task`, `3 tasks`. */
export function count(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}

/** The time for exercises: `about 45 minutes`, `about 7 hours`. */
export function workTime(minutes) {
  return `about ${minutes < 90 ? count(minutes, 'minute') : count(Math.round(minutes / 60), 'hour')}`;
}

/** A bar with the solved and the filled share of all. */
export function bar(solved, filled, all) {
  const part = (kind, number) => element('span', { class: kind, style: `inline-size: ${all > 0 ? (100 * number) / all : 0}%` });
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, part('solved', solved), part('filled', filled));
}

/** Highlights Rust with mdBook's highlighter, if the page has loaded it. */
export function highlighted(code) {
  const shown = element('code', { class: 'language-rust hljs', text: code });
  if (window.hljs) {
    try {
      shown.innerHTML = window.hljs.highlight('rust', code, true).value;
    } catch {
      shown.textContent = code;
    }
  }
  return shown;
}
