// The entry point of a page without `cargo course`: on the web, or opened as a file. The parts that need a server
// keep their text, which says what command to run.
//
// Browsers load no modules into a page that was opened as a file. So the preprocessor puts the modules that this
// one needs into one script, `generated/widgets.js`. It does not need a tool for that, because it knows the few
// forms of `import` and `export` that we use.

import { each, start } from './page.js';
import { showOnThisPage } from './sidebar.js';
import { addToHeadings } from './tell-us.js';

const root = new URL('../', import.meta.url);

start();
each('div.runnable', () => import('./playground.js'), root);
if (document.querySelector('section.exercise')) showOnThisPage();
addToHeadings(); // last, because the sidebar repeats the text of headings
