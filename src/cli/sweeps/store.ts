import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../text/canonical.js';
import { sha256 } from '../../text/sha256.js';
import type { SweepFigures } from '../../spec/result/sweep.js';
import { CommandError } from '../exit.js';
import { readGuarded } from '../files.js';
import { writeOutput } from '../output.js';

const FORMAT = 'case/2';
const number = z.number().nullable();
const interval = z.tuple([z.number(), z.number()]).nullable();
const verdict = z.enum(['pass', 'fail', 'inconclusive']);
const fileSchema = z.strictObject({
  faultline: z.literal(FORMAT),
  variants: z.array(
    z.strictObject({
      name: z.string(),
      digest: z.string(),
      replications: z.number(),
      stop: z.string().nullable(),
      figures: z.array(
        z.strictObject({
          value: number,
          ci95: interval,
          never: z.number(),
          each: z.array(number).max(10_000),
        }),
      ),
      budgets: z.array(verdict.nullable()),
      points: z.array(verdict.nullable()),
      expect: z
        .strictObject({
          verdict,
          value: number,
          ci95: interval,
          limit: number,
          unit: z.enum(['seconds', 'perSecond', 'share', 'number']),
          note: z.string().nullable(),
        })
        .nullable(),
      gives: z
        .strictObject({
          subject: z.string(),
          kind: z.custom<NonNullable<SweepFigures['gives']>['kind']>(
            (kind) => typeof kind === 'string',
          ),
          at: z.number(),
          text: z.string(),
        })
        .optional(),
    }),
  ),
});

/**
 * The computed figures of a sweep, one file for each setting, named by everything on which its figures depend. An
 * interrupted sweep continues where it was, and the shards of a sweep are joined by putting their files together. A
 * file that cannot be read counts as missing.
 */
export class CaseStore {
  readonly directory: string;
  private readonly isRead: boolean;

  /** `isFresh`: existing files are not read, only overwritten. */
  constructor(directory: string, isFresh: boolean) {
    this.directory = directory;
    this.isRead = !isFresh;
  }

  /** Figures that were computed before, if they have this shape; undefined if there are none. */
  find(key: string, shape: CaseShape): readonly SweepFigures[] | undefined {
    if (!this.isRead) return undefined;
    try {
      const parsed = fileSchema.safeParse(JSON.parse(readGuarded(this.pathOf(key))));
      return parsed.success && fits(parsed.data.variants, shape) ? parsed.data.variants : undefined;
    } catch {
      return undefined;
    }
  }

  keep(key: string, variants: readonly SweepFigures[]): void {
    try {
      writeOutput(this.pathOf(key), `${canonicalJson({ faultline: FORMAT, variants })}\n`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const kept =
        'Settings that were computed before are kept: the same command goes on from there.';
      throw new CommandError(error.exitCode, `${error.message}\n  ${kept}`, { cause: error });
    }
  }

  private pathOf(key: string): string {
    return join(this.directory, `${key}.json`);
  }
}

/** The shape that the figures of a setting must have. */
export interface CaseShape {
  readonly variants: readonly string[];
  readonly metrics: number;
  readonly budgets: number;
}

function fits(found: readonly SweepFigures[], { variants, metrics, budgets }: CaseShape): boolean {
  return (
    found.length === variants.length &&
    found.every(
      (own, i) =>
        own.name === variants[i] &&
        own.figures.length === metrics &&
        own.budgets.length === budgets &&
        own.points.length === budgets,
    )
  );
}

/** A file name derived from everything on which the figures depend. */
export function caseKey(parts: unknown): string {
  return sha256(canonicalJson(parts)).slice(0, 32);
}
