// A reader: a browser window with a colour scheme and a width. It records every error of the page.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { chromium } from 'playwright-core';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The flags of every browser that a test starts. */
export const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

/** Starts the browser that `CHROMIUM` names. */
export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
}

/** Opens a window. Returns its page, the complaints of that page, and a function that closes it. */
export async function openPage(browser, { width = 1440, height = 900, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`threw: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    // Leaving a page closes its streams, which is not an error.
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') complaints.push(`request failed: ${request.url()} ${reason}`);
  });
  return { page, complaints, close: () => context.close() };
}

/** Fails if the page breaks one of these rules of axe, or any rule if there is no list. */
export async function assertAccessible(page, what, rules) {
  // Wait for colours that are still fading in, because their contrast is not final yet.
  // An animation without an end is measured at rest.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((a) =>
    (a.effect.getComputedTiming().iterations === Infinity ? a.cancel() : a.finished))));
  await page.evaluate(axe);
  const options = rules ? { runOnly: rules } : {};
  const { violations } = await page.evaluate((chosen) => window.axe.run(chosen), options);
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.target.join(' ')}`));
  assert.deepEqual(lines, [], `axe on ${what}`);
}

/** Fails if the page, or its text, can be scrolled sideways. */
export async function assertNoSidewaysScroll(page, what) {
  const over = await page.evaluate(() => {
    const text = document.querySelector('.content');
    return Math.max(document.documentElement.scrollWidth - innerWidth, text.scrollWidth - text.clientWidth);
  });
  assert.ok(over <= 0, `${what} is ${over} pixels too wide`);
}

/** Saves a screenshot in the directory `SCREENSHOTS`, or does nothing without that variable. */
export async function screenshot(page, name, options = {}) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), ...options });
}
