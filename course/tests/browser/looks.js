// How the pages look: colours, sizes, themes, and what is left of them without JavaScript.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertAccessible, assertNoSidewaysScroll, screenshot } from './reader.js';

const CHAPTER = '02-generators.html';

/** Adds the tests. `book()` gives the server and the names of the pages, once they are known. */
export function testLooks({ reading, book }) {
  // All pages in light, by all rules of axe. In dark, and on the smallest screen, all pages by the rules
  // whose result depends on the colours or on the size. The other cases use one page that has every kind
  // of element, by all rules.
  for (const [name, options, rules, some] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }, ['color-contrast', 'link-in-text-block']],
    ['dark, by all rules', { colorScheme: 'dark' }, undefined, [CHAPTER]],
    ['narrow', { width: 360, height: 740 }, undefined, [CHAPTER]],
    ['narrowest', { width: 320, height: 640 }, ['scrollable-region-focusable', 'target-size']],
    ['narrowest, by all rules', { width: 320, height: 640 }, undefined, [CHAPTER]],
    ['calm and contrasted', { colorScheme: 'dark', reducedMotion: 'reduce', contrast: 'more' }, undefined, [CHAPTER]],
  ]) {
    test(`${some ? 'a chapter' : 'every page'} is accessible and fits: ${name}`, async () => {
      for (const file of some ?? book().pages) {
        await reading(file, options, async (page) => {
          if (await page.locator('section.widget').count() > 0) await page.locator('.player').first().waitFor();
          await assertAccessible(page, `${file}, ${name}`, rules);
          await assertNoSidewaysScroll(page, `${file}, ${name}`);
          await screenshot(page, `${name.replaceAll(/\W+/g, '-')}-${file.replace('.html', '')}`, { fullPage: true });
        });
      }
    });
  }

  test('the book offers three themes and ignores the theme of another book', async () => {
    await reading('', {}, async (page) => {
      assert.equal(await page.title(), 'Wakeful');
      await page.evaluate(() => localStorage.setItem('mdbook-theme', 'coal'));
      await page.reload();
      const theme = () => page.evaluate(() => document.documentElement.className);
      assert.match(await theme(), /\blight\b/);
      await page.getByRole('button', { name: 'Change theme' }).click();
      assert.deepEqual(await page.locator('#mdbook-theme-list button').allInnerTexts(), ['Auto', 'Light', 'Dark']);
      await page.getByRole('menuitem', { name: 'Dark' }).click();
      assert.match(await theme(), /\bnavy\b/);
      assert.doesNotMatch(await theme(), /coal/);
    });
  });

  test('a margin note is beside its paragraph, and below it on a narrow page', async () => {
    await reading('01-waiting.html', { width: 1680, height: 1000 }, async (page) => {
      const notes = () => page.evaluate(() => [...document.querySelectorAll('aside.margin')].map((note) => {
        const [before, after] = [note.previousElementSibling, note.nextElementSibling];
        return { beside: after.tagName === 'P' && Math.abs(after.getBoundingClientRect().top - note.getBoundingClientRect().top) < 40, below: before.tagName === 'P' };
      }));
      assert.ok((await notes()).some(({ beside }) => beside));
      await screenshot(page, 'margin-notes', { fullPage: true });
      await page.setViewportSize({ width: 700, height: 900 });
      await page.waitForFunction(() => [...document.querySelectorAll('aside.margin')].some((note) => note.previousElementSibling.tagName === 'P'));
    });
  });

  test('on a phone a drawing is readable and a recorded run can be stepped', async () => {
    await reading('introduction.html', { width: 390, height: 700 }, async (page) => {
      const label = page.locator('figure.drawing svg text').first();
      const height = await label.evaluate((text) => text.getBoundingClientRect().height);
      assert.ok(height > 12, `${height} pixels high`);
      await assertNoSidewaysScroll(page, 'the introduction at 390');
      await screenshot(page, 'telephone-introduction');
      await page.goto(`${book().server.address}/${CHAPTER}`);
      const player = page.locator('.player').first();
      await player.waitFor();
      await player.evaluate((node) => scrollTo({ top: node.getBoundingClientRect().top + scrollY - 60, behavior: 'instant' }));
      const button = await player.getByRole('button', { name: 'Forward one step' }).or(player.getByRole('button', { name: 'Next' })).boundingBox();
      assert.ok(button.y + button.height <= 700, 'its buttons are visible');
      await assertAccessible(page, 'a recorded run at 390');
      await screenshot(page, 'telephone-player');
      await page.setViewportSize({ width: 1280, height: 900 });
      await player.scrollIntoViewIfNeeded();
      await screenshot(page, 'player-1280');
    });
  });

  test('a comparison has two columns on a wide page, and the old piece above the new on a narrow page', async () => {
    await reading(CHAPTER, { width: 1680 }, async (page) => {
      const figure = page.locator('figure.compare').first();
      // Measure both at once, because they move together while the page loads.
      const places = () => figure.evaluate((node) => ['.old', '.new'].map((side) => {
        const { left, top } = node.querySelector(`.changed ${side}`).getBoundingClientRect();
        return { left, top };
      }));
      const [old, come] = await places();
      assert.ok(come.left > old.left + 300 && come.top === old.top, JSON.stringify([old, come]));
      await figure.scrollIntoViewIfNeeded();
      await screenshot(page, 'compare');
      await page.setViewportSize({ width: 390, height: 800 });
      const [above, below] = await places();
      assert.ok(below.left === above.left && below.top > above.top, JSON.stringify([above, below]));
      assert.equal(await figure.locator('.again').first().isVisible(), false, 'unchanged lines appear once');
      await figure.locator('summary').click();
      assert.match(await figure.locator('details code').innerText(), /^[-+] /m);
      await assertAccessible(page, 'a comparison and its text');
      await assertNoSidewaysScroll(page, 'a comparison at 390');
    });
  });

  test('the dark theme is dark', async () => {
    await reading(CHAPTER, { colorScheme: 'dark' }, async (page) => {
      const brightness = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
      assert.ok(brightness < 150, `the background's parts sum to ${brightness}`);
    });
  });

  test('without JavaScript the book can still be read', async () => {
    await reading(CHAPTER, { javaScriptEnabled: false }, async (page) => {
      assert.ok((await page.locator('main').innerText()).length > 5000);
      await page.locator('section.exercise .static').first().waitFor();
      await page.locator('section.widget details.steps summary').first().waitFor();
      await page.locator('form.predict input').first().check();
      await page.locator('form.predict .because:visible').first().waitFor();
    });
  });
}
