// Shows the tasks, timers and sockets of the `wakeful` runtime that serves this page. The server
// sends snapshots only while a page shows them.

import { events } from './api.js';
import { button, count, duration, element } from './dom.js';

const VIEWS = [
  ['tasks', 'Tasks', ['id', 'spawned at', 'state', 'polls', 'age', 'waits for'],
    (task) => [task.id, task.location, task.state, task.polls, duration(task.age_ms),
      (task.waits ?? []).map(({ on, since_ms }) => `${on}, for ${duration(since_ms)}`).join('\n')]],
  ['timers', 'Timers', ['id', 'due in'],
    (timer) => [timer.id, duration(timer.due_in_ms)]],
  ['sockets', 'Sockets', ['token', 'kind', 'waiting for', 'ready to'],
    (socket) => [socket.token, socket.kind, socket.interest, socket.readiness]],
];

/** Starts the inspector's `section.inspector`. */
export function mount(section) {
  section.querySelector('.static')?.remove();
  let held = false;
  const summary = element('p', { class: 'summary' });
  const hold = button('Pause', () => {
    held = !held;
    hold.textContent = held ? 'Continue' : 'Pause';
    hold.setAttribute('aria-pressed', held);
  }, { 'aria-pressed': 'false', title: 'Stop the tables from changing while you read them' });
  const tables = VIEWS.map(([kind, title, heads, cells]) => {
    const body = element('tbody');
    const number = element('span', { class: 'number' });
    const node = element('div', { class: `table-wrapper ${kind}`, tabindex: '0', role: 'group', 'aria-label': title },
      element('table', {},
        element('caption', {}, title, ' ', number),
        element('thead', {}, element('tr', {}, heads.map((head) => element('th', { scope: 'col', text: head })))),
        body));
    const draw = (rows) => {
      number.textContent = rows.length;
      body.replaceChildren(...rows.map((row) => line(kind, row, cells(row))));
      if (rows.length === 0) body.append(element('tr', {}, element('td', { colspan: heads.length, class: 'none', text: `No ${kind}.` })));
    };
    return { kind, node, draw };
  });
  section.append(element('div', { class: 'actions' }, hold, summary), ...tables.map(({ node }) => node));

  events('/api/inspector', {
    snapshot: (snapshot) => {
      if (held) return;
      for (const { kind, draw } of tables) draw([...(snapshot[kind] ?? [])].sort(byIdentity));
      const { threads, idle, queued } = snapshot.blocking ?? { threads: 0, idle: 0, queued: 0 };
      summary.textContent = `Up ${duration(snapshot.uptime_ms)}. Blocking pool: ${count(threads, 'thread')}, ${idle} idle, ${queued} queued.`;
      section.dataset.watching = 'true';
    },
  }, { lost: () => { summary.textContent = 'Waiting for cargo course…'; } });
}

// Sorted by age, so that rows do not move while the reader looks at them.
function byIdentity(one, other) {
  return (one.id ?? one.token) - (other.id ?? other.token);
}

const polls = new Map();

// A row flashes if its task was polled since the last snapshot.
function line(kind, row, cells) {
  const polled = kind === 'tasks' && polls.has(row.id) && polls.get(row.id) !== row.polls;
  if (kind === 'tasks') polls.set(row.id, row.polls);
  return element('tr', { class: polled ? 'polled' : null, 'data-state': row.state ?? null },
    cells.map((cell, index) => (index === 0 ? element('th', { scope: 'row', text: cell }) : element('td', { text: String(cell) }))));
}
