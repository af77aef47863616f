// The page's only connection to `cargo course`. It fetches the exercises, passes changes on to the
// panels, the sidebar and the page of the reader's progress, and reloads a page after a rebuild.

import { call, events, status } from './api.js';
import * as exercise from './exercise.js';
import * as news from './news.js';
import * as overview from './overview.js';
import * as sidebar from './sidebar.js';

const SCROLL = 'course-scroll';

/** Connects the page. */
export function start(root) {
  restoreScroll();
  // What the server has told: the exercises in their order, the parts of the book, the page at its end, the
  // reader's runtime, and the modules that the meter server still needs.
  const course = { known: new Map(), parts: [], finished: null, runtime: null, meters: null };
  const panels = new Map();
  for (const section of document.querySelectorAll('section.exercise')) {
    panels.set(section.dataset.id, exercise.mount(section, root));
  }
  const page = overview.mount(root);
  const complain = (error) => status.problem(error.message);
  const board = news.mount(complain);
  let drawing = false;
  // Many exercises can change at once, and the page is drawn once after them.
  const draw = () => {
    if (drawing) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      sidebar.show([...course.known.values()], root);
      sidebar.showRuntime(course.runtime, root);
      for (const panel of panels.values()) panel.follow(course);
      page?.update(course);
    });
  };
  const learn = (one) => {
    course.known.set(one.id, one);
    panels.get(one.id)?.update(one);
    draw();
  };
  const refresh = async () => {
    const { exercises, news: lines, ...rest } = await call('GET', '/api/exercises');
    board.show(lines ?? []);
    // A new version of the course may have another order.
    course.known.clear();
    Object.assign(course, rest);
    exercises.forEach(learn);
  };
  // The server knows what the runtime can do, because that depends on all its modules. The exercises of its
  // answer can be older than an event that has just come, so we take only the rest.
  const refreshRuntime = async () => {
    const { runtime, meters } = await call('GET', '/api/exercises');
    Object.assign(course, { runtime, meters });
    draw();
  };
  const changed = (one) => {
    const before = course.known.get(one.id);
    learn(one);
    if (one.module && before && before.state !== one.state) refreshRuntime().catch(complain);
  };
  events(
    '/api/events',
    {
      exercise: changed,
      news: ({ news: lines }) => board.show(lines),
      problem: ({ message }) => status.problem(message),
      book: ({ pages }) => {
        status.problem(null);
        if (pages.some(isThisPage)) reload();
        else refresh().catch(complain); // the course may have changed an exercise and not this page
      },
    },
    {
      opened: () => {
        status.online();
        status.problem(null); // if the book still does not build, the server repeats the message
        refresh().catch(complain);
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
