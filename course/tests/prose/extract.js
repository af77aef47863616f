// Finds the English in a file: the texts that people read, each with the line on which it begins.
//
// Every text is Markdown, because comments, pages and hints are. Its lines follow each other in the file.

import { parser as javascript } from "@lezer/javascript";
import { parser as rust } from "@lezer/rust";

/** Which function reads which files. */
const READERS = [
  [/\.md$/, readMarkdown],
  [/\.rs$/, readRust],
  [/\.js$/, readJavaScript],
  [/\.css$/, readCss],
  [/\.hbs$/, readTemplate],
  [/\.toml$/, readToml],
  [/\btraces\/.*\.json$/, readTrace],
  [/(\.sh|(^|\/)run)$/, readShell],
];

/** The texts of a file, or null where we do not know how to read it. */
export function extract(path, content) {
  const reader = READERS.find(([name]) => name.test(path))?.[1];
  return reader ? reader(content, 1).filter((piece) => piece.text.trim() !== "") : null;
}

/** The number of a position's line, where the first line is `first`. */
function lineAt(content, position, first) {
  let line = first;
  for (let at = content.indexOf("\n"); at !== -1 && at < position; at = content.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** A page, or the text of a comment. Fenced blocks leave empty lines behind; predictions, Rust and pieces for one kind of reader are read as such. */
function readMarkdown(content, first, bare = "text") {
  const kept = [];
  const pieces = [];
  let fence = null;
  content.split("\n").forEach((line, index) => {
    const mark = /^\s*(```+|~~~+)\s*([\w-]*)/.exec(line);
    if (fence && mark && mark[1].startsWith(fence.mark)) {
      const body = fence.lines.join("\n");
      if (fence.language === "predict") pieces.push(...readToml(body, fence.first));
      if (["published", "local"].includes(fence.language)) pieces.push(...readMarkdown(body, fence.first));
      if (fence.language === "rust") pieces.push(...readRust(body, fence.first));
      fence = null;
      kept.push("");
    } else if (fence) {
      fence.lines.push(line);
      kept.push("");
    } else if (mark) {
      fence = { mark: mark[1], language: mark[2] || bare, first: first + index + 1, lines: [] };
      kept.push("");
    } else {
      kept.push(prose(line));
    }
  });
  return [{ line: first, text: kept.join("\n") }, ...pieces];
}

/** A line without the book's directives and without tags. */
function prose(line) {
  return line
    .replace(/\{\{#term ([^}|\\]*)(?:\\?\|([^}]*))?\}\}/g, (_, term, shown) => shown ?? term)
    .replace(/\{\{.*?\}\}/g, "")
    .replace(/<\/?[a-z][^<>]*>/gi, "");
}

/** Joins comments on neighbouring lines, so that a sentence is read across them. */
function joined(comments) {
  const blocks = [];
  for (const comment of comments) {
    const last = blocks.at(-1);
    if (last && !comment.trails && last.next === comment.line && last.mark === comment.mark) {
      last.text += `\n${comment.text}`;
      last.next += 1;
    } else {
      blocks.push({ ...comment, next: comment.line + 1 });
    }
  }
  return blocks.flatMap((block) => readMarkdown(block.text, block.line, block.mark.length > 2 ? "rust" : "text"));
}

/** One comment of two slashes, without them. Marks of the tools have no text. */
function lineComment(content, from, to, first) {
  const [, mark, rest] = /^(\/\/[/!]?) ?(.*)$/s.exec(content.slice(from, to).trimEnd());
  const todo = /^\|.*\btodo!\("(.*)"\)/.exec(rest)?.[1] ?? "";
  const text = /^(ANCHOR|ANCHOR_END|hole):/.test(rest) ? "" : rest.startsWith("|") ? todo : rest;
  const start = content.lastIndexOf("\n", from - 1) + 1;
  return { line: lineAt(content, from, first), mark, text, trails: content.slice(start, from).trim() !== "" };
}

/** A comment between slash and star. */
function blockComment(content, from, to, first) {
  const text = content.slice(from, to).replace(/^\/\*[*!]?|\*\/$/g, "").replace(/^[ \t]*\*? ?/gm, "");
  return readMarkdown(text, lineAt(content, from, first));
}

/** The text of a string literal: what a program may print. Strings of code and single words are not read. */
function literal(content, from, to, first) {
  const inner = content.slice(from, to).replace(/^b?["'`]|["'`]$/g, "");
  const words = inner.match(/[A-Za-z][A-Za-z']*(?=[\s.,:;?!"]|$)/g) ?? [];
  if (words.length < 2 || /::|=>|->|\bfn |\blet |\bconst |[;{]\s*(\\n|\n|$)|\\r\\n|<\/?\w+>/.test(inner)) return [];
  const text = inner
    .replace(/\$?\{[^{}]*\}/g, "`value`")
    .replace(/\\\n/g, "\n")
    .replace(/\\[nrt]/g, " ")
    .replace(/\\(.)/g, "$1")
    .replace(/^[ \t]+/gm, "");
  return [{ line: lineAt(content, from, first), text }];
}

function readRust(source, first) {
  // A macro inserts a line into a comment with `#[doc = …]`. The comment continues after it.
  const content = source.replace(/^(\s*)#\[doc = [^\]\n]*\]$/gm, "$1///");
  const pieces = [];
  const comments = [];
  rust.parse(content).iterate({
    enter({ name, from, to, node }) {
      if (name === "LineComment") comments.push(lineComment(content, from, to, first));
      if (name === "BlockComment") pieces.push(...blockComment(content, from, to, first));
      if (name === "String") pieces.push(...literal(content, from, to, first));
      if (name === "FunctionItem" && isTest(content, node)) {
        const named = node.getChild("BoundIdentifier");
        const text = content.slice(named.from, named.to).replaceAll("_", " ");
        pieces.push({ line: lineAt(content, named.from, first), text: `${text}.` });
      }
    },
  });
  return [...joined(comments), ...pieces];
}

/** Whether one of the attributes before a function ends in `test`. */
function isTest(content, node) {
  for (let before = node.prevSibling; before; before = before.prevSibling) {
    if (before.name === "Attribute" && /^#\[[\w:]*\btest\b/.test(content.slice(before.from, before.to))) return true;
    if (!/^(Attribute|AttributeItem|LineComment|BlockComment)$/.test(before.name)) return false;
  }
  return false;
}

function readJavaScript(content, first) {
  const pieces = [];
  const comments = [];
  javascript.parse(content).iterate({
    enter({ name, from, to }) {
      if (name === "LineComment") comments.push(lineComment(content, from, to, first));
      if (name === "BlockComment") pieces.push(...blockComment(content, from, to, first));
      if (name === "String" || name === "TemplateString") pieces.push(...literal(content, from, to, first));
    },
  });
  return [...joined(comments), ...pieces];
}

function readCss(content, first) {
  return [...content.matchAll(/\/\*[\s\S]*?\*\//g)].flatMap((found) =>
    blockComment(content, found.index, found.index + found[0].length, first),
  );
}

/** The page's frame: its comments, its texts and the titles of its buttons. */
function readTemplate(content, first) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  const titles = [...content.matchAll(/\b(?:title|aria-label|placeholder|alt)="([^"{}]+)"/g)];
  const visible = content.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, blank).replace(/\{\{(?!!)[^}]*\}\}|<[^>]*>/g, blank);
  const text = visible.replace(/\{\{!(?:--)?|(?:--)?\}\}|-->/g, " ").replace(/^[ \t]+/gm, "");
  return [
    { line: first, text },
    ...titles.map((found) => ({ line: lineAt(content, found.index, first), text: found[1] })),
  ];
}

const TOML = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*/g;

/** The comments and texts of a manifest, of an exercise or of a prediction. */
function readToml(content, first) {
  const comments = [];
  const pieces = [];
  for (const { 0: found, index } of content.matchAll(TOML)) {
    const line = lineAt(content, index, first);
    const long = /^("""|''')/.test(found);
    const text = found.slice(long ? 3 : 1, long ? -3 : -1);
    if (found.startsWith("#")) comments.push(hash(content, index, found, line));
    else if (/\S\s+\S/.test(text)) pieces.push(...readMarkdown(text.replace(/\\\n/g, "\n").replace(/\\n/g, " ").replace(/\\"/g, '"'), line));
  }
  return [...joined(comments), ...pieces];
}

/** One comment that begins with `#`. */
function hash(content, index, found, line) {
  const start = content.lastIndexOf("\n", index - 1) + 1;
  return { line, mark: "#", text: found.replace(/^#+ ?/, ""), trails: content.slice(start, index).trim() !== "" };
}

/** The comments of a shell script, and the texts that it prints. */
function readShell(content, first) {
  const comments = [];
  const pieces = [];
  for (const { 0: found, index } of content.matchAll(/(?<=^[ \t]*|[ \t])#(?!!)[^\n]*|\b(?:say|skip|echo|printf) "(?:\\.|[^"\\])*"/gm)) {
    const line = lineAt(content, index, first);
    if (found.startsWith("#")) comments.push(hash(content, index, found, line));
    else pieces.push(...literal(content, index + found.indexOf('"'), index + found.length, first));
  }
  return [...joined(comments), ...pieces];
}

/** The notes of a recorded run. */
function readTrace(content, first) {
  return [...content.matchAll(/"note"\s*:\s*("(?:\\.|[^"\\])*")/g)].map((found) => ({
    line: lineAt(content, found.index, first),
    text: JSON.parse(found[1]),
  }));
}
