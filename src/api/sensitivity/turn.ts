/** Whether the answer at a factor is another one; null = not known, after an interrupt, or not allowed. */
export type AskFactor = (factor: number) => Promise<boolean | null>;

/** The two sides of a turn, as factors. */
interface FoundTurn {
  readonly same: number;
  readonly other: number;
}

/** Share by which the two sides differ at most. */
const CLOSE = 0.02;

/** Searches where the answer turns between the present value, where it does not, and `other`, where it does. */
export async function turnBetween(ask: AskFactor, other: number, same = 1): Promise<FoundTurn> {
  let [inner, outer] = [same, other];
  while (Math.abs(outer - inner) > CLOSE * inner) {
    const factor = rounded(Math.sqrt(inner * outer));
    if (factor === inner || factor === outer) break;
    const isOther = await ask(factor);
    if (isOther === null) break;
    if (isOther) outer = factor;
    else inner = factor;
  }
  return { same: inner, other: outer };
}

/** Factors beyond the range, to the smallest and the largest that are tried. */
const BEYOND = { down: [0.5, 0.25], up: [2, 4] } as const;

/**
 * Searches a turn beyond the range of an input. `end`: the farthest factor without one; it is the last one that is allowed.
 */
export async function turnBeyond(
  ask: AskFactor,
  side: keyof typeof BEYOND,
  from: number,
): Promise<{ readonly turn: FoundTurn | null; readonly end: number }> {
  let end = from;
  for (const factor of BEYOND[side]) {
    if (side === 'up' ? factor <= end : factor >= end) continue;
    const isOther = await ask(factor);
    if (isOther === null) break;
    if (isOther) return { turn: await turnBetween(ask, factor, end), end };
    end = factor;
  }
  return { turn: null, end };
}

function rounded(factor: number): number {
  return Number(factor.toPrecision(4));
}
