import type { SweepStart } from '../../contracts/result/sweep.js';
import { sha256 } from '../../text/sha256.js';
import { usageError } from '../exit.js';

/** A sweep given on the command line instead of in the file. */
export interface AdHoc {
  readonly set?: readonly string[];
  readonly metric?: readonly string[];
  readonly expect?: string;
  readonly samples?: number;
  readonly start?: SweepStart;
  readonly variant?: readonly string[];
}

/** The name of such a sweep within its document; the draws of random samples depend on it. */
export const AD_HOC = 'set';

/**
 * The name of its files, `set-people-arrivals-rate-20-s-to-40-s-1f2e3d4c`: its paths and values, and 8 digits of the
 * hash of all `words` of the command that affect the result. Other words give other files.
 */
export function adHocFileName(set: readonly string[], words: readonly string[]): string {
  const digest = sha256(JSON.stringify(words)).slice(0, 8);
  const slug = set
    .map((text) => slugOf(text.replace(/^\s*[^=.]*\.(?=[^=]*\.)/, '').replaceAll('..', ' to ')))
    .join('-')
    .slice(0, SLUG_MAX)
    .replace(/-+$/, '');
  return ['set', slug, digest].filter((word) => word !== '').join('-');
}

/** Most characters of a file name that come from paths and values. */
const SLUG_MAX = 60;

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** `{ kind: grid, set: { "path": [a, b] } }` of `--set path=a,b`; null if nothing is set. */
export function sweepText({ set, metric, expect, samples, start, variant }: AdHoc): string | null {
  if (set === undefined) {
    const given = {
      '--metric': metric,
      '--expect': expect,
      '--samples': samples,
      '--start': start,
    };
    const lost = Object.entries(given).find(([, value]) => value !== undefined);
    if (lost === undefined) return null;
    throw usageError(`${lost[0]} belongs to a sweep on the command line: add --set path=a,b,c`);
  }
  const kind = samples !== undefined ? 'random' : isSearch(set, expect) ? 'bisect' : 'grid';
  const fields = [
    `kind: ${kind}`,
    `set: { ${set.map((text) => axisText(text)).join(', ')} }`,
    ...(metric === undefined ? [] : [`metrics: [ ${metric.map(quoted).join(', ')} ]`]),
    ...(expect === undefined ? [] : [`expect: ${quoted(expect)}`]),
    ...(samples === undefined ? [] : [`samples: ${samples}`]),
    ...(start === undefined ? [] : [`start: ${start}`]),
    ...(variant === undefined ? [] : [`variants: [ ${variant.map(quoted).join(', ')} ]`]),
  ];
  return `{ ${fields.join(', ')} }`;
}

/** Whether a single range without steps is set: then its limit is searched. */
function isSearch(set: readonly string[], expect: string | undefined): boolean {
  return expect !== undefined || (set.length === 1 && /^[^=]+=[^,\s]+?\.\.[^,\s:]+$/.test(set[0]!));
}

/** `"path": [a, b]` of `path=a,b`, and `"path": { from: a, to: b, steps: n }` of `path=a..b` and `path=a..b:n`. */
function axisText(text: string): string {
  const equals = text.indexOf('=');
  const [path, values] = [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
  if (equals <= 0 || path === '' || values === '') {
    throw usageError(`--set ${text}: write a path and its values, path=a,b,c or path=from..to`);
  }
  const range = /^([^,\s]+?)\.\.([^,\s:]+)(?::(\d+))?$/.exec(values);
  if (range === null) return `${quoted(path)}: [ ${values} ]`;
  const [, from, to, steps] = range;
  const count = steps === undefined ? '' : `, steps: ${steps}`;
  return `${quoted(path)}: { from: ${from}, to: ${to}${count} }`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
