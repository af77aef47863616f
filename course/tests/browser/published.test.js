// The published book, as a reader finds it on the web, and as a reader opens it from a disk.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { assertAccessible, assertNoSidewaysScroll, openBrowser, openPage, screenshot } from './reader.js';
import { program } from './server.js';
import { copyOfRepository } from './tree.js';

const run = promisify(execFile);
const ADDRESS = 'https://books.example/wakeful/';
const REPOSITORY = 'https://forge.example/me/wakeful';
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', woff2: 'font/woff2', png: 'image/png' };
// Of this chapter, each block has a file. Of the other, none has.
const CHAPTER = '02-generators.html';
const LOCAL_CHAPTER = '09-timers.html';

let tree;
let folder;
let server;
let browser;
/** How to open a page: as a file of a book without an address, or over HTTP from a book with one. */
let places;

before(async () => {
  tree = await copyOfRepository();
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'wakeful-published-'));
  const [plain, named] = [path.join(folder, 'plain'), path.join(folder, 'named')];
  await publish(plain);
  const toml = path.join(tree.root, 'book/book.toml');
  const keys = `[preprocessor.course]\naddress = "${ADDRESS}"\nrepository = "${REPOSITORY}"`;
  await fs.writeFile(toml, (await fs.readFile(toml, 'utf8')).replace('[preprocessor.course]', keys));
  await publish(named);
  server = await serveFolder(named);
  places = { 'a file': `${pathToFileURL(plain)}/`, 'the web': `http://127.0.0.1:${server.address().port}/` };
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  server?.close();
  await tree?.remove();
  if (folder) await fs.rm(folder, { recursive: true, force: true });
});

async function publish(out) {
  const [command, args] = program(['site', '--out', out]);
  await run(command, args, { cwd: tree.root });
}

async function serveFolder(root) {
  const answering = http.createServer(async (request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://x').pathname).replace(/\/$/, '/index.html');
    try {
      const body = await fs.readFile(path.join(root, path.normalize(name)));
      response.writeHead(200, { 'content-type': TYPES[name.split('.').pop()] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await once(answering, 'listening');
  return answering;
}

async function reading(place, file, options, act) {
  const window = await openPage(browser, options);
  const outside = [];
  window.page.on('request', (request) => {
    if (!request.url().startsWith(places[place])) outside.push(request.url());
  });
  try {
    await window.page.goto(places[place] + file);
    await act(window.page);
    assert.deepEqual(window.complaints, [], `complaints of ${file}`);
    assert.deepEqual(outside, [], `${file} asks only its own site`);
  } finally {
    await window.close();
  }
}

for (const place of ['a file', 'the web']) {
  test(`from ${place}, pages open without an error, and their widgets start`, async () => {
    await reading(place, 'index.html', {}, async (page) => {
      assert.match(await page.locator('main').innerText(), /On your own machine, the book does more[^]*cargo course[^]*cargo test/);
      const links = await page.locator('#mdbook-sidebar .chapter-link-wrapper > a[href]').evaluateAll((all) => all.map(({ href }) => href));
      const all = [...new Set(links.map((link) => link.split('#')[0]))];
      assert.ok(all.length > 20, all.join());
      // The chapters have the widgets. The pages are the same in both places, so a few show that the web has all files.
      const some = [CHAPTER, LOCAL_CHAPTER, 'progress.html', 'inspector.html'];
      const wanted = (address) => some.some((file) => address.endsWith(file)) || (place === 'a file' && /\/\d\d-/.test(address));
      const pages = all.filter(wanted);
      assert.ok(pages.length >= some.length, pages.join());
      let widgets = 0;
      for (const address of pages) {
        await page.goto(address);
        const counts = await page.evaluate(() => ({
          widgets: document.querySelectorAll('section.widget').length,
          runs: [...document.querySelectorAll('main button')].filter(({ textContent }) => /Run/.test(textContent)).length,
          live: document.querySelectorAll('.exercise button, .run-output, .inspector button, .course-status:not([hidden])').length,
        }));
        await page.waitForFunction((all) => document.querySelectorAll('section.widget > .player').length === all, counts.widgets);
        assert.equal(counts.live + counts.runs, 0, `${address} has no controls that need cargo course`);
        widgets += counts.widgets;
      }
      assert.ok(widgets >= (place === 'a file' ? 12 : 1), `${widgets} recorded runs`);
    });
  });

  test(`from ${place}, a recorded run can be stepped, a prediction answers, and a link opens another page`, async () => {
    await reading(place, CHAPTER, {}, async (page) => {
      const player = page.locator('.player').first();
      await player.getByRole('button', { name: 'Forward one step' }).or(player.getByRole('button', { name: 'Next' })).click();
      assert.match(await player.locator('.position').innerText(), /^step 2 of/);
      const form = page.locator('form.predict').first();
      await form.locator('input[data-right]').check();
      await page.reload();
      assert.equal(await form.locator('input[data-right]').isChecked(), true, 'the page remembers the answer');
      const entries = page.locator('#mdbook-sidebar .exercise-entries a');
      assert.equal(await entries.count(), await page.locator('section.exercise').count());
      assert.doesNotMatch((await entries.allInnerTexts()).join(), /Tell us/);
      await page.locator('section.exercise .static', { hasText: 'cargo course' }).first().waitFor();
      await page.locator('#mdbook-sidebar a', { hasText: '03 State machines' }).click();
      await page.waitForURL('**/03-state-machines.html');
      await page.locator('.player').first().waitFor();
    });
  });

  test(`from ${place}, a block is copied as one file that compiles and prints what the page shows`, async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    await reading(place, CHAPTER, { permissions }, async (page) => {
      const block = page.locator('.runnable').first();
      await block.getByRole('button', { name: 'Copy as one file' }).click();
      await block.locator('.run-state[data-done="good"]').waitFor();
      const link = await block.getByRole('link', { name: 'Rust playground' }).getAttribute('href');
      assert.match(link, /^https:\/\/play\.rust-lang\.org\/\?.*edition=2024/);
      await assertAccessible(page, 'a block that was copied', ['button-name', 'color-contrast', 'link-name', 'link-in-text-block']);
      const source = path.join(folder, 'block.rs');
      await fs.writeFile(source, await page.evaluate(() => navigator.clipboard.readText()));
      await run('rustc', ['--edition', '2024', '-o', path.join(folder, 'block'), source]);
      const { stdout } = await run(path.join(folder, 'block'));
      assert.equal(stdout.trim(), (await page.locator('.runnable + figure.output code').first().innerText()).trim());
    });
    await reading(place, LOCAL_CHAPTER, {}, async (page) => {
      await page.locator('.runnable .static', { hasText: /^Runs on your machine with cargo course\.$/ }).first().waitFor();
      assert.equal(await page.getByRole('button', { name: 'Copy as one file' }).count(), 0);
    });
  });

  test(`from ${place}, the search finds a page`, async () => {
    await reading(place, 'index.html', {}, async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('vtable');
      await page.locator('#mdbook-searchresults a').first().click();
      await page.waitForURL(/\.html\?highlight=vtable/);
    });
  });
}

test('without an address, a page names none and asks for no reports', async () => {
  await reading('a file', CHAPTER, {}, async (page) => {
    assert.equal(await page.locator('link[rel="canonical"], meta[property^="og:"], .tell-us, .tell').count(), 0);
  });
});

test('with an address, a page names itself, and a report names the page and the heading', async () => {
  await reading('the web', CHAPTER, {}, async (page) => {
    assert.equal(await page.locator('link[rel="canonical"]').getAttribute('href'), `${ADDRESS}${CHAPTER}`);
    assert.match(await page.locator('meta[property="og:title"]').getAttribute('content'), /^Generators/);
    const issue = async (link) => {
      const address = new URL(await link.getAttribute('href'));
      assert.equal(`${address.origin}${address.pathname}`, `${REPOSITORY}/issues/new`);
      return [address.searchParams.get('title'), address.searchParams.get('body').split('\n')[0]];
    };
    assert.deepEqual(await issue(page.locator('.tell-us a')), ['Generators: ', `Page: ${CHAPTER}`]);
    const heading = page.locator('main h2', { hasText: 'Predict' });
    assert.deepEqual(await issue(heading.locator('.tell')), ['Generators: Predict', `Page: ${CHAPTER}#predict`]);
    await page.keyboard.press('Escape');
    await heading.hover();
    await assertAccessible(page, 'a published chapter');
    await screenshot(page, 'published');
    const map = await page.evaluate(() => fetch('sitemap.xml').then((answer) => answer.text()));
    assert.ok(map.includes(`<loc>${ADDRESS}${CHAPTER}</loc>`) && map.includes(`<loc>${ADDRESS}</loc>`));
  });
});

test('on a phone in the dark, a published page fits and can be read', async () => {
  for (const file of ['index.html', CHAPTER, LOCAL_CHAPTER]) {
    await reading('the web', file, { width: 400, colorScheme: 'dark' }, async (page) => {
      await assertNoSidewaysScroll(page, file);
      await assertAccessible(page, `${file}, dark`, ['color-contrast']);
      await screenshot(page, `published-phone-${file}`);
    });
  }
});
