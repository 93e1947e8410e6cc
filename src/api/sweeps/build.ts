import { formatDiagnostics } from '../../scenario/diagnostics.js';
import type { Source } from '../../scenario/load.js';
import type { Setting } from '../../scenario/sweep-values.js';
import { editsOf, type WrittenSweep } from '../../scenario/sweeps.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Question } from '../../contracts/scenario/expression.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import { ScenarioError } from '../errors.js';
import { lower, select, type Selection } from '../prepare.js';

/** One setting, ready to run: the variants of the sweep with the setting's values. */
export interface BuiltCase {
  readonly file: ScenarioFile;
  readonly plans: readonly Plan[];
}

/** Builds the settings of one sweep. */
export class CaseBuilder {
  constructor(
    private readonly path: string,
    private readonly source: Source,
    private readonly written: WrittenSweep,
    private readonly selection: Selection,
  ) {}

  /**
   * The scenario of a setting, for some of the variants. Throws a ScenarioError with all of its problems.
   */
  build(settings: readonly Setting[], variants: readonly string[]): BuiltCase {
    const { path, written } = this;
    const where = written.axes.map((axis, i) => `${axis.path} = ${settings[i]!.text}`).join(', ');
    const { file, problems } = this.source.with({ variants, edits: editsOf(written, settings) });
    if (file === null) {
      const errors = problems.filter(({ severity }) => severity === 'error');
      const text = `${path}: with ${where}\n${formatDiagnostics(errors)}`;
      throw new ScenarioError(path, problems, text);
    }
    const chosen = { ...select(file, this.selection, path), asked: askedBy(written) };
    return { file: chosen, plans: chosen.variants.map((one) => lower(one, chosen, path)) };
  }
}

/** What a sweep records, and its condition. */
function askedBy({ sweep: { metrics, expect } }: WrittenSweep): readonly Question[] {
  const recorded = metrics.map(({ measure }): Question => ({ measure, expression: null }));
  if (expect === null) return recorded;
  return [...recorded, { measure: expect.expression, expression: expect.expression }];
}

/**
 * Builds every setting once, so that all problems are reported before anything runs. Throws the last of a few
 * ScenarioErrors, with the diagnostics of all; `note` receives the messages of the others.
 */
export function checkSettings(
  builder: CaseBuilder,
  settings: readonly (readonly Setting[])[],
  variants: readonly string[],
  note: (message: string) => void = () => {},
): void {
  const wrong: ScenarioError[] = [];
  for (const one of settings) {
    try {
      builder.build(one, variants);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      wrong.push(error);
      if (wrong.length === SHOWN_MAX) break;
    }
  }
  const last = wrong.at(-1);
  if (last === undefined) return;
  for (const { message } of wrong.slice(0, -1)) note(message);
  const all = wrong.flatMap(({ diagnostics }) => diagnostics);
  throw new ScenarioError(last.path, all, last.message);
}

/** Most settings with problems that are shown; others usually have the same problems. */
const SHOWN_MAX = 5;
