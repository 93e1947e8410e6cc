import { isWatcher } from './background.js';
import type { Cell } from './cell.js';
import type { System } from './system.js';
import { byCodeUnit, groupedBy } from '../text/order.js';
import { list, plural } from '../text/words.js';

/** Workloads that two deployments of one system share at least, and the share of those of the smaller one. */
const SHARED = { count: 3, share: 0.5 };
/** Other deployments that a line names. */
const NAMES_MAX = 2;

/** Several ways to run the same services, of which one counts. */
export interface Deployments {
  readonly taken: string;
  readonly others: readonly string[];
}

/** Files of a folder that run a system, or a part of one. */
interface Unit {
  /** The file, or the folder. */
  readonly path: string;
  readonly folder: string;
  readonly files: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/**
 * The documents without other deployments of the same services: a repository often has a folder or a file for each way to run it.
 * `optional`: folders with Components of Kustomize, which only an overlay that names them has.
 */
export function withoutOthers(
  all: readonly Cell[],
  optional: readonly string[],
  system: System,
): readonly Cell[] {
  const isOptional = ({ file }: Cell): boolean =>
    system.found.has(file) && optional.some((one) => file.startsWith(one));
  const isAlone = !all.some((one) => keepsPods(one) && !isOptional(one));
  const documents = isAlone ? all : all.filter((one) => !isOptional(one));
  if (!isAlone) for (const one of all.filter(isOptional)) one.list(OPTIONAL);
  const workloads = documents.filter((one) => system.found.has(one.file) && keepsPods(one));
  const units = unitsOf(workloads);
  const kept = new Units();
  const reasons = new Map<string, string>();
  const leaveFor = (unit: Unit, counting: Unit): void => {
    reasons.set(unit.path, `another deployment of the same services: ${counting.path} counts`);
  };
  for (const unit of [...units].sort(before)) {
    const counting = isLarge(unit) ? kept.alternativeOf(unit) : undefined;
    if (counting === undefined) kept.add(unit);
    else {
      leaveFor(unit, counting);
      noteDeployment(counting.path, unit.path, system);
    }
  }
  for (const unit of kept.all) {
    const counting = kept.wholeOf(unit, system);
    if (counting !== undefined) leaveFor(unit, counting);
  }
  leaveUnnamed(besideMain(units, kept.all), documents, reasons, system);
  if (reasons.size === 0) return documents;
  return documents.filter((one) => {
    const folder = one.file.replace(/[/\\][^/\\]*$/, '');
    const isPart = system.found.has(one.file) && isObject(one);
    const reason = isPart ? (reasons.get(one.file) ?? reasons.get(folder)) : undefined;
    if (reason !== undefined) one.list(reason);
    return reason === undefined;
  });
}

const OPTIONAL =
  'a Component of Kustomize is optional: import the output of kubectl kustomize with it';

/** Notes that one way to run the services counts, and not another one. */
export function noteDeployment(taken: string, other: string, { deployments }: System): void {
  const known = [other, ...(deployments.get(taken) ?? []), ...(deployments.get(other) ?? [])];
  deployments.set(taken, known);
  deployments.delete(other);
}

/** What the first line of a card says of several deployments. */
export function deploymentLine({ taken, others }: Deployments): string {
  const shown = others.slice(0, NAMES_MAX);
  const rest = others.length - shown.length;
  const names = list([...shown, ...(rest > 0 ? [`${rest} more`] : [])]);
  return `${others.length + 1} deployments of the same services: ${taken} is taken (${RULE}). Others: ${names}. To take another one: faultline import ${shown[0]}`;
}

/** What decides which deployment counts. */
const RULE =
  'in this order: Kubernetes, no folder of old files, the most workloads, the fewest folders, the shortest path';

/**
 * Whether an object keeps pods running, which are no tool that watches the others. A part without an image is a patch. Of plain manifests
 * and those of Knative the plain ones count.
 */
function keepsPods(document: Cell): boolean {
  const kind = document.get('kind')?.text() ?? '';
  const spec = document.get('spec');
  const pod = kind === 'Pod' ? spec : spec?.get('template', 'spec');
  const images = (pod?.get('containers')?.items() ?? []).map((one) => one.get('image')?.text());
  const isProgram = images.some((image) => image !== undefined && !isWatcher(image));
  return isProgram && !/^(Job|Service)$/.test(kind);
}

function isObject(document: Cell): boolean {
  return document.get('kind') !== undefined && document.get('apiVersion') !== undefined;
}

/** A folder is one deployment, unless its files are several. */
function unitsOf(workloads: readonly Cell[]): readonly Unit[] {
  const byFile = new Map<string, Set<string>>();
  for (const one of workloads) {
    const names = byFile.get(one.file) ?? new Set();
    const namespace = one.get('metadata', 'namespace')?.text() ?? 'default';
    byFile.set(one.file, names.add(`${namespace}/${one.get('metadata', 'name')?.text()}`));
  }
  const all = [...byFile].map(([path, names]): Unit => {
    const folder = path.replace(/[^/\\]*$/, '');
    return { path, folder, files: new Set([path]), names };
  });
  return [...groupedBy(all, ({ folder }) => folder)].flatMap(([folder, units]) => {
    const seen = new Units();
    const isSplit = units.filter(isLarge).some((one) => {
      const isAgain = seen.alternativeOf(one) !== undefined;
      seen.add(one);
      return isAgain;
    });
    if (isSplit || units.length === 1) return units;
    const files = new Set(units.flatMap((one) => [...one.files]));
    const names = new Set(units.flatMap((one) => [...one.names]));
    return [{ path: folder.replace(/[/\\]$/, ''), folder, files, names }];
  });
}

function before(a: Unit, b: Unit): number {
  const old = ({ path }: Unit): number => Number(OLD.test(path));
  const folders = ({ path }: Unit): number => path.split(/[/\\]/).length;
  return (
    old(a) - old(b) ||
    b.names.size - a.names.size ||
    folders(a) - folders(b) ||
    a.path.length - b.path.length ||
    byCodeUnit(a.path, b.path)
  );
}

const OLD = /(^|[/\\])(old|legacy|deprecated|archived?|obsolete)\b/i;

/** Whether it has enough workloads to be another deployment. */
function isLarge({ names }: Unit): boolean {
  return names.size >= SHARED.count;
}

function isAlternative(a: Unit, b: Unit): boolean {
  const [small, large] = a.names.size < b.names.size ? [a, b] : [b, a];
  const count = [...small.names].filter((name) => large.names.has(name)).length;
  return count >= SHARED.count && count >= SHARED.share * small.names.size;
}

/** Units in order, found by their names: a repository may have thousands. */
class Units {
  readonly all: Unit[] = [];
  private readonly byName = new Map<string, Unit[]>();

  add(unit: Unit): void {
    this.all.push(unit);
    for (const name of unit.names) {
      const known = this.byName.get(name);
      if (known === undefined) this.byName.set(name, [unit]);
      else known.push(unit);
    }
  }

  /** The first one that runs the same services. Those have a name in common that is not among the two most frequent ones. */
  alternativeOf(unit: Unit): Unit | undefined {
    const lists = this.listsOf(unit);
    const near = new Set(lists.slice(0, lists.length + 1 - SHARED.count).flat());
    return [...near].filter((one) => isAlternative(one, unit)).sort(before)[0];
  }

  /** The first other one, of which several deployments were found, that runs all that a unit does, such as a folder of each service. */
  wholeOf(unit: Unit, { deployments }: System): Unit | undefined {
    const [rarest = []] = this.listsOf(unit);
    return rarest.find(
      (one) =>
        one !== unit &&
        deployments.has(one.path) &&
        [...unit.names].every((name) => one.names.has(name)),
    );
  }

  /** The units of each name, the shortest list first. */
  private listsOf({ names }: Unit): readonly (readonly Unit[])[] {
    return [...names]
      .map((name) => this.byName.get(name) ?? [])
      .sort((a, b) => a.length - b.length);
  }
}

/** Each unit that comes after the first one of its folder, with that one, where the folder also has a deployment that does not count. */
function besideMain(
  units: readonly Unit[],
  kept: readonly Unit[],
): readonly (readonly [Unit, Unit])[] {
  const counting = new Set(kept);
  const split = new Set(units.flatMap((one) => (counting.has(one) ? [] : one.folder)));
  const mains = new Map<string, Unit>();
  for (const one of kept) if (!mains.has(one.folder)) mains.set(one.folder, one);
  return kept.flatMap((one) => {
    const main = mains.get(one.folder)!;
    return main === one || !split.has(one.folder) ? [] : [[one, main] as const];
  });
}

/** All values of the documents of some units. */
function textsOf(units: ReadonlySet<Unit>, documents: readonly Cell[]): ReadonlyMap<Unit, string> {
  const owners = new Map([...units].flatMap((one) => [...one.files].map((file) => [file, one])));
  const texts = new Map<Unit, string[]>([...units].map((one) => [one, []]));
  for (const one of documents) {
    const known = texts.get(owners.get(one.file)!);
    for (const { value } of known === undefined ? [] : one.leaves()) known!.push(String(value));
  }
  return new Map([...texts].map(([unit, all]) => [unit, all.join('\n')]));
}

/** Of a folder in which each file is a deployment, a file with other workloads belongs to the one that counts if this names them. */
function leaveUnnamed(
  beside: ReturnType<typeof besideMain>,
  documents: readonly Cell[],
  reasons: Map<string, string>,
  system: System,
): void {
  const textOf = textsOf(new Set(beside.map(([, main]) => main)), documents);
  const left = beside.filter(([{ names }, main]) => {
    const plain = [...names].map((name) => name.replace(/^.*\//, ''));
    return !plain.some((name) => textOf.get(main)!.includes(name));
  });
  for (const [{ path }, main] of left) reasons.set(path, `no object of ${main.path} names it`);
  for (const [path, units] of groupedBy(left, ([, main]) => main.path)) {
    const [first, ...others] = units.map(([unit]) => unit.path);
    const [verb, them] = others.length === 0 ? ['Does', 'it'] : ['Do', 'them'];
    const more = others.length === 0 ? '' : ` and ${plural(others.length, 'other file')}`;
    system.ask(
      `${verb} ${first}${more} run too? Nothing in ${path} names ${them}: if so, faultline import ${path} ${first}`,
    );
  }
}
