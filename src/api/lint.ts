import { sortedBy, type Sorted } from '../lint/accepted.js';
import { rules } from '../lint/index.js';
import { lint as remarksOf, type Remark } from '../lint/lint.js';
import type { Rule } from '../lint/rule.js';
import { unknownName, type Problem } from './errors.js';
import { scenarioOf, textsOf, type ScenarioInput, type ScenarioOptions } from './options.js';
import type { Prepared } from './prepare.js';

/** A finding of a rule: where it is, what was measured, what would be right, and why. */
export type Finding = Omit<Remark, 'frame' | 'everywhere'>;

/** A finding that the file accepts, with the reason that the file gives. */
export interface AcceptedFinding extends Finding {
  readonly accepted: string;
}

/** The rules that are asked for, without the ignored ones. Throws an OptionError for a name that is no rule. */
export function chosenRules({
  rule,
  ignore = [],
}: {
  readonly rule?: readonly string[];
  readonly ignore?: readonly string[];
}): readonly Rule[] {
  const names = rules.map(({ name }) => name);
  const option = (name: string): string => (ignore.includes(name) ? 'ignore' : 'rule');
  for (const name of [...(rule ?? []), ...ignore]) {
    if (names.includes(name)) continue;
    throw unknownName(option(name), name, names, { what: 'there is no rule', rest: 'known:' });
  }
  return rules.filter(({ name }) => (rule ?? names).includes(name) && !ignore.includes(name));
}

/** What some rules find in a scenario: what counts, and what the file accepts. */
export function remarksIn({ file, plans, places }: Prepared, chosen: readonly Rule[]): Sorted {
  return sortedBy(
    file.accepted,
    remarksOf(file, plans, places, chosen),
    chosen,
    rules.map(({ name }) => name),
    (index) => places.inFile(['lint', 'accept', index]),
  );
}

/** A finding for programs, without the parts that are only for display. */
export function findingOf({ frame: _frame, everywhere: _everywhere, ...finding }: Remark): Finding {
  return finding;
}

/** The same of findings that a file accepts. */
export function acceptedOf([remark, accepted]: Sorted['accepted'][number]): AcceptedFinding {
  return { ...findingOf(remark), accepted };
}

/** Which rules look at a scenario. */
export interface LintOptions extends ScenarioOptions {
  /** Only these rules. Default: all. */
  readonly rule?: string | readonly string[];
  /** Not these rules. */
  readonly ignore?: string | readonly string[];
}

/** What the rules find in a scenario. */
export interface LintResult {
  /** Sorted by severity, then by place. */
  readonly findings: readonly Finding[];
  /** Findings that the file accepts. */
  readonly accepted: readonly AcceptedFinding[];
  /** Warnings of the language itself. */
  readonly warnings: readonly Problem[];
}

/**
 * Searches a scenario for anti-patterns, as `faultline lint` does; nothing is simulated. Throws a ScenarioError if the
 * scenario is wrong, and an OptionError for a rule that does not exist.
 */
export function lint(scenario: ScenarioInput, options: LintOptions = {}): LintResult {
  const { rule, ignore } = options;
  const rulesOf = chosenRules({
    ...(rule !== undefined && { rule: textsOf('rule', rule) }),
    ...(ignore !== undefined && { ignore: textsOf('ignore', ignore) }),
  });
  const prepared = scenarioOf(scenario, options, ['rule', 'ignore']);
  const { open, accepted } = remarksIn(prepared, rulesOf);
  return {
    findings: open.map(findingOf),
    accepted: accepted.map(acceptedOf),
    warnings: prepared.warnings,
  };
}
