import { DerivedCell, type Cell } from '../../cell.js';
import { isDockerfile } from '../../dockerfile.js';
import { isNginx, PASSED } from '../../nginx-file.js';
import type { Component, System } from '../../system.js';
import { resolve } from '../compose/variables.js';
import { fillerOf } from '../envoy/templates.js';
import type { DocumentKind } from '../kind.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { processSources } from '../spring/application.js';

/** A container with the files that it may get. */
export interface Container {
  readonly component: Component;
  /** Texts that may name them: mounts, arguments of its build. */
  readonly files: readonly string[];
  /** The folder of its build, which ends in a slash; undefined = it is not built here. */
  readonly folder: string | undefined;
}

/** Notes a container that may run nginx; to be called before the phase `calls`. */
export function noteContainer(container: Container, system: System): void {
  containersOf(system).push(container);
}

function containersOf(system: System): Container[] {
  return system.shared('containers of nginx', () => []);
}

/** The variables of images, by the folder of their build. */
function imagesOf(system: System): Map<string, Cell> {
  return system.shared('variables of images', () => new Map<string, Cell>());
}

/** Files of nginx: the service that runs it calls each address to which it passes requests. */
export const nginxFiles: DocumentKind = {
  recognises: (document) => isNginx(document.file) && document.get(PASSED) !== undefined,
  read(document, system) {
    system.later('calls', () => {
      const owner = ownerOf(document, system);
      if (owner === undefined)
        system.ask(`Which component runs nginx with ${document.file}? --map ${document.file}=NAME`);
      else connectAll(document, owner, system);
      document.list(
        owner === undefined
          ? 'no component has this file: write --map FILE=NAME'
          : 'no component of these files has this address',
      );
    });
  },
};

/** Images whose variables fill the files of nginx in their folders. */
export const dockerfiles: DocumentKind = {
  recognises: (document) => isDockerfile(document.file),
  read(document, system) {
    imagesOf(system).set(folderOf(document.file), document);
    system.later('calls', () => {
      document.list('a variable of an image: the addresses of nginx that use it count');
    });
  },
};

/** The container that the user names, that mounts the file, in whose folder it is, or that has the variables of the template. */
function ownerOf(document: Cell, system: System): Component | undefined {
  const file = document.file.replaceAll('\\', '/').replace(/^\.\//, '');
  const containers = containersOf(system);
  const services = (names: readonly string[]): readonly Component[] =>
    names
      .flatMap((name) => system.named(name) ?? [])
      .filter(({ section }) => section === 'services');
  const mounted = containers.find(({ files }) => files.some((text) => isMount(text, file)));
  const [built] = containers
    .filter(({ folder }) => folder !== undefined && file.startsWith(folder))
    .sort((a, b) => b.folder!.length - a.folder!.length);
  const [mapped] = services(system.names.ownersOf(document.file));
  const [named] = services(file.split('/').slice(0, -1).reverse());
  return mapped ?? mounted?.component ?? built?.component ?? named ?? fillerOf(document, system);
}

/** Whether a text such as `./web/nginx.conf:/etc/nginx/nginx.conf` names a file. */
function isMount(text: string, file: string): boolean {
  const path = text.split(':')[0]!.replace(/^(\.\/)+/, '');
  return path !== '' && (file === path || file.endsWith(`/${path}`));
}

function folderOf(file: string): string {
  return file.replace(/[^/\\]*$/, '');
}

/** `envsubst` fills a template with the variables of the container, which override those of its image. */
function connectAll(document: Cell, owner: Component, system: System): void {
  const image = imagesOf(system).get(folderOf(document.file));
  const variables = new Map([
    ...(image?.entries() ?? []),
    ...(processSources(system).get(owner)?.variables ?? []).map(
      ({ name, value }) => [name, value] as const,
    ),
  ]);
  for (const cell of document.get(PASSED)!.items()) {
    const { text, origins, missing } = resolve(cell, variables);
    if (missing.length > 0) cell.list('a variable that neither the container nor its image sets');
    for (const { host } of hostsIn(text)) {
      const callee = missing.length > 0 ? undefined : system.find(host, owner.namespace);
      if (callee !== undefined)
        system.connect(owner, callee, new DerivedCell(cell.path, origins, text));
    }
  }
}
