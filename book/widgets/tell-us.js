// The link at the foot of a page opens a new issue with the page's name. This module puts a link beside each
// heading, which also names the heading. Without a configured repository, the page has no such link.

import { element } from './dom.js';

/** Adds the links. */
export function addToHeadings() {
  const foot = document.querySelector('.tell-us a');
  if (!foot) return;
  for (const heading of document.querySelectorAll('main :is(h2, h3)[id]')) {
    const name = heading.textContent.trim();
    heading.append(element('a', { class: 'tell', href: address(foot, heading.id, name), 'aria-label': `Tell us about “${name}”`, text: 'Tell us' }));
  }
}

function address(foot, id, name) {
  const issue = new URL(foot.href);
  const said = issue.searchParams;
  said.set('title', `${said.get('title')}${name}`);
  said.set('body', said.get('body').replace(/\.html$/m, `.html#${id}`));
  return issue.href;
}
