import { answerOf, namedAnswers } from '../../src/report/words/answer.js';
import type { Words } from '../../src/report/base/emphasis.js';
import type { View } from '../../src/report/view/view.js';

/** Everything that a report says first: the three answers, and what a reader must not miss beside them. */
export function saidWords(view: View): Words {
  const answer = answerOf(view);
  return [...namedAnswers(answer).map(({ words }) => words), ...answer.also].flatMap((words) => [
    ...words,
    ' ',
  ]);
}
