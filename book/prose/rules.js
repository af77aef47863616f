// How our English stays plain: the forms that we do not write, and what to write instead.
//
// Each rule has a name, a pattern, the advice that its message gives, and one sentence before and after. CI tests that
// `before` breaks this rule and that `after` breaks no rule. The patterns see one paragraph at a time, as one line.
// A pattern's lookaheads and lookbehinds are its exceptions: they let through the everyday use of the same words.
//
// Many engineers read English as a second language. These forms make them read a sentence twice.

export const rules = [
  {
    name: "people-words",
    pattern: /\b(nobody|somebody|whoever|whom|whomever|strangers?)\b/gi,
    instead: "name the actor: the task, the worker, the caller, the kernel, or you",
    before: "Whoever waits is woken, and nobody is lost.",
    after: "The device wakes the waiting task, and no wake-up is lost.",
  },
  {
    name: "for-as-because",
    // "For the same reason", "for as long as it runs" and "for a moment" are everyday English.
    pattern: /, for (?!the (?:same|first|last|next|moment|time)\b|as long|an? (?:moment|while|time)\b)(it|they|he|she|we|there|the|an?|another|this|that|these|those|what|in|as|at|no|its|all|each)\b/gi,
    instead: 'write "because", or begin a new sentence',
    before: "The queue is locked, for another thread may push.",
    after: "The queue is locked because another thread may push.",
  },
  {
    name: "impersonal-one",
    // "The first one has", "which one does" and "only one can" point to a thing, so they stay.
    pattern: /(?<!\b(?:the|this|that|each|every|any|which|another|other|old|new|next|last|first|second|only|exactly|just|least|most|than|no|to|of|with) )\bone (can|has|does|may|would|must|wants|gets|asks|sees|usually|could|thinks|never|no longer|reads|writes|notices|cannot|looks|knows|says)\b/gi,
    instead: 'write "you", "we" or the actor\'s name',
    before: "One can see the lost wake-up in the trace.",
    after: "You can see the lost wake-up in the trace.",
  },
  {
    name: "who-as-noun",
    pattern: /(?:^|[.;:,] |\b(?:to|of|by|from|and|for) )who (is|has|waits|asks|wants|drops|looks|reads|takes|does|finds|holds|writes|turns|polls|wakes|knows|gives|comes|keeps)\b(?![^.]*\?)/gi,
    instead: 'name the actor: "a task that waits", not "who waits"',
    before: "Who drops the future gives the slot back.",
    after: "A caller that drops the future gives the slot back.",
  },
  {
    name: "inverted-if",
    // A question may begin so.
    pattern: /\b(Had|Were|Should) (it|they|he|she|the|an?|we|one|that|this|there)\b(?![^.]*\?)/g,
    instead: 'begin the condition with "if"',
    before: "Were the slot free, the task would take it.",
    after: "If the slot were free, the task would take it.",
  },
  {
    name: "is-none",
    // "There is nothing to do" and "there are none left" are everyday English.
    pattern: /(?<!\bthere )\b(is none|are none|is no more|are no more|is nothing|are nothing|has none|have none|is no \w+ and|none of its)\b/gi,
    instead: 'put the "not" at the verb: "is not a bug", "has no waker", "no longer exists"',
    before: "To wake too often, is none.",
    after: "Waking too often is not a bug.",
  },
  {
    name: "clause-as-subject",
    // A question may begin so, and a list: "What is wrong, and where."
    pattern: /(?:^|[.;:] )What [a-z]+ [^.,;:?]{3,60}, (?![^.]*\?|(?:and|or|but|with)\b[^.,]*(?:\.|$))/g,
    instead: 'begin with a noun: "Any bytes left unread", not "What was left unread"',
    before: "What was left unread at the end, is lost.",
    after: "Any bytes left unread are lost.",
  },
  {
    name: "odd-phrase",
    // "One byte at a time", "two at a time" and "so many tasks that …" are everyday English.
    pattern: /\b(in the place of|(?<!\b(?:one|an?|two|three|four|few|\d+)(?: \w+){0,4} )at a time|besides?\.|of its own accord|so many(?![^.]{1,60} that\b)|hither|thereof|thereby|meanwhile)(?!\w)/gi,
    instead: 'use the everyday word: "instead of", "at once", "by itself", "this many", "while"',
    before: "The worker polls many tasks at a time, and the timer fires of its own accord.",
    after: "The worker polls one task at a time, and the timer fires by itself.",
  },
];

// Two sentences are easier to read than one with a semicolon. A file may have a few of them: fewer than `most` for each
// thousand words. Files with fewer words than `words` are not counted, because one semicolon would already be too many.
export const semicolons = {
  name: "semicolons",
  words: 400,
  most: 2.5,
  instead: "make two sentences of most of them",
  before: "The task waits; the worker parks. ",
  after: "The task waits. The worker parks. ",
};

// What is read: Markdown pages, comments, the strings that programs print, test names, and the texts of exercises.
export const read = ["README.md", "CONTRIBUTING.md", "Cargo.toml", ".ci/run", "SECURITY.md", "book", "chapters", "solutions", "course", "layers", "runtime"];

// What is left out, and why.
export const leave = [
  // Generated from solutions/, which is read.
  "exercises",
  // Built, or not ours.
  "book/book",
  "book/generated",
  "book/theme/fonts",
  "node_modules",
  "target",
  // These two quote the forms.
  "book/prose/rules.js",
  "course/tests/prose/prose.test.js",
];
