import type { CalibrationFigureName } from './calibration.js';
import type { Result } from './result.js';

/** The document of `faultline drift --json`: where a scenario differs from what is deployed and measured today. */
export interface DriftResult extends Pick<Result, 'faultline' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly variant: string;
  readonly settings: DriftedSettings | null;
  readonly figures: DriftedFigures | null;
  /** Files that could not be read, each with its place and the reason: nothing of them is compared. */
  readonly unread: readonly string[];
  /** Differences that `--ignore` leaves out. */
  readonly ignored: number;
  /** Nothing differs. */
  readonly isSame: boolean;
}

/** Settings of the manifests; null in the document if there were none. */
export interface DriftedSettings {
  readonly files: number;
  /** Settings of the manifests that were compared. */
  readonly compared: number;
  readonly drifted: readonly DriftedSetting[];
}

/** A setting that is not the same on both sides. */
export interface DriftedSetting {
  readonly path: string;
  /** `differs`: both have it. `missing`: the scenario lacks it. `extra`: only the scenario has it. */
  readonly kind: 'differs' | 'missing' | 'extra';
  /** Value of the scenario, with its `file:line`; null = none. */
  readonly scenario: string | null;
  readonly at: string | null;
  /** Value of the manifests, with their `file:line`; null = none. */
  readonly manifest: string | null;
  readonly from: string | null;
}

/** Figures of the traces; null in the document if there were none. */
export interface DriftedFigures {
  readonly compared: number;
  readonly drifted: readonly DriftedFigure[];
  /** Figures that are off by more than the tolerance, and whose measurement is too uncertain to say so. */
  readonly undecided: readonly DriftedFigure[];
  /** What was left out of the traces. */
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  /** Names in the traces that the scenario does not have. */
  readonly unknown: readonly string[];
  /** Least relative difference that counts. */
  readonly tolerance: number;
}

/**
 * `agrees`: within the tolerance. `differs`: beyond it, and beyond the noise of the measurement. `undecided`: beyond it,
 * and within the noise; more requests decide.
 */
export type Agreement = 'agrees' | 'differs' | 'undecided';

/** A figure of traces beside the prediction of the scenario. */
export interface DriftedFigure {
  /** `shop.buy`, or `shop->bank.pay` for calls as the caller sees them. */
  readonly subject: string;
  readonly figure: CalibrationFigureName;
  readonly n: number;
  /** Seconds, per second, or a share. */
  readonly measured: number;
  /** What the prediction would have to be within, noise and tolerance included. */
  readonly allowed: readonly [number, number];
  /** null = nothing was measured in the runs. */
  readonly predicted: number | null;
  readonly error: number | null;
  readonly agreement: Agreement;
}
