// What a reader sees of all exercises: the progress page, the ends of the parts, the sidebar, the place of a file.

import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { assertAccessible, assertNoSidewaysScroll, screenshot } from './reader.js';

// The rules for new elements on a page that another test checks by all rules.
const CHEAP = ['button-name', 'aria-valid-attr-value', 'color-contrast'];

/** Adds the tests. `book()` gives the server and the tree, once they have started. */
export function testProgress({ reading, book, within }) {
  /** Changes the list of exercises before the page receives it. */
  const listed = (page, change) => page.route('**/api/exercises', async (route) => {
    const response = await route.fetch();
    const list = await response.json();
    change(list);
    await route.fulfill({ response, json: list });
  });
  /** Keeps the states of the changed list. The server may still test files that an earlier test changed. */
  const ignoreNews = (page) => page.addInitScript(() => {
    const listen = EventSource.prototype.addEventListener;
    EventSource.prototype.addEventListener = function (name, ...rest) {
      if (name !== 'exercise') listen.call(this, name, ...rest);
    };
  });
  const solve = (exercises) => exercises.forEach((one) => Object.assign(one, { state: 'solved', solved: true }));
  // A page that reloads may still be asking.
  const settle = (page) => page.unrouteAll({ behavior: 'ignoreErrors' });
  const ask = (page, address) => page.evaluate((to) => fetch(to, {
    method: 'POST', headers: { 'x-course-token': document.querySelector('meta[name="course-token"]').content },
  }).then(({ status }) => status), address);

  test('the progress page names the next exercise, and the runtime grows with each module', async () => {
    await reading('progress.html', {}, async (page) => {
      await page.locator('.standing .sum', { hasText: /^\d+ of \d+ exercises solved/ }).waitFor();
      assert.match(await page.locator('.standing .then a').getAttribute('href'), /\.html#exercise-/);
      const brick = page.locator('.wall li[data-id="waiting/deadlines"]');
      assert.equal(await brick.getAttribute('data-state'), 'todo');
      assert.equal(await page.locator('.my-runtime button:visible').count(), 0, 'no meter server without modules');

      assert.equal(await ask(page, '/api/exercises/waiting/deadlines/fill'), 200);
      await brick.and(page.locator('[data-state="filled"]')).waitFor();
      await page.locator('.my-runtime .can li', { hasText: 'find the earliest of many deadlines' }).waitFor();
      await page.locator('.exercise-list li[data-id="waiting/deadlines"]', { hasText: 'our solution' }).waitFor();
      await page.locator('.as-text summary').click();
      await page.locator('.as-text li', { hasText: /^deadlines, to find .*: filled with our solution$/ }).waitFor();
      await assertAccessible(page, 'a runtime with one module');
      await screenshot(page, 'progress');
      await ask(page, '/api/exercises/waiting/deadlines/reset');
      await brick.and(page.locator('[data-state="todo"]')).waitFor();

      await brick.getByRole('link').click();
      await page.waitForURL('**/01-waiting.html#exercise-waiting-deadlines');
    });
  });

  test('the meter server of the reader runs at the press of a button', async () => {
    await reading('progress.html', { width: 400 }, async (page) => {
      await listed(page, (list) => { list.meters = []; });
      await page.route('**/api/meters', (route) => route.fulfill({
        contentType: 'application/x-ndjson',
        body: '{"type":"compiling"}\n{"type":"stdout","text":"good meters 200\\n"}\n{"type":"done","outcome":"exited","code":0,"ms":3000}\n',
      }));
      await page.reload();
      await page.getByRole('button', { name: '▶ Run my meter server' }).click();
      await page.locator('.run-output', { hasText: 'good meters 200' }).waitFor();
      await page.locator('.run-state[data-done="good"]').waitFor();
      await assertNoSidewaysScroll(page, 'the progress page with a table');
      await settle(page);
    });
  });

  test('the end of a part and the end of the book are said in the panel and have a page', async () => {
    await reading('06-wakers.html', {}, async (page) => {
      await ignoreNews(page);
      await listed(page, ({ exercises, parts }) => solve(exercises.filter(({ chapter }) => parts[0].chapters.includes(chapter))));
      await page.reload();
      const then = page.locator('section.exercise .then').last();
      await then.getByText('Part I. Futures from first principles is complete.').waitFor();
      assert.match(await then.innerText(), /Next: .*, about \d+ minutes$/);
      await then.getByRole('link', { name: 'See what you have built.' }).click();
      await page.waitForURL('**/finished-1.html');
      await page.locator('.standing.done', { hasText: /^You have solved all \d+ exercises of this part\./ }).waitFor();
      await screenshot(page, 'part-finished');
      await settle(page);
    });
    await reading('12-priorities.html', { colorScheme: 'dark' }, async (page) => {
      await ignoreNews(page);
      await listed(page, ({ exercises }) => solve(exercises));
      await page.reload();
      const then = page.locator('section.exercise .then').last();
      await then.getByText(/That was the last one\. All \d+ exercises are done\./).waitFor();
      assert.doesNotMatch(await then.innerText(), /Next:/);
      await then.getByRole('link').click();
      await page.waitForURL('**/finished.html');
      await page.locator('.standing.done').waitFor();
      await assertAccessible(page, 'the end of the book, dark');
      await screenshot(page, 'book-finished');
      await settle(page);
    });
  });

  test('the sidebar has an entry for each exercise of the page, and shows those of others on demand', async () => {
    await reading('02-generators.html', {}, async (page) => {
      const lists = page.locator('#mdbook-sidebar .exercise-entries:visible');
      await lists.first().waitFor();
      assert.equal(await lists.count(), 1);
      assert.equal(await lists.locator('li').count(), await page.locator('section.exercise').count());
      await page.locator('#mdbook-sidebar button.progress[aria-controls="exercises-of-03-state-machines"]').click();
      assert.equal(await lists.count(), 2);
      await assertAccessible(page, 'the sidebar with two lists', CHEAP);
      await lists.last().getByRole('link').first().click();
      await page.waitForURL('**/03-state-machines.html#exercise-*');
    });
  });

  test('the path of an exercise can be copied, and links open it where the work begins', async () => {
    await reading('02-generators.html', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      const panel = page.locator('section.exercise').first();
      const file = path.join(book().tree.root, await panel.getAttribute('data-file'));
      const line = (await fs.readFile(file, 'utf8')).split('\n').findIndex((text) => text.includes('todo!')) + 1;
      assert.ok(line > 1);
      await panel.locator('.place summary').click();
      await panel.getByRole('button', { name: 'Copy' }).click();
      await panel.getByRole('button', { name: 'Copied' }).waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${file}:${line}`);
      const links = await panel.locator('.place a').evaluateAll((all) => all.map(({ href }) => href));
      assert.deepEqual(links.slice(0, 2), [`vscode://file${file}:${line}`, `zed://file${file}:${line}`]);
      assert.equal(links[2], `rustrover://open?file=${encodeURIComponent(file)}&line=${line}`);
      await assertAccessible(page, 'a panel with the place of its file', CHEAP);
    });
  });

  test('a panel names what an update changed in a begun exercise, and shows the change', async () => {
    const { root } = book().tree;
    await reading('02-generators.html', {}, async (page) => {
      const panel = page.locator('section.exercise').last();
      const file = path.join(root, await panel.getAttribute('data-file'));
      const start = path.join(root, (await panel.getAttribute('data-test')).replace('work/', 'work/.skeletons/'));
      const [before, then] = await Promise.all([file, start].map((one) => fs.readFile(one, 'utf8')));
      try {
        await fs.writeFile(start, then.replace('fn ', 'fn once_'));
        await fs.writeFile(file, `${before}// begun\n`);
        await page.reload();
        const note = panel.locator('.changed');
        await note.getByText('This exercise has changed since you began it: its test. Your file is as you left it.').waitFor();
        await note.scrollIntoViewIfNeeded();
        await assertAccessible(page, 'a panel with a change', CHEAP);
        await screenshot(page, 'exercise-changed');
        await note.getByRole('button', { name: 'Show what changed' }).click();
        await note.locator('.diff .removed', { hasText: 'fn once_' }).waitFor();
        // The verdict on the save leaves the change on the page.
        await panel.locator('.verdict').waitFor(within);
        assert.equal(await note.locator('.diff').count(), 1);
        await page.reload();
        await panel.getByRole('button', { name: 'Run tests' }).waitFor();
        await panel.locator('.verdict').waitFor(within);
        assert.equal(await note.isVisible(), false);
      } finally {
        await fs.writeFile(file, before);
      }
    });
  });

  test('an exercise that was solved before it changed, or that fails now, is marked in its panel and in the list', async () => {
    await reading('02-generators.html', {}, async (page) => {
      await ignoreNews(page);
      let failing;
      await listed(page, ({ exercises }) => {
        const [first, second] = exercises.filter(({ chapter }) => chapter === '02-generators');
        Object.assign(first, { state: 'solved', solved: true, outdated: true });
        Object.assign(second, { state: 'failing', solved: true });
        failing = second.id;
      });
      await page.reload();
      await page.locator('section.exercise .chip').first().getByText('solved before it changed').waitFor();
      await page.goto(new URL('progress.html', page.url()).href);
      await page.locator('.exercise-list .state', { hasText: 'solved before it changed' }).waitFor();
      await page.locator('.standing .sum', { hasText: /solved.*, but 1 of them has changed since you solved it\./ }).waitFor();
      await page.locator(`.exercise-list li[data-id="${failing}"]`, { hasText: 'solved earlier, fails now' }).waitFor();
      await settle(page);
    });
  });

  test('news about the files of the reader are above the page until they are read', async () => {
    for (const colorScheme of ['light', 'dark']) {
      await reading('02-generators.html', { colorScheme, width: 400 }, async (page) => {
        await listed(page, (list) => {
          list.news = ['The exercise a/b is now a/c. Your file was moved with it: `b.rs`.', 'New exercises: a/d.'];
        });
        await page.reload();
        const news = page.locator('aside.news');
        await news.locator('li', { hasText: 'Your file was moved with it: b.rs.' }).waitFor();
        assert.equal(await news.locator('li').count(), 2);
        await assertAccessible(page, 'a page with news', CHEAP);
        await assertNoSidewaysScroll(page, 'a page with news');
        await screenshot(page, `news-${colorScheme}`);
        await news.getByRole('button', { name: 'I have read this' }).click();
        await news.waitFor({ state: 'hidden' });
        await settle(page);
      });
    }
  });

  test('on a phone each test name is beside its mark, and a question is inside its box', async () => {
    await reading('02-generators.html', { width: 360, height: 740 }, async (page) => {
      const panel = page.locator('section.exercise').first();
      await panel.getByRole('button', { name: 'Run tests' }).click();
      // The panel may still show the verdict of an earlier test, with fewer names, until the new one comes.
      const measured = await page.waitForFunction(() => {
        const names = [...document.querySelector('section.exercise').querySelectorAll('.tests .name')];
        return names.length > 2 && names.map((name) => {
          const [mark, code] = [name.querySelector('.mark'), name.querySelector('code')].map((part) => part.getClientRects()[0]);
          const last = new Set([...name.querySelector('.last').getClientRects()].map(({ top }) => top));
          return { below: Math.round((code.top - mark.top) / mark.height), ends: last.size };
        });
      }, null, within);
      const apart = await measured.jsonValue();
      for (const one of apart) assert.deepEqual(one, { below: 0, ends: 1 }, 'the triangle is in the last line of the name');
      await screenshot(page, 'telephone-tests');
      const outside = await page.locator('form.predict').evaluateAll((forms) => forms.filter((form) => {
        const [box, legend] = ['fieldset', 'legend'].map((part) => form.querySelector(part).getBoundingClientRect());
        return legend.top < box.top + 1 || legend.right > box.right;
      }).length);
      assert.equal(outside, 0);
    });
  });

  test('the search finds words in code and shows the text around it', async () => {
    await reading('introduction.html', {}, async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('resume');
      await page.locator('#mdbook-searchresults li').first().waitFor();
      const teasers = await page.locator('#mdbook-searchresults .teaser').allInnerTexts();
      assert.ok(teasers.length > 5);
      for (const teaser of teasers) assert.doesNotMatch(teaser, /pub fn|let mut|#\[|\u2063/);
    });
  });

  test('a chapter is printed in light colours on few pages', async () => {
    await reading('02-generators.html', { colorScheme: 'dark' }, async (page) => {
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
      const sheets = pdf.match(/\/Type\s*\/Page\b/g).length;
      assert.ok(sheets > 5 && sheets <= 22, `${sheets} pages`);
      await page.emulateMedia({ media: 'print' });
      const paper = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
      assert.equal(paper, 'light');
      assert.equal(await page.locator('section.tests').isVisible(), false);
    });
  });
}
