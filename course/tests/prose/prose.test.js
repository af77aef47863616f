// The prose check on samples: every rule finds its bad sentence, and every kind of text is read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rules, semicolons } from "../../../book/prose/rules.js";
import { lint } from "./check.js";
import { extract } from "./extract.js";

/** What the check says about a page with this text. */
const errors = (text, path = "page.md") => lint(path, text);

/** The lines on which the check finds a people word. */
async function lines(path, content) {
  const found = await lint(path, content);
  assert.ok(found.every(({ rule }) => rule === "people-words"));
  return found.map(({ line }) => line);
}

for (const { name, before, after } of rules) {
  test(`${name} finds: ${before}`, async () => {
    assert.ok((await errors(before)).some(({ rule }) => rule === name));
  });
  test(`${name} accepts: ${after}`, async () => {
    assert.deepEqual(await errors(after), []);
  });
}

test("each rule says what to write instead", () => {
  for (const { name, instead } of [...rules, semicolons]) assert.ok(instead.length > 10, name);
});

test("a long file may not chain its sentences with semicolons", async () => {
  const found = await errors(semicolons.before.repeat(100));
  assert.deepEqual(found.map(({ rule }) => rule), ["semicolons"]);
  assert.match(found[0].message, /^100 semicolons in 600 words \(166\.7 per 1,000/);
});

test("a long file of short sentences passes", async () => {
  assert.deepEqual(await errors(semicolons.after.repeat(100)), []);
});

test("a few semicolons in a long file pass", async () => {
  assert.deepEqual(await errors(semicolons.before + semicolons.after.repeat(100)), []);
});

test("semicolons in a short file are not counted", async () => {
  assert.deepEqual(await errors(semicolons.before.repeat(60)), []);
});

const everyday = [
  "There is nothing to do, so the worker parks.",
  "The first queue is empty and the second one has a task.",
  "Should the executor poll the task again?",
  "What happens when the flag goes up, and who wakes the task?",
  "We read one byte at a time.",
  "The task waits, for as long as the flag is down, and then for a moment.",
  "It fails, for the same reason.",
  "A queue runs one compile or program at a time.",
  "What is wrong, and where.",
  "The loop makes so many calls that the kernel becomes the slowest part.",
];
for (const sentence of everyday) {
  test(`everyday English passes: ${sentence}`, async () => assert.deepEqual(await errors(sentence), []));
}

test("a form that goes over the end of a line is found where it begins", async () => {
  const found = await errors("The queue is locked, for\nit is shared.\n");
  assert.deepEqual(found.map(({ line, rule }) => [line, rule]), [[1, "for-as-because"]]);
});

test("pages are read without their code, and with their headings, lists and tables", async () => {
  const page = "# Nobody\n\n- nobody\n\n| a |\n|---|\n| nobody |\n\n`nobody`\n\n```text\nnobody\n```\n";
  assert.deepEqual(await lines("page.md", page), [1, 3, 7]);
});

test("pages are read as the book shows them", async () => {
  const page = "{{#term nobody|a task}} {{#source nobody.rs}}\n<b title='nobody'>\n\n{{#term nobody}}\n";
  assert.deepEqual(await lines("page.md", page), [4]);
});

test("predictions are read", async () => {
  assert.deepEqual(await lines("page.md", '```predict\nquestion = "Is nobody woken?"\n```\n'), [2]);
});

test("pieces for one kind of reader are read, without the code in them", async () => {
  const page = "````published\nNobody reads it.\n\n```text\nnobody\n```\n````\n\n````local\nNobody runs it.\n````\n";
  assert.deepEqual(await lines("page.md", page), [2, 10]);
});

test("the comments and strings of a page's Rust are read", async () => {
  assert.deepEqual(await lines("page.md", '```rust,run\n// nobody\nprintln!("nobody is woken");\n```\n'), [2, 3]);
});

test("comments and rustdoc are read", async () => {
  const source = "//! nobody\n\n/// A task.\n///\n/// nobody\nfn a() {\n    // nobody\n    b(); // nobody\n}\n/* nobody */\n";
  assert.deepEqual(await lines("a.rs", source), [1, 5, 7, 8, 10]);
});

test("a sentence is read across the lines of a comment", async () => {
  const found = await lint("a.rs", "fn a() {\n    // It is locked, for\n    // it is shared.\n}\n");
  assert.deepEqual(found.map(({ line }) => line), [2]);
});

test("code in comments is not read", async () => {
  assert.deepEqual(await lines("a.rs", "/// `nobody`\n/// ```\n/// nobody();\n/// ```\nfn a() {}\n"), []);
});

test("printed strings are read, and code in strings is not", async () => {
  const source = 'fn a() {\n    println!("nobody has {name}");\n    assert!(b, "so \\\n        that nobody waits");\n    run("fn nobody() {}");\n}\n';
  assert.deepEqual(await lines("a.rs", source), [2, 4]);
});

test("the texts of attributes are read", async () => {
  assert.deepEqual(await lines("a.rs", '#[error("nobody has the port")]\nstruct Taken;\n'), [1]);
});

test("the names of tests are read as words", async () => {
  const source = "#[test]\nfn nobody_is_woken() {}\n\n#[wakeful::test]\nasync fn nobody_waits() {}\n\nfn nobody() {}\n";
  assert.deepEqual(await lines("a.rs", source), [2, 5]);
});

test("the hint that stands in a skeleton's hole is read", async () => {
  const source = 'fn a() {\n    // hole: begin\n    b();\n    // hole: instead\n    //| todo!("wake nobody at all")\n    // hole: end\n}\n';
  assert.deepEqual(await lines("a.rs", source), [5]);
});

test("JavaScript is read", async () => {
  const source = "// nobody\nconst a = `nobody has ${b}`;\n/** nobody */\nf('nobody has it', nobody);\n";
  assert.deepEqual(await lines("a.js", source), [1, 2, 3, 4]);
});

test("shell scripts are read", async () => {
  const source = '#!/bin/sh\n# nobody\necho "nobody has node"\nb=${c#nobody} # nobody\n';
  for (const path of ["tests/run", "a.sh"]) assert.deepEqual(await lines(path, source), [2, 3, 4]);
});

test("the texts of exercises are read", async () => {
  const source = '# nobody\ntitle = "Wake nobody"\nsummary = """\nA task.\nnobody\n"""\nhints = [\n  "Is it nobody?",\n]\nname = "nobody"\n';
  assert.deepEqual(await lines("exercises.toml", source), [1, 2, 5, 8]);
});

test("the notes of recorded runs are read", async () => {
  assert.deepEqual(await lines("book/traces/a.json", '{"name": "nobody",\n"note": "Is nobody woken?"}\n'), [2]);
});

test("style sheets and the page's frame are read", async () => {
  assert.deepEqual(await lines("a.css", "a { }\n/* nobody */\n"), [2]);
  const frame = '<p\n title="nobody">{{nobody}}\n<script>nobody</script>\nnobody\n{{!-- nobody --}}\n';
  assert.deepEqual(await lines("a.hbs", frame), [2, 4, 5]);
});

test("a file of another kind is not read", () => {
  assert.equal(extract("a.png", "nobody"), null);
});
