import type {
  AgainstResult,
  AgainstRowVerdict,
  AgainstVariant,
  AgainstVerdict,
} from '../../contracts/result/against.js';
import { annotation, type TextPlace } from '../formats/github.js';
import type { OtherSuite } from '../formats/junit.js';
import { budgetCells, cellsOf, sentenceOf } from './words.js';

/**
 * A test for each figure of each variant: worse fails unless a gain outweighs it, and with `isStrict` so do that and an
 * undecided one.
 */
export function againstSuite(result: AgainstResult, isStrict: boolean): OtherSuite {
  const { against, variants } = result;
  const outcomeOf = (
    verdict: AgainstRowVerdict,
    isTrade: boolean,
  ): OtherSuite['cases'][number]['outcome'] => {
    const isOpen = verdict === 'unknown' || (verdict === 'worse' && isTrade);
    if (isOpen ? isStrict : verdict === 'worse') return 'failed';
    return verdict === 'unknown' || verdict === 'apart' ? 'skipped' : 'passed';
  };
  const cases = variants.flatMap((variant) => {
    const rows = variant.rows.map((row) => ({
      name: `${variant.name}: ${row.figure}`,
      outcome: outcomeOf(row.verdict, variant.verdict === 'trade'),
      message: messageOf(cellsOf(row)),
    }));
    const budgets = budgetCells(variant);
    if (budgets === null) return rows;
    const { lost, fresh } = variant.budgets;
    const name = `${variant.name}: budgets held`;
    const outcome = lost.length + fresh.length > 0 ? ('failed' as const) : ('passed' as const);
    return [...rows, { name, outcome, message: messageOf(budgets) }];
  });
  return { name: `against ${against.name}`, cases };
}

/** Whether a verdict stops a pipeline. */
export function isRefusedVerdict(verdict: AgainstVerdict, isStrict: boolean): boolean {
  return verdict === 'worse' || (isStrict && (verdict === 'unknown' || verdict === 'trade'));
}

function messageOf([, there, here, difference, verdict]: readonly string[]): string {
  return `${verdict!}: ${there!} there, ${here!} here, ${difference!}`;
}

/** An annotation at each lost budget, and one of the file with the verdict. */
export function againstAnnotations(
  file: string,
  result: AgainstResult,
  places: ReadonlyMap<string, TextPlace>,
  isStrict: boolean,
): string {
  const { against, variants, verdict } = result;
  const budgetsOf = ({ name, budgets: { lost, fresh } }: AgainstVariant): string[] => [
    ...lost.map((text) => at(text, `Budget lost in ${name}`, `holds in ${against.name}, not here`)),
    ...fresh.map((text) => at(text, `Budget broken in ${name}`, `is broken only here`)),
  ];
  const at = (text: string, title: string, what: string): string =>
    annotation('error', places.get(text) ?? file, title, `${text} ${what}`);
  const level = isRefusedVerdict(verdict, isStrict) ? 'error' : 'notice';
  const titles: Readonly<Record<AgainstVerdict, string>> = {
    worse: 'Worse',
    trade: 'A trade',
    better: 'Better',
    same: 'The same',
    unknown: 'Not decided',
  };
  const title = `${titles[verdict]} against ${against.name}`;
  const lines = [
    ...variants.flatMap(budgetsOf),
    annotation(level, file, title, sentenceOf(result)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
