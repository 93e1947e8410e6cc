import { JUDGED_SECTIONS } from '../../src/contracts/scenario/judged.js';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Tree } from './figures.js';
import type { Host } from './judge.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The scenarios of this repository, small ones first, as hosts of options, each as its baseline and without its budgets. */
export function corpus(): readonly Host[] {
  return ['scenarios/patterns', 'scenarios', 'test/options/bases']
    .flatMap((folder) => filesIn(join(ROOT, folder)))
    .map(hostOf)
    .filter((host) => host !== null);
}

/** The scenario that a hint names. */
export function baseNamed(name: string): Host {
  const path = name.includes('/') ? name : join('test', 'options', 'bases', name);
  const host = hostOf(join(ROOT, path));
  if (host === null) throw new Error(`${name} is no scenario`);
  return host;
}

/** The components of calls.yaml, with their callers in one of the scenarios of places; one of them is slow to reach. */
export function hostAt(name: string): Host {
  const base = baseNamed('calls.yaml');
  const { tree } = base;
  const { stock, price, store } = tree.services as Tree;
  const own = parse(readFileSync(join(ROOT, 'test/options/bases/at', name), 'utf8')) as Tree;
  const services: Tree = { stock, price, store, ...(own.services as Tree) };
  // A scenario with a `stock` of another kind leaves that of calls.yaml out.
  if (services.stock === null) delete services.stock;
  const hosts = { ...services, ...(own.gateways as Tree), ...(own.functions as Tree) };
  const caller = 'web' in hosts ? 'web' : 'users';
  const faults = (tree.faults as Tree[]).map((fault) =>
    fault.target === 'web->price' ? { ...fault, target: `${caller}->price` } : fault,
  );
  return { ...base, name: `at/${name}`, tree: { ...tree, faults, ...own, services } };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function hostOf(path: string): Host | null {
  const whole = parse(readFileSync(path, 'utf8'), { merge: true }) as Tree | null;
  if (whole === null || whole.faultline !== 1) return null;
  const once = new Set(['variants', ...JUDGED_SECTIONS, 'hypothesis', 'sweeps', 'report']);
  const tree: Tree = Object.fromEntries(Object.entries(whole).filter(([name]) => !once.has(name)));
  const run = { ...(tree.run as Tree), replications: 1 };
  const files = (name: string): string | null => {
    try {
      return readFileSync(join(dirname(path), name), 'utf8');
    } catch {
      return null;
    }
  };
  return { name: relative(ROOT, path), tree: { ...tree, run }, files };
}

/** The host of options that show in a report alone: a scenario as it is, with its budgets. */
export function reported(): Host {
  return whole('report.yaml');
}

/** The host of options of sweeps. */
export function swept(): Host {
  return whole('sweeps.yaml');
}

function whole(name: string): Host {
  const path = join(ROOT, 'test', 'options', 'bases', name);
  const tree = parse(readFileSync(path, 'utf8')) as Tree;
  return { name: relative(ROOT, path), tree, files: () => null };
}
