// The connection to `cargo course`: its token, its requests and its events.
//
// A page contains the token only if `cargo course` served it. The published book uses nothing from
// this file.

import { element, prose } from './dom.js';
import { follow } from './stream.js';

const NOTICE_AFTER_MS = 1200;

let token = document.querySelector('meta[name="course-token"]')?.content ?? null;

/** The error for a request that did not succeed. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.error ?? body?.message ?? `cargo course answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Sends a request. Returns the raw response if it succeeded. */
export async function send(method, path, { body, signal } = {}) {
  const attempt = () =>
    fetch(path, {
      method,
      signal,
      headers: { 'x-course-token': token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  let response;
  try {
    response = await attempt();
    if ([401, 403].includes(response.status) && (await renewToken())) response = await attempt();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Error('cargo course does not answer. Is it still running in its terminal?');
  }
  if (response.ok) return response;
  throw new Refused(response.status, await response.json().catch(() => null));
}

/** Sends a request. Returns the JSON of the response, or `null` for an empty one. */
export async function call(method, path, body) {
  const response = await send(method, path, { body });
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

/** The address for an action on one exercise. */
export function exercisePath(id, action) {
  return `/api/exercises/${id.split('/').map(encodeURIComponent).join('/')}/${action}`;
}

// A restarted server has a new token. The page that it serves now contains that token.
async function renewToken() {
  const page = await fetch(location.href, { cache: 'no-store' }).then((answer) => answer.text()).catch(() => '');
  const found = new DOMParser().parseFromString(page, 'text/html').querySelector('meta[name="course-token"]')?.content;
  if (!found || found === token) return false;
  token = found;
  return true;
}

/**
 * Server-sent events from `path` while the tab is visible. `names` maps the name of an event to the
 * function for its data. We call `opened` each time a stream begins, so that the caller can fetch
 * what it missed.
 */
export function events(path, names, { opened = () => {}, lost = () => {} } = {}) {
  follow(path, Object.keys(names), {
    address: () => `${path}?token=${encodeURIComponent(token)}`,
    renew: renewToken,
    tell: (message) => {
      if (message.opened) opened();
      else if (message.lost) lost();
      else names[message.name](message.data);
    },
  });
}

/** The bar at the bottom of the page. It reports a lost connection or a book that does not build. */
export const status = (() => {
  const strip = element('div', { class: 'course-status', role: 'status', hidden: true });
  const current = { offline: null, problem: null };
  let pending = null;
  const draw = () => {
    const message = current.offline ?? current.problem;
    strip.hidden = message === null;
    strip.classList.toggle('offline', current.offline !== null);
    // A message of the server begins like an error. A path at its start stays as it is.
    const sentence = (message ?? '').replace(/^[a-z](?=[a-z]* )/, (first) => first.toUpperCase());
    strip.replaceChildren(...prose(sentence));
    if (!strip.isConnected) document.body.append(strip);
  };
  return {
    offline() {
      if (pending || current.offline) return;
      // A quick restart of the server does not need a message.
      pending = setTimeout(() => {
        current.offline = 'The connection to cargo course is lost. Start it again in its terminal, and this page will reconnect by itself.';
        draw();
      }, NOTICE_AFTER_MS);
    },
    online() {
      clearTimeout(pending);
      pending = null;
      current.offline = null;
      draw();
    },
    problem(message) {
      current.problem = message;
      draw();
    },
  };
})();
