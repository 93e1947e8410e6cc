import type { Result } from '../../contracts/result/result.js';
import { isBroken, isWrong } from '../view/budget-words.js';
import { JUDGED_LISTS } from '../view/judged.js';
import { unfinishedLines } from '../words/incomplete.js';
import { budgetMessage } from './junit.js';
import { oneLine } from '../../text/line.js';

/** Where a text is written. */
export interface TextPlace {
  readonly file: string;
  readonly line: number;
}

/** A scenario with its result, and by text the places of its budgets. */
interface Annotated {
  readonly file: string;
  readonly result: Result;
  readonly places?: ReadonlyMap<string, TextPlace>;
}

/** Workflow commands that GitHub shows as annotations: an error for what is not met, a warning if it has that severity. */
export function githubAnnotations(files: readonly Annotated[]): string {
  const lines: string[] = [];
  for (const { file, result, places } of files) {
    for (const text of result.alarms ?? []) lines.push(annotation('warning', file, 'Alarm', text));
    for (const { variant, text } of unfinishedLines(result)) {
      lines.push(annotation('error', file, `Unfinished: ${variant}`, text));
    }
    for (const variant of result.variants) {
      for (const { of, annotation: words } of JUDGED_LISTS) {
        for (const budget of of(variant)) {
          if (budget.verdict === 'pass') continue;
          const [level, what] = isBroken(budget)
            ? [budget.severity, words.unmet]
            : ['notice', budget.applies === false ? words.idle : words.open];
          const whatIf = result.scenario.whatIf === undefined ? '' : ', what if';
          const title = `${what} in ${variant.name}${whatIf}`;
          const at = places?.get(budget.text) ?? file;
          lines.push(annotation(level, at, title, `${budget.text}: ${budgetMessage(budget)}`));
        }
      }
    }
    const { hypothesis } = result;
    if (hypothesis !== null && isWrong(hypothesis))
      lines.push(
        annotation('error', file, `Hypothesis ${hypothesis.verdict}`, hypothesis.statement),
      );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** One annotation, of a file or of a line of it. */
export function annotation(
  level: string,
  at: string | TextPlace,
  title: string,
  message: string,
): string {
  const place =
    typeof at === 'string' ? `file=${property(at)}` : `file=${property(at.file)},line=${at.line}`;
  return `::${level} ${place},title=${property(title)}::${data(message)}`;
}

/** A text in a command, with GitHub's own escapes. It has no line ends that would need one. */
function data(text: string): string {
  return oneLine(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
