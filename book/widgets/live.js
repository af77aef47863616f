// The page's one connection to `cargo course`: fetches the exercises, hands
// every change to the panels and the sidebar, reloads a page that was rebuilt.

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
        status.problem(null); // a book that still does not build says so again
        refresh().catch((error) => status.problem(error.message));
      },
      lost: () => status.offline(),
    },
  );
}

function isThisPage(page) {
  const here = location.pathname.replace(/^\//, '') || 'index.html';
  return here === page || here === page.replace(/\.html$/, '');
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
