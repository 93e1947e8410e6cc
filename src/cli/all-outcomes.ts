import type { Answer } from '../api/questions.js';
import { OUTCOME_NAMES } from '../contracts/outcome.js';

/** Questions with `users.outcomes during hang` written out as one for each outcome, each question once. */
export function writtenOut(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap(eachOutcome))];
}

function eachOutcome(text: string): readonly string[] {
  const family = /^(\S+\.outcomes)(\s.*)?$/su.exec(text);
  if (family === null) return [text];
  const [, head, rest = ''] = family;
  return OUTCOME_NAMES.map((name) => `${head!}.${name}${rest}`);
}

/** The answers without outcomes that no variant has, unless such an outcome is asked for by name. */
export function withoutNone(
  texts: readonly string[],
  answers: readonly Answer[],
): readonly Answer[] {
  const some = new Set(answers.filter(({ value }) => value !== 0).map(({ question }) => question));
  const none = texts.flatMap((text) => {
    const each = eachOutcome(text);
    const lacking = each.filter((question) => !some.has(question));
    // Without any outcome the first one says so.
    return lacking.length < each.length ? lacking : lacking.slice(1);
  });
  const left = new Set(none.filter((question) => !texts.includes(question)));
  return answers.filter(({ question }) => !left.has(question));
}
