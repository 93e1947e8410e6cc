import { splitLines } from '../../text/line.js';
import { formatDiagnostic } from '../../scenario/diagnostics.js';
import type { Source } from '../../scenario/load.js';
import type { Setting } from '../../scenario/sweep-values.js';
import { editsOf, type WrittenSweep } from '../../scenario/sweeps.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import { CommandError, EXIT } from '../exit.js';
import { lower, select } from '../prepare.js';
import type { Selection } from '../prepare.js';
import type { Terminal } from '../terminal.js';

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
   * The scenario of a setting, for some of the variants. Throws a CommandError with all of its problems, exit code 2.
   */
  build(settings: readonly Setting[], variants: readonly string[]): BuiltCase {
    const { path, written } = this;
    const where = written.axes.map((axis, i) => `${axis.path} = ${settings[i]!.text}`).join(', ');
    const { file, problems } = this.source.with({ variants, edits: editsOf(written, settings) });
    if (file === null) {
      const lines = problems
        .filter(({ severity }) => severity === 'error')
        .map((problem) => formatDiagnostic(problem));
      throw new CommandError(EXIT.usage, [`${path}: with ${where}`, ...lines].join('\n'));
    }
    const chosen = select(file, this.selection, path);
    return { file: chosen, plans: chosen.variants.map((one) => lower(one, chosen, path)) };
  }
}

/** Builds every setting once, so that all problems are reported before anything runs. */
export function checkSettings(
  builder: CaseBuilder,
  settings: readonly (readonly Setting[])[],
  variants: readonly string[],
  terminal: Terminal,
): void {
  const wrong: string[] = [];
  for (const one of settings) {
    try {
      builder.build(one, variants);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      wrong.push(error.message);
      if (wrong.length === SHOWN_MAX) break;
    }
  }
  if (wrong.length === 0) return;
  for (const message of wrong.slice(0, -1)) terminal.note(splitLines(message));
  throw new CommandError(EXIT.usage, wrong.at(-1)!);
}

/** Most settings with problems that are shown; others usually have the same problems. */
const SHOWN_MAX = 5;
