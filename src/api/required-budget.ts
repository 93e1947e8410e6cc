import { exploredBudgets } from '../analysis/explore.js';
import type { ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import { oneLine } from '../text/line.js';
import { OptionError } from './errors.js';

/** Refuses a variant that no budget can judge alone, with the remedy. `so`: what is then impossible. */
export function requireBudget(
  { budgets }: ScenarioFile,
  { name, scenario }: Variant,
  path: string,
  { withFaults, so }: { readonly withFaults: boolean; readonly so: string },
): void {
  const { judged, leftOut } = exploredBudgets(budgets, name, withFaults);
  if (judged.length > 0) return;
  const [workload] = scenario.workloads.keys();
  const remedy = `write one, such as \`budget\` '${workload ?? 'users'}.success >= 99%'`;
  const why = leftOut.map(({ text, why: reason }) => `\n  ${oneLine(text)}: ${reason}`).join('');
  const message = `${path}: no budget says what variant ${name} must hold, so ${so}: ${remedy}${why}`;
  throw new OptionError(message, { option: 'budget', found: name });
}
