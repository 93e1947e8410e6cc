import { asLines, oneLine, splitLines } from '../../text/line.js';
import { checklistsOf, type Checklist } from '../../lint/checklist.js';
import type { Sorted } from '../../lint/accepted.js';
import type { Remark } from '../../lint/lint.js';
import { acceptedTexts, checklistLines, shownRemarks, tally } from '../../lint/text.js';
import { plural } from '../../text/words.js';
import { guessCount, guessText, guessWords } from '../../report/words/guess-words.js';
import { whatIfText } from '../../report/words/what-if.js';
import type { Guess } from '../../contracts/result/guess.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { CommandError, EXIT } from '../exit.js';
import { acceptedOf, chosenRules, findingOf, remarksIn } from '../../api/lint.js';
import type { Selection } from '../../api/prepare.js';
import { guessesOf } from '../guesses.js';
import { notesOn } from '../notes.js';
import { prepare, type Asked } from '../prepare.js';
import type { Terminal } from '../terminal.js';

export interface LintFlags extends Pick<Selection, 'variant' | 'set' | 'as'> {
  readonly rule?: readonly string[];
  readonly ignore?: readonly string[];
  readonly checklist?: boolean;
  /** Every finding of a rule with very many. */
  readonly all?: boolean;
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
  const accepted: Sorted['accepted'][number][] = [];
  const checklists: Checklist[] = [];
  const guessed: Guess[] = [];
  let wrong: number | null = null;
  let looked = 0;
  for (const argument of files) {
    try {
      const prepared = prepare(argument, selectionOf(flags), terminal);
      const { path, file, plans, places } = prepared;
      const sorted = remarksIn(prepared, chosen);
      const own = flags.checklist === true ? checklistsOf(file, plans, places) : [];
      const guesses = guessesOf(prepared);
      guessed.push(...guesses);
      all.push(...sorted.open);
      accepted.push(...sorted.accepted);
      checklists.push(...own);
      looked++;
      const whatIf = whatIfText(file.whatIf);
      if (!silent && whatIf !== null) terminal.out(oneLine(whatIf));
      if (silent) continue;
      show(path, sorted, flags, terminal);
      if (flags.quiet !== true)
        for (const note of notesOn(file, places)) terminal.out(oneLine(`  note: ${note}`));
      showGuesses(guesses, flags, terminal);
      for (const checklist of own) terminal.out(asLines(['', ...checklistLines(checklist)]));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      terminal.note(splitLines(`faultline: ${error.message}`));
      wrong = error.exitCode;
    }
  }
  // A document without findings would be misleading if no file could be checked, so an earlier one is kept.
  const asked = flags.checklist === true ? checklists : null;
  if (looked > 0)
    writeDocument(flags.json, () => documentText(all, accepted, asked, guessed), terminal);
  if (wrong !== null) return wrong;
  return all.some(({ severity }) => severity === 'error') ? EXIT.broken : EXIT.ok;
}

function selectionOf({ variant, set, as, quiet }: LintFlags): Asked {
  return {
    quiet: quiet === true,
    ...(variant === undefined ? {} : { variant }),
    ...(set === undefined ? {} : { set }),
    ...(as === undefined ? {} : { as }),
  };
}

/** Shows which values a comment calls a guess. */
function showGuesses(
  guesses: readonly Guess[],
  { quiet, all }: LintFlags,
  terminal: Terminal,
): void {
  if (guesses.length === 0 || quiet === true) return;
  terminal.out(oneLine(`  ${guessCount(guesses)}: ${guessWords(guesses)}`));
  for (const guess of all === true ? guesses : []) terminal.out(oneLine(`    ${guessText(guess)}`));
}

/** Width of the blocks in a log, which people read in windows of any width. */
const LOG_WIDTH = 80;

function show(path: string, sorted: Sorted, flags: LintFlags, terminal: Terminal): void {
  const { open, accepted } = sorted;
  const shown = flags.quiet === true ? open.filter(({ severity }) => severity === 'error') : open;
  if (flags.quiet !== true) {
    const known = accepted.length === 0 ? '' : `, ${plural(accepted.length, 'accepted finding')}`;
    const texts = acceptedTexts(accepted, flags.all === true);
    const gap = shown.length === 0 ? [] : [''];
    terminal.out(asLines([`${path}: ${tally(open)}${known}`, ...texts, ...gap]));
  }
  const width = terminal.isLog ? LOG_WIDTH : terminal.columns;
  const blocks = shownRemarks(shown, { all: flags.all === true, width });
  for (const lines of blocks) terminal.out(asLines(lines));
}

/** The document for programs: the findings of all files, in the order of the output, and the checklists if asked for. */
function documentText(
  remarks: readonly Remark[],
  accepted: Sorted['accepted'],
  checklists: readonly Checklist[] | null,
  guesses: readonly Guess[],
): string {
  const findings = remarks.map(findingOf);
  const known = accepted.map(acceptedOf);
  const rated =
    checklists === null
      ? {}
      : { checklists: checklists.map(({ everywhere: _everywhere, ...checklist }) => checklist) };
  const own = known.length === 0 ? {} : { accepted: known };
  const open = guesses.length === 0 ? {} : { guesses };
  return `${JSON.stringify({ faultline: 1, findings, ...own, ...rated, ...open }, null, 2)}\n`;
}
