import { dirname, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { plain } from '../scenario/located.js';
import { speaksOf } from '../language/expressions-of.js';
import type { SettingChange } from '../scenario/tuning/change.js';
import { usageError } from './exit.js';
import { STDIN } from './files.js';
import type { Prepared } from '../api/prepare.js';

/** Name of the variant that a patch adds. */
const NAME = 'fixed';
/** Name of the file as it is, where it names no variant. */
const TODAY = 'today';

/** Rejects a patch that no file could include. */
export function checkPatch(out: string | undefined, path: string, set: readonly string[]): void {
  if (out === undefined) return;
  if (path === STDIN)
    throw usageError('--out writes a file that includes the scenario: standard input has no name');
  if (set.length > 0)
    throw usageError(
      '--out writes a change of the file as it is: leave --set out, or write it there',
    );
}

/** A scenario that includes another one, and adds a variant with some changes. */
export function patchText(
  { file, path, places }: Prepared,
  variant: string,
  changes: readonly SettingChange[],
  out: string,
): string {
  const names = file.variants.map(({ name }) => name);
  const name = names.includes(NAME) ? `${variant}-${NAME}` : NAME;
  const hasVariants = places.keysInFile([]).includes('variants');
  const removed = changes.filter(({ value, before }) => value === null || before?.type === 'map');
  const set = changes.flatMap(({ path: own, value }) =>
    value === null ? [] : [[own, plain(value)]],
  );
  const budgets = file.budgets.flatMap(({ expression, text }) =>
    expression.variants !== null && speaksOf(expression, variant)
      ? [text.replace(/ in [^<>=]*$/, ` in ${name}`)]
      : [],
  );
  const own = {
    name,
    ...(hasVariants && { extends: variant }),
    ...(removed.length > 0 && { remove: removed.map((one) => one.path) }),
    ...(set.length > 0 && { set: Object.fromEntries(set) as object }),
  };
  const scenario = {
    faultline: 1,
    include: [includeName(out, path)],
    variants: hasVariants ? [own] : [{ name: TODAY, baseline: true }, own],
    ...(budgets.length > 0 && { budgets }),
  };
  return stringify(scenario, { lineWidth: 0 });
}

function includeName(out: string, path: string): string {
  const from = out === '-' ? '.' : dirname(out);
  return relative(resolve(from), resolve(path)).replaceAll('\\', '/');
}
