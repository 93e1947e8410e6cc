// What a sentence about a change says at its end of the budgets that the variant breaks.

const NAME = String.raw`“[^”]+”`;
const PARTS = [
  String.raw`${NAME} is still not held: [^;]+?`,
  String.raw`\d+ of \d+ broken budgets are still not held`,
  String.raw`${NAME} breaks: [^;]+?`,
  String.raw`${NAME} is not decided`,
  String.raw`${NAME} holds: [^;]+?`,
  String.raw`(?:both|all \d+) broken budgets hold`,
].join('|');
const TAIL = new RegExp(String.raw`[;:] (?<goals>(?:${PARTS})(?: and (?:${PARTS}))*)$`, 'u');

/** A sentence without that end, and what is wrong in the end; null if nothing is. */
export function withoutGoals(text, variant) {
  const match = TAIL.exec(text);
  if (match === null) return { rest: text, wrong: null };
  const { goals } = match.groups;
  const proofs = variant.counterfactuals?.budgets ?? [];
  const isSo = ([, name, verb]) => {
    const texts = variant.budgets
      .filter((own) => (own.name ?? own.text) === name)
      .map((own) => own.text);
    const trials = proofs
      .filter((own) => texts.includes(own.text))
      .flatMap(({ interventions }) => interventions);
    return trials.some(({ holds, isOpen = false }) =>
      verb === 'holds' ? holds : verb === 'is not decided' ? isOpen : !holds && !isOpen,
    );
  };
  const each = [...goals.matchAll(/“([^”]+)” (holds|is still not held|breaks|is not decided)/gu)];
  const wrong = each.find((one) => !isSo(one));
  return {
    rest: text.slice(0, match.index),
    wrong: wrong === undefined ? null : `no run shows that ${wrong[0]}`,
  };
}
