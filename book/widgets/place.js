// Where an exercise's file is: a path to copy, and links that open it in an editor at the line where the
// work begins.

import { button, element, prose } from './dom.js';

const EDITORS = [
  ['VS Code', (path, line) => `vscode://file${path}:${line}`],
  ['Zed', (path, line) => `zed://file${path}:${line}`],
  ['RustRover', (_, line, raw) => `rustrover://open?file=${encodeURIComponent(raw)}&line=${line}`],
];

/** A box that asks for the place whenever it is opened, because the line changes with the reader's work. */
export function placeView(ask) {
  const box = element('details', { class: 'place', ontoggle: () => box.open && show() },
    element('summary', { text: 'The path, and links for editors' }));
  async function show() {
    try {
      const { path, line } = await ask();
      box.replaceChildren(box.firstElementChild, ...content(path, line));
    } catch (error) {
      box.replaceChildren(box.firstElementChild, element('p', {}, prose(error.message)));
    }
  }
  return box;
}

function content(path, line) {
  const code = element('code', { class: 'path', text: `${path}:${line}` });
  const copy = button('Copy', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      copy.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code); // the browser does not allow it, and the reader can copy
    }
  });
  // A path of Windows begins with a drive and has other slashes.
  const portable = path.startsWith('/') ? path : `/${path.replaceAll('\\', '/')}`;
  const encoded = portable.split('/').map((part) => encodeURIComponent(part).replace('%3A', ':')).join('/');
  const links = EDITORS.map(([name, link]) => element('a', { href: link(encoded, line, path), text: name }));
  return [
    element('p', { class: 'where' }, code),
    element('div', { class: 'actions' }, copy, element('span', { text: 'Open in' }), links),
  ];
}
