// Constructions that mark translated prose, counted in all text for readers: comments, messages, documents and
// scenarios.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { LineCounter, parseDocument, visit } from 'yaml';

/** The markers by name. Each is rare in English technical prose (below 0.1 per 1,000 words). */
const MARKERS = {
  'who of a thing': /\b(?:who|whom|whoever|whomever)\b/gi,
  'told, tells of': /\btold\b|\btells? (?:of|whom?|what|which|where|whether|how)\b/gi,
  'stands for "is"': /\b(?:stands?|stood)\b/gi,
  'so many': /\bso (?:many|much)\b/gi,
  'a sentence that begins with What': /(?:^|[.:;!?]\s+)What\b(?![^.!?]*\?)/g,
  'nobody, somebody': /\b(?:nobody|somebody|everybody|anybody)\b/gi,
  anew: /\banew\b/gi,
  ill: /\b(?:ill|illness)\b/gi,
};

/** Proper names and quotations that contain a marker. */
const NAMES = /stand-?by|stand(?:s|ing)? for|stand[- ]?alone|`[^`]*`/gi;

/** Kinds of text, each with its files. */
const TEXTS = {
  comments: { below: ['src', 'bench', 'scripts'], ending: /\.(?:ts|mjs)$/, of: comments },
  messages: { below: ['src'], ending: /\.ts$/, of: messages },
  docs: { below: ['docs'], ending: /\.md$/, files: ['README.md', 'CHANGELOG.md'], of: paragraphs },
  scenarios: { below: ['scenarios'], ending: /\.ya?ml$/, of: yamlProse },
};

/** The kinds of text, in the order of their report. */
export const KINDS = Object.keys(TEXTS);

/** Every file with text of a kind: its words, and its markers with their lines. `root`: the folder of the project. */
export function prose(root, kind) {
  const { below, ending, files = [], of } = TEXTS[kind];
  const paths = [...files, ...below.flatMap((folder) => filesBelow(root, folder, ending))];
  return paths.map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    let words = 0;
    const found = [];
    for (const { line, text: sentence } of of(text, path)) {
      const plain = sentence.replace(NAMES, (name) => ' '.repeat(name.length));
      words += plain.match(/[A-Za-z][A-Za-z'-]*/g)?.length ?? 0;
      for (const [marker, pattern] of Object.entries(MARKERS)) {
        for (const match of plain.matchAll(pattern)) {
          const before = sentence.slice(0, match.index + match[0].length);
          found.push({ line: line + before.split('\n').length - 1, marker, sentence });
        }
      }
    }
    return { path, folder: folderOf(path), words, found };
  });
}

/** Words and markers by folder, sorted by name. */
export function byFolder(files) {
  const sums = new Map();
  for (const { folder, words, found } of files) {
    const sum = sums.get(folder) ?? { words: 0, markers: 0 };
    sums.set(folder, { words: sum.words + words, markers: sum.markers + found.length });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `src/model`, `docs`, `test/golden`: at most two levels. */
function folderOf(path) {
  return path.split('/').slice(0, -1).slice(0, 2).join('/') || '.';
}

function filesBelow(root, folder, ending) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Comments of a source; those on adjacent lines count as one text. */
function comments(text) {
  const spans = new Map();
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, false);
  const walk = (node) => {
    const start = node.getStart(file, false);
    if (start > node.pos)
      for (const span of ts.getLeadingCommentRanges(text, node.pos) ?? [])
        spans.set(span.pos, span);
    for (const span of ts.getTrailingCommentRanges(text, node.end) ?? []) spans.set(span.pos, span);
    ts.forEachChild(node, walk);
  };
  walk(file);
  const found = [];
  for (const { pos, end } of [...spans.values()].sort((a, b) => a.pos - b.pos)) {
    const line = file.getLineAndCharacterOfPosition(pos).line + 1;
    const plain = text
      .slice(pos, end)
      .replace(/^\s*(?:\/\*+|\*+\/?|\/\/+)/gm, '')
      .replace(/\*\/$/, '');
    const last = found.at(-1);
    if (last !== undefined && last.line + last.text.split('\n').length === line)
      last.text += `\n${plain}`;
    else found.push({ line, text: plain });
  }
  return found.filter(({ text: plain }) => !/eslint-disable|@ts-/.test(plain));
}

/** String and template literals of a source that are prose: several words with spaces between them. */
function messages(text) {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true);
  const found = [];
  const walk = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const isText =
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && /[a-z]+ [a-z]+/i.test(node.text)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push({ line: line + 1, text: node.text });
    }
    ts.forEachChild(node, walk);
  };
  walk(file);
  return found;
}

/** Prose of a Markdown document: everything except code. */
function paragraphs(text) {
  let inside = false;
  const lines = text.split('\n').map((line) => {
    if (/^\s*(```|~~~)/.test(line)) {
      inside = !inside;
      return '';
    }
    return inside ? '' : line;
  });
  return lines.map((line, k) => ({ line: k + 1, text: line })).filter(({ text: of }) => of !== '');
}

/** Comments, titles and descriptions of a scenario. */
function yamlProse(text) {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const found = text.split('\n').flatMap((line, k) => {
    const comment = /(?:^|\s)#(.*)$/.exec(line);
    return comment === null ? [] : [{ line: k + 1, text: comment[1] }];
  });
  visit(document, {
    Scalar(key, node) {
      if (
        key === 'key' ||
        typeof node.value !== 'string' ||
        !/[a-z]+ [a-z]+ [a-z]+/i.test(node.value)
      )
        return;
      found.push({ line: counter.linePos(node.range[0]).line, text: node.value });
    },
  });
  return found;
}
