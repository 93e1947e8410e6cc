import { oneLine } from '../../text/line.js';
import { githubAnnotations } from '../../report/formats/github.js';
import { isFailure } from '../../report/view/budget-words.js';
import { renderJunit } from '../../report/formats/junit.js';
import { renderMarkdown } from '../../report/formats/markdown.js';
import { checkText } from '../../report/text/text-compare.js';
import { resultText } from '../../run/result-text.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import { broken } from '../../api/judge.js';
import { openBaseline, type Checked } from '../baseline.js';
import { explained } from '../explained.js';
import type { CheckFlags } from '../check-flags.js';
import { Writes, checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { interruption } from '../interrupt.js';
import { prepare } from '../prepare.js';
import { endOf, keepResult, type Ending } from '../simulate.js';
import { palette, type Terminal } from '../terminal.js';

/** Runs the scenarios and judges them. A broken budget, unexpected behaviour or a refuted hypothesis gives exit code 1. */
export async function check(
  files: readonly string[],
  flags: CheckFlags,
  terminal: Terminal,
): Promise<number> {
  if (flags.against !== undefined) {
    const { checkAgainst } = await import('./check-against.js');
    return checkAgainst(files, flags.against, flags, terminal);
  }
  checkFlags(files, flags);
  const all = files.map((path) => prepare(path, flags, terminal));
  const baseline = openBaseline(flags, all);
  const checked: Checked[] = [];
  const ends: Ending[] = [];
  for (const prepared of all) {
    const saved = baseline?.savedOf(prepared.path) ?? null;
    const { result, ending } = await explained(prepared, saved, isAtFault, flags, terminal);
    ends.push(ending);
    if (result !== null) checked.push({ file: prepared.path, result });
    if (flags.quiet !== true) terminal.note(oneLine(ending.words));
    if (interruption.aborted) break;
  }
  const writes = new Writes();
  if (checked.length > 0) {
    await report(checked, flags, terminal, writes);
    ends.forEach((one, i) => {
      if (one.shortfall?.isEmpty !== true) keepResult(all[i]!, one);
    });
  }
  // Figures of incomplete runs must not become a baseline.
  const isWhole = !interruption.aborted && ends.every(({ shortfall }) => shortfall === null);
  const isSettled = !isWhole || (baseline?.settle(checked, terminal) ?? true);
  writes.settle();
  const end = Math.max(...ends.map((one) => endOf(one, terminal)));
  if (end !== EXIT.ok) return end;
  return !isSettled || checked.some(({ result }) => isBroken(result)) ? EXIT.broken : EXIT.ok;
}

/** With `--explain`, `check` explains the variants that break a budget. */
const isAtFault = ({ budgets }: VariantResult): boolean => budgets.some(isFailure);

/** True if a budget or an expectation that counts is not met, or the hypothesis is refuted; undecided ones count if they are strict. */
export function isBroken(result: Result): boolean {
  return broken(result).length > 0;
}

function checkFlags(files: readonly string[], flags: CheckFlags): void {
  if (files.length > 1 && flags.json !== undefined) {
    throw usageError('--json takes the result of one scenario; name one');
  }
  if (flags.strict === true || flags.maxRuns !== undefined) {
    const flag = flags.strict === true ? '--strict' : '--max-runs';
    throw usageError(`${flag} is about a comparison: add --against REF`);
  }
  checkDestinations([flags.json, flags.junit, flags.markdown]);
  if (flags.github === true && takesStandardOutput([flags.json, flags.junit, flags.markdown])) {
    throw usageError('--github prints to standard output: give the document a file');
  }
}

async function report(
  checked: readonly Checked[],
  flags: CheckFlags,
  terminal: Terminal,
  writes: Writes,
): Promise<void> {
  const write = (to: string | undefined, text: () => string): Promise<void> =>
    writes.attempt(() => writeDocument(to, text, terminal));
  await write(flags.json, () => resultText(checked[0]!.result));
  await write(flags.junit, () => renderJunit(checked));
  await write(flags.markdown, () => markdownOf(checked));
  if (takesStandardOutput([flags.json, flags.junit, flags.markdown])) return;
  const shown = flags.quiet === true ? checked.filter(({ result }) => isBroken(result)) : checked;
  if (shown.length > 0) {
    const { isLog, colors } = terminal;
    const columns = isLog ? undefined : terminal.columns;
    const paint = palette(colors.out);
    terminal.out(checkText(shown, { columns, broken: flags.quiet === true, paint }));
  }
  if (flags.github === true) terminal.raw(githubAnnotations(checked));
}

function markdownOf(checked: readonly Checked[]): string {
  return checked
    .map(({ file, result }) => renderMarkdown(result, { command: `faultline check ${file}` }))
    .join('\n');
}
