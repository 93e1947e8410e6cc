import { METRICS_EACH, metricsOf, predictedOf } from '../../analysis/calibration/predicted.js';
import type { Asked } from '../../analysis/sweep.js';
import type { Prepared } from '../../api/prepare.js';
import type { CalibrationFigureName } from '../../contracts/result/calibration.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';

/** Figures that runs predict, by subject and figure; null = nothing was measured. */
export type Predictions = ReadonlyMap<
  string,
  Readonly<Record<CalibrationFigureName, number | null>>
>;

/** Reads the figures of endpoints and calls in the runs of one variant. */
export class Predictor {
  readonly asked: Asked;

  constructor(
    { source, file }: Pick<Prepared, 'source' | 'file'>,
    private readonly names: readonly string[],
  ) {
    const variants = file.variants.map(({ name }) => name);
    const { questions } = source.questions(names.flatMap(metricsOf), variants);
    this.asked = { metrics: questions.map(({ measure }) => measure), budgets: [], expect: null };
  }

  of([first]: readonly SweepFigures[]): Predictions {
    return new Map(
      this.names.map((name, k) => [
        name,
        predictedOf(
          Array.from({ length: METRICS_EACH }, (_, i) => first?.figures[k * METRICS_EACH + i]),
        ),
      ]),
    );
  }
}
