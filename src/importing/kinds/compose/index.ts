import type { Cell } from '../../cell.js';
import { isDotEnv } from '../../dot-env.js';
import type { DocumentKind } from '../kind.js';
import { projectOf } from './project.js';

/** Keys that only services of Docker Compose have; a file that changes others may have any of them alone. */
const SERVICE_KEYS = [
  'image',
  'build',
  'extends',
  'depends_on',
  'environment',
  'deploy',
  'ports',
  'mem_limit',
  'cpus',
  'command',
  'env_file',
  'restart',
  'volumes',
];

/** A file may have no services but those of others. */
function includes(document: Cell): boolean {
  const isNamed = /(^|[/\\])(docker-)?compose[^/\\]*\.ya?ml$/i.test(document.file);
  return isNamed && (document.get('include')?.items() ?? []).length > 0;
}

/** Files of Docker Compose. */
export const composeFiles: DocumentKind = {
  recognises: (document) =>
    document.get('kind') === undefined &&
    document.get('faultline') === undefined &&
    (includes(document) ||
      (document.get('services')?.entries() ?? []).some(([, service]) =>
        SERVICE_KEYS.some((key) => service.get(key) !== undefined),
      )),
  read(document, system) {
    projectOf(system).files.push(document);
  },
};

/** Variables of Compose files. */
export const dotEnvFiles: DocumentKind = {
  recognises: (document) => isDotEnv(document.file),
  read(document, system) {
    projectOf(system).environments.set(
      document.file.replaceAll('\\', '/').replace(/^\.\//, ''),
      document,
    );
  },
};
