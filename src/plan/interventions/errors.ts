import { isSuccess } from '../../contracts/outcome.js';
import { OP } from '../../contracts/plan/program.js';
import type { Plan, PlanPart } from '../../contracts/plan/plan.js';
import { codeOf, INSTRUCTION_WIDTH as WIDTH } from '../../contracts/plan/program-ends.js';
import type { InterventionKind } from './kind.js';
import { shareOf } from './signs.js';

/** A component does not fail a share of its requests by itself. */
export const errors: InterventionKind = {
  kind: 'errors',
  of: (plan) =>
    plan.components.flatMap(({ name, firstPart, parts }, id) => {
      const own = plan.parts.slice(firstPart, firstPart + parts);
      return own.some((part) => failuresOf(plan, part).length > 0)
        ? [
            {
              kind: 'errors',
              subject: name,
              part: 'condition',
              words: `without the errors of ${name} itself`,
              apply: ({ plan: source }) => withoutErrors(source, id),
            },
          ]
        : [];
    }),
  worth: (variant, { subject }) =>
    Math.min(0.8, 8 * shareOf(variant, subject, (outcome) => outcome.endsWith('Error'))),
};

/** Places of the instructions that end a request with a failure by chance: a failure behind a draw. */
function failuresOf(plan: Plan, part: PlanPart): readonly number[] {
  const { code } = plan.program;
  const [from, until] = codeOf(plan, part);
  const found: number[] = [];
  for (let at = from; at + WIDTH < until; at += WIDTH) {
    const next = at + WIDTH;
    const isDrawn = code[at] === OP.SKIP && code[at + 2]! * WIDTH === next + WIDTH;
    if (isDrawn && code[next] === OP.DONE && !isSuccess(code[next + 1]!)) found.push(next);
  }
  return found;
}

function withoutErrors(plan: Plan, component: number): Plan {
  const code = Int32Array.from(plan.program.code);
  for (const part of plan.parts) {
    if (part.component !== component) continue;
    for (const at of failuresOf(plan, part)) {
      code[at] = OP.JUMP;
      code[at + 1] = at / WIDTH + 1;
      code[at + 2] = code[at + 3] = 0;
    }
  }
  return { ...plan, program: { ...plan.program, code } };
}
