import { isFailure } from '../../report/view/budget-words.js';
import { storyMarkdown, storyText } from '../../report/story/render.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { Lines } from '../../text/line.js';
import type { ExplainFlags } from '../explain-flags.js';
import { explained } from '../explained.js';
import { EXIT } from '../exit.js';
import { scenarioPath } from '../files.js';
import type { Selection } from '../../api/prepare.js';
import { prepare } from '../prepare.js';
import { fileArgument } from '../report-name.js';
import { chosenOf, refuseRunFlags, rendered, resultIn } from '../result-file.js';
import { endOf, keepResult } from '../simulate.js';
import { lookOf, type Terminal } from '../terminal.js';

export interface StoryFlags extends Selection, ExplainFlags {
  readonly markdown?: boolean;
}

/** Prints the account of a scenario, which it runs, or of a result document. */
export async function story(
  argument: string,
  flags: StoryFlags,
  terminal: Terminal,
): Promise<number> {
  const path = scenarioPath(argument);
  const known = resultIn(path);
  if (known !== null) {
    refuseRunFlags(flags, path);
    const account = rendered(path, () =>
      textOf(chosenOf(known, flags, path), argument, flags, terminal),
    );
    print(account, terminal);
    return EXIT.ok;
  }
  const prepared = prepare(argument, flags, terminal);
  const { result, ending } = await explained(prepared, null, isAsked, flags, terminal);
  if (result === null) return endOf(ending, terminal);
  print(textOf(result, argument, flags, terminal), terminal);
  keepResult(prepared, ending);
  return endOf(ending, terminal);
}

/** With --explain: the baseline, and all variants that break a budget. */
const isAsked = ({ baseline, budgets }: VariantResult): boolean =>
  baseline || budgets.some(isFailure);

/** An account as lines for people, or as Markdown. */
type Account = { readonly shown: Lines } | { readonly markdown: string };

function print(account: Account, terminal: Terminal): void {
  if ('shown' in account) terminal.out(account.shown);
  else terminal.raw(account.markdown);
}

function textOf(result: Result, source: string, flags: StoryFlags, terminal: Terminal): Account {
  const name = fileArgument(scenarioPath(source));
  const options = { source: name === '-' ? 'standard input' : name };
  if (flags.markdown === true) return { markdown: storyMarkdown(result, options) };
  return { shown: storyText(result, { ...options, ...lookOf(terminal) }) };
}
