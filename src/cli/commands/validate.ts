import { oneLine, splitLines } from '../../text/line.js';
import { canonicalJson } from '../../text/canonical.js';
import { checkDestinations, takesStandardOutput, writeDocument } from '../documents.js';
import { plural } from '../../text/words.js';
import { CommandError, EXIT } from '../exit.js';
import { scenarioPath } from '../files.js';
import { notesOn } from '../notes.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { asCommandError, prepare, reporterTo, type Reporter } from '../prepare.js';
import { CaseBuilder, checkSettings } from '../../api/sweeps/build.js';
import { eachValueOf } from '../../api/sweeps/settings.js';
import type { Terminal } from '../terminal.js';

export interface ValidateFlags extends Pick<Selection, 'set'> {
  readonly json?: string;
  readonly quiet?: boolean;
}

/** The document for one file. */
interface Validated {
  readonly file: string;
  readonly ok: boolean;
  readonly size: Size | null;
  readonly problems: readonly object[];
  /** Meanings that the loader chose where the file leaves them open. */
  readonly notes: readonly string[];
  /** A problem of a sweep value, or of the file as a whole. */
  readonly error: string | null;
}

/** Reads, checks and compiles every scenario; an invalid one does not prevent the others from being checked. */
export function validate(
  files: readonly string[],
  flags: ValidateFlags,
  terminal: Terminal,
): number {
  checkDestinations([flags.json]);
  const isShown = flags.quiet !== true && !takesStandardOutput([flags.json]);
  let exitCode: number = EXIT.ok;
  const all: Validated[] = [];
  for (const argument of files) {
    const problems: object[] = [];
    const print = reporterTo(terminal);
    const report: Reporter = (found) => {
      for (const { frame: _frame, ...shown } of found) problems.push(shown);
      print(found);
    };
    const file = scenarioPath(argument);
    try {
      const set = flags.set === undefined ? {} : { set: flags.set };
      const selection = { ...set, quiet: flags.quiet === true };
      const prepared = prepare(argument, selection, terminal, report);
      checkSweeps(prepared, terminal);
      const size = sizeOf(prepared);
      const notes = notesOn(prepared.file, prepared.places);
      const every = [...prepared.places.notesOnEdits(), ...notes];
      all.push({ file, ok: true, size, problems, notes: every, error: null });
      if (!isShown) continue;
      terminal.out(oneLine(`${file}: ok, ${sizeText(size)}`));
      for (const note of notes) terminal.out(oneLine(`  note: ${note}`));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      terminal.note(splitLines(`faultline: ${error.message}`));
      all.push({ file, ok: false, size: null, problems, notes: [], error: error.message });
      exitCode = error.exitCode;
    }
  }
  const text = (): string => `${canonicalJson({ faultline: 1, files: all })}\n`;
  writeDocument(flags.json, text, terminal);
  return exitCode;
}

/** Builds each sweep with each of its values once. */
function checkSweeps({ path, source, sweeps }: Prepared, terminal: Terminal): void {
  for (const written of sweeps) {
    const builder = new CaseBuilder(path, source, written, {});
    const note = (message: string): void => terminal.note(splitLines(message));
    try {
      checkSettings(builder, eachValueOf(written), written.sweep.variants, note);
    } catch (error) {
      throw asCommandError(error);
    }
  }
}

/** Numbers of the parts of a scenario. */
interface Size {
  readonly components: number;
  readonly instances: number;
  readonly edges: number;
  readonly variants: number;
  readonly budgets: number;
  readonly expectations: number;
  readonly sweeps: number;
}

function sizeOf({ plans, file, sweeps }: Prepared): Size {
  const { components, edges } = plans[0]!;
  const placed = components.filter(({ kind }) => kind !== 'workload');
  return {
    components: placed.length,
    instances: placed.reduce((sum, { instances }) => sum + instances, 0),
    edges: edges.length,
    variants: file.variants.length,
    budgets: file.budgets.length,
    expectations: file.expect.length,
    sweeps: sweeps.length,
  };
}

function sizeText(size: Size): string {
  const { components, instances, edges, variants, budgets, expectations, sweeps } = size;
  return [
    plural(components, 'component'),
    plural(instances, 'instance'),
    plural(edges, 'edge'),
    plural(variants, 'variant'),
    plural(budgets, 'budget'),
    ...(expectations === 0 ? [] : [plural(expectations, 'expectation')]),
    ...(sweeps === 0 ? [] : [plural(sweeps, 'sweep')]),
  ].join(', ');
}
