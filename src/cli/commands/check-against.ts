import { againstOf, narrowed, type Sides } from '../../api/against/against.js';
import { GuardStop } from '../../run/failure.js';
import { judgedIn } from '../../language/expressions-of.js';
import {
  againstAnnotations,
  againstSuite,
  isRefusedVerdict,
} from '../../report/against/machines.js';
import { againstMarkdown } from '../../report/against/markdown.js';
import { againstText } from '../../report/against/text.js';
import { freshOf } from '../../report/against/words.js';
import type { TextPlace } from '../../report/formats/github.js';
import { renderJunit } from '../../report/formats/junit.js';
import { oneLine } from '../../text/line.js';
import type { AgainstResult } from '../../contracts/result/against.js';
import type { Result } from '../../contracts/result/result.js';
import { referenceOf } from '../against/reference.js';
import {
  checkDestinations,
  jsonOf,
  takesStandardOutput,
  writeDocument,
  Writes,
} from '../documents.js';
import { CommandError, EXIT, usageError } from '../exit.js';
import { interruption, keep } from '../interrupt.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { prepare } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import { lookOf, type Terminal } from '../terminal.js';
import type { CheckFlags } from '../check-flags.js';

const WORDS = { doing: 'comparing', rest: 'writing the comparison' };

/** A scenario with its comparison. */
interface Against {
  readonly file: string;
  readonly against: AgainstResult;
  readonly result: Result;
  readonly places: ReadonlyMap<string, TextPlace>;
}

/** Compares scenarios with another state of each. Worse figures and lost or broken budgets give exit code 1. */
export async function checkAgainst(
  files: readonly string[],
  named: string,
  flags: CheckFlags,
  terminal: Terminal,
): Promise<number> {
  checkFlags(files, flags);
  const took = stopwatch();
  const sides = files.map((path) => sidesOf(path, named, flags, terminal));
  const all: Against[] = [];
  for (const one of sides) {
    all.push(await comparisonOf(one, flags, terminal));
    if (interruption.aborted) break;
  }
  if (flags.quiet !== true) terminal.note(oneLine(`compared in ${took()}`));
  await report(all, flags, terminal);
  for (const { file } of all) keep(`The comparison of ${file} is reported.`);
  if (interruption.aborted) return EXIT.interrupted;
  const isStrict = flags.strict === true;
  return all.some((one) => isRefused(one, isStrict)) ? EXIT.broken : EXIT.ok;
}

/** Whether the change is worse, or adds a budget or a hypothesis that does not hold. Earlier breaks do not count. */
function isRefused({ against }: Against, isStrict: boolean): boolean {
  const { verdict } = against;
  return isRefusedVerdict(verdict, isStrict) || freshOf(against).length > 0;
}

function checkFlags(files: readonly string[], flags: CheckFlags): void {
  const one = files.length > 1 && flags.json !== undefined;
  if (one) throw usageError('--json takes the comparison of one scenario; name one');
  if (flags.baseline !== undefined || flags.updateBaseline === true)
    throw usageError('--baseline and --against are two ways to compare: leave one of them out');
  if (flags.explain === true)
    throw usageError('--explain proves causes and --against compares: leave one of them out');
  if (flags.as !== undefined)
    throw usageError(
      '--as adds a variant, which --against has nothing to compare with: leave it out',
    );
  checkDestinations([flags.json, flags.junit, flags.markdown]);
  if (flags.github === true && takesStandardOutput([flags.json, flags.junit, flags.markdown]))
    throw usageError('--github prints to standard output: give the document a file');
}

/** Reads both sides. Both have the seed of this one, or that of a stored result. */
function sidesOf(path: string, named: string, flags: CheckFlags, terminal: Terminal): Sides {
  const reference = referenceOf(path, named, terminal);
  const { what } = reference;
  if ('result' in reference) {
    const { seed, replications } = reference.result;
    refuseOther(flags, reference.result, what.name);
    const here = prepare(path, { ...flags, seed, replications }, terminal);
    return { here, there: reference.result, what };
  }
  const here = prepare(path, flags, terminal);
  const { seed } = here.file.variants[0]!.scenario.run;
  // What --set changes and which budgets are asked for is about this side.
  const selection: Selection = { seed, budget: flags.budget };
  const there = reference.prepared(selection);
  return { here, there: narrowed(there, flags.variant), what };
}

/** A result has its own seed and number of runs. */
function refuseOther(flags: CheckFlags, { seed, replications }: Result, name: string): void {
  const other = (flag: string, own: number | undefined, stored: number): void => {
    if (own === undefined || own === stored) return;
    throw usageError(
      `--against ${name}: the result has ${flag} ${stored}, so --${flag} ${own} has no pair there`,
    );
  };
  other('seed', flags.seed, seed);
  other('replications', flags.replications, replications);
}

async function comparisonOf(
  { here, there, what }: Sides,
  flags: CheckFlags,
  terminal: Terminal,
): Promise<Against> {
  const runs = searchRuns(here.path, flags, terminal, WORDS);
  const { replications: first, maxRuns } = flags;
  const settings = {
    ...(first !== undefined && { first }),
    ...(maxRuns !== undefined && { maxRuns }),
  };
  try {
    const { against, result } = await againstOf({ here, there, what }, settings, runs);
    return { file: here.path, against, result, places: placesOf(here) };
  } catch (error) {
    throw error instanceof GuardStop ? new CommandError(EXIT.guard, error.message) : error;
  }
}

/** By text, the places of the budgets and expectations. */
function placesOf({ file, places }: Prepared): ReadonlyMap<string, TextPlace> {
  return new Map(
    judgedIn(file).map(({ source, path }) => {
      const { file: at, line } = places.inFile(path);
      return [source.text, { file: at, line }];
    }),
  );
}

async function report(
  all: readonly Against[],
  flags: CheckFlags,
  terminal: Terminal,
): Promise<void> {
  const isStrict = flags.strict === true;
  const writes = new Writes();
  const write = (to: string | undefined, text: () => string): Promise<void> =>
    writes.attempt(() => writeDocument(to, text, terminal));
  await write(flags.json, jsonOf(all[0]!.against));
  await write(flags.junit, () =>
    renderJunit(
      all.map(({ file, against, result }) => {
        // A budget that was broken before would fail a test that the change has nothing to do with.
        const own = { ...result, variants: [], hypothesis: null };
        return { file, result: own, others: [againstSuite(against, isStrict)] };
      }),
    ),
  );
  await write(flags.markdown, () => againstMarkdown(all));
  if (!takesStandardOutput([flags.json, flags.junit, flags.markdown])) {
    const shown = flags.quiet === true ? all.filter((one) => isRefused(one, isStrict)) : all;
    for (const { file, against } of shown)
      terminal.out(againstText(against, { file, ...lookOf(terminal) }));
  }
  if (flags.github === true) {
    for (const { file, against, places } of all)
      terminal.raw(againstAnnotations(file, against, places, isStrict));
  }
  writes.settle();
}
