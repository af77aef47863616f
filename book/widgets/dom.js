// Small helpers for building pieces of a page. No state lives here; every
// other room of this folder uses it.

/**
 * Makes an element. Keys of `attributes` are attribute names, except `text`
 * (its text), `html` is not offered on purpose: what comes from a compiler or a
 * program is text. A value of `false`, `null` or `undefined` leaves the
 * attribute away; `true` writes it empty. `onclick` and its kin add listeners.
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
 * Text with `backticked` parts as code: enough for hints and summaries. As in
 * Markdown, a run of backticks ends at the next run of the same length, so that
 * code may hold backticks; one that nothing ends is text.
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

/** Whether the reader has asked for less motion. Asked each time: it can change. */
export function calm() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** One short name for a duration in milliseconds, as a person would say it. */
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

/** Highlights Rust with the highlighter that mdBook ships, where it is there. */
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
