// What a page remembers in the browser. The reader can switch storage off. Then the page forgets
// everything when it closes.

/** Stores a text under a name. */
export function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* storage is off */ }
}

/** The stored text, or `null`. */
export function recall(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
