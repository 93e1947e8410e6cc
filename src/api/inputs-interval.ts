import { exp, log } from '../kernel/math.js';
import { streamKey, unit } from '../kernel/rng.js';
import { normalQuantile } from '../kernel/special.js';
import type { Question } from '../contracts/scenario/expression.js';
import { inputsOf, type ModelInput } from '../scenario/tuning/inputs.js';
import { studentQuantile } from '../stats/student.js';
import { Multiples, type Point } from './multiples.js';
import type { Prepared } from './prepare.js';
import type { Answer } from './questions.js';
import type { SearchRuns } from './searching.js';

/** Answers whose intervals include the uncertainty of the inputs. */
export interface Wider {
  readonly answers: readonly Answer[];
  /** Values with an interval, draws of all of them, and draws with a value that is not allowed. */
  readonly inputs: number;
  readonly draws: number;
  readonly leftOut: number;
}

/** What is asked, and how often the inputs are drawn. */
export interface WiderInputs {
  readonly prepared: Prepared;
  readonly questions: readonly Question[];
  /** With the values of the file. */
  readonly answers: readonly Answer[];
  readonly draws: number;
}

/** Draws that run together. */
const BATCH = 8;
/** Standard errors of half an interval of 95 %. */
const Z = 1.96;

/**
 * Adds the uncertainty of the inputs to that of the runs. Each draw multiplies every input by a lognormal factor with the
 * interval of its comment, and is one run with the random numbers of the first usual one, so that only the inputs differ. The two parts are
 * independent, and their squares add up: of times and rates in logarithms, because waits near saturation are skewed.
 */
export async function wider(
  { prepared, questions, answers, draws }: WiderInputs,
  runs: SearchRuns,
): Promise<Wider> {
  const inputs = measuredIn(prepared);
  if (inputs.length === 0) return { answers, inputs: 0, draws: 0, leftOut: 0 };
  const asked = { metrics: questions.map(({ measure }) => measure), budgets: [], expect: null };
  const { file, plans } = prepared;
  const names = file.variants.map(({ name }) => name);
  const { seed } = file.variants[0]!.scenario.run;
  const { selection } = prepared;
  const once = { ...prepared, replications: 1, selection: { ...selection, replications: 1 } };
  /** By draw, variant and question; the first one has the values of the file. */
  const drawn: (readonly (readonly (number | null)[])[])[] = [];
  let leftOut = 0;
  await runs.run(plans, async (execute) => {
    const isOver = (): boolean => runs.isOver();
    const onProgress = (done: number): void => runs.onDone(done, (draws + 1) * plans.length);
    const multiples = new Multiples({
      prepared: once,
      runs: { execute, isOver },
      asked,
      onProgress,
    });
    for (let from = 0; from <= draws && !isOver(); from += BATCH) {
      const count = Math.min(BATCH, draws + 1 - from);
      const points = Array.from({ length: count }, (_, k) =>
        from + k === 0 ? new Map<string, number>() : pointOf(inputs, seed, from + k),
      );
      for (const own of await multiples.figuresOf(points)) {
        if (own === null) leftOut++;
        else drawn.push(own.map(({ figures }) => figures.map(({ value }) => value)));
      }
    }
  });
  runs.onEnd();
  const all = answers.map((answer) => {
    const place = questions.findIndex(({ measure }) => measure.text === answer.question);
    const variant = names.indexOf(answer.variant);
    const values = drawn.map((row) => row[variant]?.[place] ?? null);
    return { ...answer, ci95: intervalOf(answer, values) };
  });
  return { answers: all, inputs: inputs.length, draws: Math.max(0, drawn.length - 1), leftOut };
}

/** The inputs of the baseline that have an interval. */
export function measuredIn({ texts, file, places }: Prepared): readonly ModelInput[] {
  const baseline = file.variants.find((one) => one.baseline)!;
  const { written } = texts.get(baseline.name)!;
  const all = inputsOf(written, (node) => places.comment(node));
  return all.filter(({ half }) => half !== null && half > 0);
}

/** A factor for each input. The draws of one do not depend on which others there are. */
export function pointOf(inputs: readonly ModelInput[], seed: number, draw: number): Point {
  return new Map(
    inputs.map(({ path, half, value }) => {
      const { a, b } = streamKey(seed, draw, `input ${path}`);
      const factor = exp((normalQuantile(unit(a, b, 0, 0, 0)) * half!) / Z);
      const own = value.type === 'scalar' && typeof value.value === 'number' ? value.value : 2;
      // A share stays one.
      return [path, own <= 1 ? Math.min(factor, 1 / own) : factor] as const;
    }),
  );
}

function intervalOf(
  { value, ci95, unit: of, replications }: Answer,
  [usual, ...others]: readonly (number | null)[],
): Answer['ci95'] {
  const drawn = others.filter((one) => one !== null);
  if (value === null || usual === null || usual === undefined || drawn.length < 2) return ci95;
  const isLog =
    (of === 'seconds' || of === 'perSecond') && value > 0 && [usual, ...drawn].every((x) => x > 0);
  const to = isLog ? log : (x: number): number => x;
  const back = isLog ? exp : (x: number): number => x;
  const middle = to(value);
  // About the usual value: the mean of the draws differs from it where the system is not linear.
  const from = to(usual);
  const spread = drawn.reduce((sum, x) => sum + (to(x) - from) * (to(x) - from), 0);
  const inputs = studentQuantile(0.975, drawn.length) * Math.sqrt(spread / drawn.length);
  const known = replications > 1 ? ci95 : null;
  const side = (end: number | undefined): number => {
    const sampling = end === undefined || (isLog && !(end > 0)) ? 0 : Math.abs(to(end) - middle);
    return Math.sqrt(inputs * inputs + sampling * sampling);
  };
  return [back(middle - side(known?.[0])), back(middle + side(known?.[1]))];
}
