import { isWatcher } from './background.js';
import type { Cell } from './cell.js';
import type { System } from './system.js';
import { byCodeUnit } from '../text/order.js';
import { list } from '../text/words.js';

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
  const kept: Unit[] = [];
  const reasons = new Map<string, string>();
  for (const unit of [...units].sort(before)) {
    const counting = isLarge(unit) ? kept.find((one) => isAlternative(one, unit)) : undefined;
    if (counting === undefined) kept.push(unit);
    else {
      reasons.set(unit.path, `another deployment of the same services: ${counting.path} counts`);
      noteDeployment(counting.path, unit.path, system);
    }
  }
  for (const unit of kept) {
    const counting = kept.find((one) => one !== unit && isPartOf(unit, one, system));
    if (counting === undefined) continue;
    reasons.set(unit.path, `another deployment of the same services: ${counting.path} counts`);
  }
  for (const unit of kept) leaveUnnamed(unit, { kept, units, documents, reasons }, system);
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
  const byFolder = new Map<string, Unit[]>();
  for (const [path, names] of byFile) {
    const folder = path.replace(/[^/\\]*$/, '');
    const unit = { path, folder, files: new Set([path]), names };
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), unit]);
  }
  return [...byFolder].flatMap(([folder, units]) => {
    const large = units.filter(isLarge);
    const isSplit = large.some((one, k) =>
      large.some((other, j) => j > k && isAlternative(one, other)),
    );
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

/** Whether another unit, of which several deployments were found, runs all that it does, such as a folder of each service. */
function isPartOf({ names }: Unit, other: Unit, { deployments }: System): boolean {
  return deployments.has(other.path) && [...names].every((name) => other.names.has(name));
}

/** Whether it has enough workloads to be another deployment. */
function isLarge({ names }: Unit): boolean {
  return names.size >= SHARED.count;
}

function isAlternative(a: Unit, b: Unit): boolean {
  const [small, large] = a.names.size < b.names.size ? [a, b] : [b, a];
  const count = [...small.names].filter((name) => large.names.has(name)).length;
  return count >= SHARED.count && count >= SHARED.share * small.names.size;
}

interface All {
  readonly kept: readonly Unit[];
  readonly units: readonly Unit[];
  readonly documents: readonly Cell[];
  readonly reasons: Map<string, string>;
}

/** Of a folder in which each file is a deployment, a file with other workloads belongs to the one that counts if this names them. */
function leaveUnnamed(unit: Unit, { kept, units, documents, reasons }: All, system: System): void {
  const main = kept.find((one) => one !== unit && one.folder === unit.folder);
  const isSplit = units.some((one) => one.folder === unit.folder && !kept.includes(one));
  if (main === undefined || !isSplit || before(main, unit) > 0) return;
  const texts = documents
    .filter(({ file }) => main.files.has(file))
    .flatMap((one) => one.leaves().map(({ value }) => String(value)));
  const names = [...unit.names].map((name) => name.replace(/^.*\//, ''));
  if (names.some((name) => texts.some((text) => text.includes(name)))) return;
  reasons.set(unit.path, `no object of ${main.path} names it`);
  system.ask(
    `Does ${unit.path} run too? Nothing in ${main.path} names it: if so, faultline import ${main.path} ${unit.path}`,
  );
}
