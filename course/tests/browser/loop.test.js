// A reader's way through one chapter: read, run, solve.

import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { testLooks } from './looks.js';
import { testProgress } from './progress.js';
import { assertAccessible, assertNoSidewaysScroll, openBrowser, openPage, screenshot } from './reader.js';
import { serve } from './server.js';
import { copyOfRepository } from './tree.js';

const CHAPTER = '02-generators.html';
// The first test run of an exercise compiles the chapter, and the machine may be busy.
const VERDICT_WITHIN = { timeout: 120_000 };

let tree;
let server;
let browser;
/** The pages in the sidebar. */
let pages;

before(async () => {
  tree = await copyOfRepository();
  server = await serve(tree.root);
  browser = await openBrowser();
  await reading('', {}, async (page) => {
    await page.locator('#mdbook-sidebar a[href]').first().waitFor();
    const links = await page.locator('#mdbook-sidebar .chapter-link-wrapper > a[href]').evaluateAll((all) => all.map((link) => link.getAttribute('href').split('#')[0]));
    // The pages at the ends of the parts are alike, so the first of them stands for all.
    const alike = ['finished-2.html', 'finished.html'];
    pages = [...new Set(links)].filter((link) => link.endsWith('.html') && !alike.includes(link));
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await tree?.remove();
});

async function reading(file, options, act) {
  const window = await openPage(browser, options);
  try {
    await window.page.goto(`${server.address}/${file}`);
    await act(window.page);
    assert.deepEqual(window.complaints, [], `complaints of ${file}`);
  } finally {
    // The page may still be asking for something that a test changes.
    await window.page.unrouteAll({ behavior: 'ignoreErrors' });
    await window.close();
  }
}

test('every page of the book opens from the front page without an error', async () => {
  await reading('', {}, async (page) => {
    assert.match(await page.title(), /Wakeful/);
    await page.locator('#mdbook-sidebar a', { hasText: '02 Generators' }).click();
    await page.waitForURL(`**/${CHAPTER}`);
    assert.match(await page.locator('main h1').innerText(), /Generators/);
  });
  assert.ok(pages.includes(CHAPTER) && pages.includes('inspector.html'), pages.join());
  for (const file of pages) await reading(file, {}, (page) => page.locator('main h1').waitFor());
});

test('a prediction shows the answer to the choice, and the page remembers the choice', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const form = page.locator('form.predict').first();
    const wrong = form.locator('input:not([data-right])').first();
    await wrong.check();
    const because = form.locator('.because:visible');
    assert.equal(await because.count(), 1, 'only the answer to the choice is visible');
    const said = await because.innerText();
    await form.locator('input[data-right]').check();
    assert.notEqual(await form.locator('.because:visible').innerText(), said);
    await page.reload();
    // The module that remembers the choice loads after the page.
    await page.locator('form.predict').first().locator('input[data-right]:checked').waitFor({ state: 'attached' });
  });
});

test('a block runs on this machine, and runs again after an edit', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const block = page.locator('.runnable').first();
    await block.getByRole('button', { name: '▶ Run' }).click();
    await block.locator('.run-state[data-done="good"]').waitFor(VERDICT_WITHIN);
    await block.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('fn main() {\nprintln!("edited: {}", 6 * 7);');
    await page.keyboard.press('Enter');
    await page.keyboard.type('}');
    await page.keyboard.press('ControlOrMeta+Enter');
    await block.locator('.run-output', { hasText: 'edited: 42' }).waitFor(VERDICT_WITHIN);
    await block.getByRole('button', { name: 'Reset' }).click();
    assert.equal(await block.locator('textarea').count(), 0);
  });
});

test('edits to a block survive a reload, a reset takes them away, and they can be brought back', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const blocks = page.locator('.runnable');
    const first = blocks.first();
    const original = await first.locator('pre code').innerText();
    await first.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('// Mine.');
    await page.reload();
    await first.locator('textarea').waitFor();
    assert.equal(await first.locator('textarea').inputValue(), '// Mine.');
    assert.equal(await page.locator('.runnable textarea').count(), 1, 'other blocks are as the book has them');
    await assertAccessible(page, 'a block with kept edits');

    await first.getByRole('button', { name: 'Reset' }).click();
    assert.equal(await first.locator('pre code').first().innerText(), original);
    await first.getByRole('button', { name: 'Bring back my edits' }).click();
    assert.equal(await first.locator('textarea').inputValue(), '// Mine.');
    await first.getByRole('button', { name: 'Reset' }).click();
    await page.reload();
    await first.getByRole('button', { name: 'Edit', exact: true }).waitFor();
    assert.equal(await page.locator('.runnable textarea').count(), 0);
  });
});

test('edits to a block that the book has changed since are shown and marked', async () => {
  await reading(CHAPTER, {}, async (page) => {
    await page.evaluate(() => {
      const older = [{ nth: 0, original: 'fn older() {}', text: '// Mine, of before.' }];
      localStorage.setItem(`course-blocks-${location.pathname}`, JSON.stringify(older));
    });
    await page.reload();
    const first = page.locator('.runnable, .fails').first();
    await first.locator('textarea').waitFor();
    assert.equal(await first.locator('textarea').inputValue(), '// Mine, of before.');
    await first.locator('.run-state', { hasText: 'The book has changed this block' }).waitFor();
  });
});

test('a block that must not compile shows its error, and new output replaces the old', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const fails = page.locator('.fails').first();
    const code = await fails.getAttribute('data-code');
    await fails.getByRole('button', { name: '▶ Run' }).click();
    await fails.locator('.run-state[data-done="good"]', { hasText: `as expected: ${code}` }).waitFor(VERDICT_WITHIN);
    await fails.locator('.run-output', { hasText: `error[${code}]` }).waitFor();
    await assertAccessible(page, 'a block that failed as expected');
    await fails.scrollIntoViewIfNeeded();
    await screenshot(page, 'fails-as-expected');

    const block = page.locator('.runnable:has(+ figure.output)').first();
    const printed = page.locator('.runnable + figure.output').first();
    const size = (part) => part.evaluate((node) => Math.round(10 * Number.parseFloat(getComputedStyle(node).fontSize)));
    const before = await size(printed.locator('code'));
    await block.getByRole('button', { name: '▶ Run' }).click();
    await block.locator('.run-state[data-done="good"]').waitFor(VERDICT_WITHIN);
    assert.equal(await printed.isVisible(), false, 'the page shows the output only once');
    assert.equal(await size(block.locator('.run-output')), before);
    await block.scrollIntoViewIfNeeded();
    await screenshot(page, 'block-ran');
  });
});

test('a block that does not compile shows the error, and an endless block can be stopped', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const block = page.locator('.runnable').first();
    await block.getByRole('button', { name: 'Edit', exact: true }).click();
    await block.locator('textarea').fill('fn main() { let x: u8 = "no"; }');
    await block.getByRole('button', { name: '▶ Run' }).click();
    await block.locator('.run-output', { hasText: 'E0308' }).waitFor(VERDICT_WITHIN);
    await block.locator('textarea').fill('fn main() { println!("for ever"); loop { std::thread::yield_now(); } }');
    await block.getByRole('button', { name: '▶ Run' }).click();
    await block.locator('.run-output', { hasText: 'for ever' }).waitFor(VERDICT_WITHIN);
    await block.getByRole('button', { name: '■ Stop' }).click();
    await block.locator('.run-state[data-done="cancelled"]').waitFor();
  });
});

test('an exercise fails by a named test, gives a hint, and turns green after a save', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const panel = page.locator('section.exercise').first();
    const file = await panel.getAttribute('data-file');
    const id = await panel.getAttribute('data-id');
    const skeleton = await fs.readFile(path.join(tree.root, file), 'utf8');
    const tests = await fs.readFile(path.join(tree.root, await panel.getAttribute('data-test')), 'utf8');
    await panel.scrollIntoViewIfNeeded();

    // The reader only has to save the file.
    await fs.writeFile(path.join(tree.root, file), `${skeleton}\n// A first look.\n`);
    await panel.and(page.locator('[data-state="failing"]')).waitFor(VERDICT_WITHIN);
    const failed = await panel.locator('.tests .failed .name code').allInnerTexts();
    const firsts = await panel.locator('.tests .failed summary code').allInnerTexts();
    const places = firsts.map((name) => tests.indexOf(`fn ${name}()`));
    assert.deepEqual(places, places.toSorted((a, b) => a - b), 'the tests have the order of their file');
    const messages = await panel.locator('.tests .failed pre').allTextContents();
    assert.equal(new Set(messages).size, messages.length, 'a message of several tests appears once');
    const same = await panel.locator('.tests .failed .same').allInnerTexts();
    assert.equal(same.length, failed.length - messages.length, 'each test without a message says whose message it has');
    assert.ok(same.length > 0, 'two tests fail for the same reason');
    for (const text of same) assert.ok(firsts.some((name) => text === `the same as ${name}`), text);
    assert.ok(failed.length > 0, 'the panel names the tests that fail');
    for (const name of failed) assert.ok(tests.includes(`fn ${name}()`), `${name} is a test of the exercise`);
    await screenshot(page, 'exercise-red');
    await assertAccessible(page, 'a red panel');

    await panel.getByRole('button', { name: 'Hint 1 of 3' }).click();
    await panel.locator('.hints li').first().waitFor();
    assert.equal(await panel.locator('.hints li').count(), 1);

    const solution = file.replace(/^work\//, 'solutions/');
    await fs.copyFile(path.join(tree.root, solution), path.join(tree.root, file));
    await panel.and(page.locator('[data-state="solved"]')).waitFor(VERDICT_WITHIN);
    assert.equal(await panel.locator('.tests .failed').count(), 0);
    await page.locator('#mdbook-sidebar .progress').getByText(/^1\//).waitFor();
    await assertAccessible(page, 'a green panel');
    await screenshot(page, 'exercise-green');

    const second = page.locator('section.exercise').nth(1);
    await second.getByRole('button', { name: 'Run tests' }).click();
    await second.and(page.locator('[data-state="failing"]')).waitFor(VERDICT_WITHIN);
    await page.setViewportSize({ width: 1280, height: 1240 });
    await panel.evaluate((node) => scrollTo({ top: node.getBoundingClientRect().top + scrollY - 130, behavior: 'instant' }));
    await screenshot(page, 'loop');

    await panel.getByRole('button', { name: 'Compare with the solution' }).click();
    await panel.locator('.solution > *').waitFor();
    await assertAccessible(page, 'a solution beside the reader\'s own');
    const progress = await fs.readFile(path.join(tree.root, 'progress.txt'), 'utf8');
    assert.match(progress, new RegExp(`^${id} solved`, 'm'));

    await panel.getByRole('button', { name: 'Reset', exact: true }).click();
    await panel.getByRole('button', { name: 'Reset the file' }).click();
    await panel.locator('.told', { hasText: 'kept in' }).waitFor();
    assert.equal(await fs.readFile(path.join(tree.root, file), 'utf8'), skeleton);
    // The verdict on the reset file keeps the message, and the next verdict removes it.
    await panel.and(page.locator('[data-state="failing"]')).waitFor(VERDICT_WITHIN);
    assert.match(await panel.locator('.told').innerText(), /kept in/);
    await fs.writeFile(path.join(tree.root, file), `${skeleton}\n// Once more.\n`);
    await panel.locator('.told:empty').waitFor({ state: 'attached', ...VERDICT_WITHIN });

    await panel.locator('.test-file summary').click();
    await panel.locator('.test-file pre', { hasText: '#[test]' }).waitFor();
    await assertAccessible(page, 'a panel with its tests');
    await screenshot(page, 'exercise-tests');
  });
});

test('a changed test does not count, and a solved exercise that fails now says both', async () => {
  await reading('03-state-machines.html', {}, async (page) => {
    const panel = page.locator('section.exercise').first();
    const inTree = async (name) => path.join(tree.root, await panel.getAttribute(name));
    const [file, test] = [await inTree('data-file'), await inTree('data-test')];
    const [skeleton, tests] = [await fs.readFile(file, 'utf8'), await fs.readFile(test, 'utf8')];
    await fs.writeFile(test, '#[test]\nfn always() {}\n');
    await panel.locator('.headline', { hasText: "is not the course's own." }).waitFor(VERDICT_WITHIN);
    assert.equal(await panel.getAttribute('data-state'), 'failing');
    await panel.locator('.advice', { hasText: 'restores only this file' }).waitFor();
    await assertAccessible(page, 'a panel with a changed test');

    await fs.writeFile(test, tests);
    await fs.copyFile(file.replace(`${path.sep}work${path.sep}`, `${path.sep}solutions${path.sep}`), file);
    await panel.and(page.locator('[data-state="solved"]')).waitFor(VERDICT_WITHIN);
    await fs.writeFile(file, skeleton);
    await panel.getByText('solved earlier, fails now').waitFor(VERDICT_WITHIN);

    await fs.rm(file);
    await panel.locator('.headline', { hasText: /^Not tested: work\/.* is missing\.$/ }).waitFor(VERDICT_WITHIN);
    await fs.writeFile(file, skeleton);
    await panel.locator('.headline', { hasText: /^Not tested/ }).waitFor({ state: 'hidden', ...VERDICT_WITHIN });
  });
});

test('after a reload the page shows the earlier hints in their order', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const panel = page.locator('section.exercise').nth(2);
    const id = await panel.getAttribute('data-id');
    const hint = panel.getByRole('button', { name: /^Hint|hints shown/ });
    const shown = panel.locator('.hints li');
    for (const n of [1, 2, 3]) {
      await hint.click();
      await shown.nth(n - 1).waitFor();
    }
    const before = await shown.allInnerTexts();
    // Delay the answers so that they would arrive in the wrong order.
    await page.route(`**/api/exercises/${id}/hint?n=*`, async (route) => {
      const n = Number(new URL(route.request().url()).searchParams.get('n'));
      await new Promise((resume) => setTimeout(resume, 150 * (3 - n)));
      await route.continue();
    });
    await page.reload();
    await hint.and(page.locator('[aria-disabled="true"]')).waitFor();
    await shown.nth(2).waitFor({ timeout: 3000 });
    assert.deepEqual(await shown.allInnerTexts(), before);
  });
});

test('code in a hint can contain backticks', async () => {
  await reading('how-to.html', {}, async (page) => {
    const told = await page.evaluate(async () => {
      const { prose } = await import('/widgets/dom.js');
      const spans = (text) => prose(text).map((piece) => (typeof piece === 'string' ? piece : [piece.textContent]));
      return ['a `b` c', 'say `` x`y `` and `z`', 'a lone ` stays', '`` `q` ``.'].map(spans);
    });
    assert.deepEqual(told, [['a ', ['b'], ' c'], ['say ', ['x`y'], ' and ', ['z']], ['a lone ` stays'], [['`q`'], '.']]);
  });
});

test('a problem is a sentence at the bottom of the page, with its code as code', async () => {
  await reading('how-to.html', { colorScheme: 'dark' }, async (page) => {
    // When the stream opens, the page forgets earlier problems. Then it asks for the exercises.
    await page.locator('#mdbook-sidebar .progress').first().waitFor();
    const show = (message) => page.evaluate(async (said) => (await import('/widgets/api.js')).status.problem(said), message);
    const strip = page.locator('.course-status');
    await show('the folder work is missing. Help: `cargo course list` makes it again');
    assert.equal(await strip.innerText(), 'The folder work is missing. Help: cargo course list makes it again');
    assert.equal(await strip.locator('code').innerText(), 'cargo course list');
    await assertAccessible(page, 'a page with a problem', ['color-contrast']);
    await show('book/src/a.md:1: cannot read it');
    assert.equal(await strip.innerText(), 'book/src/a.md:1: cannot read it');
  });
});

test('a file that does not compile shows the compiler\'s message', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const panel = page.locator('section.exercise').nth(1);
    const file = path.join(tree.root, await panel.getAttribute('data-file'));
    const skeleton = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, `${skeleton}\nfn wrong() -> u8 { "no number" }\n`);
    await panel.locator('.terminal', { hasText: 'E0308' }).waitFor(VERDICT_WITHIN);
    await assertAccessible(page, 'a panel with a compiler error');
    await panel.scrollIntoViewIfNeeded();
    await screenshot(page, 'exercise-does-not-compile');
    const other = page.locator('section.exercise').nth(0);
    await other.getByRole('button', { name: 'Run tests' }).click();
    await other.locator('.chip', { hasText: `waits for ${path.basename(file)}` }).waitFor(VERDICT_WITHIN);
    await other.locator('.advice', { hasText: path.basename(file) }).waitFor();
    await assertAccessible(page, 'a panel that waits for another');
    await other.scrollIntoViewIfNeeded();
    await screenshot(page, 'exercise-waits');
    await fs.writeFile(file, skeleton);
    await panel.locator('.tests .failed').first().waitFor(VERDICT_WITHIN);
  });
});

test('an edited page shows the new text at the same place', async () => {
  await reading('glossary.html', { height: 500 }, async (page) => {
    const file = path.join(tree.root, 'book/src/glossary.md');
    const text = await fs.readFile(file, 'utf8');
    await page.locator('#yield').scrollIntoViewIfNeeded();
    const place = await page.evaluate(() => scrollY);
    assert.ok(place > 0);
    await fs.writeFile(file, `${text}\nZenith\n: The end of the alphabet.\n`);
    await page.locator('#zenith').waitFor(VERDICT_WITHIN);
    await page.waitForFunction((before) => Math.abs(scrollY - before) < 2, place);
    await fs.writeFile(file, text);
    await page.locator('#zenith').waitFor({ state: 'detached', ...VERDICT_WITHIN });
  });
});

test('the keyboard alone steps a recorded run and does not turn the page', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const player = page.locator('section.widget .player').first();
    await player.waitFor();
    await player.focus();
    const position = () => player.locator('.position').innerText();
    const here = () => player.locator('.here').evaluate((bar) => bar.style.getPropertyValue('--line'));
    const [first, line] = [await position(), await here()];
    assert.match(first, /^step 1 of \d+$/);
    await page.keyboard.press('ArrowRight');
    assert.match(await position(), /^step 2 of/);
    for (let steps = 0; (await here()) === line && steps < 5; steps += 1) await page.keyboard.press('ArrowRight');
    assert.notEqual(await here(), line, 'the marked line moved');
    await page.keyboard.press('End');
    const last = first.replace(/^step 1 of (\d+)$/, 'step $1 of $1');
    assert.equal(await position(), last);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Space');
    await player.locator('.position', { hasText: last }).waitFor();
    await page.keyboard.press('Home');
    assert.equal(await position(), first);
    assert.ok(page.url().endsWith(CHAPTER), 'the arrows did not turn the page');
    for (let steps = 0; steps < 5; steps += 1) await page.keyboard.press('ArrowRight');
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
    await screenshot(page, 'widget');
  });
});

test('on a page with a recorded run, the arrows step it even before a click', async () => {
  await reading(CHAPTER, {}, async (page) => {
    const player = page.locator('section.widget .player').first();
    await player.waitFor();
    await player.scrollIntoViewIfNeeded();
    await page.keyboard.press('ArrowRight');
    await player.locator('.position', { hasText: /^step 2 of/ }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await player.locator('.position', { hasText: /^step 1 of/ }).waitFor();
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    await page.keyboard.press('ArrowLeft');
    await page.waitForTimeout(300); // enough time for the page to turn, if it were to turn
    assert.ok(page.url().endsWith(CHAPTER), page.url());
    await player.locator('.position', { hasText: /^step 1 of/ }).waitFor();
  });
});

test('the inspector shows the tasks of the server that serves it', async () => {
  await reading('inspector.html', {}, async (page) => {
    await page.locator('.inspector .tasks tbody tr', { hasText: '.rs:' }).first().waitFor();
    await page.locator('.inspector .sockets tbody tr').first().waitFor();
    await assertAccessible(page, 'the inspector');
    await screenshot(page, 'inspector');
  });
});

test('a module says what it needs, is filled from the page, and the sidebar counts the runtime', async () => {
  const needed = 'waiting/deadlines';
  for (const colorScheme of ['light', 'dark']) {
    await reading('01-waiting.html', { colorScheme }, async (page) => {
      // The panel as it is when a test ran into a module that is not solved yet.
      await page.route('**/api/exercises', async (route) => {
        const response = await route.fetch();
        const list = await response.json();
        const one = list.exercises.find(({ id }) => id === 'waiting/pump');
        const message = `needs \`${needed}\`: solve it, or put our solution in place with \`cargo course fill ${needed}\``;
        Object.assign(one, {
          state: 'failing',
          verdict: {
            outcome: 'failed', diagnostics: '', needs: [needed], advice: message, cargo_ms: 1, total_ms: 2, revision: 'before',
            tests: [{ name: 'it_waits', status: 'failed', message }],
          },
        });
        await route.fulfill({ response, json: list });
      });
      await page.reload();
      const panel = page.locator('section.exercise[data-id="waiting/pump"]');
      await panel.locator('.chip', { hasText: `needs ${needed}` }).waitFor();
      assert.match(await panel.locator('.headline').innerText(), /waiting\/deadlines, which is not solved yet/);
      const module = page.locator(`section.exercise[data-id="${needed}"]`);
      await module.locator('.facts', { hasText: 'module deadlines of your runtime' }).waitFor();
      const runtime = page.locator('#mdbook-sidebar .runtime-progress');
      assert.match(await runtime.innerText(), /Your runtime: 0 of \d+ modules/);
      await assertAccessible(page, `a module that needs another, ${colorScheme}`);
      await panel.scrollIntoViewIfNeeded();
      await screenshot(page, `module-needs-${colorScheme}`);

      await panel.getByRole('button', { name: `Use our solution of ${needed}` }).click();
      await panel.locator('.told', { hasText: 'is our solution now' }).waitFor();
      await runtime.getByText('1 filled with our solution').waitFor();
      await panel.locator('.needs').waitFor({ state: 'hidden', ...VERDICT_WITHIN });
      const solution = await fs.readFile(path.join(tree.root, 'work/my-runtime/src/deadlines.rs'), 'utf8');
      assert.ok(!solution.includes('todo!') && !solution.includes('hole:'), solution);
      await assertAccessible(page, `a module that is filled, ${colorScheme}`);
      await runtime.scrollIntoViewIfNeeded();
      await screenshot(page, `module-filled-${colorScheme}`);
      await module.getByRole('button', { name: 'Reset', exact: true }).click();
      await module.getByRole('button', { name: 'Reset the file' }).click();
      // The watcher may already have tested the skeleton again.
      await module.and(page.locator('[data-state="todo"], [data-state="failing"]')).waitFor(VERDICT_WITHIN);
    });
  }
});

testProgress({ reading, book: () => ({ server, tree }), within: VERDICT_WITHIN });
testLooks({ reading, book: () => ({ server, pages }) });

test('a page reports a stopped server and reconnects to the next one', async () => {
  // Here the browser may report that the server is gone.
  const { page, close } = await openPage(browser);
  try {
    await page.goto(`${server.address}/${CHAPTER}`);
    await page.locator('#mdbook-sidebar .progress').first().waitFor();
    await server.stop();
    await page.locator('.course-status', { hasText: 'cargo course' }).waitFor();
    server = await serve(tree.root, new URL(server.address).port);
    await page.locator('.course-status').waitFor({ state: 'hidden' });
    // The new server has a new token, and the page has found it by itself.
    const panel = page.locator('section.exercise').first();
    await panel.getByRole('button', { name: 'Run tests' }).click();
    await panel.and(page.locator('[data-state="failing"]')).waitFor(VERDICT_WITHIN);
  } finally {
    await close();
  }
});
