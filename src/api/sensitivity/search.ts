import {
  answerOf,
  figureFor,
  figureNamed,
  isReordered,
  turned,
  turnOf,
  type Asking,
} from '../../analysis/sensitivity/answers.js';
import {
  effectsOf,
  pointsOf,
  sharePoints,
  trajectory,
  type Trajectory,
} from '../../analysis/sensitivity/design.js';
import { sharesOf } from '../../analysis/sensitivity/shares.js';
import type {
  SensitivityAnswer,
  SensitivityFigure,
  SensitivityInput,
  SensitivityPoint,
  SensitivityResult,
  SensitivityShares,
  SensitivityTogether,
  SensitivityTurn,
} from '../../contracts/result/sensitivity.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { inputText, multipleOf, type ModelInput } from '../../scenario/tuning/inputs.js';
import type { Point } from '../multiples.js';
import type { Points } from './points.js';
import { turnBetween, turnBeyond, type AskFactor } from './turn.js';

/** What is searched, and with which runs. */
export interface SensitivityInputs {
  readonly inputs: readonly ModelInput[];
  readonly guess: number;
  readonly seed: number;
  readonly names: readonly string[];
  readonly budgets: Asking['budgets'];
  readonly metrics: readonly { readonly text: string; readonly unit: SensitivityFigure['unit'] }[];
  /** Runs all variants. */
  readonly points: Points;
  readonly isOver: () => boolean;
  /** Runs the variant of the figure alone. */
  readonly alone: (variant: number) => Points;
}

/** What is found, without the facts of the scenario. */
type FoundSensitivity = Pick<
  SensitivityResult,
  'usual' | 'figure' | 'inputs' | 'together' | 'shares' | 'runs' | 'leftOut'
>;

/** Most trajectories, and the fewest that are worth their runs. */
const WALKS = { most: 6, least: 2 };
/** Inputs whose shares of the variance are measured, and rows of points for them. */
const SHARED = 3;
const ROWS = 32;
/** Inputs for which a turn is searched beyond the range. */
const SEARCHED = 3;

/** Varies each input alone, then searches where the answer turns, then varies all of them together. null if it is over at once. */
export async function sensitivityOf(by: SensitivityInputs): Promise<FoundSensitivity | null> {
  const figures = await by.points.usual();
  return figures === null ? null : new Search(by, figures).find();
}

/** The answers at both ends of the range of an input. */
interface Ends {
  readonly input: SensitivityInputs['inputs'][number];
  readonly low: SensitivityAnswer | null;
  readonly high: SensitivityAnswer | null;
}

class Search {
  private readonly by: SensitivityInputs;
  private readonly asking: Asking;
  private readonly figure: SensitivityFigure;
  private readonly usual: SensitivityAnswer;

  constructor(by: SensitivityInputs, figures: readonly SweepFigures[]) {
    const found = figureFor(figures, by.budgets, by.metrics);
    this.by = by;
    this.asking = { budgets: by.budgets, figure: found.place };
    this.figure = figureNamed(found, by.metrics, by.names);
    this.usual = answerOf(figures, this.asking);
  }

  async find(): Promise<FoundSensitivity> {
    const { guess, points } = this.by;
    const { inputs, leftOut } = await this.ends();
    const far = new Set(
      inputs
        .toSorted((a, b) => this.swing(b) - this.swing(a))
        .slice(0, SEARCHED)
        .map(({ input }) => input.path),
    );
    const turns = new Map<string, Pick<SensitivityInput, 'turns' | 'searched'>>();
    for (const own of inputs) turns.set(own.input.path, await this.turns(own, far));
    const { together, effects } = await this.together(inputs.map(({ input }) => input));
    const all = inputs.map((own): SensitivityInput => {
      const { path, value, isMarked } = own.input;
      return {
        path,
        now: inputText(value),
        isMarked,
        low: this.pointOf(own.low, own.input, 1 - guess),
        high: this.pointOf(own.high, own.input, 1 + guess),
        ...turns.get(path)!,
        effect: effects.get(path) ?? null,
      };
    });
    const ranked = this.ranked(all);
    const alone = this.by.alone(this.asking.figure.variant);
    const shares = await this.shares(
      alone,
      ranked
        .slice(0, SHARED)
        .map(({ path }) => inputs.find(({ input }) => input.path === path)!.input),
    );
    const runs = points.done + alone.done;
    return {
      usual: this.usual,
      figure: this.figure,
      inputs: ranked,
      together,
      shares,
      runs,
      leftOut,
    };
  }

  /** Each input alone at both ends of its range. */
  private async ends(): Promise<{
    readonly inputs: readonly Ends[];
    readonly leftOut: SensitivityResult['leftOut'];
  }> {
    const { inputs, guess, points } = this.by;
    const both = inputs.flatMap((input) =>
      [1 - guess, 1 + guess].map(
        (factor): Point => new Map([[input.path, allowed(input, factor)]]),
      ),
    );
    const answers = await points.of(both, this.asking);
    const found: Ends[] = [];
    const leftOut: SensitivityResult['leftOut'][number][] = [];
    inputs.forEach((input, i) => {
      const [low, high] = [answers[2 * i], answers[2 * i + 1]];
      const isRun = low !== undefined && high !== undefined;
      if (isRun && (low !== null || high !== null)) found.push({ input, low, high });
      else {
        const why = isRun
          ? 'neither value is allowed'
          : this.by.isOver()
            ? 'an interrupt came before its runs'
            : '--max-runs was reached';
        leftOut.push({ path: input.path, why });
      }
    });
    return { inputs: found, leftOut };
  }

  /** Where the answer turns on each side: within the range, or beyond it for the inputs that change the figure most. */
  private async turns(
    { input, low, high }: Ends,
    far: ReadonlySet<string>,
  ): Promise<Pick<SensitivityInput, 'turns' | 'searched'>> {
    const { guess } = this.by;
    const turns: SensitivityTurn[] = [];
    const reached: { from: number | null; to: number | null } = { from: null, to: null };
    const sides = [
      { side: 'down', end: low, factor: 1 - guess, key: 'from' },
      { side: 'up', end: high, factor: 1 + guess, key: 'to' },
    ] as const;
    for (const { side, end, factor, key } of sides) {
      if (end === null) continue;
      const ask = this.asks(input);
      const own = allowed(input, factor);
      let found = this.isOther(end) ? await turnBetween(ask, own) : null;
      if (found === null) {
        reached[key] = own;
        if (!far.has(input.path)) continue;
        const beyond = await turnBeyond(ask, side, own);
        reached[key] = beyond.end;
        found = beyond.turn;
      }
      if (found === null) continue;
      const answer = await this.answerAt(input, found.other);
      if (answer === null) continue;
      const at = allowed(input, found.other);
      turns.push({
        ...found,
        other: at,
        value: textOf(input, at),
        ...turnOf(this.usual, answer, this.by.names),
      });
    }
    return { turns, searched: reached };
  }

  private asks(input: ModelInput): AskFactor {
    return async (factor) => {
      const answer = await this.answerAt(input, factor);
      return answer === null ? null : this.isOther(answer);
    };
  }

  private async answerAt(input: ModelInput, factor: number): Promise<SensitivityAnswer | null> {
    const point = new Map([[input.path, allowed(input, factor)]]);
    const [answer = null] = await this.by.points.of([point], this.asking);
    return answer;
  }

  private isOther(answer: SensitivityAnswer): boolean {
    return turned(this.usual, answer) >= 0 || isReordered(this.usual, answer);
  }

  private pointOf(
    answer: SensitivityAnswer | null,
    input: ModelInput,
    end: number,
  ): SensitivityPoint | null {
    if (answer === null) return null;
    const factor = allowed(input, end);
    return {
      factor,
      value: textOf(input, factor),
      figure: answer.figure,
      isTurned: turned(this.usual, answer) >= 0,
      isReordered: isReordered(this.usual, answer),
    };
  }

  /** Most that an input alone changes the figure within its range. */
  private swing({
    low,
    high,
  }: {
    readonly low: { readonly figure: number | null } | null;
    readonly high: { readonly figure: number | null } | null;
  }): number {
    const values = [low, high, this.usual].flatMap((one) => one?.figure ?? []);
    return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
  }

  /** Inputs that turn the answer within their range first, then by their effect on the figure. */
  private ranked(inputs: readonly SensitivityInput[]): readonly SensitivityInput[] {
    const isTurning = ({ low, high }: SensitivityInput): boolean =>
      [low, high].some((end) => end !== null && (end.isTurned || end.isReordered));
    return inputs.toSorted(
      (a, b) =>
        Number(isTurning(b)) - Number(isTurning(a)) ||
        Math.max(b.effect ?? 0, this.swing(b)) - Math.max(a.effect ?? 0, this.swing(a)),
    );
  }

  /** All inputs at random in their ranges. */
  private async together(inputs: readonly ModelInput[]): Promise<{
    readonly together: SensitivityTogether | null;
    readonly effects: ReadonlyMap<string, number>;
  }> {
    const { points, seed } = this.by;
    const count = Math.min(WALKS.most, Math.floor(points.left / (inputs.length + 1)));
    if (inputs.length < 2 || count < WALKS.least) return { together: null, effects: new Map() };
    const walks: Trajectory[] = [];
    const answers: (readonly (SensitivityAnswer | null | undefined)[])[] = [];
    for (let w = 0; w < count; w++) {
      const walk = trajectory(inputs.length, seed, w);
      const own = await points.of(
        pointsOf(walk).map((places) => this.pointAt(inputs, places)),
        this.asking,
      );
      if (own.includes(undefined)) break;
      walks.push(walk);
      answers.push(own);
    }
    if (walks.length < WALKS.least) return { together: null, effects: new Map() };
    const effects = effectsOf(
      walks,
      answers.map((row) => row.map((one) => one?.figure ?? null)),
    );
    const known = answers.flat().filter((one) => one !== null && one !== undefined);
    const values = known.flatMap(({ figure }) => figure ?? []);
    return {
      together: {
        points: known.length,
        same: known.filter((one) => turned(this.usual, one) < 0).length,
        sameBest: known.filter((one) => !isReordered(this.usual, one)).length,
        least: values.length === 0 ? null : Math.min(...values),
        most: values.length === 0 ? null : Math.max(...values),
      },
      effects: new Map(
        inputs.flatMap(({ path }, i) => (effects[i] === null ? [] : [[path, effects[i]!]])),
      ),
    };
  }

  /** The parts of the variance that the inputs with the largest effect have. */
  private async shares(
    points: Points,
    inputs: readonly ModelInput[],
  ): Promise<SensitivityShares | null> {
    const perRow = inputs.length + 2;
    if (inputs.length < 2 || points.left < perRow * ROWS) return null;
    const { a, b, mixed } = sharePoints(inputs.length, ROWS, this.by.seed);
    const rows = [a, b, ...mixed].flat().map((places) => this.pointAt(inputs, places));
    const asking: Asking = { ...this.asking, figure: { ...this.asking.figure, variant: 0 } };
    const answers = await points.of(rows, asking);
    const values = answers.map((one) => one?.figure ?? null);
    if (values.includes(null)) return null;
    const part = (k: number): number[] => (values as number[]).slice(k * ROWS, (k + 1) * ROWS);
    const found = sharesOf({ a: part(0), b: part(1), mixed: inputs.map((_, i) => part(i + 2)) });
    if (found === null) return null;
    return {
      points: values.length,
      inputs: inputs.map(({ path }, i) => ({ path, ...found[i]! })),
    };
  }

  private pointAt(inputs: readonly ModelInput[], places: readonly number[]): Point {
    const { guess } = this.by;
    return new Map(
      inputs.map((input, i) => [input.path, allowed(input, 1 - guess + 2 * guess * places[i]!)]),
    );
  }
}

/** The factor that is nearest to one and gives a value that is allowed: a whole number stays whole, and changes by one at least. */
function allowed({ whole }: ModelInput, factor: number): number {
  if (whole === null) return Number(factor.toPrecision(6));
  const value = Math.max(1, Math.round(whole * factor));
  const moved = value === whole && factor !== 1 ? whole + Math.sign(factor - 1) : value;
  return Math.max(1, moved) / whole;
}

/** A multiple of an input as text. */
function textOf(input: ModelInput, factor: number): string {
  return inputText(multipleOf(input, factor) ?? input.value);
}
