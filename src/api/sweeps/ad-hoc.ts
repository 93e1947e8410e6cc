import type { SweepStart } from '../../contracts/scenario/sweeps.js';
import { OptionError } from '../errors.js';

/** A sweep that is not in the file, as the command line writes it. */
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

/** `{ kind: grid, set: { "path": [a, b] } }` of `--set path=a,b`; null if nothing is set. */
export function sweepText({ set, metric, expect, samples, start, variant }: AdHoc): string | null {
  if (set === undefined) {
    const given = { metric, expect, samples, start };
    const lost = Object.entries(given).find(([, value]) => value !== undefined);
    if (lost === undefined) return null;
    const [option, value] = lost;
    const message = `\`${option}\` belongs to a sweep on the command line: add --set path=a,b,c`;
    throw new OptionError(message, { option, found: String(value) });
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
    const message = `\`set\` ${text}: write a path and its values, path=a,b,c or path=from..to`;
    throw new OptionError(message, { option: 'set', found: text });
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
