// Predictions: the reader chooses before the chapter answers. The answer shows
// even without this room (the theme opens it when a choice is checked); this
// room remembers the choice and says the answer aloud.

import { element } from './dom.js';

const key = (form) => `course-predict-${form.dataset.id}`;

/** Brings one `form.predict` to life. */
export function mount(form) {
  const choices = [...form.querySelectorAll('input[type="radio"]')];
  const spoken = element('p', { class: 'unseen', 'aria-live': 'polite' });
  form.append(spoken);
  form.addEventListener('submit', (event) => event.preventDefault());

  const show = (chosen) => {
    form.classList.toggle('answered', chosen !== undefined);
    form.classList.toggle('right', chosen?.hasAttribute('data-right') ?? false);
    for (const choice of choices) {
      const because = answer(choice);
      if (because) because.hidden = choice !== chosen;
    }
  };
  form.addEventListener('change', (event) => {
    const chosen = event.target;
    show(chosen);
    spoken.textContent = `${chosen.hasAttribute('data-right') ? 'Right.' : 'Not so.'} ${answer(chosen)?.textContent ?? ''}`;
    remember(key(form), chosen.value);
  });

  const earlier = choices.find((choice) => choice.value === recall(key(form)));
  if (earlier) earlier.checked = true;
  show(earlier);
}

// What stands behind a choice: the paragraph after its label.
function answer(choice) {
  const next = choice.closest('label')?.nextElementSibling;
  return next?.classList.contains('because') ? next : null;
}

// Storage can be switched off; then a choice lives as long as the page.
function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* nothing to keep it in */ }
}
function recall(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
