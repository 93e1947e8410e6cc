import type { Result } from '../contracts/result/result.js';
import { isBroken, isWrong } from './budget-words.js';
import { JUDGED_LISTS } from './judged.js';
import { unfinishedLines } from './incomplete.js';
import { budgetMessage } from './junit.js';
import { oneLine } from '../text/line.js';

/** Workflow commands that GitHub shows as annotations: an error for what is not met, a warning if it has that severity. */
export function githubAnnotations(
  files: readonly { readonly file: string; readonly result: Result }[],
): string {
  const lines: string[] = [];
  for (const { file, result } of files) {
    for (const text of result.alarms ?? []) lines.push(command('warning', file, 'Alarm', text));
    for (const { variant, text } of unfinishedLines(result)) {
      lines.push(command('error', file, `Unfinished: ${variant}`, text));
    }
    for (const variant of result.variants) {
      for (const { of, annotation } of JUDGED_LISTS) {
        for (const budget of of(variant)) {
          if (budget.verdict === 'pass') continue;
          const [level, words] = isBroken(budget)
            ? [budget.severity, annotation.unmet]
            : ['notice', budget.applies === false ? annotation.idle : annotation.open];
          const whatIf = result.scenario.whatIf === undefined ? '' : ', what if';
          const title = `${words} in ${variant.name}${whatIf}`;
          lines.push(command(level, file, title, `${budget.text}: ${budgetMessage(budget)}`));
        }
      }
    }
    const { hypothesis } = result;
    if (hypothesis !== null && isWrong(hypothesis))
      lines.push(command('error', file, `Hypothesis ${hypothesis.verdict}`, hypothesis.statement));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function command(level: string, file: string, title: string, message: string): string {
  return `::${level} file=${property(file)},title=${property(title)}::${data(message)}`;
}

/** A text in a command, with GitHub's own escapes. It has no line ends that would need one. */
function data(text: string): string {
  return oneLine(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
