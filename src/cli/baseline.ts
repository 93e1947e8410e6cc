import { dirname, relative, resolve, sep } from 'node:path';
import type { Study } from '../analysis/verdicts/study.js';
import { asLines, oneLine } from '../text/line.js';
import { expressionsOf } from '../language/expressions-of.js';
import type { Result } from '../contracts/result/result.js';
import type { BudgetResult } from '../contracts/result/budgets.js';
import type { SavedValue } from '../contracts/result/saved.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import { BASELINE, baselineText, type SavedEntry } from './baseline-file.js';
import { usageError } from './exit.js';
import { checkOutputFile, writeOutput } from './output.js';
import type { Prepared, Selection } from '../api/prepare.js';
import { readStored } from './stored/envelope.js';
import { codeOf, fileError, isMachineCode, systemMessage } from './system-errors.js';
import type { Terminal } from './terminal.js';

/** A scenario and its result. */
export interface Checked {
  readonly file: string;
  readonly result: Result;
}

export interface BaselineFlags extends Selection {
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly quiet?: boolean;
}

/**
 * Reads the baseline before anything runs; null if no budget needs one. Exit code 2 if one is needed but not given, or
 * given but not needed.
 */
export function openBaseline(flags: BaselineFlags, all: readonly Prepared[]): Baseline | null {
  const { baseline: path, updateBaseline } = flags;
  const asking = all.filter(({ file }) => asksForSaved(file));
  if (path === undefined) {
    if (updateBaseline === true) throw usageError('--update-baseline needs --baseline FILE');
    if (asking.length === 0) return null;
    const names = asking.map((prepared) => prepared.path).join(', ');
    throw usageError(
      `budgets of ${names} speak \`of saved\`: give --baseline FILE, the first time with --update-baseline`,
    );
  }
  if (updateBaseline === true && flags.set !== undefined) {
    throw usageError('--update-baseline saves the figures of the file: leave --set out');
  }
  if (path === '-') throw usageError('--baseline names a file');
  if (asking.length === 0) {
    throw usageError('--baseline: no budget of these scenarios speaks `of saved`');
  }
  if (updateBaseline === true) {
    checkOutputFile(path);
    return new Baseline(path, read(path, true), flags);
  }
  return new Baseline(path, read(path), flags);
}

/** The figures of earlier runs with which budgets are compared. */
export class Baseline {
  constructor(
    private readonly path: string,
    private readonly entries: readonly SavedEntry[],
    private readonly flags: BaselineFlags,
  ) {}

  /** The values of `saved` for the budgets of a scenario; during an update, those of this run. */
  savedOf(path: string): Study['saved'] {
    if (this.flags.updateBaseline === true) return 'own';
    const name = nameOf(path, this.path);
    const values = new Map<string, Map<string, SavedValue>>();
    for (const { scenario, variant, metric, value, each } of this.entries) {
      if (scenario !== name) continue;
      const own = values.get(variant) ?? new Map<string, SavedValue>();
      values.set(variant, own.set(metric, { value, each }));
    }
    return values;
  }

  /** Writes the results of these runs, or warns about saved results that no budget uses and returns false. */
  settle(checked: readonly Checked[], terminal: Terminal): boolean {
    const stale = checked.flatMap((one) => staleIn(this.entries, one, this.path, this.flags));
    if (this.flags.updateBaseline === true) {
      this.write(checked, new Set(stale), terminal);
      return true;
    }
    if (stale.length === 0) return true;
    terminal.note(
      asLines([
        `${this.path} keeps what no budget asks for; --update-baseline takes it away:`,
        ...stale.map(({ scenario, variant, metric }) => `  ${scenario}  ${variant}  ${metric}`),
      ]),
    );
    return false;
  }

  private write(
    checked: readonly Checked[],
    stale: ReadonlySet<SavedEntry>,
    terminal: Terminal,
  ): void {
    const fresh = new Map(checked.flatMap((one) => entriesOf(one, this.path)).map(keyed));
    const kept = new Map(this.entries.filter((entry) => !stale.has(entry)).map(keyed));
    writeOutput(this.path, baselineText([...new Map([...kept, ...fresh]).values()]));
    if (this.flags.quiet === true) return;
    const removed = stale.size === 0 ? '' : `, ${stale.size} taken away`;
    terminal.note(oneLine(`${this.path}: ${fresh.size} saved${removed}`));
  }
}

/** Entries of a scenario that no budget uses, in the variants that ran or that no longer exist. */
function staleIn(
  entries: readonly SavedEntry[],
  checked: Checked,
  baseline: string,
  { variant: selected }: Selection,
): readonly SavedEntry[] {
  const scenario = nameOf(checked.file, baseline);
  const run = new Set(checked.result.variants.map(({ name }) => name));
  const asked = new Set(entriesOf(checked, baseline).map((entry) => keyed(entry)[0]));
  return entries.filter(
    (entry) =>
      entry.scenario === scenario &&
      (selected === undefined || run.has(entry.variant)) &&
      !asked.has(keyed(entry)[0]),
  );
}

/** The entries to save from the runs of a scenario. */
function entriesOf({ file, result }: Checked, baseline: string): readonly SavedEntry[] {
  const scenario = nameOf(file, baseline);
  const entry = (variant: string, { value, saved }: BudgetResult): readonly SavedEntry[] =>
    saved === undefined ? [] : [{ scenario, variant, metric: saved.key, value, each: saved.each }];
  return [
    ...result.variants.flatMap(({ name, budgets, expectations = [] }) =>
      [...budgets, ...expectations].flatMap((one) => entry(name, one)),
    ),
    ...(result.hypothesis?.expectations ?? []).flatMap((one) => entry(one.variant, one)),
  ];
}

function keyed(entry: SavedEntry): [string, SavedEntry] {
  return [JSON.stringify([entry.scenario, entry.variant, entry.metric]), entry];
}

function nameOf(scenario: string, baseline: string): string {
  return relative(dirname(resolve(baseline)), resolve(scenario))
    .split(sep)
    .join('/');
}

function asksForSaved(file: ScenarioFile): boolean {
  return expressionsOf(file).some(({ limit }) => limit.kind === 'ofSaved');
}

/**
 * Entries of the file; none if it is missing and `mayMiss`. Any other error is reported, because the file would be
 * overwritten.
 */
function read(path: string, mayMiss: boolean = false): readonly SavedEntry[] {
  try {
    return readStored(path, BASELINE).saved;
  } catch (error) {
    const code = codeOf(error);
    if (mayMiss && code === 'ENOENT') return [];
    if (isMachineCode(code)) throw fileError('cannot read', path, error);
    const hint = code === 'ENOENT' ? '; --update-baseline writes it' : '';
    throw usageError(`${path}: ${systemMessage(error)}${hint}`);
  }
}
