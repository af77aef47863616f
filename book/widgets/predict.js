// Predictions: the reader chooses before the chapter answers. The theme opens the answer without
// JavaScript. This module remembers the choice and announces the answer to screen readers.

import { element } from './dom.js';
import { recall, remember } from './storage.js';

const key = (form) => `course-predict-${form.dataset.id}`;

/** Starts one `form.predict`. */
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
    spoken.textContent = `${chosen.hasAttribute('data-right') ? 'Right.' : 'Wrong.'} ${answer(chosen)?.textContent ?? ''}`;
    remember(key(form), chosen.value);
  });

  const earlier = choices.find((choice) => choice.value === recall(key(form)));
  if (earlier) earlier.checked = true;
  show(earlier);
}

// The paragraph after a choice's label.
function answer(choice) {
  const next = choice.closest('label')?.nextElementSibling;
  return next?.classList.contains('because') ? next : null;
}
