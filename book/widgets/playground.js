// A ▶ block without `cargo course`: copies the block and the crates it needs as one file, which the Rust
// playground runs. The file is too long for a link to the playground, so the reader pastes it there.

import { button, element } from './dom.js';

const PLAYGROUND = 'https://play.rust-lang.org/?version=stable&mode=debug&edition=2024';

/** Starts one `div.runnable`. A block without data runs only on the reader's own machine, and says so. */
export function mount(block, root) {
  const data = block.querySelector('script.one-file');
  if (!data) return;
  const { program, crates } = JSON.parse(data.textContent);
  const state = element('span', { class: 'run-state', role: 'status' });
  const copy = button('Copy as one file', act, { class: 'primary', title: 'Copy this block and the chapter’s crate' });
  const link = element('a', { href: PLAYGROUND, target: '_blank', rel: 'noopener', text: 'Rust playground' });
  block.append(element('div', { class: 'actions' }, copy, link, state));

  async function act() {
    try {
      const texts = await load(root);
      await navigator.clipboard.writeText([program, ...crates.map((name) => texts[name])].join('\n'));
      say('Copied. Open the playground and paste it there.', 'good');
    } catch (error) {
      say(`This browser did not copy it (${error.message}).`, 'bad');
    }
  }
  function say(text, kind) {
    state.textContent = text;
    state.dataset.done = kind;
  }
}

let loading = null;

// The crates of all chapters as modules. A script, because a page that was opened as a file cannot fetch.
function load(root) {
  loading ??= new Promise((resolve, reject) => {
    const failed = () => {
      loading = null; // the next click tries again
      reject(new Error('its crates did not load'));
    };
    document.head.append(element('script', {
      src: new URL('generated/crates.js', root).href, onload: () => resolve(window.chapterCrates), onerror: failed,
    }));
  });
  return loading;
}
