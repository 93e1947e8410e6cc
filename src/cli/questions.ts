let ask: (question: string) => string = () => '';

/** The owner of the streams asks by `own`, which sleeps until the answer is there. */
export function askWith(own: (question: string) => string): void {
  ask = own;
}

/**
 * Asks for one line on the terminal, again until `problemOf` has nothing to say. An empty answer, and the end of the
 * input, stand for `usual`.
 */
export function answered(
  question: string,
  usual: string,
  problemOf: (answer: string) => string | null = () => null,
): string {
  const shown = usual === '' ? question : `${question} [${usual}]`;
  for (let before = ''; ;) {
    const answer = ask(`${before}${shown}: `).trim();
    if (answer === '') return usual;
    const problem = problemOf(answer);
    if (problem === null) return answer;
    before = `  ${problem}\n`;
  }
}
