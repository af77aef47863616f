// The search finds words in code, but shows the text around it, because code on one line is hard to read.

// The preprocessor puts code between these two characters.
const CODE = /\u2063[^\u2064]*\u2064?/g;

/** Takes the code out of the texts that mdBook's search shows. It loads its index at the first search. */
export function showProseInResults() {
  const index = window.elasticlunr?.Index;
  if (!index) return;
  const load = index.load;
  index.load = (data) => {
    for (const doc of Object.values(data.documentStore.docs)) doc.body = doc.body.replaceAll(CODE, '…');
    return load.call(index, data);
  };
}
