import { codeFrame } from '../scenario/diagnostics.js';
import { plural } from '../text/words.js';
import type { Checklist } from './checklist.js';
import type { Remark } from './lint.js';
import type { Rule, Severity } from './rule.js';

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
    ...remark.fixExample.split('\n').map((text) => `    ${text}`),
    '',
  ];
}

/** How many of the calls with the same finding are listed. */
const ALSO_SHOWN = 3;

function alsoLines({ also }: Remark): readonly string[] {
  const shown = also.slice(0, ALSO_SHOWN).map((message) => `  also: ${message}`);
  const rest = also.length - shown.length;
  return rest === 0 ? shown : [...shown, `  also: ${rest} more`];
}

/** One line for a finding that the file accepts. */
export function acceptedText({ file, line, col, rule, message }: Remark, reason: string): string {
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

/** The table of all rules, in Markdown. */
export function rulesTable(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ name, severity, reason, remedy }) => `| \`${name}\` | ${severity} | ${reason} | ${remedy} |`,
  );
  return ['| rule | severity | why it is one | remedy |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}
