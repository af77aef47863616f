// What an update of the course changed in the reader's files: above the page until the reader has read it.

import { call } from './api.js';
import { button, element, prose } from './dom.js';

/** Returns `{ show(lines) }`. A line can have further lines, which belong to it. */
export function mount(fail) {
  const list = element('ul');
  let shown = 0;
  const box = element('aside', { class: 'news', role: 'status', 'aria-label': 'What changed in your files', hidden: true },
    element('strong', { text: 'What changed in your files' }),
    list,
    button('I have read this', async () => {
      try {
        show((await call('POST', '/api/news/read', shown)).news);
      } catch (error) {
        fail(error);
      }
    }));
  document.querySelector('.content main').prepend(box);

  function show(lines) {
    shown = lines.length;
    box.hidden = lines.length === 0;
    list.replaceChildren(...lines.map((line) => element('li', {}, prose(line))));
  }
  return { show };
}
