// Many tabs of one browser, most of them hidden, as readers have them.

import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openTabs, until } from './cdp.js';
import { serve } from './server.js';
import { copyOfRepository } from './tree.js';

const CHAPTER = '02-generators.html';
// The sidebar's counts come from the server, so the tab has its state.
const UP_TO_DATE = "document.querySelector('#mdbook-sidebar .progress') !== null";
// The panels and the event stream begin in the same step of the page's script.
const BEGUN = "document.querySelector('section.exercise .actions') !== null";
// Each test takes the hints of another exercise, of which none is shown before.
const hints = (nth) => `document.querySelectorAll('section.exercise')[${nth}]?.querySelectorAll('ol li').length`;
const giveHint = (nth) => `[...document.querySelectorAll('section.exercise')[${nth}].querySelectorAll('button')].find((button) => button.textContent.startsWith('Hint ')).click()`;

let tree;
let server;

before(async () => {
  tree = await copyOfRepository();
  server = await serve(tree.root);
});
after(async () => {
  await server?.stop();
  await tree?.remove();
});

async function browsing(act) {
  const browser = await openTabs();
  try {
    await act((options) => browser.open(`${server.address}/${CHAPTER}`, options));
  } finally {
    await browser.close();
  }
}

test('tabs in the background hold no stream, so the next page opens', async () => {
  await browsing(async (open) => {
    const hidden = [];
    for (let n = 0; n < 7; n += 1) {
      const tab = await open({ background: true });
      await tab.until(BEGUN);
      assert.equal(await tab.ask('document.hidden'), true, 'a tab in the background is hidden');
      hidden.push(tab);
    }
    assert.deepEqual(hidden.map((tab) => tab.streams()), hidden.map(() => 0));
    const seen = await open({ background: false });
    await seen.until(UP_TO_DATE);
  });
});

test('visible windows share one stream, and each gets its events', async () => {
  await browsing(async (open) => {
    const windows = [await open({ background: false }), await open({ background: false })];
    for (const tab of windows) {
      await tab.until(UP_TO_DATE);
      assert.equal(await tab.ask('document.hidden'), false);
    }
    const streams = () => windows.reduce((sum, tab) => sum + tab.streams(), 0);
    await until(() => streams() === 1, 'one stream');
    await windows[0].ask(giveHint(0));
    for (const tab of windows) await tab.until(`${hints(0)} === 1`);
    assert.equal(streams(), 1);

    // The other takes over when the one that held the stream is gone.
    const [gone, left] = windows[0].streams() === 1 ? windows : [...windows].reverse();
    await gone.close();
    await until(() => left.streams() === 1, 'the other window to open a stream');
    const file = path.join(tree.root, await left.ask("document.querySelector('section.exercise').dataset.file"));
    await fs.appendFile(file, '\n');
    await left.until("['running', 'failing'].includes(document.querySelector('section.exercise').dataset.state)");
  });
});

test('a tab that becomes visible shows what changed while it was hidden', async () => {
  await browsing(async (open) => {
    const tab = await open({ background: true });
    await tab.until(BEGUN);
    await tab.show();
    await tab.until(UP_TO_DATE);
    await tab.until('document.hidden === false');
    const other = await open({ background: true });
    await other.until(BEGUN);
    await other.show();
    await tab.until('document.hidden');
    await until(() => tab.streams() === 0, 'the hidden tab to let its stream go');

    await other.until(UP_TO_DATE);
    await other.ask(giveHint(1));
    await other.until(`${hints(1)} === 1`);
    const page = path.join(tree.root, 'book/src', CHAPTER.replace('.html', '.md'));
    await fs.appendFile(page, '\nWritten while the tab was hidden.\n');
    const rebuilt = "document.querySelector('main')?.innerText.includes('Written while the tab was hidden')";
    await other.until(rebuilt);
    assert.equal(await tab.ask(hints(1)), 0, 'a hidden tab follows nothing');

    await tab.show();
    await tab.until(`${hints(1)} === 1`);
    await tab.until(rebuilt);
  });
});
