// The page's only connection to `cargo course`. It fetches the exercises, passes changes on to the
// panels and the sidebar, and reloads a page after a rebuild.

import { call, events, status } from './api.js';
import * as exercise from './exercise.js';
import * as sidebar from './sidebar.js';

const SCROLL = 'course-scroll';

/** Connects the page. */
export function start(root) {
  restoreScroll();
  const known = new Map();
  const panels = new Map();
  for (const section of document.querySelectorAll('section.exercise')) {
    panels.set(section.dataset.id, exercise.mount(section));
  }
  let modules = 0; // of the reader's runtime, also those that later chapters add
  const learn = (one) => {
    known.set(one.id, one);
    panels.get(one.id)?.update(one);
    sidebar.show([...known.values()], root);
    sidebar.showRuntime([...known.values()], modules);
  };
  const refresh = async () => {
    const { exercises, runtime } = await call('GET', '/api/exercises');
    modules = runtime?.all ?? 0;
    exercises.forEach(learn);
  };
  events(
    '/api/events',
    {
      exercise: learn,
      problem: ({ message }) => status.problem(message),
      book: ({ pages }) => {
        status.problem(null);
        if (pages.some(isThisPage)) reload();
      },
    },
    {
      opened: () => {
        status.online();
        status.problem(null); // if the book still does not build, the server repeats the message
        refresh().catch((error) => status.problem(error.message));
        reloadIfRebuilt();
      },
      lost: () => status.offline(),
    },
  );
}

function isThisPage(page) {
  const here = location.pathname.replace(/^\//, '') || 'index.html';
  return here === page || here === page.replace(/\.html$/, '');
}

// A hidden tab hears of no rebuilt page. So each time a stream begins, this page is compared
// with what the server has. Their tokens may differ: each start of the server has its own.
let text = null;
async function reloadIfRebuilt() {
  const answer = await fetch(location.href, { cache: 'no-cache' }).catch(() => null);
  if (!answer?.ok) return;
  const now = (await answer.text()).replace(/<meta name="course-token"[^>]*>/, '');
  if (text !== null && text !== now) reload();
  text = now;
}

function reload() {
  sessionStorage.setItem(SCROLL, `${location.pathname} ${scrollY}`);
  location.reload();
}

function restoreScroll() {
  const [page, y] = (sessionStorage.getItem(SCROLL) ?? '').split(' ');
  sessionStorage.removeItem(SCROLL);
  if (page === location.pathname) scrollTo({ top: Number(y), behavior: 'instant' });
}
