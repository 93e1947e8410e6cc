/** Whether a load holds, at a multiple of the load of the file; null if the search is over. */
type AskLoad = (factor: number) => Promise<boolean | null>;

/** The two ends of a limit. `breaks` is null if every factor holds, and `holds` 0 if none does. */
interface FoundLimit {
  readonly holds: number;
  readonly breaks: number | null;
}

/** Largest and smallest multiples that are tried; up to the larger one where use alone says that it is the limit. */
export const MOST = 16;
const MOST_BY_USE = 64;
/** A limit by use is this far off at most. */
const BEYOND = 1.5;
const LEAST = 1 / 16;

/**
 * Searches the largest factor that holds. It begins with the load of the file, goes on near `guess`, doubles or halves until
 * one factor holds and another does not, and then takes the geometric mean of both, until they differ by `resolution` of
 * the larger at most. `most`: the largest factor that is tried, by default 16, or up to 64 if the guess is there. A load that holds, breaks and holds again has several limits, of which it finds one.
 */
export async function limitOf(
  ask: AskLoad,
  guess: number | null,
  resolution: number,
  most = Math.max(MOST, Math.min(MOST_BY_USE, BEYOND * (guess ?? 0))),
): Promise<FoundLimit> {
  let [holds, breaks] = [0, Infinity];
  /** Factors near the guess, each of which is tried at most once. */
  const near =
    guess === null
      ? []
      : [1 - 0.4 * resolution, 1 + 0.4 * resolution].map((by) => rounded(guess * by));
  const next = (): number | null => {
    if (holds > 0 && breaks < Infinity && 1 - holds / breaks <= resolution) return null;
    if (holds === 0 && breaks === Infinity) return 1;
    const inside = near.find((one) => one > holds && one < breaks && one >= LEAST && one <= most);
    if (inside !== undefined) return inside;
    if (breaks === Infinity) return holds >= most ? null : Math.min(most, 2 * holds);
    if (holds === 0) return breaks <= LEAST ? null : Math.max(LEAST, breaks / 2);
    return rounded(Math.sqrt(holds * breaks));
  };
  for (let factor = next(); factor !== null; factor = next()) {
    const isHeld = await ask(factor);
    if (isHeld === null) break;
    if (isHeld) holds = factor;
    else breaks = factor;
  }
  return { holds, breaks: breaks === Infinity ? null : breaks };
}

/** Four digits: enough for a resolution of 0.5 %, and short in a command. */
function rounded(factor: number): number {
  return Number(factor.toPrecision(4));
}
