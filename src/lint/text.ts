import { codeFrame } from '../scenario/diagnostics.js';
import { plural } from '../text/words.js';
import type { Sorted } from './accepted.js';
import type { Checklist } from './checklist.js';
import { FEW, groupedRemarks } from './groups.js';
import type { Remark } from './lint.js';
import type { Severity } from './rule.js';

/** Accepted findings above which the text shows only the first ones, and how many it shows then. */
const SAME_MAX = 20;
const SAME_SHOWN = 5;

/**
 * Lines of the remarks about a file, in order: one block each, or where there are many, one for each rule. `all` shows
 * every finding with its lines.
 */
export function shownRemarks(
  remarks: readonly Remark[],
  { all, width }: { readonly all: boolean; readonly width: number },
): readonly (readonly string[])[] {
  if (all || remarks.length <= FEW) return remarks.map(remarkLines);
  return [
    ...groupedRemarks(remarks, width),
    ['Every finding with its lines: --all. One rule: --rule NAME. Data: --json FILE.', ''],
  ];
}

/** Lines of a remark in the format of `validate` diagnostics, with the measurement, the reason and the fix. */
export function remarkLines(remark: Remark): readonly string[] {
  const { file, line, col, severity, rule, path, message, variants, everywhere } = remark;
  const where = everywhere ? '' : ` (in variant ${variants.join(', ')})`;
  return [
    `${file}:${line}:${col} ${severity} ${rule} ${path}: ${message}${where}`,
    ...codeFrame(remark),
    ...alsoLines(remark),
    `  measured: ${remark.measured}; limit: ${remark.limit}`,
    `  why: ${remark.reason}`,
    `  remedy: ${remark.hint}`,
    ...fixLines(remark),
    '',
  ];
}

/** Lines of an example that are shown. */
const FIX_SHOWN = 40;

function fixLines({ fixExample }: Remark): readonly string[] {
  const lines = fixExample.split('\n').map((text) => `    ${text}`);
  const rest = lines.length - FIX_SHOWN;
  if (rest <= 0) return lines;
  return [...lines.slice(0, FIX_SHOWN), `    # ${plural(rest, 'more line')}: --json FILE`];
}

/** How many of the calls with the same finding are listed. */
const ALSO_SHOWN = 3;

function alsoLines({ also }: Remark): readonly string[] {
  const shown = also.slice(0, ALSO_SHOWN).map((message) => `  also: ${message}`);
  const rest = also.length - shown.length;
  return rest === 0 ? shown : [...shown, `  also: ${rest} more`];
}

/** A line for each finding that the file accepts; without `all`, only the first ones of a long list. */
export function acceptedTexts(accepted: Sorted['accepted'], all: boolean): readonly string[] {
  const shown = all || accepted.length <= SAME_MAX ? accepted : accepted.slice(0, SAME_SHOWN);
  const lines = shown.map(([remark, reason]) => acceptedText(remark, reason));
  const rest = accepted.length - shown.length;
  return rest === 0
    ? lines
    : [...lines, `${plural(rest, 'more accepted finding')}: --all, or --json FILE`];
}

/** One line for a finding that the file accepts. */
function acceptedText({ file, line, col, rule, message }: Remark, reason: string): string {
  return `${file}:${line}:${col} accepted ${rule}: ${message} (${reason})`;
}

/** `2 errors, 1 warning, 0 hints`. */
export function tally(remarks: readonly Remark[]): string {
  const count = (severity: Severity): string => {
    const all = remarks.filter((remark) => remark.severity === severity);
    return plural(all.length, severity);
  };
  return [count('error'), count('warning'), count('hint')].join(', ');
}

/** How many of the places that lack a point are listed. */
const LACKING_SHOWN = 5;

/** The checklist as an aligned table, with the places that lack each point below it. */
export function checklistLines({
  file,
  variants,
  everywhere,
  points,
}: Checklist): readonly string[] {
  const where = everywhere ? '' : ` (variant ${variants.join(', ')})`;
  const widthOf = (texts: readonly string[]): number =>
    Math.max(...texts.map(({ length }) => length));
  const first = widthOf(points.map(({ point }) => point));
  const second = widthOf(points.map(({ answer }) => answer));
  const lines = points.flatMap(({ point, answer, evidence, lacking }) => {
    const shown = lacking
      .slice(0, LACKING_SHOWN)
      .map(
        ({ file: name, line, col, path, message }) => `${name}:${line}:${col} ${path}: ${message}`,
      );
    const rest = lacking.length - shown.length;
    return [
      `  ${point.padEnd(first)}  ${answer.padEnd(second)}  ${evidence}`,
      ...[...shown, ...(rest === 0 ? [] : [`${rest} more`])].map((text) => `    ${text}`),
    ];
  });
  return [`${file}: checklist${where}`, ...lines];
}
