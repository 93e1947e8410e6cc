import { parse } from 'yaml';
import { flow } from '../text/flow.js';
import { formatCount } from '../text/figures.js';
import { groupedBy } from '../text/order.js';
import { plural } from '../text/words.js';
import { foldWords } from '../text/fold.js';
import type { Remark } from './lint.js';

/** Findings above which the text has one block per rule, without the lines of the file. */
export const FEW = 10;

/**
 * One block for each rule: its first place, the others in a line, and the line to write there. A file with many
 * findings has most of them for a few settings that many components share.
 */
export function groupedRemarks(
  remarks: readonly Remark[],
  width: number,
): readonly (readonly string[])[] {
  const groups = groupedBy(remarks, ({ rule, severity }) => `${severity} ${rule}`);
  return [...groups.values()].map((same) => blockOf(same, width));
}

function blockOf(same: readonly Remark[], width: number): readonly string[] {
  const [first] = same;
  const { file, line, col, severity, rule, variants, everywhere } = first;
  const count = same.reduce((sum, { also }) => sum + 1 + also.length, 0);
  const all = count === 1 ? '' : ` (${plural(count, 'finding')})`;
  const where = everywhere ? '' : ` (in variant ${variants.join(', ')})`;
  const text = (label: string, words: string, most = Infinity): readonly string[] =>
    foldWords(label + words, { first: '  ', rest: '    ', width, most });
  return [
    `${file}:${line}:${col} ${severity} ${rule}${all}`,
    ...text('', `${first.message}${where}`),
    ...othersOf(same, text),
    ...text('measured: ', `${first.measured}; limit: ${first.limit}`, 2),
    ...whyOf(first, text),
    ...fixLines(first, text),
    '',
  ];
}

type Fold = (label: string, words: string, most?: number) => readonly string[];

/** Lines of a reason and of an example that a block has room for. */
const ROOM = 2;

/** The reason, or as many of its sentences as there is room for. */
function whyOf({ reason }: Remark, text: Fold): readonly string[] {
  const sentences = reason.split(/(?<=\.) /);
  while (sentences.length > 1 && text('why: ', sentences.join(' ')).length > ROOM) sentences.pop();
  return text('why: ', sentences.join(' '));
}

/** The example, or the remedy in words where the example is too long for a line. */
function fixLines(remark: Remark, text: Fold): readonly string[] {
  const lines = text('write ', fixOf(remark));
  return lines.length > ROOM ? text('remedy: ', remark.hint) : lines;
}

/** The other findings, by place: `also 32:5 order.create, 124:9 shipping`. */
function othersOf(same: readonly Remark[], text: Fold): readonly string[] {
  const [first, ...rest] = same;
  const own = first.also.length === 0 ? [] : [`${formatCount(first.also.length)} here`];
  const places = groupedBy(rest, ({ line, col }) => `${line}:${col}`);
  const others = [...places].map(([place, at]) => {
    const names = [...new Set(at.map(({ entities }) => entities[0]))];
    const isHere = place === `${first.line}:${first.col}`;
    return `${isHere ? '' : `${place} `}${names.join(', ')}`;
  });
  const all = [...own, ...others];
  return all.length === 0 ? [] : text('also: ', all.join('; '), 1);
}

/** The example on one line, by its path: `services.shop.queue: { capacity: 8 }`. */
function fixOf({ fixExample }: Remark): string {
  const [head, ...body] = fixExample.split('\n');
  const comment = head.startsWith('# in ') ? `in ${head.slice('# in '.length)}: ` : '';
  const tree: unknown = parse(comment === '' ? fixExample : body.join('\n'));
  return comment + pathOf(tree);
}

/** A mapping with a single key is a step of the path. */
function pathOf(tree: unknown): string {
  const keys: string[] = [];
  let inner = tree;
  while (isMapping(inner) && Object.keys(inner).length === 1) {
    const [[key, value]] = Object.entries(inner);
    keys.push(key);
    inner = value;
  }
  return keys.length === 0 ? flow(inner) : `${keys.join('.')}: ${flow(inner)}`;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
