import type { Result } from './result.js';

/** What is compared of each endpoint and each call. */
export const CALIBRATION_FIGURES = ['p50', 'p95', 'p99', 'throughput', 'failures'] as const;
export type CalibrationFigureName = (typeof CALIBRATION_FIGURES)[number];

/** The document of `faultline calibrate --json`: guesses fitted to traces, and predictions of traces that were held back. */
export interface CalibrationResult extends Pick<Result, 'faultline' | 'seed' | 'engine'> {
  readonly scenario: Pick<Result['scenario'], 'title' | 'sha256'>;
  readonly variant: string;
  readonly replications: number;
  readonly data: CalibrationData;
  /** In the order of the file. */
  readonly guesses: readonly CalibratedGuess[];
  /** Figures of the part that was held back. */
  readonly figures: readonly CalibratedFigure[];
  /** By figure. */
  readonly errors: readonly CalibrationError[];
  /** Names in the traces that the scenario does not have. */
  readonly unknown: readonly string[];
  readonly runs: number;
  readonly interrupted?: true;
}

/** What was read. */
export interface CalibrationData {
  readonly files: readonly string[];
  readonly spans: number;
  readonly traces: number;
  /** Share of the data that values are fitted to. */
  readonly fit: number;
  readonly by: 'time' | 'trace';
  /** Seconds of both parts together. */
  readonly seconds: number;
  /** Requests for each one that is traced; null = the traces do not say it, and 1 is taken. */
  readonly weight: number | null;
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  /** Files that could not be read, each with the reason. */
  readonly unread: readonly string[];
}

/** A guess of the scenario, and what the data say about it. */
export interface CalibratedGuess {
  readonly path: string;
  /** `file:line`. */
  readonly at: string;
  /** Value of the file. */
  readonly before: string;
  /** Value with which the data are predicted best. Equal to `before` if nothing better is known. */
  readonly after: string;
  /** `after` as a multiple of `before`. */
  readonly factor: number;
  /** Ends of the 95 % interval; null if the data do not determine the value. */
  readonly interval: readonly [low: string, high: string] | null;
  /** Larger half of the interval as a share of the value; null as `interval`. */
  readonly within: number | null;
  /** Executions of the component in the part that was fitted to. */
  readonly n: number;
  /** Another guess that makes up for this one, so that only both together are determined; null = none. */
  readonly partner: string | null;
  /** Where the data do not determine the value: what half and twice of it do to the errors. null otherwise. */
  readonly flat: { readonly half: FlatEnd; readonly twice: FlatEnd } | null;
}

/** `same`: the errors do not grow. `worse`: they do, so that this is a bound. `refused`: the value is not allowed. */
export type FlatEnd = 'same' | 'worse' | 'refused';

/** One figure of an endpoint or a call. */
export interface CalibratedFigure {
  /** `shop.buy`, or `shop->bank.pay` for calls as the caller sees them. */
  readonly subject: string;
  readonly figure: CalibrationFigureName;
  /** Observations. */
  readonly n: number;
  /** Seconds, per second, or a share. */
  readonly measured: number;
  /** With the values of the file, and with the fitted ones; null = nothing was measured in the runs. */
  readonly before: number | null;
  readonly predicted: number | null;
  /** (predicted - measured) / measured; of failures the difference of the shares; null as `predicted`. */
  readonly error: number | null;
  /** The difference is within the noise of data and runs (95 %). */
  readonly isWithin: boolean;
}

/** Errors of one figure over all endpoints and calls, without signs. */
export interface CalibrationError {
  readonly figure: CalibrationFigureName;
  readonly count: number;
  /** Medians, with the values of the file and with the fitted ones; null = none was predicted. */
  readonly before: number | null;
  readonly after: number | null;
  readonly largest: number | null;
}
