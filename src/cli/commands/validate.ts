import { CommandError, EXIT } from '../exit.js';
import { prepare } from '../prepare.js';
import type { Prepared, Selection } from '../prepare.js';
import { CaseBuilder, checkSettings } from '../sweeps/build.js';
import { eachValueOf } from '../sweeps/settings.js';
import type { Terminal } from '../terminal.js';

/** Flags of `validate`. */
export interface ValidateFlags extends Pick<Selection, 'set'> {
  readonly quiet?: boolean;
}

/** Reads, checks and compiles every scenario; a wrong one does not keep the others from being read. */
export function validate(
  files: readonly string[],
  flags: ValidateFlags,
  terminal: Terminal,
): number {
  let exitCode: number = EXIT.ok;
  for (const path of files) {
    try {
      const prepared = prepare(path, flags.set === undefined ? {} : { set: flags.set }, terminal);
      checkSweeps(prepared, terminal);
      if (flags.quiet !== true) terminal.out(`${prepared.path}: ok, ${sizeOf(prepared)}\n`);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      terminal.note(`faultline: ${error.message}\n`);
      exitCode = error.exitCode;
    }
  }
  return exitCode;
}

/** Builds each sweep with each of its values once. */
function checkSweeps({ path, source, sweeps }: Prepared, terminal: Terminal): void {
  for (const written of sweeps) {
    const builder = new CaseBuilder(path, source, written, {});
    checkSettings(builder, eachValueOf(written), written.sweep.variants, terminal);
  }
}

function sizeOf({ plans, file, sweeps }: Prepared): string {
  const { components, edges } = plans[0]!;
  const placed = components.filter(({ kind }) => kind !== 'workload');
  return [
    count(placed.length, 'component'),
    count(
      placed.reduce((sum, { instances }) => sum + instances, 0),
      'instance',
    ),
    count(edges.length, 'edge'),
    count(file.variants.length, 'variant'),
    count(file.budgets.length, 'budget'),
    ...(sweeps.length === 0 ? [] : [count(sweeps.length, 'sweep')]),
  ].join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
