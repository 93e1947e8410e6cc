import type { Places } from '../../scenario/places.js';
import { Source, type Loaded, type ReadFile } from '../../scenario/load.js';
import type { WrittenSweep } from '../../scenario/sweeps.js';
import type { ScenarioFile } from '../../contracts/scenario/scenario.js';
import { OptionError, unknownName } from '../errors.js';
import { chosen, select, soundFile } from '../prepare.js';
import { AD_HOC, sweepText, type AdHoc } from './ad-hoc.js';
import { CaseBuilder } from './build.js';
import type { SweepHost } from './host.js';
import { Runner } from './runner.js';

/** A sweep of a file, or one that the settings describe. */
interface SweepRequest extends AdHoc {
  /** The name of a sweep of the file; omitted = the only one. */
  readonly name?: string;
  readonly seed?: number;
  readonly replications?: number;
}

/** A sweep that is ready to run. */
interface PreparedSweep {
  readonly file: ScenarioFile;
  readonly written: WrittenSweep;
  readonly warnings: Loaded['problems'];
  readonly places: Places;
  runner(host: SweepHost): Runner;
}

/**
 * Reads a scenario and the sweep that is asked for. Throws a ScenarioError with all problems of the scenario, and an
 * OptionError if there is no such sweep or variant.
 */
export function preparedSweep(path: string, read: ReadFile, request: SweepRequest): PreparedSweep {
  const own = sweepText(request);
  const adHoc = own === null ? null : { name: AD_HOC, text: own };
  const source = new Source(path, read, adHoc);
  const loaded = source.load();
  const file = soundFile(loaded, path);
  const picked = pick(loaded.sweeps, adHoc?.name ?? request.name, path);
  const written = narrowed(picked, request, file);
  const settings = request.seed === undefined ? {} : { seed: request.seed };
  return {
    file,
    written,
    warnings: loaded.problems,
    places: loaded.places,
    runner: (host) =>
      new Runner({
        file: select(file, settings, path),
        written,
        builder: new CaseBuilder(path, source, written, settings),
        path,
        host,
      }),
  };
}

/** The sweep of that name; without a name, the only one. */
function pick(
  sweeps: readonly WrittenSweep[],
  name: string | undefined,
  path: string,
): WrittenSweep {
  const allowed = sweeps.map(({ sweep: own }) => own.name);
  const wrong = (message: string): OptionError =>
    new OptionError(message, { option: 'name', found: name ?? '', allowed });
  if (allowed.length === 0) {
    throw wrong(`${path} has no sweeps: write some, or use --set path=a,b,c`);
  }
  if (name === undefined && allowed.length === 1) return sweeps[0]!;
  if (name === undefined) throw wrong(`${path} has several sweeps: ${allowed.join(', ')}`);
  const found = sweeps.find(({ sweep: own }) => own.name === name);
  if (found !== undefined) return found;
  throw unknownName('name', name, allowed, { what: `${path} has no sweep`, rest: 'it has' });
}

/** The sweep with the chosen variants and number of runs. */
function narrowed(
  { sweep: own, axes }: WrittenSweep,
  { variant, replications }: SweepRequest,
  file: ScenarioFile,
): WrittenSweep {
  const known = file.variants.filter(({ name }) => own.variants.includes(name));
  const variants = variant === undefined ? known : chosen(known, variant, `sweep ${own.name}`);
  return {
    sweep: {
      ...own,
      variants: variants.map(({ name }) => name),
      replications: replications ?? own.replications,
    },
    axes,
  };
}
