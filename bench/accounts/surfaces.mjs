// The texts that a document prints: in its story, on a terminal, in Markdown, and on the first part of its page.
import { renderHtml, renderMarkdown, summaryText } from '../../dist/library/index.js';

const PLAIN = Object.fromEntries(
  ['bold', 'dim', 'red', 'green', 'yellow'].map((name) => [name, (text) => text]),
);
const TERMINAL = {
  columns: 100,
  whole: true,
  paint: PLAIN,
  file: 'case.yaml',
  wall: null,
  report: null,
};

/** All of them, each with the variants that it may be about and its place. */
export function textsOf(result, blocks) {
  return [
    ...storyTexts(result, blocks),
    ...terminalTexts(result, summaryText(result, TERMINAL)),
    ...markdownTexts(result, renderMarkdown(result, { command: 'faultline' })),
    ...pageTexts(result, renderHtml(result, { command: 'faultline', version: '0' })),
  ];
}

/** The texts of a story. */
export function storyTexts({ variants: all, hypothesis }, blocks) {
  let variants = all;
  return blocks.flatMap((block, k) => {
    const { kind, text } = block;
    if (kind === 'heading' && block.level === 1) return [{ place: 'title', text, variants: all }];
    if (kind === 'heading' && block.level === 2) {
      const own = longest(all.filter(({ name }) => text.startsWith(`${name}: `)));
      variants = own === undefined ? all : [own];
      if (own === undefined) return [{ place: 'heading', text, variants }];
      return [{ place: 'verdict', text: text.slice(own.name.length + 2), variants }];
    }
    if (kind === 'heading') return [{ place: 'heading', text, variants }];
    if (kind === 'steps')
      return block.items.map(({ when, what }) => ({
        place: 'step',
        text: `${when} | ${what}`,
        variants,
      }));
    if (kind === 'list')
      return block.items.map((one) => ({
        place: /^.+: \d+ of \d+ replications? finished/u.test(one) ? 'unfinished' : 'story',
        text: one,
        variants,
      }));
    if (k === 1) return [{ place: 'facts', text, variants }];
    const isAsked = hypothesis !== null && text.startsWith('Hypothesis ');
    return [
      {
        place: isAsked ? 'hypothesis' : /^What if/u.test(text) ? 'title' : 'story',
        text,
        variants,
      },
    ];
  });
}

/** The blocks of a story that are about a variant. */
export function blocksOf(blocks, { name }) {
  const from = blocks.findIndex(
    ({ kind, level, text }) => kind === 'heading' && level === 2 && text.startsWith(`${name}: `),
  );
  const length = blocks
    .slice(from + 1)
    .findIndex(({ kind, level }) => kind === 'heading' && level === 2);
  return length < 0 ? blocks.slice(from) : blocks.slice(from, from + 1 + length);
}

function longest(variants) {
  return variants.toSorted((a, b) => b.name.length - a.name.length)[0];
}

const LABELLED =
  /^ {2}(what|why|do|causes|remedy|beside|cleared|headroom|pools|status|ALARM|hypothesis|expected|report)(?: +(.+))?$/u;
const STEP = /^ {2}.* +(to end|[\d.,]+ (?:ns|µs|ms|s|min)) {2}(\S.*)$/u;
const TABLE = /^ +success(?: |$)/u;
const SIZE = /\d+ variants? x \d+ seeds?(?: |$)/u;

/** The sentences of the summary on a terminal. Tables of figures are no sentences. */
export function terminalTexts({ variants }, text) {
  const [head, ...parts] = text.split('\n\n');
  const place = (line) => {
    if (/^ {2}(?:FAIL|WARN|undecided|\?) /u.test(line)) return 'judged';
    const label = LABELLED.exec(line)?.[1];
    if (label === 'hypothesis' || label === 'expected') return label;
    return `terminal ${label ?? ''}`.trim();
  };
  const texts = (lines) =>
    lines
      .filter(
        (line) =>
          line.trim() !== '' &&
          !/^ *(?:\.\. )?.*\d+ more: faultline check /u.test(line) &&
          line.trim() !== '..',
      )
      .map((line) => ({
        place: place(line),
        text: LABELLED.exec(line)?.[2] ?? line.trim(),
        variants,
      }));
  // The title and the facts take one line or more.
  const lines = head.split('\n');
  const answers = texts(lines.slice(1 + lines.findIndex((line) => SIZE.test(line))));
  return [
    ...answers,
    ...parts.flatMap((part) => {
      const lines = part.split('\n');
      if (TABLE.test(part))
        return lines
          .filter((line) => /^ {2}(?:\*|.*\.$)/u.test(line))
          .map((line) => ({ place: 'note', text: line.trim(), variants }));
      return lines.flatMap((line) => {
        const step = STEP.exec(line);
        if (step !== null && LABELLED.exec(line) === null)
          return [{ place: 'step', text: `${step[1]} | ${step[2]}`, variants }];
        return texts([line]);
      });
    }),
  ];
}

/** Markdown and HTML as they are read. */
function plain(text) {
  return text
    .replaceAll(/\\([\\`*_[\]|~#])/gu, '$1')
    .replaceAll('**', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

/** The sentences of the report in Markdown. */
export function markdownTexts({ variants }, text) {
  let place = 'markdown';
  let isCode = false;
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('```')) isCode = !isCode;
    if (line.startsWith('## ')) place = `markdown ${line.slice(3)}`;
    if (isCode || /^(?:#|\||```|Reproduce:|Events in|$)/u.test(line)) return [];
    const step = /^1\. (.+?): \*\*(.+?)\*\*(?:, (.+))?$/u.exec(line);
    if (step !== null) {
      const [, when, subject, rest] = step;
      const what = rest === undefined ? subject : `${subject}: ${rest}`;
      return [{ place: 'step', text: plain(`${when} | ${what}`), variants }];
    }
    return [
      {
        place,
        text: plain(line.replace(/^- /u, '').replace(/^\*\*(?:What|Why|Do)\*\*: /u, '')),
        variants,
      },
    ];
  });
}

const PARTS = /<section[^>]* id="(verdict|causes|headroom)"[^>]*>([^]*?)<\/section>/gu;
const TEXTS = /<(dd|p|h2)(?: [^>]*)?>([^]*?)<\/\1>/gu;

/** The sentences of the answer, the causes and the headroom of a page. */
export function pageTexts({ variants }, html) {
  return [...html.matchAll(PARTS)].flatMap(([, id, part]) =>
    [...part.matchAll(TEXTS)].flatMap(([, , inner]) => {
      const text = plain(
        inner
          .replaceAll(/<[^>]*>/gu, '')
          .replaceAll(/\s+/gu, ' ')
          .trim(),
      );
      return text === '' || /^(?:Causes|Headroom|Do|Why)$/u.test(text)
        ? []
        : [{ place: `page ${id}`, text, variants }];
    }),
  );
}
