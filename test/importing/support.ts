import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { importTexts, type Imported } from '../../src/importing/import.js';
import type { SourceText } from '../../src/importing/cell.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { loadScenario } from '../../src/scenario/load.js';
import type { ScenarioFile } from '../../src/contracts/scenario/scenario.js';

const HOME = join(import.meta.dirname, '../..');
const ROOT = join(HOME, 'test/fixtures/importing');

/** The files of a folder of fixtures or of `examples/`, or those of them that are named. */
export function fixtures(folder: string, names?: readonly string[]): readonly SourceText[] {
  const at = folder.startsWith('examples/') ? join(HOME, folder) : join(ROOT, folder);
  const files = names ?? readdirSync(at).filter((name) => statSync(join(at, name)).isFile());
  return [...files]
    .sort()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(at, name), 'utf8') }));
}

/** One file with a text. */
export function source(text: string, path = 'test.yaml'): readonly SourceText[] {
  return [{ path, text }];
}

/** An import without settings. */
export function imported(sources: readonly SourceText[]): Imported {
  return importTexts(sources, { title: 'Imported', names: new Map() });
}

/** The scenario of an import. Fails with all problems if it does not load. */
export function loaded({ scenario }: Imported): ScenarioFile {
  const { file, problems } = loadScenario('imported.yaml', () => ({ text: scenario }));
  if (file === null) throw new Error(`${problems.map(formatDiagnostic).join('\n')}\n${scenario}`);
  return file;
}

/** Number of scalars of a text, counted without the importer. */
export function scalarsIn({ path, text }: SourceText): number {
  if (path.endsWith('.env')) return text.match(/^[A-Z_0-9]+=/gm)?.length ?? 0;
  return countAll(text);
}

function countAll(text: string): number {
  return parseAllDocuments(text, { merge: true })
    .map((document): unknown => document.toJS())
    .map((value) => (value === null ? 0 : count(value)))
    .reduce((sum, each) => sum + each, 0);
}

/** A file with settings in a ConfigMap counts as its values. */
function count(value: unknown, key = ''): number {
  if (value === undefined) return 0;
  if (typeof value === 'string' && /^application[\w-]*\.ya?ml$/.test(key)) return countAll(value);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, each]) => sum + count(each, name), 0);
}

/** A Deployment and a Service of each name. `about` is the rest of the metadata, `more` that of the container. */
export function deployed(names: readonly string[], { about = '', more = '' } = {}): string {
  return names
    .map(
      (name) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}${about} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: main, image: shop/${name}${more} } ] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}${about} }
spec: { selector: { app: ${name} } }`,
    )
    .join('\n---');
}

/** An Ingress of ingress-nginx with one path, which leads to a Service of the namespace `shop`. */
export function ingress(
  to: string,
  path: string,
  annotations: Readonly<Record<string, string>> = {},
  { name = 'web', type = 'ImplementationSpecific', host = '' } = {},
): string {
  const notes = Object.entries(annotations)
    .map(([key, value]) => `    nginx.ingress.kubernetes.io/${key}: '${value}'`)
    .join('\n');
  return `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: shop
  annotations:
    note: text
${notes}
spec:
  ingressClassName: nginx
  rules:
    - ${host === '' ? '' : `host: ${host}\n      `}http: { paths: [ { path: '${path}', pathType: ${type}, backend: { service: { name: ${to}, port: { name: http } } } } ] }`;
}
