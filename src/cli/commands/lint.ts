import { checklistsOf } from '../../lint/checklist.js';
import type { Checklist } from '../../lint/checklist.js';
import { rules } from '../../lint/index.js';
import { lint as remarksOf } from '../../lint/lint.js';
import type { Remark } from '../../lint/lint.js';
import type { Rule } from '../../lint/rule.js';
import { checklistText, remarkText, tally } from '../../lint/text.js';
import { whatIfText } from '../../report/what-if.js';
import { meant } from '../../scenario/suggest.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { CommandError, EXIT, usageError } from '../exit.js';
import { prepare } from '../prepare.js';
import type { Selection } from '../prepare.js';
import type { Terminal } from '../terminal.js';

/** Flags of `lint`. */
export interface LintFlags extends Pick<Selection, 'variant' | 'set' | 'as'> {
  readonly rule?: readonly string[];
  readonly ignore?: readonly string[];
  readonly checklist?: boolean;
  readonly json?: string;
  readonly quiet?: boolean;
}

/**
 * Searches every scenario for anti-patterns. A finding with severity `error` gives exit code 1. An invalid scenario
 * gives exit code 2 and does not prevent the others from being checked.
 */
export function lint(files: readonly string[], flags: LintFlags, terminal: Terminal): number {
  const chosen = chosenRules(flags);
  checkDestinations([flags.json]);
  const silent = takesStandardOutput([flags.json]);
  const all: Remark[] = [];
  const checklists: Checklist[] = [];
  let wrong: number | null = null;
  let looked = 0;
  for (const argument of files) {
    try {
      const { path, file, plans, places } = prepare(argument, selectionOf(flags), terminal);
      const remarks = remarksOf(file, plans, places, chosen);
      const own = flags.checklist === true ? checklistsOf(file, plans, places) : [];
      all.push(...remarks);
      checklists.push(...own);
      looked++;
      const whatIf = whatIfText(file.whatIf);
      if (!silent && whatIf !== null) terminal.out(`${whatIf}\n`);
      if (silent) continue;
      show(path, remarks, flags, terminal);
      for (const checklist of own) terminal.out(`\n${checklistText(checklist)}`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      terminal.note(`faultline: ${error.message}\n`);
      wrong = error.exitCode;
    }
  }
  // A document without findings would be misleading if no file could be checked, so an earlier one is kept.
  const asked = flags.checklist === true ? checklists : null;
  if (looked > 0) writeDocument(flags.json, () => documentText(all, asked), terminal);
  if (wrong !== null) return wrong;
  return all.some(({ severity }) => severity === 'error') ? EXIT.broken : EXIT.ok;
}

function selectionOf({ variant, set, as }: LintFlags): Selection {
  return {
    ...(variant === undefined ? {} : { variant }),
    ...(set === undefined ? {} : { set }),
    ...(as === undefined ? {} : { as }),
  };
}

function show(
  path: string,
  remarks: readonly Remark[],
  flags: LintFlags,
  terminal: Terminal,
): void {
  const shown =
    flags.quiet === true ? remarks.filter(({ severity }) => severity === 'error') : remarks;
  for (const remark of shown) terminal.out(`${remarkText(remark)}\n`);
  if (flags.quiet !== true) terminal.out(`${path}: ${tally(remarks)}\n`);
}

/** The requested rules without the ignored ones. */
function chosenRules({ rule, ignore = [] }: LintFlags): readonly Rule[] {
  const names = rules.map(({ name }) => name);
  for (const name of [...(rule ?? []), ...ignore]) {
    if (names.includes(name)) continue;
    const near = meant(name, names);
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    throw usageError(`there is no rule "${name}"${hint}; known: ${names.join(', ')}`);
  }
  return rules.filter(({ name }) => (rule ?? names).includes(name) && !ignore.includes(name));
}

/** The document for programs: the findings of all files, in the order of the output, and the checklists if asked for. */
function documentText(remarks: readonly Remark[], checklists: readonly Checklist[] | null): string {
  const findings = remarks.map(({ frame: _frame, everywhere: _everywhere, ...remark }) => remark);
  const rated =
    checklists === null
      ? {}
      : { checklists: checklists.map(({ everywhere: _everywhere, ...checklist }) => checklist) };
  return `${JSON.stringify({ faultline: 1, findings, ...rated }, null, 2)}\n`;
}
