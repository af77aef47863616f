// Checks the project's English: `node check.js [PATH…]`, where each path is a file or a folder of the repository.
//
// textlint parses the texts and applies the rules of book/prose/rules.js. Each error is a line `file:line: message`.

import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TextlintKernel } from "@textlint/kernel";
import markdown from "@textlint/textlint-plugin-markdown";
import { StringSource } from "textlint-util-to-string";
import { leave, read, rules, semicolons } from "../../../book/prose/rules.js";
import { extract } from "./extract.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const kernel = new TextlintKernel();

/** The words of a paragraph on one line, without its code. */
function plain(node, Syntax) {
  const source = new StringSource(node, {
    replacer: ({ node: part, maskValue }) => (part.type === Syntax.Code ? maskValue("C") : undefined),
  });
  const text = source.toString().replace(/\s/g, " ");
  return { text, at: (index) => source.originalIndexFromIndex(index) ?? 0 };
}

/** A textlint rule that calls `look` with each paragraph, heading and cell of a table. */
const inParagraphs = (look) => (context) => {
  const { Syntax, RuleError, report, locator } = context;
  const visit = (node) => {
    const { text, at } = plain(node, Syntax);
    look(text, (index, message) => report(node, new RuleError(message, { padding: locator.at(at(index)) })));
  };
  return { [Syntax.Paragraph]: visit, [Syntax.Header]: visit, [Syntax.TableCell]: visit };
};

const forms = rules.map(({ name, pattern, instead }) => ({
  ruleId: name,
  rule: inParagraphs((text, found) => {
    for (const match of text.matchAll(pattern)) {
      const start = match.index + match[0].search(/\w/);
      found(start, `"${text.slice(start, match.index + match[0].length).trim()}": ${instead}`);
    }
  }),
}));

/** The semicolons of a whole file, reported at the first of them. */
const semicolonRate = {
  ruleId: semicolons.name,
  rule: (context) => {
    const { Syntax, RuleError, report } = context;
    const count = { words: 0, semicolons: 0, first: null };
    const visit = (node) => {
      const { text } = plain(node, Syntax);
      const here = text.split(";").length - 1;
      count.words += (text.match(/[A-Za-z']+/g) ?? []).length;
      count.semicolons += here;
      if (here > 0) count.first ??= node;
    };
    const judge = () => {
      const rate = (1000 * count.semicolons) / Math.max(1, count.words);
      if (count.words < semicolons.words || rate < semicolons.most) return;
      const told = `${count.semicolons} semicolons in ${count.words} words (${rate.toFixed(1)} per 1,000, and ${semicolons.most} is too many)`;
      report(count.first, new RuleError(`${told}: ${semicolons.instead}`));
    };
    return {
      [Syntax.Paragraph]: visit,
      [Syntax.Header]: visit,
      [Syntax.TableCell]: visit,
      [Syntax.DocumentExit]: judge,
    };
  },
};

/** What is wrong with a file's English: its lines and messages. A file that we cannot read has no English. */
export async function lint(path, content) {
  const pieces = extract(path, content);
  if (!pieces?.length) return [];
  const lines = [];
  const texts = pieces.map(({ line, text }) => {
    const own = text.split("\n");
    own.forEach((_, index) => lines.push(line + index));
    lines.push(line + own.length);
    return text;
  });
  const { messages } = await kernel.lintText(texts.join("\n\n"), {
    ext: ".md",
    plugins: [{ pluginId: "markdown", plugin: markdown.default ?? markdown }],
    rules: [...forms, semicolonRate],
  });
  return messages
    .map(({ line, ruleId, message }) => ({ line: lines[line - 1], rule: ruleId, message }))
    .sort((one, other) => one.line - other.line);
}

/** The files at and below a path, without those that are left out. */
function filesBelow(path) {
  const name = relative(ROOT, path).replaceAll("\\", "/");
  if (leave.some((part) => name === part || name.endsWith(`/${part}`))) return [];
  if (!statSync(path).isDirectory()) return [name];
  return readdirSync(path).sort().flatMap((entry) => filesBelow(join(path, entry)));
}

async function main(paths) {
  const wanted = paths.length > 0 ? paths.map((path) => resolve(path)) : read.map((path) => join(ROOT, path));
  const missing = wanted.find((path) => !existsSync(path));
  if (missing) {
    console.error(`There is no ${missing}. Name a file or a folder of the repository.`);
    return 2;
  }
  const files = wanted.flatMap(filesBelow);
  let errors = 0;
  for (const file of files) {
    for (const { line, message } of await lint(file, readFileSync(join(ROOT, file), "utf8"))) {
      console.log(`${file}:${line}: ${message}`);
      errors += 1;
    }
  }
  console.log(errors === 0 ? `The English of ${files.length} files is plain.` : `${errors} places are hard to read.`);
  return errors === 0 ? 0 : 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
