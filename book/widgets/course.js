// The entry point of a page that `cargo course` serves.

import { each, start as startPage } from './page.js';
import { start } from './live.js';

const root = new URL('../', import.meta.url);

startPage();
each('div.runnable, div.fails', () => import('./run.js'));
each('section.inspector', () => import('./inspector.js'));
start(root);
