// Finds the exercise that follows another one, and its address. The server has sent the order and the parts.

/** Whether the reader has solved it. A later failure does not change that. */
export function isSolved({ solved, open }) {
  return solved && !open;
}

/** Whether nothing is left to do. */
export function isDone(one) {
  return isSolved(one) || one.state === 'filled';
}

/** The address of an exercise's panel. */
export function address({ id, chapter }, root) {
  return new URL(`${chapter}.html#exercise-${id.replace('/', '-')}`, root).href;
}

/** The next exercise that is not done, and the part that this one completes. */
export function next({ known, parts }, id) {
  const all = [...known.values()];
  const at = all.findIndex((one) => one.id === id);
  const round = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  const here = parts.find(({ chapters }) => chapters.includes(known.get(id)?.chapter));
  const own = all.filter(({ chapter }) => here?.chapters.includes(chapter));
  return { one: round.find((one) => !isDone(one)), part: here && own.every(isDone) ? here : null, all: all.length };
}
